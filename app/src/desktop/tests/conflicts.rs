//! Deciding.

use super::Till;
use super::data::{price_conflict, snapshot};
use crate::desktop::Language;
use std::sync::Arc;
use till_node::command::{Choice, Command, CommandError, ConflictStatus, Reply};
use till_schema::body::{ConflictKey, ConflictKind};
use till_schema::catalogue::FieldValue;

fn till() -> Till {
    let mut till = Till::open(Language::English, snapshot());
    till.click("nav.conflicts");
    till
}

fn resolve(choice: Choice, note: &str) -> Command {
    Command::Resolve { conflict: price_conflict().key, choice, note: note.to_owned() }
}

#[test]
fn keeping_a_candidate_sends_its_place() {
    let mut till = till();
    assert!(!till.enabled("conflicts.apply"), "nothing is chosen for the person");
    assert_eq!(
        till.text("conflicts.keep.0"),
        "Keep $ 17.500 — Caja 2, today 13:05",
        "who, when, in money and local time"
    );
    till.click("conflicts.keep.0");
    till.click("conflicts.keep.1");
    assert_eq!(till.text("conflicts.apply"), "Set to $ 18.900");
    till.type_into("conflicts.note", "supplier raised it");
    till.click("conflicts.apply");
    let (ticket, command) = till.command();
    assert_eq!(command, resolve(Choice::Keep(1), "supplier raised it"));
    till.answer(ticket, Ok(Reply::Done));
    assert_eq!(till.text("conflicts.notice"), "Decision saved; it goes to every device");

    let mut till = self::till();
    till.click("conflicts.keep.0");
    till.click("conflicts.apply");
    assert_eq!(till.command().1, resolve(Choice::Keep(0), ""));
}

#[test]
fn another_price_is_sent_as_a_plain_decimal() {
    let mut till = till();
    till.type_into("conflicts.other", "18.200");
    assert_eq!(till.text("conflicts.apply"), "Set to $ 18.200");
    till.click("conflicts.apply");
    assert_eq!(till.command().1, resolve(Choice::Other("18200".to_owned()), ""));
}

#[test]
fn what_is_no_price_cannot_be_applied() {
    let mut till = till();
    till.type_into("conflicts.other", "cheap");
    assert!(!till.enabled("conflicts.apply"));
}

#[test]
fn what_has_no_values_is_acknowledged() {
    let mut till = till();
    till.click("conflicts.item.1");
    assert!(till.find("conflicts.keep.0").is_none());
    till.click("conflicts.apply");
    let conflict = ConflictKey { kind: ConflictKind::Oversold, subject: "303".to_owned() };
    let note = String::new();
    let expected = Command::Resolve { conflict, choice: Choice::Acknowledge, note };
    assert_eq!(till.command().1, expected);
}

#[test]
fn an_oversell_is_settled_by_counting() {
    let mut till = till();
    till.click("conflicts.item.1");
    till.type_into("conflicts.other", "-1");
    assert!(!till.enabled("conflicts.apply"), "a shelf holds nothing or something");
    till.click("conflicts.item.0");
    till.click("conflicts.item.1");
    till.type_into("conflicts.other", "4");
    till.click("conflicts.apply");
    let (_, command) = till.command();
    let Command::Resolve { choice, .. } = command else { panic!("not {command:?}") };
    assert_eq!(choice, Choice::Other("4".to_owned()));
}

#[test]
fn one_of_two_records_stays_or_both_do() {
    let mut till = till();
    till.change(|snapshot| {
        let conflict = &mut Arc::make_mut(&mut snapshot.conflicts)[0];
        conflict.key =
            ConflictKey { kind: ConflictKind::CodeDuplicate, subject: "7702001045310".to_owned() };
        conflict.current.clear();
        for (candidate, name) in conflict.candidates.iter_mut().zip(["Leche", "Yogur"]) {
            candidate.value = FieldValue::Text(name.to_owned());
        }
    });
    assert_eq!(till.text("conflicts.apply"), "Seen, leave it");
    assert!(till.find("conflicts.other").is_none());
    till.click("conflicts.keep.1");
    assert_eq!(till.text("conflicts.apply"), "Keep Yogur, put the rest away");
    till.click("conflicts.apply");
    let (_, command) = till.command();
    let Command::Resolve { choice, .. } = command else { panic!("not {command:?}") };
    assert_eq!(choice, Choice::Keep(1));
}

#[test]
fn what_cannot_be_chosen_is_told_and_acknowledged() {
    let kinds = [
        (ConflictKind::AdminFork, "Administration of the shop", "administration taken twice"),
        (ConflictKind::OutsideValidity, "142", "number outside its dates"),
        (ConflictKind::ProvisionalOpen, "P-142", "sale without a number"),
        (ConflictKind::DoubleFiscalised, "P-142", "two numbers for one sale"),
        (ConflictKind::Fork, "142", "two histories of one device"),
        (ConflictKind::Unentitled, "142", "change without the right"),
    ];
    for language in [Language::English, Language::Spanish] {
        for (kind, title, about) in kinds {
            let mut view = price_conflict();
            view.key = ConflictKey { kind, subject: "s".to_owned() };
            view.title = "142".to_owned();
            view.candidates.clear();
            view.devices.clear();
            view.current.clear();
            let key = view.key.clone();
            let mut till = Till::open(language, snapshot());
            till.change(|snapshot| snapshot.conflicts = Arc::new(vec![view]));
            till.click("nav.conflicts");
            let row = till.text("conflicts.item.0");
            if language == Language::English {
                assert_eq!(row, format!("{title}, {about}, open"));
            }
            assert!(till.find("conflicts.other").is_none());
            till.click("conflicts.apply");
            let (_, command) = till.command();
            let note = String::new();
            let choice = Choice::Acknowledge;
            assert_eq!(command, Command::Resolve { conflict: key, choice, note });
        }
    }
}

#[test]
fn a_refused_decision_is_said() {
    let mut till = till();
    till.click("conflicts.keep.0");
    till.click("conflicts.apply");
    let (ticket, _) = till.command();
    let error = CommandError::NotAllowed("an owner decides".to_owned());
    till.answer(ticket, Err(error));
    let text = till.text("conflicts.notice");
    assert_eq!(text, "That is not allowed: an owner decides");
}

#[test]
fn a_decided_conflict_leaves_the_open_list() {
    let mut till = till();
    till.click("conflicts.keep.0");
    till.change(|snapshot| {
        Arc::make_mut(&mut snapshot.conflicts)[0].status = ConflictStatus::Closed;
    });
    assert!(till.text("conflicts.item.0").starts_with("Arequipe"));
    assert_eq!(till.text("conflicts.apply"), "Seen, leave it", "the pick does not move over");
    till.click("conflicts.tab.resolved");
    assert!(till.text("conflicts.item.0").starts_with("Café Sello Rojo"));
    assert!(till.find("conflicts.apply").is_none());
}
