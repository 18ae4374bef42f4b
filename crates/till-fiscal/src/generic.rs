//! The generic profile: canonical JSON, no authority's schema.
//!
//! Canonical means: members in the order below, no spaces, amounts as integers
//! in minor units. Equal orders give equal bytes.

use serde::Serialize;
use till_schema::body::CreditNote;
use till_schema::numbering::Space;
use till_schema::order::Order;

/// Version of the layout, first member of each document.
const LAYOUT: &str = "tillmesh generic document 1";
/// The same for a return.
const CREDIT_LAYOUT: &str = "tillmesh generic credit note 1";

#[derive(Serialize)]
struct Document<'a> {
    layout: &'static str,
    issuer: &'a str,
    issuer_name: &'a str,
    document_kind: &'a str,
    prefix: &'a str,
    number: u64,
    order: &'a Order,
}

/// The document of an order.
pub fn document(space: &Space, number: u64, issuer_name: &str, order: &Order) -> Vec<u8> {
    let document = Document {
        layout: LAYOUT,
        issuer: &space.issuer,
        issuer_name,
        document_kind: &space.document_kind,
        prefix: &space.prefix,
        number,
        order,
    };
    serde_json::to_vec(&document).expect("an order has no map keys that JSON cannot write")
}

#[derive(Serialize)]
struct CreditDocument<'a> {
    layout: &'static str,
    issuer: &'a str,
    issuer_name: &'a str,
    document_kind: &'a str,
    prefix: &'a str,
    number: u64,
    credit_note: &'a CreditNote,
}

/// The document of a return.
pub fn credit_document(
    space: &Space,
    number: u64,
    issuer_name: &str,
    credit_note: &CreditNote,
) -> Vec<u8> {
    let document = CreditDocument {
        layout: CREDIT_LAYOUT,
        issuer: &space.issuer,
        issuer_name,
        document_kind: &space.document_kind,
        prefix: &space.prefix,
        number,
        credit_note,
    };
    serde_json::to_vec(&document).expect("a return has no map keys that JSON cannot write")
}

#[cfg(test)]
mod tests {
    use super::*;
    use till_schema::order::Totals;
    use till_schema::{Currency, OrderId};

    fn order() -> Order {
        Order {
            id: OrderId([1; 16]),
            sold_at_ms: 1_767_225_600_000,
            utc_offset_min: -300,
            currency: Currency::Cop,
            lines: Vec::new(),
            customer: None,
            tenders: Vec::new(),
            change: 0,
            totals: Totals::default(),
            note: String::new(),
            resumes: None,
            tip: 0,
            rounding: 0,
        }
    }

    fn space() -> Space {
        Space {
            authority: "generic".into(),
            issuer: "900123456".into(),
            document_kind: "POS".into(),
            prefix: "SETP".into(),
        }
    }

    #[test]
    fn the_layout_is_fixed() {
        let bytes = document(&space(), 7, "Tienda", &order());
        assert_eq!(
            String::from_utf8(bytes.clone()).expect("JSON is UTF-8"),
            concat!(
                r#"{"layout":"tillmesh generic document 1","issuer":"900123456","issuer_name":"Tienda","#,
                r#""document_kind":"POS","prefix":"SETP","number":7,"order":{"id":"01010101010101010101010101010101","#,
                r#""sold_at_ms":1767225600000,"utc_offset_min":-300,"currency":"COP","lines":[],"customer":null,"#,
                r#""tenders":[],"change":0,"totals":{"gross":0,"discount":0,"total":0,"taxes":[]}}}"#
            )
        );
        assert_eq!(crate::code_of(&bytes).len(), 64);
    }

    #[test]
    fn another_number_is_another_document() {
        let a = document(&space(), 7, "Tienda", &order());
        let b = document(&space(), 8, "Tienda", &order());
        assert_ne!(crate::code_of(&a), crate::code_of(&b));
    }
}
