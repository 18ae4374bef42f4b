//! Changes of the catalogue that no till makes: every device keeps them out
//! for the same reason, in whatever order it hears of them.

use super::forge::{Forger, Seen};
use super::world::{RowsAfter, World};
use super::{put, reprice};
use till_catalog::Edit;
use till_schema::body::{Body, ConflictKind, DocumentChange, Role, Start, StockMoved, StockReason};
use till_schema::catalogue::{DocumentId, FieldValue, product};
use till_schema::{LogId, Quantity};

const REGISTER: &[Role] = &[Role::Register];

fn scene(seed: u64) -> (World, Forger, [u8; 16]) {
    let mut world = World::shop(seed, 3);
    world.ask(0, put("1", 1000, 10)).unwrap();
    let mut rogue = Forger::enrol(&mut world, REGISTER);
    world.settle();
    let founder = world.tills[0].log;
    rogue.learn(&world, 0, founder);
    let product = world.product(0, "1").id.0;
    (world, rogue, product)
}

fn seen_of(world: &World, device: usize, log: LogId) -> Seen {
    vec![(log, world.sync(device).vector[&log])]
}

fn price(object: [u8; 16], price: i64) -> [Edit; 1] {
    [Edit::new(object, product::PRICE, FieldValue::Int(price))]
}

fn change(bytes: Vec<u8>) -> DocumentChange {
    DocumentChange { document: DocumentId::Catalogue, change: bytes }
}

/// Reasons of the malformed entries every device lists.
fn reasons(world: &World) -> Vec<String> {
    let views = world.conflicts(1).into_iter();
    let mut reasons: Vec<String> = views
        .filter(|view| view.kind() == ConflictKind::Malformed)
        .map(|view| view.detail)
        .collect();
    reasons.sort();
    reasons
}

#[test]
fn malformed_changes_are_listed_alike_and_nothing_else_stops() {
    let (mut world, mut rogue, object) = scene(150);
    let seen = seen_of(&world, 0, world.tills[0].log);
    let good = rogue.edit(&price(object, 1111));
    let mut compressed = good.change.clone();
    compressed[8] = 2;
    let own = rogue.actor;
    rogue.actor = [0xab; 16];
    let stolen_name = rogue.edit(&price(object, 2222));
    rogue.actor = own;
    let received: Body = StockMoved {
        reason: StockReason::Receive,
        moves: vec![(till_schema::ProductId(object), Quantity::units(7))],
        note: String::new(),
        place: String::new(),
        to: None,
    }
    .into();
    let noise = change(world.draw::<300>().to_vec());
    let early = rogue.write(&seen, vec![change(good.change.clone()).into()]);
    let start = rogue.start();
    let frames = [
        early,
        rogue.write(&Vec::new(), vec![start, noise.into(), received]),
        rogue.write(&Vec::new(), vec![change(Vec::new()).into(), change(compressed).into()]),
        rogue.write(&Vec::new(), vec![good.into(), stolen_name.into()]),
    ];
    rogue.greet(&mut world, 2);
    rogue.push(&mut world, 2, &frames);
    world.settle();
    world.assert_agree();
    let expected = ["compressed", "no-actor", "not-a-change", "not-a-change", "wrong-actor"];
    assert_eq!(reasons(&world), expected);
    assert!(world.cut_off.is_empty(), "its frames are well signed");
    assert_eq!(world.stock(0, "1"), 17, "facts of the same frame count");
    assert_eq!(world.price(1, "1"), 1111, "and so does what is well-formed after it");
    world.ask(0, reprice("1", 1200)).unwrap();
    world.settle();
    assert_eq!(world.price(2, "1"), 1200);
    for device in 0..3 {
        world.restart(device, RowsAfter::Lost);
    }
    world.settle();
    world.assert_agree();
    assert_eq!(reasons(&world), expected);
}

/// The change is built upon one that device 1 has and device 2 has not, and
/// its author does not say that it saw that one.
#[test]
fn a_change_upon_what_its_author_did_not_say_it_saw_is_malformed_everywhere() {
    let (mut world, mut rogue, object) = scene(151);
    let founder = world.tills[0].log;
    let seen = seen_of(&world, 0, founder);
    world.split(&[&[0, 1], &[2]]);
    world.ask(0, reprice("1", 1500)).unwrap();
    world.settle();
    rogue.documents = till_catalog::Documents::genesis();
    rogue.learn(&world, 1, founder);
    let upon = rogue.edit(&price(object, 1600));
    let start = rogue.start();
    let frames = [rogue.write(&seen, vec![start, upon.into()])];
    for device in [1, 2] {
        rogue.greet(&mut world, device);
        rogue.push(&mut world, device, &frames);
    }
    world.settle();
    world.heal();
    world.settle();
    world.assert_agree();
    assert_eq!(reasons(&world), ["unknown-dep"]);
    assert_eq!(world.price(0, "1"), 1500);
    for _ in 0..4 {
        world.restart(1, RowsAfter::Lost);
        world.settle();
        world.assert_agree();
    }
}

#[test]
fn an_actor_belongs_to_the_device_it_was_drawn_for() {
    let (mut world, mut rogue, object) = scene(152);
    world.restart(0, RowsAfter::Kept);
    world.settle();
    let founder = world.tills[0].log;
    let seen = seen_of(&world, 0, founder);
    world.split(&[&[0, 1], &[2]]);
    world.ask(0, reprice("1", 1500)).unwrap();
    world.settle();
    // The liar heard of the founder's new actor and names it where the founder
    // is not heard yet.
    let stolen = world.tills[1]
        .stored(founder)
        .iter()
        .flat_map(|frame| frame.entries())
        .filter_map(|entry| match &entry.body {
            Some(Body::Start(start)) => Some(start.clone()),
            _ => None,
        })
        .next_back()
        .unwrap();
    rogue.actor = stolen.actor;
    let mine = rogue.edit(&price(object, 9999));
    let frames = [rogue.write(&seen, vec![Start { ..stolen }.into(), mine.into()])];
    rogue.greet(&mut world, 2);
    rogue.push(&mut world, 2, &frames);
    world.settle();
    world.heal();
    world.settle();
    world.assert_agree();
    assert_eq!(world.price(2, "1"), 1500, "the founder's edit counts");
    assert_eq!(reasons(&world), ["no-actor"]);
}

#[test]
fn a_change_brought_twice_is_one_change() {
    for round in 0..4 {
        let (mut world, mut rogue, object) = scene(153);
        let founder = world.tills[0].log;
        let seen = seen_of(&world, 0, founder);
        let mine = rogue.edit(&price(object, 1600));
        rogue.wall_ms += round;
        let start = rogue.start();
        let first = rogue.write(&seen, vec![start, mine.clone().into()]);
        let second = rogue.write(&Vec::new(), vec![mine.into()]);
        rogue.greet(&mut world, 1);
        rogue.push(&mut world, 1, &[first]);
        world.settle();
        // Device 1 goes on from the first; device 2 hears of the second before.
        world.split(&[&[0, 1]]);
        world.ask(1, reprice("1", 1700)).unwrap();
        world.settle();
        rogue.greet(&mut world, 2);
        rogue.push(&mut world, 2, &[second]);
        world.settle();
        world.heal();
        world.settle();
        world.assert_agree();
        assert!(reasons(&world).is_empty(), "{:?}", reasons(&world));
        assert_eq!(world.price(2, "1"), 1700);
    }
}
