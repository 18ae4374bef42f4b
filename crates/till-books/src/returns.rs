//! Goods that came back.

use crate::{accounts, fiscal, payments, shifts, stock, sums};
use till_schema::body::{ConflictKind, CreditNoteCommitted};
use till_schema::rows::{
    EntryRef, OrderRow, ReturnRow, Rows, Table, get_row, key, put_anomaly, put_row, set_suspect,
};
use till_schema::{EntryHash, OrderId, Quantity, UserId};

/// What is noted of a return that was committed more than once.
const COMMITTED_TWICE: &str = "return committed more than once";

pub(crate) fn committed(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    user: Option<UserId>,
    committed: &CreditNoteCommitted,
) {
    let note = &committed.note;
    let held: Option<ReturnRow> = get_row(rows, Table::Returns, &note.id.0);
    if let Some(held) = &held {
        put_anomaly(rows, entry, COMMITTED_TWICE);
        put_anomaly(rows, &held.entry, COMMITTED_TWICE);
    }
    if held.as_ref().is_none_or(|held| entry.hash < held.entry.hash) {
        let row = ReturnRow {
            note: note.clone(),
            entry: *entry,
            space: committed.space,
            number: committed.number,
            code: committed.code.clone(),
            user,
        };
        put_row(rows, Table::Returns, &note.id.0, &row);
        rows.put(Table::ReturnsOf, &key(&[&note.of.0, &note.id.0]), &[]);
    }
    for line in note.lines.iter().filter(|line| line.restock) {
        stock::back(rows, entry, line.part.product, line.part.quantity);
    }
    payments::paid_back(rows, entry.log, note.currency, &note.tenders);
    if let Some(customer) = note.customer {
        accounts::paid_back(rows, entry.log, customer, &note.tenders);
    }
    sums::returned(rows, entry.log, user, note);
    fiscal::issued(rows, entry, &committed.into());
    suspect(rows, note.of);
}

/// The returns of an order, by id.
pub fn returns_of(rows: &dyn Rows, order: OrderId) -> Vec<ReturnRow> {
    let mut ids = Vec::new();
    rows.scan(Table::ReturnsOf, &order.0, &mut |at, _| {
        ids.push(at[16..].to_vec());
        true
    });
    ids.iter().filter_map(|id| get_row(rows, Table::Returns, id)).collect()
}

/// One return.
pub fn return_row(rows: &dyn Rows, id: OrderId) -> Option<ReturnRow> {
    get_row(rows, Table::Returns, &id.0)
}

/// How much of each line of an order has come back, as far as is known here.
pub fn returned_quantities(rows: &dyn Rows, order: &OrderRow) -> Vec<Quantity> {
    let mut back = vec![0_i64; order.order.lines.len()];
    for row in returns_of(rows, order.order.id) {
        for line in &row.note.lines {
            if let Some(sum) = back.get_mut(usize::from(line.line)) {
                *sum = sum.wrapping_add(line.part.quantity.0);
            }
        }
    }
    back.into_iter().map(Quantity).collect()
}

/// The entries of an order's returns, rising, when more came back than was sold;
/// else nothing. A single device never lets that happen: two did it apart.
pub fn double_refund_evidence(rows: &dyn Rows, order: OrderId) -> Vec<EntryHash> {
    let Some(row) = crate::order(rows, order) else { return Vec::new() };
    let back = returned_quantities(rows, &row);
    let too_much = row.order.lines.iter().zip(&back).any(|(line, back)| *back > line.quantity);
    if !too_much {
        return Vec::new();
    }
    let mut evidence: Vec<EntryHash> =
        returns_of(rows, order).iter().map(|row| row.entry.hash).collect();
    evidence.sort();
    evidence
}

/// The sale and its returns may come in either order.
pub(crate) fn suspect(rows: &mut dyn Rows, order: OrderId) {
    let on = !double_refund_evidence(rows, order).is_empty();
    set_suspect(rows, ConflictKind::DoubleRefund, &order.to_string(), on);
}

pub(crate) fn in_chain(rows: &mut dyn Rows, entry: &EntryRef, note: &CreditNoteCommitted) {
    shifts::returned(rows, entry.log, &note.note);
}
