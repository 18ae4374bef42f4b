//! Printed again, a ticket is the same but for its mark.

use crate::samples::{closed_shift, credit_note, facts, order, shift_facts, texts};
use till_receipt::{Language, Paper, SaleFacts, ShiftFacts, Ticket, text};

fn without_marks(ticket: &Ticket, mark: &str) -> String {
    let text = text(ticket, Paper::Mm58);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.first().map(|line| line.trim()), Some(mark), "at the top");
    assert_eq!(lines.last().map(|line| line.trim()), Some(mark), "at the bottom");
    lines[1..lines.len() - 1].iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_copy_differs_in_its_mark_alone() {
    for (language, mark) in [(Language::Es, "COPIA 2"), (Language::En, "COPY 2")] {
        let again = SaleFacts { copy: 2, ..facts() };
        let copy = till_receipt::sale(&order(), &again, &texts(), language);
        let first = till_receipt::sale(&order(), &facts(), &texts(), language);
        assert_eq!(without_marks(&copy, mark), text(&first, Paper::Mm58));

        let copy = till_receipt::credit_note(&credit_note(), None, &again, &texts(), language);
        let first = till_receipt::credit_note(&credit_note(), None, &facts(), &texts(), language);
        assert_eq!(without_marks(&copy, mark), text(&first, Paper::Mm58));

        let again = ShiftFacts { copy: 2, ..shift_facts() };
        let copy = till_receipt::shift(&closed_shift(), &again, &texts(), language);
        let first = till_receipt::shift(&closed_shift(), &shift_facts(), &texts(), language);
        assert_eq!(without_marks(&copy, mark), text(&first, Paper::Mm58));
    }
}

#[test]
fn a_copy_of_a_provisional_sale_is_still_provisional() {
    for language in Language::ALL {
        let facts = SaleFacts { provisional: true, copy: 1, ..facts() };
        let ticket = till_receipt::sale(&order(), &facts, &texts(), language);
        assert_eq!(text(&ticket, Paper::Mm80).matches("PROVISIONAL").count(), 2);
    }
}

#[test]
fn both_languages_say_the_same_figures() {
    let figures = |language| {
        let ticket = till_receipt::sale(&order(), &facts(), &texts(), language);
        let text = text(&ticket, Paper::Mm80);
        text.chars().filter(char::is_ascii_digit).collect::<String>()
    };
    assert_eq!(figures(Language::Es), figures(Language::En));
}
