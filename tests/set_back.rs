//! Data folders that were set back or copied: the device must not use a number
//! twice, and goes on under another key.

use crate::program::{Device, Serving, until};
use serde_json::Value;

/// What a device says that must not sell any more.
const STOPPED: &[&str] = &["must not", "join again"];

/// A shop with a second register that holds numbers, both stopped.
fn two() -> (Device, Device) {
    let first = Device::founded();
    let (running, second, serving) = with_second(&first);
    assert!(serving.stop().success());
    assert!(running.stop().success());
    (first, second)
}

fn with_second(first: &Device) -> (Serving, Device, Serving) {
    let running = first.serve();
    let second = first.admit("Caja 2");
    let serving = second.serve();
    until("the second register holds numbers", || held(&second) > 0);
    until("both hold the same", || first.digest() == second.digest());
    (running, second, serving)
}

fn held(device: &Device) -> u64 {
    device.json(&["numbers", "status"])[0]["held"].as_u64().unwrap_or(0)
}

fn label(sold: &Value) -> String {
    sold["label"].as_str().expect("a sale has a number").to_owned()
}

fn kinds(device: &Device) -> Vec<String> {
    let conflicts = device.json(&["conflicts", "list"]);
    let list = conflicts.as_array().expect("conflicts");
    list.iter().map(|c| c["key"]["kind"].as_str().expect("a kind").to_owned()).collect()
}

#[test]
fn a_folder_that_was_set_back_does_not_sell() {
    let (_first, second) = two();
    let kept = second.kept();
    second.sell();
    second.set_back_to(&kept.path().join("data"));
    let refused = second.run(&["sell", "--item", "A1", "--pay", "cash"]);
    refused.refused(1, STOPPED);
    refused.refused(1, &["set back"]);
    // It stays so, and it can still be looked at.
    second.run(&["sell", "--item", "A1", "--pay", "cash"]).refused(1, STOPPED);
    assert_eq!(second.orders(), 0);
}

#[test]
fn one_fence_that_was_set_back_too_hides_nothing() {
    let (_first, second) = two();
    let kept = second.kept();
    second.sell();
    second.set_back_to(&kept.path().join("data"));
    second.set_fences_back_to(kept.path(), 1);
    second.run(&["sell", "--item", "A1", "--pay", "cash"]).refused(1, STOPPED);
}

#[test]
fn with_all_fences_set_back_a_peer_still_knows() {
    let first = Device::founded();
    let (running, second, serving) = with_second(&first);
    assert!(serving.stop().success());
    let kept = second.kept();
    let serving = second.serve();
    let sold = label(&second.sell());
    until("the first has the sale", || first.orders() == 1);
    assert!(serving.stop().success());

    second.set_back_to(&kept.path().join("data"));
    second.set_fences_back_to(kept.path(), 2);
    let serving = second.serve();
    // Before the first sale of a run it listens to the others.
    let refused = second.run(&["sell", "--item", "A1", "--pay", "cash"]);
    refused.refused(1, STOPPED);
    assert_eq!(first.orders(), 1, "{sold} is on one sale");
    drop(serving);
    drop(running);
}

#[test]
fn with_everything_set_back_and_nobody_near_the_duplicate_is_proven_later() {
    let first = Device::founded();
    let (running, second, serving) = with_second(&first);
    assert!(serving.stop().success());
    let kept = second.kept();
    let serving = second.serve();
    let sold = label(&second.sell());
    until("the first has the sale", || first.orders() == 1);
    assert!(serving.stop().success());
    assert!(running.stop().success());

    // The limit that no protocol removes: nobody and nothing remembers.
    second.set_back_to(&kept.path().join("data"));
    second.set_fences_back_to(kept.path(), 2);
    assert_eq!(label(&second.sell()), sold, "the same number again");

    // Once they meet it is known to both, and proven.
    let running = first.serve();
    let peer = format!("{}@{}", running.log(), running.address());
    let serving = second.serve_with(&["--peer", &peer]);
    until("both show it", || {
        [&first, &second].iter().all(|device| {
            let kinds = kinds(device);
            kinds.iter().any(|kind| kind == "FORK")
                && kinds.iter().any(|kind| kind == "NUMBER_DUPLICATE")
        })
    });
    second.run(&["sell", "--item", "A1", "--pay", "cash"]).refused(1, STOPPED);
    let audit = first.run(&["numbers", "audit"]);
    audit.refused(1, &["do not add up"]);
    drop((running, serving));
}

#[test]
fn a_stopped_device_joins_again_under_another_key() {
    let first = Device::founded();
    let (running, second, serving) = with_second(&first);
    let old = serving.log();
    assert!(serving.stop().success());
    let kept = second.kept();
    second.sell();
    second.set_back_to(&kept.path().join("data"));
    second.run(&["sell", "--item", "A1", "--pay", "cash"]).refused(1, STOPPED);

    let invite = first.invite();
    second.run(&["shop", "join", &invite, "--device", "Caja 2"]).refused(2, &["--data"]);
    second.run(&["shop", "join", &invite, "--device", "Caja 2 bis", "--again"]).ok();
    let serving = second.serve();
    assert_ne!(serving.log(), old);
    until("it holds numbers of its own", || held(&second) > 0);
    second.sell();
    until("the first has the sale", || first.orders() == 1);
    let devices = first.json(&["shop", "devices"]);
    let devices = devices.as_array().expect("devices");
    let was = devices.iter().find(|device| device["log"] == *old).expect("it is remembered");
    assert_eq!(was["ended"], "rolled_back", "{was}");
    let is = devices.iter().find(|device| device["name"] == "Caja 2 bis").expect("it is in");
    assert_eq!(is["replaces"], *old);
    // What the old key held is lost, and it adds up.
    let audit = first.json(&["numbers", "audit"]);
    assert_eq!(audit[0]["lost"]["Caja 2"], 1000, "{audit}");
    until("both hold the same", || first.digest() == second.digest());
    assert!(serving.stop().success());
    assert!(running.stop().success());
    first.verify();
    second.verify();
}

#[test]
fn a_copy_on_another_machine_does_not_sell() {
    let (_first, second) = two();
    let copy = second.copied(false);
    copy.run(&["sell", "--item", "A1", "--pay", "cash"]).refused(1, STOPPED);
    // The original goes on.
    second.sell();
}

#[test]
fn a_copy_that_runs_beside_its_twin_stops_both() {
    let first = Device::founded();
    let (running, second, serving) = with_second(&first);
    assert!(serving.stop().success());
    // On the same machine, with the same fences: nothing on the disk tells them apart.
    let twin = second.copied(true);
    let (one, other) = (second.serve(), twin.serve());
    assert_eq!(one.log(), other.log());
    until("both are stopped", || {
        [&second, &twin].iter().all(|device| {
            let sale = device.run(&["sell", "--item", "A1", "--pay", "cash"]);
            sale.code == Some(1) && sale.stderr.contains("must not")
        })
    });
    for device in [&second, &twin] {
        let refused = device.run(&["sell", "--item", "A1", "--pay", "cash"]);
        refused.refused(1, STOPPED);
        refused.refused(1, &["copied"]);
    }
    let numbers: Vec<String> = first
        .json(&["orders", "--limit", "100"])
        .as_array()
        .expect("orders")
        .iter()
        .map(|order| order["label"].as_str().expect("a label").to_owned())
        .collect();
    let mut once = numbers.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), numbers.len(), "no number twice: {numbers:?}");
    drop((one, other, running));
}

#[test]
fn a_backup_holds_no_key_and_becomes_another_device() {
    let first = Device::founded();
    let (running, second, serving) = with_second(&first);
    second.sell();
    until("the first has the sale", || first.orders() == 1);
    let file = first.file("tienda.backup", b"");
    let written = first.json(&["backup", &file]);
    assert!(written["frames"].as_u64().is_some_and(|frames| frames > 3), "{written}");
    for device in [&first, &second] {
        let key = std::fs::read_to_string(device.data().join("device.key")).expect("a key");
        let raw = (0..32).map(|at| u8::from_str_radix(&key.trim()[at * 2..at * 2 + 2], 16));
        let raw: Vec<u8> = raw.map(|byte| byte.expect("hexadecimal")).collect();
        let backup = std::fs::read(&file).expect("a backup");
        let held = backup.windows(32).any(|part| part == raw);
        assert!(!held && !backup.windows(64).any(|part| part == key.trim().as_bytes()));
    }

    let restored = Device::empty();
    restored.run(&["restore", &file, "--device", "Caja 3"]).ok();
    assert_eq!(restored.orders(), 1, "the shop's data is there at once");
    let refused = restored.run(&["sell", "--item", "A1", "--pay", "cash"]);
    refused.refused(2, &["not in the shop"]);
    let invite = first.invite();
    restored.run(&["shop", "join", &invite, "--device", "Caja 3"]).ok();
    let third = restored.serve();
    until("it holds numbers of its own", || held(&restored) > 0);
    restored.sell();
    until("the first has the sale", || first.orders() == 2);
    assert!(third.stop().success());
    assert!(serving.stop().success());
    assert!(running.stop().success());
    restored.verify();

    // Another folder with a shop, or a file that is none, is refused.
    second.run(&["restore", &file]).refused(2, &["--data"]);
    let broken = first.file("broken.backup", b"TILLMESH BUNDLE 1\nnonsense");
    Device::empty().run(&["restore", &broken]).refused(2, &["backup"]);
}

#[test]
fn of_a_shop_that_burnt_down_the_backup_and_the_words_are_enough() {
    let first = Device::empty();
    let created = first.json(&["shop", "create", "--name", "Tienda", "--tax-id", "900"]);
    let words = created["recovery_words"].as_str().expect("recovery words").to_owned();
    let products = first.file("p.csv", b"sku,name,price,stock\nA1,Arroz,10.00,500\n");
    first.run(&["import", "products", &products]).ok();
    let sold = label(&first.sell());
    let file = first.file("tienda.backup", b"");
    first.run(&["backup", &file]).ok();
    let log = std::fs::read(&file).expect("the backup is kept elsewhere");
    drop(first);

    let phoenix = Device::empty();
    let file = phoenix.file("tienda.backup", &log);
    phoenix.run(&["restore", &file, "--device", "Caja nueva"]).ok();
    let wrong = "abaco abaco abaco abaco abaco abaco abaco abaco abaco abaco abaco abaco";
    phoenix.run(&["shop", "recover", "--words", wrong]).refused(2, &["words"]);
    phoenix.run(&["shop", "recover", "--words", &words]).ok();
    phoenix.run(&["shop", "remove", "Caja 1", "--reason", "lost"]).ok();
    // The old numbers are lost; new ones come with a series of its own.
    let dry = phoenix.run(&["sell", "--item", "A1", "--pay", "cash"]);
    dry.refused(2, &["no numbers left"]);
    let open = ["numbers", "open", "--prefix", "T2", "--custodian", "Caja nueva"];
    phoenix.run(&open).ok();
    let status = phoenix.json(&["numbers", "status"]);
    let space = status[1]["space"].as_str().expect("a series").to_owned();
    phoenix.run(&["numbers", "import", "18760000002", "1-500", "--space", &space]).ok();
    assert_eq!(label(&phoenix.sell()), "T2-1");
    assert_eq!(phoenix.orders(), 2);
    assert!(sold.starts_with("T1-"));
    phoenix.verify();
}
