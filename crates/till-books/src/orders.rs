//! Orders and the money that came with them.

use std::collections::BTreeMap;
use till_schema::body::{SaleCommitted, SaleProvisional};
use till_schema::order::{Order, TaxTotal, TenderKind, Totals};
use till_schema::rows::{
    EntryRef, OrderRow, PaymentRow, ProvisionalRow, Rows, Table, collect_rows, get_row, key,
    put_anomaly, put_row,
};
use till_schema::{EntryId, LogId, OrderId};

pub(crate) fn sold(rows: &mut dyn Rows, entry: &EntryRef, sale: &SaleCommitted) {
    let row = OrderRow {
        order: sale.order.clone(),
        entry: *entry,
        space: sale.space,
        number: sale.number,
        code: sale.code.clone(),
        ticket: None,
    };
    committed(rows, entry, row);
}

/// A sale whose number follows: money and goods moved all the same.
pub(crate) fn sold_provisionally(rows: &mut dyn Rows, entry: &EntryRef, sale: &SaleProvisional) {
    let row = OrderRow {
        order: sale.order.clone(),
        entry: *entry,
        space: sale.space,
        number: 0,
        code: String::new(),
        ticket: Some(sale.ticket),
    };
    committed(rows, entry, row);
}

/// A provisional sale gets its number; of two numbers, the one whose entry has
/// the lower hash.
pub(crate) fn fiscalised(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    sale: &SaleCommitted,
    provisional: EntryId,
) {
    let found: Option<ProvisionalRow> = get_row(rows, Table::Provisionals, &provisional.hash.0);
    let counts = found
        .filter(|row| row.order == sale.order.id)
        .is_some_and(|row| row.fiscalised.first().is_some_and(|first| first.hash == entry.hash));
    let held: Option<OrderRow> = get_row(rows, Table::Orders, &sale.order.id.0);
    match held {
        Some(held) if counts && held.entry.hash == provisional.hash => {
            let row = OrderRow {
                space: sale.space,
                number: sale.number,
                code: sale.code.clone(),
                ..held
            };
            put_row(rows, Table::Orders, &sale.order.id.0, &row);
        }
        _ => {}
    }
}

fn committed(rows: &mut dyn Rows, entry: &EntryRef, row: OrderRow) {
    let order = row.order.clone();
    let held: Option<OrderRow> = get_row(rows, Table::Orders, &order.id.0);
    // Only a cloned device commits one order twice. Both are facts of cash and
    // stock; the same one is "the" order on every device.
    if let Some(held) = &held {
        put_anomaly(rows, entry, COMMITTED_TWICE);
        put_anomaly(rows, &held.entry, COMMITTED_TWICE);
    }
    if held.as_ref().is_none_or(|held| entry.hash < held.entry.hash) {
        if let Some(held) = &held {
            rows.delete(Table::OrdersByTime, &time_key(&held.order));
        }
        put_row(rows, Table::Orders, &order.id.0, &row);
        rows.put(Table::OrdersByTime, &time_key(&order), &[]);
    }
    for tender in &order.tenders {
        add_payment(rows, entry.log, &order, tender.kind, tender.amount, 1);
    }
    if order.change != 0 {
        add_payment(rows, entry.log, &order, TenderKind::Cash, order.change.wrapping_neg(), 0);
    }
}

/// What is noted of an order that was committed more than once.
pub const COMMITTED_TWICE: &str = "order committed more than once";

fn add_payment(
    rows: &mut dyn Rows,
    log: LogId,
    order: &Order,
    kind: TenderKind,
    amount: i64,
    count: u64,
) {
    let key = key(&[&log.0, &[order.currency as u8, kind as u8]]);
    let mut row: PaymentRow = get_row(rows, Table::Payments, &key).unwrap_or_default();
    // Wraps, like every sum here: a peer may claim any amount, and the result
    // must not depend on the order.
    row.amount = row.amount.wrapping_add(amount);
    row.count += count;
    put_row(rows, Table::Payments, &key, &row);
}

/// Rising by time: the sign bit is flipped so that byte order is number order.
fn time_key(order: &Order) -> Vec<u8> {
    let sortable = (order.sold_at_ms as u64) ^ (1 << 63);
    key(&[&sortable.to_be_bytes(), &order.id.0])
}

/// One order.
pub fn order(rows: &dyn Rows, id: OrderId) -> Option<OrderRow> {
    get_row(rows, Table::Orders, &id.0)
}

/// The newest orders, newest first, at most `limit`.
pub fn orders(rows: &dyn Rows, limit: usize) -> Vec<OrderRow> {
    let mut ids = Vec::new();
    if limit > 0 {
        rows.scan_back(Table::OrdersByTime, &[], &mut |key, _| {
            ids.push(OrderId(key[8..].try_into().expect("a time key ends in the order's id")));
            ids.len() < limit
        });
    }
    ids.into_iter().filter_map(|id| order(rows, id)).collect()
}

/// Sums over all orders: how many, their totals, and what was kept by tender.
pub fn totals(rows: &dyn Rows) -> (u64, Totals, BTreeMap<TenderKind, i64>) {
    let mut count = 0;
    let mut sums = Totals::default();
    let mut taxes: BTreeMap<(String, u32), (i64, i64)> = BTreeMap::new();
    rows.scan(Table::Orders, &[], &mut |_, value| {
        let row: OrderRow = till_schema::rows::decode_row(Table::Orders, value);
        count += 1;
        sums.gross = sums.gross.wrapping_add(row.order.totals.gross);
        sums.discount = sums.discount.wrapping_add(row.order.totals.discount);
        sums.total = sums.total.wrapping_add(row.order.totals.total);
        for tax in row.order.totals.taxes {
            let sum = taxes.entry((tax.tax, tax.rate_bp)).or_default();
            sum.0 = sum.0.wrapping_add(tax.base);
            sum.1 = sum.1.wrapping_add(tax.amount);
        }
        true
    });
    sums.taxes = taxes
        .into_iter()
        .map(|((tax, rate_bp), (base, amount))| TaxTotal { tax, rate_bp, base, amount })
        .collect();
    let mut tenders = BTreeMap::new();
    for (key, row) in collect_rows::<PaymentRow>(rows, Table::Payments, &[]) {
        let kind = match key[33] {
            0 => TenderKind::Cash,
            1 => TenderKind::Card,
            2 => TenderKind::Transfer,
            _ => TenderKind::Other,
        };
        let sum: &mut i64 = tenders.entry(kind).or_default();
        *sum = sum.wrapping_add(row.amount);
    }
    (count, sums, tenders)
}
