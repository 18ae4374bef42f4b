//! What a shop is promised, kept by several devices in a small world where
//! links break, disks refuse, devices crash and peers lie.
#![allow(clippy::unwrap_used)]

mod addresses;
mod code;
mod contested;
mod day;
mod forge;
mod forwarding;
mod gate;
mod hostile;
mod hostile_changes;
mod hostile_entries;
mod islands;
mod joining;
mod look;
mod numbers;
mod numbers_apart;
mod people;
mod prefixes;
mod records;
mod restart;
mod schedule;
mod selling;
mod standing;
mod sync;
mod till;
mod twins;
mod upheaval;
mod validity;
mod witness;
mod world;

use crate::command::{Cart, CartLine, Command, CustomerDraft, ProductChange, ProductDraft};
use till_schema::order::{Tender, TenderKind};
use till_schema::{OrderId, Quantity};

/// The order with a number.
pub(crate) fn order(number: u32) -> OrderId {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    OrderId(id)
}

/// A sale of whole pieces, paid in cash with a large note.
pub(crate) fn sell(number: u32, code: &str, pieces: i64) -> Command {
    let quantity = Quantity::units(pieces);
    let line = CartLine {
        code: code.to_owned(),
        quantity,
        unit_price: None,
        discount: 0,
        discount_bp: 0,
        note: String::new(),
    };
    let tender = Tender {
        kind: TenderKind::Cash,
        amount: 100_000_000,
        reference: String::new(),
        foreign: None,
    };
    Command::Sell(Cart {
        order: order(number),
        lines: vec![line],
        customer: None,
        tenders: vec![tender],
        sold_at_ms: None,
        provisional: false,
        discount: crate::command::Discount::default(),
        tip: 0,
        note: String::new(),
        resumes: None,
    })
}

/// A product whose name is its code.
pub(crate) fn product(sku: &str, price: i64, stock: i64) -> ProductDraft {
    ProductDraft {
        sku: sku.to_owned(),
        name: format!("Product {sku}"),
        price,
        barcodes: Vec::new(),
        category: "Drinks".to_owned(),
        unit: "piece".to_owned(),
        tax: "IVA".to_owned(),
        tax_rate_bp: 1900,
        stock: Some(Quantity::units(stock)),
        ..ProductDraft::default()
    }
}

/// One product with some pieces in stock.
pub(crate) fn put(sku: &str, price: i64, stock: i64) -> Command {
    Command::PutProducts(vec![product(sku, price, stock)])
}

/// A customer with a tax id.
pub(crate) fn customer(name: &str, tax_id: &str) -> CustomerDraft {
    CustomerDraft {
        name: name.to_owned(),
        tax_id_kind: "NIT".to_owned(),
        tax_id: tax_id.to_owned(),
        ..CustomerDraft::default()
    }
}

/// Another price for a product.
pub(crate) fn reprice(code: &str, price: i64) -> Command {
    let change = ProductChange { price: Some(price), ..ProductChange::default() };
    Command::EditProduct { code: code.to_owned(), change }
}

/// Another name for a product.
pub(crate) fn rename(code: &str, name: &str) -> Command {
    let change = ProductChange { name: Some(name.to_owned()), ..ProductChange::default() };
    Command::EditProduct { code: code.to_owned(), change }
}
