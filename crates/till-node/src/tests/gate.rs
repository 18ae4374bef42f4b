//! An entry counts once everything its author had seen is there.

use super::forge::{Forger, frames_of};
use super::world::{RowsAfter, World};
use super::{put, reprice, sell};
use crate::Input;
use till_schema::body::{Body, Kind, Role, StockMoved, StockReason};
use till_schema::entry::FLAG_CRITICAL;
use till_schema::rows::{Rows, Table};
use till_schema::{LogId, Quantity};

fn stored(world: &World, device: usize, log: LogId) -> Vec<Vec<u8>> {
    world.tills[device].store[&log].iter().map(|record| record.bytes.clone()).collect()
}

/// Hands a message in as if it came from a linked peer.
fn hear(world: &mut World, device: usize, from: usize, message: &till_schema::message::Message) {
    let peer = world.tills[from].log;
    world.handle(device, Input::Message { peer, bytes: till_schema::to_bytes(message) });
    world.run_alone(device);
}

#[test]
fn entries_wait_for_what_they_saw_and_then_count() {
    let mut world = World::shop(120, 3);
    let (founder, second) = (world.tills[0].log, world.tills[1].log);
    world.split(&[&[0, 1]]);
    let known = world.tills[2].store[&founder].len();
    let known_second = world.tills[2].store.get(&second).map_or(0, Vec::len);
    world.ask(0, put("1", 1000, 10)).unwrap();
    world.settle();
    world.ask(1, reprice("1", 1100)).unwrap();
    world.sold(1, sell(1, "1", 1));
    world.settle();
    // Device 2 hears the second log first, over a link of its own.
    world.handle(2, Input::PeerUp { peer: second });
    let hello = till_schema::message::Hello {
        protocol: 1,
        shop: world.tills[0].shop,
        run_nonce: 1,
        heads: Vec::new(),
        addresses: Vec::new(),
        run_signature: None,
    };
    hear(&mut world, 2, 1, &till_schema::message::Message::Hello(hello));
    let later = stored(&world, 1, second)[known_second..].to_vec();
    assert!(later.len() >= 2);
    hear(&mut world, 2, 1, &frames_of(second, &later, false));
    assert_eq!(world.sync(2).gated, later.len(), "held, not counted");
    assert_eq!(world.sync(2).vector[&second].0, world.sync(1).vector[&second].0, "durable");
    assert!(world.orders(2).is_empty());
    assert!(world.node(2).search.exact("1").is_empty());
    assert!(world.conflicts(2).is_empty());
    let missing = stored(&world, 0, founder)[known..].to_vec();
    hear(&mut world, 2, 1, &frames_of(founder, &missing, false));
    assert_eq!(world.sync(2).gated, 0);
    assert_eq!((world.price(2, "1"), world.orders(2).len()), (1100, 1));
    world.heal();
    world.settle();
    world.assert_agree();
}

#[test]
fn what_waits_at_the_gate_survives_a_restart() {
    let mut world = World::shop(121, 3);
    let (founder, second) = (world.tills[0].log, world.tills[1].log);
    world.split(&[&[0, 1]]);
    world.ask(0, put("1", 1000, 10)).unwrap();
    world.settle();
    world.sold(1, sell(1, "1", 1));
    world.settle();
    // As if the second log had arrived and the founder's had not.
    let all = world.tills[1].store[&second].clone();
    world.tills[2].store.insert(second, all);
    world.restart(2, RowsAfter::Checkpoint);
    assert!(world.sync(2).gated > 0);
    assert!(world.orders(2).is_empty());
    world.heal();
    world.settle();
    world.assert_agree();
    assert_eq!(world.orders(2).len(), 1);
    assert!(world.sync(2).vector[&founder].0 > 0);
}

#[test]
fn kinds_of_a_later_version_are_kept_passed_on_and_skipped() {
    let mut world = World::shop(122, 3);
    world.ask(0, put("1", 1000, 10)).unwrap();
    world.settle();
    let mut newer = Forger::enrol(&mut world, &[Role::Register]);
    let product = world.product(0, "1").id;
    let moved: Body = StockMoved {
        reason: StockReason::Receive,
        moves: vec![(product, Quantity::units(5))],
        note: String::new(),
        place: String::new(),
        to: None,
    }
    .into();
    let unknown = (Kind(60_000), b"what is this".to_vec());
    let frames = vec![
        newer.sign(&Vec::new(), 0, &[unknown.clone(), (moved.kind(), moved.to_bytes())]),
        newer.sign(&Vec::new(), FLAG_CRITICAL, &[unknown]),
    ];
    world.split(&[&[0, 1, 2]]);
    world.settle();
    newer.greet(&mut world, 1);
    newer.push(&mut world, 1, &frames);
    world.settle();
    world.assert_agree();
    for device in 0..3 {
        assert_eq!(stored(&world, device, newer.log), frames, "as it was signed");
        assert_eq!(world.sync(device).vector[&newer.log], newer.head.seq);
        assert!(world.tills[device].rows.get(Table::Applied, &newer.log.0).is_some());
        assert_eq!(world.stock(device, "1"), 15, "what is understood counts");
        assert!(world.conflicts(device).is_empty());
    }
    world.restart(2, RowsAfter::Lost);
    world.settle();
    world.assert_agree();
}
