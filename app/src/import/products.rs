//! Product files: telling the format, and the formats with one product a row.

use super::sheet::Header;
use super::{
    Column, Defaults, Fault, Format, ImportError, Imported, ProductDraft, ROWS_MAX, Row, Sheet,
    Skipped, shopify,
};
use std::collections::HashMap;
use std::io::Read;
use till_schema::Currency;

/// Reads a product file. Prices are taken as tax-included, in `currency`.
///
/// Formats, told from the header: the grocery columns, Shopify (old and new
/// header), and plain tables with English or Spanish names, which need a code
/// (`sku`, `codigo`), a name (`name`, `nombre`) and a price (`price`,
/// `precio`), and may have barcodes, category, tax rate in percent, unit and
/// stock. A code or barcode that an earlier row of the file has is an error of
/// the later row.
///
/// # Errors
/// When the file as a whole is of no use; single bad rows are in
/// [`Imported::errors`].
pub(crate) fn products(
    reader: impl Read,
    currency: Currency,
    defaults: &Defaults,
) -> Result<Imported<ProductDraft>, ImportError> {
    let sheet = Sheet::read(reader)?;
    match product_format(sheet.header()) {
        format @ (Format::Shopify | Format::ShopifyNew) => {
            shopify::products(&sheet, format, currency, defaults)
        }
        format @ (Format::Grocery | Format::Generic) => {
            one_a_row(&sheet, format, currency, defaults)
        }
    }
}

fn product_format(header: &Header) -> Format {
    let variants = ["variant sku", "variant price", "variant barcode"];
    if header.has("url handle") {
        Format::ShopifyNew
    } else if header.has("handle") && variants.iter().any(|key| header.has(key)) {
        Format::Shopify
    } else if header.has("sku") && header.has("department") && header.has("package size") {
        Format::Grocery
    } else {
        Format::Generic
    }
}

/// Columns of a table with one product a row. Of several names of one thing
/// the first found counts.
struct Columns {
    sku: Column,
    name: Column,
    price: Column,
    barcodes: Column,
    category: Column,
    /// Stands in where the grocery's category is empty.
    department: Column,
    unit: Column,
    tax: Column,
    tax_rate: Column,
    stock: Column,
}

impl Columns {
    fn find(header: &Header, format: Format) -> Result<Self, ImportError> {
        let columns = Self {
            sku: header.column(&[
                "sku",
                "codigo",
                "code",
                "codigo interno",
                "referencia",
                "item code",
                "product code",
            ])?,
            name: header.column(&[
                "name",
                "nombre",
                "product name",
                "nombre producto",
                "nombre del producto",
                "producto",
                "product",
                "title",
                "descripcion",
                "description",
            ])?,
            price: header.column(&[
                "price",
                "precio",
                "precio de venta",
                "precio venta",
                "pvp",
                "unit price",
                "precio unitario",
            ])?,
            barcodes: header.column(&[
                "barcode",
                "barcodes",
                "codigo de barras",
                "codigos de barras",
                "codigo barras",
                "ean",
                "gtin",
                "upc",
            ])?,
            category: header.column(&["category", "categoria", "department", "departamento"])?,
            department: header.column(&["department", "departamento"])?,
            unit: header.column(&["unit", "unidad", "unidad de medida", "uom"])?,
            tax: header.column(&["tax class", "clase de impuesto", "clase impuesto"])?,
            tax_rate: header.column(&[
                "tax rate",
                "iva",
                "tarifa iva",
                "porcentaje iva",
                "itbms",
                "vat",
                "impuesto",
                "tax",
            ])?,
            stock: header.column(&[
                "stock",
                "existencias",
                "existencia",
                "inventario",
                "inventory",
                "in stock",
                "cantidad",
                "quantity",
            ])?,
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

    fn draft(
        &self,
        row: &Row,
        currency: Currency,
        defaults: &Defaults,
    ) -> Result<ProductDraft, Fault> {
        let category = row.cell(&self.category).text()?;
        Ok(ProductDraft {
            sku: row.cell(&self.sku).required_code()?,
            name: row.cell(&self.name).required_text()?,
            price: row.cell(&self.price).price(currency)?,
            barcodes: row.cell(&self.barcodes).barcodes()?,
            category: if category.is_empty() {
                row.cell(&self.department).text()?
            } else {
                category
            },
            unit: or_default(row.cell(&self.unit).text()?, &defaults.unit),
            tax: or_default(row.cell(&self.tax).text()?, &defaults.tax),
            tax_rate_bp: row.cell(&self.tax_rate).percent()?.unwrap_or(defaults.tax_rate_bp),
            stock: row.cell(&self.stock).quantity()?,
        })
    }
}

fn or_default(text: String, default: &str) -> String {
    if text.is_empty() { default.to_owned() } else { text }
}

fn one_a_row(
    sheet: &Sheet,
    format: Format,
    currency: Currency,
    defaults: &Defaults,
) -> Result<Imported<ProductDraft>, ImportError> {
    let columns = Columns::find(sheet.header(), format)?;
    let mut taken = Taken::default();
    let visited = sheet.visit(ROWS_MAX, |row| {
        let draft = columns.draft(row, currency, defaults)?;
        taken.push(draft, row.line, &columns.sku, &columns.barcodes)
    })?;
    Ok(Imported {
        format,
        rows: taken.rows,
        errors: visited.errors,
        skipped: Skipped { blank: visited.blank, ..Skipped::default() },
    })
}

/// Drafts taken so far, each code and barcode once.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) rows: Vec<ProductDraft>,
    sku_lines: HashMap<String, u64>,
    barcode_lines: HashMap<String, u64>,
}

impl Taken {
    /// Takes a draft, unless an earlier line has its code or a barcode of it.
    pub(super) fn push(
        &mut self,
        draft: ProductDraft,
        line: u64,
        sku_column: &Column,
        barcode_column: &Column,
    ) -> Result<(), Fault> {
        let repeated = |text: &str, first: &u64| {
            format!("“{text}” is on line {first} already; give each product its own")
        };
        if let Some(first) = self.sku_lines.get(&draft.sku) {
            let reason = repeated(&draft.sku, first);
            return Err(match sku_column.exists() {
                true => Fault::cell(sku_column.name(), reason),
                false => Fault::row(reason),
            });
        }
        for barcode in &draft.barcodes {
            if let Some(first) = self.barcode_lines.get(barcode) {
                return Err(Fault::cell(barcode_column.name(), repeated(barcode, first)));
            }
        }
        self.sku_lines.insert(draft.sku.clone(), line);
        self.barcode_lines.extend(draft.barcodes.iter().map(|code| (code.clone(), line)));
        self.rows.push(draft);
        Ok(())
    }
}
