//! Saving, loading, and building a document again.

use super::{CATALOGUE, COFFEE, SETTINGS, Till, int, saved_and_loaded, text, tills};
use crate::{Documents, Edit, LoadError, Refused, Unsaved};
use till_schema::ProductId;
use till_schema::catalogue::product;

#[test]
fn saved_documents_load_with_their_tail() {
    let [mut a, mut b, _] = tills();
    let snapshot = a.documents.save(CATALOGUE);
    let mut tail = Vec::new();
    // Conflicting edits after the snapshot, in two documents.
    let (mine, theirs) = (a.price(5), b.price(6));
    a.take(&theirs);
    tail.extend([mine, theirs]);
    tail.push(a.edit(SETTINGS, &Edit::setting("footer", text("Gracias"))));
    let stored = tail.iter().map(|sent| (sent.document, sent.bytes.as_slice()));
    let loaded = Documents::load([Some(snapshot), None, None], stored.clone()).unwrap();
    for document in [CATALOGUE, SETTINGS] {
        assert_eq!(loaded.heads(document), a.documents.heads(document));
    }
    assert_eq!(loaded.product(ProductId(COFFEE)), Some(a.coffee()));
    assert_eq!(loaded.candidates(CATALOGUE, &COFFEE, product::PRICE), a.prices());
    assert_eq!(loaded.setting("footer"), Some(text("Gracias")));

    // A snapshot newer than the tail: what it holds is passed over.
    let newer = a.documents.save(CATALOGUE);
    let mut loaded = Documents::load([Some(newer), None, None], stored).unwrap();
    assert_eq!(loaded.heads(CATALOGUE), a.documents.heads(CATALOGUE));
    assert_eq!(loaded.unsaved(CATALOGUE), Unsaved::default());
    // Editing goes on under the same actor, and others take it.
    let change = loaded
        .edit(a.actor, CATALOGUE, &[Edit::new(COFFEE, product::PRICE, int(7))], 0)
        .unwrap()
        .unwrap();
    b.take(&tail[0]);
    b.documents.apply(CATALOGUE, &change.bytes, a.actor).unwrap();
    assert_eq!(b.documents.heads(CATALOGUE), loaded.heads(CATALOGUE));
    assert!(b.prices().is_empty());
}

#[test]
fn changes_keep_their_hash_through_a_snapshot() {
    let [mut a, mut b, mut c] = tills();
    let (x, y) = (a.price(5), b.price(6));
    a.take(&y);
    let z = a.price(7);
    let reloaded = saved_and_loaded(&a.documents, CATALOGUE);
    assert_eq!(reloaded.heads(CATALOGUE), [z.hash]);
    for sent in [&x, &y, &z] {
        c.take(sent);
    }
    assert_eq!(c.documents.heads(CATALOGUE), [z.hash]);
}

#[test]
fn damaged_bytes_do_not_load() {
    let [mut a, ..] = tills();
    let change = a.price(5);
    let good = a.documents.save(CATALOGUE);
    let broken = |bytes: Vec<u8>| {
        let error = Documents::load([Some(bytes), None, None], []).err();
        assert_eq!(error, Some(LoadError::Snapshot(CATALOGUE)));
    };
    broken(Vec::new());
    broken(good[..good.len() - 1].to_vec());
    for at in (0..good.len()).step_by(13) {
        let mut bytes = good.clone();
        bytes[at] ^= 4;
        broken(bytes);
    }
    // A good snapshot of another document.
    broken(a.documents.save(SETTINGS));
    let tail = [(CATALOGUE, change.bytes.as_slice())];
    let error = Documents::load([None, None, None], tail).err();
    assert!(matches!(
        error,
        Some(LoadError::Tail {
            document: CATALOGUE,
            position: 0,
            reason: Refused::UnknownDependency(_)
        })
    ));
}

#[test]
fn a_checkpoint_lets_go_of_the_tail() {
    let [mut a, mut b, _] = tills();
    let change = a.price(5);
    assert_eq!(a.documents.unsaved(CATALOGUE).changes, 2);
    assert!(a.documents.unsaved(CATALOGUE).bytes > change.bytes.len());
    let saved = a.documents.checkpoint(CATALOGUE).unwrap().to_vec();
    assert_eq!(a.documents.unsaved(CATALOGUE), Unsaved::default());
    let loaded = Documents::load([Some(saved), None, None], []).unwrap();
    assert_eq!(loaded.heads(CATALOGUE), [change.hash]);
    // The document goes on, here and elsewhere.
    b.take(&change);
    b.take(&a.price(6));
    a.take(&b.price(7));
    assert_eq!(a.coffee(), b.coffee());
}

#[test]
fn a_panic_costs_only_the_change_that_caused_it() {
    for checkpoint_before in [false, true] {
        let [mut a, mut b, mut c] = tills();
        let (mine, theirs) = (a.price(5), b.price(6));
        a.take(&theirs);
        if checkpoint_before {
            a.documents.checkpoint(CATALOGUE).unwrap();
        }
        let kept = a.edit(CATALOGUE, &[Edit::new([1; 16], product::NAME, text("Pan"))]);
        let (heads, prices) = (a.documents.heads(CATALOGUE), a.prices());
        assert_eq!(prices.len(), 2);

        let culprit = c.price(99);
        a.documents.get_mut(CATALOGUE).panic_next = true;
        assert_eq!(a.try_take(&culprit), Err(Refused::Panic));
        assert_eq!(a.documents.heads(CATALOGUE), heads);
        assert_eq!(a.prices(), prices);
        assert_eq!(saved_and_loaded(&a.documents, CATALOGUE).heads(CATALOGUE), heads);

        // It goes on: own edits, others' changes, and even that one.
        let after = a.price(8);
        for sent in [&mine, &kept, &after] {
            b.take(sent);
        }
        a.take(&b.price(9));
        assert_eq!(a.coffee(), b.coffee());
        a.take(&culprit);
        b.take(&culprit);
        assert_eq!(a.prices(), b.prices());
        assert_eq!(a.documents.heads(CATALOGUE), b.documents.heads(CATALOGUE));
    }
}

#[test]
fn an_actor_met_before_a_panic_is_still_known() {
    let [mut a, mut b, mut c] = tills();
    let mut till = Till::new(9);
    till.documents = saved_and_loaded(&a.documents, CATALOGUE);
    let culprit = c.price(1);
    till.documents.get_mut(CATALOGUE).panic_next = true;
    assert_eq!(till.try_take(&culprit), Err(Refused::Panic));
    till.take(&a.price(2));
    till.take(&a.price(3));
    till.take(&b.price(4));
    assert_eq!(till.prices().len(), 2);
}
