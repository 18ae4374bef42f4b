//! The ticket of a sale.

use crate::facts::{SaleFacts, Texts};
use crate::figures::{less, moment};
use crate::parts::{self, amount, named};
use crate::{Language, Ticket};
use till_schema::order::Order;

/// The ticket of a sale. Says what the order says and nothing that was computed
/// again, so that a copy is the same for ever.
pub fn sale(order: &Order, facts: &SaleFacts, texts: &Texts, language: Language) -> Ticket {
    let (words, currency) = (language.words(), order.currency);
    let mut ticket = Ticket::new();

    parts::copy(&mut ticket, facts.copy, words);
    parts::letterhead(&mut ticket, texts);
    ticket.rule();
    parts::provisional(&mut ticket, facts, words);
    parts::document(&mut ticket, facts, words.sale, words);
    named(&mut ticket, words.date, &moment(order.sold_at_ms, order.utc_offset_min, words));
    named(&mut ticket, words.register, &facts.register);
    named(&mut ticket, words.cashier, &facts.cashier);
    parts::buyer(&mut ticket, order.customer.as_ref(), words);
    ticket.rule();

    for line in &order.lines {
        parts::line(&mut ticket, line, currency, words);
    }
    ticket.rule();

    let totals = &order.totals;
    ticket.row(words.subtotal, currency.format(totals.gross));
    if totals.discount != 0 {
        ticket.row(words.discount, less(totals.discount, currency));
    }
    amount(&mut ticket, words.taxes_added, totals.added, currency);
    ticket.big_row(words.total, currency.format(totals.total));
    amount(&mut ticket, words.tip, order.tip, currency);
    amount(&mut ticket, words.rounding, order.rounding, currency);
    if order.tip != 0 || order.rounding != 0 {
        ticket.bold_row(words.to_pay, currency.format(order.to_pay()));
    }
    parts::tenders(&mut ticket, &order.tenders, currency, words);
    if order.change != 0 {
        ticket.bold_row(words.change, currency.format(order.change));
    }
    if !totals.taxes.is_empty() {
        ticket.rule();
    }
    parts::taxes(&mut ticket, words.taxes, &totals.taxes, currency, words);
    named(&mut ticket, words.note, &order.note);
    parts::foot(&mut ticket, facts, texts, words);
    ticket
}
