use super::*;

const OLD: &str = "Handle,Title,Type,Option1 Name,Option1 Value,Option2 Value,Variant SKU,\
                   Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Taxable,\
                   Variant Barcode,Image Src,Status\n";
const NEW: &str = "Title,URL handle,Product category,Type,Status,SKU,Barcode,Option1 name,\
                   Option1 value,Price,Charge tax,Inventory tracker,Inventory quantity,\
                   Product image URL\n";

#[test]
fn old_header_with_variants_pictures_and_archived_products() {
    let imported = all_products(&format!(
        "{OLD}\
         shirt,Shirt,Clothes,Size,S,Red,SH-S,shopify,4,20,true,'7701,a.jpg,active\n\
         shirt,,,,M,Red,,shopify,-1,21.50,true,,,\n\
         shirt,,,,,,,,,,,,b.jpg,\n\
         shirt,,,,L,Red,,,9,22,false,,,\n\
         mug,Mug,,Title,Default Title,,,,0,5,true,,,active\n\
         old,Old,,Title,Default Title,,OLD,,0,5,true,,,archived\n"
    ));
    assert_eq!(imported.format, Format::Shopify);
    assert_eq!(imported.skipped, Skipped { images: 1, archived: 1, ..Skipped::default() });
    let told: Vec<_> = imported
        .rows
        .iter()
        .map(|row| (row.sku.as_str(), row.variant.as_str(), row.price, row.tax_rate_bp, row.stock))
        .collect();
    assert_eq!(
        told,
        [
            ("SH-S", "S / Red", 2000, 1900, Some(Quantity::units(4))),
            ("shirt-m-red", "M / Red", 2150, 1900, Some(Quantity::units(-1))),
            // No tracker: the 9 is a filler.
            ("shirt-l-red", "L / Red", 2200, 0, None),
            ("mug", "", 500, 1900, None),
        ]
    );
    let groups: Vec<_> =
        imported.rows.iter().map(|row| (row.name.as_str(), row.group.as_str())).collect();
    assert_eq!(groups, [("Shirt", "shirt"), ("Shirt", "shirt"), ("Shirt", "shirt"), ("Mug", "")]);
    assert!(imported.rows[..3].iter().all(|row| row.category == "Clothes"));
    assert_eq!(imported.rows[0].barcodes, ["7701"]);
}

#[test]
fn new_header() {
    let imported = all_products(&format!(
        "{NEW}\
         Shirt,shirt,Apparel > Tops,,active,SH-S,7701,Size,S,20,TRUE,shopify,4,a.jpg\n\
         ,shirt,,,,,,,M,21,FALSE,shopify,0,\n\
         ,shirt,,,,,,,,,,,,b.jpg\n"
    ));
    assert_eq!(imported.format, Format::ShopifyNew);
    assert_eq!(imported.skipped.images, 1);
    let told: Vec<_> = imported
        .rows
        .iter()
        .map(|row| (row.sku.as_str(), row.variant.as_str(), row.price, row.tax_rate_bp))
        .collect();
    assert_eq!(told, [("SH-S", "S", 2000, 1900), ("shirt-m", "M", 2100, 0)]);
    assert!(imported.rows.iter().all(|row| row.category == "Apparel > Tops"));
    assert_eq!(imported.rows[1].stock, Some(Quantity(0)));
}

#[test]
fn every_variant_of_a_product_without_a_title_is_refused() {
    let csv = format!("{OLD}shirt,,,,S,,,,,20,,,,\nshirt,,,,M,,,,,x,,,,\n,Mug,,,,,,,,5,,,,\n");
    assert_eq!(
        product_errors(&csv),
        [
            "line 2, column Title: is empty; every row needs it",
            "line 3, column Title: is empty; every row needs it",
            "line 4, column Handle: is empty; it tells which product the row belongs to",
        ]
    );
}

#[test]
fn a_derived_code_must_not_hide_a_real_one() {
    let csv = format!(
        "{OLD}shirt,Shirt,,,S,,,,,20,,,,\nshirt,,,,M,,,,,20,,,,\nshirt-m,Other,,,,,,,,9,,,,\n"
    );
    assert_eq!(
        product_errors(&csv),
        ["line 4, column Variant SKU: “shirt-m” is on line 3 already; give each product its own"]
    );
}

#[test]
fn a_derived_code_does_not_depend_on_the_order_of_rows() {
    let first = "shirt,Shirt,,,S,,,,,20,,,,\nshirt,,,,M,,,,,20,,,,\n";
    let second = "shirt,Shirt,,,XS,,,,,20,,,,\nshirt,,,,M,,,,,20,,,,\nshirt,,,,S,,,,,20,,,,\n";
    let codes = |rows: &str| {
        let imported = all_products(&format!("{OLD}{rows}"));
        imported.rows.into_iter().map(|row| row.sku).collect::<Vec<_>>()
    };
    assert_eq!(codes(first), ["shirt-s", "shirt-m"]);
    assert_eq!(codes(second), ["shirt-xs", "shirt-m", "shirt-s"]);
}
