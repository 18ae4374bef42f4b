//! Minted once, held by one, moved by two entries, used up by one.

use super::shop::{Shop, log, span};
use crate::audit;
use crate::holdings::space as space_row;
use proptest::prelude::*;
use std::collections::BTreeMap;
use till_schema::body::Sharing;
use till_schema::numbering::Ranges;
use till_schema::rows::EntryRef;

#[test]
fn a_renewal_never_mints_again() {
    let mut shop = Shop::open();
    shop.import(1, 100);
    shop.sell(0, 1);
    shop.import(50, 150);
    assert_eq!(audit(&shop.rows, shop.space).minted, span(1, 150));
    assert_eq!(shop.held(0), span(2, 150));
    assert!(audit(&shop.rows, shop.space).totals().balances());
}

#[test]
fn only_the_custodian_mints() {
    let mut shop = Shop::open();
    shop.import_valid(1, 1, 9, None, None);
    assert!(audit(&shop.rows, shop.space).minted.is_empty());
    assert_eq!(shop.anomalies(), ["minted by a device that is not the custodian"]);
}

#[test]
fn numbers_ceded_are_accepted_once_by_the_one_named() {
    let mut shop = Shop::open();
    shop.import(1, 100);
    let given = shop.cede(0, 1, span(51, 100));
    assert_eq!(audit(&shop.rows, shop.space).in_transit[&(log(0), log(1))], span(51, 100));
    shop.accept(2, given);
    assert_eq!(shop.held(2).count(), 0, "not for this one");
    shop.accept(1, given);
    shop.accept(1, given);
    assert_eq!(shop.held(1), span(51, 100));
    assert_eq!(shop.anomalies().len(), 2);
    assert!(audit(&shop.rows, shop.space).totals().balances());
}

#[test]
fn an_accept_names_the_very_entry_it_takes() {
    let mut shop = Shop::open();
    shop.import(1, 100);
    let given = shop.cede(0, 1, span(51, 100));
    shop.accept(1, EntryRef { hash: till_schema::EntryHash([9; 32]), ..given });
    shop.accept(1, EntryRef { seq: till_schema::Seq(99), ..given });
    assert!(shop.held(1).is_empty());
    shop.accept(1, given);
    assert_eq!(shop.held(1), span(51, 100));
}

#[test]
fn a_space_is_opened_once() {
    let mut shop = Shop::open();
    shop.open_space("T", 1, Sharing::Single);
    shop.open_space("U", 1, Sharing::Single);
    let found: Vec<_> = crate::spaces(&shop.rows)
        .into_iter()
        .map(|(_, row)| (row.ordinal, row.custodian, row.sharing))
        .collect();
    assert_eq!(found, [(0, log(0), Sharing::Shared), (1, log(1), Sharing::Single)]);
}

#[test]
fn nothing_is_ceded_to_oneself() {
    let mut shop = Shop::open();
    shop.import(1, 10);
    shop.cede(0, 0, span(1, 5));
    assert_eq!(shop.held(0), span(1, 10));
    assert_eq!(shop.anomalies().len(), 1);
}

#[test]
fn a_number_on_two_sales_is_shown() {
    let mut shop = Shop::open();
    shop.import(1, 10);
    shop.sell(0, 3);
    shop.sell(1, 3);
    let audit = audit(&shop.rows, shop.space);
    assert_eq!(audit.duplicates, span(3, 3));
    assert_eq!(audit.unaccounted, span(3, 3));
    assert!(!audit.totals().balances());
}

#[test]
fn the_next_custodian_mints_what_nobody_minted() {
    let mut shop = Shop::open();
    shop.import(1, 100);
    let moved = shop.move_custody(0, 1);
    // Between the two entries nobody mints.
    shop.import(101, 110);
    shop.import_valid(1, 101, 110, None, None);
    assert_eq!(audit(&shop.rows, shop.space).minted, span(1, 100));
    shop.accept(1, moved);
    shop.import(101, 110);
    shop.import_valid(1, 90, 120, None, None);
    assert_eq!(shop.held(1), span(101, 120), "the first hundred were minted by another");
    assert_eq!(shop.held(0), span(1, 100));
    assert_eq!(shop.anomalies().len(), 3);
    assert!(audit(&shop.rows, shop.space).totals().balances());
}

#[test]
fn custody_is_given_once_and_only_by_who_has_it() {
    let mut shop = Shop::open();
    shop.move_custody(1, 2);
    shop.move_custody(0, 0);
    let moved = shop.move_custody(0, 1);
    shop.move_custody(0, 2);
    shop.accept(2, moved);
    assert_eq!(shop.anomalies().len(), 4);
    shop.accept(1, moved);
    let row = space_row(&shop.rows, shop.space).unwrap();
    assert_eq!((row.custodian, row.custody_in_transit), (log(1), false));
    let back = shop.move_custody(1, 0);
    shop.accept(0, back);
    shop.import(1, 5);
    assert_eq!(shop.held(0), span(1, 5), "custody came back");
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    Held(u8),
    Transit,
    Issued,
    Voided,
}

fn put(model: &mut BTreeMap<u64, At>, ranges: &Ranges, at: At) {
    for number in ranges.iter().flat_map(|(from, to)| from..=to) {
        model.insert(number, at);
    }
}

proptest! {
    /// Any history of honest and dishonest moves leaves each number in the one
    /// place a plain model says, and the classes add up.
    #[test]
    fn every_number_is_in_exactly_one_place(
        moves in proptest::collection::vec((0u8..5, 0..3u8, 0..3u8, 1u64..30, 1u64..6), 0..60)
    ) {
        let mut shop = Shop::open();
        shop.import(1, 24);
        let mut model: BTreeMap<u64, At> = (1..=24).map(|n| (n, At::Held(0))).collect();
        let mut given: Vec<(EntryRef, u8, Ranges)> = Vec::new();
        for (what, device, other, from, len) in moves {
            let ranges = span(from, from + len - 1);
            let holds = (from..from + len).all(|n| model.get(&n) == Some(&At::Held(device)));
            match what {
                0 | 1 => {
                    let entry = shop.cede(device, other, ranges.clone());
                    if holds && device != other {
                        put(&mut model, &ranges, At::Transit);
                        given.push((entry, other, ranges));
                    }
                }
                2 => {
                    if given.is_empty() {
                        continue;
                    }
                    let index = from as usize % given.len();
                    let (entry, to, ranges) = given[index].clone();
                    shop.accept(device, entry);
                    if to == device {
                        given.remove(index);
                        put(&mut model, &ranges, At::Held(device));
                    }
                }
                3 => {
                    shop.void(device, ranges.clone());
                    if holds {
                        put(&mut model, &ranges, At::Voided);
                    }
                }
                _ => {
                    let Some(number) = shop.held(device).first() else { continue };
                    prop_assert_eq!(model[&number], At::Held(device));
                    shop.sell(device, number);
                    put(&mut model, &span(number, number), At::Issued);
                }
            }
        }
        let totals = audit(&shop.rows, shop.space).totals();
        let count = |wanted: fn(&At) -> bool| model.values().filter(|at| wanted(at)).count() as u64;
        prop_assert_eq!(totals.held, count(|at| matches!(at, At::Held(_))));
        prop_assert_eq!(totals.in_transit, count(|at| *at == At::Transit));
        prop_assert_eq!(totals.issued, count(|at| *at == At::Issued));
        prop_assert_eq!(totals.voided, count(|at| *at == At::Voided));
        prop_assert!(totals.balances());
    }
}
