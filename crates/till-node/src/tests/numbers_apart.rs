//! Numbers while the custodian is away, or while nobody sees anybody.

use super::world::World;
use super::{put, sell};
use crate::command::Command;
use std::collections::BTreeSet;
use till_numbers::{HIGH_WATER, LOW_WATER};

fn give(world: &World, to: usize, count: u64) -> Command {
    Command::GrantNumbers { space: None, to: world.tills[to].log.to_string(), count }
}

fn void(count: u64) -> Command {
    Command::VoidNumbers { space: None, count, reason: "test print".to_owned() }
}

#[test]
fn with_the_custodian_away_a_peer_gives_half_of_its_surplus() {
    let mut world = World::shop(70, 3);
    let more = give(&world, 1, 500);
    world.ask(0, more).unwrap();
    world.settle();
    assert_eq!(world.held(1), HIGH_WATER + 500);
    world.split(&[&[1, 2]]);
    world.ask(2, void(HIGH_WATER - 100)).unwrap();
    world.settle();
    // Half of the 1000 above its own mark; the asker is above its mark then.
    let held = (world.held(1), world.held(2));
    assert_eq!(held, (HIGH_WATER, 100 + 500));
    world.heal();
    world.settle();
    world.assert_agree();
}

#[test]
fn the_peer_asked_is_one_that_has_something_to_give() {
    // Whichever of the two has the lower log has nothing.
    let mut world = World::shop(71, 4);
    let (poor, rich) = if world.tills[1].log < world.tills[2].log { (1, 2) } else { (2, 1) };
    let more = give(&world, rich, 2000);
    world.ask(0, more).unwrap();
    world.ask(poor, void(HIGH_WATER - LOW_WATER)).unwrap();
    world.settle();
    world.split(&[&[1, 2, 3]]);
    world.ask(3, void(HIGH_WATER - 1)).unwrap();
    world.settle();
    assert_eq!(world.held(poor), LOW_WATER);
    assert!(world.held(3) >= LOW_WATER, "it holds {}", world.held(3));
    world.heal();
    world.settle();
    world.assert_agree();
}

#[test]
fn a_custodian_without_numbers_does_not_keep_the_others_dry() {
    let mut world = World::shop(72, 3);
    let all = world.held(0);
    let more = give(&world, 1, all);
    world.ask(0, more).unwrap();
    world.settle();
    world.ask(2, void(HIGH_WATER)).unwrap();
    world.settle();
    assert_eq!(world.held(2), HIGH_WATER, "the peer that has them gave");
    world.assert_agree();
}

#[test]
fn nobody_below_its_own_mark_gives() {
    let mut world = World::shop(73, 3);
    world.split(&[&[1, 2]]);
    world.ask(1, void(LOW_WATER)).unwrap();
    world.ask(2, void(HIGH_WATER)).unwrap();
    world.settle();
    assert_eq!((world.held(1), world.held(2)), (LOW_WATER, 0));
    world.heal();
    world.settle();
    assert_eq!(world.held(2), HIGH_WATER);
    world.assert_agree();
}

#[test]
fn islands_never_print_one_number_twice() {
    let mut world = World::shop(74, 4);
    world.ask(0, put("1", 1000, 1000)).unwrap();
    world.settle();
    world.split(&[&[0], &[1, 2], &[3]]);
    let mut printed = BTreeSet::new();
    for number in 0..40 {
        let sold = world.sold(number as usize % 4, sell(number, "1", 1));
        assert!(printed.insert(sold.label.clone()), "{} twice", sold.label);
        world.steps(5);
    }
    world.heal();
    world.settle();
    world.assert_agree();
    let audit = world.audit(2);
    assert_eq!(crate::command::NumbersAudit::sum(&audit.issued), 40);
    let in_books: BTreeSet<String> = world.orders(1).into_iter().map(|order| order.label).collect();
    assert_eq!(in_books, printed);
}
