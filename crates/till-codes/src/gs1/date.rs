//! Dates of six digits.

use crate::{all_digits, value};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Date {
    /// With its century.
    pub year: u16,
    /// 1–12.
    pub month: u8,
    /// 1–31.
    pub day: u8,
}

impl Date {
    /// Reads `YYMMDD`. Day 00 is the last of the month (GS1 General
    /// Specifications 3.4). The century is the one that puts the year at most
    /// 49 years after and 50 before this one (7.12).
    pub(super) fn parse(digits: &str, this_year: u16) -> Option<Self> {
        if digits.len() != 6 || !all_digits(digits) {
            return None;
        }
        let pair = |at: usize| {
            let bytes = &digits.as_bytes()[at..at + 2];
            value(bytes[0]) * 10 + value(bytes[1])
        };
        let year = year(pair(0), u32::from(this_year))?;
        let month = u8::try_from(pair(2)).ok()?;
        let last = days_of(year, month)?;
        let day = match u8::try_from(pair(4)).ok()? {
            0 => last,
            day => day,
        };
        (day <= last).then_some(Self { year, month, day })
    }
}

/// Writes `2026-12-31`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn year(two_digits: u32, this_year: u32) -> Option<u16> {
    let (century, now) = (this_year / 100, this_year % 100);
    let century = match i64::from(two_digits) - i64::from(now) {
        51.. => century.checked_sub(1)?,
        ..=-50 => century + 1,
        _ => century,
    };
    u16::try_from(century * 100 + two_digits).ok()
}

fn days_of(year: u16, month: u8) -> Option<u8> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(digits: &str, this_year: u16) -> Option<String> {
        Date::parse(digits, this_year).map(|date| date.to_string())
    }

    #[test]
    fn the_century_is_the_nearest() {
        for (digits, this_year, expected) in [
            ("261231", 2026, "2026-12-31"),
            ("751231", 2026, "2075-12-31"),
            ("761231", 2026, "2076-12-31"),
            ("771231", 2026, "1977-12-31"),
            ("001231", 1999, "2000-12-31"),
            ("490101", 1999, "2049-01-01"),
            ("500101", 1999, "1950-01-01"),
            ("990101", 2049, "2099-01-01"),
            ("990101", 2048, "1999-01-01"),
            ("000101", 2050, "2100-01-01"),
            ("000101", 2049, "2000-01-01"),
        ] {
            assert_eq!(text(digits, this_year).as_deref(), Some(expected), "{digits} {this_year}");
        }
    }

    #[test]
    fn day_zero_is_the_last_of_the_month() {
        assert_eq!(text("260200", 2026).as_deref(), Some("2026-02-28"));
        assert_eq!(text("280200", 2026).as_deref(), Some("2028-02-29"));
        assert_eq!(text("260900", 2026).as_deref(), Some("2026-09-30"));
        assert_eq!(text("000200", 2099).as_deref(), Some("2100-02-28"));
    }

    #[test]
    fn the_calendar_is_kept() {
        for digits in ["260230", "261301", "260001", "260431", "2601", "26O101", ""] {
            assert_eq!(text(digits, 2026), None, "{digits}");
        }
        assert_eq!(text("990101", 0), None);
        assert_eq!(text("000101", u16::MAX), Some("65500-01-01".to_owned()));
    }
}
