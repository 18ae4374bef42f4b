//! Tickets from what a device answers.

use super::*;
use std::collections::BTreeMap;
use till_node::command::OrderView;
use till_receipt::{CodePage, Paper, text};
use till_schema::catalogue::FieldValue;
use till_schema::order::{Order, Tender, Totals};
use till_schema::rows::{EntryRef, OrderRow};
use till_schema::{Currency, EntryHash, LogId, OrderId, Seq, SpaceId};

fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, FieldValue> {
    let text = |value: &str| FieldValue::Text(value.to_owned());
    pairs.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect()
}

fn view(tender: TenderKind, change: i64) -> TicketView {
    let order = Order {
        id: OrderId([7; 16]),
        sold_at_ms: 1_795_303_440_000,
        utc_offset_min: -300,
        currency: Currency::Cop,
        lines: Vec::new(),
        customer: None,
        tenders: vec![Tender::new(tender, 1_000 + change)],
        change,
        totals: Totals { gross: 1_000, total: 1_000, ..Totals::default() },
        note: String::new(),
        resumes: None,
        tip: 0,
        rounding: 0,
    };
    let log = LogId([1; 32]);
    let entry = EntryRef { log, seq: Seq(1), hash: EntryHash([2; 32]), wall_ms: 0 };
    let code = "c0de".to_owned();
    let space = SpaceId([3; 16]);
    let row = OrderRow { order, entry, space, number: 5, code, ticket: None, user: None };
    let (label, register) = ("T1-5".to_owned(), "Caja 1".to_owned());
    let sale = OrderView { label: label.clone(), register: register.clone(), outcome: None, row };
    TicketView {
        label,
        register,
        cashier: "Ana".to_owned(),
        sale: Some(sale),
        returned: None,
        returns: Vec::new(),
        back: Vec::new(),
        copy: 0,
        texts: BTreeMap::new(),
    }
}

fn shown(view: &TicketView, language: Language) -> String {
    let ticket = ticket(view, None, &Texts::default(), language).expect("a sale");
    text(&ticket, Paper::Mm80)
}

#[test]
fn a_sale_says_who_where_and_under_which_code() {
    let said = shown(&view(TenderKind::Cash, 0), Language::Es);
    for word in ["T1-5", "Caja 1", "Ana", "c0de", "[QR] c0de"] {
        assert!(said.contains(word), "{word} is missing in:\n{said}");
    }
}

#[test]
fn another_paper_is_marked_and_a_provisional_one_too() {
    let original = shown(&view(TenderKind::Cash, 0), Language::En);
    let copy = TicketView { copy: 2, ..view(TenderKind::Cash, 0) };
    let copy = shown(&copy, Language::En);
    assert!(copy.to_lowercase().contains("copy") && !original.to_lowercase().contains("copy"));

    let mut waits = view(TenderKind::Cash, 0);
    if let Some(sale) = &mut waits.sale {
        (sale.row.ticket, sale.row.code) = (Some(3), String::new());
    }
    let waits = shown(&waits, Language::En);
    assert!(!waits.contains("[QR]"), "there is no code yet:\n{waits}");
    assert_ne!(waits.lines().count(), original.lines().count());
}

#[test]
fn an_answer_without_sale_and_return_is_no_ticket() {
    let empty = TicketView { sale: None, ..view(TenderKind::Cash, 0) };
    assert_eq!(ticket(&empty, None, &Texts::default(), Language::Es), None);
    assert!(!needs_drawer(&empty));
}

#[test]
fn the_drawer_opens_for_cash() {
    assert!(needs_drawer(&view(TenderKind::Cash, 0)));
    assert!(!needs_drawer(&view(TenderKind::Card, 0)));
    assert!(needs_drawer(&view(TenderKind::Other, 50)), "change is cash");
}

#[test]
fn settings_say_how_it_looks() {
    let all = settings(&[
        ("printer.target", "tcp:caja"),
        ("printer.paper", "58"),
        ("printer.code_page", "wpc1252"),
        ("business.address", "Calle 1\nBogotá"),
        ("business.phone", "Tel. 300"),
    ]);
    let wanted =
        Look { printer: "tcp:caja".to_owned(), paper: Paper::Mm58, page: CodePage::Wpc1252 };
    assert_eq!(Look::of(&all), wanted);
    let texts = texts(&all, "Tienda");
    assert_eq!(texts.shop_name, "Tienda", "the shop's name when the business has none");
    assert_eq!(texts.address, ["Calle 1", "Bogotá", "Tel. 300"]);

    let none = Look { printer: String::new(), paper: Paper::Mm80, page: CodePage::Pc858 };
    assert_eq!(Look::of(&BTreeMap::new()), none);
    let unread = settings(&[("printer.paper", "76"), ("printer.code_page", "x")]);
    assert_eq!(Look::of(&unread), none);
}

#[test]
fn the_shop_s_language_comes_first() {
    let none = BTreeMap::new();
    assert_eq!(language(&none, None), Language::Es);
    assert_eq!(language(&none, Some("en")), Language::En);
    assert_eq!(language(&settings(&[("ticket.language", "es")]), Some("en")), Language::Es);
    assert_eq!(language(&settings(&[("ticket.language", "en")]), None), Language::En);
}
