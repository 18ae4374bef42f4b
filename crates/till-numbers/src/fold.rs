//! What each entry does to the numbers.

use till_schema::body::{Accept, Body, Cede, ResolutionImport, SaleCommitted, SpaceOpen, Void};
use till_schema::numbering::Ranges;
use till_schema::rows::{
    EntryRef, HoldingRow, InTransitRow, NumberRow, Rows, SpaceRow, Table, get_row, key,
    put_anomaly, put_row, set_suspect,
};
use till_schema::{LogId, SpaceId};

/// Applies an entry. Entries about other things are passed over.
///
/// The caller has applied everything the entry saw, and has checked that the
/// writer may open spaces. A move of numbers the writer does not hold has no
/// effect and is noted; a sale is a fact even then.
pub fn apply(rows: &mut dyn Rows, entry: &EntryRef, body: &Body) {
    match body {
        Body::SpaceOpen(open) => space_open(rows, open),
        Body::ResolutionImport(import) => resolution_import(rows, entry, import),
        Body::Cede(cede) => give(rows, entry, cede),
        Body::Accept(accept) => take(rows, entry, accept),
        Body::Void(void) => give_up(rows, entry, void),
        Body::SaleCommitted(sale) => issue(rows, entry, sale),
        Body::ShopFounded(_)
        | Body::Start(_)
        | Body::DeviceAdd(_)
        | Body::DocumentChange(_)
        | Body::StockMoved(_)
        | Body::FiscalReceipt(_)
        | Body::Resolution(_) => {}
    }
}

fn space_open(rows: &mut dyn Rows, open: &SpaceOpen) {
    let id = open.space.id();
    if rows.get(Table::Spaces, &id.0).is_some() {
        return; // Opened once; the first custodian stays.
    }
    let mut ordinal = 0;
    rows.scan(Table::Spaces, &[], &mut |_, _| {
        ordinal += 1;
        true
    });
    let row = SpaceRow { space: open.space.clone(), custodian: open.custodian, ordinal };
    put_row(rows, Table::Spaces, &id.0, &row);
}

fn resolution_import(rows: &mut dyn Rows, entry: &EntryRef, import: &ResolutionImport) {
    let space: Option<SpaceRow> = get_row(rows, Table::Spaces, &import.space.0);
    if space.is_none_or(|space| space.custodian != entry.log) {
        return put_anomaly(rows, entry, "minted by a device that is not the custodian");
    }
    change(rows, import.space, entry.log, |holding| {
        // A renewal names numbers minted before; those are never minted again.
        let new = Ranges::span(import.from, import.to).minus(&holding.minted);
        holding.minted = holding.minted.union(&new);
        holding.held = holding.held.union(&new);
    });
}

fn give(rows: &mut dyn Rows, entry: &EntryRef, cede: &Cede) {
    if cede.to == entry.log || !take_from_held(rows, cede.space, entry.log, &cede.ranges) {
        return put_anomaly(rows, entry, "ceded numbers it did not hold");
    }
    let row = InTransitRow {
        space: cede.space,
        ranges: cede.ranges.clone(),
        to: cede.to,
        hash: entry.hash,
    };
    put_row(rows, Table::InTransit, &transit_key(entry.log, entry.seq.0), &row);
}

fn take(rows: &mut dyn Rows, entry: &EntryRef, accept: &Accept) {
    let key = transit_key(accept.giver, accept.giver_seq.0);
    let row: Option<InTransitRow> = get_row(rows, Table::InTransit, &key);
    match row {
        Some(row) if row.to == entry.log && row.hash == accept.giver_hash => {
            rows.delete(Table::InTransit, &key);
            change(rows, row.space, entry.log, |holding| {
                holding.held = holding.held.union(&row.ranges);
            });
        }
        // Accepted before, or never given to this log.
        Some(_) | None => put_anomaly(rows, entry, "accepted numbers that were not on their way"),
    }
}

fn give_up(rows: &mut dyn Rows, entry: &EntryRef, void: &Void) {
    if !take_from_held(rows, void.space, entry.log, &void.ranges) {
        return put_anomaly(rows, entry, "voided numbers it did not hold");
    }
    change(rows, void.space, entry.log, |holding| {
        holding.voided = holding.voided.union(&void.ranges);
    });
}

fn issue(rows: &mut dyn Rows, entry: &EntryRef, sale: &SaleCommitted) {
    let number = Ranges::span(sale.number, sale.number);
    if !take_from_held(rows, sale.space, entry.log, &number) {
        put_anomaly(rows, entry, "issued a number it did not hold");
    }
    change(rows, sale.space, entry.log, |holding| holding.issued.insert(sale.number));
    let prefix = key(&[&sale.space.0, &sale.number.to_be_bytes()]);
    let row = NumberRow { entry: *entry, order: sale.order.id };
    put_row(rows, Table::Numbers, &key(&[&prefix, &entry.hash.0]), &row);
    let mut sales = 0;
    rows.scan(Table::Numbers, &prefix, &mut |_, _| {
        sales += 1;
        true
    });
    if sales > 1 {
        let subject = format!("{}/{}", sale.space, sale.number);
        set_suspect(rows, till_schema::body::ConflictKind::NumberDuplicate, &subject, true);
    }
}

/// Takes ranges out of what a log holds; `false`, and no change, when it does
/// not hold them all or there are none.
fn take_from_held(rows: &mut dyn Rows, space: SpaceId, log: LogId, ranges: &Ranges) -> bool {
    let holding = crate::supply::holding(rows, space, log);
    if ranges.is_empty() || !holding.held.contains_all(ranges) {
        return false;
    }
    change(rows, space, log, |holding| holding.held = holding.held.minus(ranges));
    true
}

fn change(rows: &mut dyn Rows, space: SpaceId, log: LogId, edit: impl FnOnce(&mut HoldingRow)) {
    let mut holding = crate::supply::holding(rows, space, log);
    edit(&mut holding);
    put_row(rows, Table::Holdings, &key(&[&space.0, &log.0]), &holding);
}

fn transit_key(giver: LogId, seq: u64) -> Vec<u8> {
    key(&[&giver.0, &seq.to_be_bytes()])
}
