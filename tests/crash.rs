//! A register that loses power in the middle of selling.

use crate::program::{Api, Device, until};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often the power goes.
const CUTS: u64 = 4;
/// Sales acknowledged at least before each cut.
const SALES_BEFORE_CUT: usize = 12;

/// Sells until the device is gone, and notes what was acknowledged.
fn sell_until_gone(api: &Api, next: &AtomicU64, acknowledged: &Mutex<BTreeMap<String, Value>>) {
    loop {
        let order = format!("{:032x}", next.fetch_add(1, Ordering::Relaxed));
        let Some((200, answer)) = api.sell(&order, 1) else { return };
        let sold = answer["ok"]["sold"].clone();
        acknowledged.lock().expect("no seller panics").insert(order, sold);
    }
}

#[test]
fn every_acknowledged_sale_survives_a_kill() {
    let device = Device::founded();
    let next = AtomicU64::new(1);
    let acknowledged = Mutex::new(BTreeMap::new());
    for cut in 1..=CUTS {
        let running = device.serve();
        let (one, two) = (running.api(), running.api());
        let before = acknowledged.lock().expect("no seller panics").len();
        std::thread::scope(|scope| {
            // Two tills at once: one waits for the disk while the other asks.
            for api in [one, two] {
                let (next, acknowledged) = (&next, &acknowledged);
                scope.spawn(move || sell_until_gone(&api, next, acknowledged));
            }
            until("some sales are acknowledged", || {
                let count = acknowledged.lock().expect("no seller panics").len();
                count >= before + SALES_BEFORE_CUT
            });
            running.kill();
        });
        let orders = device.json(&["orders", "--limit", "100000"]);
        let orders = orders.as_array().expect("a list");
        let found: BTreeMap<&str, &Value> = orders
            .iter()
            .map(|view| (view["order"]["id"].as_str().expect("an id"), view))
            .collect();
        assert_eq!(found.len(), orders.len(), "no order twice");
        let acknowledged = acknowledged.lock().expect("no seller panics");
        for (order, sold) in &*acknowledged {
            let view = found.get(order.as_str()).unwrap_or_else(|| {
                panic!("cut {cut}: the acknowledged sale {order} is gone");
            });
            assert_eq!((&view["label"], &view["code"]), (&sold["label"], &sold["code"]));
        }
        // At most what each till had asked and not heard of.
        assert!(found.len() as u64 <= acknowledged.len() as u64 + 2 * cut, "cut {cut}");
        device.verify();
    }
    let audit = &device.json(&["numbers", "audit"])[0];
    assert_eq!(crate::program::sum(&audit["issued"]), device.orders());
}

#[test]
fn a_sale_in_doubt_is_asked_again_and_is_one_sale() {
    let device = Device::founded();
    let running = device.serve();
    let order = "0000000000000000000000000000d0b7";
    let api = running.api();
    let seller = std::thread::spawn(move || api.sell(order, 1));
    running.kill();
    let answered = seller.join().expect("the seller ends");
    let again = device.serve();
    let sold = again.api().sold(order);
    if let Some((200, answer)) = answered {
        assert_eq!(sold["repeated"], true, "an acknowledged sale is known");
        assert_eq!(sold["label"], answer["ok"]["sold"]["label"]);
    }
    assert_eq!(device.orders(), 1);
    assert_eq!(again.api().sold(order)["repeated"], true);
    assert_eq!(device.orders(), 1);
}

#[test]
fn what_a_killed_instance_leaves_behind_is_in_nobodys_way() {
    let device = Device::founded();
    let running = device.serve();
    device.sell();
    running.kill();
    assert!(device.data().join("api.json").exists(), "a killed program cleans up nothing");
    device.sell();
    let again = device.serve();
    device.sell();
    assert_eq!(device.orders(), 3);
    assert!(again.stop().success());
    device.verify();
}
