//! Two halves of a shop that cannot see each other, and what is told a person
//! when they can again.

use super::world::World;
use super::{customer, product, put, rename, reprice, sell};
use crate::command::{Choice, Command, ConflictStatus, ProductChange, ProductDraft};
use till_schema::EntryHash;
use till_schema::body::{ConflictKey, ConflictKind, Role};
use till_schema::catalogue::FieldValue;

const MANAGER: &[Role] = &[Role::Manager, Role::Register];
const REGISTER: &[Role] = &[Role::Register];

/// Four devices with one product, in two halves of two.
fn apart(seed: u64, stock: i64) -> World {
    let mut world = World::shop_of(seed, &[REGISTER, MANAGER, REGISTER]);
    world.ask(0, put("1", 1000, stock)).unwrap();
    world.settle();
    world.assert_agree();
    world.split(&[&[0, 1], &[2, 3]]);
    world
}

fn together(world: &mut World) {
    world.settle();
    world.heal();
    world.settle();
    world.assert_agree();
}

fn texts(values: &[&str]) -> Vec<FieldValue> {
    values.iter().map(|value| FieldValue::Text((*value).to_owned())).collect()
}

fn values(world: &World, key: &ConflictKey) -> Vec<FieldValue> {
    let views = world.conflicts(0);
    let view = views.into_iter().find(|view| view.key == *key).unwrap();
    view.candidates.into_iter().map(|candidate| candidate.value).collect()
}

fn price_conflict(seed: u64) -> (World, ConflictKey) {
    let mut world = apart(seed, 50);
    world.ask(1, reprice("1", 1200)).unwrap();
    world.ask(3, reprice("1", 1300)).unwrap();
    world.settle();
    assert_eq!(
        (world.sold(0, sell(1, "1", 1)).total, world.sold(2, sell(2, "1", 1)).total),
        (1200, 1300)
    );
    together(&mut world);
    let key = world.conflict(0, ConflictKind::Field).key;
    (world, key)
}

#[test]
fn two_prices_set_apart_are_one_open_conflict_on_all() {
    let (world, key) = price_conflict(30);
    assert!(key.subject.ends_with("/price"), "{key:?}");
    world.assert_everywhere(&key, ConflictStatus::Open);
    let view = world.conflict(3, ConflictKind::Field);
    assert_eq!(values(&world, &key), [FieldValue::Int(1200), FieldValue::Int(1300)]);
    assert_eq!(view.devices, ["Caja 2", "Caja 4"]);
    assert_eq!(view.title, "Product 1");
    assert_eq!(view.evidence.len(), 2);
    // Meanwhile all tills use the same one of the two.
    assert_eq!(view.current, world.price(1, "1").to_string());
    assert!((0..4).all(|device| world.price(device, "1") == world.price(0, "1")));
    // What was sold keeps the price it was sold at.
    let mut charged: Vec<i64> =
        world.orders(1).iter().map(|order| order.row.order.lines[0].unit_price).collect();
    charged.sort();
    assert_eq!(charged, [1200, 1300]);
}

#[test]
fn either_value_or_another_can_be_kept_and_all_devices_close() {
    for (choice, price) in [
        (Choice::Keep(0), 1200),
        (Choice::Keep(1), 1300),
        (Choice::Other("15,50".to_owned()), 1550),
    ] {
        let (mut world, key) = price_conflict(31);
        world.resolve(2, &key, choice).unwrap();
        world.settle();
        world.assert_agree();
        world.assert_everywhere(&key, ConflictStatus::Closed);
        assert_eq!(world.price(3, "1"), price);
        let steps = world.history(1, "1", "price");
        assert_eq!(steps.last().unwrap().value, FieldValue::Int(price), "{steps:#?}");
        assert!(steps.iter().any(|step| step.value == FieldValue::Int(1300)), "nothing is lost");
    }
}

#[test]
fn only_owners_and_managers_decide_and_only_what_can_be_decided() {
    let (mut world, key) = price_conflict(32);
    assert!(world.resolve(1, &key, Choice::Keep(0)).is_err(), "a register");
    assert!(world.resolve(0, &key, Choice::Keep(2)).is_err(), "there are two values");
    assert!(world.resolve(0, &key, Choice::Other("-5".to_owned())).is_err());
    assert!(world.resolve(0, &key, Choice::Acknowledge).is_err(), "a price must be chosen");
    let nothing = ConflictKey { kind: ConflictKind::Oversold, subject: key.subject.clone() };
    assert!(world.resolve(0, &nothing, Choice::Acknowledge).is_err());
    together(&mut world);
    world.assert_everywhere(&key, ConflictStatus::Open);
}

#[test]
fn different_fields_and_equal_values_merge_silently() {
    let mut world = apart(33, 50);
    world.ask(0, rename("1", "Café molido")).unwrap();
    world.ask(0, put("left", 1, 1)).unwrap();
    world.ask(3, reprice("1", 1300)).unwrap();
    world.ask(3, put("right", 1, 1)).unwrap();
    for device in [1, 2] {
        let change = ProductChange { category: Some("Café".to_owned()), ..Default::default() };
        world.settle();
        world.ask(device, Command::EditProduct { code: "1".to_owned(), change }).unwrap();
    }
    together(&mut world);
    assert!(world.conflicts(2).is_empty(), "{:#?}", world.conflicts(2));
    for device in 0..4 {
        let row = world.product(device, "1");
        assert_eq!((row.name.as_str(), row.price), ("Café molido", 1300));
        assert_eq!(row.category, "Café");
        assert_eq!((world.stock(device, "left"), world.stock(device, "right")), (1, 1));
    }
}

#[test]
fn the_last_piece_sold_on_both_sides_is_oversold_until_it_is_counted() {
    let mut world = apart(34, 1);
    let (a, b) = (world.sold(0, sell(1, "1", 1)), world.sold(3, sell(2, "1", 1)));
    assert_ne!(a.label, b.label, "selling is never blocked");
    together(&mut world);
    let view = world.conflict(1, ConflictKind::Oversold);
    world.assert_everywhere(&view.key, ConflictStatus::Open);
    assert_eq!((view.title.as_str(), view.detail.as_str()), ("Product 1", "-1"));
    world.resolve(2, &view.key, Choice::Other("3".to_owned())).unwrap();
    world.settle();
    world.assert_agree();
    world.assert_everywhere(&view.key, ConflictStatus::Closed);
    assert!((0..4).all(|device| world.stock(device, "1") == 3));
}

#[test]
fn a_shortage_the_cashier_could_see_is_no_conflict() {
    let mut world = apart(35, 1);
    world.sold(0, sell(1, "1", 1));
    world.settle();
    world.sold(1, sell(2, "1", 1));
    together(&mut world);
    assert_eq!(world.stock(3, "1"), -1);
    assert!(world.conflicts(3).is_empty(), "{:#?}", world.conflicts(3));
}

#[test]
fn one_customer_made_on_both_sides_is_kept_once() {
    let mut world = apart(36, 1);
    world.ask(1, Command::PutCustomers(vec![customer("Ana", "900111")])).unwrap();
    world.ask(2, Command::PutCustomers(vec![customer("Ana María", "900111")])).unwrap();
    together(&mut world);
    let key = world.conflict(0, ConflictKind::CustomerDuplicate).key;
    assert_eq!(key.subject, "NIT:900111");
    assert_eq!(values(&world, &key), texts(&["Ana", "Ana María"]));
    world.resolve(0, &key, Choice::Keep(1)).unwrap();
    together(&mut world);
    world.assert_everywhere(&key, ConflictStatus::Closed);
    for device in 0..4 {
        let left = crate::customers(&world.tills[device].rows, "900111", 9);
        assert_eq!(left.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Ana María"]);
    }
}

#[test]
fn one_barcode_on_two_products_is_decided_like_a_duplicate() {
    let mut world = apart(37, 1);
    let coded = |sku: &str| {
        let barcodes = vec!["7702".to_owned()];
        Command::PutProducts(vec![ProductDraft { barcodes, ..product(sku, 500, 0) }])
    };
    world.ask(0, coded("left")).unwrap();
    world.ask(3, coded("right")).unwrap();
    together(&mut world);
    let key = world.conflict(1, ConflictKind::CodeDuplicate).key;
    assert_eq!(key.subject, "7702");
    assert_eq!(values(&world, &key), texts(&["Product left", "Product right"]));
    world.resolve(2, &key, Choice::Keep(0)).unwrap();
    together(&mut world);
    world.assert_everywhere(&key, ConflictStatus::Closed);
    assert_eq!(world.product(3, "7702").sku, "left");
}

#[test]
fn evidence_nobody_had_seen_opens_a_conflict_again() {
    let (mut world, key) = price_conflict(38);
    world.split(&[&[0, 1], &[2, 3]]);
    world.ask(3, reprice("1", 1400)).unwrap();
    world.resolve(0, &key, Choice::Keep(0)).unwrap();
    world.settle();
    assert_eq!(world.conflict(1, ConflictKind::Field).status, ConflictStatus::Closed);
    together(&mut world);
    world.assert_everywhere(&key, ConflictStatus::Open);
    assert_eq!(values(&world, &key), [FieldValue::Int(1200), FieldValue::Int(1400)]);
    world.resolve(2, &key, Choice::Keep(1)).unwrap();
    together(&mut world);
    world.assert_everywhere(&key, ConflictStatus::Closed);
    assert_eq!(world.price(0, "1"), 1400);
}

#[test]
fn products_of_one_import_with_one_barcode_are_told_apart() {
    let mut world = apart(39, 1);
    let barcodes = vec!["7702".to_owned()];
    let drafts = ["left", "right"]
        .map(|sku| ProductDraft { barcodes: barcodes.clone(), ..product(sku, 500, 0) });
    world.ask(0, Command::PutProducts(drafts.to_vec())).unwrap();
    together(&mut world);
    let key = world.conflict(1, ConflictKind::CodeDuplicate).key;
    world.resolve(2, &key, Choice::Keep(1)).unwrap();
    together(&mut world);
    world.assert_everywhere(&key, ConflictStatus::Closed);
    assert!(!world.product(0, "right").archived);
    assert!(world.product(0, "left").archived, "the other one is put away");
}

#[test]
fn evidence_is_listed_in_one_order() {
    let (world, key) = price_conflict(40);
    let evidence: Vec<EntryHash> = world.conflict(2, ConflictKind::Field).evidence;
    assert!(evidence.is_sorted(), "{key:?}: {evidence:?}");
}
