//! Three registers and the network between them, cut and healed.

use crate::program::{Device, Serving, sum, until};
use serde_json::{Value, json};

/// A register that runs.
struct Register {
    device: Device,
    serving: Serving,
    log: String,
}

impl Register {
    fn new(device: Device, serving: Serving) -> Self {
        let log = serving.log();
        Self { device, serving, log }
    }

    fn cut(&self, others: &[&Self]) {
        let logs: Vec<&str> = others.iter().map(|other| other.log.as_str()).collect();
        self.serving.api().cut(&logs);
    }

    /// Whether it sees another on a live link.
    fn sees(&self, other: &Self) -> bool {
        let status = self.device.json(&["sync", "status"]);
        let peers = status["peers"].as_array().expect("peers");
        peers.iter().any(|peer| peer["log"] == other.log && peer["linked"] == true)
    }

    fn held(&self) -> u64 {
        self.device.json(&["numbers", "status"])[0]["held"].as_u64().unwrap_or(0)
    }
}

/// A shop of three registers that see each other and hold numbers.
fn three() -> [Register; 3] {
    let first = Device::founded();
    let serving = first.serve();
    let join = |name: &str| {
        let device = first.admit(name);
        let serving = device.serve();
        Register::new(device, serving)
    };
    let (second, third) = (join("Caja 2"), join("Caja 3"));
    let all = [Register::new(first, serving), second, third];
    until("everyone sees everyone", || {
        all.iter().all(|one| all.iter().all(|other| one.log == other.log || one.sees(other)))
    });
    until("everyone holds numbers", || all.iter().all(|register| register.held() > 0));
    until("everyone holds the same", || agree(&all));
    all
}

fn agree(registers: &[Register]) -> bool {
    let first = registers[0].device.digest();
    registers[1..].iter().all(|register| register.device.digest() == first)
}

#[test]
fn cut_apart_all_sell_and_healed_all_agree() {
    let all = three();
    let [a, b, c] = &all;
    a.cut(&[b, c]);
    b.cut(&[a]);
    c.cut(&[a]);
    until("the first is alone", || !a.sees(b) && !a.sees(c) && !b.sees(a) && !c.sees(a));

    for register in &all {
        for _ in 0..4 {
            register.device.sell();
        }
    }
    a.device.run(&["products", "edit", "A1", "--price", "12"]).ok();
    b.device.run(&["products", "edit", "A1", "--price", "13"]).ok();
    until("the other two agree", || b.device.digest() == c.device.digest());
    assert_eq!((a.device.orders(), b.device.orders()), (4, 8), "nothing crossed the cut");

    for register in &all {
        register.cut(&[]);
    }
    until("everyone holds the same", || agree(&all));
    assert_eq!(a.device.orders(), 12);
    let audit = &c.device.json(&["numbers", "audit"])[0];
    assert_eq!((sum(&audit["issued"]), &audit["duplicates"]), (12, &json!([])));
    let orders = a.device.json(&["orders"]);
    let labels: std::collections::BTreeSet<&str> = orders
        .as_array()
        .expect("orders")
        .iter()
        .filter_map(|view| view["label"].as_str())
        .collect();
    assert_eq!(labels.len(), 12, "every number once");

    // Two prices were set apart: everyone lists one conflict, one decides.
    let listed = a.device.json(&["conflicts", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed[0]["status"], "open");
    for register in [b, c] {
        assert_eq!(register.device.json(&["conflicts", "list"]), listed);
    }
    let shown = b.device.run(&["conflicts", "show", "1"]).ok().stdout;
    assert!(shown.contains("12") && shown.contains("13") && shown.contains("Caja 2"), "{shown}");
    let refused = b.device.run(&["conflicts", "resolve", "1", "--keep", "A"]);
    refused.refused(2, &["role", "shop roles"]);
    a.device.run(&["conflicts", "resolve", "1", "--other", "12.50", "--note", "acordado"]).ok();
    until("it is closed everywhere", || {
        all.iter()
            .all(|register| register.device.json(&["conflicts", "list"])[0]["status"] == "closed")
    });
    until("everyone holds the same", || agree(&all));
    assert_eq!(c.device.json(&["products", "find", "A1"])[0]["price"], 1250);
    verify_all(all);
}

#[test]
fn entries_travel_through_the_one_in_the_middle() {
    let all = three();
    let [a, b, c] = &all;
    a.cut(&[c]);
    c.cut(&[a]);
    until("the ends do not see each other", || !a.sees(c) && !c.sees(a));
    assert!(a.sees(b) && b.sees(c), "the middle sees both");

    let sold = c.device.sell();
    let label = sold["label"].as_str().expect("a label");
    until("the sale has come through the middle", || a.device.orders() == 1);
    let order = &a.device.json(&["orders", label])[0];
    assert_eq!((&order["code"], &order["register"]), (&sold["code"], &json!("Caja 3")));
    a.device.run(&["products", "edit", "B2", "--price", "3.25"]).ok();
    let price =
        |device: &Device| -> Value { device.json(&["products", "find", "B2"])[0]["price"].clone() };
    until("the price has come through the middle", || price(&c.device) == 325);

    // And through a middle that meets one end at a time.
    b.cut(&[c]);
    c.cut(&[a, b]);
    until("the far end is alone", || !c.sees(b) && !b.sees(c));
    c.device.sell();
    a.device.sell();
    b.cut(&[a]);
    until("the near end is alone", || !b.sees(a));
    c.cut(&[a]);
    until("the far sale is in the middle", || b.device.orders() == 3);
    assert_eq!(a.device.orders(), 2);
    a.cut(&[c]);
    b.cut(&[]);
    until("everyone holds the same", || agree(&all) && a.device.orders() == 3);
    assert!(!a.sees(c), "they never met");
    verify_all(all);
}

#[test]
fn a_register_killed_behind_a_cut_comes_back_whole() {
    let [a, b, c] = three();
    a.cut(&[&c]);
    b.cut(&[&c]);
    c.cut(&[&a, &b]);
    until("the third is alone", || !c.sees(&a) && !c.sees(&b));
    let mut sold = Vec::new();
    for _ in 0..5 {
        sold.push(c.device.sell());
    }
    a.device.sell();
    c.serving.kill();
    a.cut(&[]);
    b.cut(&[]);
    let serving = c.device.serve();
    let all = [a, b, Register::new(c.device, serving)];
    until("everyone holds the same", || agree(&all) && all[0].device.orders() == 6);
    for sale in sold {
        let label = sale["label"].as_str().expect("a label");
        assert_eq!(all[1].device.json(&["orders", label])[0]["code"], sale["code"]);
    }
    verify_all(all);
}

/// All end in order, are whole, and give equal digests from their first byte.
fn verify_all(all: [Register; 3]) {
    let digests = all.map(|register| {
        assert!(register.serving.stop().success());
        register.device.verify()["digests"].clone()
    });
    assert!(digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");
}
