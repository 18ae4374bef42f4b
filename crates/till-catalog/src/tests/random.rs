//! Random edits on three devices, delivered in random order.

use super::{CATALOGUE, SETTINGS, Sent, Till, int, saved_and_loaded, text};
use crate::{Documents, Edit, ObjectKey, Refused, barcode_field, setting};
use proptest::prelude::*;
use till_schema::ProductId;
use till_schema::catalogue::{DocumentId, FieldValue, product};

#[derive(Clone, Debug)]
enum Step {
    /// One till edits one to three fields.
    Edit { till: usize, document: DocumentId, fields: Vec<(u8, u8, u8)> },
    /// One till is offered one change that it has not applied.
    Deliver { till: usize, which: prop::sample::Index },
    /// One till saves, loads and goes on.
    Restart { till: usize },
    /// One till makes checkpoints.
    Checkpoint { till: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let edit = (
        0..3_usize,
        prop::sample::select(vec![CATALOGUE, SETTINGS]),
        prop::collection::vec((0..3_u8, 0..5_u8, 0..3_u8), 1..4),
    )
        .prop_map(|(till, document, fields)| Step::Edit { till, document, fields });
    let deliver = (0..3_usize, any::<prop::sample::Index>())
        .prop_map(|(till, which)| Step::Deliver { till, which });
    let restart = (0..3_usize).prop_map(|till| Step::Restart { till });
    let checkpoint = (0..3_usize).prop_map(|till| Step::Checkpoint { till });
    let step = prop_oneof![8 => edit, 12 => deliver, 1 => restart, 1 => checkpoint];
    prop::collection::vec(step, 1..60)
}

/// Few objects, fields and values, made by anyone, so that tills collide.
fn edits(document: DocumentId, fields: &[(u8, u8, u8)]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for &(object, field, value) in fields {
        if document == SETTINGS {
            let value = match value {
                0 => int(1),
                1 => text("one"),
                _ => FieldValue::Flag(true),
            };
            edits.extend(Edit::setting(&format!("setting {object}"), value));
            continue;
        }
        let object: ObjectKey = [object; 16];
        let number = i64::from(value);
        edits.push(match field {
            0 => Edit::new(object, product::NAME, text(&format!("name {value}"))),
            1 => Edit::new(object, product::PRICE, int(number)),
            2 => Edit::new(object, product::ARCHIVED, FieldValue::Flag(value == 1)),
            3 => Edit::new(object, barcode_field("77"), FieldValue::Flag(value > 0)),
            _ => Edit::new(object, product::TAX_RATE, int(number * 100)),
        });
    }
    edits
}

fn assert_same(a: &Documents, b: &Documents) {
    for document in DocumentId::ALL {
        assert_eq!(a.heads(document), b.heads(document));
        let objects: Vec<_> = a.object_ids(document).collect();
        assert_eq!(objects, b.object_ids(document).collect::<Vec<_>>());
        for object in objects {
            assert_eq!(a.product(ProductId(object)), b.product(ProductId(object)));
            assert_eq!(a.setting_of(&object), b.setting_of(&object));
            let fields = [product::NAME, product::PRICE, product::ARCHIVED, product::TAX_RATE];
            for field in fields.into_iter().chain(["bc:77", setting::VALUE]) {
                let candidates = a.candidates(document, &object, field);
                assert_eq!(candidates, b.candidates(document, &object, field));
                assert_eq!(a.winner(document, &object, field), b.winner(document, &object, field));
                assert_ne!(candidates.len(), 1);
            }
        }
    }
}

/// Offers a change; says whether it was taken. Nothing but a missing
/// dependency may keep an honest change out.
fn offer(till: &mut Till, sent: &Sent) -> bool {
    match till.try_take(sent) {
        Ok(applied) => {
            assert_eq!(applied.hash, sent.hash);
            true
        }
        Err(Refused::UnknownDependency(missing)) => {
            assert!(!missing.is_empty());
            false
        }
        Err(refused) => panic!("an honest change was refused: {refused}"),
    }
}

fn run(steps: &[Step]) {
    let mut tills = [1, 2, 3].map(Till::new);
    let mut waiting: [Vec<Sent>; 3] = Default::default();
    for step in steps {
        match step {
            Step::Edit { till, document, fields } => {
                if let Some(sent) = tills[*till].try_edit(*document, &edits(*document, fields)) {
                    for (other, waiting) in waiting.iter_mut().enumerate() {
                        if other != *till {
                            waiting.push(sent.clone());
                        }
                    }
                }
            }
            Step::Deliver { till, which } => {
                let waiting = &mut waiting[*till];
                if !waiting.is_empty() {
                    let at = which.index(waiting.len());
                    if offer(&mut tills[*till], &waiting[at]) {
                        waiting.remove(at);
                    }
                }
            }
            Step::Restart { till } => {
                let snapshots = DocumentId::ALL.map(|id| Some(tills[*till].documents.save(id)));
                let loaded = Documents::load(snapshots, []).unwrap();
                assert_same(&loaded, &tills[*till].documents);
                tills[*till].documents = loaded;
            }
            Step::Checkpoint { till } => {
                for document in DocumentId::ALL {
                    tills[*till].documents.checkpoint(document).unwrap();
                }
            }
        }
    }
    for (till, waiting) in tills.iter_mut().zip(&mut waiting) {
        while !waiting.is_empty() {
            let before = waiting.len();
            // Last first: the order least like the one of the edits.
            waiting.reverse();
            waiting.retain(|sent| !offer(till, sent));
            waiting.reverse();
            assert!(waiting.len() < before, "something always goes on");
        }
    }
    assert_same(&tills[0].documents, &tills[1].documents);
    assert_same(&tills[0].documents, &tills[2].documents);
    for document in [CATALOGUE, SETTINGS] {
        let loaded = saved_and_loaded(&tills[2].documents, document);
        assert_eq!(loaded.heads(document), tills[2].documents.heads(document));
    }
    // Setting every field in conflict once ends all conflicts.
    resolve_all(&mut tills);
}

fn resolve_all(tills: &mut [Till; 3]) {
    for document in [CATALOGUE, SETTINGS] {
        let documents = &tills[0].documents;
        let mut decisions = Vec::new();
        for object in documents.object_ids(document) {
            for field in [product::NAME, product::PRICE, product::ARCHIVED, setting::VALUE] {
                let candidates = documents.candidates(document, &object, field);
                // Any of them, differing from object to object.
                let pick = usize::from(object[0]) % candidates.len().max(1);
                if let Some((value, _)) = candidates.into_iter().nth(pick) {
                    decisions.push(Edit::new(object, field, value));
                }
            }
        }
        let Some(sent) = tills[0].try_edit(document, &decisions) else {
            assert!(decisions.is_empty(), "a decision always makes a change");
            continue;
        };
        tills[1].take(&sent);
        tills[2].take(&sent);
        for till in &*tills {
            for Edit { object, field, value } in &decisions {
                assert!(till.documents.candidates(document, object, field).is_empty());
                assert_eq!(till.documents.winner(document, object, field).as_ref(), Some(value));
            }
        }
    }
    assert_same(&tills[0].documents, &tills[1].documents);
    assert_same(&tills[0].documents, &tills[2].documents);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn devices_converge_whatever_the_order(steps in steps()) {
        run(&steps);
    }
}
