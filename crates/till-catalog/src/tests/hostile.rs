//! Well-formed changes that no till makes, each with the rule that stops it.

use super::hostile_random::with_checksum;
use super::{CATALOGUE, COFFEE, Sent, Till, int, saved_and_loaded, text, tills};
use crate::index::OpId;
use crate::{Edit, genesis, shape};
use automerge::legacy::{ElementId, Key, ObjectId, Op, OpType, SortedVec};
use automerge::{ActorId, Change, ChangeHash, ExpandedChange, ObjType, ScalarValue, legacy};
use std::num::NonZeroU64;
use till_schema::ProductId;
use till_schema::catalogue::product;

type Mutation = fn(&mut ExpandedChange);

/// A till that knows two products, and the next change of another till, which
/// sets the coffee's price.
pub(super) fn scene() -> (Till, Sent) {
    let [mut a, mut b, mut c] = tills();
    let bread = a.edit(CATALOGUE, &[Edit::new([1; 16], product::NAME, text("Pan"))]);
    let first = b.price(1100);
    c.take(&bread);
    c.take(&first);
    b.take(&bread);
    (c, b.price(1200))
}

pub(super) fn encoded(change: ExpandedChange) -> Vec<u8> {
    Change::from(change).raw_bytes().to_vec()
}

pub(super) fn decoded(sent: &Sent) -> ExpandedChange {
    Change::try_from(sent.bytes.as_slice()).unwrap().decode()
}

fn preds(ids: &[legacy::OpId]) -> SortedVec<legacy::OpId> {
    ids.to_vec().into()
}

fn op(obj: ObjectId, key: &str, action: OpType, pred: &[legacy::OpId]) -> Op {
    Op { action, obj, key: Key::Map(key.into()), pred: preds(pred), insert: false }
}

/// The map of a bucket: made by the genesis after `v` and the collection.
fn bucket(number: u8) -> ObjectId {
    let counter = 3 + u64::from(number);
    ObjectId::Id(legacy::OpId::new(counter, &ActorId::from(&genesis::ACTOR[..])))
}

fn object(object: &crate::ObjectKey) -> (ObjectId, String) {
    (bucket(shape::bucket_of(object)), shape::object_name(object))
}

fn the_map(change: &ExpandedChange) -> legacy::OpId {
    match &change.operations[0].obj {
        ObjectId::Id(id) => id.clone(),
        ObjectId::Root => panic!("the price is not at the root"),
    }
}

fn make(change: &mut ExpandedChange, key: crate::ObjectKey, pred: &[legacy::OpId]) {
    let (bucket, name) = object(&key);
    let made = legacy::OpId::new(change.start_op.get(), &change.actor_id);
    change.operations = vec![
        op(bucket, &name, OpType::Make(ObjType::Map), pred),
        op(ObjectId::Id(made), product::NAME, OpType::Put("New".into()), &[]),
    ];
}

fn put(change: &mut ExpandedChange, field: &str, value: ScalarValue) {
    let operation = &mut change.operations[0];
    operation.key = Key::Map(field.into());
    operation.action = OpType::Put(value);
    operation.pred = preds(&[]);
}

const CASES: &[(&str, Mutation)] = &[
    ("wrong-actor", |c| c.actor_id = ActorId::from(&[8; 16][..])),
    ("wrong-actor", |c| c.actor_id = ActorId::from(&[2; 15][..])),
    ("seq-gap", |c| c.seq += 1),
    ("seq-gap", |c| c.seq -= 1),
    ("seq-gap", |c| c.seq = u64::MAX),
    // Concurrent with the author's own last change.
    ("seq-gap", |c| c.deps = vec![Change::try_from(genesis::bytes(CATALOGUE)).unwrap().hash()]),
    ("start-op", |c| c.start_op = c.start_op.checked_add(1).unwrap()),
    ("start-op", |c| c.start_op = NonZeroU64::new(c.start_op.get() - 1).unwrap()),
    ("start-op", |c| c.start_op = NonZeroU64::new(1 << 30).unwrap()),
    ("bad-deps", |c| c.deps.clear()),
    ("bad-deps", |c| c.deps.push(*c.deps.last().unwrap())),
    ("unknown-dep", |c| c.deps = vec![ChangeHash([7; 32])]),
    ("time", |c| c.time = -1),
    ("time", |c| c.time = i64::MAX),
    ("unknown-object", |c| {
        c.operations[0].obj = ObjectId::Id(legacy::OpId::new(5, &ActorId::from(&[99; 16][..])));
    }),
    ("unknown-object", |c| {
        c.operations[0].obj = ObjectId::Id(legacy::OpId::new(c.start_op.get(), &c.actor_id));
    }),
    ("unknown-object", |c| {
        // A value, not a map.
        let map = the_map(c);
        c.operations[0].obj = ObjectId::Id(map.increment_by(1));
    }),
    ("shape", |c| c.operations[0].obj = ObjectId::Root),
    ("shape", |c| c.operations.clear()),
    ("unknown-object", |c| {
        // The collection.
        let genesis = ActorId::from(&genesis::ACTOR[..]);
        c.operations[0].obj = ObjectId::Id(legacy::OpId::new(2, &genesis));
    }),
    ("delete-object", |c| {
        let (bucket, name) = object(&COFFEE);
        c.operations = vec![op(bucket, &name, OpType::Delete, &[the_map(c)])];
    }),
    ("delete-object", |c| {
        let (bucket, name) = object(&COFFEE);
        c.operations = vec![op(bucket, &name, OpType::Put("gone".into()), &[the_map(c)])];
    }),
    ("delete-object", |c| make(c, COFFEE, &[the_map(c)])),
    ("object-exists", |c| make(c, COFFEE, &[])),
    ("delete-object", |c| {
        let (bucket, name) = object(&[5; 16]);
        c.operations = vec![op(bucket, &name, OpType::Put(1.into()), &[])];
    }),
    ("forbidden-action", |c| {
        make(c, [5; 16], &[]);
        c.operations[0].action = OpType::Make(ObjType::List);
    }),
    ("shape", |c| {
        // The wrong bucket.
        make(c, [5; 16], &[]);
        c.operations[0].obj = bucket(shape::bucket_of(&[5; 16]).wrapping_add(1));
    }),
    ("shape", |c| {
        make(c, [5; 16], &[]);
        c.operations[0].key = Key::Map("not an id".into());
    }),
    ("shape", |c| {
        make(c, [5; 16], &[]);
        c.operations[0].key = Key::Map(shape::object_name(&[0xab; 16]).to_uppercase().into());
    }),
    ("shape", |c| {
        make(c, [5; 16], &[]);
        c.operations.pop();
    }),
    ("pred-not-visible", |c| {
        make(c, [5; 16], &[]);
        c.operations[1].pred = preds(&[the_map(c)]);
    }),
    ("shape", |c| {
        c.operations[0].action = OpType::Make(ObjType::Map);
        c.operations[0].key = Key::Map("variants".into());
        c.operations[0].pred = preds(&[]);
    }),
    ("forbidden-action", |c| c.operations[0].action = OpType::Make(ObjType::Text)),
    ("forbidden-action", |c| c.operations[0].action = OpType::Increment(1)),
    ("forbidden-action", |c| c.operations[0].action = OpType::MarkEnd(true)),
    ("not-a-map-key", |c| c.operations[0].key = Key::Seq(ElementId::Head)),
    ("not-a-map-key", |c| c.operations[0].key = Key::Seq(ElementId::Id(the_map(c)))),
    ("not-a-map-key", |c| c.operations[0].insert = true),
    ("pred-missing", |c| c.operations[0].pred = preds(&[])),
    ("pred-missing", |c| {
        c.operations[0].action = OpType::Delete;
        c.operations[0].pred = preds(&[]);
    }),
    ("pred-not-visible", |c| {
        let pred = c.operations[0].pred.get(0).unwrap().clone();
        c.operations[0].pred = preds(&[pred.clone(), pred]);
    }),
    ("pred-not-visible", |c| c.operations[0].pred = preds(&[the_map(c)])),
    ("pred-not-visible", |c| {
        // The first price: replaced since.
        let first = the_map(c).increment_by(2);
        c.operations[0].pred = preds(&[first]);
    }),
    ("repeated-key", |c| c.operations.push(c.operations[0].clone())),
    ("repeated-key", |c| {
        // Removing, setting and removing again.
        let mut delete = c.operations[0].clone();
        delete.action = OpType::Delete;
        c.operations[0].pred = preds(&[]);
        let put = c.operations.remove(0);
        c.operations = vec![delete.clone(), put, delete];
    }),
    ("pred-not-visible", |c| {
        let mut delete = c.operations[0].clone();
        delete.action = OpType::Delete;
        c.operations.insert(0, delete);
    }),
    ("not-canonical", |c| c.extra_bytes = vec![1, 2, b'm', b'e']),
    ("not-canonical", |c| c.extra_bytes = vec![9]),
    ("shape", |c| put(c, product::PRICE, ScalarValue::counter(5))),
    ("shape", |c| put(c, product::PRICE, "12".into())),
    ("shape", |c| put(c, product::PRICE, (-1).into())),
    ("shape", |c| put(c, product::PRICE, ScalarValue::Uint(5))),
    ("shape", |c| put(c, product::NAME, ScalarValue::Null)),
    ("shape", |c| put(c, product::NAME, "x".repeat(513).as_str().into())),
    ("shape", |c| put(c, "bc:", true.into())),
    ("shape", |c| put(c, "", true.into())),
    ("shape", |c| put(c, "tab\there", true.into())),
    ("shape", |c| put(c, "newer", "x".repeat(513).as_str().into())),
    ("shape", |c| put(c, "newer", ScalarValue::Bytes(vec![0; 513]))),
    ("shape", |c| put(c, "newer", ScalarValue::counter(0))),
    ("too-long", |c| put(c, &"k".repeat(129), true.into())),
    ("too-long", |c| c.message = Some("m".repeat(70_000))),
    ("too-many-ops", |c| {
        let pred = c.operations[0].pred.get(0).unwrap().clone();
        c.operations[0].pred = preds(&vec![pred; 100_000]);
    }),
];

#[test]
fn each_rule_stops_what_it_is_for() {
    let (mut till, next) = scene();
    let heads = till.documents.heads(CATALOGUE);
    for (number, (reason, mutation)) in CASES.iter().enumerate() {
        let mut change = decoded(&next);
        // Two dependencies, for those cases that need more than one.
        assert_eq!(change.deps.len(), 2);
        mutation(&mut change);
        let bytes = encoded(change);
        let Err(refused) = till.documents.apply(CATALOGUE, &bytes, next.actor) else {
            panic!("case {number}, for {reason}, got in");
        };
        assert_eq!(refused.reason(), *reason, "case {number}: {refused}");
        assert_eq!(till.documents.heads(CATALOGUE), heads, "case {number}");
        assert_eq!(saved_and_loaded(&till.documents, CATALOGUE).heads(CATALOGUE), heads);
    }
    till.take(&next);
    assert_eq!(till.coffee().price, 1200);
}

#[test]
fn bombs_are_small_and_stopped() {
    let (mut till, next) = scene();
    let mut change = decoded(&next);
    put(&mut change, product::ARCHIVED, true.into());
    change.operations = vec![change.operations[0].clone(); 1_000_000];
    let bytes = encoded(change);
    let refused = till.documents.apply(CATALOGUE, &bytes, next.actor).unwrap_err();
    assert_eq!(refused.reason(), "too-many-ops");
    assert!(bytes.len() < 300, "{} bytes claim a million operations", bytes.len());
}

#[test]
fn compressed_and_foreign_chunks_are_stopped() {
    let (mut till, next) = scene();
    let mut change = decoded(&next);
    change.message = Some("m".repeat(10_000));
    let mut change = Change::from(change);
    let compressed = change.bytes().into_owned();
    assert_ne!(compressed, change.raw_bytes());
    let reason = |till: &mut Till, bytes: &[u8]| {
        till.documents.apply(CATALOGUE, bytes, next.actor).unwrap_err().reason()
    };
    assert_eq!(reason(&mut till, &compressed), "compressed");
    let document = till.documents.save(CATALOGUE);
    assert_eq!(reason(&mut till, &document), "not-a-change");
    let two = [next.bytes.clone(), next.bytes.clone()].concat();
    assert_eq!(reason(&mut till, &two), "not-a-change");
    assert_eq!(reason(&mut till, genesis::bytes(CATALOGUE)), "wrong-actor");
    let mut checksum = next.bytes.clone();
    checksum[5] ^= 1;
    assert_eq!(reason(&mut till, &checksum), "bad-hash");
    // The two dependencies in another order, after two bytes of length and one
    // of count; as the library encodes them, they are sorted.
    let mut unsorted = next.bytes.clone();
    assert_eq!(unsorted[11], 2);
    unsorted[12..12 + 64].rotate_left(32);
    let unsorted = with_checksum(unsorted).unwrap();
    assert_eq!(reason(&mut till, &unsorted), "bad-deps");
    till.take(&next);
}

#[test]
fn an_object_must_have_been_there_for_the_author() {
    let (mut till, _) = scene();
    // A new actor that has seen nothing but the genesis edits the coffee.
    let genesis = Change::try_from(genesis::bytes(CATALOGUE)).unwrap();
    let mut stranger = Till::new(7);
    let made = stranger.edit(CATALOGUE, &[Edit::new([5; 16], product::NAME, text("x"))]);
    let mut change = decoded(&made);
    assert_eq!(change.deps, [genesis.hash()]);
    let coffee = OpId { counter: 259, actor: [1; 16] };
    let map = legacy::OpId::new(coffee.counter, &ActorId::from(&coffee.actor[..]));
    change.operations = vec![op(ObjectId::Id(map), product::PRICE, OpType::Put(1.into()), &[])];
    let refused = till.documents.apply(CATALOGUE, &encoded(change), [7; 16]).unwrap_err();
    assert_eq!(refused.reason(), "unknown-object");
    till.take(&made);
}

#[test]
fn fields_of_a_newer_version_are_kept_and_ignored() {
    let (mut till, next) = scene();
    let row = till.coffee();
    let mut change = decoded(&next);
    put(&mut change, "later:field", int_scalar(950));
    let applied = till.documents.apply(CATALOGUE, &encoded(change), next.actor).unwrap();
    assert_eq!(applied.touched, [(COFFEE, "later:field".to_owned())]);
    assert_eq!(till.coffee(), row);
    till.price(1300);
    let loaded = saved_and_loaded(&till.documents, CATALOGUE);
    assert_eq!(loaded.winner(CATALOGUE, &COFFEE, "later:field"), Some(int(950)));
    assert_eq!(loaded.product(ProductId(COFFEE)).unwrap().price, 1300);
}

fn int_scalar(value: i64) -> ScalarValue {
    ScalarValue::Int(value)
}
