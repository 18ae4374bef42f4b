//! Money through each log by means of payment.

use crate::sums::kept;
use till_schema::order::{Tender, TenderKind};
use till_schema::rows::{PaymentRow, Rows, Table, get_row, key, put_row};
use till_schema::{Currency, LogId};

fn add(
    rows: &mut dyn Rows,
    log: LogId,
    currency: Currency,
    kind: TenderKind,
    amount: i64,
    count: u64,
) {
    let key = key(&[&log.0, &[currency as u8, kind as u8]]);
    let mut row: PaymentRow = get_row(rows, Table::Payments, &key).unwrap_or_default();
    // Wraps, like every sum here: a peer may claim any amount, and the result
    // must not depend on the order.
    row.amount = row.amount.wrapping_add(amount);
    row.count += count;
    put_row(rows, Table::Payments, &key, &row);
}

pub(crate) fn taken(
    rows: &mut dyn Rows,
    log: LogId,
    currency: Currency,
    tenders: &[Tender],
    change: i64,
) {
    for (kind, amount) in kept(tenders, change) {
        add(rows, log, currency, kind, amount, 1);
    }
}

pub(crate) fn paid_back(rows: &mut dyn Rows, log: LogId, currency: Currency, tenders: &[Tender]) {
    for (kind, amount) in kept(tenders, 0) {
        add(rows, log, currency, kind, amount.wrapping_neg(), 1);
    }
}
