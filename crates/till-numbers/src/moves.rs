//! Numbers and custody that go from device to device, or are given up.

use crate::fold::Writer;
use crate::holdings::{change, holding, space, transit_key};
use till_schema::SpaceId;
use till_schema::body::{Accept, Cede, CustodyMove, Void};
use till_schema::numbering::Ranges;
use till_schema::rows::{
    EntryRef, InTransitRow, Rows, SpaceRow, Table, get_row, put_anomaly, put_row,
};

/// The writer no longer holds the numbers; they are on their way to one log.
/// Whether the space is meant to be shared is the giver's affair: a cede that is
/// in a log is a fact.
pub(crate) fn give(rows: &mut dyn Rows, writer: &Writer<'_>, cede: &Cede) {
    let entry = writer.entry;
    let at = transit_key(entry.log, entry.seq.0);
    let other: Option<InTransitRow> = get_row(rows, Table::InTransit, &at);
    if let Some(other) = other.filter(|_| writer.copied) {
        // Two copies gave at one position: custody counts before the lower hash,
        // and what the other gave stays, lost with the device.
        if other.custody || other.hash < entry.hash {
            return;
        }
        keep(rows, entry, &other);
    }
    if cede.to == entry.log || !take_from_held(rows, writer, cede.space, &cede.ranges) {
        if !writer.copied {
            put_anomaly(rows, entry, "ceded numbers it did not hold");
        }
        return;
    }
    let row = InTransitRow {
        space: cede.space,
        ranges: cede.ranges.clone(),
        to: cede.to,
        hash: entry.hash,
        custody: false,
    };
    put_row(rows, Table::InTransit, &at, &row);
}

/// Only the log that was named takes what is on its way, and only once.
pub(crate) fn take(rows: &mut dyn Rows, writer: &Writer<'_>, accept: &Accept) {
    let entry = writer.entry;
    let at = transit_key(accept.giver, accept.giver_seq.0);
    let row: Option<InTransitRow> = get_row(rows, Table::InTransit, &at);
    let for_writer = |row: &InTransitRow| {
        let taken_back = writer.rules.giver_takes_back && accept.giver == entry.log;
        row.hash == accept.giver_hash && (row.to == entry.log || taken_back)
    };
    let Some(row) = row.filter(for_writer) else {
        // Accepted before, or never given to this log.
        if !writer.copied {
            put_anomaly(rows, entry, "accepted what was not on its way to it");
        }
        return;
    };
    if !writer.rules.accept_credits_again {
        rows.delete(Table::InTransit, &at);
    }
    if row.custody {
        if let Some(was) = space(rows, row.space) {
            let now = SpaceRow { custodian: entry.log, custody_in_transit: false, ..was };
            put_row(rows, Table::Spaces, &row.space.0, &now);
        }
    } else {
        change(rows, row.space, entry.log, |holding| {
            holding.held = holding.held.union(&row.ranges);
        });
    }
}

pub(crate) fn give_up(rows: &mut dyn Rows, writer: &Writer<'_>, void: &Void) {
    if !take_from_held(rows, writer, void.space, &void.ranges) {
        if !writer.copied {
            put_anomaly(rows, writer.entry, "voided numbers it did not hold");
        }
        return;
    }
    change(rows, void.space, writer.entry.log, |holding| {
        holding.voided = holding.voided.union(&void.ranges);
    });
}

/// Custody is a token like a number: from here on nobody mints until the log
/// that is named accepts.
pub(crate) fn give_custody(rows: &mut dyn Rows, entry: &EntryRef, custody: &CustodyMove) {
    let held = space(rows, custody.space)
        .filter(|row| row.custodian == entry.log && !row.custody_in_transit);
    let Some(row) = held.filter(|_| custody.to != entry.log) else {
        return put_anomaly(rows, entry, "gave away custody it did not have");
    };
    let row = SpaceRow { custody_in_transit: true, ..row };
    put_row(rows, Table::Spaces, &custody.space.0, &row);
    let on_its_way = InTransitRow {
        space: custody.space,
        ranges: Ranges::new(),
        to: custody.to,
        hash: entry.hash,
        custody: true,
    };
    let at = transit_key(entry.log, entry.seq.0);
    if let Some(other) = get_row::<InTransitRow>(rows, Table::InTransit, &at) {
        keep(rows, entry, &other); // The other copy gave at this position.
    }
    put_row(rows, Table::InTransit, &at, &on_its_way);
}

/// A copied device keeps what gave way to another entry at its position.
fn keep(rows: &mut dyn Rows, entry: &EntryRef, given: &InTransitRow) {
    change(rows, given.space, entry.log, |holding| {
        holding.held = holding.held.union(&given.ranges);
    });
}

/// Takes ranges out of what the writer holds; `false`, and no change, when it
/// does not hold them all or there are none.
fn take_from_held(
    rows: &mut dyn Rows,
    writer: &Writer<'_>,
    space: SpaceId,
    ranges: &Ranges,
) -> bool {
    let holding = holding(rows, space, writer.entry.log);
    let mut had = holding.held.clone();
    if writer.copied {
        // The other copy may have used some; this one could not know.
        had = had.union(&holding.issued).union(&holding.voided);
    }
    if ranges.is_empty() || !had.contains_all(ranges) {
        return false;
    }
    change(rows, space, writer.entry.log, |holding| holding.held = holding.held.minus(ranges));
    true
}
