//! Fiscal numbers reach the devices that need them, each once.

use super::world::{RowsAfter, World};
use super::{put, sell};
use crate::command::{Command, CommandError};
use till_numbers::{HIGH_WATER, LOW_WATER};
use till_schema::body::Role;

fn void(count: u64) -> Command {
    Command::VoidNumbers { space: None, count, reason: "test print".to_owned() }
}

fn mint(from: u64, to: u64) -> Command {
    Command::ImportResolution {
        space: None,
        resolution: "18760000002".to_owned(),
        from,
        to,
        valid_from_day: None,
        valid_to_day: None,
    }
}

#[test]
fn a_new_register_is_filled_without_anybody_asking_for_it() {
    let mut world = World::shop(60, 3);
    assert_eq!((world.held(1), world.held(2)), (HIGH_WATER, HIGH_WATER));
    assert_eq!(world.held(0), 20_000 - 2 * HIGH_WATER);
    world.assert_agree();
}

#[test]
fn a_register_below_its_low_water_mark_is_filled_again() {
    let mut world = World::shop(61, 2);
    world.ask(1, void(HIGH_WATER - LOW_WATER)).unwrap();
    world.settle();
    assert_eq!(world.held(1), LOW_WATER, "not before it is below the mark");
    world.ask(1, void(1)).unwrap();
    world.settle();
    assert_eq!(world.held(1), HIGH_WATER);
    let audit = world.audit(0);
    assert_eq!((audit.voided, audit.in_transit), (HIGH_WATER - LOW_WATER + 1, 0));
    world.assert_agree();
}

/// Runs until numbers are on their way to device 1.
fn ceded(seed: u64) -> World {
    let mut world = World::shop(seed, 2);
    world.ask(1, void(HIGH_WATER - LOW_WATER + 1)).unwrap();
    while world.audit(0).in_transit == 0 {
        assert!(world.step(), "numbers are ceded without time passing");
    }
    world
}

#[test]
fn a_crash_between_cede_and_accept_neither_loses_nor_doubles_numbers() {
    for (seed, rows) in [(62, RowsAfter::Kept), (63, RowsAfter::Checkpoint), (64, RowsAfter::Lost)]
    {
        for steps in 0..12 {
            let mut world = ceded(seed);
            world.checkpoint(1);
            world.steps(steps);
            world.restart(1, rows);
            world.settle();
            assert_eq!(world.held(1), HIGH_WATER, "{rows:?}, {steps} steps after the cede");
            world.assert_agree();
        }
    }
}

#[test]
fn a_crash_of_the_giver_neither_loses_nor_doubles_numbers() {
    for steps in 0..12 {
        let mut world = World::shop(65, 2);
        world.ask(1, void(HIGH_WATER - LOW_WATER + 1)).unwrap();
        world.steps(steps);
        world.restart(0, RowsAfter::Checkpoint);
        world.settle();
        assert_eq!(world.held(1), HIGH_WATER, "{steps} steps after the void");
        world.assert_agree();
    }
}

#[test]
fn an_accept_the_disk_refused_is_written_later() {
    let mut world = ceded(66);
    // The next write of device 1 is the cede it received; the one after, its
    // accept.
    while world.audit(1).in_transit == 0 {
        assert!(world.step());
    }
    world.tills[1].refusals = 2;
    world.settle();
    assert_eq!(world.tills[1].refusals, 0, "the disk refused the accept");
    assert_eq!(world.held(1), HIGH_WATER);
    world.assert_agree();
}

#[test]
fn a_dry_register_says_what_to_do_and_sells_once_it_has_numbers() {
    let mut world = World::found(67, (1, 1));
    world.ask(0, put("1", 1000, 10)).unwrap();
    world.sold(0, sell(9, "1", 1));
    world.join(&[Role::Register]);
    world.heal();
    world.settle();
    let refused = world.ask(1, sell(1, "1", 1));
    let Err(CommandError::NoNumbers(advice)) = refused else { panic!("{refused:?}") };
    assert!(advice.contains("connect"), "{advice}");
    assert_eq!(world.orders(1).len(), 1);
    world.ask(0, mint(2, 5000)).unwrap();
    world.settle();
    world.sold(1, sell(1, "1", 1));
    world.settle();
    world.assert_agree();
}

#[test]
fn a_dry_custodian_is_told_to_import_a_resolution() {
    let mut world = World::found(68, (1, 1));
    world.ask(0, put("1", 1000, 10)).unwrap();
    world.sold(0, sell(1, "1", 1));
    let refused = world.ask(0, sell(2, "1", 1));
    let Err(CommandError::NoNumbers(advice)) = refused else { panic!("{refused:?}") };
    assert!(advice.contains("resolution"), "{advice}");
    world.ask(0, mint(1, 2)).unwrap();
    assert_eq!(world.sold(0, sell(2, "1", 1)).label, "SETP-2", "a renewal mints no number twice");
    world.assert_agree();
}

#[test]
fn only_the_custodian_mints_and_nobody_gives_what_it_does_not_hold() {
    let mut world = World::shop(69, 2);
    assert!(matches!(world.ask(1, mint(30_000, 40_000)), Err(CommandError::NotAllowed(_))));
    let to = world.tills[0].log;
    let give = |count| Command::GrantNumbers { space: None, to: to.to_string(), count };
    assert!(matches!(world.ask(1, give(HIGH_WATER + 1)), Err(CommandError::NoNumbers(_))));
    assert!(matches!(world.ask(1, give(0)), Err(CommandError::NoNumbers(_))));
    assert!(matches!(world.ask(1, void(HIGH_WATER + 1)), Err(CommandError::NoNumbers(_))));
    assert!(world.ask(0, give(5)).is_err(), "not to itself");
    world.ask(1, give(300)).unwrap();
    world.settle();
    assert_eq!(world.held(1), HIGH_WATER - 300);
    world.assert_agree();
}
