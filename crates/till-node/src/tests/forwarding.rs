//! Each sale's document reaches the authority once and in order, and its
//! answer reaches every device.

use super::world::{RowsAfter, World};
use super::{put, sell};
use crate::Input;
use crate::command::{ConflictStatus, RelayState};
use std::collections::{BTreeMap, BTreeSet};
use till_schema::LogId;
use till_schema::body::{Body, ConflictKind, Outcome};

fn shop(seed: u64, devices: usize) -> World {
    let mut world = World::shop(seed, devices);
    world.ask(0, put("1", 1000, 1000)).unwrap();
    world.settle();
    world
}

/// Some sales on every device, with other things in between.
fn sell_some(world: &mut World, count: u32) {
    let devices = world.tills.len();
    for number in 0..count {
        world.sold(number as usize % devices, sell(number, "1", 1));
        world.steps(9);
    }
}

/// Every document is registered once, in the order of its series, and every
/// device knows.
fn assert_drained(world: &World, accepted: u64, rejected: u64) {
    assert_eq!(world.relay.registered.len() as u64, accepted + rejected);
    let mut last: BTreeMap<LogId, u64> = BTreeMap::new();
    for document in &world.relay.arrived {
        let before = last.insert(document.series, document.number);
        assert!(before.is_none_or(|before| before < document.number), "out of order");
    }
    for device in world.running() {
        let queue = world.queue(device);
        let counts = (queue.pending, queue.accepted, queue.rejected);
        assert_eq!(counts, (0, accepted, rejected), "on device {device}");
    }
}

fn receipts(world: &World) -> usize {
    let logs: BTreeSet<LogId> = world.tills.iter().map(|till| till.log).collect();
    let frames = logs.into_iter().flat_map(|log| world.tills[0].stored(log));
    let entries = frames.flat_map(|frame| frame.entries().to_vec());
    entries.filter(|entry| matches!(entry.body, Some(Body::FiscalReceipt(_)))).count()
}

#[test]
fn documents_go_out_as_they_are_sold_and_answers_come_home() {
    let mut world = shop(180, 3);
    sell_some(&mut world, 12);
    world.settle();
    world.assert_agree();
    assert_drained(&world, 12, 0);
    assert!(world.orders(2).iter().all(|order| order.outcome == Some(Outcome::Accepted)));
    assert_eq!(world.queue(0).relay, RelayState::Up);
    assert_eq!(receipts(&world), 12, "one receipt a document: its author sends it");
}

#[test]
fn lost_late_and_doubled_answers_register_nothing_twice() {
    let mut world = shop(181, 3);
    world.relay.losses = 5;
    world.relay.slow = 4;
    world.relay.twice = true;
    sell_some(&mut world, 12);
    world.run_for(600_000);
    world.assert_agree();
    assert_drained(&world, 12, 0);
    assert!(world.relay.arrivals > 12, "some were sent again");
}

#[test]
fn after_a_time_without_relay_everything_is_sent_in_order() {
    let mut world = shop(182, 3);
    world.relay.down = true;
    sell_some(&mut world, 30);
    world.run_for(3_600_000);
    assert_eq!(world.queue(1).pending, 30);
    assert!(matches!(world.queue(1).relay, RelayState::Down(_)));
    world.relay.down = false;
    world.run_for(700_000);
    world.assert_agree();
    assert_drained(&world, 30, 0);
}

#[test]
fn a_relay_out_of_reach_is_not_asked_without_pause() {
    let mut world = shop(183, 1);
    world.relay.down = true;
    world.sold(0, sell(1, "1", 1));
    let mut asked = 0;
    for _ in 0..3600 {
        asked += usize::from(world.step());
        world.run_for(1000);
    }
    assert!(asked < 200, "{asked} times in an hour");
    world.relay.down = false;
    world.handle(0, Input::RelayChanged);
    world.run_for(100);
    assert_drained(&world, 1, 0);
}

#[test]
fn one_device_that_reaches_the_relay_sends_for_all() {
    let mut world = shop(184, 3);
    world.relay.unreached = BTreeSet::from([0, 2]);
    sell_some(&mut world, 12);
    world.run_for(120_000);
    world.assert_agree();
    assert_drained(&world, 12, 0);
}

#[test]
fn a_device_without_a_relay_of_its_own_waits_for_the_others() {
    let mut world = shop(185, 2);
    world.tills[0].relay = false;
    world.restart(0, RowsAfter::Kept);
    world.split(&[]);
    world.sold(0, sell(1, "1", 1));
    world.settle();
    assert_eq!(world.queue(0).relay, RelayState::NotSet);
    assert!(world.relay.arrived.is_empty());
    world.heal();
    world.settle();
    world.assert_agree();
    assert_drained(&world, 1, 0);
}

#[test]
fn a_refused_document_is_put_aside_and_shown_and_the_rest_goes_on() {
    let mut world = shop(186, 3);
    world.relay.refuses = BTreeSet::from([2]);
    sell_some(&mut world, 12);
    world.settle();
    world.assert_agree();
    assert_drained(&world, 11, 1);
    let view = world.conflict(1, ConflictKind::FiscalRejected);
    world.assert_everywhere(&view.key, ConflictStatus::Open);
    assert_eq!((view.title.as_str(), view.detail.as_str()), ("2", "unknown buyer"));
    let shown = &world.queue(2).documents;
    assert_eq!((shown.len(), shown[0].label.as_str()), (1, "SETP-2"));
    world.resolve(0, &view.key, crate::command::Choice::Acknowledge).unwrap();
    world.settle();
    world.assert_everywhere(&view.key, ConflictStatus::Closed);
}

#[test]
fn an_answer_the_disk_refused_is_fetched_again() {
    let mut world = shop(187, 1);
    world.sold(0, sell(1, "1", 1));
    world.tills[0].refusals = 2;
    world.settle();
    assert_eq!(world.tills[0].refusals, 0, "the disk refused");
    assert_drained(&world, 1, 0);
}

#[test]
fn an_answer_about_another_document_is_no_answer() {
    let mut world = shop(188, 1);
    world.relay.mixed_up = 1;
    world.sold(0, sell(1, "1", 1));
    world.sold(0, sell(2, "1", 1));
    world.settle();
    world.assert_agree();
    assert_drained(&world, 2, 0);
}

#[test]
fn no_relay_can_make_a_device_wait_for_ever() {
    let mut world = shop(189, 1);
    (world.relay.slow, world.relay.retry_after_ms) = (1, u64::MAX);
    world.sold(0, sell(1, "1", 1));
    world.run_for(700_000);
    assert_drained(&world, 1, 0);
}

#[test]
fn crashes_while_sending_lose_and_double_nothing() {
    for seed in 190..196 {
        let mut world = shop(seed, 3);
        world.relay.losses = 3;
        for round in 0..6 {
            for device in 0..3 {
                world.sold(device, sell(10 * round + device as u32, "1", 1));
            }
            world.steps(11);
            let device = round as usize % 3;
            world.restart(device, RowsAfter::Kept);
        }
        world.run_for(120_000);
        world.assert_agree();
        assert_drained(&world, 18, 0);
    }
}

#[test]
fn the_backlog_of_a_linked_device_without_relay_goes_out_without_pauses() {
    let mut world = shop(188, 2);
    world.tills[1].relay = false;
    world.restart(1, RowsAfter::Kept);
    world.settle();
    world.relay.down = true;
    for number in 0..40 {
        world.sold(1, sell(number, "1", 1));
    }
    world.run_for(10_000);
    world.relay.down = false;
    // Until the relay is tried again, and then some answers' time.
    world.run_for(60_000);
    assert_drained(&world, 40, 0);
}
