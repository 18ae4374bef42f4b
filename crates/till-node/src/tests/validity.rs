//! When a number may be issued, by which clock, and sales that wait for theirs.

use super::world::{RowsAfter, World};
use super::{order, put, sell};
use crate::command::{Command, CommandError, ConflictStatus, OrderView, Reply};
use crate::limits::{CLOCK_STOP_MS, CLOCK_WARN_MS};
use till_numbers::LOW_WATER;
use till_schema::body::{ConflictKind, EndReason};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// The first civil day of the world, five hours behind Greenwich.
const TODAY: i32 = 20_453;

fn import(from: u64, to: u64, days: (Option<i32>, Option<i32>)) -> Command {
    Command::ImportResolution {
        space: None,
        resolution: format!("resolution of {from}"),
        from,
        to,
        valid_from_day: days.0,
        valid_to_day: days.1,
    }
}

fn provisionally(number: u32) -> Command {
    let Command::Sell(mut cart) = sell(number, "1", 1) else { unreachable!() };
    cart.provisional = true;
    Command::Sell(cart)
}

fn no_numbers(answer: Result<Reply, CommandError>) -> String {
    match answer {
        Err(CommandError::NoNumbers(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// A shop of one till that has used up its first numbers.
fn dry(seed: u64) -> World {
    let mut world = World::found(seed, (1, 2));
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.sold(0, sell(1, "1", 1));
    world.sold(0, sell(2, "1", 1));
    world
}

fn view(world: &World, device: usize, number: u32) -> OrderView {
    let mut found = world.orders(device).into_iter();
    found.find(|view| view.row.order.id == order(number)).expect("in the books")
}

#[test]
fn numbers_are_issued_within_their_dates_and_renewed_without_being_minted_again() {
    let mut world = dry(1000);
    world.ask(0, import(3, 10, (Some(TODAY), Some(TODAY)))).unwrap();
    assert_eq!(world.sold(0, sell(3, "1", 1)).label, "SETP-3");
    world.tills[0].clock_ms += DAY_MS;
    let why = no_numbers(world.ask(0, sell(4, "1", 1)));
    assert!(why.contains("renewal"), "it says what to do: {why}");
    assert_eq!(world.held(0), 7, "they are held still");
    world.ask(0, import(3, 10, (Some(TODAY + 1), Some(TODAY + 400)))).unwrap();
    assert_eq!(world.sold(0, sell(4, "1", 1)).label, "SETP-4");
    let audit = world.audit(0);
    assert_eq!(audit.minted, 10);
    world.assert_agree();
}

#[test]
fn numbers_whose_dates_are_to_come_wait_for_them() {
    let mut world = dry(1001);
    world.ask(0, import(3, 10, (Some(TODAY + 2), None))).unwrap();
    let why = no_numbers(world.ask(0, sell(3, "1", 1)));
    assert!(why.contains("clock"), "{why}");
    world.tills[0].clock_ms += 2 * DAY_MS;
    world.sold(0, sell(3, "1", 1));
}

#[test]
fn the_resolution_that_ends_first_is_used_up_first() {
    let mut world = dry(1002);
    world.ask(0, import(100, 110, (None, Some(TODAY + 50)))).unwrap();
    world.ask(0, import(200, 201, (None, Some(TODAY + 5)))).unwrap();
    let labels: Vec<String> =
        (3..6).map(|number| world.sold(0, sell(number, "1", 1)).label).collect();
    assert_eq!(labels, ["SETP-200", "SETP-201", "SETP-100"]);
}

#[test]
fn a_peers_wrong_clock_expires_nobodys_numbers() {
    let mut world = World::shop(1003, 2);
    world.ask(0, put("1", 1000, 100)).unwrap();
    let count = world.held(0);
    let reason = "test".to_owned();
    world.ask(0, Command::VoidNumbers { space: None, count, reason }).unwrap();
    world.ask(0, import(30_000, 30_100, (None, Some(TODAY + 1)))).unwrap();
    world.tills[1].clock_ms += 4 * 365 * DAY_MS;
    world.settle();
    world.sold(1, sell(1, "1", 1));
    world.settle();
    assert_eq!(world.sold(0, sell(2, "1", 1)).label, "SETP-30000");
    world.settle();
    world.assert_agree();
}

#[test]
fn a_clock_that_is_set_back_does_not_bring_dates_back() {
    for rows in [RowsAfter::Kept, RowsAfter::Lost] {
        let mut world = dry(1004);
        world.tills[0].relay = false;
        world.restart(0, RowsAfter::Kept);
        world.ask(0, import(3, 10, (None, Some(TODAY)))).unwrap();
        world.tills[0].clock_ms += DAY_MS;
        no_numbers(world.ask(0, sell(3, "1", 1)));
        // Its own entries say that the day is over.
        world.ask(0, put("2", 1, 1)).unwrap();
        world.tills[0].clock_ms -= DAY_MS;
        world.restart(0, rows);
        no_numbers(world.ask(0, sell(3, "1", 1)));
    }
}

#[test]
fn a_clock_far_from_the_relays_issues_no_number_before_a_person_has_looked_at_it() {
    for direction in [1, -1] {
        let mut world = dry(1005);
        world.ask(0, import(3, 100, (None, None))).unwrap();
        world.settle();
        assert_eq!(world.node(0).clock_notice(world.now(0)), None);
        world.tills[0].clock_ms = direction * (CLOCK_WARN_MS + 60_000);
        let notice = world.node(0).clock_notice(world.now(0)).expect("people are told");
        assert!(notice.contains(if direction > 0 { "ahead" } else { "behind" }), "{notice}");
        world.sold(0, sell(3, "1", 1));
        world.tills[0].clock_ms = direction * (CLOCK_STOP_MS + 60_000);
        let refused = world.ask(0, sell(4, "1", 1));
        let Err(CommandError::NotAllowed(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("confirm-clock"), "{why}");
        world.ask(0, Command::ConfirmClock).unwrap();
        world.sold(0, sell(4, "1", 1));
        world.settle();
        world.assert_agree();
    }
}

#[test]
fn the_relays_time_counts_for_dates_too() {
    let mut world = dry(1006);
    world.ask(0, import(3, 10, (None, Some(TODAY)))).unwrap();
    world.sold(0, sell(3, "1", 1));
    world.settle();
    // The relay says today; the device's clock is a month behind and stays so.
    world.tills[0].clock_ms = -30 * DAY_MS;
    world.ask(0, Command::ConfirmClock).unwrap();
    world.sold(0, sell(4, "1", 1));
    world.run_for(DAY_MS as u64);
    no_numbers(world.ask(0, sell(5, "1", 1)));
}

// Sales whose number follows.

#[test]
fn a_sale_without_a_number_gets_one_as_soon_as_there_is_one() {
    for rows in [None, Some(RowsAfter::Kept), Some(RowsAfter::Checkpoint), Some(RowsAfter::Lost)] {
        let mut world = dry(1010);
        world.checkpoint(0);
        no_numbers(world.ask(0, sell(3, "1", 1)));
        let first = world.sold(0, provisionally(3));
        assert!(first.provisional && first.label.starts_with("P-") && first.label.ends_with("-1"));
        assert_eq!(first.code, "", "there is no document yet");
        let second = world.sold(0, provisionally(4));
        assert!(second.label.ends_with("-2"));
        let again = world.sold(0, provisionally(3));
        assert_eq!((again.label, again.repeated, again.provisional), (first.label, true, true));
        assert_eq!(world.count_of(0, ConflictKind::ProvisionalOpen), 2);
        assert_eq!(world.queue(0).documents.len(), 2, "nothing is sent of them");
        if let Some(rows) = rows {
            world.restart(0, rows);
        }
        world.ask(0, import(3, 10, (None, None))).unwrap();
        world.settle();
        world.assert_agree();
        assert_eq!(view(&world, 0, 3).label, "SETP-3", "the oldest first");
        assert_eq!(view(&world, 0, 4).label, "SETP-4");
        assert_eq!(world.count_of(0, ConflictKind::ProvisionalOpen), 0);
        assert_eq!(world.stock(0, "1"), 96, "goods moved once");
        let Ok(Reply::Totals(totals)) = world.ask(0, Command::Totals) else { panic!() };
        assert_eq!((totals.orders, totals.totals.total), (4, 4000));
        assert_eq!(world.relay.registered.len(), 4);
    }
}

#[test]
fn with_a_number_there_a_provisional_sale_is_an_ordinary_one() {
    let mut world = World::found(1011, (1, 10));
    world.ask(0, put("1", 1000, 100)).unwrap();
    let sold = world.sold(0, provisionally(1));
    assert_eq!((sold.label.as_str(), sold.provisional), ("SETP-1", false));
}

#[test]
fn a_crash_at_any_step_gives_a_provisional_sale_one_number() {
    for steps in 0..12 {
        let mut world = dry(1012);
        world.sold(0, provisionally(3));
        world.tell(0, import(3, 10, (None, None)));
        world.steps(steps);
        world.restart(0, RowsAfter::Kept);
        if world.held(0) == 0 && world.audit(0).minted == 2 {
            world.ask(0, import(3, 10, (None, None))).unwrap();
        }
        world.settle();
        world.assert_agree();
        assert_eq!(view(&world, 0, 3).label, "SETP-3", "after {steps} steps");
        assert_eq!(world.audit(0).issued["Caja 1"], 3);
    }
}

/// Device 1 has sold without a number, and none but the custodian has any to
/// give.
fn waiting(seed: u64) -> World {
    let mut world = World::shop(seed, 4);
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    world.split(&[]);
    for (device, left) in [(1, 0), (2, LOW_WATER), (3, LOW_WATER)] {
        let (count, reason) = (world.held(device) - left, "test".to_owned());
        world.ask(device, Command::VoidNumbers { space: None, count, reason }).unwrap();
    }
    world.sold(1, provisionally(1));
    world
}

#[test]
fn numbers_from_the_custodian_settle_what_waited() {
    let mut world = waiting(1013);
    world.heal();
    world.settle();
    world.assert_agree();
    assert!(view(&world, 2, 1).label.starts_with("SETP-"));
    assert_eq!(view(&world, 2, 1).register, "Caja 2");
}

#[test]
fn a_waiting_sale_of_a_gone_device_is_given_to_another() {
    let mut world = waiting(1014);
    // Device 1 tells 2, gets no numbers, and is gone.
    world.plug(1, 2);
    world.run_for(100);
    let assign = |world: &World, to: usize| {
        let to = world.tills[to].log.to_string();
        Command::AssignProvisional { order: order(1), to }
    };
    world.split(&[&[0, 2, 3]]);
    world.crash(1, RowsAfter::Kept);
    world.settle();
    assert!(view(&world, 2, 1).label.starts_with("P-"));
    let early = assign(&world, 2);
    let refused = world.ask(0, early);
    assert!(matches!(refused, Err(CommandError::Wrong(_))), "it may do it itself: {refused:?}");
    world.end(0, 1, EndReason::Lost);
    let command = assign(&world, 2);
    world.ask(0, command).unwrap();
    world.settle();
    assert!(view(&world, 0, 1).label.starts_with("SETP-"));
    assert_eq!(world.count_of(0, ConflictKind::ProvisionalOpen), 0);
    let nothing = assign(&world, 2);
    let nothing = world.ask(0, nothing);
    assert!(matches!(nothing, Err(CommandError::NotFound(_))), "{nothing:?}");
    assert_eq!(world.digests(0), world.digests(2));
    // The device comes back and hears of it.
    world.start(1);
    world.heal();
    world.settle();
    world.assert_agree();
    assert_eq!(world.audit(0).duplicates, Vec::<u64>::new());
}

#[test]
fn a_sale_that_two_devices_gave_a_number_is_shown() {
    let mut world = waiting(1015);
    world.plug(0, 1);
    while world.audit(0).in_transit == 0 {
        assert!(world.step(), "the custodian gives numbers");
    }
    // They do not arrive; device 2 has them to carry on.
    world.split(&[&[0, 2]]);
    world.settle();
    world.split(&[&[0, 3]]);
    world.end(0, 1, EndReason::Lost);
    let to = world.tills[3].log.to_string();
    world.ask(0, Command::AssignProvisional { order: order(1), to }).unwrap();
    world.settle();
    let given = view(&world, 0, 1).label;
    assert!(given.starts_with("SETP-"));
    world.plug(1, 2);
    world.settle();
    let taken = view(&world, 1, 1).label;
    assert!(taken.starts_with("SETP-") && taken != given);
    world.heal();
    world.settle();
    world.assert_agree();
    let label = view(&world, 2, 1).label;
    assert!(label == given || label == taken);
    let card = world.conflict(2, ConflictKind::DoubleFiscalised);
    assert_eq!((card.status, card.evidence.len()), (ConflictStatus::Open, 2));
    let Ok(Reply::Totals(totals)) = world.ask(0, Command::Totals) else { panic!() };
    assert_eq!((totals.orders, totals.totals.total), (1, 1000), "goods and money moved once");
}
