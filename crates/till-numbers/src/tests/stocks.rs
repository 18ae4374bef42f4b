//! How stocks are filled, watched and given back.

use super::shop::{Shop, at, import, log, sale, span};
use crate::{
    Alarm, CannotRetire, GRANT_MIN, HIGH_WATER, LOW_WATER, Marks, RANGES_MAX, Stock, UNUSED_AT_END,
    advice, alarm, audit, days_left, grant, marks, retire,
};
use till_schema::body::{Body, Cede, Sharing, Void};
use till_schema::numbering::Ranges;

const TODAY: i32 = 500;

fn granted(shop: &Shop, giver: u8, asker: u8, held: u64) -> Option<Ranges> {
    grant(&shop.rows, shop.space, log(giver), log(asker), held, None, TODAY)
}

#[test]
fn grants_fill_up_to_the_high_water_mark_once() {
    let mut shop = Shop::open();
    shop.import(1, 100_000);
    assert_eq!(granted(&shop, 0, 1, LOW_WATER), None);
    let ranges = granted(&shop, 0, 1, 20).expect("below the mark");
    assert_eq!(ranges, span(100_000 - (HIGH_WATER - 20) + 1, 100_000), "from the top");
    let given = shop.cede(0, 1, ranges);
    assert_eq!(granted(&shop, 0, 1, 20), None, "one is on its way");
    assert!(granted(&shop, 0, 2, 20).is_some(), "to another none is");
    shop.accept(1, given);
    let from_peer = granted(&shop, 1, 2, 0).expect("half its surplus");
    assert_eq!(from_peer.count(), (HIGH_WATER - 20 - LOW_WATER) / 2);
}

#[test]
fn an_asker_says_how_much_it_needs() {
    let mut shop = Shop::open();
    shop.import(1, 100_000);
    let ask = |held, high| {
        let ranges = grant(&shop.rows, shop.space, log(0), log(1), held, high, TODAY);
        ranges.map(|ranges| ranges.count())
    };
    assert_eq!(ask(1_000, Some(9_000)), Some(8_000));
    assert_eq!(ask(4_500, Some(9_000)), None, "that is its low-water mark");
    assert_eq!(ask(0, Some(u64::MAX)), Some(100_000 - LOW_WATER), "the custodian keeps its own");
}

#[test]
fn a_small_resolution_is_shared() {
    let mut shop = Shop::open();
    shop.import(1, 20);
    assert_eq!(granted(&shop, 0, 1, 0), Some(span(11, 20)), "the custodian keeps half");
    assert_eq!(granted(&shop, 0, 1, 3), None, "too few to bother");
    shop.pass(0, 1, span(2, 20));
    assert_eq!(granted(&shop, 0, 2, 0), None, "its last one is its own");
}

#[test]
fn nothing_is_granted_to_or_by_who_takes_no_part() {
    let mut shop = Shop::open();
    shop.import(1, 10_000);
    assert!(granted(&shop, 0, 1, 0).is_some());
    assert_eq!(granted(&shop, 0, 9, 0), None, "nobody knows it");
    assert_eq!(granted(&shop, 0, 0, 0), None);
    shop.end(1);
    shop.device(2, |row| row.suspended = true);
    shop.device(3, |row| row.retired = true);
    for device in 1..4 {
        assert_eq!(granted(&shop, 0, device, 0), None);
    }
    shop.fork(0);
    shop.device(3, |row| row.retired = false);
    assert_eq!(granted(&shop, 0, 3, 0), None, "a copied device gives nothing");
}

#[test]
fn a_series_of_one_register_is_not_granted_from() {
    let mut shop = Shop::open();
    let own = shop.open_space("A", 0, Sharing::Single);
    shop.write(0, import(own, (1, 5_000), None, None));
    assert_eq!(grant(&shop.rows, own, log(0), log(1), 0, None, TODAY), None);
}

#[test]
fn expired_numbers_are_not_granted() {
    let mut shop = Shop::open();
    shop.import_valid(0, 1, 1_000, None, Some(TODAY - 1));
    assert_eq!(granted(&shop, 0, 1, 0), None);
    shop.import_valid(0, 2_001, 2_100, None, Some(TODAY));
    assert_eq!(granted(&shop, 0, 1, 0), Some(span(2_051, 2_100)));
}

#[test]
fn a_cede_has_a_bounded_number_of_ranges() {
    let mut shop = Shop::open();
    shop.import(1, 2_000);
    let even: Ranges = (1..=1_000).map(|half| half * 2).collect();
    for ranges in crate::holdings::parts(&even, 100) {
        shop.void(0, ranges);
    }
    let ranges = granted(&shop, 0, 1, 0).unwrap();
    assert_eq!(ranges.iter().count(), RANGES_MAX);
    assert_eq!(ranges.iter().last(), Some((1_999, 1_999)));
    assert!(RANGES_MAX as u64 >= GRANT_MIN, "full of single numbers it is still worth an entry");
}

/// Sells `count` numbers from `first` on a civil day.
fn sell_day(shop: &mut Shop, device: u8, first: u64, count: u64, day: i32) {
    for number in first..first + count {
        let sale = sale(shop.space, number, at(day, 12));
        shop.write(device, sale);
    }
}

#[test]
fn marks_follow_the_busiest_day_of_ninety() {
    let mut shop = Shop::open();
    shop.import(1, 10_000);
    let of = |shop: &Shop, today| marks(&shop.rows, shop.space, log(0), today);
    assert_eq!(of(&shop, TODAY), Marks { low: LOW_WATER, high: HIGH_WATER });
    sell_day(&mut shop, 0, 1, 100, TODAY);
    sell_day(&mut shop, 0, 101, 40, TODAY + 1);
    sell_day(&mut shop, 1, 9_000, 200, TODAY + 1);
    assert_eq!(of(&shop, TODAY), Marks { low: 700, high: 1_400 });
    assert_eq!(of(&shop, TODAY - 1).low, LOW_WATER, "a day to come does not count");
    assert_eq!(of(&shop, TODAY + 89).low, 700);
    assert_eq!(of(&shop, TODAY + 90).low, LOW_WATER, "forty a day is below the floor");
}

#[test]
fn days_before_1970_count_too() {
    let mut shop = Shop::open();
    shop.import(1, 1_000);
    sell_day(&mut shop, 0, 1, 100, -2);
    assert_eq!(marks(&shop.rows, shop.space, log(0), 3).low, 700);
    assert_eq!(marks(&shop.rows, shop.space, log(0), -3).low, LOW_WATER);
}

#[test]
fn the_alarm_counts_the_days_that_are_left() {
    let mut shop = Shop::open();
    shop.import(1, 70);
    let (space, me) = (shop.space, log(0));
    assert_eq!(days_left(&shop.rows, space, me, TODAY), None, "it has never sold");
    assert_eq!(alarm(&shop.rows, space, me, TODAY), Alarm::None);
    sell_day(&mut shop, 0, 1, 10, TODAY);
    let mut expected = vec![(6, Alarm::None), (5, Alarm::FiveDays), (3, Alarm::FiveDays)];
    expected.extend([(2, Alarm::TwoDays), (1, Alarm::OneDay), (0, Alarm::OneDay)]);
    for (days, expected) in expected {
        let left = shop.held(0);
        let keep = days * 10 + 3;
        if left.count() > keep {
            shop.void(0, left.take(left.count() - keep));
        }
        assert_eq!(alarm(&shop.rows, space, me, TODAY), expected, "{days} days");
    }
    shop.void(0, shop.held(0));
    assert_eq!(alarm(&shop.rows, space, me, TODAY), Alarm::Dry);
    assert!(Alarm::Dry > Alarm::OneDay && Alarm::OneDay > Alarm::None, "worse is more");
}

#[test]
fn advice_says_what_to_do() {
    let stock = Stock {
        held: 12,
        low: 500,
        days_left: None,
        custodian: Some("Register 1"),
        has_peers: true,
    };
    assert_eq!(advice(stock), "12 numbers left: ask “Register 1” or the owner for more");
    assert_eq!(
        advice(Stock { has_peers: false, days_left: Some(1), ..stock }),
        "12 numbers left, about 1 day: connect to “Register 1” or another register, or ask the \
         owner for more"
    );
    assert_eq!(
        advice(Stock { held: 0, custodian: None, days_left: Some(0), ..stock }),
        "no numbers left: import a new resolution"
    );
    assert_eq!(advice(Stock { held: 500, ..stock }), "");
}

#[test]
fn who_leaves_gives_back_what_it_holds() {
    let mut shop = Shop::open();
    shop.import(1, 1_000);
    shop.pass(0, 1, span(101, 200));
    let own = shop.open_space("A", 2, Sharing::Single);
    let given = {
        shop.write(2, import(own, (1, 9), None, None));
        shop.write(2, Cede { space: own, ranges: span(9, 9), to: log(1) })
    };
    let space = shop.space;
    let waits = CannotRetire::Unaccepted { space: own, giver: log(2), giver_seq: given.seq };
    assert_eq!(retire(&shop.rows, log(1)), Err(waits));
    shop.accept(1, given);
    let plan = retire(&shop.rows, log(1)).unwrap();
    let cede: Body = Cede { space, ranges: span(101, 200), to: log(0) }.into();
    let void: Body = Void { space: own, ranges: span(9, 9), reason: UNUSED_AT_END.into() }.into();
    assert_eq!(plan, [cede, void.clone()]);
    for body in plan {
        shop.write(1, body);
    }
    assert!(shop.held(1).is_empty() && shop.anomalies().is_empty());
    assert_eq!(retire(&shop.rows, log(1)), Ok(Vec::new()), "nothing is left to give back");
    assert_eq!(retire(&shop.rows, log(0)), Err(CannotRetire::Custodian { space }));
    assert_eq!(retire(&shop.rows, log(2)), Err(CannotRetire::Custodian { space: own }));
}

#[test]
fn numbers_are_voided_where_nobody_can_take_them() {
    let mut shop = Shop::open();
    shop.import(1, 1_000);
    shop.pass(0, 1, (1..=150).map(|half| half * 2).collect());
    shop.end(0);
    let plan = retire(&shop.rows, log(1)).unwrap();
    assert_eq!(plan.len(), 3, "150 ranges do not go into two entries");
    assert!(plan.iter().all(|body| matches!(body, Body::Void(_))));
}

#[test]
fn who_gives_custody_away_gives_its_numbers_to_the_next() {
    let mut shop = Shop::open();
    shop.import(1, 10);
    let moved = shop.move_custody(0, 1);
    assert_eq!(
        retire(&shop.rows, log(1)),
        Err(CannotRetire::Custodian { space: shop.space }),
        "it will be"
    );
    let plan = retire(&shop.rows, log(0)).unwrap();
    assert_eq!(plan, [Cede { space: shop.space, ranges: span(1, 10), to: log(1) }.into()]);
    shop.accept(1, moved);
    assert_eq!(retire(&shop.rows, log(0)).unwrap(), plan);
    assert_eq!(audit(&shop.rows, shop.space).totals().held, 10);
}
