#![allow(clippy::unwrap_used)]

use super::*;
use crate::import::{CustomerDraft, ProductDraft, customers, products as import_products};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use till_node::command::ProductView;
use till_schema::rows::{CustomerRow, ProductRow};
use till_schema::{Currency, CustomerId, ProductId, Quantity};

/// A file in memory.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a table writes.
fn written(jsonl: bool, fill: impl FnOnce(&mut Out)) -> Vec<u8> {
    let memory = Memory::default();
    let mut out = Out::new(Box::new(memory.clone()), jsonl);
    fill(&mut out);
    out.finish().unwrap();
    memory.0.take()
}

fn product(sku: &str) -> ProductRow {
    ProductRow {
        id: ProductId([1; 16]),
        sku: sku.to_owned(),
        name: "Papa, la \"criolla\"".to_owned(),
        price: 123_456,
        tax: "IVA".to_owned(),
        tax_rate_bp: 550,
        category: "Verduras > Raíces".to_owned(),
        unit: "kg".to_owned(),
        barcodes: vec!["7702004003508".to_owned(), "0036000291452".to_owned()],
        archived: false,
        cost: Some(99_950),
        low_stock: Some(Quantity(1_250)),
        group: "papa".to_owned(),
        variant: "500 g / roja".to_owned(),
        plu: "04664".to_owned(),
        lists: vec![("Mayorista".to_owned(), 110_000)],
    }
}

fn views() -> Vec<ProductView> {
    let bare = ProductRow {
        price: 0,
        tax: String::new(),
        tax_rate_bp: 0,
        unit: String::new(),
        category: String::new(),
        barcodes: Vec::new(),
        cost: None,
        low_stock: None,
        group: String::new(),
        variant: String::new(),
        plu: String::new(),
        lists: Vec::new(),
        ..product("B;2")
    };
    vec![
        // 1.234 would be ambiguous in a file of somebody else's.
        ProductView { product: product("A-1"), stock: Quantity(1_234) },
        ProductView { product: bare, stock: Quantity(-500) },
    ]
}

/// The draft that leaves a product as it is.
fn draft(view: &ProductView) -> ProductDraft {
    let row = view.product.clone();
    ProductDraft {
        sku: row.sku,
        name: row.name,
        price: row.price,
        barcodes: row.barcodes,
        category: row.category,
        unit: row.unit,
        tax: row.tax,
        tax_rate_bp: row.tax_rate_bp,
        stock: Some(view.stock),
        cost: row.cost,
        low_stock: row.low_stock,
        group: row.group,
        variant: row.variant,
        plu: row.plu,
        lists: row.lists,
    }
}

fn defaults() -> crate::import::Defaults {
    crate::import::Defaults { tax: "GST".into(), tax_rate_bp: 1900, unit: "u".into() }
}

#[test]
fn exported_products_are_imported_unchanged() {
    let lists = BTreeSet::from(["Mayorista".to_owned()]);
    let file = written(false, |out| {
        out.header(&products::header(&lists)).unwrap();
        for view in &views() {
            out.row(products::row(view, &lists, Currency::Cop)).unwrap();
        }
    });
    let read = import_products(file.as_slice(), Currency::Cop, &defaults()).unwrap();
    assert_eq!((read.errors, read.warnings), (vec![], vec![]));
    assert_eq!(read.format, crate::import::Format::Tillmesh);
    assert_eq!(read.rows, views().iter().map(draft).collect::<Vec<_>>());
}

#[test]
fn exported_customers_are_imported_unchanged() {
    let row = |kind: &str, number: &str, limit| CustomerRow {
        id: CustomerId([1; 16]),
        name: "Rosa, \"la 8\"".to_owned(),
        tax_id_kind: kind.to_owned(),
        tax_id: number.to_owned(),
        email: "rosa@x.example".to_owned(),
        phone: "300 555".to_owned(),
        archived: false,
        address: "Calle 8 # 1-2, Cali".to_owned(),
        group: "mayorista".to_owned(),
        credit_limit: limit,
    };
    let rows = [
        row("NIT", "900123456", Some(150_000_000)),
        row("RUC", "155596713-2-2015", None),
        row("REF", "correo/7@x.example", Some(0)),
    ];
    let file = written(false, |out| {
        out.header(&crate::import::CUSTOMER_COLUMNS).unwrap();
        rows.iter().for_each(|row| out.row(super::customers::row(row, Currency::Cop)).unwrap());
    });
    let read = customers(file.as_slice(), Currency::Cop).unwrap();
    assert_eq!(read.errors, []);
    let same = |row: &CustomerRow, draft: &CustomerDraft| {
        (&row.name, &row.tax_id_kind, &row.tax_id, &row.email, &row.phone)
            == (&draft.name, &draft.tax_id_kind, &draft.tax_id, &draft.email, &draft.phone)
            && (&row.address, &row.group, row.credit_limit)
                == (&draft.address, &draft.group, draft.credit_limit)
    };
    assert_eq!(read.rows.len(), rows.len());
    assert!(rows.iter().zip(&read.rows).all(|(row, draft)| same(row, draft)), "{:?}", read.rows);
}

#[test]
fn other_programs_products_come_back_as_variants() {
    for format in [ExportFormat::Loyverse, ExportFormat::Shopify] {
        let file = written(false, |out| {
            let views = [
                ProductView { product: product("A-1"), stock: Quantity(2_000) },
                ProductView {
                    product: ProductRow {
                        variant: "1 kg".into(),
                        barcodes: vec![],
                        ..product("A-2")
                    },
                    stock: Quantity(3_000),
                },
            ];
            match format {
                ExportFormat::Loyverse => loyverse::table(&views, Currency::Cop, out).unwrap(),
                _ => shopify::table(&views, Currency::Cop, out).unwrap(),
            }
        });
        let read = import_products(file.as_slice(), Currency::Cop, &defaults()).unwrap();
        assert_eq!(read.errors, []);
        let told: Vec<_> = read
            .rows
            .iter()
            .map(|row| (row.sku.as_str(), row.group.as_str(), row.variant.as_str(), row.price))
            .collect();
        assert_eq!(
            told,
            [("A-1", "papa", "500 g / roja", 123_456), ("A-2", "papa", "1 kg", 123_456)]
        );
        assert_eq!(read.rows[1].stock, Some(Quantity(3_000)));
    }
}

#[test]
fn lines_of_json_leave_out_what_is_not_there() {
    let file = written(true, |out| {
        out.header(&["sku", "cost", "void"]).unwrap();
        out.row(vec![out::text("A"), out::maybe(None::<i64>), true.into()]).unwrap();
    });
    assert_eq!(String::from_utf8(file).unwrap(), "{\"sku\":\"A\",\"void\":true}\n");
}

#[test]
fn moments_are_told_by_the_registers_clock() {
    let told = out::moment(1_767_225_600_000, -300);
    assert_eq!(told, serde_json::Value::from("2025-12-31T19:00:00.000-05:00"));
}

#[test]
fn amounts_are_plain_decimals() {
    let told = |minor| out::money(minor, Currency::Cop);
    assert_eq!([told(123_450), told(-5), told(0)], ["1234.50", "-0.05", "0.00"]);
}
