//! The golden vectors of `schema/vectors/v1`: bytes that decode for ever.
//!
//! Each is built here from fixed keys and values, read from its file, compared,
//! decoded, checked and encoded again. With `TILLMESH_WRITE_VECTORS=1` the files
//! are written instead, and the test fails all the same, so that nobody does it
//! without looking at what changed.

// These tests read files; the fence is for the crate itself.
#![allow(clippy::disallowed_methods)]

mod admin;
mod bodies;
mod damage;
mod day;
mod frames;
mod golden;
mod messages;
mod rows;
mod values;

use golden::{Golden, file_names};
use std::collections::BTreeSet;
use till_schema::body::{Body, Kind};

/// Every kind number given out so far. Numbers are only added.
const KINDS: [u16; 38] = [
    1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25, 30, 31, 32, 33, 34, 35, 36, 40, 41,
    42, 43, 44, 45, 46, 47, 50, 60, 70, 71, 80, 81, 82, 83,
];

fn all() -> Vec<Golden> {
    [
        admin::golden(),
        bodies::golden(),
        day::golden(),
        frames::golden(),
        messages::golden(),
        rows::golden(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_vector_reads_as_what_it_says() {
    let all = all();
    if std::env::var_os("TILLMESH_WRITE_VECTORS").is_some() {
        all.iter().for_each(Golden::write);
        panic!(
            "{} vectors written; look at the diff: a file that was there before must not differ",
            all.len()
        );
    }
    all.iter().for_each(Golden::check);
}

#[test]
fn no_file_is_left_unread_and_no_name_is_used_twice() {
    let mut expected = BTreeSet::new();
    for golden in all() {
        for kind in ["hex", "txt"] {
            let name = format!("{}.{kind}", golden.name);
            assert!(expected.insert(name), "two vectors are called {}", golden.name);
        }
    }
    let found = file_names();
    let unread: Vec<_> = found.difference(&expected).collect();
    assert!(unread.is_empty(), "files that no vector reads: {unread:?}");
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(missing.is_empty(), "vectors without a file: {missing:?}");
}

#[test]
fn every_kind_has_a_body_vector() {
    let covered: BTreeSet<u16> =
        all().iter().filter_map(|golden| golden.kind).map(|(number, _)| number).collect();
    assert_eq!(covered, BTreeSet::from(KINDS));
}

#[test]
fn no_other_kind_is_known() {
    for number in (0..=u16::MAX).filter(|number| !KINDS.contains(number)) {
        // A kind that is known would refuse these bytes.
        let body = Body::decode(Kind(number), &[0xff]).expect("unknown kinds are not read");
        assert_eq!(body, None, "kind {number} is known and has no vector");
    }
}

#[test]
fn the_description_names_every_kind() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/entry.md");
    let text = std::fs::read_to_string(path).expect("the description is there");
    for (kind, name) in all().iter().filter_map(|golden| golden.kind) {
        let row = format!("| {kind} | {name} |");
        assert!(text.contains(&row), "entry.md has no row “{row}”");
        let fields = [format!("| {kind} | 0 "), format!("| {kind} | none |")];
        let listed = fields.iter().any(|row| text.contains(row));
        assert!(listed, "entry.md does not list the fields of kind {kind}");
    }
}
