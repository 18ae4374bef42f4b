//! Letting devices in and out, from outside.

use crate::program::{Device, Serving, until};
use serde_json::Value;

/// A code shown by a running device, and where it listens.
fn code(device: &Device) -> (String, String) {
    let shown = device.json(&["shop", "code", "--no-wait"]);
    let code = shown["code"].as_str().expect("a code").to_owned();
    let address = shown["addresses"][0].as_str().expect("an address").to_owned();
    (code, address)
}

fn join(device: &Device, code: &str, address: &str) -> crate::program::Ran {
    device.run(&["--json", "shop", "join", "--code", code, "--at", address, "--device", "Caja 2"])
}

/// The same code with its last digit changed.
fn other(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..code.len() - 1])
}

fn devices(device: &Device) -> usize {
    device.json(&["shop", "devices"]).as_array().expect("devices").len()
}

fn founded() -> (Device, Serving) {
    let device = Device::founded();
    let serving = device.serve();
    (device, serving)
}

#[test]
fn eight_digits_let_one_device_in_and_both_show_one_number() {
    let (first, running) = founded();
    let (code, address) = code(&first);
    assert_eq!(code.len(), 8);
    let second = Device::empty();
    let joined = join(&second, &code, &address).ok().json();
    let check = joined["check"].as_str().expect("a check number").replace(' ', "");
    assert_eq!(check.len(), 6);
    let joins = first.json(&["shop", "joins"]);
    assert_eq!(joins[0]["name"], "Caja 2");
    assert_eq!(format!("{:06}", joins[0]["check"].as_u64().expect("a number")), check);

    // It is used up.
    let third = Device::empty();
    join(&third, &code, &address).refused(2, &["refused"]);
    let serving = second.serve();
    until("it has the shop", || second.digest() == first.digest());
    second.sell();
    assert_eq!(devices(&first), 2);
    assert!(serving.stop().success());
    assert!(running.stop().success());
}

#[test]
fn a_wrong_code_uses_the_right_one_up() {
    let (first, running) = founded();
    let (code, address) = code(&first);
    let guesser = Device::empty();
    join(&guesser, &other(&code), &address).refused(2, &["code is wrong"]);
    join(&guesser, &code, &address).refused(2, &["refused"]);
    join(&guesser, "12 34", &address).refused(2, &["8 digits"]);
    assert_eq!(devices(&first), 1);
    // With a new one it works, on the same folder.
    let (code, address) = self::code(&first);
    join(&guesser, &code, &address).ok();
    assert_eq!(devices(&first), 2);
    drop(running);
}

#[test]
fn a_code_waits_for_its_device_and_says_who_came() {
    let (first, running) = founded();
    let shown = first.start(&["shop", "code"]);
    let line = shown.line_with("shop join --code");
    let mut words = line.split_whitespace();
    let code = words.by_ref().skip_while(|word| *word != "--code").nth(1).expect("a code");
    let address = words.skip_while(|word| *word != "--at").nth(1).expect("an address");
    let second = Device::empty();
    let joined = join(&second, code, address).ok().json();
    let said = shown.finished();
    assert!(said.contains("Caja 2"), "{said}");
    assert!(said.contains(joined["check"].as_str().expect("a check number")), "{said}");
    drop(running);
}

#[test]
fn an_invite_is_a_qr_code_too() {
    let (first, running) = founded();
    let shown = first.run(&["shop", "invite", "--qr"]).ok().stdout;
    assert!(shown.contains('█') && shown.contains("TILL1-"), "{shown}");
    drop(running);
}

/// Who is in, with which rights, and since when.
#[test]
fn roles_stops_and_ends_are_told_and_hold() {
    let (first, running) = founded();
    let second = first.admit("Caja 2");
    let serving = second.serve();
    until("both hold the same", || first.digest() == second.digest());
    // A forwarder edits nothing.
    first.run(&["shop", "roles", "Caja 2", "--role", "forwarder"]).ok();
    until("it knows", || first.digest() == second.digest());
    second.run(&["products", "edit", "A1", "--price", "1"]).refused(2, &["role"]);
    second.run(&["shop", "roles", "Caja 1", "--role", "register"]).refused(2, &["Caja 1"]);
    first.run(&["shop", "roles", "Caja 2", "--role", "register"]).ok();
    until("it may again", || {
        second.run(&["products", "edit", "A1", "--price", "11"]).code == Some(0)
    });

    first.run(&["shop", "suspend", "Caja 2", "--reason", "left on the bus"]).ok();
    let standing = |field: &str| -> Value { first.json(&["shop", "devices"])[1][field].clone() };
    assert_eq!(standing("suspended"), true);
    first.run(&["shop", "reinstate", "Caja 2"]).ok();
    assert_eq!(standing("suspended"), false);
    first.run(&["shop", "reinstate", "Caja 2"]).ok();

    until("both hold the same again", || first.digest() == second.digest());
    second.run(&["shop", "retire"]).ok();
    until("the others know", || standing("retired") == true);
    until("its numbers are back", || {
        let audit = first.json(&["numbers", "audit"]);
        audit[0]["held"]
            .as_object()
            .is_some_and(|held| held.get("Caja 2").and_then(Value::as_u64).unwrap_or(0) == 0)
            && audit[0]["in_transit"] == 0
    });
    second.run(&["sell", "--item", "A1", "--pay", "cash"]).refused(2, &[]);
    first.run(&["shop", "retire"]).refused(2, &["administration"]);
    first.run(&["shop", "remove", "Nadie"]).refused(2, &["Nadie", "Caja 2"]);
    assert!(serving.stop().success());
    assert!(running.stop().success());
    first.verify();
}

#[test]
fn the_administration_moves_and_the_words_take_it_back() {
    let first = Device::empty();
    let created = first.json(&["shop", "create", "--name", "Tienda", "--tax-id", "900"]);
    let words = created["recovery_words"].as_str().expect("recovery words").to_owned();
    assert_eq!(words.split(' ').count(), 12);
    let running = first.serve();
    let second = first.admit("Caja 2");
    let serving = second.serve();
    until("both hold the same", || first.digest() == second.digest());
    first.run(&["shop", "move-admin", "Caja 2"]).ok();
    let admin = |device: &Device, name: &str| {
        let devices = device.json(&["shop", "devices"]);
        devices.as_array().expect("devices").iter().any(|d| d["name"] == name && d["admin"] == true)
    };
    until("the second administers", || admin(&first, "Caja 2") && admin(&second, "Caja 2"));
    first.run(&["shop", "invite"]).refused(2, &["Caja 2"]);
    let third = second.admit("Caja 3");
    assert_eq!(devices(&second), 3);
    drop(third);

    // The second is stolen, with everything on it.
    let log = serving.log();
    serving.kill();
    let upper = words.to_uppercase();
    first.run(&["shop", "recover", "--words", &upper]).ok();
    assert!(admin(&first, "Caja 1"));
    first.run(&["shop", "remove", &log, "--reason", "stolen"]).ok();
    let ended = first.json(&["shop", "devices"]);
    assert_eq!(ended[1]["ended"], "stolen", "{ended}");
    first.run(&["shop", "recover", "--words", &words]).refused(2, &["already"]);
    assert!(running.stop().success());
    first.verify();
}
