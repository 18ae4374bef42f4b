//! The ticket that tries a printer.

use crate::facts::{TestFacts, Texts};
use crate::figures::moment;
use crate::parts::{self, named};
use crate::{Align, Language, Size, Ticket};
use till_schema::Currency;

/// A ticket that shows whether the paper's width, the code page, large letters and
/// QR symbols are right.
pub fn test(facts: &TestFacts, texts: &Texts, language: Language) -> Ticket {
    let words = language.words();
    let mut ticket = Ticket::new();
    parts::letterhead(&mut ticket, texts);
    // Reaches from edge to edge when the width is right, and breaks when it is not.
    ticket.rule();
    ticket.styled(words.printer_test, Align::Center, true, Size::Normal);
    named(&mut ticket, words.date, &moment(facts.at_ms, facts.utc_offset_min, words));
    named(&mut ticket, words.register, &facts.register);
    if !facts.printer.is_empty() {
        ticket.text(&facts.printer);
    }
    ticket.text(words.letters);
    ticket.heading(words.bold);
    ticket.big_row(words.large, Currency::Usd.format(1_234));
    ticket.row(words.amount, Currency::Cop.format(12_840_000));
    if !facts.qr.is_empty() {
        ticket.center(words.scan_me);
        ticket.qr(&facts.qr);
    }
    ticket.rule();
    ticket
}
