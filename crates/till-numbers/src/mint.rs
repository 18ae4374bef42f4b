//! Spaces, and how their numbers come to be.

use crate::fold::Writer;
use crate::holdings::{change, log_of_holding, spaces};
use crate::windows;
use till_schema::SpaceId;
use till_schema::body::{DeclareLost, ResolutionImport, SpaceOpen};
use till_schema::numbering::Ranges;
use till_schema::rows::{
    DeviceRow, HoldingRow, Rows, SpaceRow, Table, WindowRow, collect_rows, get_row, put_anomaly,
    put_row,
};

pub(crate) fn space_open(rows: &mut dyn Rows, open: &SpaceOpen) {
    let id = open.space.id();
    if rows.get(Table::Spaces, &id.0).is_some() {
        return; // Opened once; the first custodian stays.
    }
    let ordinal = u32::try_from(spaces(rows).len()).unwrap_or(u32::MAX);
    let row = SpaceRow {
        space: open.space.clone(),
        custodian: open.custodian,
        ordinal,
        sharing: open.sharing,
        utc_offset_min: open.utc_offset_min,
        custody_in_transit: false,
    };
    put_row(rows, Table::Spaces, &id.0, &row);
}

/// Mints what was never minted in the space by anybody; of numbers minted
/// before, a renewal only says when they may be issued.
///
/// The numbers minted by earlier custodians are all known here: custody comes
/// with an accept, which has seen everything they wrote.
pub(crate) fn resolution_import(
    rows: &mut dyn Rows,
    writer: &Writer<'_>,
    import: &ResolutionImport,
) {
    let space: Option<SpaceRow> = get_row(rows, Table::Spaces, &import.space.0);
    let entitled = space.is_some_and(|space| {
        let mints = space.custodian == writer.entry.log && !space.custody_in_transit;
        mints || writer.rules.anybody_mints
    });
    if !entitled {
        if !writer.copied {
            put_anomaly(rows, writer.entry, "minted by a device that is not the custodian");
        }
        return;
    }
    let before = minted_before(rows, import.space, writer);
    // Number 0 stands for none, in rows and on paper.
    let named = Ranges::span(import.from.max(1), import.to);
    let new = named.minus(&before);
    change(rows, import.space, writer.entry.log, |holding| {
        holding.minted = holding.minted.union(&new);
        holding.held = holding.held.union(&new);
    });
    let window = WindowRow {
        entry: *writer.entry,
        resolution: import.resolution.clone(),
        from: import.from,
        to: import.to,
        valid_from_day: import.valid_from_day,
        valid_to_day: import.valid_to_day,
    };
    windows::open(rows, import.space, &window);
}

/// Changes no right: what a gone device held stays lost, reported or not.
pub(crate) fn declare_lost(rows: &mut dyn Rows, declare: &DeclareLost) {
    change(rows, declare.space, declare.of, |holding| {
        holding.declared_lost = holding.declared_lost.union(&declare.ranges);
    });
}

fn minted_before(rows: &dyn Rows, space: SpaceId, writer: &Writer<'_>) -> Ranges {
    if writer.rules.renewal_mints_again {
        return Ranges::new();
    }
    let mut before = Ranges::new();
    let mut lost = Ranges::new();
    for (at, row) in collect_rows::<HoldingRow>(rows, Table::Holdings, &space.0) {
        before = before.union(&row.minted);
        let device: Option<DeviceRow> = get_row(rows, Table::Devices, &log_of_holding(&at).0);
        if device.is_some_and(|device| device.ended.is_some()) {
            lost = lost.union(&row.held);
        }
    }
    if writer.rules.lost_minted_again { before.minus(&lost) } else { before }
}
