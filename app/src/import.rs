//! Reading the product and customer files shops already have.
//!
//! Nothing is written here: a file becomes drafts and a list of the rows that
//! could not become one, so a person sees both before anything is kept. The
//! format is told from the header. Amounts and rates are never guessed: a cell
//! that can be read in two ways is an error of its row. Files are read as a
//! stream: one of 100,000 rows takes the memory of its codes, not of its drafts.

mod cell;
mod customers;
mod drafts;
mod error;
mod format;
mod number;
mod products;
mod reading;
mod report;
mod sheet;
mod tap;
#[cfg(test)]
pub(crate) mod tests;

use cell::Cell;
pub(crate) use customers::{COLUMNS as CUSTOMER_COLUMNS, customers, read_customers};
pub(crate) use drafts::{CustomerDraft, ProductDraft};
pub(crate) use error::{Fault, ImportError, RowError};
pub(crate) use format::Format;
pub(crate) use products::{COLUMNS as PRODUCT_COLUMNS, LIST_COLUMN, products, read_products};
pub(crate) use reading::{Imported, Reading, Rules, Unique};
pub(crate) use report::Report;
pub(crate) use sheet::{Column, Row, Sheet};

#[cfg(test)]
pub(crate) use reading::Skipped;

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
