//! What one device writes, all have soon.

use super::world::World;
use super::{customer, product, put, rename, reprice, sell};
use crate::command::{Command, Reply};
use till_schema::Quantity;
use till_schema::body::StockReason;

#[test]
fn three_devices_that_sell_and_edit_come_to_the_same_books() {
    let mut world = World::shop(20, 3);
    world
        .ask(0, Command::PutProducts((0..5).map(|n| product(&n.to_string(), 1000, 50)).collect()))
        .unwrap();
    world.settle();
    world.ask(1, Command::PutCustomers(vec![customer("Ana", "900111")])).unwrap();
    world.ask(2, rename("3", "Queso")).unwrap();
    let moves = vec![("4".to_owned(), Quantity::units(24))];
    let note = "delivery".to_owned();
    world.ask(1, Command::MoveStock { reason: StockReason::Receive, moves, note }).unwrap();
    for number in 0..15 {
        world.sold(number as usize % 3, sell(number, &(number % 5).to_string(), 1));
        world.steps(7);
    }
    world.settle();
    world.assert_agree();
    assert!(world.unsolved(0).is_empty(), "{:#?}", world.conflicts(0));
    for device in 0..3 {
        assert_eq!(world.orders(device).len(), 15);
        assert_eq!(world.stock(device, "4"), 50 + 24 - 3);
        assert_eq!(world.product(device, "3").name, "Queso");
    }
    let Ok(Reply::Totals(totals)) = world.ask(2, Command::Totals) else { panic!() };
    assert_eq!((totals.orders, totals.totals.total, totals.duplicates), (15, 15_000, 0));
    assert_eq!(totals.tenders["cash"], 15_000);
}

#[test]
fn entries_reach_devices_that_never_meet_their_author() {
    // Once each has heard from the founder who else is in the shop.
    let mut world = World::shop(21, 3);
    world.unplug(0, 2);
    assert!(world.is_up(0, 1) && world.is_up(1, 2));
    world.ask(0, put("1", 1000, 10)).unwrap();
    world.settle();
    assert_eq!(world.price(2, "1"), 1000);
    world.sold(1, sell(1, "1", 1));
    world.settle();
    // The device in the middle carries what it heard to the one beyond, even
    // when the author has gone.
    world.unplug(0, 1);
    world.ask(2, reprice("1", 1100)).unwrap();
    world.settle();
    world.unplug(1, 2);
    world.plug(0, 1);
    world.settle();
    assert_eq!(world.price(0, "1"), 1100);
    world.plug(1, 2);
    world.settle();
    world.assert_agree();
}

#[test]
fn a_frame_written_while_the_last_is_on_its_way_to_the_peers_disk_arrives() {
    let mut world = World::shop(22, 2);
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    // Many sales before the peer's disk has done anything.
    for number in 0..20 {
        world.sold(0, sell(number, "1", 1));
    }
    world.settle();
    assert_eq!(world.orders(1).len(), 20);
    world.assert_agree();
}

#[test]
fn frames_that_did_not_reach_the_disk_are_fetched_again() {
    let mut world = World::shop(23, 2);
    world.tills[1].refusals = 1;
    world.ask(0, put("1", 1000, 1)).unwrap();
    world.settle();
    assert_eq!(world.tills[1].refusals, 0, "the peer's disk refused");
    assert_eq!(world.price(1, "1"), 1000, "and got it later without anybody doing anything");
    world.assert_agree();
}

#[test]
fn a_quiet_shop_is_quiet() {
    let mut world = World::shop(24, 4);
    let carried = world.carried;
    world.run_for(600_000);
    assert_eq!(world.carried, carried);
}

#[test]
fn a_live_sale_is_pushed_and_not_flooded() {
    let mut world = World::shop(25, 5);
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    world.relay.down = true;
    let carried = world.carried;
    world.sold(0, sell(1, "1", 1));
    world.run_for(100);
    // Pushed to four peers, and each tells the other four that it has it. One
    // that hears of it before the push arrives asks, and is answered.
    let carried = world.carried - carried;
    assert!((4 + 4 * 4..4 + 4 * 4 + 2 * 4).contains(&carried), "{carried} messages");
}

#[test]
fn a_full_disk_is_asked_less_and_less_and_takes_all_once_there_is_space() {
    let mut world = World::shop(26, 2);
    world.ask(0, put("1", 1000, 5000)).unwrap();
    world.settle();
    world.tills[1].refusals = u32::MAX;
    let carried = world.carried;
    for number in 0..60 {
        world.sold(0, sell(number, "1", 1));
        world.run_for(10_000);
    }
    // Sixty sales and their receipts in ten minutes: refused, asked again after 2, 4, 8 … 60 s, and the sales
    // pushed meanwhile are not looked at.
    let tries = u32::MAX - world.tills[1].refusals;
    assert!((8..20).contains(&tries), "the disk was tried {tries} times");
    assert!(world.carried - carried < 2 * 60 + 4 * 20, "{} messages", world.carried - carried);
    world.tills[1].refusals = 0;
    world.run_for(crate::limits::STORE_RETRY_MAX_MS + 1_000);
    world.assert_agree();
    assert_eq!(world.orders(1).len(), 60);
}
