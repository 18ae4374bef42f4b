//! Tables with one product a row: plain ones with English or Spanish names,
//! the grocery's, and what this program exports.

use super::super::number;
use super::{
    Column, Defaults, Fault, Format, Header, ImportError, Made, Maker, Opened, ProductDraft, Row,
    Rules, or_default, variants,
};
use till_schema::{Currency, Quantity};

/// The columns of this program's own export, in their order. A file that begins
/// with them is read exactly: an empty cell is empty, and a point is a decimal point.
pub(crate) const COLUMNS: [&str; 14] = [
    "sku",
    "name",
    "price",
    "cost",
    "barcodes",
    "category",
    "unit",
    "tax_class",
    "tax_rate",
    "stock",
    "low_stock",
    "group",
    "variant",
    "plu",
];
/// What the columns of price lists begin with, before the list's name.
pub(crate) const LIST_COLUMN: &str = "price list: ";

/// Of several names of one thing the first found counts; each must be the whole
/// name of a column, so that `Price (cost)` is no price.
struct Columns {
    format: Format,
    currency: Currency,
    defaults: Defaults,
    sku: Column,
    name: Column,
    price: Column,
    cost: Column,
    barcodes: Column,
    category: Column,
    /// Stands in where the grocery's category is empty.
    department: Column,
    unit: Column,
    tax: Column,
    tax_rate: Column,
    stock: Column,
    low_stock: Column,
    group: Column,
    variant: Column,
    plu: Column,
    lists: Vec<(Column, String)>,
}

pub(super) fn maker(header: &Header, format: Format, rules: &Rules) -> Result<Opened, ImportError> {
    let columns = Columns::find(header, format, rules)?;
    let (sku, barcodes) = (columns.sku.clone(), columns.barcodes.clone());
    Ok((Box::new(columns), sku, barcodes))
}

impl Columns {
    fn find(header: &Header, format: Format, rules: &Rules) -> Result<Self, ImportError> {
        let column = |names: &[&str]| header.column(names);
        let columns = Self {
            format,
            currency: rules.currency,
            defaults: rules.defaults.clone(),
            sku: column(&[
                "sku",
                "codigo",
                "code",
                "codigo interno",
                "referencia",
                "reference",
                "item code",
                "product code",
                "codigo producto",
                "codigo del producto",
            ])?,
            name: column(&[
                "name",
                "nombre",
                "product name",
                "item name",
                "nombre producto",
                "nombre del producto",
                "producto",
                "product",
                "articulo",
                "title",
                "descripcion",
                "description",
            ])?,
            price: column(&[
                "price",
                "precio",
                "precio de venta",
                "precio venta",
                "pvp",
                "sale price",
                "selling price",
                "retail price",
                "precio al publico",
                "unit price",
                "precio unitario",
            ])?,
            cost: column(&[
                "cost",
                "costo",
                "coste",
                "unit cost",
                "cost price",
                "price cost",
                "costo unitario",
                "precio de costo",
                "precio costo",
                "precio de compra",
                "purchase price",
            ])?,
            barcodes: column(&[
                "barcode",
                "barcodes",
                "bar code",
                "codigo de barras",
                "codigos de barras",
                "codigo barras",
                "ean",
                "ean13",
                "gtin",
                "upc",
            ])?,
            category: column(&[
                "category",
                "categoria",
                "department",
                "departamento",
                "familia",
                "linea",
            ])?,
            department: column(&["department", "departamento"])?,
            unit: column(&["unit", "unidad", "unidad de medida", "unit of measure", "uom"])?,
            tax: column(&["tax class", "clase de impuesto", "clase impuesto"])?,
            tax_rate: column(&[
                "tax rate",
                "iva",
                "tarifa iva",
                "porcentaje iva",
                "itbms",
                "vat",
                "impuesto",
                "tax",
            ])?,
            stock: column(&[
                "stock",
                "existencias",
                "existencia",
                "inventario",
                "inventory",
                "in stock",
                "on hand",
                "cantidad",
                "quantity",
            ])?,
            low_stock: column(&[
                "low stock",
                "minimo",
                "stock minimo",
                "existencia minima",
                "minimum stock",
                "min stock",
                "reorder point",
                "punto de reorden",
            ])?,
            group: column(&["group", "grupo", "product group", "parent", "producto padre"])?,
            variant: column(&["variant", "variante", "variacion", "variation", "talla"])?,
            plu: column(&["plu", "codigo plu", "codigo balanza", "scale code"])?,
            lists: lists(header),
        };
        let kind = format!("product file ({format})");
        let needed = [
            (&columns.sku, "sku (or codigo)"),
            (&columns.name, "name (or nombre)"),
            (&columns.price, "price (or precio)"),
        ];
        header.require(&kind, &needed)?;
        Ok(columns)
    }

    fn default<'a>(&'a self, default: &'a str) -> &'a str {
        if self.format == Format::Tillmesh { "" } else { default }
    }

    fn quantity(&self, row: &Row, column: &Column) -> Result<Option<Quantity>, Fault> {
        let cell = row.cell(column);
        match self.format {
            Format::Tillmesh => cell.exact_quantity(),
            _ => cell.quantity(),
        }
    }

    /// The rate; a text such as `IVA 19%` says the class too.
    fn tax(&self, row: &Row) -> Result<(String, u32), Fault> {
        let cell = row.cell(&self.tax_rate);
        let class = or_default(row.cell(&self.tax).text()?, self.default(&self.defaults.tax));
        if cell.is_empty() || number::percent(cell.text).is_ok() {
            return Ok((class, cell.percent()?.unwrap_or(self.defaults.tax_rate_bp)));
        }
        match super::taxes::named_rate(cell.text) {
            Some((name, rate)) if !self.tax.exists() => Ok((or_default(name, &class), rate)),
            Some((_, rate)) => Ok((class, rate)),
            None => cell.percent().map(|rate| (class, rate.unwrap_or(self.defaults.tax_rate_bp))),
        }
    }
}

impl Maker<ProductDraft> for Columns {
    fn make(&mut self, row: &Row) -> Result<Made<ProductDraft>, Fault> {
        let text = |column: &Column| row.cell(column).text();
        let name = row.cell(&self.name).required_text()?;
        let (group, variant) = (text(&self.group)?, text(&self.variant)?);
        let sku = row.cell(&self.sku);
        let sku = match sku.is_empty() && !variant.is_empty() {
            true => {
                let handle = or_default(group.clone(), &variants::handle(&name));
                variants::sku(sku, &handle, std::slice::from_ref(&variant))?
            }
            false => sku.required_code()?,
        };
        let price = row.cell(&self.price).price(self.currency)?;
        let (tax, tax_rate_bp) = self.tax(row)?;
        let mut prices = Vec::new();
        for (column, list) in &self.lists {
            let price = row.cell(column).amount(self.currency)?;
            prices.extend(price.map(|price| (list.clone(), price)));
        }
        Ok(Made::Draft(Box::new(ProductDraft {
            sku,
            name,
            price,
            cost: row.cell(&self.cost).amount(self.currency)?,
            barcodes: row.cell(&self.barcodes).barcodes()?,
            category: or_default(text(&self.category)?, &text(&self.department)?),
            unit: or_default(text(&self.unit)?, self.default(&self.defaults.unit)),
            tax,
            tax_rate_bp,
            stock: self.quantity(row, &self.stock)?,
            low_stock: self.quantity(row, &self.low_stock)?,
            group,
            variant,
            plu: row.cell(&self.plu).code()?,
            lists: prices,
        })))
    }
}

/// The columns of price lists, with the lists' names.
fn lists(header: &Header) -> Vec<(Column, String)> {
    let prefix = |name: &str| {
        let found = [LIST_COLUMN, "lista de precios: "].into_iter().find(|prefix| {
            name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        });
        found.map(|prefix| name[prefix.len()..].trim().to_owned())
    };
    let columns = header.columns_where(|name| prefix(name).is_some());
    columns
        .into_iter()
        .filter_map(|column| {
            let list = prefix(column.name())?;
            Some((column, list))
        })
        .collect()
}
