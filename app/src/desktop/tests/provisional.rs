//! Selling without a number.

use super::Till;
use super::data::{order, snapshot};
use crate::desktop::Language;
use egui::{Key, Modifiers};
use std::sync::Arc;
use till_host::snapshot::Snapshot;
use till_node::command::{Cart, Command, CommandError, Reply, Sold};
use till_schema::OrderId;

fn sold() -> Reply {
    Reply::Sold(Sold {
        order: OrderId([1; 16]),
        label: "P-01010101-4".to_owned(),
        total: 520_000,
        change: 0,
        code: String::new(),
        repeated: false,
        provisional: true,
    })
}

fn cart(till: &mut Till) -> (u64, Cart) {
    let (ticket, command) = till.command();
    let Command::Sell(cart) = command else { panic!("a sale was expected, not {command:?}") };
    (ticket, cart)
}

/// A till that is about to be paid for some milk.
fn paying(language: Language, snapshot: Snapshot) -> Till {
    let mut till = Till::open(language, snapshot);
    till.click("register.tile.301");
    till.press(Key::F12);
    till
}

fn dry() -> Snapshot {
    let mut snapshot = snapshot();
    snapshot.numbers[0].held = 0;
    snapshot
}

fn shift_f12(till: &mut Till) {
    till.harness().key_press_modifiers(Modifiers::SHIFT, Key::F12);
    till.settle();
}

#[test]
fn a_refusal_for_want_of_numbers_offers_an_internal_document() {
    let mut till = paying(Language::Spanish, snapshot());
    shift_f12(&mut till);
    assert_eq!(till.sent(), [], "while there are numbers a sale has one");
    assert!(till.find("payment.provisional").is_none());
    till.press(Key::F12);
    let (ticket, first) = cart(&mut till);
    assert!(!first.provisional);
    till.answer(ticket, Err(CommandError::NoNumbers("their dates have passed".to_owned())));
    assert!(till.text("payment.problem").ends_with("their dates have passed"));
    assert_eq!(till.text("payment.provisional"), "Finalizar con documento interno");
    till.click("payment.provisional");
    let (ticket, second) = cart(&mut till);
    assert_eq!(second, Cart { provisional: true, ..first }, "the same order");
    till.answer(ticket, Ok(sold()));

    assert_eq!(till.text("ticket.number"), "Documento interno P-01010101-4");
    assert_eq!(till.text("ticket.fiscal"), "Documento interno — la factura sigue");
    assert_eq!(till.text("sheet.provisional"), "Documento interno — la factura sigue");
    assert!(till.text("ticket.provisional").starts_with("Entregue este papel"));
    till.change(|snapshot| {
        let mut view = order(0, None);
        view.row.order.id = OrderId([1; 16]);
        snapshot.orders = Arc::new(vec![view]);
    });
    assert_eq!(till.text("ticket.number"), "Número SETP-990000142", "the number came");
    assert!(till.find("ticket.provisional").is_none());
    assert!(till.find("sheet.provisional").is_none());
}

#[test]
fn a_number_that_comes_ends_the_offer() {
    let mut till = paying(Language::English, snapshot());
    till.press(Key::F12);
    let (ticket, _) = cart(&mut till);
    till.answer(ticket, Err(CommandError::NoNumbers("none left".to_owned())));
    till.press(Key::F12);
    let (ticket, again) = cart(&mut till);
    assert!(!again.provisional, "the plain key asks for a number again");
    till.answer(ticket, Err(CommandError::NoNumbers("none left".to_owned())));
    till.change(|snapshot| snapshot.numbers[0].held += 100);
    assert!(till.find("payment.provisional").is_none());
    till.click("payment.finish");
    assert!(!cart(&mut till).1.provisional);
}

#[test]
fn without_numbers_the_till_says_so_and_still_sells() {
    let mut till = Till::open(Language::English, dry());
    till.click("register.tile.301");
    assert!(till.text("register.no-numbers").starts_with("No invoice numbers left"));
    till.click("register.pay");
    assert!(till.find("payment.finish").is_none());
    till.press(Key::F12);
    till.press(Key::Enter);
    assert_eq!(till.sent(), [], "an internal document is chosen, not slipped into");
    till.type_into("payment.amount", "10");
    assert!(!till.enabled("payment.provisional"), "it is paid in full like any sale");
    shift_f12(&mut till);
    assert_eq!(till.sent(), []);
    till.press(Key::Backspace);
    till.press(Key::Backspace);
    shift_f12(&mut till);
    let (ticket, cart) = cart(&mut till);
    assert!(cart.provisional);
    till.answer(ticket, Ok(sold()));
    assert_eq!(till.text("ticket.number"), "Internal document P-01010101-4");
}

#[test]
fn receipts_tell_internal_documents_from_invoices() {
    let mut till = Till::open(Language::English, snapshot());
    till.change(|snapshot| {
        let mut view = order(3, None);
        view.label = "P-01010101-4".to_owned();
        (view.row.number, view.row.ticket) = (0, Some(4));
        view.row.code.clear();
        Arc::make_mut(&mut snapshot.orders).push(view);
    });
    till.click("nav.receipts");
    assert!(till.find("sheet.provisional").is_none());
    let row = till.text("receipts.row.P-01010101-4");
    assert!(row.ends_with("Internal document — the invoice follows"), "{row}");
    till.click("receipts.row.P-01010101-4");
    assert_eq!(till.text("receipts.state"), "Internal document — the invoice follows");
    assert!(till.find("sheet.provisional").is_some());
}
