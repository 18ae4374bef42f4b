//! A copied device: both machines stop when it is known, what either has sold
//! counts everywhere, and it is shown to people.

use super::forge::Forger;
use super::world::{RowsAfter, World};
use super::{put, reprice, sell};
use crate::command::{Command, CommandError};
use till_schema::body::{Body, ConflictKind, ForkTail, Role};

const MANAGER: &[Role] = &[Role::Manager, Role::Register];

/// A shop of three registers and a copy of the second one, each of the two
/// machines beside another register. Both have sold, apart from each other.
fn copied(seed: u64, sales: (u32, u32)) -> World {
    let mut world = World::shop_of(seed, &[MANAGER, MANAGER]);
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    world.sold(1, sell(1, "1", 1));
    world.settle();
    world.crash(1, RowsAfter::Kept);
    let copy = world.copy(1);
    world.split(&[&[0, 1], &[2, copy]]);
    world.start(1);
    world.start(copy);
    world.settle();
    for number in 0..sales.0 {
        world.sold(1, sell(100 + number, "1", 1));
    }
    for number in 0..sales.1 {
        world.sold(copy, sell(200 + number, "1", 1));
    }
    world.settle();
    world
}

fn assert_stopped(world: &mut World, device: usize) {
    assert!(world.tills[device].quarantine.is_some(), "device {device} goes on");
    let refused = world.ask(device, sell(900 + device as u32, "1", 1));
    assert!(matches!(refused, Err(CommandError::Storage(_))), "{refused:?}");
}

#[test]
fn the_sales_of_both_machines_count_on_every_device() {
    for sales in [(1, 1), (2, 5), (5, 2), (1, 30)] {
        let mut world = copied(500, sales);
        world.plug(0, 2);
        world.settle();
        world.assert_alike();
        for device in 0..4 {
            assert_eq!(world.orders(device).len() as u32, 1 + sales.0 + sales.1);
        }
        let fork = world.conflict(0, ConflictKind::Fork);
        assert_eq!(fork.title, "Caja 2");
        let twice =
            |view: &&crate::command::ConflictView| view.kind() == ConflictKind::NumberDuplicate;
        let twice = world.conflicts(2).iter().filter(twice).count() as u32;
        assert_eq!(twice, sales.0.min(sales.1));
        assert_stopped(&mut world, 1);
        assert_stopped(&mut world, 3);
        // The others work on.
        world.sold(0, sell(800, "1", 1));
        world.sold(2, sell(801, "1", 1));
        world.settle();
        world.assert_alike();
    }
}

/// How many entries of a device's store are of some sort.
fn count(world: &World, device: usize, mut wanted: impl FnMut(&Body) -> bool) -> usize {
    let logs = world.tills[device].store.keys().copied();
    let frames = logs.flat_map(|log| world.tills[device].stored(log));
    let entries = frames.map(|frame| {
        let bodies = frame.entries().iter().filter_map(|entry| entry.body.as_ref());
        bodies.filter(|body| wanted(body)).count()
    });
    entries.sum()
}

#[test]
fn what_a_lone_copy_has_sold_is_fetched_from_it_though_it_must_not_write() {
    let mut world = World::shop_of(501, &[MANAGER, MANAGER]);
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    world.crash(1, RowsAfter::Kept);
    let copy = world.copy(1);
    world.split(&[&[0, 1, 2]]);
    world.start(1);
    world.start(copy);
    for number in 0..7 {
        world.sold(copy, sell(200 + number, "1", 1));
    }
    world.sold(1, sell(100, "1", 1));
    world.settle();
    world.unplug(2, 1);
    world.plug(2, copy);
    world.settle();
    world.assert_alike();
    assert_eq!(world.orders(0).len(), 8);
    let fork = world.conflict(1, ConflictKind::Fork);
    assert_eq!(fork.evidence.len(), count(&world, 0, |body| matches!(body, Body::ForkProof(_))));
    assert_stopped(&mut world, 1);
    assert_stopped(&mut world, copy);
    // Each frame is kept once, not by every device that has it.
    let mut kept = std::collections::BTreeSet::new();
    let tails = count(&world, 0, |body| match body {
        Body::ForkTail(tail) => {
            kept.insert(tail.frame.to_vec());
            true
        }
        _ => false,
    });
    assert_eq!(tails, kept.len());
}

/// A copy has sold less than the other machine, and nobody else holds that.
#[test]
fn the_shorter_history_of_a_lone_copy_counts_too() {
    for relay_first in [false, true] {
        let mut world = World::shop_of(515, &[MANAGER, MANAGER]);
        world.ask(0, put("1", 1000, 100)).unwrap();
        world.settle();
        world.crash(1, RowsAfter::Kept);
        let copy = world.copy(1);
        world.split(&[&[0, 1, 2]]);
        world.start(1);
        world.tills[copy].relay = relay_first;
        world.start(copy);
        world.sold(copy, sell(200, "1", 1));
        for number in 0..5 {
            world.sold(1, sell(100 + number, "1", 1));
        }
        world.settle();
        if relay_first {
            // The relay stops it before any peer could.
            world.restart(copy, RowsAfter::Kept);
            world.run_for(100);
        }
        world.unplug(2, 1);
        world.plug(2, copy);
        world.settle();
        world.assert_alike();
        assert_eq!(world.orders(0).len(), 6);
        assert_eq!(world.conflict(copy, ConflictKind::Fork).title, "Caja 2");
    }
}

#[test]
fn a_copy_is_found_out_by_whoever_holds_more_of_its_log() {
    let mut world = copied(502, (6, 1));
    // The short history meets a device that holds the long one.
    world.split(&[&[0, 3], &[2]]);
    world.settle();
    assert_stopped(&mut world, 3);
    world.split(&[&[0, 1], &[0, 2], &[2, 3]]);
    world.settle();
    assert_stopped(&mut world, 1);
    world.assert_alike();
    assert_eq!(world.orders(2).len(), 8);
}

#[test]
fn a_copy_is_found_out_by_whoever_holds_less_of_its_log() {
    let mut world = copied(503, (1, 6));
    world.split(&[&[0, 3]]);
    world.run_for(500);
    assert_stopped(&mut world, 3);
}

#[test]
fn a_fork_survives_every_kind_of_restart() {
    for rows in [RowsAfter::Kept, RowsAfter::Checkpoint, RowsAfter::Lost] {
        let mut world = copied(504, (3, 4));
        world.checkpoint(0);
        world.checkpoint(2);
        world.plug(0, 2);
        world.settle();
        let digests = world.digests(0);
        for device in [0, 1, 2, 3] {
            world.restart(device, rows);
            assert_eq!(world.digests(device), digests, "{rows:?} on {device}");
            world.settle();
            assert_stopped(&mut world, 1);
        }
        world.settle();
        world.assert_alike();
        assert_eq!(world.digests(3), digests);
    }
}

#[test]
fn a_crash_while_a_fork_is_told_loses_nothing() {
    for steps in (0..160).step_by(8) {
        let mut world = copied(505, (3, 2));
        world.plug(0, 2);
        world.steps(steps);
        world.restart(0, RowsAfter::Checkpoint);
        world.steps(steps);
        world.restart(2, RowsAfter::Lost);
        world.settle();
        world.assert_alike();
        assert_eq!(world.orders(0).len(), 6, "after {steps} steps");
    }
}

#[test]
fn a_proof_that_does_not_reach_the_disk_is_written_later() {
    let mut world = copied(506, (2, 2));
    world.tills[0].refusals = 3;
    world.tills[2].refusals = 3;
    world.plug(0, 2);
    world.settle();
    world.settle();
    world.assert_alike();
    assert_eq!(world.orders(0).len(), 5);
}

#[test]
fn a_device_that_joins_after_a_fork_learns_all_of_it() {
    let mut world = copied(507, (3, 2));
    world.plug(0, 2);
    world.settle();
    let newcomer = world.join(&[Role::Register]);
    world.plug(0, newcomer);
    world.settle();
    world.assert_alike();
    assert_eq!(world.orders(newcomer).len(), 6);
    world.sold(newcomer, sell(700, "1", 1));
    world.settle();
    world.assert_alike();
}

#[test]
fn devices_that_had_applied_one_history_fold_again_to_the_same() {
    let mut world = copied(508, (3, 2));
    let before = world.refolds;
    world.plug(0, 2);
    world.settle();
    assert!(world.refolds > before);
    world.assert_alike();
}

/// The custodian itself is copied, and a register takes numbers from one of its
/// two machines. Of the two histories the one with the lower hash decides where
/// numbers went.
#[test]
fn numbers_that_one_history_gave_away_are_in_the_books_of_all() {
    let mut stood = [false, false];
    for seed in 520..530 {
        let mut world = World::shop_of(seed, &[MANAGER, MANAGER]);
        world.ask(0, put("1", 1000, 100)).unwrap();
        world.settle();
        world.crash(0, RowsAfter::Kept);
        let copy = world.copy(0);
        world.split(&[&[0, 1], &[copy, 2]]);
        world.start(0);
        world.start(copy);
        world.settle();
        let to = world.tills[1].log.to_string();
        world.ask(0, Command::GrantNumbers { space: None, to, count: 70 }).unwrap();
        world.settle();
        assert_eq!(world.held(1), till_numbers::HIGH_WATER + 70);
        world.sold(copy, sell(2, "1", 1));
        world.settle();
        world.plug(1, 2);
        world.settle();
        world.assert_alike();
        assert_eq!(world.orders(2).len(), 1);
        let stands = world.held(1) > till_numbers::HIGH_WATER;
        assert_eq!(world.held(1), till_numbers::HIGH_WATER + 70 * u64::from(stands));
        assert_eq!(world.audits(2)[0].unaccounted, 0);
        stood[usize::from(stands)] = true;
        assert_stopped(&mut world, 0);
        assert_stopped(&mut world, copy);
        world.sold(1, sell(3, "1", 1));
        world.settle();
        world.assert_alike();
    }
    assert_eq!(stood, [true, true], "both were met");
}

#[test]
fn numbers_that_both_histories_used_are_not_sold_once_more() {
    let mut world = World::shop_of(510, &[MANAGER, MANAGER]);
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    world.crash(0, RowsAfter::Kept);
    let copy = world.copy(0);
    world.split(&[&[0, 1], &[copy, 2]]);
    world.start(0);
    world.start(copy);
    world.settle();
    // Both give the same numbers away, each to another register.
    for (giver, to) in [(0, 1), (copy, 2)] {
        let to = world.tills[to].log.to_string();
        world.ask(giver, Command::GrantNumbers { space: None, to, count: 70 }).unwrap();
    }
    world.settle();
    world.plug(1, 2);
    world.settle();
    world.assert_alike();
    let held = [1, 2].map(|device| world.held(device));
    assert_eq!(held.iter().sum::<u64>(), 2 * till_numbers::HIGH_WATER + 70, "{held:?}");
    for number in 0..20 {
        world.sold(1 + number as usize % 2, sell(number, "1", 1));
    }
    world.settle();
    world.assert_alike();
    let twice = |view: &crate::command::ConflictView| view.kind() == ConflictKind::NumberDuplicate;
    assert!(!world.conflicts(1).iter().any(twice));
}

#[test]
fn what_a_copied_device_edited_has_no_effect_anywhere() {
    let mut world = copied(511, (1, 1));
    world.ask(1, reprice("1", 1111)).unwrap();
    world.ask(3, reprice("1", 3333)).unwrap();
    world.settle();
    world.ask(0, super::rename("1", "Built upon it")).unwrap();
    world.settle();
    world.plug(0, 2);
    world.settle();
    world.assert_alike();
    for device in 0..4 {
        assert_eq!(world.price(device, "1"), 1000);
    }
    // What an honest device built on it cannot be applied; people see that.
    assert_eq!(world.conflict(2, ConflictKind::Malformed).title.split(':').count(), 2);
    world.ask(0, reprice("1", 1200)).unwrap();
    world.settle();
    world.assert_alike();
    assert_eq!(world.price(2, "1"), 1200);
}

#[test]
fn provisional_sales_of_both_machines_count() {
    let mut world = copied(512, (0, 0));
    for (device, number) in [(1, 100), (3, 200)] {
        let count = world.held(device);
        let reason = "test".to_owned();
        world.ask(device, Command::VoidNumbers { space: None, count, reason }).unwrap();
        let Command::Sell(cart) = sell(number, "1", 1) else { unreachable!() };
        let cart = crate::command::Cart { provisional: true, ..cart };
        assert!(world.sold(device, Command::Sell(cart)).provisional);
    }
    world.settle();
    world.plug(0, 2);
    world.settle();
    world.assert_alike();
    assert_eq!(world.orders(2).len(), 3);
}

#[test]
fn a_made_up_tail_of_an_honest_log_changes_nothing() {
    let mut world = World::shop_of(513, &[MANAGER]);
    world.ask(0, put("1", 1000, 100)).unwrap();
    let mut rogue = Forger::enrol(&mut world, MANAGER);
    world.settle();
    world.sold(1, sell(1, "1", 1));
    world.settle();
    let log = world.tills[1].log;
    let last = world.tills[1].stored(log).pop().unwrap();
    let real = till_log::fork_tail(&last).unwrap();
    let nonsense = ForkTail { log, frame: vec![1; 80].into() };
    rogue.greet(&mut world, 0);
    let frame = rogue.write(&Vec::new(), vec![rogue.start(), real.into(), nonsense.into()]);
    rogue.push(&mut world, 0, &[frame]);
    world.settle();
    world.assert_agree();
    assert_eq!(world.orders(0).len(), 1);
    assert!(world.conflicts(0).is_empty());
    world.sold(1, sell(2, "1", 1));
    world.settle();
    world.assert_agree();
}

#[test]
fn a_fork_that_its_own_device_makes_on_purpose_is_proven_too() {
    let mut world = World::shop_of(514, &[MANAGER, MANAGER]);
    world.ask(0, put("1", 1000, 100)).unwrap();
    let mut rogue = Forger::enrol(&mut world, MANAGER);
    world.settle();
    let start = rogue.start();
    let first = rogue.write(&Vec::new(), vec![start]);
    let before = rogue.head;
    let note = |text: &str| {
        let reason = till_schema::body::StockReason::Adjust;
        till_schema::body::StockMoved {
            reason,
            moves: Vec::new(),
            note: text.to_owned(),
            place: String::new(),
            to: None,
        }
        .into()
    };
    let one = rogue.write(&Vec::new(), vec![note("one"), note("more")]);
    rogue.head = before;
    let two = rogue.write(&Vec::new(), vec![note("two")]);
    world.split(&[&[0, 1], &[2]]);
    rogue.greet(&mut world, 0);
    rogue.push(&mut world, 0, &[first.clone(), one]);
    world.run_for(1_000);
    world.unplug(rogue.device, 0);
    rogue.greet(&mut world, 2);
    rogue.push(&mut world, 2, &[first, two]);
    world.run_for(1_000);
    world.unplug(rogue.device, 2);
    world.heal();
    world.settle();
    world.assert_alike();
    assert_eq!(world.conflict(1, ConflictKind::Fork).title, "Caja 4");
    assert!(!world.node(0).devices.is_empty());
}
