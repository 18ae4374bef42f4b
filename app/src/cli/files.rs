//! Files that come in and go out.

use super::parse_percent;
use crate::import::Format;
use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCmd {
    /// Products of Shopify, Square, Loyverse, WooCommerce or Odoo, or a table in
    /// English or Spanish.
    Products {
        #[command(flatten)]
        file: ImportFile,
        /// Tax class of products whose row names none.
        #[arg(long, default_value = "IVA")]
        tax: String,
        /// Tax rate in percent of products whose row names none.
        #[arg(long, default_value = "0", value_parser = parse_percent)]
        tax_rate: u32,
    },
    /// Customers of the same programs, or a table in English or Spanish.
    Customers {
        #[command(flatten)]
        file: ImportFile,
    },
}

/// A file to import, and how.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ImportFile {
    /// The CSV file.
    pub(crate) file: PathBuf,
    /// Only say what would be imported.
    #[arg(long)]
    pub(crate) preview: bool,
    /// Import the good rows although others are broken.
    #[arg(long)]
    pub(crate) skip_bad: bool,
    /// What wrote the file, when its header does not tell: shopify, shopify-new,
    /// square, loyverse, woocommerce, odoo, generic, …
    #[arg(long, value_name = "NAME")]
    pub(crate) format: Option<Format>,
}

/// What to export, where to, and how it is written.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ExportArgs {
    /// What.
    pub(crate) what: ExportWhat,
    /// The file to write; the standard output when not given.
    pub(crate) file: Option<PathBuf>,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = ExportFormat::Csv)]
    pub(crate) format: ExportFormat,
}

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportWhat {
    /// Products that are not put away.
    Products,
    /// Customers that are not put away.
    Customers,
    /// Orders, one row each.
    Orders,
    /// Lines of orders.
    Lines,
    /// Payments of orders, and what returns paid back.
    Payments,
    /// Lines that came back.
    Returns,
    /// Shifts of the drawers.
    Shifts,
    /// Stock by product and place.
    Stock,
    /// Fiscal documents with number, state and code.
    Documents,
    /// Everything that happened: each entry of each log.
    Log,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A table with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// Loyverse's item list (products only).
    Loyverse,
    /// Shopify's product table (products only).
    Shopify,
}
