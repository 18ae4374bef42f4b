//! Classes of numbers when devices are lost and found.

use super::shop::{Shop, log, span};
use crate::{Totals, audit};
use till_schema::body::DeclareLost;
use till_schema::numbering::Ranges;
use till_schema::rows::{Rows, Table, key};

fn totals(shop: &Shop) -> Totals {
    audit(&shop.rows, shop.space).totals()
}

fn declare(shop: &mut Shop, device: u8, ranges: Ranges) {
    let (space, of) = (shop.space, log(device));
    shop.write(0, DeclareLost { space, ranges, of, reference: "report 1".into() });
}

/// T4: a lost till sells twenty more while nobody hears it, and is found.
#[test]
fn a_lost_till_that_is_found_gives_no_number_twice() {
    let mut shop = Shop::open();
    shop.import(1, 200);
    shop.pass(0, 1, span(101, 150));
    let given = shop.cede(0, 1, span(151, 160));
    for number in 101..=110 {
        shop.sell(1, number);
    }
    shop.end(1);
    let lost = audit(&shop.rows, shop.space);
    assert_eq!(lost.lost[&log(1)], span(111, 160), "held there and on their way there");
    assert!(!lost.held.contains_key(&log(1)) && lost.in_transit.is_empty());
    assert!(lost.totals().balances());
    declare(&mut shop, 1, span(111, 150));
    assert_eq!(totals(&shop).declared_lost, 40);
    // A renewal of everything does not bring them back.
    shop.import(1, 250);
    assert_eq!(shop.held(0), span(1, 100).union(&span(161, 250)));
    // Its tail turns up: twenty sales, an accept, a cede of what is left.
    for number in 111..=130 {
        shop.sell(1, number);
    }
    shop.accept(1, given);
    let found = audit(&shop.rows, shop.space);
    assert_eq!(found.issued[&log(1)], span(101, 130));
    assert_eq!((found.lost[&log(1)].clone(), found.declared_lost.count()), (span(131, 160), 20));
    assert!(found.totals().balances());
    shop.pass(1, 0, span(131, 160));
    let end = totals(&shop);
    assert!(end.balances());
    assert_eq!((end.lost, end.declared_lost, end.issued, end.held), (0, 0, 30, 220));
    assert!(shop.anomalies().is_empty());
}

#[test]
fn a_suspended_device_still_holds_its_numbers() {
    let mut shop = Shop::open();
    shop.import(1, 10);
    shop.pass(0, 1, span(6, 10));
    shop.device(1, |row| row.suspended = true);
    assert_eq!(totals(&shop), Totals { minted: 10, held: 10, ..Totals::default() });
}

#[test]
fn classes_are_told_apart_by_who() {
    let mut shop = Shop::open();
    shop.import(1, 40);
    shop.pass(0, 1, span(11, 20));
    shop.cede(1, 2, span(11, 12));
    shop.cede(0, 2, span(1, 2));
    shop.cede(0, 2, span(4, 5));
    shop.void(1, span(13, 13));
    shop.sell(0, 3);
    let found = audit(&shop.rows, shop.space);
    assert_eq!(found.in_transit[&(log(1), log(2))], span(11, 12));
    assert_eq!(found.in_transit[&(log(0), log(2))].count(), 4);
    assert_eq!((found.voided[&log(1)].count(), found.issued[&log(0)].count()), (1, 1));
    assert_eq!(found.held[&log(1)], span(14, 20));
    assert!(found.totals().balances());
}

#[test]
fn another_space_and_custody_on_its_way_do_not_count() {
    let mut shop = Shop::open();
    shop.import(1, 10);
    let other = shop.open_space("U", 0, till_schema::body::Sharing::Shared);
    shop.write(0, super::shop::import(other, (1, 1_000), None, None));
    shop.write(0, till_schema::body::Cede { space: other, ranges: span(1, 9), to: log(1) });
    shop.move_custody(0, 1);
    assert_eq!(totals(&shop), Totals { minted: 10, held: 10, ..Totals::default() });
}

#[test]
fn a_sale_that_only_one_side_has_is_not_accounted_for() {
    let mut shop = Shop::open();
    shop.import(1, 10);
    let sold = shop.sell(0, 4);
    let at = key(&[&shop.space.0, &4u64.to_be_bytes(), &sold.hash.0]);
    let row = shop.rows.get(Table::Numbers, &at).unwrap();
    shop.rows.delete(Table::Numbers, &at);
    assert_eq!(audit(&shop.rows, shop.space).unaccounted, span(4, 4), "issued and not sold");
    let at = key(&[&shop.space.0, &5u64.to_be_bytes(), &sold.hash.0]);
    shop.rows.put(Table::Numbers, &at, &row);
    assert_eq!(audit(&shop.rows, shop.space).unaccounted, span(4, 5), "sold and not issued");
}

/// A number nobody minted, sold all the same.
#[test]
fn a_sale_of_what_was_never_minted_is_not_accounted_for() {
    let mut shop = Shop::open();
    shop.import(1, 10);
    shop.sell(0, 99);
    let found = audit(&shop.rows, shop.space);
    assert_eq!(found.unaccounted, span(99, 99));
    assert!(!found.totals().balances());
}
