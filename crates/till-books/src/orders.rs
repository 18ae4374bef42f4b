//! Orders and the money that came with them.

use crate::{accounts, carts, find, payments, returns, sums};
use std::collections::BTreeMap;
use till_schema::body::{SaleCommitted, SaleProvisional};
use till_schema::order::{TenderKind, Totals};
use till_schema::rows::{
    EntryRef, OrderRow, PaymentRow, ProvisionalRow, Rows, Table, collect_rows, get_row,
    put_anomaly, put_row,
};
use till_schema::{EntryId, OrderId, UserId};

pub(crate) fn sold(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    user: Option<UserId>,
    sale: &SaleCommitted,
) {
    let row = OrderRow {
        order: sale.order.clone(),
        entry: *entry,
        space: sale.space,
        number: sale.number,
        code: sale.code.clone(),
        ticket: None,
        user,
    };
    committed(rows, entry, row);
}

/// A sale whose number follows: money and goods moved all the same.
pub(crate) fn sold_provisionally(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    user: Option<UserId>,
    sale: &SaleProvisional,
) {
    let row = OrderRow {
        order: sale.order.clone(),
        entry: *entry,
        space: sale.space,
        number: 0,
        code: String::new(),
        ticket: Some(sale.ticket),
        user,
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
            find::forget(rows, &held.order);
        }
        put_row(rows, Table::Orders, &order.id.0, &row);
        find::remember(rows, &order);
    }
    payments::taken(rows, entry.log, order.currency, &order.tenders, order.change);
    accounts::sold(rows, entry.log, &order);
    sums::sold(rows, entry.log, row.user, &order);
    if let Some(cart) = order.resumes {
        carts::resumed(rows, cart, order.id);
    }
    returns::suspect(rows, order.id);
}

/// What is noted of an order that was committed more than once.
pub const COMMITTED_TWICE: &str = "order committed more than once";

/// One order.
pub fn order(rows: &dyn Rows, id: OrderId) -> Option<OrderRow> {
    get_row(rows, Table::Orders, &id.0)
}

/// Sums over all orders: how many, their totals, and what was kept by tender.
pub fn totals(rows: &dyn Rows) -> (u64, Totals, BTreeMap<TenderKind, i64>) {
    let mut count = 0;
    let mut sums = Totals::default();
    rows.scan(Table::Orders, &[], &mut |_, value| {
        let row: OrderRow = till_schema::rows::decode_row(Table::Orders, value);
        count += 1;
        let totals = row.order.totals;
        sums.gross = sums.gross.wrapping_add(totals.gross);
        sums.discount = sums.discount.wrapping_add(totals.discount);
        sums.total = sums.total.wrapping_add(totals.total);
        sums.added = sums.added.wrapping_add(totals.added);
        crate::shifts::add_taxes(&mut sums.taxes, &totals.taxes);
        true
    });
    let mut tenders = BTreeMap::new();
    for (key, row) in collect_rows::<PaymentRow>(rows, Table::Payments, &[]) {
        let kind = TenderKind::ALL.into_iter().find(|kind| *kind as u8 == key[33]);
        let kind = kind.unwrap_or(TenderKind::Other);
        let sum: &mut i64 = tenders.entry(kind).or_default();
        *sum = sum.wrapping_add(row.amount);
    }
    (count, sums, tenders)
}
