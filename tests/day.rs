//! A whole day of a grocery, with real baskets, through the command line.

use crate::program::{Device, shared, until};
use serde_json::Value;
use std::collections::BTreeMap;

/// Baskets sold by the test: as many as a quiet day has.
const BASKETS: usize = 60;

struct Basket {
    lines: Vec<(String, String)>,
    /// Off the whole basket, cents.
    discount: i64,
}

/// Real products, and what was bought together.
fn sample() -> (String, Vec<Basket>) {
    let (products, baskets) =
        (shared("grocery-367/products.csv"), shared("grocery-367/baskets.csv"));
    let mut by_id: BTreeMap<String, Basket> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut reader =
        csv::Reader::from_path(&baskets).unwrap_or_else(|error| panic!("{baskets}: {error}"));
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|h| h == name).expect("a column");
    let (id, sku, quantity) = (at("basket_id"), at("sku"), at("quantity"));
    for row in reader.records() {
        let row = row.expect("a row");
        let basket = by_id.entry(row[id].to_owned()).or_insert_with(|| {
            order.push(row[id].to_owned());
            Basket { lines: Vec::new(), discount: 0 }
        });
        let known = basket.lines.iter().any(|(code, _)| *code == row[sku]);
        if !known && row[quantity].parse::<f64>().is_ok_and(|q| q > 0.0) {
            basket.lines.push((row[sku].to_owned(), row[quantity].to_owned()));
        }
    }
    let mut baskets: Vec<Basket> = order.into_iter().filter_map(|id| by_id.remove(&id)).collect();
    baskets.retain(|basket| !basket.lines.is_empty());
    for (index, basket) in baskets.iter_mut().enumerate() {
        basket.discount = if index % 7 == 3 { 10 } else { 0 };
    }
    (products, baskets)
}

fn cents(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("an amount: {value}"))
}

/// The open device closes its drawer and its Z is what its orders come to.
fn close(device: &Device) -> Value {
    let x = device.json(&["shift", "x"]);
    let expected = cents(&x["expected_cash"]);
    let counted = format!("cash:{}.{:02}", expected / 100, expected % 100);
    let closed = device.json(&["shift", "close", "--counted", &counted]);
    closed[0].clone()
}

#[test]
fn the_z_reports_of_a_day_add_up_to_what_was_sold() {
    let (products, baskets) = sample();
    let first = Device::empty();
    let create = ["shop", "create", "--name", "Tienda", "--tax-id", "900", "--currency", "USD"];
    first.run(&[&create[..], &["--numbers", "1-20000"]].concat()).ok();
    first.run(&["import", "products", &products, "--tax", "IVA", "--tax-rate", "19"]).ok();
    first.run(&["settings", "cash.rounding=0.05", "shift.required=yes"]).ok();
    let running = first.serve();
    let second = first.admit("Caja 2");
    let joined = second.serve();
    until("both hold the same", || first.digest() == second.digest());

    let refused = second.run(&["sell", "--item", &baskets[0].lines[0].0, "--pay", "cash"]);
    refused.refused(2, &["shift"]);
    for (device, float) in [(&first, "100"), (&second, "50")] {
        device.run(&["shift", "open", "--float", float]).ok();
    }
    let mut sold: [Vec<Value>; 2] = [Vec::new(), Vec::new()];
    for (number, basket) in baskets.iter().take(BASKETS).enumerate() {
        if number == BASKETS / 2 {
            // From noon on all is a tenth cheaper, on both registers.
            first.run(&["settings", "list.noon=percent=10"]).ok();
            until("the list has arrived", || second.json(&["settings"]).get("list.noon").is_some());
        }
        let device = [&first, &second][number % 2];
        let items: Vec<String> =
            basket.lines.iter().map(|(sku, quantity)| format!("{sku}:{quantity}")).collect();
        let mut args = vec!["sell"];
        for item in &items {
            args.extend(["--item", item]);
        }
        let discount = format!("0.{:02}", basket.discount);
        if basket.discount > 0 {
            args.extend(["--discount", &discount]);
        }
        args.extend(["--pay", ["cash", "card", "transfer"][number % 3]]);
        sold[number % 2].push(device.json(&args));
    }
    until("both hold both", || {
        first.orders() == BASKETS as u64 && first.digest() == second.digest()
    });

    // Back on the other register; undone; and a debt nobody may have.
    let label = |sale: &Value| sale["label"].as_str().expect("a label").to_owned();
    let back = second.json(&["return", &label(&sold[0][0]), "--line", "1:1", "--reason", "roto"]);
    let void = first.json(&["void", &label(&sold[0][1]), "--reason", "error"]);
    second.run(&["return", &label(&sold[0][0]), "--line", "1:999"]).refused(2, &["come back"]);
    until("both hold both", || first.digest() == second.digest());
    second.run(&["return", &label(&sold[0][1])]).refused(2, &["come back already"]);
    first.run(&["shift", "pay-out", "20", "--note", "hielo"]).ok();

    let reports = [close(&first), close(&second)];
    let sum = |of: &dyn Fn(&Value) -> i64| reports.iter().map(of).sum::<i64>();
    let total: i64 = sold.iter().flatten().map(|sale| cents(&sale["total"])).sum();
    assert_eq!(sum(&|z| cents(&z["sums"]["total"])), total, "to the cent");
    for (z, sales) in reports.iter().zip(&sold) {
        let own: i64 = sales.iter().map(|sale| cents(&sale["total"])).sum();
        assert_eq!(cents(&z["sums"]["total"]), own);
        assert_eq!(cents(&z["sums"]["sales"]), sales.len() as i64);
        let report = &z["closed"]["report"];
        assert_eq!(report["z"], 1);
        for count in report["counted"].as_array().expect("counts") {
            if count["kind"] == "cash" {
                assert_eq!(count["expected"], count["counted"]);
            }
        }
        // Taxes contained and net amounts are all of it.
        let taxes = z["sums"]["taxes"].as_array().expect("a tax table");
        let of_taxes: i64 =
            taxes.iter().map(|tax| cents(&tax["base"]) + cents(&tax["amount"])).sum();
        assert_eq!(of_taxes, own, "one tax a line: base and tax are the total");
    }
    assert_eq!(
        sum(&|z| cents(&z["sums"]["returned"])),
        cents(&back["total"]) + cents(&void["total"])
    );
    until("both hold both closings", || first.digest() == second.digest());
    let all = second.json(&["shift", "list"]);
    assert_eq!(all.as_array().map(Vec::len), Some(2), "all shifts from any device");

    // The whole shop's reports, from either, are the Z reports together.
    for device in [&first, &second] {
        for by in ["day", "register", "product", "hour", "user"] {
            let rows = device.json(&["report", by]);
            let rows = rows.as_array().expect("rows");
            let of: i64 = rows.iter().map(|row| cents(&row["total"])).sum();
            assert_eq!(of, total, "by {by}");
        }
        let csv = device.run(&["report", "product", "--csv"]).ok().stdout;
        assert!(csv.starts_with("of,count,quantity,gross"), "{csv}");
    }
    assert!(running.stop().success() && joined.stop().success());
    first.verify();
    second.verify();
}

#[test]
fn a_cart_waits_and_another_register_sells_it() {
    let first = Device::founded();
    let running = first.serve();
    let second = first.admit("Caja 2");
    let joined = second.serve();
    until("both hold the same", || first.digest() == second.digest());
    let held = first.json(&["cart", "hold", "--item", "A1:2", "--label", "Mesa 4"]);
    let cart = held["cart"].as_str().expect("an id").to_owned();
    until("the cart has arrived", || {
        second.json(&["cart", "list"]).as_array().is_some_and(|carts| carts.len() == 1)
    });
    second.run(&["cart", "hold", "--cart", &cart, "--item", "B2"]).ok();
    let sold = second.json(&["sell", "--cart", &cart, "--pay", "cash:50"]);
    assert_eq!((cents(&sold["total"]), cents(&sold["change"])), (2250, 2750));
    second.run(&["sell", "--cart", &cart, "--pay", "cash"]).refused(2, &["waits no more"]);
    until("it waits nowhere", || {
        first.json(&["cart", "list"]).as_array().is_some_and(Vec::is_empty)
    });
    drop((running, joined));
}

#[test]
fn what_a_day_asks_wrongly_is_refused_in_a_sentence() {
    let device = Device::founded();
    let refused: [(&[&str], &str); 12] = [
        (&["return", "T1-999"], "no order is known"),
        (&["void", "T1-1", "--reason", "x"], "no order is known"),
        (&["settings", "tax.IVA=19"], "IVA 19%"),
        (&["settings", "colour=red"], "no setting"),
        (&["settings", "cash.rounding=-1"], "negative"),
        (&["shift", "close"], "no shift is open"),
        (&["shift", "pay-in", "5", "--note", "x"], "no shift is open"),
        (&["account", "show", "nadie"], "no customer"),
        (&["stock", "waste", "A1:-1"], "more than zero"),
        (&["cart", "drop", "00112233445566778899aabbccddeeff", "--reason", "x"], "no such cart"),
        (&["find", "--from", "yesterday"], "2026-11-25"),
        (&["sell", "--item", "A1", "--pay", "gold:1"], "means of payment"),
    ];
    for (args, words) in refused {
        let ran = device.run(args);
        assert_ne!(ran.code, Some(0), "{args:?}");
        ran.refused(ran.code.unwrap_or(-1), &[words]);
        assert!(matches!(ran.code, Some(1 | 2)), "{args:?}: {:?}", ran.code);
    }
    assert_eq!(device.orders(), 0, "nothing half-done");
    device.verify();
}

#[test]
fn logs_carried_by_hand_merge_like_those_of_a_peer() {
    let first = Device::founded();
    let running = first.serve();
    let second = first.admit("Caja 2");
    let joined = second.serve();
    first.sell();
    until("the new device has numbers", || {
        second.json(&["numbers", "status"])[0]["held"].as_u64() > Some(0)
    });
    until("both hold the same", || first.digest() == second.digest());
    assert!(joined.stop().success() && running.stop().success());
    for _ in 0..3 {
        first.sell();
        second.sell();
    }
    second.run(&["products", "edit", "A1", "--price", "11"]).ok();
    let stick = |name: &str| first.file(name, b"");
    let (one, two) = (stick("one.bundle"), stick("two.bundle"));
    for file in [&one, &two] {
        std::fs::remove_file(file).expect("an empty file goes away");
    }
    first.run(&["sync", "export", &one]).ok();
    let carried = second.json(&["sync", "import", &one]);
    assert_eq!((&carried["logs"], &carried["left"]), (&1.into(), &0.into()), "{carried}");
    assert_eq!(second.orders(), 7);
    second.run(&["sync", "export", &two]).ok();
    // The other one takes it in while it runs.
    let running = first.serve();
    assert_eq!(first.json(&["sync", "import", &two])["left"], 0);
    until("both hold the same", || first.digest() == second.digest());
    assert_eq!(first.json(&["sync", "import", &two])["entries"], 0, "a second time is nothing new");
    assert!(running.stop().success());
    let other = Device::founded();
    other.run(&["sync", "import", &two]).refused(2, &["another shop"]);
    let broken = first.file("broken.bundle", b"not a bundle");
    first.run(&["sync", "import", &broken]).refused(2, &["bundle"]);
    first.verify();
    second.verify();
}
