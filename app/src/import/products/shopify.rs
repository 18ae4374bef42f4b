//! Shopify's product export, with the old and the new names of its columns.
//!
//! A product is one row a variant, told apart by the handle. What belongs to
//! the product stands in its first row alone, and rows may exist only to name
//! another picture.

use super::{
    Column, Defaults, Fault, Format, Header, ImportError, Made, Maker, Opened, ProductDraft, Row,
    Rules, Skip, variants,
};
use std::collections::HashMap;
use till_schema::Currency;

struct Columns {
    currency: Currency,
    defaults: Defaults,
    handle: Column,
    title: Column,
    category: Column,
    fine_category: Column,
    options: Vec<Column>,
    sku: Column,
    price: Column,
    cost: Column,
    barcode: Column,
    taxable: Column,
    tracker: Column,
    stock: Column,
    status: Column,
    products: HashMap<String, Product>,
}

/// What the rows of one handle share.
struct Product {
    title: Result<String, Fault>,
    category: Result<String, Fault>,
    archived: bool,
}

pub(super) fn maker(header: &Header, format: Format, rules: &Rules) -> Result<Opened, ImportError> {
    let columns = Columns::find(header, format, rules)?;
    let (sku, barcode) = (columns.sku.clone(), columns.barcode.clone());
    Ok((Box::new(columns), sku, barcode))
}

impl Columns {
    fn find(header: &Header, format: Format, rules: &Rules) -> Result<Self, ImportError> {
        let old = format == Format::Shopify;
        let either = |in_old, in_new| header.column(&[if old { in_old } else { in_new }]);
        let columns = Self {
            currency: rules.currency,
            defaults: rules.defaults.clone(),
            handle: either("handle", "url handle")?,
            title: header.column(&["title"])?,
            category: header.column(&["type"])?,
            fine_category: header.column(&["product category"])?,
            options: vec![
                header.column(&["option1 value"])?,
                header.column(&["option2 value"])?,
                header.column(&["option3 value"])?,
            ],
            sku: either("variant sku", "sku")?,
            price: either("variant price", "price")?,
            cost: header.column(&["cost per item"])?,
            barcode: either("variant barcode", "barcode")?,
            taxable: either("variant taxable", "charge tax")?,
            tracker: either("variant inventory tracker", "inventory tracker")?,
            stock: either("variant inventory qty", "inventory quantity")?,
            status: header.column(&["status"])?,
            products: HashMap::new(),
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

    fn product(&self, row: &Row) -> Product {
        let coarse = row.cell(&self.category);
        let category = if coarse.is_empty() { row.cell(&self.fine_category) } else { coarse };
        Product {
            title: row.cell(&self.title).required_text(),
            category: category.text(),
            archived: row.cell(&self.status).text.eq_ignore_ascii_case("archived"),
        }
    }

    fn variant(&self, row: &Row, handle: &str, product: &Product) -> Result<ProductDraft, Fault> {
        let name = product.title.clone()?;
        let options = variants::options(row, &self.options)?;
        let sku = row.cell(&self.sku);
        let untaxed = row.cell(&self.taxable).is_no();
        // Without a tracker the count is a filler.
        let tracked = !self.tracker.exists() || !row.cell(&self.tracker).is_empty();
        Ok(ProductDraft {
            sku: match sku.is_empty() {
                true => variants::sku(sku, handle, &options)?,
                false => sku.code()?.trim_start_matches('\'').to_owned(),
            },
            name,
            price: row.cell(&self.price).price(self.currency)?,
            cost: row.cell(&self.cost).amount(self.currency)?,
            barcodes: row.cell(&self.barcode).barcodes()?,
            category: product.category.clone()?,
            unit: self.defaults.unit.clone(),
            tax: self.defaults.tax.clone(),
            tax_rate_bp: if untaxed { 0 } else { self.defaults.tax_rate_bp },
            stock: if tracked { row.cell(&self.stock).quantity()? } else { None },
            group: if options.is_empty() { String::new() } else { handle.to_owned() },
            variant: variants::text(&options),
            ..ProductDraft::default()
        })
    }
}

impl Maker<ProductDraft> for Columns {
    fn make(&mut self, row: &Row) -> Result<Made<ProductDraft>, Fault> {
        if self.is_image(row) {
            return Ok(Made::Skip(Skip::Image));
        }
        let handle = row.cell(&self.handle).code()?;
        if handle.is_empty() {
            let cell = row.cell(&self.handle);
            return Err(cell.fault("is empty; it tells which product the row belongs to"));
        }
        if !self.products.contains_key(&handle) {
            let product = self.product(row);
            self.products.insert(handle.clone(), product);
        }
        let product = &self.products[&handle];
        if product.archived {
            return Ok(Made::Skip(Skip::Archived));
        }
        Ok(Made::Draft(Box::new(self.variant(row, &handle, product)?)))
    }
}
