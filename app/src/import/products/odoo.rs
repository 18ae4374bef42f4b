//! Odoo's products, exported with the labels of its columns or with their
//! technical names.
//!
//! - The internal reference is the code; where it is empty the External ID is.
//! - `Customer Taxes` says name and rate as `IVA 19%`. Rows that only name one
//!   more tax of the product above are passed over.

use super::{
    Column, Defaults, Fault, Header, ImportError, Made, Maker, Opened, ProductDraft, Row, Rules,
    Skip, or_default, taxes, variants,
};
use till_schema::Currency;

/// Where all of Odoo's categories hang.
const ROOT_CATEGORY: &str = "All / ";

struct Columns {
    currency: Currency,
    defaults: Defaults,
    external_id: Column,
    name: Column,
    reference: Column,
    barcode: Column,
    price: Column,
    cost: Column,
    category: Column,
    taxes: Column,
    stock: Column,
    low_stock: Column,
    unit: Column,
    active: Column,
    variant: Column,
}

pub(super) fn maker(header: &Header, rules: &Rules) -> Result<Opened, ImportError> {
    let column = |names: &[&str]| header.column(names);
    let columns = Columns {
        currency: rules.currency,
        defaults: rules.defaults.clone(),
        external_id: column(&["external id", "id"])?,
        name: column(&["name"])?,
        reference: column(&["internal reference", "default code"])?,
        barcode: column(&["barcode"])?,
        price: column(&["sales price", "list price", "lst price", "public price"])?,
        cost: column(&["cost", "standard price"])?,
        category: column(&[
            "product category",
            "categ id",
            "product category complete name",
            "point of sale category",
            "pos product category",
        ])?,
        taxes: column(&["customer taxes", "sales taxes", "taxes id"])?,
        stock: column(&["quantity on hand", "qty available"])?,
        low_stock: column(&["reordering min qty", "minimum quantity"])?,
        unit: column(&["unit of measure", "unit", "uom id"])?,
        active: column(&["active"])?,
        variant: column(&[
            "variant values",
            "attribute values",
            "product template variant value ids",
            "product template attribute value ids",
        ])?,
    };
    let needed = [(&columns.name, "Name"), (&columns.price, "Sales Price")];
    header.require("product file (Odoo)", &needed)?;
    let (sku, barcode) = (columns.reference.clone(), columns.barcode.clone());
    Ok((Box::new(columns), sku, barcode))
}

impl Columns {
    /// The values of `Size: M, Color: Red`.
    fn options(&self, row: &Row) -> Result<Vec<String>, Fault> {
        let text = row.cell(&self.variant).text()?;
        let value = |part: &str| part.rsplit(": ").next().unwrap_or_default().trim().to_owned();
        Ok(text.split(',').map(value).filter(|value| !value.is_empty()).collect())
    }

    fn sku(&self, row: &Row, name: &str, options: &[String]) -> Result<String, Fault> {
        let reference = row.cell(&self.reference);
        let external = row.cell(&self.external_id);
        match (reference.is_empty(), external.is_empty()) {
            (false, _) => reference.code(),
            (true, false) => external.code(),
            (true, true) => variants::sku(reference, &variants::handle(name), options),
        }
    }

    fn tax(&self, row: &Row) -> Result<(String, u32), Fault> {
        let (cell, defaults) = (row.cell(&self.taxes), &self.defaults);
        if cell.is_empty() {
            // An empty cell of a column that is there means “untaxed”.
            let rate = if self.taxes.exists() { 0 } else { defaults.tax_rate_bp };
            return Ok((defaults.tax.clone(), rate));
        }
        let text = cell.text()?;
        let mut named = text.split(',').filter_map(taxes::named_rate);
        let Some((name, rate)) = named.next() else {
            cell.warn(format_args!("the rate of “{text}” cannot be told; it got the usual one"));
            return Ok((defaults.tax.clone(), defaults.tax_rate_bp));
        };
        if named.next().is_some() {
            cell.warn("the product has several taxes and got the first; look at its tax");
        }
        Ok((or_default(name, &defaults.tax), rate))
    }

    fn unit(&self, row: &Row) -> Result<String, Fault> {
        let unit = row.cell(&self.unit).text()?;
        let piece = ["units", "unit", "unidades", "unidad", "unidad(es)"]
            .contains(&unit.to_lowercase().as_str());
        Ok(if piece { self.defaults.unit.clone() } else { or_default(unit, &self.defaults.unit) })
    }
}

impl Maker<ProductDraft> for Columns {
    fn make(&mut self, row: &Row) -> Result<Made<ProductDraft>, Fault> {
        let own = [&self.name, &self.reference, &self.external_id, &self.price];
        if own.into_iter().all(|column| row.cell(column).is_empty()) {
            return Ok(Made::Skip(Skip::Other));
        }
        if row.cell(&self.active).is_no() {
            return Ok(Made::Skip(Skip::Archived));
        }
        let name = row.cell(&self.name).required_text()?;
        let options = self.options(row)?;
        let category = row.cell(&self.category).text()?;
        let (tax, tax_rate_bp) = self.tax(row)?;
        Ok(Made::Draft(Box::new(ProductDraft {
            sku: self.sku(row, &name, &options)?,
            price: row.cell(&self.price).price(self.currency)?,
            cost: row.cell(&self.cost).amount(self.currency)?.filter(|cost| *cost != 0),
            barcodes: row.cell(&self.barcode).barcodes()?,
            category: category.strip_prefix(ROOT_CATEGORY).unwrap_or(&category).to_owned(),
            unit: self.unit(row)?,
            tax,
            tax_rate_bp,
            stock: row.cell(&self.stock).quantity()?,
            low_stock: row.cell(&self.low_stock).quantity()?,
            group: match options.is_empty() {
                true => String::new(),
                false => variants::handle(&name),
            },
            variant: variants::text(&options),
            name,
            ..ProductDraft::default()
        })))
    }
}
