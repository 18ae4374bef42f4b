//! What a file would bring, before it does.

use super::{json, table};
use crate::import::{CustomerDraft, ProductDraft, Report, RowError};
use serde::Serialize;
use std::path::Path;
use till_schema::Currency;

/// Rows of a broken file listed before the rest is only counted.
const LISTED: usize = 20;

/// A draft as a row of a table.
pub(crate) trait Listed: Serialize {
    /// What the columns are called.
    const HEADER: &'static [&'static str];
    /// Its cells.
    fn cells(&self, currency: Currency) -> Vec<String>;
}

impl Listed for ProductDraft {
    const HEADER: &'static [&'static str] =
        &["SKU", "name", "variant", "price", "tax", "category", "barcodes", "stock"];

    fn cells(&self, currency: Currency) -> Vec<String> {
        vec![
            self.sku.clone(),
            self.name.clone(),
            self.variant.clone(),
            currency.format(self.price),
            format!("{} {}%", self.tax, f64::from(self.tax_rate_bp) / 100.0),
            self.category.clone(),
            self.barcodes.join(" "),
            self.stock.map_or_else(String::new, |stock| stock.to_string()),
        ]
    }
}

impl Listed for CustomerDraft {
    const HEADER: &'static [&'static str] =
        &["name", "document", "e-mail", "phone", "address", "group", "credit limit"];

    fn cells(&self, currency: Currency) -> Vec<String> {
        vec![
            self.name.clone(),
            format!("{} {}", self.tax_id_kind, self.tax_id).trim().to_owned(),
            self.email.clone(),
            self.phone.clone(),
            self.address.clone(),
            self.group.clone(),
            self.credit_limit.map_or_else(String::new, |limit| currency.format(limit)),
        ]
    }
}

/// What a file holds. For people on the error output, so that the answer of
/// the import itself stays apart; the first rows only when no import follows.
pub(crate) fn preview<D: Listed>(
    as_json: bool,
    shown: bool,
    report: &Report<D>,
    file: &Path,
    currency: Currency,
) {
    if as_json {
        return json(report);
    }
    let new = report.new.map_or_else(String::new, |new| {
        format!(" ({new} would be created, {} are here already)", report.good - new)
    });
    eprintln!(
        "{}: {}, {} good rows{new}, {} broken, {} passed over, {} warnings",
        file.display(),
        report.format,
        report.good,
        report.broken,
        report.skipped.total(),
        report.odd
    );
    list("broken", &report.errors, report.broken);
    list("warnings", &report.warnings, report.odd);
    if shown && !report.first.is_empty() {
        let mut first = table(D::HEADER);
        for draft in &report.first {
            first.add_row(draft.cells(currency));
        }
        println!("{first}");
        let more = report.good - report.first.len() as u64;
        if more > 0 {
            println!("… and {more} more");
        }
    }
}

fn list(title: &str, rows: &[RowError], count: u64) {
    if count == 0 {
        return;
    }
    eprintln!("{title}:");
    for error in rows.iter().take(LISTED) {
        eprintln!("  {error}");
    }
    if count > LISTED as u64 {
        eprintln!("  … and {} more", count - LISTED as u64);
    }
}
