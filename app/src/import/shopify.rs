//! Shopify's product export, with the old and the new names of its columns.
//!
//! A product is one row a variant, told apart by the handle. What belongs to
//! the product stands in its first row alone, and rows may exist only to name
//! another picture.

use super::products::Taken;
use super::sheet::Header;
use super::{
    Column, Defaults, Fault, Format, ImportError, Imported, ProductDraft, ROWS_MAX, Row, Sheet,
    Skipped,
};
use std::collections::HashMap;
use till_schema::Currency;

/// The value Shopify writes where a product has no options.
const NO_OPTION: &str = "Default Title";

struct Columns {
    handle: Column,
    title: Column,
    category: Column,
    fine_category: Column,
    options: [Column; 3],
    sku: Column,
    price: Column,
    barcode: Column,
    taxable: Column,
    tracker: Column,
    stock: Column,
    status: Column,
}

impl Columns {
    fn find(header: &Header, format: Format) -> Result<Self, ImportError> {
        let old = format == Format::Shopify;
        let either = |in_old, in_new| header.column(&[if old { in_old } else { in_new }]);
        let columns = Self {
            handle: either("handle", "url handle")?,
            title: header.column(&["title"])?,
            category: header.column(&["type"])?,
            fine_category: header.column(&["product category"])?,
            options: [
                header.column(&["option1 value"])?,
                header.column(&["option2 value"])?,
                header.column(&["option3 value"])?,
            ],
            sku: either("variant sku", "sku")?,
            price: either("variant price", "price")?,
            barcode: either("variant barcode", "barcode")?,
            taxable: either("variant taxable", "charge tax")?,
            tracker: either("variant inventory tracker", "inventory tracker")?,
            stock: either("variant inventory qty", "inventory quantity")?,
            status: header.column(&["status"])?,
        };
        let price = if old { "Variant Price" } else { "Price" };
        let handle = if old { "Handle" } else { "URL handle" };
        let needed =
            [(&columns.handle, handle), (&columns.title, "Title"), (&columns.price, price)];
        header.require(&format!("product file ({format})"), &needed)?;
        Ok(columns)
    }

    /// Whether the row adds nothing but a picture.
    fn is_image(&self, row: &Row) -> bool {
        let own = [&self.title, &self.sku, &self.price, &self.barcode];
        own.into_iter().chain(&self.options).all(|column| row.cell(column).is_empty())
    }

    fn variant(
        &self,
        row: &Row,
        product: &Product,
        currency: Currency,
        defaults: &Defaults,
    ) -> Result<ProductDraft, Fault> {
        let mut name = product.title.clone()?;
        for option in &self.options {
            let value = row.cell(option).text()?;
            if !value.is_empty() && value != NO_OPTION {
                name = format!("{name} / {value}");
            }
        }
        if name.len() > till_schema::limits::TEXT_BYTES_MAX {
            return Err(row.cell(&self.title).fault(
                "the title and its options together are too long for a name; shorten them",
            ));
        }
        let sku = row.cell(&self.sku).code()?;
        let untaxed = row.cell(&self.taxable).text.eq_ignore_ascii_case("false");
        // Without a tracker the count is a filler.
        let tracked = !self.tracker.exists() || !row.cell(&self.tracker).is_empty();
        Ok(ProductDraft {
            sku: if sku.is_empty() { product.derived_sku() } else { sku },
            name,
            price: row.cell(&self.price).price(currency)?,
            barcodes: row.cell(&self.barcode).barcodes()?,
            category: product.category.clone()?,
            unit: defaults.unit.clone(),
            tax: defaults.tax.clone(),
            tax_rate_bp: if untaxed { 0 } else { defaults.tax_rate_bp },
            stock: if tracked { row.cell(&self.stock).quantity()? } else { None },
        })
    }
}

/// What the rows of one handle share.
struct Product {
    handle: String,
    title: Result<String, Fault>,
    category: Result<String, Fault>,
    archived: bool,
    /// Variants seen, the present one included.
    variants: u64,
}

impl Product {
    fn new(handle: String, row: &Row, columns: &Columns) -> Self {
        let coarse = row.cell(&columns.category);
        let category = if coarse.is_empty() { row.cell(&columns.fine_category) } else { coarse };
        Self {
            handle,
            title: row.cell(&columns.title).required_text(),
            category: category.text(),
            archived: row.cell(&columns.status).text.eq_ignore_ascii_case("archived"),
            variants: 0,
        }
    }

    /// A code for a variant without one. The first variant has the bare
    /// handle, so that adding variants later leaves its code alone.
    fn derived_sku(&self) -> String {
        match self.variants {
            0 | 1 => self.handle.clone(),
            n => format!("{}-{n}", self.handle),
        }
    }
}

/// The drafts of a sheet in Shopify's format.
pub(super) fn products(
    sheet: &Sheet,
    format: Format,
    currency: Currency,
    defaults: &Defaults,
) -> Result<Imported<ProductDraft>, ImportError> {
    let columns = Columns::find(sheet.header(), format)?;
    let mut products: HashMap<String, Product> = HashMap::new();
    let mut taken = Taken::default();
    let mut skipped = Skipped::default();
    let visited = sheet.visit(ROWS_MAX, |row| {
        if columns.is_image(row) {
            skipped.images += 1;
            return Ok(());
        }
        let handle = row.cell(&columns.handle).code()?;
        if handle.is_empty() {
            return Err(row
                .cell(&columns.handle)
                .fault("is empty; it tells which product the row belongs to"));
        }
        let product = products
            .entry(handle)
            .or_insert_with_key(|handle| Product::new(handle.clone(), row, &columns));
        product.variants += 1;
        if product.archived {
            skipped.archived += 1;
            return Ok(());
        }
        let draft = columns.variant(row, product, currency, defaults)?;
        taken.push(draft, row.line, &columns.sku, &columns.barcode)
    })?;
    skipped.blank = visited.blank;
    Ok(Imported { format, rows: taken.rows, errors: visited.errors, skipped })
}
