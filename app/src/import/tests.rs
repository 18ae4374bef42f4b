#![allow(clippy::unwrap_used)]

mod broken;
mod customers;
mod many;
mod numbers;
mod plain;
mod samples;
mod shared;
mod shopify;

pub(crate) use shared::shared as shared_file;

use super::*;
use till_schema::{Currency, Quantity};

fn defaults() -> Defaults {
    Defaults { tax: "IVA".into(), tax_rate_bp: 1900, unit: "u".into() }
}

/// A file that is good in every row.
fn all_products(csv: &str) -> Imported<ProductDraft> {
    let imported = products(csv.as_bytes(), Currency::Usd, &defaults()).unwrap();
    assert_eq!(imported.errors, []);
    imported
}

/// The errors of a file, as people read them.
fn product_errors(csv: &str) -> Vec<String> {
    let imported = products(csv.as_bytes(), Currency::Usd, &defaults()).unwrap();
    imported.errors.iter().map(RowError::to_string).collect()
}

/// Why a file is refused as a whole.
fn refusal(csv: &[u8]) -> String {
    products(csv, Currency::Usd, &defaults()).unwrap_err().to_string()
}
