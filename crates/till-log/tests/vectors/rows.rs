//! Rows of the projections. They are derived, but a row that changes without a
//! new name of its table would be misread by the next version.

use crate::golden::Golden;
use crate::values::{
    CHEESE, COFFEE, CUSTOMER, ORDER, entry, founded, hash, log, order, shop, space,
};
use till_schema::body::{Decision, Outcome, Role};
use till_schema::catalogue::FieldValue;
use till_schema::numbering::Ranges;
use till_schema::rows::{
    AnomalyRow, Candidate, CustomerRow, DeviceRow, DocumentRow, FieldConflictRow, HistoryRow,
    HoldingRow, InTransitRow, MalformedRow, NumberRow, OrderRow, PaymentRow, ProductRow,
    ResolutionRow, ShopRow, SpaceRow, StockRow,
};
use till_schema::{Currency, EntryHash, Seq};

pub(crate) fn golden() -> Vec<Golden> {
    [shop_rows(), catalogue(), numbers(), books(), conflicts()].into_iter().flatten().collect()
}

fn shop_rows() -> Vec<Golden> {
    vec![
        Golden::value::<(Seq, EntryHash)>(
            "row-applied",
            "Row of applied_v1: position 7 and its hash.",
            (Seq(7), hash(0xe1)),
        ),
        Golden::value(
            "row-shop",
            "Row of shop_v1.",
            ShopRow {
                id: shop(),
                name: founded().name,
                founder: log(1),
                currency: Currency::Cop,
                country: "generic".to_owned(),
                tax_id: "900123456".to_owned(),
            },
        ),
        Golden::value(
            "row-device",
            "Row of devices_v1.",
            DeviceRow {
                log: log(2),
                name: "Caja 2".to_owned(),
                roles: vec![Role::Register],
                ordinal: 1,
            },
        ),
        Golden::value("row-entry", "Row of changes_v1: where an entry stands.", entry(1, 7)),
    ]
}

fn catalogue() -> Vec<Golden> {
    let (low, high) = (FieldValue::Int(1_190_000), FieldValue::Int(1_290_000));
    vec![
        Golden::value(
            "row-product",
            "Row of products_v1.",
            ProductRow {
                id: COFFEE,
                sku: "CAFE-500".to_owned(),
                name: "Café 500 g".to_owned(),
                price: 1_190_000,
                tax: "IVA".to_owned(),
                tax_rate_bp: 1900,
                category: "Abarrotes".to_owned(),
                unit: "und".to_owned(),
                barcodes: vec!["7702001000015".to_owned(), "7702001000022".to_owned()],
                archived: false,
            },
        ),
        Golden::value(
            "row-customer",
            "Row of customers_v1.",
            CustomerRow {
                id: CUSTOMER,
                name: "Ana Núñez".to_owned(),
                tax_id_kind: "CC".to_owned(),
                tax_id: "52123456".to_owned(),
                email: "ana@ejemplo.co".to_owned(),
                phone: "+57 300 000 0000".to_owned(),
                archived: true,
            },
        ),
        Golden::value(
            "row-settings",
            "Three rows of settings_v1 in an array: an integer, a text, a flag.",
            vec![low.clone(), FieldValue::Text("es".to_owned()), FieldValue::Flag(true)],
        ),
        Golden::value(
            "row-history",
            "Row of history_v1.",
            HistoryRow { value: low.clone(), set_by: entry(1, 7) },
        ),
        Golden::value(
            "row-field-conflict",
            "Row of field_conflicts_v1: two prices; tills use the higher.",
            FieldConflictRow {
                candidates: vec![
                    Candidate { value: low, set_by: entry(1, 7) },
                    Candidate { value: high.clone(), set_by: entry(2, 4) },
                ],
                winner: high,
            },
        ),
    ]
}

fn numbers() -> Vec<Golden> {
    vec![
        Golden::value(
            "row-space",
            "Row of spaces_v1.",
            SpaceRow { space: space(), custodian: log(1), ordinal: 0 },
        ),
        Golden::value(
            "row-holding",
            "Row of holdings_v1.",
            HoldingRow {
                minted: Ranges::span(1, 100),
                held: Ranges::span(4, 80),
                issued: Ranges::span(1, 2),
                voided: Ranges::span(3, 3),
            },
        ),
        Golden::value(
            "row-in-transit",
            "Row of in_transit_v1.",
            InTransitRow {
                space: space().id(),
                ranges: Ranges::span(81, 100),
                to: log(2),
                hash: hash(0xe1),
            },
        ),
        Golden::value(
            "row-number",
            "Row of numbers_v1.",
            NumberRow { entry: entry(2, 3), order: ORDER },
        ),
    ]
}

fn books() -> Vec<Golden> {
    let waiting = DocumentRow {
        entry: Some(entry(2, 3)),
        space: Some(space().id()),
        number: 81,
        outcome: None,
        authority_id: String::new(),
        reason: String::new(),
        settled_by: None,
        document: b"<document/>".to_vec(),
    };
    vec![
        Golden::value(
            "row-order",
            "Row of orders_v1: the sale of vector body-40-sale-committed.",
            OrderRow {
                order: order(),
                entry: entry(2, 3),
                space: space().id(),
                number: 81,
                code: "ab".repeat(32),
            },
        ),
        Golden::value(
            "row-stock",
            "Row of stock_v1, with a trusting sale.",
            StockRow { moved: -2000, trusting_sale: Some(entry(2, 3)), knowingly_short: 1000 },
        ),
        Golden::value(
            "row-stock-none",
            "Row of stock_v1, without one.",
            StockRow { moved: 24_000, trusting_sale: None, knowingly_short: 0 },
        ),
        Golden::value(
            "row-payment",
            "Row of payments_v1.",
            PaymentRow { amount: 2_000_000, count: 1 },
        ),
        Golden::value(
            "row-document-waiting",
            "Row of documents_v1 without an answer.",
            waiting.clone(),
        ),
        Golden::value(
            "row-document-rejected",
            "Row of documents_v1 with a refusal.",
            DocumentRow {
                outcome: Some(Outcome::Rejected),
                authority_id: "SIM-000081".to_owned(),
                reason: "FAK24".to_owned(),
                settled_by: Some(entry(1, 8)),
                ..waiting
            },
        ),
    ]
}

fn conflicts() -> Vec<Golden> {
    vec![
        Golden::value(
            "row-resolution",
            "Row of resolutions_v1.",
            ResolutionRow {
                entry: entry(1, 9),
                covers: vec![hash(0xaa), hash(0xbb)],
                supersedes: Vec::new(),
                decision: Decision::Other(format!("{CHEESE}")),
                note: "contado".to_owned(),
            },
        ),
        Golden::value(
            "row-malformed",
            "Row of malformed_v1.",
            MalformedRow { entry: entry(3, 2), reason: "seq-gap".to_owned() },
        ),
        Golden::value(
            "row-anomaly",
            "Row of anomalies_v1.",
            AnomalyRow { entry: entry(3, 3), what: "ceded numbers it did not hold".to_owned() },
        ),
    ]
}
