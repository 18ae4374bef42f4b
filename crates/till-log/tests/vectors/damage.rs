//! What is done to a log on its way, done to the golden chain: each kind of
//! damage has its own error, and none goes unnoticed.

use crate::golden::read;
use crate::values::{hash, key, log, shop};
use ed25519_dalek::Signer;
use till_log::{
    Context, Drafter, Fork, ForkError, Head, VerifyError, check_fork, fork_proof, read_frame,
    read_tail, verify_frame,
};
use till_schema::body::{Body, DeviceAdd, ForkProof, Kind, Role};
use till_schema::entry::{Frame, Header, head_digest};
use till_schema::{Seq, ShopId, Vector};

/// The frames of the chain, each with the head before it.
fn chain() -> Vec<(Head, Vec<u8>)> {
    let mut head = Head::default();
    ["chain-1", "chain-2", "chain-3"]
        .into_iter()
        .map(|name| {
            let bytes = read(name);
            let before = head;
            head = verify_frame(shop(), log(1), before, &bytes).expect("valid").head();
            (before, bytes)
        })
        .collect()
}

fn error(before: Head, bytes: &[u8]) -> VerifyError {
    verify_frame(shop(), log(1), before, bytes).expect_err("damage is noticed")
}

fn edited(bytes: &[u8], edit: impl FnOnce(&mut Frame)) -> Vec<u8> {
    let mut frame: Frame = till_schema::from_bytes(bytes).expect("a frame");
    edit(&mut frame);
    till_schema::to_bytes(&frame)
}

fn edited_header(bytes: &[u8], index: usize, edit: impl FnOnce(&mut Header)) -> Vec<u8> {
    edited(bytes, |frame| {
        let raw = &mut frame.entries[index];
        let mut header: Header = till_schema::from_bytes(&raw.header).expect("a header");
        edit(&mut header);
        raw.header = till_schema::to_bytes(&header);
    })
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    for (before, bytes) in chain() {
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let result = verify_frame(shop(), log(1), before, &flipped);
            assert!(result.is_err(), "bit {bit} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn a_flip_is_named_by_where_it_is() {
    let (before, bytes) = chain().remove(0);
    let in_body = edited(&bytes, |frame| frame.entries[2].body[40] ^= 0x20);
    assert_eq!(error(before, &in_body), VerifyError::BodyChanged(Seq(3)));
    let in_signature = edited(&bytes, |frame| frame.signature[0] ^= 1);
    assert_eq!(error(before, &in_signature), VerifyError::Signature(Seq(5)));
    // A header is held by the next entry's `prev`, the last one by the signature.
    let in_the_middle = edited_header(&bytes, 1, |header| header.wall_ms += 1);
    assert_eq!(error(before, &in_the_middle), VerifyError::BrokenChain(Seq(3)));
    let at_the_end = edited_header(&bytes, 4, |header| header.wall_ms += 1);
    assert_eq!(error(before, &at_the_end), VerifyError::Signature(Seq(5)));
    let version = edited_header(&bytes, 0, |header| header.version = 2);
    assert_eq!(error(before, &version), VerifyError::Version(2));
}

#[test]
fn a_dropped_entry_leaves_a_gap_or_a_signature_without_its_entry() {
    let (before, bytes) = chain().remove(0);
    let first = edited(&bytes, |frame| drop(frame.entries.remove(0)));
    let gap =
        |expected, found| VerifyError::WrongPosition { expected: Seq(expected), found: Seq(found) };
    assert_eq!(error(before, &first), gap(1, 2));
    let middle = edited(&bytes, |frame| drop(frame.entries.remove(2)));
    assert_eq!(error(before, &middle), gap(3, 4));
    let last = edited(&bytes, |frame| drop(frame.entries.pop()));
    assert_eq!(error(before, &last), VerifyError::Signature(Seq(4)));
    let all = edited(&bytes, |frame| frame.entries.clear());
    assert_eq!(error(before, &all), VerifyError::EntryCount(0));
    // A whole frame.
    let chain = chain();
    assert_eq!(error(chain[1].0, &chain[2].1), gap(6, 7));
}

#[test]
fn entries_and_frames_come_in_one_order_only() {
    let chain = chain();
    let (before, bytes) = &chain[0];
    let swapped = edited(bytes, |frame| frame.entries.swap(1, 2));
    let out_of_order = VerifyError::WrongPosition { expected: Seq(2), found: Seq(3) };
    assert_eq!(error(*before, &swapped), out_of_order);
    let repeated = VerifyError::WrongPosition { expected: Seq(6), found: Seq(1) };
    assert_eq!(error(chain[1].0, bytes), repeated);
    let early = VerifyError::WrongPosition { expected: Seq(1), found: Seq(7) };
    assert_eq!(error(*before, &chain[2].1), early);
}

#[test]
fn another_shop_or_log_is_told_apart() {
    let (before, bytes) = chain().remove(0);
    let expected = ShopId([9; 32]);
    assert_eq!(
        verify_frame(expected, log(1), before, &bytes),
        Err(VerifyError::WrongShop { expected, found: shop() })
    );
    assert_eq!(
        verify_frame(shop(), log(2), before, &bytes),
        Err(VerifyError::WrongLog { expected: log(2), found: log(1) })
    );
}

#[test]
fn a_frame_cut_off_anywhere_or_with_bytes_after_it_is_no_frame() {
    for (before, bytes) in chain() {
        for length in 0..bytes.len() {
            let cut = error(before, &bytes[..length]);
            assert!(matches!(cut, VerifyError::Truncated(_)), "after {length} bytes: {cut}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(matches!(error(before, &longer), VerifyError::Truncated(_)));
    }
}

#[test]
fn only_the_author_signs() {
    let (before, bytes) = chain().remove(1);
    let forged = edited(&bytes, |frame| {
        let digest = head_digest(shop(), log(1), Seq(6), frame.entries[0].hash());
        frame.signature = key(2).sign(&digest).to_bytes();
    });
    assert_eq!(error(before, &forged), VerifyError::Signature(Seq(6)));
}

#[test]
fn another_history_of_the_author_breaks_the_chain_and_proves_the_fork() {
    let chain = chain();
    let other = DeviceAdd {
        log: log(6),
        name: "Otra".to_owned(),
        roles: vec![Role::Owner],
        replaces: None,
    };
    let other = Drafter::new(shop(), key(1), chain[1].0, Vector::new())
        .draft(
            vec![other.into()],
            &Vector::new(),
            Context { admin_pos: Seq(5), ..Context::default() },
        )
        .expect("fits");
    let read =
        verify_frame(shop(), log(1), chain[1].0, other.bytes()).expect("signed by its author");
    assert_eq!(error(read.head(), &chain[2].1), VerifyError::BrokenChain(Seq(7)));
    let elsewhere = Head { hash: hash(1), ..chain[2].0 };
    assert_eq!(error(elsewhere, &chain[2].1), VerifyError::BrokenChain(Seq(7)));
    // A frame of the chain at this position proves it, and so does the one after,
    // by the entry it follows.
    for (_, bytes) in &chain[1..] {
        let held = read_frame(shop(), bytes).expect("stands by itself");
        let proof = fork_proof(&held, &read).expect("two entries at position 6");
        let fork = check_fork(shop(), &proof).expect("proves it");
        let lower = read.head().hash.min(chain[2].0.hash);
        assert_eq!((proof.log, fork), (log(1), Fork { at: Seq(6), lower }));
    }
    let first = read_frame(shop(), &chain[0].1).expect("stands by itself");
    assert_eq!(fork_proof(&first, &read), None, "what both histories begin with");
}

#[test]
fn a_damaged_proof_proves_nothing() {
    let chain = chain();
    let Some(Body::ForkProof(proof)) =
        Body::decode(Kind(70), &read("body-70-fork-proof")).expect("decodes")
    else {
        panic!("not a proof");
    };
    let refused = |proof: &ForkProof| check_fork(shop(), proof).expect_err("proves nothing");
    let of_another = ForkProof { log: log(2), ..proof.clone() };
    assert_eq!(refused(&of_another), ForkError::OtherLog);
    let of_one_chain = ForkProof { one: chain[1].1.clone().into(), ..proof.clone() };
    // The other frame follows this one.
    assert_eq!(refused(&of_one_chain), ForkError::NoContradiction);
    let twice = ForkProof { other: proof.one.clone(), ..proof.clone() };
    assert_eq!(refused(&twice), ForkError::NoContradiction);
    assert!(matches!(
        check_fork(ShopId([9; 32]), &proof),
        Err(ForkError::Frame(VerifyError::WrongShop { .. }))
    ));
    let Some(Body::ForkTail(tail)) =
        Body::decode(Kind(71), &read("body-71-fork-tail")).expect("decodes")
    else {
        panic!("not a tail");
    };
    for bit in 0..tail.frame.len() * 8 {
        let mut flipped = tail.clone();
        flipped.frame[bit / 8] ^= 1 << (bit % 8);
        assert!(read_tail(shop(), &flipped).is_err(), "bit {bit} of a tail");
    }
    for bit in 0..proof.other.len() * 8 {
        let mut flipped = proof.clone();
        flipped.other[bit / 8] ^= 1 << (bit % 8);
        assert!(matches!(refused(&flipped), ForkError::Frame(_)), "bit {bit}");
    }
}
