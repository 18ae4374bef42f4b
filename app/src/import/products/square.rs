//! Square's item library: one row a variation.
//!
//! - Stock is kept for each location; a shop here is one place, so the counts of
//!   all locations are added.
//! - A location's own price counts only where the item has none.
//! - `Tax - <name> (<rate>%)` columns say by Y which taxes an item bears.
//! - Archived items, and variations that are not sold, are passed over.

use super::taxes::TaxColumns;
use super::{
    Column, Defaults, Fault, Header, ImportError, Made, Maker, Opened, ProductDraft, Row, Rules,
    Skip, fixed_price, or_default, variants,
};
use till_schema::{Currency, Quantity};

/// The variation of an item that has no other.
const ONLY_VARIATION: &str = "Regular";

struct Columns {
    currency: Currency,
    defaults: Defaults,
    handle: Column,
    name: Column,
    variation: Column,
    options: Vec<Column>,
    sku: Column,
    barcode: Column,
    category: Column,
    categories: Column,
    unit: Column,
    price: Column,
    location_prices: Vec<Column>,
    cost: Column,
    stockable: Column,
    stock: Vec<Column>,
    low_stock: Vec<Column>,
    archived: Column,
    sellable: Column,
    taxes: TaxColumns,
}

pub(super) fn maker(header: &Header, rules: &Rules) -> Result<Opened, ImportError> {
    let column = |names: &[&str]| header.column(names);
    let starting =
        |start: &str| header.columns_where(|name| name.to_lowercase().starts_with(start));
    let columns = Columns {
        currency: rules.currency,
        defaults: rules.defaults.clone(),
        handle: column(&["reference handle"])?,
        name: column(&["item name"])?,
        variation: column(&["variation name"])?,
        options: vec![
            column(&["option value 1"])?,
            column(&["option value 2"])?,
            column(&["option value 3"])?,
        ],
        sku: column(&["sku"])?,
        barcode: column(&["gtin"])?,
        category: column(&["category", "reporting category"])?,
        categories: column(&["categories"])?,
        unit: column(&["unit and precision"])?,
        price: column(&["price"])?,
        location_prices: starting("price "),
        cost: column(&["default unit cost"])?,
        stockable: column(&["stockable"])?,
        stock: starting("current quantity "),
        low_stock: starting("stock alert count "),
        archived: column(&["archived"])?,
        sellable: column(&["sellable"])?,
        taxes: TaxColumns::find(header),
    };
    let needed = [
        (&columns.name, "Item Name"),
        (&columns.variation, "Variation Name"),
        (&columns.price, "Price"),
    ];
    header.require("product file (Square)", &needed)?;
    let (sku, barcode) = (columns.sku.clone(), columns.barcode.clone());
    Ok((Box::new(columns), sku, barcode))
}

impl Columns {
    /// What tells the variation apart: its options, else its name.
    fn options(&self, row: &Row) -> Result<Vec<String>, Fault> {
        let options = variants::options(row, &self.options)?;
        let variation = row.cell(&self.variation).text()?;
        let only = variation.is_empty() || variation.eq_ignore_ascii_case(ONLY_VARIATION);
        Ok(if options.is_empty() && !only { vec![variation] } else { options })
    }

    fn price(&self, row: &Row) -> Result<i64, Fault> {
        let own = row.cell(&self.price);
        let cells = self.location_prices.iter().map(|column| row.cell(column));
        let cell = match own.is_empty() {
            true => cells.into_iter().find(|cell| !cell.is_empty()).unwrap_or(own),
            false => own,
        };
        fixed_price(cell, self.currency)
    }

    /// The category itself, else the first of a list.
    fn category(&self, row: &Row) -> Result<String, Fault> {
        let listed = row.cell(&self.categories).text()?;
        let first = listed.split(',').next().unwrap_or_default().trim();
        Ok(or_default(row.cell(&self.category).text()?, first))
    }

    /// `kg (.000)` is a kilogram; pieces have no unit of their own.
    fn unit(&self, row: &Row) -> Result<String, Fault> {
        let text = row.cell(&self.unit).text()?;
        let name = text.split('(').next().unwrap_or_default().trim().to_owned();
        let piece = name.to_lowercase().ends_with("item");
        Ok(if piece { self.defaults.unit.clone() } else { or_default(name, &self.defaults.unit) })
    }
}

/// The sum of the cells that say anything.
pub(super) fn sum(row: &Row, columns: &[Column]) -> Result<Option<Quantity>, Fault> {
    let mut sum: Option<Quantity> = None;
    for column in columns {
        if let Some(quantity) = row.cell(column).exact_quantity()? {
            sum = Some(Quantity(sum.unwrap_or_default().0.saturating_add(quantity.0)));
        }
    }
    Ok(sum)
}

impl Maker<ProductDraft> for Columns {
    fn make(&mut self, row: &Row) -> Result<Made<ProductDraft>, Fault> {
        if row.cell(&self.archived).is_yes() || row.cell(&self.sellable).is_no() {
            return Ok(Made::Skip(Skip::Archived));
        }
        let name = row.cell(&self.name).required_text()?;
        let options = self.options(row)?;
        let given = row.cell(&self.handle).code()?;
        let handle = or_default(given.trim_start_matches('#').to_owned(), &variants::handle(&name));
        let sku = row.cell(&self.sku);
        let (tax, tax_rate_bp) = self.taxes.of(row, &self.defaults)?;
        let counted = !row.cell(&self.stockable).is_no();
        Ok(Made::Draft(Box::new(ProductDraft {
            sku: match sku.is_empty() {
                true => variants::sku(sku, &handle, &options)?,
                false => sku.code()?,
            },
            name,
            price: self.price(row)?,
            cost: row.cell(&self.cost).amount(self.currency)?,
            barcodes: row.cell(&self.barcode).barcodes()?,
            category: self.category(row)?,
            unit: self.unit(row)?,
            tax,
            tax_rate_bp,
            stock: if counted { sum(row, &self.stock)? } else { None },
            low_stock: if counted { sum(row, &self.low_stock)? } else { None },
            group: if options.is_empty() { String::new() } else { handle },
            variant: variants::text(&options),
            ..ProductDraft::default()
        })))
    }
}
