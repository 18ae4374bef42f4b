//! Two ways to number: shared ranges, or a prefix for each register. The same
//! promises hold for both. And the right to mint, which moves like a number.

use super::world::{RowsAfter, World};
use super::{put, sell};
use crate::command::{Command, CommandError, Reply};
use std::collections::BTreeSet;
use till_schema::body::Sharing;
use till_schema::numbering::Space;
use till_schema::{SpaceId, limits::TEXT_BYTES_MAX};

const KINDS: [Sharing; 2] = [Sharing::Shared, Sharing::Single];

fn space(prefix: &str) -> SpaceId {
    Space {
        authority: "generic".to_owned(),
        issuer: "900123456".to_owned(),
        document_kind: "POS".to_owned(),
        prefix: prefix.to_owned(),
    }
    .id()
}

fn open(world: &World, prefix: &str, custodian: usize, sharing: Sharing) -> Command {
    Command::OpenSpace {
        document_kind: "POS".to_owned(),
        prefix: prefix.to_owned(),
        custodian: world.tills[custodian].log.to_string(),
        sharing,
    }
}

fn import(space: SpaceId, from: u64, to: u64) -> Command {
    Command::ImportResolution {
        space: Some(space),
        resolution: format!("resolution of {from}"),
        from,
        to,
        valid_from_day: None,
        valid_to_day: None,
    }
}

/// Registers that number in one of the two ways.
fn registers(seed: u64, devices: usize, sharing: Sharing) -> World {
    let mut world = World::shop(seed, devices);
    world.ask(0, put("1", 1000, 500)).unwrap();
    if sharing == Sharing::Single {
        for device in 0..devices {
            let command = open(&world, &format!("R{device}"), device, sharing);
            world.ask(0, command).unwrap();
        }
        world.settle();
        for device in 0..devices {
            world.ask(device, import(space(&format!("R{device}")), 1, 500)).unwrap();
        }
    }
    world.settle();
    world.assert_agree();
    (0..devices).for_each(|device| world.checkpoint(device));
    world
}

fn assert_own(device: usize, label: &str, sharing: Sharing) {
    let prefix = if sharing == Sharing::Single { format!("R{device}-") } else { "SETP-".into() };
    assert!(label.starts_with(&prefix), "device {device} sold {label}");
}

#[test]
fn each_sale_has_one_number_on_any_island() {
    for sharing in KINDS {
        let mut world = registers(1100, 4, sharing);
        world.split(&[&[0, 1], &[2], &[3]]);
        let mut labels = BTreeSet::new();
        for number in 0..40 {
            let device = number as usize % 4;
            let sold = world.sold(device, sell(number, "1", 1));
            assert_own(device, &sold.label, sharing);
            assert!(labels.insert(sold.label), "{sharing:?}: twice");
        }
        world.settle();
        world.heal();
        world.settle();
        world.assert_agree();
        assert_eq!(world.orders(3).len(), 40);
    }
}

#[test]
fn a_sale_that_a_crash_cuts_short_is_made_once_or_not_at_all() {
    for sharing in KINDS {
        for rows in [RowsAfter::Kept, RowsAfter::Checkpoint, RowsAfter::Lost] {
            for steps in 0..5 {
                let mut world = registers(1101, 2, sharing);
                let ticket = world.tell(1, sell(1, "1", 1));
                world.steps(steps);
                let told = world.tills[1].replies.get(&ticket).cloned();
                world.restart(1, rows);
                let sold = world.sold(1, sell(1, "1", 1));
                assert_own(1, &sold.label, sharing);
                if let Some(Ok(Reply::Sold(first))) = told {
                    assert_eq!((first.label, true), (sold.label, sold.repeated));
                }
                world.settle();
                world.assert_agree();
                assert_eq!(world.orders(0).len(), 1);
            }
        }
    }
}

#[test]
fn a_refusing_disk_burns_no_number() {
    for sharing in KINDS {
        let mut world = registers(1102, 2, sharing);
        world.tills[1].refusals = 1;
        assert!(matches!(world.ask(1, sell(1, "1", 1)), Err(CommandError::Storage(_))));
        let first = world.sold(1, sell(1, "1", 1));
        let second = world.sold(1, sell(2, "1", 1));
        let number = |label: &str| label.rsplit('-').next().unwrap().parse::<u64>().unwrap();
        assert_eq!(number(&second.label), number(&first.label) + 1);
        world.settle();
        world.assert_agree();
    }
}

#[test]
fn a_custodian_that_is_gone_leaves_the_others_selling() {
    for sharing in KINDS {
        let mut world = registers(1103, 3, sharing);
        world.crash(0, RowsAfter::Lost);
        for number in 0..30 {
            let device = 1 + number as usize % 2;
            let sold = world.sold(device, sell(number, "1", 1));
            assert_own(device, &sold.label, sharing);
        }
        world.settle();
        world.assert_agree();
    }
}

#[test]
fn a_registers_prefix_is_its_own() {
    let mut world = registers(1110, 3, Sharing::Single);
    let (own, other) = (space("R1"), space("R2"));
    let to = world.tills[2].log.to_string();
    let given = world.ask(1, Command::GrantNumbers { space: Some(own), to: to.clone(), count: 5 });
    assert!(matches!(given, Err(CommandError::Wrong(_))), "{given:?}");
    let minted = world.ask(1, import(other, 600, 700));
    assert!(matches!(minted, Err(CommandError::NotAllowed(_))), "{minted:?}");
    // It uses its own up, and then what it holds of the shared ones.
    let (count, reason) = (498, "test".to_owned());
    world.ask(1, Command::VoidNumbers { space: Some(own), count, reason }).unwrap();
    let labels: Vec<String> =
        (0..3).map(|number| world.sold(1, sell(number, "1", 1)).label).collect();
    assert_eq!(labels[..2], ["R1-499", "R1-500"]);
    assert!(labels[2].starts_with("SETP-"), "{labels:?}");
    world.settle();
    world.assert_agree();
    let status = world.numbers(1);
    assert_eq!(status.iter().map(|space| space.held).collect::<Vec<_>>()[2], 0);
    assert!(status[3].advice.is_empty(), "another's prefix is not its concern");
}

#[test]
fn a_register_without_any_number_of_its_own_says_what_to_do() {
    let mut world = World::found(1111, (1, 1));
    world.ask(0, put("1", 1000, 50)).unwrap();
    world.sold(0, sell(1, "1", 1));
    let command = open(&world, "R0", 0, Sharing::Single);
    world.ask(0, command).unwrap();
    let refused = world.ask(0, sell(2, "1", 1));
    let Err(CommandError::NoNumbers(why)) = refused else { panic!("{refused:?}") };
    assert!(why.contains("import"), "{why}");
    world.ask(0, import(space("R0"), 7, 9)).unwrap();
    assert_eq!(world.sold(0, sell(2, "1", 1)).label, "R0-7");
}

#[test]
fn a_space_is_opened_once_by_the_administering_device_for_a_live_one() {
    let mut world = registers(1112, 2, Sharing::Shared);
    let elsewhere = open(&world, "R1", 1, Sharing::Single);
    let refused = world.ask(1, elsewhere.clone());
    assert!(matches!(refused, Err(CommandError::NotAllowed(_))), "{refused:?}");
    world.ask(0, elsewhere.clone()).unwrap();
    let long = "x".repeat(TEXT_BYTES_MAX + 1);
    let wrong = [
        elsewhere,
        open(&world, "SETP", 0, Sharing::Shared),
        open(&world, &long, 0, Sharing::Single),
    ];
    for command in wrong {
        let answer = world.ask(0, command);
        assert!(matches!(answer, Err(CommandError::Wrong(_))), "{answer:?}");
    }
    world.settle();
    world.assert_agree();
    assert!(is_forbidden(&world.ask(1, Command::Retire)), "it mints in a space");
}

// The right to mint.

fn custody(world: &World, to: usize) -> Command {
    Command::MoveCustody { space: None, to: world.tills[to].log.to_string() }
}

fn is_forbidden(answer: &Result<Reply, CommandError>) -> bool {
    matches!(answer, Err(CommandError::NotAllowed(_)))
}

#[test]
fn the_next_custodian_mints_what_was_never_minted() {
    let mut world = registers(1120, 3, Sharing::Shared);
    let setp = space("SETP");
    let command = custody(&world, 1);
    world.ask(0, command).unwrap();
    assert!(is_forbidden(&world.ask(0, import(setp, 30_000, 30_100))), "it has given it away");
    assert!(is_forbidden(&world.ask(1, import(setp, 30_000, 30_100))), "it is not here yet");
    let again = custody(&world, 2);
    assert!(is_forbidden(&world.ask(0, again)));
    world.settle();
    world.ask(1, import(setp, 19_990, 20_009)).unwrap();
    world.settle();
    world.assert_agree();
    assert_eq!(world.audit(2).minted, 20_009);
    assert!(is_forbidden(&world.ask(0, import(setp, 40_000, 40_100))));
    // From here on the others ask it for numbers.
    world.ask(1, import(setp, 30_001, 40_000)).unwrap();
    let (count, reason) = (world.held(2), "test".to_owned());
    world.ask(2, Command::VoidNumbers { space: None, count, reason }).unwrap();
    world.split(&[&[1, 2]]);
    world.settle();
    assert_eq!(world.held(2), till_numbers::HIGH_WATER);
    world.sold(2, sell(1, "1", 1));
}

#[test]
fn custody_on_its_way_survives_crashes_at_both_ends() {
    for rows in [RowsAfter::Kept, RowsAfter::Checkpoint, RowsAfter::Lost] {
        for steps in 0..14 {
            let mut world = registers(1121, 2, Sharing::Shared);
            let command = custody(&world, 1);
            world.ask(0, command).unwrap();
            world.steps(steps);
            world.restart(1, rows);
            world.restart(0, rows);
            world.settle();
            world.assert_agree();
            world.ask(1, import(space("SETP"), 30_000, 30_100)).unwrap();
            world.settle();
            world.assert_agree();
        }
    }
}

#[test]
fn an_import_that_crosses_the_giving_of_custody_mints_once() {
    let mut world = registers(1122, 3, Sharing::Shared);
    let setp = space("SETP");
    world.split(&[&[0], &[1, 2]]);
    // Written before custody goes, heard after it has come.
    world.ask(0, import(setp, 30_000, 30_099)).unwrap();
    let command = custody(&world, 1);
    world.ask(0, command).unwrap();
    world.heal();
    world.settle();
    world.ask(1, import(setp, 30_000, 30_199)).unwrap();
    world.settle();
    world.assert_agree();
    assert_eq!(world.audit(0).minted, 20_200);
}

#[test]
fn custody_goes_to_another_live_device_only() {
    let mut world = registers(1123, 3, Sharing::Shared);
    let itself = custody(&world, 0);
    assert!(matches!(world.ask(0, itself), Err(CommandError::Wrong(_))));
    world.ask(2, Command::Retire).unwrap();
    world.settle();
    let gone = custody(&world, 2);
    assert!(matches!(world.ask(0, gone), Err(CommandError::Wrong(_))));
    let by_another = custody(&world, 0);
    assert!(is_forbidden(&world.ask(1, by_another)));
}
