//! What the scenario says must hold beyond the promises.

use crate::violation::Promise;
use crate::world::{World, kind_name};
use std::collections::BTreeSet;
use till_node::command::ConflictStatus;
use till_schema::body::Outcome;

/// Checks the scenario's `[expect]`.
pub(super) fn at_rest(world: &mut World) {
    let expect = world.scenario.expect.clone();
    let mut broken: Vec<(&'static str, String)> = Vec::new();
    let sold = world.ghost.sold.len() as u64;
    if expect.sold_at_least.is_some_and(|least| sold < least) {
        broken.push(("sold_at_least", format!("only {sold} were sold")));
    }
    if expect.provisional_at_least.is_some_and(|least| world.ghost.provisional < least) {
        let what = format!("only {} provisional sales", world.ghost.provisional);
        broken.push(("provisional_at_least", what));
    }
    let Some(first) = world.participants().first().copied() else { return };
    let listed = world.conflicts(first);
    let kinds: BTreeSet<String> = listed.iter().map(|view| kind_name(view.key.kind)).collect();
    for kind in expect.conflicts.iter().filter(|kind| !kinds.contains(*kind)) {
        broken.push(("conflicts", format!("no {kind} is listed; there are {kinds:?}")));
    }
    for kind in expect.no_conflicts.iter().filter(|kind| kinds.contains(*kind)) {
        broken.push(("no_conflicts", format!("a {kind} is listed")));
    }
    let is = |kind: &str, status| {
        listed.iter().any(|view| kind_name(view.key.kind) == kind && view.status == status)
    };
    for kind in expect.contested.iter().filter(|kind| !is(kind, ConflictStatus::Contested)) {
        broken.push(("contested", format!("no {kind} is contested")));
    }
    for kind in expect.closed.iter().filter(|kind| !is(kind, ConflictStatus::Closed)) {
        broken.push(("closed", format!("no {kind} is closed")));
    }
    for name in &expect.quarantined {
        let found = world.devices.iter().find(|device| device.name == *name);
        if found.is_none_or(|device| device.quarantine.is_none()) {
            broken.push(("quarantined", format!("{name} goes on signing")));
        }
    }
    if let Some(books) = world.books(first) {
        let orders = till_books::orders(books, usize::MAX).len() as u64;
        if expect.orders.is_some_and(|exactly| orders != exactly) {
            broken.push(("orders", format!("the books hold {orders}")));
        }
        let lost: u64 = till_numbers::spaces(books)
            .into_iter()
            .map(|(space, _)| till_numbers::audit(books, space).totals().lost)
            .sum();
        if expect.lost_numbers.is_some_and(|least| lost < least) {
            broken.push(("lost_numbers", format!("only {lost} are lost")));
        }
    }
    let verdicts = world.relay.verdicts().values();
    let rejected = verdicts.filter(|receipt| receipt.outcome == Outcome::Rejected).count() as u64;
    if expect.rejected_at_least.is_some_and(|least| rejected < least) {
        broken.push(("rejected_at_least", format!("only {rejected} were")));
    }
    for mark in expect.marks.iter().filter(|mark| world.sometimes.count(mark) == 0) {
        broken.push(("marks", format!("{mark} was not reached")));
    }
    for (invariant, what) in broken {
        world.violate(Promise::Expectation, invariant, None, what);
    }
}
