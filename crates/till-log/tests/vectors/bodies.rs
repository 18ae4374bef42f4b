//! One body of each kind, and the small values inside of them.

use crate::golden::Golden;
use crate::values::{CHEESE, COFFEE, founded, hash, log, order, plain_order, space, start};
use till_schema::body::{
    Accept, Cede, ConflictKey, ConflictKind, Decision, DeviceAdd, DocumentChange, FiscalReceipt,
    Outcome, Resolution, ResolutionImport, Role, SaleCommitted, SpaceOpen, StockMoved, StockReason,
    Void,
};
use till_schema::catalogue::DocumentId;
use till_schema::numbering::Ranges;
use till_schema::order::TenderKind;
use till_schema::{Currency, Quantity, Seq};

pub(crate) fn golden() -> Vec<Golden> {
    [admin(), numbers(), shop_floor(), parts()].into_iter().flatten().collect()
}

fn admin() -> Vec<Golden> {
    vec![
        Golden::body(
            "shop-founded",
            "Body of kind 1: the shop “Tienda El Ejemplo”, nonce 16 × 11.",
            founded().into(),
        ),
        Golden::body(
            "start",
            "Body of kind 2: first entry of a run, actor 16 × 01.",
            start(1).into(),
        ),
        Golden::body(
            "device-add",
            "Body of kind 10: the device of seed 32 × 02 joins as manager and register.",
            device_add().into(),
        ),
        Golden::body(
            "space-open",
            "Body of kind 11: the space generic, 900123456, POS, T1; custodian is the founder.",
            SpaceOpen { space: space(), custodian: log(1) }.into(),
        ),
        Golden::body(
            "document-change",
            "Body of kind 20: a change of the customers' document. The change is opaque here; \
             these bytes are not a real one.",
            DocumentChange {
                document: DocumentId::Customers,
                change: b"\x85\x6f\x4a\x83".to_vec(),
            }
            .into(),
        ),
    ]
}

fn numbers() -> Vec<Golden> {
    vec![
        Golden::body(
            "resolution-import",
            "Body of kind 30: numbers 1 to 5000, valid from day 20454 to day 21184.",
            ResolutionImport {
                space: space().id(),
                resolution: "18764000001".to_owned(),
                from: 1,
                to: 5000,
                valid_from_day: Some(20_454),
                valid_to_day: Some(21_184),
            }
            .into(),
        ),
        Golden::body(
            "resolution-import-no-dates",
            "Body of kind 30 without dates: their keys, 4 and 5, are left out.",
            import().into(),
        ),
        Golden::body(
            "cede",
            "Body of kind 31: numbers 81 to 100 go to the device of seed 32 × 02.",
            cede().into(),
        ),
        Golden::body(
            "accept",
            "Body of kind 32: accepts entry 7 of the founder's log, whose hash is 32 × aa.",
            Accept { giver: log(1), giver_seq: Seq(7), giver_hash: hash(0xaa) }.into(),
        ),
        Golden::body(
            "void",
            "Body of kind 33: numbers 3 and 5 to 9 will never be issued.",
            Void {
                space: space().id(),
                ranges: [3, 5, 6, 7, 8, 9].into_iter().collect(),
                reason: "rollo dañado".to_owned(),
            }
            .into(),
        ),
        Golden::value(
            "ranges",
            "A set of numbers, 1 to 5, 7, and the last there is: pairs of first and last, rising.",
            Ranges::span(1, 5).union(&Ranges::span(7, 7)).union(&Ranges::span(u64::MAX, u64::MAX)),
        ),
        Golden::value("ranges-empty", "The empty set of numbers.", Ranges::new()),
    ]
}

fn shop_floor() -> Vec<Golden> {
    vec![
        Golden::body(
            "sale-committed",
            "Body of kind 40: two lines, one weighed and discounted; a buyer; card and cash; \
             number 81. Document and code are placeholders.",
            sale().into(),
        ),
        Golden::body(
            "sale-committed-no-buyer",
            "Body of kind 40 without a buyer: key 5 of the order is left out.",
            SaleCommitted { order: plain_order(), ..sale() }.into(),
        ),
        Golden::body(
            "stock-moved",
            "Body of kind 41: 24 of one product and 1.5 of another came in.",
            stock_moved().into(),
        ),
        Golden::body(
            "fiscal-receipt",
            "Body of kind 50: the authority accepted a document. The relay's signature is \
             64 × 5a, not a real one.",
            FiscalReceipt {
                code: "ab".repeat(32),
                outcome: Outcome::Accepted,
                authority_id: "SIM-000081".to_owned(),
                reason: String::new(),
                at_ms: 1_767_225_723_000,
                relay_signature: vec![0x5a; 64],
            }
            .into(),
        ),
        Golden::body(
            "resolution",
            "Body of kind 60: of two prices, the one set by entry 32 × aa stays; replaces the \
             resolution 32 × dd.",
            Resolution {
                conflict: ConflictKey {
                    kind: ConflictKind::Field,
                    subject: format!("catalogue/{COFFEE}/price"),
                },
                covers: vec![hash(0xaa), hash(0xbb)],
                supersedes: vec![hash(0xdd)],
                decision: Decision::Keep(hash(0xaa)),
                note: "precio de la lista nueva".to_owned(),
            }
            .into(),
        ),
    ]
}

/// Parts whose numbers and shapes no single body shows.
fn parts() -> Vec<Golden> {
    vec![
        Golden::value(
            "decisions",
            "The three decisions in an array: keep entry 32 × aa, another value, acknowledged.",
            vec![
                Decision::Keep(hash(0xaa)),
                Decision::Other("12900".to_owned()),
                Decision::Acknowledge,
            ],
        ),
        Golden::value(
            "enumerations",
            "The numbers of currencies (COP, USD, PAB), roles (owner, manager, register, \
             forwarder), documents (catalogue, customers, settings), stock reasons (receive, \
             adjust), outcomes (rejected, accepted) and tenders (cash, card, transfer, other).",
            (
                vec![Currency::Cop, Currency::Usd, Currency::Pab],
                vec![Role::Owner, Role::Manager, Role::Register, Role::Forwarder],
                DocumentId::ALL.to_vec(),
                vec![StockReason::Receive, StockReason::Adjust],
                vec![Outcome::Rejected, Outcome::Accepted],
                vec![TenderKind::Cash, TenderKind::Card, TenderKind::Transfer, TenderKind::Other],
            ),
        ),
        Golden::value(
            "conflict-kinds",
            "The numbers of conflict kinds, in the order of entry.md.",
            vec![
                ConflictKind::Field,
                ConflictKind::Oversold,
                ConflictKind::CustomerDuplicate,
                ConflictKind::CodeDuplicate,
                ConflictKind::NumberDuplicate,
                ConflictKind::FiscalRejected,
                ConflictKind::Malformed,
                ConflictKind::Fork,
                ConflictKind::EditVsArchive,
                ConflictKind::Unentitled,
            ],
        ),
    ]
}

pub(crate) fn device_add() -> DeviceAdd {
    DeviceAdd { log: log(2), name: "Caja 2".to_owned(), roles: vec![Role::Manager, Role::Register] }
}

pub(crate) fn import() -> ResolutionImport {
    ResolutionImport {
        space: space().id(),
        resolution: "founding".to_owned(),
        from: 1,
        to: 100,
        valid_from_day: None,
        valid_to_day: None,
    }
}

pub(crate) fn cede() -> Cede {
    Cede { space: space().id(), ranges: Ranges::span(81, 100), to: log(2) }
}

pub(crate) fn sale() -> SaleCommitted {
    SaleCommitted {
        order: order(),
        space: space().id(),
        number: 81,
        document: b"<document/>".to_vec(),
        code: "ab".repeat(32),
    }
}

pub(crate) fn stock_moved() -> StockMoved {
    StockMoved {
        reason: StockReason::Receive,
        moves: vec![(COFFEE, Quantity::units(24)), (CHEESE, Quantity(1500))],
        note: "factura 4410".to_owned(),
    }
}
