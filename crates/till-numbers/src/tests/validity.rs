//! When a number may be issued.

use super::shop::{DAY_MS, OFFSET_MIN, Shop, at, import, log, order, sale, space_named, span};
use crate::{Choice, Shortage, audit, choose, civil_day, valid_held};
use proptest::prelude::*;
use till_schema::body::{Body, SaleCommitted, Sharing, SpaceOpen};
use till_schema::rows::{OrderRow, Table, put_row};

fn choice(shop: &Shop, device: u8, at_ms: i64) -> Result<(u64, String), Shortage> {
    choose(&shop.rows, log(device), at_ms, OFFSET_MIN)
        .map(|Choice { number, resolution, .. }| (number, resolution))
}

#[test]
fn a_day_begins_at_midnight_of_its_zone() {
    assert_eq!(civil_day(0, 0), 0);
    assert_eq!(civil_day(-1, 0), -1);
    assert_eq!(civil_day(DAY_MS, 0), 1);
    assert_eq!(civil_day(DAY_MS + 5 * 3_600_000 - 1, -300), 0);
    assert_eq!(civil_day(DAY_MS + 5 * 3_600_000, -300), 1);
    assert_eq!(civil_day(DAY_MS - 1, 1), 1);
    assert_eq!(civil_day(i64::MAX, i32::MAX), i32::MAX);
    assert_eq!(civil_day(i64::MIN, i32::MIN), i32::MIN);
}

#[test]
fn numbers_expire_at_midnight_where_the_authority_is() {
    let mut shop = Shop::open();
    shop.import_valid(0, 1, 10, Some(100), Some(200));
    // The register's own offset says another day; the space's counts.
    let ask = |at_ms| choose(&shop.rows, log(0), at_ms, 600).map(|choice| choice.number);
    let early = Shortage::NotYetValid { first_day: 100, count: 10 };
    let late = Shortage::Expired { last_day: 200, count: 10 };
    assert_eq!(ask(at(100, 0) - 1), Err(early));
    assert_eq!(ask(at(100, 0)), Ok(1));
    assert_eq!(ask(at(201, 0) - 1), Ok(1));
    assert_eq!(ask(at(201, 0)), Err(late));
    let held = |at_ms| valid_held(&shop.rows, shop.space, log(0), at_ms, 600).count();
    assert_eq!((held(at(200, 23)), held(at(201, 0))), (10, 0));
}

#[test]
fn the_device_says_the_day_when_the_space_does_not() {
    let mut shop = Shop::open();
    let space = space_named("U");
    let id = space.id();
    shop.write(
        0,
        SpaceOpen { space, custodian: log(0), sharing: Sharing::Shared, utc_offset_min: None },
    );
    shop.write(0, import(id, (1, 5), None, Some(9)));
    let midnight_utc = 10 * DAY_MS;
    assert!(choose(&shop.rows, log(0), midnight_utc, -300).is_ok());
    assert!(choose(&shop.rows, log(0), midnight_utc, 0).is_err());
}

#[test]
fn the_resolution_that_ends_first_is_drained_first() {
    let mut shop = Shop::open();
    shop.import_valid(0, 1, 3, Some(50), None);
    shop.import_valid(0, 101, 103, Some(60), Some(300));
    shop.import_valid(0, 201, 203, Some(0), Some(120));
    let mut sold = Vec::new();
    for day in [100, 100, 100, 100, 121, 121, 121, 121, 121] {
        let (number, resolution) = choice(&shop, 0, at(day, 12)).unwrap();
        shop.sell_at(0, number, at(day, 12));
        sold.push((number, resolution));
    }
    let numbers: Vec<u64> = sold.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [201, 202, 203, 101, 102, 103, 1, 2, 3]);
    assert_eq!(sold[0].1, "201-203");
    assert_eq!(choice(&shop, 0, at(121, 12)), Err(Shortage::Dry { spaces: 1 }));
    assert!((1..300).all(|number| !shop.outside(number)));
}

#[test]
fn expired_numbers_wait_for_a_renewal() {
    let mut shop = Shop::open();
    shop.import_valid(0, 1, 10, Some(0), Some(100));
    shop.import_valid(0, 11, 20, Some(150), Some(200));
    let both = Shortage::NotYetValid { first_day: 150, count: 10 };
    assert_eq!(choice(&shop, 0, at(120, 0)), Err(both));
    shop.import_valid(0, 1, 10, Some(110), Some(180));
    assert_eq!(choice(&shop, 0, at(120, 0)), Ok((1, "1-10".into())));
    assert_eq!(audit(&shop.rows, shop.space).minted, span(1, 20));
}

#[test]
fn a_shop_without_a_series_says_so() {
    let rows = till_schema::rows::MemoryRows::default();
    assert_eq!(choose(&rows, log(0), 0, 0), Err(Shortage::NoSpace));
}

#[test]
fn a_prefix_of_its_own_goes_first_and_one_of_another_never() {
    let mut shop = Shop::open();
    shop.import(1, 9);
    let own = shop.open_space("A", 1, Sharing::Single);
    let other = shop.open_space("B", 2, Sharing::Single);
    shop.pass(0, 1, span(8, 9));
    shop.write(1, import(own, (1, 1), None, None));
    let given = shop.write(2, import(other, (1, 5), None, None));
    let space = |shop: &Shop, device| choose(&shop.rows, log(device), 0, 0).map(|c| c.space);
    assert_eq!(space(&shop, 1), Ok(own));
    shop.write(1, sale(own, 1, 0));
    assert_eq!(space(&shop, 1), Ok(shop.space), "the shared series is next");
    assert_eq!(space(&shop, 0), Ok(shop.space));
    assert_eq!(space(&shop, 3), Err(Shortage::Dry { spaces: 1 }), "it has nothing of B");
    // What is in a log is a fact, also in a series of one register.
    let cede = till_schema::body::Cede { space: other, ranges: span(5, 5), to: log(3) };
    let given = till_schema::rows::EntryRef { ..shop.write(given.log.0[0], cede) };
    shop.accept(3, given);
    assert_eq!(space(&shop, 3), Ok(other));
}

#[test]
fn a_sale_outside_every_resolution_is_shown_until_one_allows_it() {
    let mut shop = Shop::open();
    shop.import_valid(0, 1, 10, Some(100), Some(200));
    shop.sell_at(0, 1, at(200, 23));
    shop.sell_at(0, 2, at(201, 0));
    assert_eq!((shop.outside(1), shop.outside(2)), (false, true));
    book(&mut shop, 2, at(201, 0));
    shop.import_valid(0, 1, 10, Some(205), Some(300));
    assert!(shop.outside(2), "that one begins later");
    shop.import_valid(0, 2, 5, Some(201), Some(300));
    assert!(!shop.outside(2));
}

/// The row that the books keep of an order.
fn book(shop: &mut Shop, number: u64, sold_at_ms: i64) {
    let order = order(number, sold_at_ms);
    let row = OrderRow {
        order: order.clone(),
        entry: super::shop::entry(0, 1),
        space: shop.space,
        number,
        code: String::new(),
        ticket: None,
        user: None,
    };
    put_row(&mut shop.rows, Table::Orders, &order.id.0, &row);
}

/// T5: an expired resolution is made valid again with half of its numbers used
/// on three tills.
#[test]
fn a_resolution_renewed_half_used_gives_no_number_twice() {
    let mut shop = Shop::open();
    shop.import_valid(0, 1, 60, Some(0), Some(100));
    shop.pass(0, 1, span(21, 40));
    shop.pass(0, 2, span(41, 60));
    let mut sold = Vec::new();
    for device in 0..3 {
        for _ in 0..10 {
            let (number, _) = choice(&shop, device, at(100, 23)).unwrap();
            shop.sell_at(device, number, at(100, 23));
            sold.push(number);
        }
        let expired = Shortage::Expired { last_day: 100, count: 10 };
        assert_eq!(choice(&shop, device, at(101, 0)), Err(expired));
    }
    shop.import_valid(0, 1, 60, Some(110), Some(400));
    for device in 0..3 {
        let waiting = Shortage::NotYetValid { first_day: 110, count: 10 };
        assert_eq!(choice(&shop, device, at(105, 0)), Err(waiting));
        while let Ok((number, _)) = choice(&shop, device, at(110, 8)) {
            shop.sell_at(device, number, at(110, 8));
            sold.push(number);
        }
    }
    sold.sort_unstable();
    assert_eq!(sold, (1..=60).collect::<Vec<u64>>());
    let totals = audit(&shop.rows, shop.space).totals();
    assert!(totals.balances());
    assert_eq!((totals.minted, totals.issued), (60, 60));
    assert!((1..=60).all(|number| !shop.outside(number)), "each was valid on its day");
    assert!(shop.anomalies().is_empty());
}

proptest! {
    /// A renewal that a till did not know of may arrive before or after its sale.
    #[test]
    fn the_verdict_is_the_same_in_every_order(
        windows in proptest::collection::vec((1u64..6, 0u64..4, 0i32..10, 0i32..6), 1..5),
        days in proptest::collection::vec(0i32..16, 5),
        order in Just(()).prop_perturb(|(), mut random| random.random::<u64>())
    ) {
        let mut shop = Shop::open();
        shop.import_valid(0, 1, 9, Some(3), Some(4));
        shop.pass(0, 1, span(1, 9));
        let renewals = windows.iter().map(|(from, len, first, days)| {
            (0, import(shop.space, (*from, from + len), Some(*first), Some(first + days)).into())
        });
        let sales = days.iter().enumerate().map(|(index, day)| {
            (1, sale(shop.space, index as u64 + 1, at(*day, 12)).into())
        });
        let renewals: Vec<(u8, Body)> = renewals.collect();
        let sales: Vec<(u8, Body)> = sales.collect();
        let mut first = shop.clone();
        renewals.iter().chain(&sales).for_each(|step| play(&mut first, step));
        // Any shuffle that keeps each log's own order.
        let (mut a, mut b, mut bits) = (renewals.iter(), sales.iter(), order);
        while a.len() + b.len() > 0 {
            let step = if bits & 1 == 0 { a.next().or_else(|| b.next()) } else { b.next().or_else(|| a.next()) };
            play(&mut shop, step.unwrap());
            bits >>= 1;
        }
        for number in 1..=9 {
            prop_assert_eq!(shop.outside(number), first.outside(number), "number {}", number);
        }
    }
}

/// Applies an entry as a node does: numbers, then books.
fn play(shop: &mut Shop, (device, body): &(u8, Body)) {
    shop.write(*device, body.clone());
    if let Body::SaleCommitted(SaleCommitted { number, order, .. }) = body {
        book(shop, *number, order.sold_at_ms);
    }
}
