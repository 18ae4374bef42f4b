//! Sums for reports, kept as sales and returns come in: a report reads some
//! hundreds of rows, whatever the shop has sold.
//!
//! The day is the civil day of the register that sold. Every row is a sum, so
//! the order in which entries arrive does not matter.

use till_schema::body::CreditNote;
use till_schema::order::{Order, OrderLine, TaxTotal, TenderKind};
use till_schema::rows::{Rows, SumRow, Table, decode_row, get_row, key, put_row};
use till_schema::{LogId, UserId};

use crate::pricing::{net, taxes_of};

/// What a report is broken down by. The number is part of the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Dimension {
    /// The device that sold. Key: log.
    Register = 1,
    /// The hour of the day. Key: one byte.
    Hour = 2,
    /// The product. Key: product.
    Product = 3,
    /// The product's category when sold. Key: text.
    Category = 4,
    /// The means of payment. Key: one byte.
    Tender = 5,
    /// The person who sold. Key: user, empty when nobody was logged in.
    User = 6,
    /// The tax. Key: text, zero byte, rate in basis points (big endian).
    Tax = 7,
}

/// Milliseconds of a minute and of a day.
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// Civil day (days since 1970-01-01) and hour of a moment at a place.
pub fn day_and_hour(at_ms: i64, utc_offset_min: i32) -> (i32, u8) {
    let local = at_ms.saturating_add(i64::from(utc_offset_min) * MINUTE_MS);
    let day = local.div_euclid(DAY_MS).clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    (day as i32, (local.rem_euclid(DAY_MS) / (60 * MINUTE_MS)) as u8)
}

fn prefix(dimension: Dimension, day: i32) -> Vec<u8> {
    key(&[&[dimension as u8], &(day.cast_unsigned() ^ (1 << 31)).to_be_bytes()])
}

fn add(
    rows: &mut dyn Rows,
    dimension: Dimension,
    day: i32,
    of: &[u8],
    change: impl FnOnce(&mut SumRow),
) {
    let at = key(&[&prefix(dimension, day), of]);
    let mut row: SumRow = get_row(rows, Table::Sums, &at).unwrap_or_default();
    change(&mut row);
    put_row(rows, Table::Sums, &at, &row);
}

/// The sums of a dimension from one civil day to another, both included: day, the
/// dimension's own key, and the sum.
pub fn sums(
    rows: &dyn Rows,
    dimension: Dimension,
    from_day: i32,
    to_day: i32,
) -> Vec<(i32, Vec<u8>, SumRow)> {
    let mut found = Vec::new();
    let from = prefix(dimension, from_day);
    rows.scan_from(Table::Sums, &[dimension as u8], &from, &mut |at, value| {
        let day = u32::from_be_bytes(at[1..5].try_into().expect("a day")) ^ (1 << 31);
        let day = day.cast_signed();
        if day > to_day {
            return false;
        }
        found.push((day, at[5..].to_vec(), decode_row(Table::Sums, value)));
        true
    });
    found
}

/// A line's share in the sums.
fn of_line(line: &OrderLine) -> SumRow {
    let tax = taxes_of(line).iter().fold(0_i64, |sum, tax| sum.wrapping_add(tax.amount));
    let net = net(line);
    let added: i64 = taxes_of(line).iter().filter(|tax| !tax.included).map(|tax| tax.amount).sum();
    let cost = line.unit_cost.map(|cost| {
        let cost = i128::from(cost) * i128::from(line.quantity.0);
        till_schema::money::div_half_even(cost, 1000) as i64
    });
    SumRow {
        count: 1,
        quantity: line.quantity.0,
        gross: line.total.wrapping_add(line.discount).wrapping_sub(added),
        discount: line.discount,
        tax,
        total: line.total,
        cost: cost.unwrap_or_default(),
        costed: cost.map_or(0, |_| net),
        ..SumRow::default()
    }
}

fn merge(row: &mut SumRow, more: &SumRow) {
    let sum = |a: &mut i64, b: i64| *a = a.wrapping_add(b);
    sum(&mut row.count, more.count);
    sum(&mut row.quantity, more.quantity);
    sum(&mut row.gross, more.gross);
    sum(&mut row.discount, more.discount);
    sum(&mut row.tax, more.tax);
    sum(&mut row.total, more.total);
    sum(&mut row.cost, more.cost);
    sum(&mut row.costed, more.costed);
    sum(&mut row.returns, more.returns);
    sum(&mut row.returned_quantity, more.returned_quantity);
    sum(&mut row.returned, more.returned);
    sum(&mut row.returned_tax, more.returned_tax);
}

/// Adds one sum to another.
pub fn add_up(row: &mut SumRow, more: &SumRow) {
    merge(row, more);
}

/// The same as what came back.
fn back(sold: &SumRow) -> SumRow {
    SumRow {
        returns: sold.count,
        returned_quantity: sold.quantity,
        returned: sold.total,
        returned_tax: sold.tax,
        cost: sold.cost.wrapping_neg(),
        costed: sold.costed.wrapping_neg(),
        ..SumRow::default()
    }
}

struct Moment<'a> {
    log: LogId,
    user: Option<UserId>,
    day: i32,
    hour: u8,
    taxes: &'a [TaxTotal],
}

fn spread(
    rows: &mut dyn Rows,
    moment: &Moment<'_>,
    lines: &[&OrderLine],
    turn: fn(&SumRow) -> SumRow,
) {
    let mut all = SumRow::default();
    for line in lines {
        let sum = of_line(line);
        merge(&mut all, &sum);
        let sum = turn(&sum);
        let product = line.product.0;
        add(rows, Dimension::Product, moment.day, &product, |row| merge(row, &sum));
        let category = line.category.as_bytes();
        add(rows, Dimension::Category, moment.day, category, |row| merge(row, &sum));
    }
    all.count = 1;
    let all = turn(&all);
    add(rows, Dimension::Register, moment.day, &moment.log.0, |row| merge(row, &all));
    add(rows, Dimension::Hour, moment.day, &[moment.hour], |row| merge(row, &all));
    let user = moment.user.map(|user| user.0.to_vec()).unwrap_or_default();
    add(rows, Dimension::User, moment.day, &user, |row| merge(row, &all));
    for tax in moment.taxes {
        let of = key(&[tax.tax.as_bytes(), &[0], &tax.rate_bp.to_be_bytes()]);
        let sum = SumRow { count: 1, tax: tax.amount, total: tax.base, ..SumRow::default() };
        let sum = turn(&sum);
        add(rows, Dimension::Tax, moment.day, &of, |row| merge(row, &sum));
    }
}

pub(crate) fn sold(rows: &mut dyn Rows, log: LogId, user: Option<UserId>, order: &Order) {
    let (day, hour) = day_and_hour(order.sold_at_ms, order.utc_offset_min);
    let moment = Moment { log, user, day, hour, taxes: &order.totals.taxes };
    spread(rows, &moment, &order.lines.iter().collect::<Vec<_>>(), |sum| *sum);
    for (kind, amount) in kept(&order.tenders, order.change) {
        let sum = SumRow { count: 1, total: amount, ..SumRow::default() };
        add(rows, Dimension::Tender, day, &[kind as u8], |row| merge(row, &sum));
    }
}

pub(crate) fn returned(rows: &mut dyn Rows, log: LogId, user: Option<UserId>, note: &CreditNote) {
    let (day, hour) = day_and_hour(note.at_ms, note.utc_offset_min);
    let moment = Moment { log, user, day, hour, taxes: &note.totals.taxes };
    let lines: Vec<&OrderLine> = note.lines.iter().map(|line| &line.part).collect();
    spread(rows, &moment, &lines, back);
    for (kind, amount) in kept(&note.tenders, 0) {
        let sum = SumRow { returns: 1, returned: amount, ..SumRow::default() };
        add(rows, Dimension::Tender, day, &[kind as u8], |row| merge(row, &sum));
    }
}

/// What is kept of payments: tendered, less the change in cash.
pub(crate) fn kept(tenders: &[till_schema::order::Tender], change: i64) -> Vec<(TenderKind, i64)> {
    let mut kept: Vec<(TenderKind, i64)> =
        tenders.iter().map(|tender| (tender.kind, tender.amount)).collect();
    if change != 0 {
        match kept.iter_mut().find(|(kind, _)| *kind == TenderKind::Cash) {
            Some((_, cash)) => *cash = cash.wrapping_sub(change),
            None => kept.push((TenderKind::Cash, change.wrapping_neg())),
        }
    }
    kept
}
