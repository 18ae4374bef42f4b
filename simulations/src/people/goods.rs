//! A generated catalogue.

use till_node::command::ProductDraft;
use till_schema::Quantity;

/// Categories of the generated shop.
const CATEGORIES: [&str; 6] = ["Bebidas", "Panadería", "Lácteos", "Aseo", "Frutas", "Otros"];
/// Tax classes and their rates, basis points.
const TAXES: [(&str, u32); 3] = [("IVA", 1900), ("IVA5", 500), ("EXE", 0)];

/// The code of a product of the generated catalogue.
pub fn sku(number: u32) -> String {
    format!("P{number}")
}

/// So many products from a number on, with some pieces of each.
pub fn catalogue(from: u32, count: u32, stock: i64) -> Vec<ProductDraft> {
    (from..from + count)
        .map(|number| {
            let (tax, tax_rate_bp) = TAXES[number as usize % TAXES.len()];
            ProductDraft {
                sku: sku(number),
                name: format!("Producto {number}"),
                price: 500 + i64::from(number % 97) * 250,
                barcodes: vec![format!("770{number:010}")],
                category: CATEGORIES[number as usize % CATEGORIES.len()].to_owned(),
                unit: "unidad".to_owned(),
                tax: tax.to_owned(),
                tax_rate_bp,
                stock: Some(Quantity::units(stock)),
                ..ProductDraft::default()
            }
        })
        .collect()
}
