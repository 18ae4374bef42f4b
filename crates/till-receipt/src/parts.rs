//! What several kinds of tickets have in common.

use crate::facts::{SaleFacts, Texts};
use crate::figures::{exchange, less, percent, quantity};
use crate::words::Words;
use crate::{Align, Size, Ticket};
use till_schema::Currency;
use till_schema::order::{Buyer, OrderLine, TaxTotal, TaxTreatment, Tender};

/// Adds `name: value`, when there is a value.
pub(crate) fn named(ticket: &mut Ticket, name: &str, value: &str) {
    if !value.is_empty() {
        ticket.text(format!("{name}: {value}"));
    }
}

/// Adds an amount, unless it is nothing.
pub(crate) fn amount(ticket: &mut Ticket, name: &str, amount: i64, currency: Currency) {
    if amount != 0 {
        ticket.row(name, currency.format(amount));
    }
}

/// Who sells.
pub(crate) fn letterhead(ticket: &mut Ticket, texts: &Texts) {
    if !texts.shop_name.is_empty() {
        ticket.banner(&texts.shop_name);
    }
    let below = [&texts.tax_id].into_iter().chain(&texts.address).chain([&texts.header]);
    below.filter(|text| !text.is_empty()).for_each(|text| ticket.center(text));
}

/// That this is not the original.
pub(crate) fn copy(ticket: &mut Ticket, copy: u32, words: &Words) {
    if copy > 0 {
        ticket.banner(format!("{}\u{a0}{copy}", words.copy));
    }
}

/// That this is not the document yet.
pub(crate) fn provisional(ticket: &mut Ticket, facts: &SaleFacts, words: &Words) {
    if facts.provisional {
        ticket.banner(words.provisional);
        ticket.styled(words.not_an_invoice, Align::Center, true, Size::Normal);
    }
}

/// What document this is.
pub(crate) fn document(ticket: &mut Ticket, facts: &SaleFacts, title: &str, words: &Words) {
    let title = if facts.title.is_empty() { title } else { &facts.title };
    ticket.styled(title, Align::Center, true, Size::Normal);
    if !facts.label.is_empty() {
        let label = number(facts, words);
        ticket.styled(label, Align::Center, true, Size::Normal);
    }
    facts.authority.iter().for_each(|line| ticket.center(line));
}

fn number(facts: &SaleFacts, words: &Words) -> String {
    let name = if facts.provisional { words.internal_number } else { words.number };
    format!("{name} {}", facts.label)
}

/// Who bought.
pub(crate) fn buyer(ticket: &mut Ticket, buyer: Option<&Buyer>, words: &Words) {
    let Some(buyer) = buyer else {
        return named(ticket, words.customer, words.final_consumer);
    };
    named(ticket, words.customer, &buyer.name);
    let id = format!("{} {}", buyer.tax_id_kind, buyer.tax_id);
    if !buyer.tax_id.is_empty() {
        ticket.text(id.trim());
    }
}

/// One line of an order. The amount at the right is the line's total; what leads to
/// it stands at the left, so that nobody adds it up.
pub(crate) fn line(ticket: &mut Ticket, line: &OrderLine, currency: Currency, words: &Words) {
    ticket.text(&line.name);
    let times = format!(
        "  {} x {}",
        quantity(line.quantity, &line.unit, currency),
        currency.format(line.unit_price)
    );
    let mut steps = vec![times];
    if line.discount != 0 {
        steps.push(format!("  {} {}", words.discount, less(line.discount, currency)));
    }
    for tax in line.taxes.iter().filter(|tax| !tax.included && tax.amount != 0) {
        let rate = rate(tax.rate_bp, tax.per_unit, tax.treatment, currency, words);
        steps.push(format!("  {} {rate} {}", tax.tax, currency.format(tax.amount)));
    }
    ticket.row(steps.join("\n"), currency.format(line.total));
    if !line.note.is_empty() {
        ticket.text(format!("  {}", line.note));
    }
}

fn rate(
    rate_bp: u32,
    per_unit: Option<i64>,
    treatment: TaxTreatment,
    currency: Currency,
    words: &Words,
) -> String {
    match (treatment, per_unit) {
        (TaxTreatment::Exempt, _) => words.exempt.to_owned(),
        (TaxTreatment::Excluded, _) => words.excluded.to_owned(),
        (TaxTreatment::Taxed, Some(each)) => {
            format!("{}\u{a0}{}", currency.format(each), words.per_unit)
        }
        (TaxTreatment::Taxed, None) => percent(rate_bp, currency, words),
    }
}

/// The tax table under a heading: each tax with its rate and base, and what it is.
pub(crate) fn taxes(
    ticket: &mut Ticket,
    heading: &str,
    taxes: &[TaxTotal],
    currency: Currency,
    words: &Words,
) {
    if taxes.is_empty() {
        return;
    }
    ticket.heading(heading);
    for tax in taxes {
        let rate = rate(tax.rate_bp, tax.per_unit, tax.treatment, currency, words);
        let base = currency.format(tax.base);
        let left = format!("{} {rate}, {}\u{a0}{base}", tax.tax, words.base);
        ticket.row(left, currency.format(tax.amount));
    }
}

/// The means of payment, each with its amount.
pub(crate) fn tenders(ticket: &mut Ticket, tenders: &[Tender], currency: Currency, words: &Words) {
    for tender in tenders {
        ticket.row(words.tender(tender.kind), currency.format(tender.amount));
        if let Some(foreign) = &tender.foreign {
            let rate = exchange(foreign.rate_micro, foreign.currency, currency);
            ticket.text(format!("  {}, {rate}", foreign.currency.format(foreign.amount)));
        }
        if !tender.reference.is_empty() {
            ticket.text(format!("  {} {}", words.reference, tender.reference));
        }
    }
}

/// The end of a document: its number and code, the symbol, the shop's last words.
pub(crate) fn foot(ticket: &mut Ticket, facts: &SaleFacts, texts: &Texts, words: &Words) {
    ticket.rule();
    if !facts.label.is_empty() {
        ticket.text(number(facts, words));
    }
    if !facts.code.is_empty() {
        let name = if facts.code_name.is_empty() { words.code } else { &facts.code_name };
        // On lines of its own, so that it is cut in as few places as can be.
        ticket.text(format!("{name}:\n{}", facts.code));
    }
    ticket.qr(&facts.qr);
    if !texts.footer.is_empty() {
        ticket.center(&texts.footer);
    }
    provisional(ticket, facts, words);
    copy(ticket, facts.copy, words);
}
