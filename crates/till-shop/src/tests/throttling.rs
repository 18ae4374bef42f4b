//! Waiting after wrong PINs.

use crate::users::{blocked_until, pin_tries, put_pin_tries, wait_left_ms, wait_ms};
use till_schema::UserId;
use till_schema::rows::{MemoryRows, PinTriesRow, Rows, Table};

#[test]
fn waits_double_up_to_ten_minutes() {
    let waits: Vec<i64> = (0..13).map(|wrong| wait_ms(wrong) / 1000).collect();
    assert_eq!(waits, [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 600, 600]);
    assert_eq!(wait_ms(u32::MAX), 600_000);
}

#[test]
fn a_try_is_free_when_the_wait_is_over() {
    let tries = |wrong| PinTriesRow { wrong, last_ms: 1_000_000 };
    assert_eq!(blocked_until(&tries(3)), i64::MIN);
    assert_eq!(blocked_until(&tries(4)), 1_005_000);
    assert_eq!(wait_left_ms(&tries(3), 0), 0);
    assert_eq!(wait_left_ms(&tries(4), 1_001_000), 4_000);
    assert_eq!(wait_left_ms(&tries(4), 1_005_000), 0);
    // The clock was set back a year, or far ahead.
    assert_eq!(wait_left_ms(&tries(4), -31_536_000_000), 5_000);
    assert_eq!(wait_left_ms(&tries(4), i64::MAX), 0);
    let odd = PinTriesRow { wrong: 99, last_ms: i64::MAX };
    assert_eq!(blocked_until(&odd), i64::MAX);
    assert_eq!(wait_left_ms(&odd, i64::MIN), 600_000);
}

#[test]
fn tries_are_kept_and_forgotten() {
    let mut rows = MemoryRows::default();
    let who = UserId([1; 16]);
    assert_eq!(pin_tries(&rows, who), PinTriesRow::default());
    let tries = PinTriesRow { wrong: 2, last_ms: 7 };
    put_pin_tries(&mut rows, who, &tries);
    assert_eq!(pin_tries(&rows, who), tries);
    put_pin_tries(&mut rows, who, &PinTriesRow::default());
    assert!(rows.get(Table::PinTries, &who.0).is_none());
}
