//! The proof of one number.

use super::shop::{accept, entry, import, log, sale, space_named, span};
use crate::{Broken, Misfit, Place, accepts, concerns, trace};
use till_schema::SpaceId;
use till_schema::body::{Body, Cede, CustodyMove, LogEnd, Sharing, SpaceOpen, Void};
use till_schema::rows::EntryRef;

const NUMBER: u64 = 7;

type Step = (EntryRef, Body);

fn space() -> SpaceId {
    space_named("T").id()
}

fn step(device: u8, seq: u64, body: impl Into<Body>) -> Step {
    (entry(device, seq), body.into())
}

fn open() -> Step {
    let open = SpaceOpen {
        space: space_named("T"),
        custodian: log(0),
        sharing: Sharing::Shared,
        utc_offset_min: None,
    };
    step(0, 1, open)
}

fn minted(device: u8, seq: u64) -> Step {
    step(device, seq, import(space(), (1, 10), None, None))
}

fn ceded(device: u8, seq: u64, to: u8) -> Step {
    step(device, seq, Cede { space: space(), ranges: span(5, 8), to: log(to) })
}

fn custody(device: u8, seq: u64, to: u8) -> Step {
    step(device, seq, CustodyMove { space: space(), to: log(to) })
}

fn taken(device: u8, seq: u64, given: &Step) -> Step {
    step(device, seq, accept(given.0))
}

fn sold(device: u8, seq: u64) -> Step {
    step(device, seq, sale(space(), NUMBER, 0))
}

fn voided(device: u8, seq: u64) -> Step {
    step(device, seq, Void { space: space(), ranges: span(7, 7), reason: "spoiled".into() })
}

fn at(path: &[Step]) -> Result<Place, Broken> {
    trace(space(), NUMBER, path)
}

fn breaks(path: &[Step], misfit: Misfit) {
    let last = path.last().map(|step| step.0);
    assert_eq!(at(path), Err(Broken { entry: last, misfit }), "{path:?}");
}

#[test]
fn a_path_is_followed_to_its_end() {
    let mut path = vec![open(), minted(0, 2)];
    assert_eq!(at(&path), Ok(Place::Held { by: log(0) }));
    path.push(ceded(0, 3, 1));
    assert_eq!(at(&path), Ok(Place::InTransit { from: log(0), to: log(1) }));
    path.push(taken(1, 1, &path[2]));
    assert_eq!(at(&path), Ok(Place::Held { by: log(1) }));
    path.push(minted(0, 4)); // A renewal.
    assert_eq!(at(&path), Ok(Place::Held { by: log(1) }));
    let end = sold(1, 2);
    path.push(end.clone());
    let order = super::shop::order(NUMBER, 0).id;
    assert_eq!(at(&path), Ok(Place::Issued { by: log(1), entry: end.0, order }));
    path.pop();
    path.push(voided(1, 2));
    assert_eq!(at(&path), Ok(Place::Voided { by: log(1), reason: "spoiled".into() }));
}

#[test]
fn a_number_may_be_minted_by_a_later_custodian() {
    let moved = custody(0, 2, 1);
    let path = [open(), moved.clone(), taken(1, 1, &moved), minted(1, 2), sold(1, 3)];
    assert!(matches!(at(&path), Ok(Place::Issued { .. })));
    breaks(&[open(), moved.clone(), minted(0, 3)], Misfit::NotCustodian);
    breaks(&[open(), moved.clone(), minted(1, 1)], Misfit::NotCustodian);
    breaks(&[open(), moved.clone(), taken(2, 1, &moved)], Misfit::NotOnItsWay);
    breaks(&[open(), custody(0, 2, 0)], Misfit::ToItself);
    breaks(&[open(), custody(1, 1, 2)], Misfit::NotCustodian);
}

#[test]
fn a_path_that_does_not_hold_names_the_entry() {
    let given = ceded(0, 3, 1);
    let took = taken(1, 1, &given);
    breaks(&[open(), open()], Misfit::OutOfOrder);
    breaks(&[open(), (entry(2, 1), open().1)], Misfit::OpenedTwice);
    breaks(&[minted(0, 2)], Misfit::NotCustodian);
    breaks(&[open(), minted(1, 1)], Misfit::NotCustodian);
    breaks(&[open(), minted(0, 2), sold(1, 1)], Misfit::NotHolder);
    breaks(&[open(), minted(0, 2), ceded(0, 3, 0)], Misfit::ToItself);
    breaks(&[open(), minted(0, 2), given.clone(), sold(0, 4)], Misfit::NotHolder);
    breaks(&[open(), minted(0, 2), given.clone(), sold(1, 1)], Misfit::NotHolder);
    breaks(&[open(), minted(0, 2), given.clone(), taken(2, 1, &given)], Misfit::NotOnItsWay);
    breaks(
        &[open(), minted(0, 2), given.clone(), taken(1, 1, &ceded(0, 4, 1))],
        Misfit::NotOnItsWay,
    );
    let again = taken(1, 2, &given);
    breaks(&[open(), minted(0, 2), given.clone(), took.clone(), again], Misfit::NotOnItsWay);
    breaks(&[open(), minted(0, 2), given, took, sold(1, 2), voided(1, 3)], Misfit::NotHolder);
    breaks(&[open(), step(0, 2, LogEnd {})], Misfit::Unrelated);
    breaks(&[open(), minted(0, 5), sold(0, 3)], Misfit::OutOfOrder);
}

#[test]
fn a_path_without_an_import_proves_nothing() {
    let nothing = Err(Broken { entry: None, misfit: Misfit::NeverMinted });
    assert_eq!(at(&[open()]), nothing);
    assert_eq!(at(&[]), nothing);
}

#[test]
fn what_concerns_a_number_is_what_names_it() {
    let given = ceded(0, 3, 1);
    for (step, expected) in [
        (open(), [true, true]),
        (custody(0, 2, 1), [true, true]),
        (minted(0, 2), [true, false]),
        (given.clone(), [true, false]),
        (sold(0, 3), [true, false]),
        (voided(0, 3), [true, false]),
        (taken(1, 1, &given), [false, false]),
        (step(0, 9, LogEnd {}), [false, false]),
    ] {
        let found = [NUMBER, 99].map(|number| concerns(space(), number, &step.1));
        assert_eq!(found, expected, "{}", step.1.name());
        assert!(!concerns(SpaceId([0; 16]), NUMBER, &step.1));
    }
    let named = (given.0.log, given.0.seq, given.0.hash);
    assert_eq!(accepts(&taken(1, 1, &given).1), Some(named));
    assert_eq!(accepts(&given.1), None);
}
