//! Price lists: other prices at some times, or for some customers.

use super::{SettingError, wrong};
use till_schema::money::div_half_even;
use till_schema::rows::ProductRow;

/// A moment as people of a place write it: minutes since 1970-01-01 00:00 there.
pub type LocalTime = i64;

const DAY_MIN: i64 = 24 * 60;

/// A price list. Of several that hold for a sale and know the product, the one
/// with the highest priority counts, and of equal ones the first by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PriceList {
    /// Its name.
    pub name: String,
    /// From then on.
    pub from: Option<LocalTime>,
    /// Until before then.
    pub to: Option<LocalTime>,
    /// Minutes of the day from which on it holds.
    pub daily_from: Option<i64>,
    /// Minutes of the day before which it holds.
    pub daily_to: Option<i64>,
    /// Only for customers of this group.
    pub group: Option<String>,
    /// Off the product's own price where the product has no price of the list,
    /// basis points.
    pub percent_bp: u32,
    /// The higher counts.
    pub priority: i64,
}

impl PriceList {
    /// Reads a price list: words `key=value`, in any order. Keys are `from`, `to`
    /// (`2026-11-25T12:00`, the register's time), `daily` (`12:00-14:00`), `group`,
    /// `percent` and `priority`.
    ///
    /// # Errors
    /// What is wrong, and what to write.
    pub fn parse(name: &str, text: &str) -> Result<Self, SettingError> {
        let mut list = Self { name: name.to_owned(), ..Self::default() };
        for word in text.split_whitespace() {
            let Some((key, value)) = word.split_once('=') else {
                return wrong(format!("“{word}” is not like key=value, such as percent=10"));
            };
            match key {
                "from" => list.from = Some(local_time(value)?),
                "to" => list.to = Some(local_time(value)?),
                "daily" => {
                    let Some((from, to)) = value.split_once('-') else {
                        return wrong("daily is two times, such as 12:00-14:00");
                    };
                    list.daily_from = Some(time_of_day(from)?);
                    list.daily_to = Some(time_of_day(to)?);
                }
                "group" => list.group = Some(value.to_owned()),
                "percent" => match value.parse::<u32>() {
                    Ok(percent) if percent <= 100 => list.percent_bp = percent * 100,
                    _ => return wrong(format!("“{value}” is not a whole per cent, 0 to 100")),
                },
                "priority" => match value.parse() {
                    Ok(priority) => list.priority = priority,
                    Err(_) => return wrong(format!("“{value}” is not a whole number")),
                },
                other => {
                    return wrong(format!(
                        "“{other}” is not known; use from, to, daily, group, percent, priority"
                    ));
                }
            }
        }
        Ok(list)
    }

    /// Whether it holds at a moment for a customer's group.
    pub fn holds(&self, at: LocalTime, group: &str) -> bool {
        let minute = at.rem_euclid(DAY_MIN);
        let daily = match (self.daily_from, self.daily_to) {
            (Some(from), Some(to)) if from <= to => (from..to).contains(&minute),
            // Over midnight.
            (Some(from), Some(to)) => minute >= from || minute < to,
            _ => true,
        };
        daily
            && self.from.is_none_or(|from| at >= from)
            && self.to.is_none_or(|to| at < to)
            && self.group.as_deref().is_none_or(|wanted| wanted == group)
    }

    /// What it says a product costs, minor units; nothing when it does not say.
    pub fn price(&self, product: &ProductRow) -> Option<i64> {
        let own = product.lists.iter().find(|(name, _)| *name == self.name);
        match own {
            Some((_, price)) => Some(*price),
            None if self.percent_bp > 0 => {
                let left = i128::from(product.price) * i128::from(10_000 - self.percent_bp);
                i64::try_from(div_half_even(left, 10_000)).ok()
            }
            None => None,
        }
    }
}

fn time_of_day(text: &str) -> Result<i64, SettingError> {
    let bad = || SettingError(format!("“{text}” is not a time of day; write it like 12:30"));
    let (hour, minute) = text.split_once(':').ok_or_else(bad)?;
    let (hour, minute): (i64, i64) =
        (hour.parse().map_err(|_| bad())?, minute.parse().map_err(|_| bad())?);
    if (0..24).contains(&hour) && (0..60).contains(&minute) {
        Ok(hour * 60 + minute)
    } else {
        Err(bad())
    }
}

fn local_time(text: &str) -> Result<LocalTime, SettingError> {
    let bad = || SettingError(format!("“{text}” is not a moment; write it like 2026-11-25T12:00"));
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00"));
    let parts: Vec<i64> =
        date.split('-').map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
    let [year, month, day] = parts[..] else { return Err(bad()) };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return Err(bad());
    }
    Ok(days_from_civil(year, month, day) * DAY_MIN + time_of_day(time)?)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant,
/// *chrono-Compatible Low-Level Date Algorithms*, `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_of_year = (month + 9) % 12;
    let day_of_year = (153 * month_of_year + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
