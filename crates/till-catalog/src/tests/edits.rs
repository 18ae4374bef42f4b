//! What an edit takes and gives.

use super::{CATALOGUE, COFFEE, SETTINGS, Till, int, text, tills};
use crate::limits::{CHANGE_BYTES_MAX, PRICE_MAX};
use crate::{
    Documents, Edit, EditError, FieldFault, ObjectKey, barcode_field, setting, setting_id,
};
use till_schema::catalogue::{DocumentId, FieldValue, customer, product};
use till_schema::limits::{IMPORT_PRODUCTS_PER_CHANGE, TEXT_BYTES_MAX};
use till_schema::{CustomerId, ProductId};

fn fault(document: DocumentId, edit: Edit) -> FieldFault {
    let mut documents = Documents::genesis();
    match documents.edit([1; 16], document, &[edit], 0) {
        Err(EditError::Field { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn wrong_fields_and_values_are_refused() {
    let long = "x".repeat(TEXT_BYTES_MAX + 1);
    let coffee = |field: &str, value| fault(CATALOGUE, Edit::new(COFFEE, field, value));
    assert_eq!(coffee("colour", text("red")), FieldFault::Unknown);
    assert_eq!(coffee("", text("red")), FieldFault::Name);
    assert_eq!(coffee("bc:", FieldValue::Flag(true)), FieldFault::Name);
    assert_eq!(coffee("bc:7\n", FieldValue::Flag(true)), FieldFault::Name);
    assert_eq!(coffee(&barcode_field("7"), int(1)), FieldFault::Type("flag"));
    assert_eq!(coffee(product::NAME, int(1)), FieldFault::Type("text"));
    assert_eq!(coffee(product::NAME, text(&long)), FieldFault::TooLong);
    assert_eq!(coffee(product::PRICE, text("1")), FieldFault::Type("integer"));
    assert_eq!(coffee(product::PRICE, int(-1)), FieldFault::Range { min: 0, max: PRICE_MAX });
    let other = setting_id("a");
    let name = Edit::new(other, setting::NAME, text("b"));
    assert_eq!(fault(SETTINGS, name), FieldFault::OtherSetting);
    let value = Edit::new(other, setting::VALUE, text(&long));
    assert_eq!(fault(SETTINGS, value), FieldFault::TooLong);
}

#[test]
fn nothing_is_written_when_one_field_is_wrong() {
    let [mut a, ..] = tills();
    let heads = a.documents.heads(CATALOGUE);
    let edits =
        [Edit::new(COFFEE, product::PRICE, int(5)), Edit::new(COFFEE, product::TAX, int(5))];
    assert!(a.documents.edit(a.actor, CATALOGUE, &edits, 0).is_err());
    assert_eq!(a.documents.edit(a.actor, CATALOGUE, &edits[..1], -1), Err(EditError::Time));
    assert_eq!(a.documents.edit([0; 16], CATALOGUE, &edits[..1], 0), Err(EditError::Actor));
    assert_eq!(a.documents.heads(CATALOGUE), heads);
}

#[test]
fn only_differences_are_written() {
    let [mut a, mut b, _] = tills();
    let same =
        [Edit::new(COFFEE, product::NAME, text("Café")), Edit::new(COFFEE, product::PRICE, int(1))];
    let change = a.documents.edit(a.actor, CATALOGUE, &same, 0).unwrap().unwrap();
    assert_eq!(change.touched, [(COFFEE, product::PRICE.to_owned())]);
    assert_eq!(a.documents.edit(a.actor, CATALOGUE, &same, 0), Ok(None));
    assert_eq!(a.documents.edit(a.actor, CATALOGUE, &[], 0), Ok(None));
    let twice = [Edit::new(COFFEE, product::PRICE, int(2)), same[1].clone()];
    assert_eq!(a.documents.edit(a.actor, CATALOGUE, &twice, 0), Ok(None), "the last one counts");
    let applied = b.documents.apply(CATALOGUE, &change.bytes, a.actor).unwrap();
    assert_eq!((applied.hash, applied.touched), (change.hash, change.touched));
    assert_eq!(b.coffee().price, 1);
}

#[test]
fn customers_and_settings_are_documents_of_their_own() {
    let mut till = Till::new(1);
    let id = [9; 16];
    till.edit(
        DocumentId::Customers,
        &[
            Edit::new(id, customer::NAME, text("Ana")),
            Edit::new(id, customer::TAX_ID_KIND, text("CC")),
            Edit::new(id, customer::TAX_ID, text("123")),
        ],
    );
    till.edit(SETTINGS, &Edit::setting("rounding", int(50)));
    let row = till.documents.customer(CustomerId(id)).unwrap();
    assert_eq!((row.name.as_str(), row.tax_id.as_str(), row.archived), ("Ana", "123", false));
    assert_eq!(till.documents.setting("rounding"), Some(int(50)));
    assert_eq!(till.documents.product(ProductId(id)), None);
    assert_eq!(till.documents.object_ids(CATALOGUE).count(), 0);
}

fn numbered(i: u16) -> ObjectKey {
    let mut id = [7; 16];
    id[..2].copy_from_slice(&i.to_be_bytes());
    id
}

fn full_product(i: u16) -> Vec<Edit> {
    let id = numbered(i);
    vec![
        Edit::new(id, product::NAME, text(&format!("Producto de la casa número {i}"))),
        Edit::new(id, product::SKU, text(&format!("SKU-{i:06}"))),
        Edit::new(id, product::PRICE, int(1000 + i64::from(i) * 50)),
        Edit::new(id, product::TAX, text("IVA")),
        Edit::new(id, product::TAX_RATE, int(1900)),
        Edit::new(id, product::CATEGORY, text("Abarrotes")),
        Edit::new(id, product::UNIT, text("unidad")),
        Edit::new(id, product::ARCHIVED, FieldValue::Flag(false)),
        Edit::new(id, barcode_field(&format!("77012345{i:05}")), FieldValue::Flag(true)),
        Edit::new(id, barcode_field(&format!("77054321{i:05}")), FieldValue::Flag(true)),
    ]
}

#[test]
fn imports_fit_and_pass_the_gate_and_too_much_is_refused() {
    let [mut a, mut b, _] = tills();
    for part in 0..10 {
        let from = part * IMPORT_PRODUCTS_PER_CHANGE as u16;
        let edits: Vec<_> =
            (from..from + IMPORT_PRODUCTS_PER_CHANGE as u16).flat_map(full_product).collect();
        let sent = a.edit(CATALOGUE, &edits);
        assert!(sent.bytes.len() <= CHANGE_BYTES_MAX);
        b.take(&sent);
    }
    assert_eq!(b.documents.object_ids(CATALOGUE).count(), 1001);
    let row = b.documents.product(ProductId(numbered(513))).unwrap();
    assert_eq!((row.price, row.sku.as_str()), (1000 + 513 * 50, "SKU-000513"));
    assert_eq!(row.barcodes, ["7701234500513", "7705432100513"]);

    // Regular edits of many products are encoded in very few bytes.
    let archive: Vec<_> = (0..1000)
        .map(|i| Edit::new(numbered(i), product::ARCHIVED, FieldValue::Flag(true)))
        .collect();
    let sent = a.edit(CATALOGUE, &archive);
    b.take(&sent);
    assert!(b.documents.product(ProductId(numbered(999))).unwrap().archived);

    let long = "x".repeat(TEXT_BYTES_MAX);
    let edits: Vec<_> =
        (0..200).map(|i| Edit::new(numbered(i), product::NAME, text(&long))).collect();
    let heads = a.documents.heads(CATALOGUE);
    assert_eq!(a.documents.edit(a.actor, CATALOGUE, &edits, 0), Err(EditError::TooLarge));
    assert_eq!(a.documents.heads(CATALOGUE), heads);
}

#[test]
fn the_largest_edit_stays_within_the_bound() {
    // New values of all fields of few bytes: where the estimate is tightest.
    for count in (500..).step_by(250) {
        let mut till = Till::new(1);
        let edits: Vec<_> = (0..count)
            .map(|i| Edit::new(numbered(i), product::PRICE, int(PRICE_MAX - i64::from(i % 7))))
            .collect();
        match till.documents.edit(till.actor, CATALOGUE, &edits, 0) {
            Ok(change) => assert!(change.unwrap().bytes.len() <= CHANGE_BYTES_MAX),
            Err(error) => return assert_eq!(error, EditError::TooLarge),
        }
    }
}
