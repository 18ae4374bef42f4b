//! When numbers may be issued: civil days, and the resolutions that name them.

use crate::holdings::space as space_row;
use crate::sales::Issue;
use std::collections::{BTreeMap, BTreeSet};
use till_schema::SpaceId;
use till_schema::body::ConflictKind;
use till_schema::numbering::Ranges;
use till_schema::rows::{
    NumberRow, OrderRow, ReturnRow, Rows, Table, WindowRow, collect_rows, decode_row, get_row, key,
    put_row, set_suspect,
};

/// The civil day of a moment: days since 1970-01-01 where clocks are
/// `utc_offset_min` minutes ahead of UTC. `at_ms` is Unix time in ms.
pub fn civil_day(at_ms: i64, utc_offset_min: i32) -> i32 {
    let local_ms = at_ms.saturating_add(i64::from(utc_offset_min) * 60_000);
    let day = local_ms.div_euclid(24 * 60 * 60 * 1000);
    day.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// The resolutions of a space in the order of their keys.
pub(crate) fn windows(rows: &dyn Rows, space: SpaceId) -> Vec<WindowRow> {
    collect_rows(rows, Table::Windows, &space.0).into_iter().map(|(_, row)| row).collect()
}

pub(crate) fn numbers_of(window: &WindowRow) -> Ranges {
    Ranges::span(window.from, window.to)
}

/// Whether a day is within the resolution's dates; one without dates is always valid.
pub(crate) fn is_valid(window: &WindowRow, day: i32) -> bool {
    window.valid_from_day.is_none_or(|from| from <= day)
        && window.valid_to_day.is_none_or(|to| day <= to)
}

/// Writes a resolution down and judges again the numbers it names. A renewal
/// and a sale may not have known of each other: the verdict is the same
/// whichever comes first.
pub(crate) fn open(rows: &mut dyn Rows, space: SpaceId, window: &WindowRow) {
    let covered = windows(rows, space)
        .iter()
        .fold(Ranges::new(), |covered, other| covered.union(&numbers_of(other)));
    put_row(rows, Table::Windows, &key(&[&space.0, &window.entry.hash.0]), window);

    let suspects = outside(rows, space);
    let mut sales: Vec<(u64, NumberRow)> = Vec::new();
    let from = key(&[&space.0, &window.from.to_be_bytes()]);
    rows.scan_from(Table::Numbers, &space.0, &from, &mut |at, value| {
        let number = number_of(at);
        // One more resolution never makes a number bad that another had in time.
        if number <= window.to && (suspects.contains(&number) || !covered.contains(number)) {
            sales.push((number, decode_row(Table::Numbers, value)));
        }
        number <= window.to
    });
    if sales.is_empty() {
        return;
    }
    let windows = windows(rows, space);
    let mut verdicts: BTreeMap<u64, bool> = BTreeMap::new();
    for (number, sale) in sales {
        let day = day_of(rows, space, &sale);
        *verdicts.entry(number).or_default() |= is_outside(&windows, number, day);
    }
    for (number, outside) in verdicts {
        set_suspect(rows, ConflictKind::OutsideValidity, &subject(space, number), outside);
    }
}

/// Shows a sale whose number no resolution allows on its day (correctness 3.3,
/// 19). The sale stands.
pub(crate) fn judge_sale(rows: &mut dyn Rows, sale: &Issue) {
    let offset = space_row(rows, sale.space).and_then(|row| row.utc_offset_min);
    let day = civil_day(sale.at_ms, offset.unwrap_or(sale.utc_offset_min));
    if is_outside(&windows(rows, sale.space), sale.number, day) {
        let subject = subject(sale.space, sale.number);
        set_suspect(rows, ConflictKind::OutsideValidity, &subject, true);
    }
}

fn is_outside(windows: &[WindowRow], number: u64, day: i32) -> bool {
    let mut naming = windows.iter().filter(|row| row.from <= number && number <= row.to).peekable();
    naming.peek().is_some() && !naming.any(|row| is_valid(row, day))
}

/// The civil day of a sale met again in the rows.
fn day_of(rows: &dyn Rows, space: SpaceId, sale: &NumberRow) -> i32 {
    let offset = space_row(rows, space).and_then(|row| row.utc_offset_min);
    // The books have the order, and when it was paid; the entry is the next best.
    let order: Option<OrderRow> = get_row(rows, Table::Orders, &sale.order.0);
    let note: Option<ReturnRow> = get_row(rows, Table::Returns, &sale.order.0);
    match (order, note) {
        (Some(row), _) => {
            civil_day(row.order.sold_at_ms, offset.unwrap_or(row.order.utc_offset_min))
        }
        (None, Some(row)) => civil_day(row.note.at_ms, offset.unwrap_or(row.note.utc_offset_min)),
        (None, None) => civil_day(sale.entry.wall_ms, offset.unwrap_or(0)),
    }
}

/// Numbers of the space that are shown as issued outside every resolution.
fn outside(rows: &dyn Rows, space: SpaceId) -> BTreeSet<u64> {
    let prefix = key(&[&[ConflictKind::OutsideValidity as u8], format!("{space}/").as_bytes()]);
    let mut numbers = BTreeSet::new();
    rows.scan(Table::Suspects, &prefix, &mut |at, _| {
        let digits = std::str::from_utf8(&at[prefix.len()..]).ok();
        numbers.extend(digits.and_then(|digits| digits.parse::<u64>().ok()));
        true
    });
    numbers
}

fn subject(space: SpaceId, number: u64) -> String {
    format!("{space}/{number}")
}

/// The number in a key of [`Table::Numbers`].
pub(crate) fn number_of(at: &[u8]) -> u64 {
    u64::from_be_bytes(at[16..24].try_into().expect("a space and a number begin the key"))
}
