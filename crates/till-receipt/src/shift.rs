//! The report of a drawer: X while it is open, Z once it is closed.

use crate::facts::{ShiftFacts, Texts};
use crate::figures::{moment, signed};
use crate::parts::{self, amount, named};
use crate::words::Words;
use crate::{Align, Language, Size, Ticket};
use till_schema::body::{Counted, ShiftSums};
use till_schema::order::TenderKind;
use till_schema::rows::ShiftRow;
use till_schema::{Currency, UserId};

/// The report of a shift: the X report while it is open, and once it is closed the
/// Z report that its closing froze.
pub fn shift(row: &ShiftRow, facts: &ShiftFacts, texts: &Texts, language: Language) -> Ticket {
    let words = language.words();
    let report = row.closed.as_ref().map(|closed| &closed.report);
    let sums = report.map_or(&row.sums, |report| &report.sums);
    let mut ticket = Ticket::new();

    parts::copy(&mut ticket, facts.copy, words);
    parts::letterhead(&mut ticket, texts);
    ticket.rule();
    let title = match report {
        Some(report) => format!("{}\u{a0}{}", words.z_report, report.z),
        None => words.x_report.to_owned(),
    };
    ticket.banner(title);
    ticket.styled(format!("{} {}", words.shift, row.number), Align::Center, true, Size::Normal);
    times(&mut ticket, row, facts, words);
    ticket.rule();
    sales(&mut ticket, sums, facts.currency, words);
    ticket.rule();
    let counted = match report {
        Some(report) => report.counted.clone(),
        None => expected(row),
    };
    means(&mut ticket, sums, &counted, report.is_some(), facts.currency, words);
    ticket.rule();
    drawer(&mut ticket, row.float, sums, facts.currency, words);
    if let Some(report) = report.filter(|report| !report.denominations.is_empty()) {
        ticket.rule();
        ticket.heading(words.denominations);
        for one in &report.denominations {
            let sum = one.value.saturating_mul(i64::from(one.pieces));
            let left = format!("{} x {}", one.pieces, facts.currency.format(one.value));
            ticket.row(left, facts.currency.format(sum));
        }
    }
    ticket.rule();
    ticket.heading(words.waiting);
    let unsent = report.map_or(facts.unsent, |report| report.unsent);
    let held = report.map_or(facts.held_carts, |report| report.held_carts);
    ticket.row(words.unsent, unsent.to_string());
    ticket.row(words.held_carts, held.to_string());
    named(&mut ticket, words.note, report.map_or("", |report| &report.note));
    parts::copy(&mut ticket, facts.copy, words);
    ticket
}

/// What there should be of each means that has moved, and of cash.
fn expected(row: &ShiftRow) -> Vec<Counted> {
    let sums = &row.sums;
    let moved = |kind: TenderKind| {
        let all = [&sums.taken, &sums.collected, &sums.refunded];
        all.into_iter().flatten().any(|sum| sum.kind == kind)
    };
    let is_there = |kind: &TenderKind| *kind == TenderKind::Cash || moved(*kind);
    TenderKind::ALL
        .into_iter()
        .filter(is_there)
        .map(|kind| {
            let float = if kind == TenderKind::Cash { row.float } else { 0 };
            let expected = sums.expected(kind).saturating_add(float);
            Counted { kind, expected, counted: None }
        })
        .collect()
}

/// When and by whom.
fn times(ticket: &mut Ticket, row: &ShiftRow, facts: &ShiftFacts, words: &Words) {
    let at = |wall_ms: i64| moment(wall_ms, facts.utc_offset_min, words);
    let name = |user: &UserId| facts.people.get(user).cloned().unwrap_or_else(|| user.short());
    let by = |wall_ms: i64, user: Option<&UserId>| match user {
        Some(user) => format!("{}, {}", at(wall_ms), name(user)),
        None => at(wall_ms),
    };
    named(ticket, words.register, &facts.register);
    named(ticket, words.opened, &by(row.opened.wall_ms, row.opened_by.as_ref()));
    for handover in &row.handovers {
        let from = handover.from.as_ref().map(|user| format!("{} > ", name(user)));
        let people = format!("{}{}", from.unwrap_or_default(), name(&handover.to));
        let text = format!("{}, {people}", at(handover.entry.wall_ms));
        named(ticket, words.handover, &text);
        count(ticket, handover.expected, handover.counted, facts.currency, words);
    }
    match &row.closed {
        Some(closed) => {
            named(ticket, words.closed, &by(closed.entry.wall_ms, closed.by.as_ref()));
        }
        None => named(ticket, words.holder, &row.holder.as_ref().map(name).unwrap_or_default()),
    }
    named(ticket, words.printed, &at(facts.at_ms));
}

fn sales(ticket: &mut Ticket, sums: &ShiftSums, currency: Currency, words: &Words) {
    ticket.bold_row(words.sales, sums.sales.to_string());
    ticket.row(words.gross, currency.format(sums.gross));
    ticket.row(words.discounts, currency.format(sums.discount.saturating_neg()));
    ticket.bold_row(words.total_sales, currency.format(sums.total));
    parts::taxes(ticket, words.taxes, &sums.taxes, currency, words);
    amount(ticket, words.tips, sums.tips, currency);
    amount(ticket, words.rounding, sums.rounding, currency);
    ticket.bold_row(words.returns, sums.returns.to_string());
    ticket.row(words.voids, sums.voids.to_string());
    ticket.row(words.returned, currency.format(sums.returned));
    parts::taxes(ticket, words.returned_taxes, &sums.returned_taxes, currency, words);
    amount(ticket, words.returned_rounding, sums.returned_rounding, currency);
}

fn means(
    ticket: &mut Ticket,
    sums: &ShiftSums,
    counted: &[Counted],
    closed: bool,
    currency: Currency,
    words: &Words,
) {
    ticket.heading(words.means_of_payment);
    for one in counted {
        ticket.heading(words.tender(one.kind));
        let parts = [
            (words.of_sales, &sums.taken, 1),
            (words.of_debts, &sums.collected, 1),
            (words.paid_back, &sums.refunded, -1),
        ];
        for (name, sums, sign) in parts {
            for sum in sums.iter().filter(|sum| sum.kind == one.kind) {
                let amount = sum.amount.saturating_mul(sign);
                ticket.row(format!("  {name}\u{a0}({})", sum.count), currency.format(amount));
            }
        }
        // While the shift goes on there is nothing to have been counted.
        if closed {
            count(ticket, one.expected, one.counted, currency, words);
        } else {
            expect(ticket, one.expected, currency, words);
        }
    }
}

/// What should be there, what was, and by how much they differ.
fn count(
    ticket: &mut Ticket,
    expected: i64,
    counted: Option<i64>,
    currency: Currency,
    words: &Words,
) {
    expect(ticket, expected, currency, words);
    match counted {
        Some(counted) => {
            let difference = counted.saturating_sub(expected);
            ticket.row(format!("  {}", words.counted), currency.format(counted));
            ticket.bold_row(format!("  {}", words.difference), signed(difference, currency));
        }
        None => ticket.text(format!("  {}", words.not_counted)),
    }
}

fn expect(ticket: &mut Ticket, amount: i64, currency: Currency, words: &Words) {
    ticket.row(format!("  {}", words.expected), currency.format(amount));
}

fn drawer(ticket: &mut Ticket, float: i64, sums: &ShiftSums, currency: Currency, words: &Words) {
    ticket.heading(words.drawer);
    ticket.row(words.float, currency.format(float));
    ticket.row(words.pay_in, currency.format(sums.pay_in));
    ticket.row(words.pay_out, currency.format(sums.pay_out.saturating_neg()));
    ticket.row(words.no_sales, sums.no_sales.to_string());
    let dropped = format!("{}\u{a0}({})", words.dropped_carts, sums.dropped);
    ticket.row(dropped, currency.format(sums.dropped_total));
    ticket.row(words.copies, sums.copies.to_string());
}
