//! Numbers that should move: to a device that runs low, or away from one that leaves.

use crate::holdings::{
    giver_of_transit, holding, is_live, joined, parts, space as space_row, spaces,
};
use crate::pace::marks;
use crate::supply::valid_on;
use till_schema::body::{Body, Cede, Sharing, Void};
use till_schema::numbering::Ranges;
use till_schema::rows::{InTransitRow, Rows, SpaceRow, Table, collect_rows};
use till_schema::{LogId, Seq, SpaceId};

/// The fewest numbers worth an entry for a device that still has some.
pub const GRANT_MIN: u64 = 50;
/// Most ranges one entry moves or voids: it fits into an entry many times over,
/// and what a device holds stays in few pieces.
pub const RANGES_MAX: usize = 64;
/// Why a device that leaves gives numbers up, in the entry that does.
pub const UNUSED_AT_END: &str = "unused at the end";

/// Why a device cannot leave yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotRetire {
    /// It mints in a space: custody goes to another device first.
    #[error("this device imports the resolutions of a series; hand that over first")]
    Custodian {
        /// The space.
        space: SpaceId,
    },
    /// Something on its way to it has not been accepted.
    #[error("numbers on their way to this device have not been accepted")]
    Unaccepted {
        /// The space.
        space: SpaceId,
        /// Who gave it.
        giver: LogId,
        /// By which entry of its log.
        giver_seq: Seq,
    },
}

/// What `giver` should cede to a device that says it may issue `asker_held`
/// numbers today and wants `asker_high` (its high-water mark as seen from here
/// when it does not say). `today_day` is a civil day, days since 1970-01-01.
///
/// The custodian fills the asker up to its mark while it keeps its own
/// low-water mark, or half of few; any other device above its own low-water mark
/// gives half of its surplus (correctness 1.7). Only numbers that may be issued
/// today are given, from the top, in at most [`RANGES_MAX`] ranges.
///
/// `None` when nothing should move: the asker has enough, it is not worth an
/// entry, one cede to it is on its way, the space belongs to one register, or
/// one of the two is gone, stopped, copied or unknown.
pub fn grant(
    rows: &dyn Rows,
    space: SpaceId,
    giver: LogId,
    asker: LogId,
    asker_held: u64,
    asker_high: Option<u64>,
    today_day: i32,
) -> Option<Ranges> {
    let row = space_row(rows, space).filter(|row| row.sharing == Sharing::Shared)?;
    let asker_high = asker_high.unwrap_or_else(|| marks(rows, space, asker, today_day).high);
    let enough = asker_held >= asker_high / 2;
    let parties = asker != giver && is_live(rows, giver) && is_live(rows, asker);
    if enough || !parties || is_on_its_way(rows, space, giver, asker) {
        return None;
    }
    let stock = valid_on(rows, space, giver, today_day);
    let low = marks(rows, space, giver, today_day).low;
    let custodian = row.custodian == giver;
    let keep = if custodian { low.min(stock.count().div_ceil(2)) } else { low };
    let surplus = stock.count().saturating_sub(keep);
    let count = (asker_high - asker_held).min(if custodian { surplus } else { surplus / 2 });
    // A device that has none gets what there is.
    let worthwhile = if asker_held == 0 { 1 } else { GRANT_MIN };
    if count < worthwhile {
        return None;
    }
    // The giver goes on with its lowest numbers; the highest go away.
    let top: Vec<(u64, u64)> = stock.minus(&stock.take(stock.count() - count)).iter().collect();
    Some(joined(&top[top.len().saturating_sub(RANGES_MAX)..]))
}

/// The entries by which a device gives everything back before it writes its
/// last: what it holds goes to the custodian, or is voided where that cannot be.
/// Nothing to give back is no entries.
///
/// # Errors
/// What has to happen first: [`CannotRetire`].
pub fn retire(rows: &dyn Rows, log: LogId) -> Result<Vec<Body>, CannotRetire> {
    let mut spaces = spaces(rows);
    for (space, row) in &mut spaces {
        row.custodian = heir(rows, *space, row);
        if row.custodian == log {
            return Err(CannotRetire::Custodian { space: *space });
        }
    }
    for (at, row) in collect_rows::<InTransitRow>(rows, Table::InTransit, &[]) {
        if row.to == log {
            let (giver, seq) = giver_of_transit(&at);
            return Err(CannotRetire::Unaccepted { space: row.space, giver, giver_seq: Seq(seq) });
        }
    }
    let mut plan = Vec::new();
    for (space, row) in spaces {
        let heir = row.custodian;
        let shared = row.sharing == Sharing::Shared && is_live(rows, heir);
        for ranges in parts(&holding(rows, space, log).held, RANGES_MAX) {
            plan.push(if shared {
                Cede { space, ranges, to: heir }.into()
            } else {
                Void { space, ranges, reason: UNUSED_AT_END.to_owned() }.into()
            });
        }
    }
    Ok(plan)
}

/// Who mints in the space, or will once it accepts.
fn heir(rows: &dyn Rows, space: SpaceId, row: &SpaceRow) -> LogId {
    if !row.custody_in_transit {
        return row.custodian;
    }
    collect_rows::<InTransitRow>(rows, Table::InTransit, &row.custodian.0)
        .into_iter()
        .find(|(_, moving)| moving.custody && moving.space == space)
        .map_or(row.custodian, |(_, moving)| moving.to)
}

fn is_on_its_way(rows: &dyn Rows, space: SpaceId, giver: LogId, asker: LogId) -> bool {
    collect_rows::<InTransitRow>(rows, Table::InTransit, &giver.0)
        .iter()
        .any(|(_, row)| row.to == asker && row.space == space && !row.custody)
}
