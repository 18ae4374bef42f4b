//! Spaces and holdings, read and changed.

use till_schema::numbering::Ranges;
use till_schema::rows::{
    DeviceRow, HoldingRow, Rows, SpaceRow, Table, collect_rows, get_row, key, put_row,
};
use till_schema::{LogId, SpaceId};

/// The shop's spaces in the order they were opened.
pub fn spaces(rows: &dyn Rows) -> Vec<(SpaceId, SpaceRow)> {
    let mut spaces: Vec<(SpaceId, SpaceRow)> = collect_rows::<SpaceRow>(rows, Table::Spaces, &[])
        .into_iter()
        .map(|(_, row)| (row.space.id(), row))
        .collect();
    spaces.sort_by_key(|(_, row)| row.ordinal);
    spaces
}

/// What a log holds, minted, issued and voided in a space. Nothing for a log
/// that never had to do with it.
pub fn holding(rows: &dyn Rows, space: SpaceId, log: LogId) -> HoldingRow {
    get_row(rows, Table::Holdings, &holding_key(space, log)).unwrap_or_default()
}

/// Whether a device may be given numbers, or give them by itself: it is known,
/// takes part in the shop, and was not copied.
pub fn is_live(rows: &dyn Rows, log: LogId) -> bool {
    let device: Option<DeviceRow> = get_row(rows, Table::Devices, &log.0);
    device.is_some_and(|device| device.is_live()) && rows.get(Table::Forks, &log.0).is_none()
}

pub(crate) fn space(rows: &dyn Rows, space: SpaceId) -> Option<SpaceRow> {
    get_row(rows, Table::Spaces, &space.0)
}

pub(crate) fn change(
    rows: &mut dyn Rows,
    space: SpaceId,
    log: LogId,
    edit: impl FnOnce(&mut HoldingRow),
) {
    let mut holding = holding(rows, space, log);
    edit(&mut holding);
    put_row(rows, Table::Holdings, &holding_key(space, log), &holding);
}

/// Splits a holding's key.
pub(crate) fn log_of_holding(at: &[u8]) -> LogId {
    LogId(at[16..].try_into().expect("a holding's key is a space and a log"))
}

pub(crate) fn transit_key(giver: LogId, seq: u64) -> Vec<u8> {
    key(&[&giver.0, &seq.to_be_bytes()])
}

/// Splits the key of something on its way.
pub(crate) fn giver_of_transit(at: &[u8]) -> (LogId, u64) {
    let (log, seq) = at.split_at(32);
    (
        LogId(log.try_into().expect("the key begins with a log")),
        u64::from_be_bytes(seq.try_into().expect("and ends with a position")),
    )
}

/// All numbers of a union, at most `bound` ranges a part.
pub(crate) fn parts(ranges: &Ranges, bound: usize) -> Vec<Ranges> {
    let all: Vec<(u64, u64)> = ranges.iter().collect();
    all.chunks(bound).map(joined).collect()
}

/// A set from disjoint rising ranges.
pub(crate) fn joined(pieces: &[(u64, u64)]) -> Ranges {
    // Halving keeps the cost of the unions near that of one sort.
    match pieces {
        [] => Ranges::new(),
        [(from, to)] => Ranges::span(*from, *to),
        _ => {
            let (left, right) = pieces.split_at(pieces.len() / 2);
            joined(left).union(&joined(right))
        }
    }
}

fn holding_key(space: SpaceId, log: LogId) -> Vec<u8> {
    key(&[&space.0, &log.0])
}
