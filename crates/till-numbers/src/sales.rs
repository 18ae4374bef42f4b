//! A sale, or a credit note, consumes its number.

use crate::fold::Writer;
use crate::holdings::{change, holding};
use crate::{pace, provisional, windows};
use till_schema::body::{ConflictKind, CreditNoteCommitted, SaleCommitted};
use till_schema::rows::{NumberRow, Rows, Table, key, put_anomaly, put_row, set_suspect};
use till_schema::{EntryId, OrderId, SpaceId};

/// A number on paper: of a sale, or of a credit note.
pub(crate) struct Issue {
    pub(crate) space: SpaceId,
    pub(crate) number: u64,
    /// The order, or the return.
    pub(crate) order: OrderId,
    pub(crate) at_ms: i64,
    pub(crate) utc_offset_min: i32,
    pub(crate) fiscalises: Option<EntryId>,
}

impl From<&SaleCommitted> for Issue {
    fn from(sale: &SaleCommitted) -> Self {
        Self {
            space: sale.space,
            number: sale.number,
            order: sale.order.id,
            at_ms: sale.order.sold_at_ms,
            utc_offset_min: sale.order.utc_offset_min,
            fiscalises: sale.fiscalises,
        }
    }
}

impl From<&CreditNoteCommitted> for Issue {
    fn from(committed: &CreditNoteCommitted) -> Self {
        Self {
            space: committed.space,
            number: committed.number,
            order: committed.note.id,
            at_ms: committed.note.at_ms,
            utc_offset_min: committed.note.utc_offset_min,
            fiscalises: None,
        }
    }
}

/// The number is on a paper in a customer's hand: whatever else is wrong, that
/// is a fact.
pub(crate) fn issue(rows: &mut dyn Rows, writer: &Writer<'_>, sale: &Issue) {
    let entry = writer.entry;
    if !writer.copied && !holding(rows, sale.space, entry.log).held.contains(sale.number) {
        put_anomaly(rows, entry, "issued a number it did not hold");
    }
    change(rows, sale.space, entry.log, |holding| {
        holding.held.remove(sale.number);
        holding.issued.insert(sale.number);
    });
    let prefix = key(&[&sale.space.0, &sale.number.to_be_bytes()]);
    let row = NumberRow { entry: *entry, order: sale.order };
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
