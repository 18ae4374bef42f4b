//! A copied till: the sales of both copies count, whichever is the main chain.

use super::shop::{Shop, accept, import, log, sale, span};
use crate::{audit, holding};
use till_schema::EntryHash;
use till_schema::body::{Body, Cede, ConflictKind, CustodyMove};
use till_schema::rows::{EntryRef, MemoryRows, Rows, Table};

type Chain = Vec<(EntryRef, Body)>;

/// Entries of device 1 after the point where it was copied.
fn chain(copy: u8, bodies: Vec<Body>) -> Chain {
    let entry = |index: usize| {
        let mut hash = [copy; 32];
        hash[0] = index as u8;
        let seq = till_schema::Seq(index as u64 + 2);
        EntryRef { log: log(1), seq, hash: EntryHash(hash), wall_ms: 0 }
    };
    bodies.into_iter().enumerate().map(|(index, body)| (entry(index), body)).collect()
}

/// Device 1 holds 1 to 20, and is known to have been copied.
fn copied() -> Shop {
    let mut shop = Shop::open();
    shop.import(1, 100);
    shop.pass(0, 1, span(1, 20));
    shop.fork(1);
    shop
}

fn dump(rows: &MemoryRows, table: Table) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    rows.scan(table, &[], &mut |key, value| {
        all.push((key.to_vec(), value.to_vec()));
        true
    });
    all
}

/// The rows with one chain as the main one, for every way to mix the two.
fn both_roles(one: &Chain, other: &Chain) -> Vec<Shop> {
    let mut shops = Vec::new();
    for (main, branch) in [(one, other), (other, one)] {
        for branch_first in [false, true] {
            let mut shop = copied();
            if branch_first {
                branch.iter().for_each(|entry| shop.hear_branch(entry));
            }
            main.iter().for_each(|entry| shop.hear(entry));
            if !branch_first {
                branch.iter().for_each(|entry| shop.hear_branch(entry));
            }
            shops.push(shop);
        }
    }
    shops
}

fn assert_same(shops: &[Shop]) {
    for table in [Table::Numbers, Table::Holdings, Table::Pace, Table::Suspects, Table::Anomalies] {
        for shop in shops {
            assert_eq!(dump(&shop.rows, table), dump(&shops[0].rows, table), "{}", table.name());
        }
    }
}

#[test]
fn the_sales_of_both_copies_count_in_either_role() {
    let space = copied().space;
    let sales = |numbers: &[u64]| -> Vec<Body> {
        numbers.iter().map(|number| sale(space, *number, 0).into()).collect()
    };
    let shops = both_roles(&chain(10, sales(&[1, 2, 3])), &chain(11, sales(&[1, 2, 3, 4, 5])));
    assert_same(&shops);
    let shop = &shops[0];
    assert_eq!(shop.held(1), span(6, 20));
    let found = audit(&shop.rows, space);
    assert_eq!((found.issued[&log(1)].clone(), found.duplicates), (span(1, 5), span(1, 3)));
    assert_eq!(found.lost[&log(1)], span(6, 20), "a copied till's numbers are lost");
    assert!(shop.is_suspect(ConflictKind::NumberDuplicate, &format!("{space}/3")));
    assert!(!shop.is_suspect(ConflictKind::NumberDuplicate, &format!("{space}/4")));
}

#[test]
fn a_move_by_one_copy_of_what_the_other_sold_stands() {
    let space = copied().space;
    let give: Body = Cede { space, ranges: span(1, 10), to: log(2) }.into();
    let shops = both_roles(&chain(10, vec![give]), &chain(11, vec![sale(space, 1, 0).into()]));
    assert_same(&shops);
    for shop in shops {
        let found = audit(&shop.rows, space);
        assert_eq!(found.in_transit[&(log(1), log(2))], span(1, 10));
        assert_eq!(found.unaccounted, span(1, 1), "in two places, and said so");
    }
}

#[test]
fn both_copies_may_accept_one_cede() {
    let mut shop = copied();
    let given = shop.cede(0, 1, span(31, 40));
    let take = |copy| chain(copy, vec![accept(given).into(), sale(shop.space, 31, 0).into()]);
    let (one, other) = (take(10), take(11));
    one.iter().for_each(|entry| shop.hear(entry));
    other.iter().for_each(|entry| shop.hear_branch(entry));
    assert_eq!(shop.held(1), span(1, 20).union(&span(32, 40)));
    assert!(shop.anomalies().is_empty());
}

#[test]
fn a_copied_till_still_cannot_give_what_it_never_had() {
    let mut shop = copied();
    let give = Cede { space: shop.space, ranges: span(1, 30), to: log(2) };
    shop.hear_branch(&chain(10, vec![give.into()])[0]);
    shop.hear_branch(&chain(11, vec![import(shop.space, (200, 210), None, None).into()])[0]);
    assert_eq!(shop.held(1), span(1, 20));
    assert!(holding(&shop.rows, shop.space, log(1)).minted.is_empty());
}

#[test]
fn of_two_cedes_at_one_position_the_lower_hash_counts() {
    let space = copied().space;
    let give = |to, ranges| -> Body { Cede { space, ranges, to: log(to) }.into() };
    let shops =
        both_roles(&chain(10, vec![give(2, span(1, 10))]), &chain(11, vec![give(3, span(6, 20))]));
    assert_same(&shops);
    for shop in shops {
        let found = audit(&shop.rows, space);
        assert_eq!(found.in_transit[&(log(1), log(2))], span(1, 10));
        assert_eq!(found.lost[&log(1)], span(11, 20));
        assert!(found.totals().balances());
    }
}

#[test]
fn two_copies_of_the_custodian_mint_one_set() {
    let mut before = Shop::open();
    before.import(1, 100);
    let moved = before.move_custody(0, 1);
    before.accept(1, moved);
    before.fork(1);
    let space = before.space;
    let copy = |copy, (from, to), number| {
        let mint = import(space, (from, to), None, None).into();
        chain(copy, vec![mint, sale(space, number, 0).into()])
    };
    let (one, other) = (copy(10, (101, 110), 101), copy(11, (105, 120), 105));
    let play = |main: &Chain, branch: &Chain| {
        let mut shop = before.clone();
        main.iter().for_each(|entry| shop.hear(entry));
        branch.iter().for_each(|entry| shop.hear_branch(entry));
        shop
    };
    let shops = [play(&one, &other), play(&other, &one)];
    assert_same(&shops);
    let found = audit(&shops[0].rows, space);
    assert_eq!(found.minted, span(1, 120));
    assert!(found.totals().balances());
}

#[test]
fn custody_counts_before_a_cede_at_its_position() {
    let mut before = Shop::open();
    before.import(1, 10);
    let moved = before.move_custody(0, 1);
    before.accept(1, moved);
    before.pass(0, 1, span(1, 10));
    before.fork(1);
    let space = before.space;
    let custody = chain(10, vec![CustodyMove { space, to: log(2) }.into()]);
    let cede = chain(11, vec![Cede { space, ranges: span(1, 4), to: log(3) }.into()]);
    let mut first = before.clone();
    first.hear(&custody[0]);
    first.hear_branch(&cede[0]);
    before.hear_branch(&cede[0]);
    before.hear(&custody[0]);
    for shop in [&mut first, &mut before] {
        assert_eq!(shop.held(1), span(1, 10));
        shop.accept(2, custody[0].0);
        assert_eq!(crate::spaces(&shop.rows)[0].1.custodian, log(2));
    }
}
