//! Product files: telling the format, and what all formats share.

mod generic;
mod loyverse;
mod odoo;
mod shopify;
mod square;
mod taxes;
mod variants;
mod woocommerce;

pub(crate) use generic::{COLUMNS, LIST_COLUMN};

use super::reading::{Made, Maker, Skip, Unique};
use super::sheet::Header;
use super::{
    Cell, Column, Defaults, Fault, Format, ImportError, Imported, ProductDraft, Reading, Row, Rules,
};
use std::collections::HashMap;
use std::io::Read;
use till_schema::Currency;

/// Reads a small product file whole; see [`read_products`].
///
/// # Errors
/// When the file as a whole is of no use; single bad rows are in
/// [`Imported::errors`].
pub(crate) fn products(
    reader: impl Read,
    currency: Currency,
    defaults: &Defaults,
) -> Result<Imported<ProductDraft>, ImportError> {
    let rules = Rules { currency, defaults: defaults.clone(), format: None };
    read_products(reader, &rules)?.collect()
}

/// Begins to read a product file. Prices are taken as tax-included, in the
/// shop's currency. A code or barcode that an earlier row of the file has is
/// an error of the later row.
///
/// # Errors
/// When the file's header is of no use.
pub(crate) fn read_products<'r>(
    reader: impl Read + 'r,
    rules: &Rules,
) -> Result<Reading<'r, ProductDraft>, ImportError> {
    Reading::begin(reader, |sheet| {
        let header = sheet.header();
        let format = rules.format.unwrap_or_else(|| recognised(header));
        let (maker, sku, barcode) = match format {
            Format::Shopify | Format::ShopifyNew => shopify::maker(header, format, rules)?,
            Format::Square => square::maker(header, rules)?,
            Format::Loyverse => loyverse::maker(header, rules)?,
            Format::Woocommerce => woocommerce::maker(header, rules)?,
            Format::Odoo => odoo::maker(header, rules)?,
            Format::Tillmesh | Format::Grocery | Format::Generic => {
                generic::maker(header, format, rules)?
            }
        };
        Ok((format, maker, Met { sku, barcode, ..Met::default() }))
    })
}

/// A format's reader, and the columns of code and barcode, for messages.
type Opened = (Box<dyn Maker<ProductDraft>>, Column, Column);

/// The columns that only one program writes decide; what is left is a plain table.
fn recognised(header: &Header) -> Format {
    let all = |keys: &[&str]| keys.iter().all(|key| header.has(key));
    let any = |keys: &[&str]| keys.iter().any(|key| header.has(key));
    if header.names().iter().map(String::as_str).take(COLUMNS.len()).eq(COLUMNS) {
        Format::Tillmesh
    } else if header.has("url handle") {
        Format::ShopifyNew
    } else if all(&["handle"]) && any(&["variant sku", "variant price", "variant barcode"]) {
        Format::Shopify
    } else if all(&["item name", "variation name"]) {
        Format::Square
    } else if all(&["handle", "sku", "name"]) && any(&["track stock", "sold by weight"]) {
        Format::Loyverse
    } else if all(&["type", "name", "regular price"]) {
        Format::Woocommerce
    } else if any(&["internal reference", "default code"])
        || (all(&["external id", "name"]) && any(&["sales price", "list price"]))
    {
        Format::Odoo
    } else if all(&["sku", "department", "package size"]) {
        Format::Grocery
    } else {
        Format::Generic
    }
}

fn or_default(text: String, default: &str) -> String {
    if text.is_empty() { default.to_owned() } else { text }
}

/// The price of a cell in which other tills may write that there is none.
fn fixed_price(cell: Cell<'_>, currency: Currency) -> Result<i64, Fault> {
    if cell.text.eq_ignore_ascii_case("variable") {
        return Err(cell.fault(
            "the price is “variable”, and every product needs one here; \
             write a price, which can be changed in the sale",
        ));
    }
    cell.price(currency)
}

/// Codes and barcodes met so far, with their lines.
#[derive(Default)]
pub(crate) struct Met {
    sku: Column,
    barcode: Column,
    sku_lines: HashMap<String, u64>,
    barcode_lines: HashMap<String, u64>,
}

impl Unique for ProductDraft {
    type Met = Met;

    fn meet(&self, row: &Row, met: &mut Met) -> Result<(), Fault> {
        let repeated = |column: &Column, text: &str, first: &u64| {
            let reason = format!("“{text}” is on line {first} already; give each product its own");
            match column.exists() {
                true => Fault::cell(column.name(), reason),
                false => Fault::row(reason),
            }
        };
        if let Some(first) = met.sku_lines.get(&self.sku) {
            return Err(repeated(&met.sku, &self.sku, first));
        }
        for barcode in &self.barcodes {
            if let Some(first) = met.barcode_lines.get(barcode) {
                return Err(repeated(&met.barcode, barcode, first));
            }
        }
        met.sku_lines.insert(self.sku.clone(), row.line);
        met.barcode_lines.extend(self.barcodes.iter().map(|code| (code.clone(), row.line)));
        Ok(())
    }
}
