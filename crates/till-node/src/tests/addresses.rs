//! Where devices are reached: hints that travel, and never circle.

use super::world::{RowsAfter, World};
use crate::command::{Command, Reply};
use crate::limits::ADDRESSES_MAX;
use crate::{Input, read_invite};
use till_schema::LogId;
use till_schema::body::Role;
use till_schema::message::Message;

fn reached(world: &mut World, device: usize, log: LogId, address: &str) {
    world.handle(device, Input::Addresses { log, addresses: vec![address.to_owned()] });
}

#[test]
fn devices_learn_where_the_others_listen() {
    let world = World::shop(200, 3);
    for device in 0..3 {
        for other in (0..3).filter(|other| *other != device) {
            let known = &world.tills[device].book[&world.tills[other].log];
            assert_eq!(*known, [format!("/ip4/10.0.0.{other}/tcp/4001")]);
        }
    }
}

#[test]
fn a_device_that_moved_is_found_again_by_all() {
    let mut world = World::shop(201, 4);
    world.unplug(2, 3);
    let moved = world.tills[3].log;
    reached(&mut world, 3, moved, "/ip4/10.9.9.9/tcp/4001");
    world.settle();
    for device in 0..3 {
        assert_eq!(world.tills[device].book[&moved], ["/ip4/10.9.9.9/tcp/4001"]);
    }
}

#[test]
fn different_memories_of_one_device_do_not_circle() {
    for seed in 0..12 {
        let mut world = World::shop(210 + seed, 5);
        world.crash(4, RowsAfter::Kept);
        let absent = world.tills[4].log;
        for round in 0..4 {
            for device in 0..4 {
                let address = format!("/ip4/10.{round}.{device}.1/tcp/4001");
                reached(&mut world, device, absent, &address);
            }
        }
        let carried = world.carried;
        world.run_for(1000);
        // Each news to three others, and nothing because of it.
        assert!(world.carried - carried <= 4 * 4 * 3, "{} messages", world.carried - carried);
    }
}

#[test]
fn nobody_else_says_where_a_device_listens() {
    let mut world = World::shop(202, 3);
    let founder = world.tills[0].log;
    reached(&mut world, 1, founder, "/ip4/6.6.6.6/tcp/1");
    world.settle();
    world.restart(1, RowsAfter::Kept);
    world.settle();
    let Ok(Reply::Invited { invite }) =
        world.ask(0, Command::Invite { roles: vec![Role::Register] })
    else {
        panic!("no invite")
    };
    assert_eq!(read_invite(&invite).unwrap().addresses, ["/ip4/10.0.0.0/tcp/4001"]);
}

#[test]
fn a_device_is_not_drowned_in_addresses() {
    let mut world = World::shop(203, 2);
    let addresses: Vec<String> = (0..100).map(|n| format!("/ip4/10.1.1.{n}/tcp/1")).collect();
    let known = world.tills[0].log;
    for _ in 0..5 {
        let mut news = vec![(known, addresses.clone())];
        news.extend((0..900).map(|_| (LogId(world.draw()), vec!["/ip4/1.1.1.1/tcp/1".to_owned()])));
        let bytes = till_schema::to_bytes(&Message::Addresses(news));
        let peer = world.tills[1].log;
        world.handle(0, Input::Message { peer, bytes });
    }
    assert!(world.node(0).peers.len() <= till_schema::limits::LOGS_MAX);
    assert!(world.tills[0].book.values().all(|known| known.len() <= ADDRESSES_MAX));
    world.settle();
    world.assert_agree();
}
