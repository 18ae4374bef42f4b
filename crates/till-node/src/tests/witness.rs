//! A device that was set back or copied is stopped before it sells, by whoever
//! knows better. Where nobody does, what it sold twice is proven later.

use super::forge::Forger;
use super::world::{RowsAfter, World};
use super::{put, sell};
use crate::command::{CommandError, ConflictView, Sold};
use crate::io::Input;
use crate::limits::{BAD_FRAMES_MAX, OWN_RUNS_MAX, WITNESS_WAIT_MS};
use till_schema::body::{ConflictKind, Role};
use till_schema::message::{Hello, Message, Run, Twin};

const REGISTER: &[Role] = &[Role::Register];

/// A shop in which device 1 has sold `kept` orders, was backed up, and has sold
/// `lost` more. Then the back-up is put in place; the device is off.
fn set_back(seed: u64, kept: u32, lost: u32) -> World {
    let mut world = World::shop(seed, 3);
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    for number in 0..kept {
        world.sold(1, sell(number, "1", 1));
    }
    world.settle();
    let backup = world.tills[1].copy();
    for number in 0..lost {
        world.sold(1, sell(50 + number, "1", 1));
    }
    world.settle();
    world.crash(1, RowsAfter::Kept);
    let till = &mut world.tills[1];
    (till.rows, till.store) = (backup.rows, backup.store);
    till.network = true;
    world
}

fn assert_refused(world: &World, device: usize, ticket: u64) {
    let reply = world.tills[device].replies.get(&ticket);
    assert!(matches!(reply, Some(Err(CommandError::Storage(_)))), "{reply:?}");
    assert!(world.tills[device].quarantine.is_some());
}

#[test]
fn a_device_that_was_set_back_does_not_sell_where_a_peer_knows() {
    for lost in [1, 4] {
        let mut world = set_back(600, 3, lost);
        world.relay.unreached.insert(1);
        world.start(1);
        let ticket = world.tell(1, sell(90, "1", 1));
        world.run_for(2 * WITNESS_WAIT_MS);
        assert_refused(&world, 1, ticket);
        // Nor after the next start.
        world.restart(1, RowsAfter::Kept);
        let ticket = world.tell(1, sell(91, "1", 1));
        world.run_for(2 * WITNESS_WAIT_MS);
        assert_refused(&world, 1, ticket);
        assert_eq!(world.orders(0).len() as u32, 3 + lost);
    }
}

#[test]
fn a_device_that_was_set_back_does_not_sell_where_the_relay_knows() {
    let mut world = set_back(601, 3, 1);
    world.split(&[]);
    world.start(1);
    let ticket = world.tell(1, sell(90, "1", 1));
    world.run_for(2 * WITNESS_WAIT_MS);
    assert_refused(&world, 1, ticket);
    assert!(world.node(1).fault().unwrap().contains("relay"), "it says who knows");
}

#[test]
fn a_device_whose_relay_knows_nothing_new_sells_at_once() {
    let mut world = set_back(602, 3, 0);
    world.split(&[]);
    world.start(1);
    let ticket = world.tell(1, sell(90, "1", 1));
    world.run_for(10);
    assert!(world.tills[1].replies[&ticket].is_ok());
}

#[test]
fn a_first_sale_waits_a_moment_for_a_witness_and_no_longer() {
    let mut world = set_back(603, 3, 0);
    world.split(&[]);
    world.relay.down = true;
    world.start(1);
    let ticket = world.tell(1, sell(90, "1", 1));
    world.run_for(WITNESS_WAIT_MS - 10);
    assert!(!world.tills[1].replies.contains_key(&ticket), "it listens");
    world.run_for(20);
    assert!(world.tills[1].replies[&ticket].is_ok());
    let ticket = world.tell(1, sell(91, "1", 1));
    world.run_for(1);
    assert!(world.tills[1].replies[&ticket].is_ok(), "once in a run");
}

#[test]
fn a_shop_of_one_device_without_relay_waits_for_nobody() {
    let mut world = World::found(604, (1, 100));
    world.ask(0, put("1", 1000, 5)).unwrap();
    (world.tills[0].network, world.tills[0].relay) = (true, false);
    world.restart(0, RowsAfter::Kept);
    world.sold(0, sell(1, "1", 1));
}

fn number_of(sold: &Sold) -> String {
    sold.label.clone()
}

#[test]
fn what_a_device_sold_twice_with_nobody_there_is_proven_once_they_meet() {
    let mut world = set_back(605, 2, 1);
    world.split(&[&[0, 2]]);
    world.relay.unreached.insert(1);
    world.start(1);
    world.run_for(WITNESS_WAIT_MS);
    let again = number_of(&world.sold(1, sell(90, "1", 1)));
    let first = world.orders(0).into_iter().find(|view| view.row.order.id == super::order(50));
    assert_eq!(first.unwrap().label, again, "nobody could know");
    world.plug(1, 2);
    world.settle();
    world.settle();
    world.assert_alike();
    let kinds: Vec<ConflictKind> = world.conflicts(0).iter().map(ConflictView::kind).collect();
    assert!(kinds.contains(&ConflictKind::NumberDuplicate), "{kinds:?}");
    assert!(kinds.contains(&ConflictKind::Fork), "{kinds:?}");
    assert_eq!(world.orders(0).len(), 4);
    let ticket = world.tell(1, sell(91, "1", 1));
    assert_refused(&world, 1, ticket);
}

/// A shop of three with a copy of device 1, switched on and linked to nobody.
fn with_copy(seed: u64) -> (World, usize) {
    let mut world = World::shop(seed, 3);
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    world.crash(1, RowsAfter::Kept);
    let copy = world.copy(1);
    world.split(&[&[0, 2]]);
    world.start(1);
    world.start(copy);
    (world, copy)
}

#[test]
fn two_runs_of_one_key_that_take_turns_are_both_stopped() {
    let (mut world, copy) = with_copy(606);
    let meet = |world: &mut World, device: usize, other: usize| {
        world.unplug(0, other);
        world.plug(0, device);
        world.run_for(50);
    };
    meet(&mut world, 1, copy);
    meet(&mut world, copy, 1);
    assert_eq!((world.node(1).fault(), world.node(copy).fault()), (None, None), "a restart?");
    meet(&mut world, 1, copy);
    meet(&mut world, copy, 1);
    for device in [1, copy] {
        let ticket = world.tell(device, sell(device as u32, "1", 1));
        assert_refused(&world, device, ticket);
    }
    let trouble = world.sync(0).peers.into_iter().find_map(|peer| peer.trouble);
    assert!(trouble.unwrap().contains("two machines"), "people see it");
    // Both learn of any further one.
    world.crash(copy, RowsAfter::Kept);
    world.tills[copy].quarantine = None;
    world.start(copy);
    meet(&mut world, copy, 1);
    assert!(world.node(copy).fault().is_some());
    // The others work on, and what they do still reaches both machines.
    world.split(&[&[0, 1], &[2, copy], &[0, 2]]);
    world.sold(0, sell(70, "1", 1));
    world.settle();
    world.assert_agree();
}

#[test]
fn a_copy_that_answers_on_the_network_stops_both() {
    let (mut world, copy) = with_copy(607);
    for device in [1, copy] {
        world.handle(device, Input::Twin { why: "its key answers at 10.0.0.9".to_owned() });
        let ticket = world.tell(device, sell(5, "1", 1));
        assert_refused(&world, device, ticket);
        assert!(world.node(device).fault().unwrap().contains("10.0.0.9"));
    }
}

#[test]
fn a_device_that_starts_often_is_no_twin() {
    let mut world = World::shop(608, 3);
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    for round in 0..6 {
        for rows in [RowsAfter::Kept, RowsAfter::Lost, RowsAfter::Checkpoint] {
            world.restart(1, rows);
            world.settle();
        }
        world.sold(1, sell(round, "1", 1));
    }
    world.settle();
    world.assert_agree();
    assert_eq!(world.node(1).fault(), None);
}

#[test]
fn only_so_many_own_runs_are_remembered() {
    let mut world = World::found(609, (1, 100));
    for nonce in 0..OWN_RUNS_MAX as u64 + 10 {
        crate::ancestry::remember_run(&mut world.tills[0].rows, nonce);
    }
    let runs = crate::ancestry::own_runs(&world.tills[0].rows);
    assert_eq!((runs.len(), runs.last()), (OWN_RUNS_MAX, Some(&(OWN_RUNS_MAX as u64 + 9))));
}

fn with_rogue(seed: u64) -> (World, Forger) {
    let mut world = World::shop(seed, 2);
    world.ask(0, put("1", 1000, 100)).unwrap();
    let rogue = Forger::enrol(&mut world, REGISTER);
    world.settle();
    rogue.greet(&mut world, 1);
    world.run_for(10);
    (world, rogue)
}

/// The runs of device 1 that a rogue has heard of, as their Hellos showed them.
fn heard(world: &World, rogue: &Forger) -> Vec<Run> {
    let words = world.tills[rogue.device].heard.iter();
    words
        .filter_map(|(peer, word)| match word {
            Message::Hello(Hello { run_nonce: nonce, run_signature: Some(signature), .. }) => {
                (*peer == world.tills[1].log)
                    .then_some(Run { nonce: *nonce, signature: *signature })
            }
            _ => None,
        })
        .collect()
}

fn twin(world: &mut World, rogue: &Forger, runs: Vec<Run>) {
    world.say(rogue.device, 1, &Message::Twin(Twin { runs }));
    world.run_for(10);
}

#[test]
fn a_made_up_twin_stops_nobody() {
    let (mut world, rogue) = with_rogue(610);
    let this = heard(&world, &rogue)[0];
    let unsigned = Run { nonce: this.nonce + 1, signature: [7; 64] };
    let by_another = rogue.run(this.nonce + 2);
    let of_this = Run { nonce: this.nonce + 3, signature: this.signature };
    twin(&mut world, &rogue, vec![unsigned, by_another, of_this, this]);
    twin(&mut world, &rogue, vec![this, this]);
    twin(&mut world, &rogue, Vec::new());
    assert_eq!(world.node(1).fault(), None);
    world.sold(1, sell(1, "1", 1));
}

#[test]
fn an_earlier_run_shown_again_stops_nobody() {
    let (mut world, rogue) = with_rogue(611);
    for rows in [RowsAfter::Kept, RowsAfter::Kept] {
        world.restart(1, rows);
        rogue.greet(&mut world, 1);
        world.run_for(10);
    }
    let runs = heard(&world, &rogue);
    assert_eq!(runs.len(), 3);
    twin(&mut world, &rogue, runs);
    assert_eq!(world.node(1).fault(), None);
}

#[test]
fn own_runs_are_remembered_when_all_is_folded_again() {
    let (mut world, rogue) = with_rogue(612);
    world.restart(1, RowsAfter::Kept);
    rogue.greet(&mut world, 1);
    world.run_for(10);
    world.refold(1);
    let runs = heard(&world, &rogue);
    twin(&mut world, &rogue, runs);
    assert_eq!(world.node(1).fault(), None);
}

#[test]
fn a_run_of_another_machine_that_its_key_signed_stops_the_device() {
    let (mut world, rogue) = with_rogue(613);
    let copy = world.copy(1);
    world.start(copy);
    world.unplug(rogue.device, 1);
    world.plug(rogue.device, copy);
    world.run_for(10);
    world.unplug(rogue.device, copy);
    rogue.greet(&mut world, 1);
    world.run_for(10);
    let runs = heard(&world, &rogue);
    assert_eq!(runs.len(), 3);
    // The other run alone proves nothing about this one.
    twin(&mut world, &rogue, vec![runs[1]]);
    assert_eq!(world.node(1).fault(), None);
    twin(&mut world, &rogue, vec![runs[0], runs[1]]);
    assert!(world.node(1).fault().is_some());
}

#[test]
fn a_twin_before_the_hello_counts_against_the_peer() {
    let mut world = World::shop(614, 2);
    let rogue = Forger::enrol(&mut world, REGISTER);
    world.settle();
    world.plug(rogue.device, 1);
    world.run_for(10);
    let runs = heard(&world, &rogue);
    for _ in 0..BAD_FRAMES_MAX {
        twin(&mut world, &rogue, runs.clone());
    }
    assert_eq!(world.cut_off.len(), 1);
}

#[test]
fn a_hello_that_its_key_did_not_sign_for_is_wrong_and_one_without_is_old() {
    let (mut world, rogue) = with_rogue(615);
    let Message::Hello(hello) = rogue.hello(Vec::new()) else { unreachable!() };
    let trouble = |world: &World| {
        let peers = world.sync(1).peers;
        peers.into_iter().find(|view| view.log == rogue.log).unwrap().trouble
    };
    let unsigned = Hello { run_signature: None, run_nonce: 1, ..hello.clone() };
    world.say(rogue.device, 1, &Message::Hello(unsigned));
    world.run_for(10);
    assert_eq!(trouble(&world), None);
    let wrong = Hello { run_nonce: 2, ..hello };
    world.say(rogue.device, 1, &Message::Hello(wrong));
    world.run_for(10);
    assert!(trouble(&world).unwrap().contains("run"));
}
