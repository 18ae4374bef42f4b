//! Stock as a sum of movements.
//!
//! A peer may claim any quantity. Sums wrap, so that they never fail and do not
//! depend on the order of what is added.

use std::collections::BTreeMap;
use till_schema::body::{ConflictKind, StockMoved};
use till_schema::order::Order;
use till_schema::rows::{
    EntryRef, Rows, StockRow, Table, collect_rows, get_row, key, put_row, set_suspect,
};
use till_schema::{EntryHash, LogId, ProductId, Quantity};

pub(crate) fn sold(rows: &mut dyn Rows, entry: &EntryRef, order: &Order) {
    let mut sold: BTreeMap<ProductId, (i64, i64)> = BTreeMap::new();
    for line in &order.lines {
        let sum = sold.entry(line.product).or_insert((0, line.stock_before));
        sum.0 = sum.0.wrapping_add(line.quantity.0);
    }
    for (product, (quantity, before)) in sold {
        let mut row = row(rows, product, entry.log);
        row.moved = row.moved.wrapping_sub(quantity);
        let left = before.saturating_sub(quantity);
        if left >= 0 {
            row.trusting_sale = Some(*entry);
            row.knowingly_short = 0;
        } else if before >= 0 {
            row.knowingly_short = left.wrapping_neg();
        } else {
            row.knowingly_short = row.knowingly_short.wrapping_add(quantity);
        }
        write(rows, product, entry.log, &row);
    }
}

/// A sale by one of two histories of a log. Neither comes before the other, so
/// what counts as the last is a matter of position and hash, and what was sold
/// with open eyes is not told apart.
pub(crate) fn sold_in_branch(rows: &mut dyn Rows, entry: &EntryRef, order: &Order) {
    for line in &order.lines {
        let mut row = row(rows, line.product, entry.log);
        row.moved = row.moved.wrapping_sub(line.quantity.0);
        let place = |entry: &EntryRef| (entry.seq, entry.hash);
        let is_later = row.trusting_sale.is_none_or(|last| place(&last) < place(entry));
        if is_later && line.stock_before >= line.quantity.0 {
            row.trusting_sale = Some(*entry);
        }
        write(rows, line.product, entry.log, &row);
    }
}

pub(crate) fn moved(rows: &mut dyn Rows, entry: &EntryRef, moved: &StockMoved) {
    for (product, change) in &moved.moves {
        at_place(rows, entry, *product, &moved.place, change.0);
        if let Some(to) = &moved.to {
            at_place(rows, entry, *product, to, change.0.wrapping_neg());
        }
    }
}

/// Goods that came back to the shelf.
pub(crate) fn back(rows: &mut dyn Rows, entry: &EntryRef, product: ProductId, quantity: Quantity) {
    at_place(rows, entry, product, SHELF, quantity.0);
}

/// The place that sales are taken from.
const SHELF: &str = "";

fn at_place(rows: &mut dyn Rows, entry: &EntryRef, product: ProductId, place: &str, change: i64) {
    if place == SHELF {
        let mut row = row(rows, product, entry.log);
        row.moved = row.moved.wrapping_add(change);
        return write(rows, product, entry.log, &row);
    }
    let at = key(&[&product.0, place.as_bytes(), &[0], &entry.log.0]);
    let there: i64 = get_row(rows, Table::Places, &at).unwrap_or_default();
    put_row(rows, Table::Places, &at, &there.wrapping_add(change));
}

/// What lies at the shop's other places, by name: thousandths.
pub fn places(rows: &dyn Rows, product: ProductId) -> BTreeMap<String, Quantity> {
    let mut places: BTreeMap<String, Quantity> = BTreeMap::new();
    for (at, moved) in collect_rows::<i64>(rows, Table::Places, &product.0) {
        let name = String::from_utf8_lossy(&at[16..at.len() - 33]).into_owned();
        let sum = places.entry(name).or_default();
        sum.0 = sum.0.wrapping_add(moved);
    }
    places
}

/// What each device did to a product's stock on the shelf, thousandths.
pub fn stock_by_device(rows: &dyn Rows, product: ProductId) -> Vec<(LogId, Quantity)> {
    collect_rows::<StockRow>(rows, Table::Stock, &product.0)
        .into_iter()
        .map(|(at, row)| (LogId(at[16..].try_into().expect("a log")), Quantity(row.moved)))
        .collect()
}

fn row(rows: &dyn Rows, product: ProductId, log: LogId) -> StockRow {
    get_row(rows, Table::Stock, &key(&[&product.0, &log.0])).unwrap_or_default()
}

fn write(rows: &mut dyn Rows, product: ProductId, log: LogId, row: &StockRow) {
    put_row(rows, Table::Stock, &key(&[&product.0, &log.0]), row);
    let oversold = !oversold_evidence(rows, product).is_empty();
    set_suspect(rows, ConflictKind::Oversold, &product.to_string(), oversold);
}

/// A product's stock: the sum of all movements known.
pub fn stock(rows: &dyn Rows, product: ProductId) -> Quantity {
    let sum = collect_rows::<StockRow>(rows, Table::Stock, &product.0)
        .iter()
        .fold(0, |sum: i64, (_, row)| sum.wrapping_add(row.moved));
    Quantity(sum)
}

/// The last sale by each device that could believe there was enough, rising,
/// when together they sold more than there was; else nothing.
///
/// What cashiers sold below zero with open eyes does not count: only a shortage
/// beyond that is an oversell. (A device that sold knowingly, and then no more
/// after goods came in, still counts as knowing; a shortage smaller than that
/// goes unnoticed until its next sale.)
pub fn oversold_evidence(rows: &dyn Rows, product: ProductId) -> Vec<EntryHash> {
    let all = collect_rows::<StockRow>(rows, Table::Stock, &product.0);
    let left: i128 = all.iter().map(|(_, row)| i128::from(row.moved)).sum();
    let knowingly: i128 = all.iter().map(|(_, row)| i128::from(row.knowingly_short)).sum();
    if left + knowingly >= 0 {
        return Vec::new();
    }
    let mut trusting: Vec<EntryHash> =
        all.iter().filter_map(|(_, row)| row.trusting_sale.map(|entry| entry.hash)).collect();
    trusting.sort();
    if trusting.len() < 2 { Vec::new() } else { trusting }
}
