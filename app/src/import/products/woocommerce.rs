//! WooCommerce's product export: heads of variable products and their
//! variations are rows of their own.
//!
//! - The regular price is the price. A sale price stands alone only where there
//!   is no other; beside one it is a warning, since a sale ends.
//! - A variation names its parent by `id:N` or by SKU, in an earlier row.
//! - Grouped and external products, and drafts, are passed over.

use super::{
    Column, Defaults, Fault, Header, ImportError, Made, Maker, Opened, ProductDraft, Row, Rules,
    Skip, or_default, variants,
};
use std::collections::HashMap;
use till_schema::Currency;

/// Attributes of a product that are looked for.
const ATTRIBUTES_MAX: usize = 12;

struct Columns {
    currency: Currency,
    defaults: Defaults,
    id: Column,
    kind: Column,
    sku: Column,
    barcode: Column,
    name: Column,
    published: Column,
    tax_status: Column,
    tax_class: Column,
    stock: Column,
    low_stock: Column,
    price: Column,
    sale_price: Column,
    cost: Column,
    categories: Column,
    parent: Column,
    attributes: Vec<Column>,
    parents: HashMap<String, Parent>,
}

/// The head of a variable product.
#[derive(Clone)]
struct Parent {
    handle: String,
    name: String,
    category: String,
    hidden: bool,
}

pub(super) fn maker(header: &Header, rules: &Rules) -> Result<Opened, ImportError> {
    let column = |names: &[&str]| header.column(names);
    let mut attributes = Vec::new();
    for place in 1..=ATTRIBUTES_MAX {
        attributes.push(header.column(&[&format!("attribute {place} value s")])?);
    }
    let columns = Columns {
        currency: rules.currency,
        defaults: rules.defaults.clone(),
        id: column(&["id"])?,
        kind: column(&["type"])?,
        sku: column(&["sku"])?,
        barcode: column(&["gtin upc ean or isbn", "gtin"])?,
        name: column(&["name"])?,
        published: column(&["published"])?,
        tax_status: column(&["tax status"])?,
        tax_class: column(&["tax class"])?,
        stock: column(&["stock"])?,
        low_stock: column(&["low stock amount"])?,
        price: column(&["regular price"])?,
        sale_price: column(&["sale price"])?,
        cost: column(&["cost of goods", "cost"])?,
        categories: column(&["categories"])?,
        parent: column(&["parent"])?,
        attributes,
        parents: HashMap::new(),
    };
    let needed =
        [(&columns.kind, "Type"), (&columns.name, "Name"), (&columns.price, "Regular price")];
    header.require("product file (WooCommerce)", &needed)?;
    let (sku, barcode) = (columns.sku.clone(), columns.barcode.clone());
    Ok((Box::new(columns), sku, barcode))
}

impl Columns {
    /// A code for what has none: the id never changes.
    fn handle(&self, row: &Row) -> Result<String, Fault> {
        let sku = row.cell(&self.sku).code()?;
        let id = row.cell(&self.id);
        Ok(match (sku.is_empty(), id.is_empty()) {
            (false, _) => sku,
            (true, false) => format!("woo-{}", id.code()?),
            (true, true) => variants::handle(&row.cell(&self.name).required_text()?),
        })
    }

    /// Whether it is a draft; private products (0) are sold in the shop.
    fn is_hidden(&self, row: &Row) -> bool {
        row.cell(&self.published).text.starts_with('-')
    }

    /// The first category, as a path.
    fn category(&self, row: &Row) -> Result<String, Fault> {
        let all = row.cell(&self.categories).text()?;
        Ok(all.split(',').next().unwrap_or_default().trim().to_owned())
    }

    fn remember(&mut self, row: &Row) -> Result<(), Fault> {
        let parent = Parent {
            handle: self.handle(row)?,
            name: row.cell(&self.name).required_text()?,
            category: self.category(row)?,
            hidden: self.is_hidden(row),
        };
        let (id, sku) = (row.cell(&self.id), row.cell(&self.sku));
        if !id.is_empty() {
            self.parents.insert(format!("id:{}", id.text), parent.clone());
        }
        if !sku.is_empty() {
            self.parents.insert(sku.text.to_owned(), parent);
        }
        Ok(())
    }

    /// The parent: `id:12`, a bare id, or a SKU.
    fn parent(&self, row: &Row) -> Result<&Parent, Fault> {
        let cell = row.cell(&self.parent);
        let found = self.parents.get(cell.text);
        found.or_else(|| self.parents.get(&format!("id:{}", cell.text))).ok_or_else(|| {
            cell.fault(format_args!(
                "its product “{}” is in no earlier row; export the variable products too",
                cell.text
            ))
        })
    }

    fn price(&self, row: &Row) -> Result<i64, Fault> {
        let (regular, sale) = (row.cell(&self.price), row.cell(&self.sale_price));
        if regular.is_empty() && !sale.is_empty() {
            return sale.price(self.currency);
        }
        if !sale.is_empty() && sale.text != regular.text {
            sale.warn(format_args!(
                "the sale price {} was left out, and the regular price taken",
                sale.text
            ));
        }
        regular.price(self.currency)
    }

    /// Class and rate. The file names classes without their rates.
    fn tax(&self, row: &Row) -> (String, u32) {
        let defaults = &self.defaults;
        let class = row.cell(&self.tax_class);
        let untaxed = row.cell(&self.tax_status).text.eq_ignore_ascii_case("none")
            || class.text.eq_ignore_ascii_case("zero-rate");
        if untaxed {
            return (defaults.tax.clone(), 0);
        }
        // A variation's “parent” means the class of its product.
        if !class.is_empty() && !["standard", "parent"].contains(&class.text) {
            class.warn(format_args!(
                "the file does not say the rate of the class “{}”; it got the usual one",
                class.text
            ));
        }
        (defaults.tax.clone(), defaults.tax_rate_bp)
    }

    fn draft(&self, row: &Row, parent: Option<&Parent>) -> Result<ProductDraft, Fault> {
        let options = match parent {
            Some(_) => variants::options(row, &self.attributes)?,
            None => Vec::new(),
        };
        let sku = row.cell(&self.sku);
        let code = match (sku.is_empty(), parent) {
            (false, _) => sku.code()?,
            (true, Some(parent)) if !options.is_empty() => {
                variants::sku(sku, &parent.handle, &options)?
            }
            (true, _) => self.handle(row)?,
        };
        let own = self.category(row)?;
        let (tax, tax_rate_bp) = self.tax(row);
        Ok(ProductDraft {
            sku: code,
            name: match parent {
                Some(parent) => parent.name.clone(),
                None => row.cell(&self.name).required_text()?,
            },
            price: self.price(row)?,
            cost: row.cell(&self.cost).amount(self.currency)?,
            barcodes: row.cell(&self.barcode).barcodes()?,
            category: or_default(own, parent.map_or("", |parent| &parent.category)),
            unit: self.defaults.unit.clone(),
            tax,
            tax_rate_bp,
            stock: row.cell(&self.stock).exact_quantity()?,
            low_stock: row.cell(&self.low_stock).exact_quantity()?,
            group: parent.map_or_else(String::new, |parent| parent.handle.clone()),
            variant: variants::text(&options),
            ..ProductDraft::default()
        })
    }
}

impl Maker<ProductDraft> for Columns {
    fn make(&mut self, row: &Row) -> Result<Made<ProductDraft>, Fault> {
        let kind = row.cell(&self.kind).text.to_lowercase();
        let is = |wanted: &str| kind.split(',').any(|part| part.trim() == wanted);
        if is("variable") {
            self.remember(row)?;
            return Ok(Made::Skip(Skip::Other));
        }
        if is("grouped") || is("external") {
            return Ok(Made::Skip(Skip::Other));
        }
        let parent = if is("variation") { Some(self.parent(row)?) } else { None };
        if self.is_hidden(row) || parent.is_some_and(|parent| parent.hidden) {
            return Ok(Made::Skip(Skip::Archived));
        }
        Ok(Made::Draft(Box::new(self.draft(row, parent)?)))
    }
}
