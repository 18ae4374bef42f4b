//! The files shops really export, from the folder shared with the repository.

use super::*;
use std::fs::File;
use std::path::PathBuf;

/// A file of the shared folder. A missing one is a failure: a test that did
/// not run must not look like one that passed.
pub(crate) fn shared(path: &str) -> File {
    let root = std::env::var_os("TILLMESH_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let path = root.join("data").join(path);
    File::open(&path).unwrap_or_else(|error| {
        panic!("{} is missing ({error}); set TILLMESH_SHARED to the shared folder", path.display())
    })
}

#[test]
fn shopify_apparel() {
    let file = shared("import/shopify-apparel.csv");
    let imported = products(file, Currency::Usd, &defaults()).unwrap();
    assert_eq!(imported.format, Format::Shopify);
    assert_eq!(imported.errors, []);
    assert_eq!((imported.rows.len(), imported.skipped.total()), (22, 0));
    let tops = imported.rows[1..4].iter();
    let tops: Vec<_> = tops.map(|row| (row.sku.as_str(), row.variant.as_str())).collect();
    assert_eq!(
        tops,
        [
            ("classic-varsity-top-small", "Small"),
            ("classic-varsity-top-medium", "Medium"),
            ("classic-varsity-top-large", "Large"),
        ]
    );
    for top in &imported.rows[1..4] {
        assert_eq!(
            (top.name.as_str(), top.group.as_str()),
            ("Classic Varsity Top", "classic-varsity-top")
        );
    }
    assert_eq!(imported.rows.iter().map(|row| row.price).sum::<i64>(), 129_500);
}

#[test]
fn shopify_home_and_garden() {
    let file = shared("import/shopify-home-and-garden.csv");
    let imported = products(file, Currency::Usd, &defaults()).unwrap();
    assert_eq!(imported.format, Format::Shopify);
    assert_eq!(imported.errors, []);
    assert_eq!((imported.rows.len(), imported.skipped.total()), (21, 0));
    assert_eq!(
        (imported.rows[1].name.as_str(), imported.rows[1].variant.as_str()),
        ("Clay Plant Pot", "Large")
    );
    assert_eq!(imported.rows[1].sku, "clay-plant-pot-large");
    assert_eq!(imported.rows[1].price, 1599);
    assert_eq!(imported.rows[1].category, "Outdoor");
    // The one product whose stock is tracked.
    let tracked: Vec<_> = imported.rows.iter().filter(|row| row.stock.is_some()).collect();
    assert_eq!(tracked.len(), 1);
    assert_eq!(
        (tracked[0].sku.as_str(), tracked[0].stock),
        ("biodegradable-cardboard-pots", Some(Quantity::units(8)))
    );
}

#[test]
fn grocery_products_and_customers() {
    let imported =
        products(shared("grocery-367/products.csv"), Currency::Usd, &defaults()).unwrap();
    assert_eq!(imported.format, Format::Grocery);
    assert_eq!(imported.errors, []);
    assert_eq!(imported.rows.len(), 13_242);
    assert_eq!(
        imported.rows[0],
        ProductDraft {
            sku: "818980".into(),
            name: "Prepared Beans - Baked W/Pork 15.75 OZ".into(),
            price: 89,
            barcodes: vec!["2000008189804".into()],
            category: "Beans - Canned Glass & Mw".into(),
            unit: "u".into(),
            tax: "IVA".into(),
            tax_rate_bp: 1900,
            stock: None,
            ..ProductDraft::default()
        }
    );
    // 51 products have no category; their department stands in.
    assert!(imported.rows.iter().all(|row| !row.category.is_empty()));

    let households = customers(shared("grocery-367/customers.csv"), Currency::Usd).unwrap();
    assert_eq!((households.format, households.rows.len()), (Format::Grocery, 194));
    assert_eq!(households.errors, []);
}
