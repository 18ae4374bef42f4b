//! Two people decide one conflict without seeing each other.

use super::world::World;
use super::{customer, put, reprice, sell};
use crate::command::{Choice, Command, ConflictStatus};
use till_schema::body::{ConflictKey, ConflictKind, Role};

const MANAGER: &[Role] = &[Role::Manager, Role::Register];

/// Three devices that may decide. The first two are apart from the third.
fn apart(seed: u64) -> World {
    let mut world = World::shop_of(seed, &[MANAGER, MANAGER]);
    world.ask(0, put("1", 1000, 1)).unwrap();
    world.settle();
    world.split(&[&[0, 1], &[2]]);
    world
}

fn together(world: &mut World) {
    world.settle();
    world.heal();
    world.settle();
    world.assert_agree();
}

fn decided_apart(world: &mut World, key: &ConflictKey, left: Choice, right: Choice) {
    world.split(&[&[0, 1], &[2]]);
    world.resolve(0, key, left).unwrap();
    world.resolve(2, key, right).unwrap();
    world.settle();
    for device in 0..3 {
        let views = world.conflicts(device);
        let view = views.iter().find(|view| view.key == *key).unwrap();
        assert_eq!(view.status, ConflictStatus::Closed, "each side believes it is decided");
    }
    together(world);
}

fn prices(seed: u64) -> (World, ConflictKey) {
    let mut world = apart(seed);
    world.ask(1, reprice("1", 1200)).unwrap();
    world.ask(2, reprice("1", 1300)).unwrap();
    together(&mut world);
    let key = world.conflict(0, ConflictKind::Field).key;
    (world, key)
}

#[test]
fn different_prices_kept_apart_are_contested_until_one_more_decision() {
    let (mut world, key) = prices(50);
    decided_apart(&mut world, &key, Choice::Keep(0), Choice::Keep(1));
    world.assert_everywhere(&key, ConflictStatus::Contested);
    let view = world.conflict(1, ConflictKind::Field);
    assert_eq!((view.candidates.len(), view.resolutions.len()), (2, 2));
    world.resolve(1, &key, Choice::Keep(0)).unwrap();
    together(&mut world);
    world.assert_everywhere(&key, ConflictStatus::Closed);
    assert_eq!(world.price(2, "1"), 1200);
}

#[test]
fn the_same_price_kept_apart_is_agreed() {
    let (mut world, key) = prices(51);
    decided_apart(&mut world, &key, Choice::Keep(1), Choice::Keep(1));
    world.assert_everywhere(&key, ConflictStatus::Closed);
    assert_eq!(world.price(0, "1"), 1300);
}

#[test]
fn different_customers_kept_apart_are_contested() {
    let mut world = apart(52);
    world.ask(1, Command::PutCustomers(vec![customer("Ana", "900111")])).unwrap();
    world.ask(2, Command::PutCustomers(vec![customer("Ana María", "900111")])).unwrap();
    together(&mut world);
    let key = world.conflict(0, ConflictKind::CustomerDuplicate).key;
    decided_apart(&mut world, &key, Choice::Keep(0), Choice::Keep(1));
    world.assert_everywhere(&key, ConflictStatus::Contested);
    world.resolve(1, &key, Choice::Acknowledge).unwrap();
    together(&mut world);
    world.assert_everywhere(&key, ConflictStatus::Closed);
}

/// Each count has moved stock; two equal ones have moved it twice.
#[test]
fn two_recounts_apart_are_contested_even_when_equal() {
    for (left, right) in [("0", "0"), ("0", "2")] {
        let mut world = apart(53);
        world.sold(0, sell(1, "1", 1));
        world.sold(2, sell(2, "1", 1));
        together(&mut world);
        let key = world.conflict(0, ConflictKind::Oversold).key;
        let count = |text: &str| Choice::Other(text.to_owned());
        decided_apart(&mut world, &key, count(left), count(right));
        world.assert_everywhere(&key, ConflictStatus::Contested);
        world.resolve(1, &key, count("0")).unwrap();
        together(&mut world);
        world.assert_everywhere(&key, ConflictStatus::Closed);
        assert!((0..3).all(|device| world.stock(device, "1") == 0));
    }
}
