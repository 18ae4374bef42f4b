//! What the reports of a drawer say, and when.

use crate::samples::{closed_shift, open_shift, shift_facts, texts};
use till_receipt::{Language, Paper, ShiftFacts, text};
use till_schema::rows::ShiftRow;

fn report(row: &ShiftRow, facts: &ShiftFacts) -> String {
    text(&till_receipt::shift(row, facts, &texts(), Language::En), Paper::Mm80)
}

fn line<'a>(text: &'a str, name: &str) -> &'a str {
    let found = text.lines().find(|line| line.trim_start().starts_with(name));
    found.unwrap_or_else(|| panic!("no {name} in\n{text}"))
}

#[test]
fn an_open_shift_says_what_waits_now_and_a_closed_one_what_waited_then() {
    let facts = ShiftFacts { unsent: 5, held_carts: 6, ..shift_facts() };
    let open = report(&open_shift(), &facts);
    assert!(line(&open, "Documents not sent").ends_with(" 5"));
    assert!(line(&open, "Held carts").ends_with(" 6"));
    let closed = report(&closed_shift(), &facts);
    assert!(line(&closed, "Documents not sent").ends_with(" 1"));
    assert!(line(&closed, "Held carts").ends_with(" 2"));
}

#[test]
fn a_closed_shift_says_what_its_closing_froze() {
    let mut row = closed_shift();
    row.sums.sales = 99;
    assert!(line(&report(&row, &shift_facts()), "Sales").ends_with(" 12"));
}

#[test]
fn the_float_is_part_of_the_cash_that_should_be_there() {
    let mut row = open_shift();
    row.sums = Default::default();
    let text = report(&row, &shift_facts());
    assert!(line(&text[text.find("Means").unwrap()..], "Expected").ends_with("$ 200.000"));
    assert!(!text.contains("Card"), "what did not move is left out");
}

#[test]
fn somebody_unknown_has_the_beginning_of_an_id() {
    let mut facts = shift_facts();
    facts.people.clear();
    let text = report(&open_shift(), &facts);
    assert!(line(&text, "Opened").ends_with(", a1a1a1a1"));
    let mut row = open_shift();
    (row.opened_by, row.holder) = (None, None);
    let text = report(&row, &facts);
    assert!(line(&text, "Opened").ends_with("08:24"));
    assert!(!text.contains("In charge"));
}

#[test]
fn money_too_much_and_too_little_carry_their_sign() {
    let mut row = closed_shift();
    let report_of = |row: &ShiftRow| report(row, &shift_facts());
    assert!(line(&report_of(&row)[1_000..], "Difference").ends_with("-$ 180"));
    row.handovers[0].counted = Some(30_050_000);
    assert!(line(&report_of(&row), "Difference").ends_with("+$ 500"));
}
