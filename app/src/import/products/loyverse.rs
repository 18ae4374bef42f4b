//! Loyverse's item list: one row a variant, with columns for each store.
//!
//! - Stock is kept for each store; a shop here is one place, so the counts of
//!   all stores are added. `Track stock = N` makes the count meaningless.
//! - The price is that of the first store which has one, else the default
//!   price; a warning says when stores differ.
//! - Rows that only name an item of a set are passed over, and so is what no
//!   store sells.

use super::square::sum;
use super::taxes::TaxColumns;
use super::{
    Column, Defaults, Fault, Header, ImportError, Made, Maker, Opened, ProductDraft, Row, Rules,
    Skip, fixed_price, or_default, variants,
};
use std::collections::HashMap;
use till_schema::Currency;

struct Columns {
    currency: Currency,
    defaults: Defaults,
    handle: Column,
    sku: Column,
    name: Column,
    category: Column,
    by_weight: Column,
    options: Vec<Column>,
    cost: Column,
    barcode: Column,
    part_of_set: Column,
    track_stock: Column,
    default_price: Column,
    prices: Vec<Column>,
    for_sale: Vec<Column>,
    stock: Vec<Column>,
    low_stock: Vec<Column>,
    taxes: TaxColumns,
    products: HashMap<String, Product>,
}

/// What the rows of one handle share; the later ones may leave it out.
struct Product {
    name: String,
    category: String,
    unit: String,
    tracked: bool,
}

pub(super) fn maker(header: &Header, rules: &Rules) -> Result<Opened, ImportError> {
    let column = |names: &[&str]| header.column(names);
    // `Price [Main store]`: the bracket keeps `Price (cost)` out.
    let by_store = |what: &str| {
        header.columns_where(|name| {
            let name = name.to_lowercase();
            name.strip_prefix(what).is_some_and(|rest| rest.trim_start().starts_with('['))
        })
    };
    let columns = Columns {
        currency: rules.currency,
        defaults: rules.defaults.clone(),
        handle: column(&["handle"])?,
        sku: column(&["sku"])?,
        name: column(&["name"])?,
        category: column(&["category"])?,
        by_weight: column(&["sold by weight"])?,
        options: vec![
            column(&["option 1 value"])?,
            column(&["option 2 value"])?,
            column(&["option 3 value"])?,
        ],
        cost: column(&["cost"])?,
        barcode: column(&["barcode"])?,
        part_of_set: column(&["sku of included item"])?,
        track_stock: column(&["track stock"])?,
        default_price: column(&["default price", "price"])?,
        prices: by_store("price"),
        for_sale: by_store("available for sale"),
        stock: by_store("in stock"),
        low_stock: by_store("low stock"),
        taxes: TaxColumns::find(header),
        products: HashMap::new(),
    };
    let price = columns.prices.first().unwrap_or(&columns.default_price);
    let needed = [(&columns.handle, "Handle"), (&columns.name, "Name"), (price, "Price [store]")];
    header.require("product file (Loyverse)", &needed)?;
    let (sku, barcode) = (columns.sku.clone(), columns.barcode.clone());
    Ok((Box::new(columns), sku, barcode))
}

impl Columns {
    /// Whether the row only names an item of the set above.
    fn is_part(&self, row: &Row) -> bool {
        let own = [&self.sku, &self.name, &self.barcode];
        let own = own.into_iter().chain(&self.options).chain(&self.prices);
        !row.cell(&self.part_of_set).is_empty() && own.into_iter().all(|c| row.cell(c).is_empty())
    }

    fn product(&self, row: &Row) -> Result<Product, Fault> {
        let weighed = row.cell(&self.by_weight).is_yes();
        Ok(Product {
            name: row.cell(&self.name).required_text()?,
            category: row.cell(&self.category).text()?,
            unit: if weighed { "kg".to_owned() } else { self.defaults.unit.clone() },
            tracked: !row.cell(&self.track_stock).is_no(),
        })
    }

    fn price(&self, row: &Row) -> Result<i64, Fault> {
        let own = self.prices.iter().map(|column| row.cell(column));
        let mut cells = own.chain([row.cell(&self.default_price)]).filter(|cell| !cell.is_empty());
        let Some(first) = cells.next() else {
            let column = self.prices.first().unwrap_or(&self.default_price);
            return row.cell(column).price(self.currency);
        };
        let price = fixed_price(first, self.currency)?;
        if let Some(other) = cells.find(|cell| cell.text != first.text) {
            other.warn(format_args!(
                "another price than in {}, which was taken; make a price list for it",
                first.column
            ));
        }
        Ok(price)
    }
}

impl Maker<ProductDraft> for Columns {
    fn make(&mut self, row: &Row) -> Result<Made<ProductDraft>, Fault> {
        if self.is_part(row) {
            return Ok(Made::Skip(Skip::Other));
        }
        let unsold = |column: &Column| row.cell(column).is_no();
        if !self.for_sale.is_empty() && self.for_sale.iter().all(unsold) {
            return Ok(Made::Skip(Skip::Archived));
        }
        let handle = row.cell(&self.handle).required_code()?;
        if !self.products.contains_key(&handle) {
            let product = self.product(row)?;
            self.products.insert(handle.clone(), product);
        }
        let product = &self.products[&handle];
        let options = variants::options(row, &self.options)?;
        let sku = row.cell(&self.sku);
        let (tax, tax_rate_bp) = self.taxes.of(row, &self.defaults)?;
        let tracked = product.tracked && !row.cell(&self.track_stock).is_no();
        // Loyverse writes 0 where no cost was ever entered.
        let cost = row.cell(&self.cost).amount(self.currency)?.filter(|cost| *cost != 0);
        Ok(Made::Draft(Box::new(ProductDraft {
            sku: match sku.is_empty() {
                true => variants::sku(sku, &handle, &options)?,
                false => sku.code()?,
            },
            name: or_default(row.cell(&self.name).text()?, &product.name),
            price: self.price(row)?,
            cost,
            barcodes: row.cell(&self.barcode).barcodes()?,
            category: or_default(row.cell(&self.category).text()?, &product.category),
            unit: product.unit.clone(),
            tax,
            tax_rate_bp,
            stock: if tracked { sum(row, &self.stock)? } else { None },
            low_stock: if tracked { sum(row, &self.low_stock)? } else { None },
            group: if options.is_empty() { String::new() } else { handle.clone() },
            variant: variants::text(&options),
            ..ProductDraft::default()
        })))
    }
}
