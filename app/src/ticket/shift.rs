//! The report of a shift.

use std::collections::BTreeMap;
use till_node::command::ShiftView;
use till_receipt::{Language, ShiftFacts, Texts, Ticket};
use till_schema::{Currency, UserId};

/// What is known around a shift when its report is printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Around {
    pub(crate) currency: Currency,
    /// Names of people beside those that the answer names.
    pub(crate) people: BTreeMap<UserId, String>,
    pub(crate) at_ms: i64,
    pub(crate) utc_offset_min: i32,
    /// Fiscal documents without an answer.
    pub(crate) unsent: u64,
    /// Carts that wait.
    pub(crate) held_carts: u64,
}

/// The report of a shift: X while it is open, then Z.
pub(crate) fn shift(view: &ShiftView, around: Around, texts: &Texts, language: Language) -> Ticket {
    let row = &view.row;
    let mut people = around.people;
    // The answer has the names of these three; others may be known from elsewhere.
    for (id, name) in [
        (row.opened_by, &view.opened_by_name),
        (row.holder, &view.holder_name),
        (row.closed.as_ref().and_then(|closed| closed.by), &view.closed_by_name),
    ] {
        if let Some(id) = id.filter(|_| !name.is_empty()) {
            people.insert(id, name.clone());
        }
    }
    let facts = ShiftFacts {
        currency: around.currency,
        register: view.register.clone(),
        people,
        at_ms: around.at_ms,
        utc_offset_min: around.utc_offset_min,
        unsent: around.unsent,
        held_carts: around.held_carts,
        copy: 0,
    };
    till_receipt::shift(row, &facts, texts, language)
}
