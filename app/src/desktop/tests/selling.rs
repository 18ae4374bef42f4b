//! From an empty cart to a ticket.

use super::Till;
use super::data::{MILK_BARCODE, order, snapshot};
use crate::desktop::{Intent, Language};
use egui::Key;
use std::sync::Arc;
use till_node::command::{Cart, CartLine, Command, CommandError, Reply, Sold};
use till_schema::body::Outcome;
use till_schema::order::{Tender, TenderKind};
use till_schema::{OrderId, Quantity};

fn till() -> Till {
    Till::open(Language::Spanish, snapshot())
}

fn line(code: &str, quantity: Quantity) -> CartLine {
    CartLine {
        code: code.to_owned(),
        quantity,
        unit_price: None,
        discount: 0,
        discount_bp: 0,
        note: String::new(),
    }
}

fn cash(amount: i64) -> Tender {
    Tender { kind: TenderKind::Cash, amount, reference: String::new(), foreign: None }
}

fn sold(order: OrderId, total: i64, change: i64) -> Reply {
    Reply::Sold(Sold {
        order,
        label: "SETP-990000143".to_owned(),
        total,
        change,
        code: "c0de".to_owned(),
        repeated: false,
        provisional: false,
    })
}

#[test]
fn a_sale_by_search_tile_and_cash() {
    let mut till = till();
    till.type_into("register.search", "aguila");
    assert!(till.find("register.tile.301").is_none(), "the search filters");
    till.click("register.tile.102");
    till.press(Key::Escape);
    till.click("register.tile.301");
    till.click("register.tile.301");
    assert_eq!(till.text("register.total"), "Total $ 20.200");
    assert_eq!(till.text("register.line.301"), "2 Leche entera 1,1 L $ 10.400");
    till.press(Key::F12);
    till.click("payment.quick.25000");
    till.type_text("0");
    assert_eq!(till.text("payment.change"), "Cambio $ 229.800", "typed behind the amount");
    till.click("payment.quick.50000");
    assert_eq!(till.text("payment.change"), "Cambio $ 29.800");
    till.press(Key::F12);
    let (ticket, command) = till.command();
    let cart = Cart {
        order: OrderId([1; 16]),
        lines: vec![line("102", Quantity::ONE), line("301", Quantity::units(2))],
        customer: None,
        tenders: vec![cash(5_000_000)],
        sold_at_ms: None,
        provisional: false,
        discount: till_node::command::Discount::default(),
        tip: 0,
        note: String::new(),
        resumes: None,
    };
    assert_eq!(command, Command::Sell(cart));
    assert_eq!(till.text("payment.finish"), "Guardando…");
    till.press(Key::F12);
    till.press(Key::Escape);
    assert_eq!(till.sent(), [], "a sale on its way is not sent again");

    till.answer(ticket, Ok(sold(OrderId([1; 16]), 2_020_000, 2_980_000)));
    assert_eq!(till.text("ticket.number"), "Número SETP-990000143");
    assert_eq!(till.text("sheet.number"), "Número SETP-990000143");
    assert_eq!(till.text("ticket.total"), "Total $ 20.200");
    assert_eq!(till.text("ticket.change"), "Cambio $ 29.800");
    assert_eq!(till.text("ticket.fiscal"), "En espera de la autoridad");
    till.change(|snapshot| {
        let mut view = order(0, Some(Outcome::Accepted));
        view.row.order.id = OrderId([1; 16]);
        snapshot.orders = Arc::new(vec![view]);
    });
    assert_eq!(till.text("ticket.fiscal"), "Aceptado por la autoridad");

    till.press(Key::Enter);
    assert!(till.find("register.line.301").is_none(), "the next cart is empty");
    till.click("register.tile.301");
    till.press(Key::F12);
    till.press(Key::Enter);
    let (_, command) = till.command();
    let Command::Sell(cart) = command else { panic!("a sale was expected, not {command:?}") };
    assert_eq!(cart.order, OrderId([2; 16]), "each cart has its own id");
    assert_eq!(cart.tenders, [cash(520_000)], "no amount is the exact amount");
}

#[test]
fn the_same_in_english() {
    let mut till = Till::open(Language::English, snapshot());
    assert_eq!(till.text("register.pay"), "Pay");
    till.click("register.tile.301");
    till.click("register.pay");
    assert_eq!(till.text("payment.finish"), "Finish");
    till.click("payment.finish");
    let (ticket, _) = till.command();
    till.answer(ticket, Ok(sold(OrderId([1; 16]), 520_000, 0)));
    assert_eq!(till.text("ticket.fiscal"), "Waiting for the authority");
}

#[test]
fn a_scan_adds_wherever_the_keyboard_is() {
    let mut till = till();
    till.scan(MILK_BARCODE);
    assert_eq!(till.text("register.line.301"), "1 Leche entera 1,1 L $ 5.200");
    assert_eq!(till.text("register.search"), "Buscar productos");
    till.scan_slowly(MILK_BARCODE);
    assert_eq!(till.text("register.line.301"), "2 Leche entera 1,1 L $ 10.400");
    till.type_text("3*");
    till.scan_slowly(MILK_BARCODE);
    assert_eq!(till.text("register.line.301"), "5 Leche entera 1,1 L $ 26.000");
    till.click("nav.sync");
    till.scan(MILK_BARCODE);
    assert_eq!(till.text("register.line.301"), "6 Leche entera 1,1 L $ 31.200");
}

#[test]
fn a_scan_presses_no_button_and_pays_nothing() {
    let mut till = till();
    till.click("register.tile.301");
    till.press(Key::F12);
    till.scan_slowly(MILK_BARCODE);
    assert_eq!(till.sent(), [], "the scanner's Enter does not finish the payment");
    assert!(till.find("payment.problem").is_some());
    till.press(Key::Enter);
    let (_, command) = till.command();
    let Command::Sell(cart) = command else { panic!("a sale was expected, not {command:?}") };
    assert_eq!(cart.tenders, [cash(520_000)], "its digits are no amount");
}

#[test]
fn an_unknown_code_is_said_and_an_exact_one_entered() {
    let mut till = till();
    till.scan("12345678");
    assert_eq!(till.text("register.notice"), "Ningún producto tiene el código 12345678");
    till.type_into("register.search", "2*701");
    till.press(Key::Enter);
    assert_eq!(till.text("register.line.701"), "2 Chocoramo x5 $ 23.000");
    assert!(till.find("register.notice").is_none());
}

#[test]
fn keys_change_the_selected_line() {
    let mut till = till();
    till.click("register.tile.301");
    till.click("register.tile.701");
    till.type_text("+");
    till.type_text("+");
    till.type_text("-");
    assert_eq!(till.text("register.line.701"), "2 Chocoramo x5 $ 23.000");
    till.press(Key::ArrowUp);
    till.press(Key::Delete);
    assert!(till.find("register.line.301").is_none());
    till.click("register.line-plus");
    assert_eq!(till.text("register.line.701"), "3 Chocoramo x5 $ 34.500");
    till.click("register.key.5");
    till.click("register.key.qty");
    assert_eq!(till.text("register.line.701"), "5 Chocoramo x5 $ 57.500");
    for key in ["5", "0", "0"] {
        till.click(&format!("register.key.{key}"));
    }
    till.click("register.key.disc");
    assert_eq!(till.text("register.line.701"), "5 Chocoramo x5 $ 57.000");
}

#[test]
fn an_error_keeps_the_cart_and_its_id() {
    let mut till = till();
    till.click("register.tile.301");
    till.press(Key::F12);
    till.press(Key::F12);
    let (ticket, first) = till.command();
    till.answer(ticket, Err(CommandError::Storage("the disk is full".to_owned())));
    let problem = till.text("payment.problem");
    assert!(problem.starts_with("No se pudo guardar"), "{problem}");
    assert!(problem.contains("the disk is full"), "{problem}");
    assert!(till.find("register.line.301").is_some(), "the cart stays");
    till.press(Key::F12);
    let (again, second) = till.command();
    assert_eq!(first, second, "the same order, so that it counts once");
    assert!(again > ticket);
}

#[test]
fn two_tenders_and_a_card_without_change() {
    let mut till = till();
    till.click("register.tile.101");
    till.press(Key::F12);
    till.type_into("payment.amount", "10.000");
    assert_eq!(till.text("payment.left"), "Falta $ 8.900");
    assert!(!till.enabled("payment.finish"));
    till.click("payment.part");
    till.click("payment.tender.card");
    till.type_into("payment.amount", "9000");
    assert!(!till.enabled("payment.finish"), "a card gives no change");
    till.press(Key::Backspace);
    for _ in 0..3 {
        till.press(Key::Backspace);
    }
    till.type_into("payment.reference", "A-77");
    till.click("payment.finish");
    let (_, command) = till.command();
    let Command::Sell(cart) = command else { panic!("a sale was expected, not {command:?}") };
    let card = Tender {
        kind: TenderKind::Card,
        amount: 890_000,
        reference: "A-77".to_owned(),
        foreign: None,
    };
    assert_eq!(cart.tenders, [cash(1_000_000), card]);
}

#[test]
fn a_fault_stops_selling_in_its_own_words() {
    let mut snapshot = snapshot();
    snapshot.fault = Some("the disk failed: restart the till".to_owned());
    let mut till = Till::open(Language::English, snapshot);
    assert!(till.find("register.pay").is_none());
    for screen in ["nav.register", "nav.receipts", "nav.conflicts", "nav.sync"] {
        till.click(screen);
        assert_eq!(
            till.text("status.fault"),
            "This device cannot sell: the disk failed: restart the till"
        );
    }
}

#[test]
fn a_fault_that_comes_while_paying_stops_the_sale() {
    let mut till = till();
    till.click("register.tile.301");
    till.press(Key::F12);
    till.change(|snapshot| snapshot.fault = Some("its folder was copied".to_owned()));
    assert!(!till.enabled("payment.finish"));
    till.press(Key::F12);
    till.press(Key::Enter);
    assert_eq!(till.sent(), []);
    assert_eq!(till.text("status.fault"), "Este equipo no puede vender: its folder was copied");
}

#[test]
fn a_price_that_changes_reaches_the_open_cart() {
    let mut till = till();
    till.click("register.tile.301");
    till.change(|snapshot| {
        Arc::make_mut(&mut snapshot.products)[8].product.price = 600_000;
    });
    assert_eq!(till.text("register.total"), "Total $ 6.000");
}

#[test]
fn the_chosen_customer_goes_with_the_sale() {
    let mut till = till();
    till.click("register.tile.301");
    till.press(Key::F4);
    till.type_text("fogon");
    let id = "07".repeat(16);
    till.click(&format!("customers.row.{id}"));
    assert_eq!(till.text("register.buyer"), "Restaurante El Fogón SAS NIT 900123456");
    till.press(Key::F12);
    till.press(Key::F12);
    let (_, command) = till.command();
    let Command::Sell(cart) = command else { panic!("a sale was expected, not {command:?}") };
    assert_eq!(cart.customer, Some(id));
}

#[test]
fn receipts_show_the_chosen_order_as_paper() {
    let mut till = till();
    till.click("nav.receipts");
    assert_eq!(till.text("sheet.number"), "Número SETP-990000142");
    till.click("receipts.row.SETP-990000140");
    assert_eq!(till.text("sheet.number"), "Número SETP-990000140");
    assert_eq!(till.text("receipts.state"), "Rechazado por la autoridad");
}

#[test]
fn language_and_theme_switch_and_are_remembered() {
    let mut till = till();
    till.click("status.language");
    assert_eq!(till.text("register.pay"), "Pay");
    assert_eq!(till.sent(), [Intent::SetLanguage(Language::English)]);
    till.click("status.theme");
    let choice = crate::desktop::intent::ThemeChoice::Dark;
    assert_eq!(till.sent(), [Intent::SetTheme(choice)]);
    assert_eq!(till.text("status.theme"), "Light theme");
}
