//! The people of a shop, from the command line and the local API.

use crate::program::{Device, until};
use serde_json::{Value, json};

const OWNER: [&str; 4] = ["--user", "Ana", "--pin", "2468"];
const CASHIER: [&str; 4] = ["--user", "Beto", "--pin", "1357"];

fn as_person(device: &Device, who: &[&str], args: &[&str]) -> crate::program::Ran {
    device.run(&[who, args].concat())
}

/// A shop with an owner and a cashier.
fn shop() -> Device {
    let device = Device::founded();
    let set = |args: &[&str]| device.run(&[&["users", "set"], args].concat());
    set(&["Beto", "--role", "cashier", "--new-pin", "1357"]).refused(2, &["owner"]);
    set(&["Ana", "--role", "owner", "--new-pin", "12"]).refused(2, &["4"]);
    set(&["Ana", "--role", "owner", "--new-pin", "2468"]).ok();
    let beto = ["users", "set", "Beto", "--role", "cashier", "--new-pin", "1357"];
    as_person(&device, &OWNER, &beto).ok();
    device
}

#[test]
fn who_may_do_what() {
    let device = shop();
    let sale = ["sell", "--item", "A1", "--pay", "cash"];
    device.run(&sale).refused(2, &["logged in", "--user"]);
    as_person(&device, &["--user", "Beto", "--pin", "9999"], &sale).refused(2, &["PIN"]);
    as_person(&device, &["--user", "Zoe", "--pin", "1357"], &sale).refused(2, &["PIN"]);
    as_person(&device, &CASHIER, &sale).ok();
    let edit = ["products", "edit", "A1", "--price", "9"];
    let refused = as_person(&device, &CASHIER, &edit);
    refused.refused(2, &["Beto", "edit-products", "approve"]);
    as_person(&device, &OWNER, &edit).ok();
    let void = ["numbers", "void", "1", "--reason", "test print"];
    as_person(&device, &CASHIER, &void).refused(2, &["manage-numbers"]);
    let approved = [&void[..], &["--approve-user", "Ana", "--approve-pin", "2468"]].concat();
    as_person(&device, &CASHIER, &approved).ok();

    // A right more, and a right less.
    let more = ["users", "set", "Beto", "--allow", "edit-products", "--deny", "edit-customers"];
    as_person(&device, &OWNER, &more).ok();
    as_person(&device, &CASHIER, &edit).ok();
    let gone = ["users", "set", "Beto", "--active", "false"];
    as_person(&device, &CASHIER, &gone).refused(2, &["manage-users"]);
    as_person(&device, &OWNER, &gone).ok();
    as_person(&device, &CASHIER, &sale).refused(2, &["PIN"]);
    let last = ["users", "set", "Ana", "--role", "cashier"];
    as_person(&device, &OWNER, &last).refused(2, &["somebody"]);
    device.verify();
}

#[test]
fn wrong_pins_slow_down_and_starting_again_forgives_nothing() {
    let device = shop();
    for _ in 0..4 {
        as_person(&device, &["--user", "Beto", "--pin", "0000"], &["users", "check"])
            .refused(2, &["do not belong"]);
    }
    // The right one waits as well.
    as_person(&device, &CASHIER, &["users", "check"]).refused(2, &["wait"]);
    as_person(&device, &OWNER, &["users", "check"]).ok();
}

#[test]
fn people_made_on_one_device_act_on_another_without_it() {
    let device = shop();
    let running = device.serve();
    let invite = as_person(&device, &OWNER, &["shop", "invite"]).ok().stdout.trim().to_owned();
    as_person(&device, &CASHIER, &["shop", "invite"]).refused(2, &["manage-devices"]);
    let second = Device::empty();
    second.run(&["shop", "join", &invite, "--device", "Caja 2"]).ok();
    let serving = second.serve();
    until("both hold the same", || second.digest() == device.digest());
    until("it holds numbers", || second.json(&["numbers", "status"])[0]["held"] != 0);
    assert!(running.stop().success());
    assert!(serving.stop().success());
    as_person(&second, &CASHIER, &["sell", "--item", "A1", "--pay", "cash"]).ok();
    second.verify();
}

#[test]
fn programs_act_with_a_token_and_are_told_what_is_missing() {
    let device = shop();
    let running = device.serve();
    let api = running.api();
    let (status, answer) = api.sell(&format!("{:032x}", 1), 1).expect("an answer");
    assert_eq!(status, 403, "{answer}");
    assert_eq!(answer["error"]["error"], "login", "{answer}");
    let login = json!({ "login": { "name": "beto", "pin": "1357" } });
    let (status, answer) = api.post("execute", &login).expect("an answer");
    assert_eq!(status, 200, "{answer}");
    let session = answer["ok"]["session"]["token"].as_str().expect("a token").to_owned();
    let api = api.acting(&session, None);
    api.sold(&format!("{:032x}", 1));
    let edit = json!({ "edit_product": { "code": "A1", "change": { "price": 5 } } });
    let (status, answer) = api.post("execute", &edit).expect("an answer");
    assert_eq!((status, &answer["error"]["error"]), (403, &json!("not_allowed")), "{answer}");
    let approve = json!({ "approve": { "name": "Ana", "pin": "2468" } });
    let (_, answer) = api.post("execute", &approve).expect("an answer");
    let approval = answer["ok"]["session"]["token"].as_str().expect("a token").to_owned();
    let once = api.acting(&session, Some(&approval));
    assert_eq!(once.post("execute", &edit).expect("an answer").0, 200);
    assert_eq!(once.post("execute", &edit).expect("an answer").0, 403, "it is used up");
    let (_, out) = api.post("execute", &Value::from("logout")).expect("an answer");
    assert_eq!(out["ok"], "done", "{out}");
    let (status, _) = api.sell(&format!("{:032x}", 2), 1).expect("an answer");
    assert_eq!(status, 403);
    drop(running);
}
