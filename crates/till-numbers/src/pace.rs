//! How fast a device issues, and how long its numbers last.

use crate::sales::Issue;
use crate::supply::valid_on;
use crate::windows::civil_day;
use till_schema::rows::{Rows, Table, decode_row, get_row, key, put_row};
use till_schema::{LogId, SpaceId};

/// A device whose stock is below its low-water mark asks for more. The mark is
/// never below this many, so that a till without a history lasts some days too.
pub const LOW_WATER: u64 = 500;
/// The high-water mark that goes with [`LOW_WATER`].
pub const HIGH_WATER: u64 = 2 * LOW_WATER;
/// How many past days the busiest day is looked for in, today included.
pub const PACE_DAYS: i32 = 90;
/// How many of its busiest days a device's low-water mark covers: an outage
/// that begins at the worst moment still leaves a week.
pub const OUTAGE_DAYS: u64 = 7;

/// When a device asks, and up to where it is filled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Marks {
    /// Below this many numbers the device asks for more.
    pub low: u64,
    /// A grant fills it up to this many.
    pub high: u64,
}

/// How soon a device runs out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Alarm {
    /// Not within five of its busiest days, or it has never sold.
    None,
    /// Five or fewer of its busiest days are left.
    FiveDays,
    /// Two or fewer.
    TwoDays,
    /// One, or less than one.
    OneDay,
    /// It has no number it may issue today.
    Dry,
}

/// The water marks of a device in a space: the low one is a week of its
/// busiest day of the last ninety, and at least [`LOW_WATER`]; the high one is
/// twice that (correctness 1.7). `today_day` is a civil day, days since 1970-01-01.
pub fn marks(rows: &dyn Rows, space: SpaceId, log: LogId, today_day: i32) -> Marks {
    let low = busiest_day(rows, space, log, today_day).saturating_mul(OUTAGE_DAYS).max(LOW_WATER);
    Marks { low, high: low.saturating_mul(2) }
}

/// How many of its busiest days the numbers last that the device may issue
/// today, rounded down. `None` for a device that has not sold in ninety days.
pub fn days_left(rows: &dyn Rows, space: SpaceId, log: LogId, today_day: i32) -> Option<u32> {
    let left = valid_on(rows, space, log, today_day).count();
    let days = left.checked_div(busiest_day(rows, space, log, today_day))?;
    Some(u32::try_from(days).unwrap_or(u32::MAX))
}

/// Whether a person should be told about a device's stock.
pub fn alarm(rows: &dyn Rows, space: SpaceId, log: LogId, today_day: i32) -> Alarm {
    if valid_on(rows, space, log, today_day).is_empty() {
        return Alarm::Dry;
    }
    match days_left(rows, space, log, today_day) {
        Some(0 | 1) => Alarm::OneDay,
        Some(2) => Alarm::TwoDays,
        Some(3..=5) => Alarm::FiveDays,
        Some(6..) | None => Alarm::None,
    }
}

/// Counts a sale on the civil day of the till that made it.
pub(crate) fn count_sale(rows: &mut dyn Rows, log: LogId, sale: &Issue) {
    let day = civil_day(sale.at_ms, sale.utc_offset_min);
    let at = pace_key(sale.space, log, day);
    let sales: u64 = get_row(rows, Table::Pace, &at).unwrap_or_default();
    put_row(rows, Table::Pace, &at, &(sales + 1));
}

/// Days ahead of today are left out: a clock that was wrong once would raise
/// the marks for ever.
fn busiest_day(rows: &dyn Rows, space: SpaceId, log: LogId, today_day: i32) -> u64 {
    let from = pace_key(space, log, today_day.saturating_sub(PACE_DAYS - 1));
    let to = pace_key(space, log, today_day);
    let mut busiest = 0;
    rows.scan_from(Table::Pace, &key(&[&space.0, &log.0]), &from, &mut |at, value| {
        if at > to.as_slice() {
            return false;
        }
        busiest = busiest.max(decode_row::<u64>(Table::Pace, value));
        true
    });
    busiest
}

/// Days before 1970 sort before the others.
fn pace_key(space: SpaceId, log: LogId, day: i32) -> Vec<u8> {
    let day = day.cast_unsigned() ^ (1 << 31);
    key(&[&space.0, &log.0, &day.to_be_bytes()])
}
