//! Numbers and times as people read them. Amounts are [`Currency::format`]'s;
//! other numbers have the decimal mark of the shop's currency.

use crate::words::Words;
use till_schema::{Currency, Quantity};

/// The decimal mark of a country's people.
const fn point(currency: Currency) -> char {
    match currency {
        Currency::Cop => ',',
        Currency::Usd | Currency::Pab => '.',
    }
}

/// How much, with its unit: `3`, `0,25 kg`.
pub(crate) fn quantity(quantity: Quantity, unit: &str, currency: Currency) -> String {
    let number = quantity.to_string().replace('.', &point(currency).to_string());
    match unit {
        "" => number,
        unit => format!("{number}\u{a0}{unit}"),
    }
}

/// A rate in basis points as percent: `19 %`, `2.5%`.
pub(crate) fn percent(rate_bp: u32, currency: Currency, words: &Words) -> String {
    format!("{}{}", decimal(i64::from(rate_bp), 2, currency), words.percent)
}

/// Units of one currency for one of another: `1 USD = 4050,5 COP`.
pub(crate) fn exchange(rate_micro: i64, from: Currency, to: Currency) -> String {
    let rate = decimal(rate_micro, 6, to);
    format!("1\u{a0}{} = {rate}\u{a0}{}", from.code(), to.code())
}

/// A number of so many decimals, without needless zeros.
fn decimal(value: i64, decimals: u32, currency: Currency) -> String {
    let scale = 10_u64.pow(decimals);
    let (whole, rest) = (value.unsigned_abs() / scale, value.unsigned_abs() % scale);
    let sign = if value < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}{}{rest:0width$}", point(currency), width = decimals as usize);
    text.trim_end_matches('0').trim_end_matches(point(currency)).to_owned()
}

/// An amount that is taken off.
pub(crate) fn less(amount: i64, currency: Currency) -> String {
    currency.format(amount.saturating_neg())
}

/// An amount too much or too little: with its sign.
pub(crate) fn signed(amount: i64, currency: Currency) -> String {
    format!("{}{}", if amount > 0 { "+" } else { "" }, currency.format(amount))
}

/// A moment at a place so many minutes off UTC: `21 nov 2026 18:24`.
pub(crate) fn moment(unix_ms: i64, utc_offset_min: i32, words: &Words) -> String {
    let local_min = unix_ms.div_euclid(60_000).saturating_add(i64::from(utc_offset_min));
    let (year, month, day) = civil(local_min.div_euclid(24 * 60));
    let minute = local_min.rem_euclid(24 * 60);
    // Months are 1 to 12.
    let month = words.months[(month - 1) as usize];
    format!("{day} {month} {year} {:02}:{:02}", minute / 60, minute % 60)
}

/// Year, month (from 1) and day (from 1) of a day counted from 1970-01-01, in the
/// proleptic Gregorian calendar. Howard Hinnant, *chrono-Compatible Low-Level Date
/// Algorithms*, `civil_from_days`: eras of 400 years whose years begin in March, so
/// that the leap day is the last one.
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, day_of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(-1), (1969, 12, 31));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(11_017), (2000, 3, 1));
        assert_eq!(civil(20_778), (2026, 11, 21));
        assert_eq!(civil(47_540), (2100, 2, 28));
        assert_eq!(civil(47_541), (2100, 3, 1));
    }

    #[test]
    fn each_day_follows_the_one_before() {
        let mut last = civil(-800_000);
        for day in -799_999..800_000 {
            let next = civil(day);
            let same_month = (next.0, next.1) == (last.0, last.1) && next.2 == last.2 + 1;
            let new_month = next.2 == 1 && (28..=31).contains(&last.2);
            assert!(same_month || new_month, "{last:?} then {next:?}");
            last = next;
        }
    }

    #[test]
    fn times_are_those_of_the_place() {
        let (es, en) = (Language::Es.words(), Language::En.words());
        // 2026-11-21 23:24 UTC, in Bogotá and at the other side of the date line.
        assert_eq!(moment(1_795_303_440_000, -300, es), "21 nov 2026 18:24");
        assert_eq!(moment(1_795_303_440_000, 780, en), "22 Nov 2026 12:24");
        for extreme in [i64::MIN, i64::MAX] {
            moment(extreme, i32::MAX, es);
        }
    }

    #[test]
    fn numbers_have_the_mark_of_the_country() {
        let (es, en) = (Language::Es.words(), Language::En.words());
        assert_eq!(quantity(Quantity(250), "kg", Currency::Cop), "0,25\u{a0}kg");
        assert_eq!(quantity(Quantity(-2_000), "", Currency::Usd), "-2");
        assert_eq!(percent(1_900, Currency::Cop, es), "19\u{a0}%");
        assert_eq!(percent(250, Currency::Usd, en), "2.5%");
        assert_eq!(percent(0, Currency::Cop, es), "0\u{a0}%");
        assert_eq!(
            exchange(4_050_500_000, Currency::Usd, Currency::Cop),
            "1\u{a0}USD = 4050,5\u{a0}COP"
        );
    }
}
