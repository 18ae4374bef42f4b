//! Numbers that never repeat while devices come and go.

use crate::program::{Device, Serving, run, sum, until};
use serde_json::Value;
use std::collections::BTreeSet;

/// Sales of one register: more than its first grant.
const MANY: usize = 1100;

struct Register {
    device: Device,
    serving: Serving,
}

impl Register {
    fn held(&self) -> u64 {
        self.device.json(&["numbers", "status"])[0]["held"].as_u64().unwrap_or(0)
    }

    /// Sells so often and gives the numbers.
    fn sell(&self, from: usize, count: usize) -> Vec<String> {
        let api = self.serving.api();
        let sold = (from..from + count).map(|order| api.sold(&format!("{order:032x}")));
        sold.map(|sale| sale["label"].as_str().expect("a number").to_owned()).collect()
    }
}

fn audit(device: &Device) -> Value {
    device.json(&["numbers", "audit"])[0].clone()
}

fn admin_words(device: &Device) -> String {
    let create = ["shop", "create", "--name", "Tienda", "--tax-id", "900", "--currency", "USD"];
    let created = device.json(&[&create[..], &["--numbers", "1-20000"]].concat());
    let products = device.file("p.csv", b"sku,name,price,stock\nA1,Arroz,10.00,5000\n");
    device.run(&["import", "products", &products]).ok();
    created["recovery_words"].as_str().expect("recovery words").to_owned()
}

/// The custodian is gone for good; the others go on past their first grant by
/// giving to each other, let a fourth in, and everything adds up.
#[test]
fn without_the_custodian_the_others_go_on_and_a_fourth_comes() {
    let first = Device::empty();
    let words = admin_words(&first);
    let running = first.serve();
    let join = |name: &str| {
        let device = first.admit(name);
        let serving = device.serve();
        Register { device, serving }
    };
    let (second, third) = (join("Caja 2"), join("Caja 3"));
    until("both hold their first grant", || second.held() >= 1000 && third.held() >= 1000);
    until("all hold the same", || {
        let digest = first.digest();
        second.device.digest() == digest && third.device.digest() == digest
    });
    running.kill();

    let mut printed = second.sell(1, MANY);
    printed.extend(third.sell(10_000, 50));
    until("they hold the same", || second.device.digest() == third.device.digest());
    let unique: BTreeSet<&String> = printed.iter().collect();
    assert_eq!(unique.len(), MANY + 50, "no number on two sales");

    // The recovery words make the third the administrator; the first is written off.
    third.device.run(&["shop", "recover", "--words", &words]).ok();
    third.device.run(&["shop", "remove", "Caja 1", "--reason", "lost"]).ok();
    let shown = third.device.json(&["shop", "code", "--no-wait"]);
    let code = shown["code"].as_str().expect("a code");
    let address = shown["addresses"][0].as_str().expect("an address");
    let device = Device::empty();
    device.run(&["shop", "join", "--code", code, "--at", address, "--device", "Caja 4"]).ok();
    let serving = device.serve();
    let fourth = Register { device, serving };
    until("the fourth has numbers from a peer", || fourth.held() > 0);
    let more = fourth.sell(20_000, 3);
    assert!(more.iter().all(|label| !printed.contains(label)), "{more:?}");
    until("all three hold the same", || {
        let digest = second.device.digest();
        third.device.digest() == digest && fourth.device.digest() == digest
    });

    let audit = audit(&fourth.device);
    assert_eq!(audit["minted"], 20_000);
    assert_eq!(audit["unaccounted"], 0, "{audit}");
    assert_eq!(audit["duplicates"], Value::Array(Vec::new()));
    let lost = sum(&audit["lost"]);
    assert_eq!(audit["lost"]["Caja 1"], lost, "what the first held is lost: {audit}");
    let placed = sum(&audit["held"]) + sum(&audit["issued"]) + lost;
    assert_eq!(placed + audit["in_transit"].as_u64().expect("a count"), 20_000, "{audit}");
    assert_eq!(sum(&audit["issued"]), (MANY + 53) as u64);
    fourth
        .device
        .run(&["numbers", "declare-lost", "Caja 1", "--reference", "x"])
        .refused(2, &["Caja 3"]);
    third.device.run(&["numbers", "declare-lost", "Caja 1", "--reference", "DIAN 77"]).ok();
    assert_eq!(self::audit(&third.device)["declared_lost"], lost);

    // The path of a number that went from hand to hand, for whoever asks.
    prove(&fourth.device, &more[0]);
    for register in [second, third, fourth] {
        assert!(register.serving.stop().success());
        register.device.verify();
    }
}

/// A proof holds by itself, and not after any change.
fn prove(device: &Device, label: &str) {
    let file = device.file("proof.json", b"");
    device.run(&["numbers", "proof", label, "--out", &file]).ok();
    let said = run(&["--json", "verify", "--proof", &file]).ok().json();
    assert_eq!(said["label"], *label);
    assert!(said["place"].as_str().is_some_and(|place| place.starts_with("issued by")), "{said}");
    let proof: Value =
        serde_json::from_slice(&std::fs::read(&file).expect("a proof")).expect("JSON");
    let steps: Vec<&str> = proof["path"]
        .as_array()
        .expect("a path")
        .iter()
        .filter_map(|s| s["kind"].as_str())
        .collect();
    assert_eq!(steps.first(), Some(&"ResolutionImport"), "{steps:?}");
    assert_eq!(steps.last(), Some(&"SaleCommitted"));
    assert!(steps.iter().filter(|kind| **kind == "Accept").count() >= 2, "hand to hand: {steps:?}");

    let refused = |changed: &Value| {
        let file = device.file("changed.json", changed.to_string().as_bytes());
        let ran = run(&["verify", "--proof", &file]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
    };
    let frames = proof["frames"].as_array().expect("frames").len();
    for at in 0..frames {
        // One letter of each frame, and each frame left out.
        let mut changed = proof.clone();
        let hex = changed["frames"][at].as_str().expect("a frame").to_owned();
        let middle = hex.len() / 2;
        let letter = if &hex[middle..=middle] == "0" { "1" } else { "0" };
        changed["frames"][at] = format!("{}{letter}{}", &hex[..middle], &hex[middle + 1..]).into();
        refused(&changed);
        let mut changed = proof.clone();
        changed["frames"].as_array_mut().expect("frames").remove(at);
        let file = device.file("changed.json", changed.to_string().as_bytes());
        let ran = run(&["verify", "--proof", &file]);
        let needless = ran.code == Some(0);
        assert!(!needless || at + 1 < frames, "the last frame is the sale: {ran:?}");
    }
    let mut changed = proof.clone();
    changed["number"] = 1.into();
    refused(&changed);
    let mut changed = proof.clone();
    changed["place"] = "given up by nobody".into();
    refused(&changed);
    let mut changed = proof.clone();
    changed["space"]["prefix"] = "ZZ".into();
    refused(&changed);
    let mut changed = proof;
    changed["format"] = "something else".into();
    refused(&changed);
    let nonsense = device.file("nonsense.json", b"{}");
    run(&["verify", "--proof", &nonsense]).refused(2, &["proof"]);
}

/// A prefix for each register: the same promises, another configuration.
#[test]
fn each_register_may_have_a_prefix_of_its_own() {
    let first = Device::founded();
    let running = first.serve();
    let second = first.admit("Caja 2");
    let serving = second.serve();
    until("both hold the same", || first.digest() == second.digest());
    let open = ["numbers", "open", "--prefix", "C2", "--custodian", "Caja 2", "--single"];
    second.run(&open).refused(2, &["Caja 1"]);
    first.run(&open).ok();
    first.run(&open).refused(2, &["C2"]);
    until("it knows", || second.json(&["numbers", "status"]).as_array().map(Vec::len) == Some(2));
    let space =
        second.json(&["numbers", "status"])[1]["space"].as_str().expect("a series").to_owned();
    let import = ["numbers", "import", "1876", "1-300", "--space", &space];
    first.run(&import).refused(2, &["Caja 2"]);
    let dated = [&import[..], &["--valid-from", "2026-01-01", "--valid-to", "2099-12-31"]].concat();
    second.run(&dated).ok();
    let late = ["--valid-from", "2026-01-02", "--valid-to", "2026-01-01"];
    second.run(&[&import[..], &late].concat()).refused(2, &["first day"]);
    assert_eq!(second.sell()["label"], "C2-1", "its own prefix first");
    assert!(first.sell()["label"].as_str().is_some_and(|label| label.starts_with("T1-")));
    second.run(&["numbers", "grant", "Caja 1", "5", "--space", &space]).refused(2, &["alone"]);
    let status = second.json(&["numbers", "status"]);
    assert_eq!(status[1]["sharing"], "single");
    assert!(second.run(&["numbers", "status"]).ok().stdout.contains("2099-12-31"));
    until("both hold the same again", || first.digest() == second.digest());
    let audits = first.json(&["numbers", "audit"]);
    assert_eq!((&audits[1]["minted"], sum(&audits[1]["issued"])), (&Value::from(300), 1));
    assert!(serving.stop().success());
    assert!(running.stop().success());
    second.verify();
}

#[test]
fn custody_moves_and_expired_numbers_wait_for_their_renewal() {
    let first = Device::empty();
    first.run(&["shop", "create", "--name", "T", "--tax-id", "1", "--numbers", "1-1"]).ok();
    let products = first.file("p.csv", b"sku,name,price\nA1,Arroz,10\n");
    first.run(&["import", "products", &products]).ok();
    first.sell();
    let old = ["--valid-from", "2020-01-01", "--valid-to", "2020-12-31"];
    first.run(&[&["numbers", "import", "R-2020", "100-199"][..], &old].concat()).ok();
    let sale = ["sell", "--item", "A1", "--pay", "cash"];
    first.run(&sale).refused(2, &["dates", "renewal", "--provisional"]);
    let internal = first.json(&[&sale[..], &["--provisional"]].concat());
    assert_eq!(internal["provisional"], true);
    assert!(internal["label"].as_str().is_some_and(|label| label.starts_with("P-")), "{internal}");
    let kinds = first.json(&["conflicts", "list"]);
    assert_eq!(kinds[0]["key"]["kind"], "PROVISIONAL_OPEN");
    // The renewal mints nothing again; the provisional sale gets its number by itself.
    let renewed = ["--valid-from", "2021-01-01", "--valid-to", "2099-12-31"];
    first.run(&[&["numbers", "import", "R-2021", "100-199"][..], &renewed].concat()).ok();
    assert_eq!(audit(&first)["minted"], 101);
    until("it has its number", || {
        let orders = first.json(&["orders"]);
        orders[0]["label"] == "T1-100"
    });
    assert_eq!(first.sell()["label"], "T1-101");
    assert_eq!(first.orders(), 3, "nothing was counted twice");

    let running = first.serve();
    let second = first.admit("Caja 2");
    let serving = second.serve();
    until("both hold the same", || first.digest() == second.digest());
    second.run(&["numbers", "move-custody", "Caja 1"]).refused(2, &["Caja 1"]);
    first.run(&["numbers", "move-custody", "Caja 2"]).ok();
    until("the second mints", || second.json(&["numbers", "status"])[0]["custodian"] == true);
    first.run(&["numbers", "import", "R-3", "500-600"]).refused(2, &["Caja 2"]);
    second.run(&["numbers", "import", "R-3", "500-600"]).ok();
    until("both hold the same again", || first.digest() == second.digest());
    assert_eq!(audit(&second)["minted"], 202);
    assert!(serving.stop().success());
    assert!(running.stop().success());
    first.verify();
}
