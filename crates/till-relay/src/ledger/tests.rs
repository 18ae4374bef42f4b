#![allow(clippy::unwrap_used)]

use super::*;
use crate::{authority::Verdict, key::RelayKey};

const ISSUER: &str = "aa";

fn document(number: u64, text: &str) -> Document {
    Document {
        code: DocumentCode::of(text.as_bytes()),
        issuer: ISSUER.into(),
        series: "bb".into(),
        number,
        content_type: "application/json".into(),
        bytes: text.as_bytes().to_vec(),
    }
}

fn receipt(code: DocumentCode, id: &str) -> SignedReceipt {
    let verdict = Verdict::Accepted { id: id.into() };
    SignedReceipt::sign(code.to_string(), verdict, 1, &RelayKey::from_seed([1; 32]))
}

fn ledger() -> (tempfile::TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    (dir, ledger)
}

#[test]
fn one_number_carries_one_document() {
    let (_dir, ledger) = ledger();
    let first = document(1, "first");
    assert_eq!(ledger.receive(&first, 9).unwrap(), Reception::New);
    assert!(matches!(ledger.receive(&first, 9).unwrap(), Reception::Known(Standing::InFlight(_))));
    assert_eq!(
        ledger.receive(&document(1, "second"), 9).unwrap(),
        Reception::NumberTaken(first.code)
    );
    assert_eq!(
        ledger.receive(&document(2, "first"), 9).unwrap(),
        Reception::OtherNumber { issuer: ISSUER.into(), number: 1 }
    );
    // What was refused left no trace.
    assert_eq!(ledger.series("bb").unwrap().0[0].documents, 1);
    assert_eq!(ledger.counts().unwrap(), (1, 1));
    assert_eq!(ledger.receive(&document(2, "second"), 9).unwrap(), Reception::New);
}

#[test]
fn a_full_queue_puts_off_new_documents_only() {
    let (_dir, ledger) = ledger();
    let first = document(1, "first");
    assert_eq!(ledger.receive(&first, 1).unwrap(), Reception::New);
    let second = document(2, "second");
    assert_eq!(ledger.receive(&second, 1).unwrap(), Reception::Full);
    assert!(matches!(ledger.receive(&first, 1).unwrap(), Reception::Known(_)));
    ledger.settle(first.code, &receipt(first.code, "A")).unwrap();
    assert_eq!(ledger.receive(&second, 1).unwrap(), Reception::New);
}

#[test]
fn the_first_final_answer_stays_for_ever() {
    let (dir, ledger) = ledger();
    let document = document(1, "first");
    let code = document.code;
    ledger.receive(&document, 9).unwrap();
    ledger.submitted(code).unwrap();
    let (stored, state) = ledger.unsettled(code).unwrap().unwrap();
    assert_eq!((stored, state), (document, StateName::Submitted));

    ledger.settle(code, &receipt(code, "A")).unwrap();
    let text = match ledger.standing(code).unwrap().unwrap() {
        Standing::Final(text) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(serde_json::from_str::<SignedReceipt>(&text).unwrap(), receipt(code, "A"));
    ledger.settle(code, &receipt(code, "B")).unwrap();
    ledger.submitted(code).unwrap();
    assert!(ledger.unsettled(code).unwrap().is_none());

    drop(ledger);
    let ledger = Ledger::open(dir.path()).unwrap();
    assert_eq!(ledger.standing(code).unwrap(), Some(Standing::Final(text)));
    assert!(ledger.all_unsettled().unwrap().is_empty());
}

#[test]
fn the_feed_shows_each_document_once_at_its_latest_change() {
    let (_dir, ledger) = ledger();
    let documents: Vec<_> = (1..=3).map(|n| document(n, &n.to_string())).collect();
    for document in &documents {
        ledger.receive(document, 9).unwrap();
    }
    let codes = |page: &LedgerPage| -> Vec<u64> { page.entries.iter().map(|e| e.number).collect() };
    let first = ledger.page(0, 2).unwrap();
    assert_eq!(codes(&first), [1, 2]);
    let seen = ledger.page(first.next, 2).unwrap();
    assert_eq!(codes(&seen), [3]);

    // A reader that has seen everything sees what changes, and only that.
    ledger.submitted(documents[0].code).unwrap();
    ledger.submitted(documents[2].code).unwrap();
    ledger.settle(documents[2].code, &receipt(documents[2].code, "A")).unwrap();
    let changed = ledger.page(seen.next, 9).unwrap();
    assert_eq!(codes(&changed), [1, 3]);
    assert_eq!(changed.entries[0].state, StateName::Submitted);
    assert_eq!(changed.entries[1].state, StateName::Final);
    assert!(changed.entries[1].receipt.is_some());
    assert_eq!(codes(&ledger.page(0, 9).unwrap()), [2, 1, 3]);

    let end = ledger.page(changed.next, 9).unwrap();
    assert_eq!((end.entries.len(), end.next), (0, changed.next));
    assert!(ledger.page(u64::MAX, 9).unwrap().entries.is_empty());
}

#[test]
fn each_device_has_its_furthest_document_in_each_space() {
    let (dir, ledger) = ledger();
    let of = |series: &str, issuer: &str, number: u64| {
        let text = format!("{series} {issuer} {number}");
        Document { series: series.into(), issuer: issuer.into(), ..document(number, &text) }
    };
    let documents = [
        of("b", "aa", 8),
        of("bb", "aa", 4),
        of("bb", "aa", 6),
        of("bb", "aa", 5),
        of("bb", "ab", 1),
        of("bbb", "aa", 9),
    ];
    for document in &documents {
        assert_eq!(ledger.receive(document, 9).unwrap(), Reception::New);
        assert!(matches!(ledger.receive(document, 9).unwrap(), Reception::Known(_)));
    }
    let head = |document: &Document, documents| SeriesHead {
        issuer: document.issuer.clone(),
        number: document.number,
        code: document.code.to_string(),
        hash: blake3::hash(&document.bytes).to_hex().to_string(),
        documents,
    };
    let expected = (vec![head(&documents[2], 3), head(&documents[4], 1)], true);
    assert_eq!(ledger.series("bb").unwrap(), expected);
    assert_eq!(ledger.series("bbb").unwrap(), (vec![head(&documents[5], 1)], true));
    assert_eq!(ledger.series("cc").unwrap(), (vec![], true));

    // A ledger from before there was an index gets one when it is opened.
    ledger.forget_heads();
    drop(ledger);
    let ledger = Ledger::open(dir.path()).unwrap();
    assert_eq!(ledger.series("bb").unwrap(), expected);
    let next = of("bb", "aa", 7);
    ledger.receive(&next, 9).unwrap();
    let expected = (vec![head(&next, 4), head(&documents[4], 1)], true);
    assert_eq!(ledger.series("bb").unwrap(), expected);
    drop(ledger);
    assert_eq!(Ledger::open(dir.path()).unwrap().series("bb").unwrap(), expected);
}

#[test]
fn an_answer_about_a_device_is_bounded_and_says_so() {
    let (_dir, ledger) = ledger();
    let txn = begin(&ledger.0).unwrap();
    for space in 0..=heads::HEADS_MAX {
        let issuer = format!("{space:08x}");
        heads::count(&txn, &Document { issuer, ..document(1, "one") }).unwrap();
    }
    txn.commit().unwrap();
    let (heads, complete) = ledger.series("bb").unwrap();
    assert_eq!((heads.len(), complete), (heads::HEADS_MAX, false));
}
