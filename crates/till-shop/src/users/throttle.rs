//! Wrong PINs make the next try wait.

use till_schema::UserId;
use till_schema::rows::{PinTriesRow, Rows, Table, get_row, put_row};

/// Wrong tries in a row that cost no wait.
pub const FREE_TRIES: u32 = 3;
/// The first wait.
pub const WAIT_MS_MIN: i64 = 5_000;
/// The longest wait.
pub const WAIT_MS_MAX: i64 = 10 * 60_000;

/// How long the next try has to wait after so many wrong ones in a row.
pub fn wait_ms(wrong: u32) -> i64 {
    let Some(doublings) = wrong.checked_sub(FREE_TRIES + 1) else { return 0 };
    // Ten doublings are past the longest wait.
    (WAIT_MS_MIN << doublings.min(10)).min(WAIT_MS_MAX)
}

/// When the next try is free, Unix ms by the clock that counted the tries;
/// `i64::MIN` when it is free at any time.
pub fn blocked_until(tries: &PinTriesRow) -> i64 {
    match wait_ms(tries.wrong) {
        0 => i64::MIN,
        wait => tries.last_ms.saturating_add(wait),
    }
}

/// How long is left to wait. A clock that was set back makes nobody wait
/// longer than the wait itself.
pub fn wait_left_ms(tries: &PinTriesRow, now_ms: i64) -> i64 {
    let left = blocked_until(tries).saturating_sub(now_ms);
    left.clamp(0, wait_ms(tries.wrong))
}

/// A person's wrong tries on this device.
pub fn pin_tries(rows: &dyn Rows, user: UserId) -> PinTriesRow {
    get_row(rows, Table::PinTries, &user.0).unwrap_or_default()
}

/// Keeps a person's wrong tries; none at all take no row.
pub fn put_pin_tries(rows: &mut dyn Rows, user: UserId, tries: &PinTriesRow) {
    if tries.wrong == 0 {
        rows.delete(Table::PinTries, &user.0);
    } else {
        put_row(rows, Table::PinTries, &user.0, tries);
    }
}
