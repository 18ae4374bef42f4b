//! Reports: sums that are kept, by name.

use crate::Node;
use crate::command::{ReportBy, ReportRow};
use std::collections::BTreeMap;
use till_books::sums::{Dimension, add_up, sums};
use till_schema::money::div_half_even;
use till_schema::order::TenderKind;
use till_schema::rows::{ProductRow, Rows, SumRow, Table, collect_rows, get_row};
use till_schema::{LogId, UserId};

impl Node {
    pub(super) fn report(
        &self,
        rows: &dyn Rows,
        by: ReportBy,
        from_day: i32,
        to_day: i32,
    ) -> Vec<ReportRow> {
        let dimension = match by {
            ReportBy::StockValue => return stock_value(rows),
            ReportBy::Day | ReportBy::Register => Dimension::Register,
            ReportBy::Hour => Dimension::Hour,
            ReportBy::Product => Dimension::Product,
            ReportBy::Category => Dimension::Category,
            ReportBy::Tender => Dimension::Tender,
            ReportBy::User => Dimension::User,
            ReportBy::Tax => Dimension::Tax,
        };
        // Once by key, and the keys named afterwards.
        let mut by_key: BTreeMap<Vec<u8>, SumRow> = BTreeMap::new();
        for (day, of, sum) in sums(rows, dimension, from_day, to_day) {
            let at = match by {
                // Rising by day, those before 1970 first.
                ReportBy::Day => (day.cast_unsigned() ^ (1 << 31)).to_be_bytes().to_vec(),
                _ => of,
            };
            add_up(by_key.entry(at).or_default(), &sum);
        }
        by_key
            .into_iter()
            .map(|(at, sums)| ReportRow { of: self.name_of(rows, by, &at), sums })
            .collect()
    }

    fn name_of(&self, rows: &dyn Rows, by: ReportBy, of: &[u8]) -> String {
        match by {
            ReportBy::Day => {
                let day = u32::from_be_bytes(of.try_into().expect("a day")) ^ (1 << 31);
                civil_date(day.cast_signed())
            }
            ReportBy::Register => {
                LogId::try_from_slice(of).map_or_else(String::new, |log| self.device_name(log))
            }
            ReportBy::Hour => format!("{:02}:00", of.first().copied().unwrap_or_default()),
            ReportBy::Product => get_row::<ProductRow>(rows, Table::Products, of)
                .map_or_else(|| "?".to_owned(), |row| format!("{} {}", row.sku, row.name)),
            ReportBy::Tender => TenderKind::ALL
                .into_iter()
                .find(|kind| of == [*kind as u8])
                .map_or("?", TenderKind::name)
                .to_owned(),
            ReportBy::User => {
                let user = <[u8; 16]>::try_from(of).ok().map(UserId);
                Self::person(rows, user)
            }
            ReportBy::Tax => {
                let (name, rate) = of.split_at(of.len().saturating_sub(5));
                let rate = rate.get(1..).and_then(|rate| rate.try_into().ok());
                let rate = rate.map_or(0, u32::from_be_bytes);
                let percent = format!("{}.{:02}", rate / 100, rate % 100);
                let percent = percent.trim_end_matches('0').trim_end_matches('.');
                format!("{} {percent} %", String::from_utf8_lossy(name))
            }
            ReportBy::Category | ReportBy::StockValue => String::from_utf8_lossy(of).into_owned(),
        }
    }
}

/// What lies in the shop, by product: quantity, its cost, and its price.
fn stock_value(rows: &dyn Rows) -> Vec<ReportRow> {
    let worth = |price: i64, quantity: i64| {
        let worth = div_half_even(i128::from(price) * i128::from(quantity), 1000);
        i64::try_from(worth).unwrap_or_default()
    };
    let mut found: Vec<ReportRow> = collect_rows::<ProductRow>(rows, Table::Products, &[])
        .into_iter()
        .map(|(_, row)| row)
        .filter_map(|row| {
            let elsewhere: i64 =
                till_books::places(rows, row.id).values().map(|there| there.0).sum();
            let quantity = till_books::stock(rows, row.id).0.wrapping_add(elsewhere);
            let cost = row.cost.map_or(0, |cost| worth(cost, quantity));
            let sums =
                SumRow { quantity, cost, total: worth(row.price, quantity), ..SumRow::default() };
            (quantity != 0).then(|| ReportRow { of: format!("{} {}", row.sku, row.name), sums })
        })
        .collect();
    found.sort_by(|a, b| a.of.cmp(&b.of));
    found
}

/// A civil day as people write it (H. Hinnant, `civil_from_days`).
fn civil_date(day: i32) -> String {
    let shifted = i64::from(day) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_of_year = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_of_year + 2) / 5 + 1;
    let month = if month_of_year < 10 { month_of_year + 3 } else { month_of_year - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

trait FromSlice: Sized {
    fn try_from_slice(bytes: &[u8]) -> Option<Self>;
}

impl FromSlice for LogId {
    fn try_from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}
