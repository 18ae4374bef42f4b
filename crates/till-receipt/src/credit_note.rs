//! The ticket of a return.

use crate::facts::{SaleFacts, Texts};
use crate::figures::{less, moment};
use crate::parts::{self, amount, named};
use crate::{Language, Ticket};
use till_schema::body::CreditNote;
use till_schema::order::Buyer;

/// The ticket of a return. `buyer` is the one of the order, when it named one; all
/// amounts are positive, as in the note.
pub fn credit_note(
    note: &CreditNote,
    buyer: Option<&Buyer>,
    facts: &SaleFacts,
    texts: &Texts,
    language: Language,
) -> Ticket {
    let (words, currency) = (language.words(), note.currency);
    let mut ticket = Ticket::new();

    parts::copy(&mut ticket, facts.copy, words);
    parts::letterhead(&mut ticket, texts);
    ticket.rule();
    parts::provisional(&mut ticket, facts, words);
    parts::document(&mut ticket, facts, words.credit_note, words);
    named(&mut ticket, words.of_sale, &note.of_label);
    if note.void {
        ticket.heading(words.whole_sale_undone);
    }
    named(&mut ticket, words.reason, &note.reason);
    named(&mut ticket, words.date, &moment(note.at_ms, note.utc_offset_min, words));
    named(&mut ticket, words.register, &facts.register);
    named(&mut ticket, words.cashier, &facts.cashier);
    parts::buyer(&mut ticket, buyer, words);
    ticket.rule();

    for line in &note.lines {
        parts::line(&mut ticket, &line.part, currency, words);
    }
    ticket.rule();

    let totals = &note.totals;
    ticket.row(words.subtotal, currency.format(totals.gross));
    if totals.discount != 0 {
        ticket.row(words.discount, less(totals.discount, currency));
    }
    amount(&mut ticket, words.taxes_added, totals.added, currency);
    ticket.big_row(words.total, currency.format(totals.total));
    if note.rounding != 0 {
        amount(&mut ticket, words.rounding, note.rounding, currency);
        let back = totals.total.saturating_add(note.rounding);
        ticket.bold_row(words.to_pay_back, currency.format(back));
    }
    if !note.tenders.is_empty() {
        ticket.heading(words.paid_back);
    }
    parts::tenders(&mut ticket, &note.tenders, currency, words);
    if !totals.taxes.is_empty() {
        ticket.rule();
    }
    parts::taxes(&mut ticket, words.taxes, &totals.taxes, currency, words);
    parts::foot(&mut ticket, facts, texts, words);
    ticket
}
