//! Sales whose number follows.

use super::shop::{Shop, id_of, log, order, sale, span};
use crate::apply;
use proptest::prelude::*;
use till_schema::body::{AssignProvisional, Body, ConflictKind, SaleCommitted, SaleProvisional};
use till_schema::rows::{EntryRef, ProvisionalRow, Table, digests, get_row};

fn sell_provisionally(shop: &mut Shop, device: u8) -> EntryRef {
    let sale = SaleProvisional { order: order(900, 0), space: shop.space, ticket: 1 };
    shop.write(device, sale)
}

fn fiscal(shop: &Shop, number: u64, sold: EntryRef) -> SaleCommitted {
    SaleCommitted { fiscalises: Some(id_of(sold)), ..sale(shop.space, number, 0) }
}

fn assigned(sold: EntryRef, to: u8) -> Body {
    AssignProvisional { sale: id_of(sold), to: log(to) }.into()
}

fn row(shop: &Shop, sold: EntryRef) -> ProvisionalRow {
    get_row(&shop.rows, Table::Provisionals, &sold.hash.0).unwrap()
}

/// Whether it is shown as open, and as done twice.
fn shown(shop: &Shop, sold: EntryRef) -> (bool, bool) {
    let subject = sold.hash.to_string();
    (
        shop.is_suspect(ConflictKind::ProvisionalOpen, &subject),
        shop.is_suspect(ConflictKind::DoubleFiscalised, &subject),
    )
}

/// Devices 1 and 2 have ten numbers each.
fn shop() -> Shop {
    let mut shop = Shop::open();
    shop.import(1, 100);
    shop.pass(0, 1, span(11, 20));
    shop.pass(0, 2, span(21, 30));
    shop
}

#[test]
fn a_provisional_sale_is_open_until_it_has_a_number() {
    let mut shop = shop();
    let sold = sell_provisionally(&mut shop, 1);
    assert_eq!(shown(&shop, sold), (true, false));
    assert_eq!((row(&shop, sold).by, row(&shop, sold).ticket), (log(1), 1));
    let body = fiscal(&shop, 11, sold);
    shop.write(1, body);
    assert_eq!(shown(&shop, sold), (false, false));
    assert!(shop.anomalies().is_empty());
}

#[test]
fn two_numbers_for_one_provisional_sale_are_shown() {
    let mut shop = shop();
    let sold = sell_provisionally(&mut shop, 1);
    shop.write(0, assigned(sold, 2));
    for (device, number) in [(2, 21), (1, 11)] {
        let body = fiscal(&shop, number, sold);
        shop.write(device, body);
    }
    assert_eq!(shown(&shop, sold), (false, true));
    let by: Vec<_> = row(&shop, sold).fiscalised.iter().map(|sale| sale.log).collect();
    assert_eq!(by, [log(2), log(1)], "rising by hash");
    assert!(shop.anomalies().is_empty(), "neither could know of the other");
}

#[test]
fn only_its_seller_or_who_was_named_fiscalises() {
    let mut shop = shop();
    let sold = sell_provisionally(&mut shop, 1);
    let body = fiscal(&shop, 21, sold);
    shop.write(2, body);
    assert_eq!(shop.anomalies(), ["fiscalised another device's provisional sale"]);
    assert_eq!(shown(&shop, sold), (false, false), "it has a number all the same");
    shop.write(0, assigned(sold, 2));
    assert!(shop.anomalies().is_empty());
}

#[test]
fn what_is_not_known_is_not_fiscalised_nor_assigned() {
    let mut shop = shop();
    let nothing = super::shop::entry(3, 1);
    let body = fiscal(&shop, 11, nothing);
    shop.write(1, body);
    shop.write(0, assigned(nothing, 2));
    assert_eq!(shop.anomalies().len(), 2);
}

proptest! {
    /// The admin chain and the tails of three devices do not know of each other.
    #[test]
    fn assignments_and_sales_come_in_any_order(order in Just((0..5usize).collect::<Vec<_>>()).prop_shuffle()) {
        let mut before = shop();
        let sold = sell_provisionally(&mut before, 1);
        let step = |device: u8, seq: u64, body: Body| (super::shop::entry(device, seq), body);
        let steps = [
            step(0, 50, assigned(sold, 2)),
            step(0, 51, assigned(sold, 3)),
            step(1, 50, fiscal(&before, 11, sold).into()),
            step(2, 50, fiscal(&before, 21, sold).into()),
            step(2, 51, fiscal(&before, 22, sold).into()),
        ];
        let play = |order: &[usize]| {
            let mut shop = before.clone();
            for index in order {
                apply(&mut shop.rows, &steps[*index].0, &steps[*index].1);
            }
            digests(&shop.rows)
        };
        // Each log keeps its own order.
        let mut order = order;
        for pair in [[0, 1], [3, 4]] {
            let mut places: Vec<usize> =
                pair.iter().map(|step| order.iter().position(|at| at == step).unwrap()).collect();
            places.sort_unstable();
            for (place, step) in places.into_iter().zip(pair) {
                order[place] = step;
            }
        }
        prop_assert_eq!(play(&order), play(&[0, 1, 2, 3, 4]));
    }
}
