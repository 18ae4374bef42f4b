//! Broken and hostile bytes by the hundred: none may panic through, change the
//! document when refused, or leave a document that does not load again.

use super::hostile::{decoded, encoded, scene};
use super::{CATALOGUE, Dice, Sent, Till, saved_and_loaded};
use crate::limits::PRICE_MAX;
use automerge::legacy::{ElementId, Key, ObjectId, OpType};
use automerge::{ActorId, Change, ChangeHash, ExpandedChange, ObjType, ScalarValue, legacy};
use std::num::NonZeroU64;
use std::panic::catch_unwind;

const CASES: u64 = 400;

/// Offers mutants of a good change to a till. Answers how many got in.
fn storm(seed: u64, mut mutant: impl FnMut(&mut Dice, &Sent) -> Option<Vec<u8>>) -> u64 {
    let (mut till, next) = scene();
    let heads = till.documents.heads(CATALOGUE);
    let mut taken = 0;
    for case in 0..CASES {
        let mut dice = Dice(seed << 32 | case);
        let Some(bytes) = mutant(&mut dice, &next) else {
            continue;
        };
        let outcome = till.documents.apply(CATALOGUE, &bytes, next.actor);
        let loaded = saved_and_loaded(&till.documents, CATALOGUE);
        assert_eq!(loaded.heads(CATALOGUE), till.documents.heads(CATALOGUE), "case {case}");
        match outcome {
            Ok(_) => {
                taken += 1;
                // Whatever got in, the shop goes on; then start afresh.
                after_intrusion(&mut till);
                till = scene().0;
            }
            Err(refused) => {
                assert_ne!(refused.reason(), "panic", "case {case}");
                assert_ne!(refused.reason(), "rejected", "case {case}");
                assert_eq!(till.documents.heads(CATALOGUE), heads, "case {case}");
            }
        }
    }
    till.take(&next);
    taken
}

fn after_intrusion(till: &mut Till) {
    till.price(PRICE_MAX);
    assert!(till.prices().is_empty());
    till.documents.checkpoint(CATALOGUE).unwrap();
}

/// Puts the right checksum on a mutant, so that it comes further than the
/// checksum. `None` if it does not even parse.
pub(super) fn with_checksum(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let hash =
        catch_unwind(|| Change::try_from(bytes.as_slice()).ok().map(|c| c.hash())).ok()??;
    bytes[4..8].copy_from_slice(&hash.0[..4]);
    Some(bytes)
}

#[test]
fn truncated() {
    let taken = storm(1, |dice, next| Some(next.bytes[..dice.below(next.bytes.len())].to_vec()));
    assert_eq!(taken, 0);
}

#[test]
fn flipped_bits() {
    let taken = storm(2, |dice, next| {
        let mut bytes = next.bytes.clone();
        for _ in 0..=dice.below(3) {
            let at = dice.below(bytes.len() * 8);
            bytes[at / 8] ^= 1 << (at % 8);
        }
        (bytes != next.bytes).then_some(bytes)
    });
    assert_eq!(taken, 0, "the checksum tells");
}

#[test]
fn random_bytes() {
    let taken = storm(3, |dice, next| {
        let mut bytes = next.bytes[..dice.below(24)].to_vec();
        let length = dice.below(400);
        bytes.extend((0..length).map(|_| dice.byte()));
        Some(bytes)
    });
    assert_eq!(taken, 0);
}

#[test]
fn random_tail() {
    let taken = storm(4, |dice, next| {
        let mut bytes = next.bytes.clone();
        let from = dice.below(bytes.len());
        bytes[from..].iter_mut().for_each(|byte| *byte = dice.byte());
        (bytes != next.bytes).then_some(bytes)
    });
    assert_eq!(taken, 0);
}

#[test]
fn changed_bytes_under_a_right_checksum() {
    let mut parsed = 0;
    let taken = storm(5, |dice, next| {
        // Most mutants do not parse: look for one that does.
        let found = (0..64).find_map(|_| {
            let mut bytes = next.bytes.clone();
            for _ in 0..=dice.below(2) {
                let at = 9 + dice.below(bytes.len() - 9);
                bytes[at] = dice.byte();
            }
            with_checksum(bytes).filter(|bytes| *bytes != next.bytes)
        });
        parsed += u64::from(found.is_some());
        found
    });
    assert!(parsed > CASES / 2, "{parsed} parsed");
    assert!(taken < parsed / 2, "some are honest changes of another price: {taken} of {parsed}");
}

#[test]
fn hostile_operations() {
    let mut made = 0;
    storm(6, |dice, next| {
        let mut change = decoded(next);
        for _ in 0..=dice.below(2) {
            mutate(dice, &mut change);
        }
        // Encoding a nonsense change may panic as well; that is the attacker's.
        let bytes = catch_unwind(move || encoded(change)).ok()?;
        made += 1;
        Some(bytes)
    });
    assert!(made > CASES / 2, "{made} made");
}

fn mutate(dice: &mut Dice, change: &mut ExpandedChange) {
    let actors = [[0; 16], [1; 16], [2; 16], [3; 16], [9; 16]].map(|a| ActorId::from(&a[..]));
    let id = |dice: &mut Dice| {
        let counter = match dice.below(4) {
            0 => dice.roll() >> dice.below(64),
            _ => 255 + dice.below(16) as u64,
        };
        legacy::OpId::new(counter, &actors[dice.below(actors.len())])
    };
    match dice.below(8) {
        0 => change.seq = dice.roll() >> dice.below(64),
        1 => {
            let start = dice.roll() >> dice.below(64);
            change.start_op = NonZeroU64::new(start).unwrap_or(NonZeroU64::MIN);
        }
        2 => change.actor_id = actors[dice.below(actors.len())].clone(),
        3 => match dice.below(3) {
            0 => change.deps.clear(),
            1 => change.deps.truncate(1),
            _ => change.deps.push(ChangeHash([dice.byte(); 32])),
        },
        4 => change.time = dice.roll() as i64 >> dice.below(64),
        _ => {
            let mut op = change.operations[dice.below(change.operations.len())].clone();
            match dice.below(6) {
                0 => op.obj = ObjectId::Root,
                1 => op.obj = ObjectId::Id(id(dice)),
                2 => {
                    let count = dice.below(4);
                    op.pred = (0..count).map(|_| id(dice)).collect();
                }
                3 => op.insert = !op.insert,
                4 => {
                    op.key = match dice.below(4) {
                        0 => Key::Seq(ElementId::Head),
                        1 => Key::Seq(ElementId::Id(id(dice))),
                        2 => Key::Map("name".into()),
                        _ => Key::Map(format!("{:x}", dice.roll()).into()),
                    }
                }
                _ => {
                    op.action = match dice.below(10) {
                        0 => OpType::Make(ObjType::Map),
                        1 => OpType::Make(ObjType::List),
                        2 => OpType::Make(ObjType::Text),
                        3 => OpType::Delete,
                        4 => OpType::Increment(dice.roll() as i64),
                        5 => OpType::Put(ScalarValue::counter(dice.roll() as i64)),
                        6 => OpType::Put(ScalarValue::Uint(dice.roll())),
                        7 => OpType::Put(ScalarValue::F64(f64::from_bits(dice.roll()))),
                        8 => OpType::MarkEnd(dice.below(2) == 0),
                        _ => OpType::Put("text".into()),
                    }
                }
            }
            match dice.below(3) {
                0 => change.operations.push(op),
                _ => change.operations = vec![op],
            }
        }
    }
}
