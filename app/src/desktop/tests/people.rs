//! A shop with people: the lock, and another person's word.

use super::Till;
use super::data::{ANA, BEATRIZ, with_people};
use crate::desktop::{Intent, Language};
use egui::{Key, Theme};
use till_node::command::{Acting, Command, CommandError, Reply, SessionView, Sold, Token};
use till_schema::OrderId;
use till_schema::body::{Right, UserRole};

const IDLE_MS: i64 = 300_000;
const SESSION: Token = Token([1; 16]);
const APPROVAL: Token = Token([2; 16]);

fn session(token: Token, name: &str, rights: Vec<Right>) -> Reply {
    Reply::Session(SessionView {
        token: Some(token),
        name: Some(name.to_owned()),
        rights,
        login_needed: true,
        idle_ms: IDLE_MS.unsigned_abs(),
    })
}

fn login(name: &str, pin: &str) -> Command {
    Command::Login { name: name.to_owned(), pin: pin.to_owned() }
}

/// A till in which Ana is logged in.
fn till(language: Language) -> Till {
    let mut till = Till::open(language, with_people());
    log_in(&mut till);
    till
}

pub(super) fn log_in(till: &mut Till) {
    till.click(&format!("lock.person.{ANA}"));
    till.type_text("1234");
    till.press(Key::Enter);
    let (ticket, command) = till.command();
    assert_eq!(command, login("Ana Gómez", "1234"));
    till.answer(ticket, Ok(session(SESSION, "Ana Gómez", UserRole::Cashier.rights())));
}

/// A sale with a discount, sent and refused.
pub(super) fn refused(till: &mut Till) -> (u64, Command) {
    till.click("register.tile.701");
    for key in ["5", "0", "0"] {
        till.click(&format!("register.key.{key}"));
    }
    till.click("register.key.disc");
    till.press(Key::F12);
    till.press(Key::F12);
    let (ticket, command, acting) = till.command_as();
    assert_eq!(acting, Acting { session: Some(SESSION), approval: None });
    let error = CommandError::NotAllowed("a discount above the limit".to_owned());
    till.answer(ticket, Err(error));
    (ticket, command)
}

fn approve(till: &mut Till, pin: &str) -> (u64, Command) {
    till.type_text(pin);
    till.press(Key::Enter);
    let (ticket, command, _) = till.command_as();
    (ticket, command)
}

#[test]
fn somebody_logs_in_by_touch() {
    for (language, theme) in [(Language::Spanish, Theme::Dark), (Language::English, Theme::Light)] {
        let mut till = Till::with(language, with_people(), true, theme);
        assert!(till.find("register.search").is_none(), "the shop is behind the lock");
        assert!(!till.enabled("lock.enter"));
        till.click(&format!("lock.person.{BEATRIZ}"));
        for key in ["9", "8", "7", "6", "5"] {
            till.click(&format!("lock.key.{key}"));
        }
        till.click("lock.key.backspace");
        till.click("lock.enter");
        let (ticket, command, acting) = till.command_as();
        assert_eq!(command, login("Beatriz Muñoz", "9876"));
        assert_eq!(acting, Acting::default());
        assert!(!till.enabled("lock.enter"), "one at a time");
        till.press(Key::Enter);
        assert_eq!(till.sent(), []);
        till.answer(ticket, Ok(session(SESSION, "Beatriz Muñoz", UserRole::Owner.rights())));
        assert!(till.find("register.search").is_some());
        let expected = match language {
            Language::Spanish => "Beatriz Muñoz: bloquear la caja",
            Language::English => "Beatriz Muñoz: lock the till",
        };
        assert_eq!(till.text("status.person"), expected);
        till.click("register.tile.301");
        till.press(Key::F12);
        till.press(Key::F12);
        let (_, _, acting) = till.command_as();
        assert_eq!(acting, Acting { session: Some(SESSION), approval: None });
    }
}

#[test]
fn somebody_logs_in_by_keyboard() {
    let mut till = Till::open(Language::Spanish, with_people());
    assert_eq!(till.text("lock.filter"), "Buscar una persona");
    till.type_text("osc");
    assert!(till.find(&format!("lock.person.{ANA}")).is_none(), "typing filters");
    till.press(Key::Enter);
    assert_eq!(till.text("lock.pin"), "PIN de Óscar Peña");
    till.press(Key::Escape);
    assert_eq!(till.text("lock.pin"), "PIN");
    for _ in 0..3 {
        till.press(Key::Backspace);
    }
    till.press(Key::ArrowDown);
    till.press(Key::Enter);
    till.type_text("12x34");
    till.press(Key::Enter);
    assert_eq!(till.command().1, login("Beatriz Muñoz", "1234"), "a PIN has digits only");
}

#[test]
fn a_wrong_pin_is_said_in_the_nodes_sentence_and_forgotten() {
    let mut till = Till::open(Language::English, with_people());
    till.click(&format!("lock.person.{ANA}"));
    till.type_text("1111");
    till.press(Key::Enter);
    let (ticket, _) = till.command();
    let error = CommandError::Login("too many wrong PINs for “Ana Gómez”; wait 8 s".to_owned());
    till.answer(ticket, Err(error));
    let text = till.text("lock.problem");
    assert_eq!(text, "Not let in: too many wrong PINs for “Ana Gómez”; wait 8 s");
    assert!(!till.enabled("lock.enter"), "the wrong PIN is gone");
    till.type_text("2222");
    till.press(Key::Enter);
    assert_eq!(till.command().1, login("Ana Gómez", "2222"));
}

#[test]
fn a_scan_is_no_name_and_does_not_reach_the_cart() {
    let mut till = Till::open(Language::Spanish, with_people());
    till.scan(super::data::MILK_BARCODE);
    till.scan_slowly(super::data::MILK_BARCODE);
    log_in(&mut till);
    assert!(till.find("register.line.301").is_none());
}

#[test]
fn the_till_locks_when_nobody_touches_it_and_keeps_the_cart() {
    let mut till = till(Language::English);
    till.click("register.tile.301");
    till.pass_time(IDLE_MS - 1);
    assert!(till.find("register.search").is_some());
    till.press(Key::ArrowUp);
    let (alive, command) = till.command();
    assert_eq!(command, Command::Session, "work without commands keeps the session alive");
    till.answer(alive, Ok(session(SESSION, "Ana Gómez", UserRole::Cashier.rights())));
    till.pass_time(IDLE_MS - 1);
    assert!(till.find("register.search").is_some(), "the key counted");
    till.pass_time(1);
    let (_, command, acting) = till.command_as();
    assert_eq!((command, acting.session), (Command::Logout, Some(SESSION)));
    assert_eq!(till.text("lock.cart"), "1 item waits in the cart");
    assert_eq!(till.text("lock.pin"), "PIN of Ana Gómez", "it is the same person most of the time");
    till.type_text("1234");
    till.press(Key::Enter);
    let (ticket, command, acting) = till.command_as();
    assert_eq!((command, acting), (login("Ana Gómez", "1234"), Acting::default()));
    till.answer(ticket, Ok(session(SESSION, "Ana Gómez", UserRole::Cashier.rights())));
    assert_eq!(till.text("register.line.301"), "1 Leche entera 1,1 L $ 5.200");
}

#[test]
fn a_person_hands_over_by_key_or_button() {
    let mut till = till(Language::Spanish);
    till.click("register.tile.301");
    till.press(Key::F11);
    assert_eq!(till.command().1, Command::Logout);
    assert_eq!(till.text("lock.pin"), "PIN", "the next person chooses");
    assert_eq!(till.text("lock.cart"), "1 artículo espera en el carrito");
    log_in(&mut till);
    till.click("nav.receipts");
    till.click("status.person");
    assert_eq!(till.command().1, Command::Logout);
    assert!(till.find("sheet.number").is_none());
}

#[test]
fn a_session_that_ended_locks_and_keeps_the_payment() {
    let mut till = till(Language::English);
    till.click("register.tile.301");
    till.press(Key::F12);
    till.press(Key::F12);
    let (ticket, first) = till.command();
    till.answer(ticket, Err(CommandError::Login("nobody is logged in".to_owned())));
    assert!(till.find("payment.finish").is_none());
    till.type_text("1234");
    till.press(Key::Enter);
    let (ticket, _) = till.command();
    till.answer(ticket, Ok(session(Token([7; 16]), "Ana Gómez", UserRole::Cashier.rights())));
    assert_eq!(till.text("payment.problem"), "The session has ended; log in and try again");
    till.press(Key::F12);
    let (_, again, acting) = till.command_as();
    assert_eq!(again, first, "the same order");
    assert_eq!(acting.session, Some(Token([7; 16])));
}

#[test]
fn a_session_that_the_node_does_not_know_locks() {
    let mut till = till(Language::English);
    till.pass_time(IDLE_MS / 2);
    till.press(Key::ArrowUp);
    let (ticket, _) = till.command();
    let gone = SessionView {
        token: None,
        name: None,
        rights: Vec::new(),
        login_needed: true,
        idle_ms: IDLE_MS.unsigned_abs(),
    };
    till.answer(ticket, Ok(Reply::Session(gone)));
    assert!(till.find("lock.enter").is_some());
    assert_eq!(till.sent(), [], "there is nothing to log out of");
}

#[test]
fn another_person_approves_a_refused_sale() {
    let mut till = till(Language::Spanish);
    let (ticket, command) = refused(&mut till);
    assert!(till.find(&format!("approval.person.{ANA}")).is_none(), "somebody else");
    assert!(!till.enabled("register.line.701"), "the screen waits below");
    till.type_text("bea");
    till.press(Key::Enter);
    let (asked, approval) = approve(&mut till, "4321");
    let expected = Command::Approve { name: "Beatriz Muñoz".to_owned(), pin: "4321".to_owned() };
    assert_eq!(approval, expected);
    till.answer(asked, Ok(session(APPROVAL, "Beatriz Muñoz", UserRole::Owner.rights())));
    let (again, sent, acting) = till.command_as();
    assert_eq!((again, &sent), (ticket, &command), "the same command, under the same ticket");
    assert_eq!(acting, Acting { session: Some(SESSION), approval: Some(APPROVAL) });
    assert!(till.find("approval.enter").is_none());
    let sold = Sold {
        order: OrderId([1; 16]),
        label: "SETP-990000143".to_owned(),
        total: 1_100_000,
        change: 0,
        code: "c0de".to_owned(),
        repeated: false,
        provisional: false,
    };
    till.answer(ticket, Ok(Reply::Sold(sold)));
    assert_eq!(till.text("ticket.number"), "Número SETP-990000143");
    assert_eq!(till.text("status.person"), "Ana Gómez: bloquear la caja", "Ana still acts");
}

#[test]
fn an_approval_can_be_wrong_twice_and_cancelled() {
    let mut till = till(Language::English);
    let (ticket, _) = refused(&mut till);
    till.type_text("osc");
    till.press(Key::Enter);
    let (asked, _) = approve(&mut till, "1111");
    till.press(Key::Escape);
    assert!(till.find("approval.enter").is_some(), "a PIN on its way decides");
    let error = CommandError::Login("this name and PIN do not belong together".to_owned());
    till.answer(asked, Err(error));
    let text = till.text("approval.problem");
    assert_eq!(text, "Not let in: this name and PIN do not belong together");
    let (asked, _) = approve(&mut till, "2222");
    till.answer(asked, Ok(session(APPROVAL, "Óscar Peña", UserRole::Manager.rights())));
    assert_eq!(till.command_as().2.approval, Some(APPROVAL));
    till.answer(ticket, Err(CommandError::NotAllowed("a discount above the limit".to_owned())));
    assert_eq!(till.text("approval.problem"), "Óscar Peña may not approve this");
    till.press(Key::Escape);
    assert!(till.find("approval.enter").is_none());
    assert_eq!(till.text("payment.problem"), "That is not allowed: nobody approved it");
    assert!(till.find("register.line.701").is_some(), "the cart stays");
    assert_eq!(till.sent(), []);
    till.press(Key::F12);
    let (again, _) = till.command();
    assert!(again > ticket);
}

#[test]
fn locking_drops_an_approval_that_was_asked_for() {
    let mut till = till(Language::English);
    refused(&mut till);
    till.press(Key::F11);
    assert_eq!(till.command().1, Command::Logout);
    log_in(&mut till);
    assert!(till.find("approval.enter").is_none());
    assert_eq!(till.text("payment.problem"), "That is not allowed: nobody approved it");
}

#[test]
fn what_the_device_may_not_do_nobody_approves() {
    let mut till = till(Language::English);
    till.click("register.tile.301");
    till.press(Key::F12);
    till.press(Key::F12);
    let (ticket, _) = till.command();
    till.answer(ticket, Err(CommandError::NotAllowed("this device does not sell".to_owned())));
    assert!(till.find("approval.enter").is_none());
    let text = till.text("payment.problem");
    assert_eq!(text, "That is not allowed: this device does not sell");
}

#[test]
fn a_conflict_and_an_invite_are_approved_too() {
    let mut till = till(Language::English);
    for (screen, presses) in [
        ("nav.conflicts", &["conflicts.keep.0", "conflicts.apply"][..]),
        ("nav.sync", &["sync.invite"][..]),
    ] {
        till.click(screen);
        for press in presses {
            till.click(press);
        }
        let (ticket, command) = till.command();
        till.answer(ticket, Err(CommandError::NotAllowed("not a right of yours".to_owned())));
        till.click(&format!("approval.person.{BEATRIZ}"));
        let (asked, _) = approve(&mut till, "4321");
        till.answer(asked, Ok(session(APPROVAL, "Beatriz Muñoz", UserRole::Owner.rights())));
        let (again, sent, acting) = till.command_as();
        assert_eq!((again, sent, acting.approval), (ticket, command, Some(APPROVAL)));
        till.answer(ticket, Ok(Reply::Done));
    }
}

#[test]
fn a_shop_gets_its_first_person_while_the_window_is_open() {
    let mut till = Till::open(Language::Spanish, super::data::snapshot());
    assert!(till.find("status.person").is_none());
    till.press(Key::F11);
    assert!(till.find("register.search").is_some(), "nobody to lock out");
    till.change(|snapshot| *snapshot = with_people());
    assert!(till.find("lock.enter").is_some());
    till.click("status.language");
    assert_eq!(till.sent(), [Intent::SetLanguage(Language::English)]);
    assert_eq!(till.text("lock.enter"), "Log in");
    till.change(|snapshot| snapshot.fault = Some("its folder was copied".to_owned()));
    assert_eq!(till.text("status.fault"), "This device cannot sell: its folder was copied");
}
