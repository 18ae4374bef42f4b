//! Reading the product and customer files shops already have.
//!
//! Nothing is written here: a file becomes drafts and a list of the rows that
//! could not become one, so a person sees both before anything is kept. The
//! format is told from the header. Amounts and rates are never guessed: a cell
//! that can be read in two ways is an error of its row.

mod cell;
mod customers;
mod drafts;
mod error;
mod number;
mod products;
mod sheet;
mod shopify;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use customers::customers;
pub(crate) use drafts::{CustomerDraft, ProductDraft};
pub(crate) use error::{ImportError, RowError};
pub(crate) use products::products;

pub(crate) use error::Fault;
pub(crate) use sheet::{Column, Row, Sheet};

use serde::{Deserialize, Serialize};

/// Most rows a product or customer file may have, the header not counted.
pub(crate) const ROWS_MAX: usize = 200_000;
/// Largest file read, in bytes.
pub(crate) const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Highest price taken in, in minor units: what the catalogue accepts.
pub(crate) const PRICE_MAX: i64 = 10_000_000_000_000;
/// Highest tax rate taken in, in basis points: 100 %.
pub(crate) const TAX_RATE_BP_MAX: u32 = 10_000;
/// Most barcodes one product may have in a file.
pub(crate) const BARCODES_MAX: usize = 20;
/// Longest barcode, in bytes: what the catalogue accepts.
pub(crate) const BARCODE_BYTES_MAX: usize = 64;

/// A kind of file, told from its header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// The shipped supermarket's columns (`sku, …, department, …, package_size, price`,
    /// or `customer` alone).
    Grocery,
    /// Shopify with its old product header (`Handle`, `Variant Price`, …), or
    /// Shopify's customer export.
    Shopify,
    /// Shopify with its new product header (`URL handle`, `Price`, …).
    ShopifyNew,
    /// Plain columns with English or Spanish names.
    Generic,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Grocery => "grocery",
            Self::Shopify => "Shopify",
            Self::ShopifyNew => "Shopify (new header)",
            Self::Generic => "plain table",
        })
    }
}

/// What a product gets when its file does not say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Defaults {
    /// Tax class.
    pub tax: String,
    /// Tax rate in basis points of the net price: 1900 = 19 %.
    pub tax_rate_bp: u32,
    /// Unit of measure.
    pub unit: String,
}

/// What a file holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Imported<T> {
    /// The format recognised.
    pub format: Format,
    /// The drafts, in the order of the file.
    pub rows: Vec<T>,
    /// Rows that became no draft, in the order of the file, one reason each.
    pub errors: Vec<RowError>,
    /// Rows passed over because they hold nothing to import.
    pub skipped: Skipped,
}

/// Rows passed over because they hold nothing to import.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Skipped {
    /// Rows whose cells are all empty.
    pub blank: u64,
    /// Shopify rows that only add a picture to the product above.
    pub images: u64,
    /// Rows of products the source has archived.
    pub archived: u64,
}

impl Skipped {
    /// All of them.
    pub(crate) const fn total(&self) -> u64 {
        self.blank + self.images + self.archived
    }
}
