//! Rows are derived: taken away or set back, they come out the same.

use super::world::{RowsAfter, World};
use super::{customer, product, put, rename, reprice, sell};
use crate::command::{Choice, Command, CommandError};
use till_numbers::HIGH_WATER;
use till_schema::body::{ConflictKind, Role};

/// Three devices with a past: sales, edits, grants, a conflict and its end.
fn lived(seed: u64) -> World {
    let mut world = World::shop_of(seed, &[&[Role::Manager, Role::Register], &[Role::Register]]);
    let drafts = (0..120).map(|n| product(&n.to_string(), 1000, 3)).collect();
    world.ask(0, Command::PutProducts(drafts)).unwrap();
    world.ask(0, Command::PutCustomers(vec![customer("Ana", "900111")])).unwrap();
    world.settle();
    (0..3).for_each(|device| world.checkpoint(device));
    world.split(&[&[0], &[1, 2]]);
    for (device, price) in [(0, 1100), (1, 1200)] {
        world.ask(device, reprice("7", price)).unwrap();
    }
    for number in 0..12 {
        world.sold(number as usize % 3, sell(number, &(number % 4).to_string(), 1));
    }
    world.settle();
    world.heal();
    world.settle();
    let key = world.conflict(2, ConflictKind::Field).key;
    world.resolve(1, &key, Choice::Keep(1)).unwrap();
    let reason = "test print".to_owned();
    world.ask(2, Command::VoidNumbers { space: None, count: 700, reason }).unwrap();
    world.settle();
    world.assert_agree();
    world
}

#[test]
fn rows_that_are_gone_are_folded_again_to_the_same() {
    for device in 0..3 {
        let mut world = lived(110);
        let (digests, conflicts) = (world.digests(device), world.conflicts(device));
        world.restart(device, RowsAfter::Lost);
        assert_eq!(world.digests(device), digests, "before anybody is asked");
        assert_eq!(world.conflicts(device), conflicts);
        world.settle();
        world.assert_agree();
    }
}

#[test]
fn rows_of_an_older_checkpoint_catch_up_to_the_same() {
    for device in 0..3 {
        let mut world = lived(111);
        let digests = world.digests(device);
        world.restart(device, RowsAfter::Checkpoint);
        assert_eq!(world.digests(device), digests);
        world.settle();
        world.assert_agree();
    }
}

#[test]
fn a_device_works_on_after_each_kind_of_restart() {
    for rows in [RowsAfter::Kept, RowsAfter::Checkpoint, RowsAfter::Lost] {
        let mut world = lived(112);
        for round in 0..3 {
            for device in 0..3 {
                world.restart(device, rows);
                world.ask(device, rename("5", &format!("Round {round} at {device}"))).unwrap();
                world.sold(device, sell(100 + 10 * round + device as u32, "5", 1));
                world.settle();
            }
        }
        world.settle();
        world.assert_agree();
        assert_eq!(world.orders(0).len(), 12 + 9);
        assert_eq!(world.product(1, "5").name, "Round 2 at 2");
        assert!(world.unsolved(0).is_empty(), "{:#?}", world.conflicts(0));
    }
}

#[test]
fn compacted_documents_open_the_same() {
    let mut world = lived(113);
    for device in 0..3 {
        let till = &mut world.tills[device];
        till.node.as_mut().unwrap().compact(&mut till.rows);
        let digests = world.digests(device);
        world.restart(device, RowsAfter::Kept);
        assert_eq!(world.digests(device), digests);
        world.ask(device, reprice("3", 500 + device as i64)).unwrap();
        world.settle();
    }
    world.assert_agree();
    assert_eq!(world.price(0, "3"), 502);
}

/// A device whose copies of other logs were damaged holds own entries whose
/// reasons are missing. Until those are back it does not know which of its
/// numbers are used.
#[test]
fn a_device_that_does_not_know_its_own_past_yet_does_not_sell() {
    let mut world = World::shop(114, 2);
    world.ask(0, put("1", 1000, 50)).unwrap();
    world.settle();
    for number in 0..5 {
        world.sold(0, sell(number, "1", 1));
        world.settle();
        world.sold(1, sell(100 + number, "1", 1));
    }
    world.settle();
    world.crash(1, RowsAfter::Lost);
    world.split(&[]);
    // What it had of the founder's last frames is gone.
    let founder = world.tills[0].log;
    let kept = world.tills[1].store.get_mut(&founder).unwrap();
    kept.truncate(kept.len() - 3);
    world.start(1);
    assert!(world.sync(1).gated > 0, "own entries wait for what they saw");
    let refused = world.ask(1, sell(200, "1", 1));
    let Err(CommandError::Storage(why)) = refused else { panic!("{refused:?}") };
    assert!(why.contains("connect"), "it says what to do: {why}");
    world.heal();
    world.settle();
    world.sold(1, sell(200, "1", 1));
    world.settle();
    world.assert_agree();
    assert_eq!(world.orders(0).len(), 11);
}

#[test]
fn numbers_given_while_a_device_was_off_are_there_when_it_is_back() {
    let mut world = World::shop(115, 2);
    world.crash(1, RowsAfter::Kept);
    let to = world.tills[1].log;
    world.ask(0, Command::GrantNumbers { space: None, to: to.to_string(), count: 70 }).unwrap();
    world.settle();
    assert_eq!(world.audit(0).in_transit, 70);
    world.start(1);
    world.settle();
    assert_eq!(world.held(1), HIGH_WATER + 70);
    world.assert_agree();
}
