//! The demonstration, as a person and as a script run it.

use crate::program::{run, run_in, shared};
use serde_json::{Value, json};

/// The verdict: the last line, whatever stands before it.
#[track_caller]
fn demo(args: &[&str]) -> Value {
    let root = crate::program::folder();
    let mut all = vec!["demo", "--json"];
    all.extend(args);
    let ran = run_in(root.path(), &all);
    let last = ran.stdout.lines().last().unwrap_or_default();
    let verdict: Value = serde_json::from_str(last)
        .unwrap_or_else(|error| panic!("the last line is the verdict ({error}): {ran:?}"));
    assert_eq!(verdict["verdict"], "ok", "{verdict}");
    ran.ok();
    verdict
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is a count"))
}

/// Every field is there and all add up.
#[track_caller]
fn holds(verdict: &Value, orders: u64, registers: usize) {
    assert_eq!(verdict["failures"], json!([]));
    let expected = json!({ "input": orders, "committed": orders, "lost": 0, "duplicated": 0 });
    assert_eq!(verdict["orders"], expected);
    assert!(number(&verdict["money"]["input"]) > 0);
    assert_eq!(verdict["money"]["input"], verdict["money"]["books"]);
    let numbers = &verdict["numbers"];
    let classes = ["issued", "voided", "held", "in_transit", "lost"];
    let placed: u64 = classes.iter().map(|class| number(&numbers[class])).sum();
    assert_eq!(placed, number(&numbers["minted"]), "{numbers}");
    assert_eq!((number(&numbers["issued"]), number(&numbers["duplicates"])), (orders, 0));
    let conflicts = &verdict["conflicts"];
    assert!(number(&conflicts["opened"]) >= 4, "{conflicts}");
    assert_eq!(conflicts["closed"], conflicts["opened"]);
    assert_eq!(conflicts["listed_alike"], true);
    assert_eq!(verdict["digests_equal"], true);
    assert_eq!(verdict["relay"], json!({ "documents": orders, "duplicates": 0, "missing": 0 }));
    assert!(verdict["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
    let list = verdict["registers"].as_array().expect("registers");
    assert_eq!(list.len(), registers);
    for register in list {
        assert!(register["name"].as_str().is_some_and(|name| !name.is_empty()));
        assert!(number(&register["peak_rss_mb"]) > 0, "{register}");
        assert!(number(&register["entries"]) > orders, "{register}");
    }
}

#[test]
fn the_shipped_baskets_end_well() {
    holds(&demo(&["--orders", "60"]), 60, 3);
}

#[test]
fn real_baskets_of_a_supermarket_end_well() {
    let (products, baskets) =
        (shared("grocery-367/products.csv"), shared("grocery-367/baskets.csv"));
    let args = ["--products", &products, "--baskets", &baskets, "--orders", "40", "--seed", "7"];
    holds(&demo(&args), 40, 3);
}

#[test]
fn wrong_use_is_told_before_anything_starts() {
    run(&["demo", "--orders", "0"]).refused(2, &["--orders"]);
    run(&["demo", "--registers", "2"]).refused(2, &["--registers"]);
    let products = shared("grocery-367/products.csv");
    run(&["demo", "--products", &products]).refused(2, &["--baskets"]);
    let both = ["demo", "--products", &products, "--baskets", "nowhere.csv"];
    run(&both).refused(2, &["nowhere.csv"]);
}
