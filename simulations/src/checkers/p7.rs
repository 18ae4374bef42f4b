//! P7: a Z report says for ever what it said when it was closed, on every device,
//! and it is what its log says.

use crate::violation::Promise;
use crate::world::World;
use till_schema::rows::{AnomalyRow, ShiftRow, Table, collect_rows, get_row};

/// Every closing that somebody was told of is the same everywhere.
pub fn at_rest(world: &mut World) {
    for index in world.participants() {
        let Some(books) = world.books(index) else { continue };
        let changed = world.ghost.closings.iter().find(|closing| {
            let row: Option<ShiftRow> = get_row(books, Table::Shifts, &closing.report.shift.0);
            let held = row.and_then(|row| row.closed).map(|closed| closed.report);
            let counts = !closing.excused
                && !world.ghost.cut_logs.contains(&closing.log)
                && !world.is_beyond_fork(index, closing.log, closing.seq);
            counts && held.as_ref() != Some(&closing.report)
        });
        let changed = changed.map(|closing| format!("Z {}", closing.report.z));
        let odd = collect_rows::<AnomalyRow>(books, Table::Anomalies, &[])
            .into_iter()
            .find(|(_, row)| row.what.contains("closed a shift with other sums"));
        let odd = odd.map(|(_, row)| format!("{} of {}", row.what, row.entry.log.short()));
        if let Some(what) = changed {
            world.violate(Promise::P7, "closings-stand", Some(index), what);
        }
        if let Some(what) = odd {
            world.violate(Promise::P7, "closings-add-up", Some(index), what);
        }
    }
}
