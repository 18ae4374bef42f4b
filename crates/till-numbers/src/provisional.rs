//! Sales whose number follows.

use till_schema::EntryId;
use till_schema::body::{AssignProvisional, ConflictKind, SaleProvisional};
use till_schema::rows::{
    AnomalyRow, EntryRef, ProvisionalRow, Rows, Table, collect_rows, get_row, put_anomaly, put_row,
    set_suspect,
};

const FOREIGN: &str = "fiscalised another device's provisional sale";

pub(crate) fn sold(rows: &mut dyn Rows, entry: &EntryRef, sale: &SaleProvisional) {
    let row = ProvisionalRow {
        entry: *entry,
        order: sale.order.id,
        space: sale.space,
        ticket: sale.ticket,
        by: entry.log,
        fiscalised: Vec::new(),
    };
    store(rows, &row);
}

pub(crate) fn fiscalise(rows: &mut dyn Rows, entry: &EntryRef, id: &EntryId) {
    let Some(mut row) = find(rows, id) else {
        return put_anomaly(rows, entry, "fiscalised a sale that is not known");
    };
    row.fiscalised.push(*entry);
    row.fiscalised.sort_by_key(|sale| sale.hash);
    store(rows, &row);
}

pub(crate) fn assign(rows: &mut dyn Rows, entry: &EntryRef, assign: &AssignProvisional) {
    let Some(mut row) = find(rows, &assign.sale) else {
        return put_anomaly(rows, entry, "assigned a provisional sale that is not known");
    };
    row.by = assign.to;
    store(rows, &row);
}

fn find(rows: &dyn Rows, id: &EntryId) -> Option<ProvisionalRow> {
    get_row(rows, Table::Provisionals, &id.hash.0)
        .filter(|row: &ProvisionalRow| row.entry.log == id.log && row.entry.seq == id.seq)
}

/// Everything said about a provisional sale follows from its row alone, so that
/// an assignment and a sale that did not know of each other may come in either
/// order.
fn store(rows: &mut dyn Rows, row: &ProvisionalRow) {
    let id = row.entry.hash;
    put_row(rows, Table::Provisionals, &id.0, row);
    let subject = id.to_string();
    set_suspect(rows, ConflictKind::ProvisionalOpen, &subject, row.fiscalised.is_empty());
    set_suspect(rows, ConflictKind::DoubleFiscalised, &subject, row.fiscalised.len() > 1);
    for sale in &row.fiscalised {
        // The seller may not have heard that its sale was given to another.
        if sale.log == row.by || sale.log == row.entry.log {
            withdraw(rows, sale);
        } else {
            put_anomaly(rows, sale, FOREIGN);
        }
    }
}

fn withdraw(rows: &mut dyn Rows, sale: &EntryRef) {
    for (at, row) in collect_rows::<AnomalyRow>(rows, Table::Anomalies, &sale.hash.0) {
        if row.what == FOREIGN {
            rows.delete(Table::Anomalies, &at);
        }
    }
}
