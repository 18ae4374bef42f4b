//! Rows of the projections. They are derived, but a row that changes without a
//! new name of its table would be misread by the next version.

use crate::admin::PIN_HASH;
use crate::golden::Golden;
use crate::values::{
    CASHIER, CHEESE, COFFEE, CUSTOMER, ORDER, WALL_MS, entry, founded, hash, log, order, shop,
    space,
};
use till_schema::body::{
    Body, Decision, DocumentChange, EndReason, Kind, Outcome, Right, Role, RoleSet, Sharing,
    UserRole, UserSet,
};
use till_schema::catalogue::{DocumentId, FieldValue};
use till_schema::numbering::Ranges;
use till_schema::rows::{
    AdminRow, AnomalyRow, Candidate, CustomerRow, DeviceRow, DocumentRow, FieldConflictRow,
    ForkRow, HistoryRow, HoldingRow, InTransitRow, MalformedRow, NumberRow, OrderRow, PaymentRow,
    PinTriesRow, ProductRow, ProvisionalRow, ResolutionRow, ShopRow, SpaceRow, StockRow, UserRow,
    WindowRow, WithheldRow,
};
use till_schema::{Currency, EntryHash, Seq};

pub(crate) fn golden() -> Vec<Golden> {
    [shop_rows(), authority(), catalogue(), numbers(), provisionals(), books(), conflicts()]
        .into_iter()
        .flatten()
        .collect()
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
        Golden::value("row-device", "Row of devices_v2: a device that takes part.", device()),
        Golden::value(
            "row-device-gone",
            "Row of devices_v2: a device that took the place of another, was stopped and is gone.",
            DeviceRow {
                replaces: Some(log(3)),
                ended: Some(EndReason::Stolen),
                suspended: true,
                ..device()
            },
        ),
        Golden::value("row-entry", "Row of changes_v1: where an entry stands.", entry(1, 7)),
    ]
}

/// Who may do what, and who did something.
fn authority() -> Vec<Golden> {
    let cut = RoleSet { log: log(2), roles: vec![Role::Register], cut: Seq(8) };
    let person = |name: &str| UserSet {
        user: CASHIER,
        name: name.to_owned(),
        role: UserRole::Cashier,
        rights: vec![Right::Sell, Right::EditCustomers],
        discount_limit_bp: 0,
        pin_hash: PIN_HASH.to_owned(),
        active: true,
    };
    vec![
        Golden::value(
            "row-admin",
            "Row of admin_v1: the entry of vector body-12-role-set, the writer knew 6 admin \
             entries.",
            AdminRow {
                entry: entry(1, 8),
                admin_pos: Seq(6),
                kind: Kind(12),
                body: Body::from(cut).to_bytes(),
            },
        ),
        Golden::value(
            "row-fork",
            "Row of forks_v1: two devices proved that a log has two entries 7.",
            ForkRow { proofs: vec![entry(1, 9), entry(2, 8)], at: Seq(7) },
        ),
        Golden::value(
            "row-user",
            "Row of users_v1: a person as one device wrote it.",
            UserRow { versions: vec![(entry(1, 9), person("Luz Marina"))] },
        ),
        Golden::value(
            "row-user-apart",
            "Row of users_v1: a person as two devices wrote it apart from each other.",
            UserRow {
                versions: vec![
                    (entry(1, 9), person("Luz Marina")),
                    (entry(2, 9), person("Luz M.")),
                ],
            },
        ),
        Golden::value(
            "row-pin-tries",
            "Row of pin_tries_v1: three wrong PINs.",
            PinTriesRow { wrong: 3, last_ms: WALL_MS },
        ),
        Golden::value(
            "row-withheld",
            "Row of withheld_v1: a change by a device without the right to it. The change is \
             opaque here.",
            WithheldRow {
                entry: entry(2, 9),
                change: DocumentChange {
                    document: DocumentId::Catalogue,
                    change: b"\x85\x6f\x4a\x83".to_vec(),
                },
                actor: [2; 16],
            },
        ),
    ]
}

fn device() -> DeviceRow {
    DeviceRow {
        log: log(2),
        name: "Caja 2".to_owned(),
        roles: vec![Role::Register],
        ordinal: 1,
        replaces: None,
        ended: None,
        suspended: false,
        retired: false,
    }
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
                cost: None,
                low_stock: None,
                group: String::new(),
                variant: String::new(),
                plu: String::new(),
                lists: Vec::new(),
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
                address: String::new(),
                group: String::new(),
                credit_limit: None,
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
        Golden::value("row-space", "Row of spaces_v2.", space_row()),
        Golden::value(
            "row-space-single",
            "Row of spaces_v2: of one register, with days of its own, custody on its way.",
            SpaceRow {
                sharing: Sharing::Single,
                utc_offset_min: Some(-300),
                custody_in_transit: true,
                ..space_row()
            },
        ),
        Golden::value(
            "row-holding",
            "Row of holdings_v2.",
            HoldingRow {
                minted: Ranges::span(1, 100),
                held: Ranges::span(4, 80),
                issued: Ranges::span(1, 2),
                voided: Ranges::span(3, 3),
                declared_lost: Ranges::span(60, 80),
            },
        ),
        Golden::value(
            "row-in-transit",
            "Row of in_transit_v2: numbers.",
            InTransitRow {
                space: space().id(),
                ranges: Ranges::span(81, 100),
                to: log(2),
                hash: hash(0xe1),
                custody: false,
            },
        ),
        Golden::value(
            "row-in-transit-custody",
            "Row of in_transit_v2: the right to mint.",
            InTransitRow {
                space: space().id(),
                ranges: Ranges::new(),
                to: log(2),
                hash: hash(0xe1),
                custody: true,
            },
        ),
        Golden::value(
            "row-number",
            "Row of numbers_v1.",
            NumberRow { entry: entry(2, 3), order: ORDER },
        ),
    ]
}

fn space_row() -> SpaceRow {
    SpaceRow {
        space: space(),
        custodian: log(1),
        ordinal: 0,
        sharing: Sharing::Shared,
        utc_offset_min: None,
        custody_in_transit: false,
    }
}

/// Dates of numbers, and sales that wait for theirs.
fn provisionals() -> Vec<Golden> {
    let window = WindowRow {
        entry: entry(1, 7),
        resolution: "18764000001".to_owned(),
        from: 1,
        to: 5000,
        valid_from_day: Some(20_454),
        valid_to_day: Some(21_184),
    };
    let waiting = ProvisionalRow {
        entry: entry(2, 5),
        order: ORDER,
        space: space().id(),
        ticket: 3,
        by: log(2),
        fiscalised: Vec::new(),
    };
    vec![
        Golden::value("row-window", "Row of windows_v1, with dates.", window.clone()),
        Golden::value::<u64>("row-pace", "Row of pace_v1: 214 numbers issued.", 214),
        Golden::value(
            "row-window-no-dates",
            "Row of windows_v1, without.",
            WindowRow { valid_from_day: None, valid_to_day: None, ..window },
        ),
        Golden::value(
            "row-provisional",
            "Row of provisionals_v1: it waits for its number.",
            waiting.clone(),
        ),
        Golden::value(
            "row-provisional-twice",
            "Row of provisionals_v1: it has two, one of them by the device it was assigned to.",
            ProvisionalRow { by: log(1), fiscalised: vec![entry(1, 9), entry(2, 6)], ..waiting },
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
            "Row of orders_v2: the sale of vector body-40-sale-committed.",
            OrderRow {
                order: order(),
                entry: entry(2, 3),
                space: space().id(),
                number: 81,
                code: "ab".repeat(32),
                ticket: None,
                user: None,
            },
        ),
        Golden::value(
            "row-order-provisional",
            "Row of orders_v2: the sale of vector body-42-sale-provisional, without a number.",
            OrderRow {
                order: order(),
                entry: entry(2, 5),
                space: space().id(),
                number: 0,
                code: String::new(),
                ticket: Some(3),
                user: None,
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
