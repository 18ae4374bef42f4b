//! Bodies about numbers, sales, documents and conflicts, and the small values
//! inside of bodies.

use crate::frames::{chain, other_history, with_seen};
use crate::golden::Golden;
use crate::values::{CHEESE, COFFEE, entry_id, hash, log, order, plain_order, shop, space};
use till_log::{check_fork, fork_proof, fork_tail, read_tail};
use till_schema::body::{
    Accept, AssignProvisional, Body, Cede, ConflictKey, ConflictKind, CustodyMove, Decision,
    DeclareLost, DocumentChange, EndReason, FiscalReceipt, Kind, Outcome, Resolution,
    ResolutionImport, Right, Role, SaleCommitted, SaleProvisional, Sharing, StockMoved,
    StockReason, UserRole, Void,
};
use till_schema::catalogue::DocumentId;
use till_schema::numbering::Ranges;
use till_schema::order::TenderKind;
use till_schema::{Currency, Quantity, Seq};

pub(crate) fn golden() -> Vec<Golden> {
    [numbers(), given_and_lost(), shop_floor(), conflicts(), parts()]
        .into_iter()
        .flatten()
        .collect()
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

/// Numbers and custody on their way, lost numbers, and who fiscalises for whom.
fn given_and_lost() -> Vec<Golden> {
    vec![
        Golden::body(
            "custody-move",
            "Body of kind 34: the device of seed 32 × 02 is to mint in the space.",
            CustodyMove { space: space().id(), to: log(2) }.into(),
        ),
        Golden::body(
            "declare-lost",
            "Body of kind 35: numbers 83 to 100, held by the device of seed 32 × 02 when it was \
             lost, were reported to the authority.",
            DeclareLost {
                space: space().id(),
                ranges: Ranges::span(83, 100),
                of: log(2),
                reference: "radicado 2026-00017".to_owned(),
            }
            .into(),
        ),
        Golden::body(
            "assign-provisional",
            "Body of kind 36: the device of seed 32 × 01 fiscalises entry 5 of the log of seed \
             32 × 02.",
            AssignProvisional { sale: entry_id(2, 5), to: log(1) }.into(),
        ),
    ]
}

fn shop_floor() -> Vec<Golden> {
    vec![
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
            "sale-committed-fiscalises",
            "Body of kind 40: the same sale gives a number to the provisional sale that is entry \
             5 of the log of seed 32 × 02, key 5.",
            SaleCommitted { fiscalises: Some(entry_id(2, 5)), ..sale() }.into(),
        ),
        Golden::body(
            "stock-moved",
            "Body of kind 41: 24 of one product and 1.5 of another came in.",
            stock_moved().into(),
        ),
        Golden::body(
            "sale-provisional",
            "Body of kind 42: the order of body-40-sale-committed without a number, the device's \
             third.",
            provisional().into(),
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
    ]
}

fn conflicts() -> Vec<Golden> {
    vec![
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
        fork(),
        tail(),
    ]
}

/// The founder's key has signed two entries 7.
fn fork() -> Golden {
    let proof = fork_proof(&chain()[2], &other_history()).expect("two entries at position 7");
    let golden = Golden::body(
        "fork-proof",
        "Body of kind 70: the frame of chain-3 and another one that the key of seed 32 × 01 has \
         signed for position 7, both without their bodies. Both are real.",
        proof.into(),
    );
    golden.and(|bytes| {
        let body = Body::decode(Kind(70), bytes).expect("decodes");
        let Some(Body::ForkProof(proof)) = body else { panic!("{body:?} is no proof") };
        assert_eq!(check_fork(shop(), &proof).expect("proves it").at, Seq(7));
    })
}

/// A frame of a log that has two histories.
fn tail() -> Golden {
    let frame = with_seen(&chain());
    let golden = Golden::body(
        "fork-tail",
        "Body of kind 71: the frame of frame-seen with the bodies of its facts, kinds 32, 40 and \
         41; that of kind 2 is left out.",
        fork_tail(&frame).expect("fits").into(),
    );
    golden.and(move |bytes| {
        let body = Body::decode(Kind(71), bytes).expect("decodes");
        let Some(Body::ForkTail(tail)) = body else { panic!("{body:?} is no tail") };
        let read = read_tail(shop(), &tail).expect("as it is made");
        let kept: Vec<bool> = read.entries().iter().map(|entry| entry.body.is_some()).collect();
        assert_eq!((read.head(), kept), (frame.head(), vec![false, true, true, true]));
    })
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
        Golden::value(
            "conflict-kinds-2",
            "The numbers of conflict kinds after those of conflict-kinds, in the order of \
             entry.md.",
            vec![
                ConflictKind::AdminFork,
                ConflictKind::OutsideValidity,
                ConflictKind::ProvisionalOpen,
                ConflictKind::DoubleFiscalised,
            ],
        ),
        Golden::value(
            "enumerations-2",
            "The numbers of sharing (shared, single), reasons of an end (lost, stolen, rolled \
             back, forked, replaced), rights (sell, discount, price override, edit products, edit \
             customers, move stock, manage numbers, resolve conflicts, manage devices, manage \
             users) and roles of people (owner, manager, cashier).",
            (
                vec![Sharing::Shared, Sharing::Single],
                vec![
                    EndReason::Lost,
                    EndReason::Stolen,
                    EndReason::RolledBack,
                    EndReason::Forked,
                    EndReason::Replaced,
                ],
                Right::ALL[..10].to_vec(),
                vec![UserRole::Owner, UserRole::Manager, UserRole::Cashier],
            ),
        ),
        Golden::value(
            "entry-id",
            "The id of entry 5 of the log of seed 32 × 02, whose hash is 32 × e2.",
            entry_id(2, 5),
        ),
    ]
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
        fiscalises: None,
    }
}

pub(crate) fn provisional() -> SaleProvisional {
    SaleProvisional { order: order(), space: space().id(), ticket: 3 }
}

pub(crate) fn stock_moved() -> StockMoved {
    StockMoved {
        reason: StockReason::Receive,
        moves: vec![(COFFEE, Quantity::units(24)), (CHEESE, Quantity(1500))],
        note: "factura 4410".to_owned(),
        place: String::new(),
        to: None,
    }
}
