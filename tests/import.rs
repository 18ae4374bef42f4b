//! The product and customer files that shops already have.

use crate::program::{Device, sample_shop, shared, until};
use serde_json::{Value, json};

fn counts(created: u64, unchanged: u64) -> Value {
    json!({ "created": created, "changed": 0, "unchanged": unchanged })
}

/// Imports a file twice; the second time nothing changes.
#[track_caller]
fn twice(device: &Device, kind: &str, file: &str, records: u64) {
    let import = ["import", kind, file];
    assert_eq!(device.json(&import), counts(records, 0), "first import of {file}");
    let before = device.digest();
    assert_eq!(device.json(&import), counts(0, records), "second import of {file}");
    assert_eq!(device.digest(), before, "a second import writes nothing");
}

#[track_caller]
fn found(device: &Device, code: &str) -> Value {
    let products = device.json(&["products", "find", code, "--limit", "1"]);
    products[0].clone()
}

fn dollars() -> Device {
    let device = Device::empty();
    let create = ["shop", "create", "--name", "Tienda", "--tax-id", "900", "--currency", "USD"];
    device.run(&create).ok();
    device
}

#[test]
fn shopify_files_are_imported_once() {
    let device = dollars();
    twice(&device, "products", &shared("import/shopify-apparel.csv"), 22);
    twice(&device, "products", &shared("import/shopify-home-and-garden.csv"), 21);
    let shirt = found(&device, "Ocean Blue Shirt");
    assert_eq!(
        (&shirt["price"], &shirt["stock"]),
        (&json!(5000), &json!(0)),
        "nobody tracks it: {shirt}"
    );
    let pot = found(&device, "Clay Plant Pot Large");
    assert_eq!(
        (&pot["price"], &pot["stock"]),
        (&json!(1599), &json!(0)),
        "nobody tracks it: {pot}"
    );
    device.verify();
}

#[test]
fn a_supermarket_is_imported_once_and_reaches_the_other_device() {
    let device = dollars();
    twice(&device, "products", &shared("grocery-367/products.csv"), 13_242);
    twice(&device, "customers", &shared("grocery-367/customers.csv"), 194);
    let cereal = found(&device, "818981");
    assert_eq!((&cereal["price"], &cereal["sku"]), (&json!(369), &json!("818981")), "{cereal}");
    assert_eq!(found(&device, "2000008189811"), cereal, "by barcode");

    let sell = ["sell", "--item", "2000008189811:3", "--pay", "cash", "--customer", "14"];
    let sold = device.json(&sell);
    assert_eq!(sold["total"], 3 * 369);
    let running = device.serve();
    let second = device.admit("Caja 2");
    let joined = second.serve();
    until("both hold the same", || device.digest() == second.digest());
    assert_eq!(found(&second, "2000008189811")["price"], 369);
    assert_eq!(second.orders(), 1);
    drop((running, joined));
}

#[test]
fn the_shipped_sample_shop_is_imported_once() {
    let device = Device::empty();
    device.run(&["shop", "create", "--name", "Mi tienda", "--tax-id", "900123456"]).ok();
    let products = device.json(&["import", "products", &sample_shop("products.csv")]);
    assert_eq!(products["changed"], 0);
    let count = products["created"].as_u64().expect("a count");
    assert!(count > 50, "{products}");
    let customers = device.json(&["import", "customers", &sample_shop("customers.csv")]);
    assert!(customers["created"].as_u64().is_some_and(|count| count > 5), "{customers}");
    let again = device.json(&["import", "products", &sample_shop("products.csv")]);
    assert_eq!(again, counts(0, count));
    let sold = device.json(&["sell", "--item", "CAF-01:2", "--pay", "cash:20000"]);
    assert_eq!(sold["change"].as_i64(), Some(2_000_000 - sold["total"].as_i64().expect("a total")));
}

#[test]
fn a_changed_file_changes_only_what_differs() {
    let device = Device::founded();
    let file = device.file("new.csv", b"sku,name,price\nA1,Arroz,10.50\nB2,Pan,2.50\nC3,Sal,1\n");
    let written = device.json(&["import", "products", &file]);
    assert_eq!(written, json!({ "created": 1, "changed": 1, "unchanged": 1 }));
    assert_eq!(found(&device, "A1")["price"], 1050);
    assert_eq!(found(&device, "A1")["stock"], 500_000, "an import does not touch known stock");
}

#[test]
fn a_preview_writes_nothing_and_tells_each_broken_row() {
    let device = Device::founded();
    let before = device.digest();
    let file = device.file("broken.csv", b"sku,name,price\nC3,Sal,1\nD4,Agua,uno\n");
    let preview = device.run(&["--json", "import", "products", &file, "--preview", "--skip-bad"]);
    let preview = preview.ok().json();
    assert_eq!((&preview["good"], &preview["new"]), (&json!(1), &json!(1)));
    assert_eq!(preview["first"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&preview["errors"][0]["line"], &preview["errors"][0]["column"]),
        (&json!(3), &json!("price"))
    );
    assert_eq!(device.digest(), before);
    let written = device.json(&["import", "products", &file, "--skip-bad"]);
    assert_eq!(written, counts(1, 0));
}

#[test]
fn what_is_exported_is_imported_unchanged() {
    let device = Device::founded();
    device.json(&["import", "products", &sample_shop("products.csv")]);
    device.json(&["import", "customers", &sample_shop("customers.csv")]);
    device.json(&["sell", "--item", "CAF-01:2", "--pay", "cash:20000"]);
    let before = device.digest();
    for kind in ["products", "customers"] {
        let file = device.file("out.csv", b"");
        device.run(&["export", kind, &file]).ok();
        let preview = device.run(&["--json", "import", kind, &file, "--preview"]).ok().json();
        assert_eq!((&preview["format"], &preview["new"]), (&json!("tillmesh"), &json!(0)));
        let written = device.json(&["import", kind, &file]);
        assert_eq!((&written["created"], &written["changed"]), (&json!(0), &json!(0)), "{written}");
    }
    assert_eq!(device.digest(), before);
}

#[test]
fn the_whole_log_is_exported_as_signed() {
    let device = Device::founded();
    device.json(&["import", "products", &sample_shop("products.csv")]);
    device.json(&["users", "set", "Ana", "--role", "owner", "--new-pin", "2468"]);
    let ana = ["--user", "Ana", "--pin", "2468"];
    device.json(&[&["sell", "--item", "CAF-01:2", "--pay", "cash:20000"], &ana[..]].concat());
    let file = device.file("log.jsonl", b"");
    device.run(&["export", "log", &file, "--format", "jsonl"]).ok();
    let text = std::fs::read_to_string(&file).expect("written");
    let entries: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    // Every place of the one log, in order.
    let places: Vec<u64> = entries.iter().filter_map(|entry| entry["seq"].as_u64()).collect();
    assert_eq!(places, (1..=entries.len() as u64).collect::<Vec<_>>());
    assert_eq!(entries[0]["name"], "ShopFounded");
    let sale = entries.iter().find(|entry| entry["name"] == "SaleCommitted").expect("the sale");
    assert_eq!(sale["body"]["number"], 1);
    assert_eq!(sale["body"]["order"]["lines"][0]["sku"], "CAF-01");
    assert!(sale["user"].is_string(), "who sold: {sale}");
    // A PIN of four digits is guessed from its hash.
    assert!(!text.contains("argon2"), "{text}");
    // The same as a table.
    let table = device.run(&["export", "log"]).ok().stdout;
    let rows = csv::Reader::from_reader(table.as_bytes()).into_records().count();
    assert_eq!(rows, entries.len());
}
