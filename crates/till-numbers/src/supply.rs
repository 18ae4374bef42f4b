//! Who may issue what next, and when to ask for more.

use till_schema::numbering::Ranges;
use till_schema::rows::{HoldingRow, Rows, SpaceRow, Table, collect_rows, get_row, key};
use till_schema::{LogId, SpaceId};

/// A device that holds fewer asks for more: a week of a busy till's sales.
pub const LOW_WATER: u64 = 500;
/// A grant fills the asker up to this many.
pub const HIGH_WATER: u64 = 2 * LOW_WATER;
/// The fewest numbers worth an entry for a device that still has some.
pub const GRANT_MIN: u64 = 50;

/// The shop's spaces in the order they were opened.
pub fn spaces(rows: &dyn Rows) -> Vec<(SpaceId, SpaceRow)> {
    let mut spaces: Vec<(SpaceId, SpaceRow)> = collect_rows::<SpaceRow>(rows, Table::Spaces, &[])
        .into_iter()
        .map(|(_, row)| (row.space.id(), row))
        .collect();
    spaces.sort_by_key(|(_, row)| row.ordinal);
    spaces
}

/// What a log holds, minted, issued and voided in a space.
pub fn holding(rows: &dyn Rows, space: SpaceId, log: LogId) -> HoldingRow {
    get_row(rows, Table::Holdings, &key(&[&space.0, &log.0])).unwrap_or_default()
}

/// The number the log's next sale gets: the lowest it holds.
pub fn next_number(rows: &dyn Rows, space: SpaceId, log: LogId) -> Option<u64> {
    holding(rows, space, log).held.first()
}

/// What `giver` should cede to a device that says it holds `asker_held`: up to
/// the asker's high-water mark, and never so much that the giver falls below
/// its own low-water mark; a custodian of few keeps half. `None` when it is not
/// worth an entry.
pub fn grant(
    rows: &dyn Rows,
    space: SpaceId,
    giver: LogId,
    asker: LogId,
    asker_held: u64,
) -> Option<Ranges> {
    if asker_held >= LOW_WATER || asker == giver {
        return None;
    }
    // One cede in flight a pair: what is already on its way counts as held.
    let mut on_the_way = 0;
    for (_, row) in
        collect_rows::<till_schema::rows::InTransitRow>(rows, Table::InTransit, &giver.0)
    {
        if row.to == asker && row.space == space {
            on_the_way += row.ranges.count();
        }
    }
    let wanted = HIGH_WATER.saturating_sub(asker_held).saturating_sub(on_the_way);
    let custodian = get_row::<SpaceRow>(rows, Table::Spaces, &space.0)
        .is_some_and(|row| row.custodian == giver);
    let held = holding(rows, space, giver).held;
    let keep = if custodian { LOW_WATER.min(held.count() / 2) } else { LOW_WATER };
    let surplus = held.count().saturating_sub(keep);
    let count = wanted.min(if custodian { surplus } else { surplus / 2 });
    // A device that has none gets what there is.
    let worthwhile = if asker_held == 0 { 1 } else { GRANT_MIN };
    if count < worthwhile || on_the_way > 0 {
        return None;
    }
    // The giver goes on with its lowest numbers; the highest go away.
    Some(held.minus(&held.take(held.count() - count)))
}

/// What a person should do about a stock of numbers; empty when nothing.
pub fn advice(held: u64, custodian: bool) -> String {
    let remedy = if custodian {
        "import a new resolution"
    } else {
        "connect to the device that grants numbers, or ask the owner"
    };
    match held {
        0 => format!("no numbers left: {remedy}"),
        1..LOW_WATER => format!("{held} numbers left: {remedy}"),
        LOW_WATER.. => String::new(),
    }
}
