//! A sale consumes its number.

use crate::fold::Writer;
use crate::holdings::{change, holding};
use crate::{pace, provisional, windows};
use till_schema::body::{ConflictKind, SaleCommitted};
use till_schema::rows::{NumberRow, Rows, Table, key, put_anomaly, put_row, set_suspect};

/// The number is on a paper in a customer's hand: whatever else is wrong, that
/// is a fact.
pub(crate) fn issue(rows: &mut dyn Rows, writer: &Writer<'_>, sale: &SaleCommitted) {
    let entry = writer.entry;
    if !writer.copied && !holding(rows, sale.space, entry.log).held.contains(sale.number) {
        put_anomaly(rows, entry, "issued a number it did not hold");
    }
    change(rows, sale.space, entry.log, |holding| {
        holding.held.remove(sale.number);
        holding.issued.insert(sale.number);
    });
    let prefix = key(&[&sale.space.0, &sale.number.to_be_bytes()]);
    let row = NumberRow { entry: *entry, order: sale.order.id };
    put_row(rows, Table::Numbers, &key(&[&prefix, &entry.hash.0]), &row);
    let mut sales = 0;
    rows.scan(Table::Numbers, &prefix, &mut |_, _| {
        sales += 1;
        sales < 2
    });
    if sales > 1 {
        let subject = format!("{}/{}", sale.space, sale.number);
        set_suspect(rows, ConflictKind::NumberDuplicate, &subject, true);
    }
    pace::count_sale(rows, entry.log, sale);
    windows::judge_sale(rows, sale);
    if let Some(id) = &sale.fiscalises {
        provisional::fiscalise(rows, entry, id);
    }
}
