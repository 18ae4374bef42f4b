//! A shop's ordinary day: founded, joined, sold in, looked at.

use crate::program::{Device, run, sum, until};
use serde_json::{Value, json};

#[test]
fn a_second_device_joins_and_both_agree() {
    let first = Device::founded();
    let running = first.serve();
    let second = first.admit("Caja 2");
    let joined = second.serve();
    until("both hold the same", || first.digest() == second.digest());

    first.sell();
    until("the new device holds numbers", || held(&second) > 0);
    let sold = second.sell();
    until("both hold both sales", || first.orders() == 2 && second.orders() == 2);
    until("both hold the same", || first.digest() == second.digest());

    let found = first.json(&["orders", sold["label"].as_str().expect("a label")]);
    assert_eq!(found[0]["register"], "Caja 2");
    let devices = second.json(&["shop", "devices"]);
    let names: Vec<&Value> =
        devices.as_array().expect("a list").iter().map(|d| &d["name"]).collect();
    assert_eq!(names.len(), 2, "{devices}");
    assert!(names.contains(&&json!("Caja 1")) && names.contains(&&json!("Caja 2")), "{devices}");
    let this: Vec<&Value> = devices
        .as_array()
        .expect("a list")
        .iter()
        .filter(|device| device["this"] == true)
        .map(|device| &device["log"])
        .collect();
    assert_eq!(this, [&json!(joined.log())]);

    let status = second.json(&["sync", "status"]);
    assert_eq!(status["gated"], 0);
    assert_eq!(status["peers"][0]["log"], running.log());
    assert_eq!(status["peers"][0]["linked"], true);
    until("nothing is missing on either side", || {
        let status = second.json(&["sync", "status"]);
        status["peers"][0]["they_lack"] == 0 && status["peers"][0]["we_lack"] == 0
    });

    assert!(running.stop().success() && joined.stop().success());
    assert_eq!(first.verify()["digests"], second.verify()["digests"]);
}

#[test]
fn a_device_that_was_off_catches_up() {
    let first = Device::founded();
    let running = first.serve();
    let second = first.admit("Caja 2");
    let joined = second.serve();
    until("both hold the same", || first.digest() == second.digest());
    assert!(joined.terminate().success(), "a signal ends it in order");
    assert!(!second.data().join("api.json").exists(), "it takes its API file away");

    for _ in 0..5 {
        first.sell();
    }
    first.run(&["products", "edit", "A1", "--price", "11.50"]).ok();
    let again = second.serve();
    until("what was missed has come", || second.orders() == 5);
    until("both hold the same", || first.digest() == second.digest());
    assert_eq!(price(&second, "A1"), 1150);
    drop((running, again));
}

#[test]
fn selling_is_the_same_with_and_without_a_running_instance() {
    let device = Device::founded();
    let alone = device.json(&["sell", "--item", "A1:2", "--item", "B2", "--pay", "cash:30"]);
    assert_eq!(alone["total"], 2250);
    assert_eq!(alone["change"], 750);
    assert_eq!(alone["label"], "T1-1");
    assert_eq!(alone["repeated"], false);

    let running = device.serve();
    let through = device.json(&["sell", "--item", "A1:2", "--item", "B2", "--pay", "cash:30"]);
    assert_eq!(through["total"], 2250);
    assert_eq!(through["label"], "T1-2");
    assert!(running.stop().success());

    let parts = ["--item", "A1:0.5", "--pay", "card:3", "--pay", "cash:2"];
    let split = device.json(&[&["sell"], &parts[..]].concat());
    assert_eq!((&split["total"], &split["label"]), (&json!(500), &json!("T1-3")));
    assert_eq!(device.orders(), 3);
    let totals = device.json(&["totals"]);
    assert_eq!(totals["totals"]["total"], 2250 + 2250 + 500);
    assert_eq!(totals["tenders"], json!({ "card": 300, "cash": 4700 }));
    device.verify();
}

#[test]
fn the_same_order_twice_is_one_sale() {
    let device = Device::founded();
    let order = "00112233445566778899aabbccddeeff";
    let sell = ["sell", "--item", "A1", "--pay", "cash:20", "--order", order];
    let first = device.json(&sell);
    assert_eq!(first["repeated"], false);
    let again = device.json(&sell);
    let running = device.serve();
    let through = running.api().sold(order);
    let other = device.json(&["sell", "--item", "B2:9", "--pay", "cash:50", "--order", order]);
    for repeated in [again, through, other] {
        assert_eq!(repeated["repeated"], true, "{repeated}");
        for field in ["label", "total", "change", "code", "order"] {
            assert_eq!(repeated[field], first[field], "{field}");
        }
    }
    assert_eq!(device.orders(), 1);
    assert_eq!(held(&device), 19_999);
}

#[test]
fn every_reading_command_answers_in_json() {
    let device = Device::founded();
    let sold = device.sell();
    let orders = device.json(&["orders"]);
    assert_eq!(orders.as_array().expect("a list").len(), 1);
    let order = &orders[0];
    assert_eq!(order["label"], "T1-1");
    assert_eq!(order["number"], 1);
    assert_eq!(order["code"], sold["code"]);
    assert_eq!(order["order"]["id"], sold["order"]);
    assert_eq!(order["order"]["totals"]["total"], 1000);
    assert_eq!(order["order"]["lines"][0]["sku"], "A1");
    for reference in ["T1-1", "1", sold["order"].as_str().expect("an id")] {
        assert_eq!(device.json(&["orders", reference])[0], *order, "by {reference}");
    }

    let status = device.json(&["numbers", "status"]);
    assert_eq!((&status[0]["held"], &status[0]["next"]), (&json!(19_999), &json!(2)));
    assert_eq!(status[0]["custodian"], true);
    let audit = &device.json(&["numbers", "audit"])[0];
    assert_eq!(audit["minted"], 20_000);
    assert_eq!(sum(&audit["held"]) + sum(&audit["issued"]), 20_000);
    assert_eq!((&audit["duplicates"], &audit["unaccounted"]), (&json!([]), &json!(0)));

    assert_eq!(device.json(&["conflicts", "list"]), json!([]));
    let queue = device.json(&["fiscal", "queue"]);
    assert_eq!((&queue["pending"], &queue["relay"]), (&json!(1), &json!("not_set")));
    assert_eq!(queue["documents"][0]["code"], sold["code"]);

    let report = device.verify();
    assert_eq!(report["digests"], device.digest());
    assert_eq!(report["failures"], json!([]));
    assert!(report["entries"].as_u64().expect("a count") >= 3);

    device.run(&["products", "edit", "A1", "--price", "12.34"]).ok();
    let history = device.json(&["products", "history", "A1"]);
    let values: Vec<&Value> =
        history.as_array().expect("steps").iter().map(|s| &s["value"]).collect();
    assert_eq!(values, [&json!(1000), &json!(1234)]);
    let names = device.json(&["products", "history", "A1", "name"]);
    assert_eq!(names[0]["value"], "Arroz");

    let stock = |code| device.json(&["products", "find", code])[0]["stock"].clone();
    assert_eq!(stock("A1"), 499_000);
    device.run(&["stock", "receive", "A1:10"]).ok();
    device.run(&["stock", "adjust", "A1:-2", "--note", "roto"]).ok();
    assert_eq!(stock("A1"), 507_000);
    assert_eq!(device.json(&["customers"]), json!([]));
    device.verify();
}

#[test]
fn numbers_run_out_and_are_minted_again() {
    let device = Device::founded();
    device.run(&["numbers", "void", "19998", "--reason", "prueba"]).ok();
    device.sell();
    device.sell();
    let before = device.digest();
    let dry = device.run(&["sell", "--item", "A1", "--pay", "cash"]);
    dry.refused(2, &["number"]);
    assert_eq!(device.digest(), before, "nothing was written");
    device.run(&["numbers", "import", "RES-2", "20001-20100"]).ok();
    assert_eq!(device.sell()["label"], "T1-20001");
    let audit = &device.json(&["numbers", "audit"])[0];
    assert_eq!((&audit["minted"], &audit["voided"]), (&json!(20_100), &json!(19_998)));
    assert_eq!((sum(&audit["issued"]), sum(&audit["held"])), (3, 99));
    device.verify();
}

#[test]
fn a_small_resolution_is_shared_and_leaves_enough_to_everyone() {
    let first = Device::empty();
    let create = ["shop", "create", "--name", "Tienda", "--tax-id", "900", "--numbers", "1-1000"];
    first.run(&create).ok();
    let running = first.serve();
    let second = first.admit("Caja 2");
    let joined = second.serve();
    until("the new device holds numbers", || held(&second) > 0);
    until("both hold the same", || first.digest() == second.digest());
    // Either may be cut off from the other at any moment and must go on selling.
    let (ours, theirs) = (held(&first), held(&second));
    assert!(
        ours >= 250 && theirs >= 250,
        "{ours} stay with the first, {theirs} went to the second"
    );
    drop((running, joined));
}

#[test]
fn the_api_needs_the_token_of_the_folder() {
    let device = Device::founded();
    let running = device.serve();
    let api = running.api();
    let (status, _) = api.post("execute", &json!("digest")).expect("an answer");
    assert_eq!(status, 200);
    for token in ["", "x", &"0".repeat(64)] {
        let stranger = api.with_token(token);
        let before = device.digest();
        for (path, body) in
            [("execute", json!("digest")), ("stop", json!(null)), ("verify", json!(null))]
        {
            let (status, answer) = stranger.post(path, &body).expect("an answer");
            assert_eq!(status, 401, "{path} without the token: {answer}");
        }
        let (status, _) = stranger.sell("000000000000000000000000000000aa", 1).expect("an answer");
        assert_eq!(status, 401);
        assert_eq!(device.digest(), before);
    }
}

#[test]
fn the_program_says_what_it_can() {
    let help = run(&["--help"]).ok().stdout;
    for command in [
        "demo",
        "shop",
        "serve",
        "relay",
        "import",
        "sell",
        "orders",
        "numbers",
        "conflicts",
        "verify",
    ] {
        assert!(help.contains(command), "{command} is missing in:\n{help}");
        let more = run(&[command, "--help"]).ok().stdout;
        assert!(more.contains("--json") && more.contains("--data"), "{more}");
    }
    assert!(run(&["--version"]).ok().stdout.starts_with("tillmesh "));
    run(&["sell"]).refused(2, &["--item", "--pay"]);
    run(&["nonsense"]).refused(2, &["nonsense", "--help"]);
}

/// Numbers the device holds.
fn held(device: &Device) -> u64 {
    let spaces = device.json(&["numbers", "status"]);
    spaces.as_array().expect("spaces").iter().filter_map(|space| space["held"].as_u64()).sum()
}

/// The price of a product in minor units.
fn price(device: &Device, code: &str) -> i64 {
    let found = device.json(&["products", "find", code]);
    found[0]["price"].as_i64().expect("a price")
}
