//! Well-signed entries that no honest device writes: they take effect, or
//! none, on every device alike.

use super::forge::{Forger, Seen};
use super::world::{RowsAfter, World};
use super::{order, put, reprice, sell};
use crate::command::{Command, CommandError, ConflictStatus};
use till_schema::body::{
    Accept, Body, Cede, ConflictKind, Decision, DeviceAdd, Resolution, ResolutionImport, Role,
    SaleCommitted, Sharing, ShopFounded, SpaceOpen, StockMoved, StockReason, Void,
};
use till_schema::numbering::Space;
use till_schema::order::{Order, OrderLine, Tender, TenderKind, Totals};
use till_schema::{Currency, EntryHash, LogId, ProductId, Quantity, Ranges, Seq};

const REGISTER: &[Role] = &[Role::Register];
const NOTHING: Seen = Vec::new();

fn scene(seed: u64, roles: &[Role]) -> (World, Forger) {
    let mut world = World::shop(seed, 3);
    world.ask(0, put("1", 1000, 10)).unwrap();
    let rogue = Forger::enrol(&mut world, roles);
    world.settle();
    (world, rogue)
}

fn publish(world: &mut World, rogue: &Forger, to: usize, frames: &[Vec<u8>]) {
    rogue.greet(world, to);
    rogue.push(world, to, frames);
    world.settle();
    let held = world.tills[to].store.get(&rogue.log).map_or(0, Vec::len);
    assert_eq!(held, frames.len(), "the frames are well signed");
}

/// Every device folds the same from scratch, in any order.
fn assert_folds_alike(world: &mut World) {
    let digests = world.digests(0);
    for device in [0, 1, 2, 0, 1, 2] {
        world.restart(device, RowsAfter::Lost);
        assert_eq!(world.digests(device), digests, "device {device} folds otherwise");
    }
    world.settle();
}

fn sale(world: &World, number: u64, id: u32, amount: i64) -> SaleCommitted {
    let line = OrderLine {
        product: world.product(0, "1").id,
        sku: "1".to_owned(),
        name: "Product 1".to_owned(),
        quantity: Quantity(amount),
        unit_price: amount,
        discount: 0,
        total: amount,
        tax: "IVA".to_owned(),
        tax_rate_bp: 1900,
        stock_before: i64::MIN,
        taxes: Vec::new(),
        order_discount: 0,
        unit: String::new(),
        note: String::new(),
        price_list: String::new(),
        list_price: None,
        unit_cost: None,
        category: String::new(),
    };
    let tender = Tender { kind: TenderKind::Cash, amount, reference: String::new(), foreign: None };
    let taxes = vec![till_schema::order::TaxTotal {
        tax: "IVA".to_owned(),
        rate_bp: 1900,
        base: amount,
        amount,
        treatment: till_schema::order::TaxTreatment::Taxed,
        per_unit: None,
    }];
    let totals =
        Totals { gross: amount, discount: amount, total: amount, taxes, ..Totals::default() };
    let order = Order {
        id: order(id),
        sold_at_ms: 0,
        utc_offset_min: 0,
        currency: Currency::Cop,
        lines: vec![line.clone(), line],
        customer: None,
        tenders: vec![tender.clone(), tender],
        change: i64::MIN,
        totals,
        note: String::new(),
        resumes: None,
        tip: 0,
        rounding: 0,
    };
    let space = world.numbers(0)[0].space;
    SaleCommitted {
        order,
        space,
        number,
        document: vec![1],
        code: format!("code {id}"),
        fiscalises: None,
    }
}

/// The cede reaches device 1 and the receiver, who accepts it where the cede
/// has not been heard of, and does not say that it saw it.
#[test]
fn an_accept_counts_once_its_cede_is_there() {
    let (mut world, mut rogue) = scene(160, REGISTER);
    world.split(&[&[0, 1], &[2]]);
    let (founder, to) = (world.tills[0].log, rogue.log);
    world.ask(0, Command::GrantNumbers { space: None, to: to.to_string(), count: 60 }).unwrap();
    world.settle();
    let ceded = world.tills[1].stored(founder).last().unwrap().entries()[0].reference();
    let accept = Accept { giver: founder, giver_seq: ceded.seq, giver_hash: ceded.hash };
    let frames = [rogue.write(&NOTHING, vec![accept.into()])];
    publish(&mut world, &rogue, 2, &frames);
    assert_eq!(world.sync(2).gated, 1, "it waits for the cede");
    world.heal();
    world.settle();
    world.assert_agree();
    let audit = world.audit(1);
    assert_eq!((audit.in_transit, audit.held["Caja 4"]), (0, 60));
    assert_folds_alike(&mut world);
    world.assert_agree();
}

#[test]
fn a_decision_counts_by_its_authors_role_in_whatever_order_logs_are_folded() {
    for (seed, role, status) in
        [(161, Role::Manager, ConflictStatus::Closed), (162, Role::Register, ConflictStatus::Open)]
    {
        let (mut world, mut rogue) = scene(seed, &[role]);
        world.split(&[&[0, 1], &[2]]);
        world.ask(1, reprice("1", 1200)).unwrap();
        world.ask(2, reprice("1", 1300)).unwrap();
        world.heal();
        world.settle();
        let conflict = world.conflict(0, ConflictKind::Field);
        let decided = Resolution {
            conflict: conflict.key.clone(),
            covers: conflict.evidence.clone(),
            supersedes: Vec::new(),
            decision: Decision::Keep(conflict.evidence[0]),
            note: "says nothing of what it saw".to_owned(),
        };
        let frames = [rogue.write(&NOTHING, vec![decided.into()])];
        publish(&mut world, &rogue, 1, &frames);
        world.assert_agree();
        world.assert_everywhere(&conflict.key, status);
        assert_folds_alike(&mut world);
        world.assert_everywhere(&conflict.key, status);
    }
}

#[test]
fn what_only_others_may_do_has_no_effect() {
    let (mut world, mut rogue) = scene(163, REGISTER);
    let space = world.numbers(0)[0].space;
    let friend = DeviceAdd {
        log: LogId([5; 32]),
        name: "x".to_owned(),
        roles: vec![Role::Owner],
        replaces: None,
    };
    let founded = ShopFounded {
        nonce: [0; 16],
        name: "Mine".to_owned(),
        currency: Currency::Usd,
        country: "generic".to_owned(),
        tax_id: "1".to_owned(),
        recovery_key: None,
    };
    let other = Space {
        authority: "generic".to_owned(),
        issuer: "1".to_owned(),
        document_kind: "POS".to_owned(),
        prefix: "X".to_owned(),
    };
    let import = ResolutionImport {
        space,
        resolution: "mine".to_owned(),
        from: 1,
        to: u64::MAX,
        valid_from_day: None,
        valid_to_day: None,
    };
    let some = Ranges::span(1, 10);
    let bodies: Vec<Body> = vec![
        founded.into(),
        friend.into(),
        SpaceOpen {
            space: other,
            custodian: rogue.log,
            sharing: Sharing::Shared,
            utc_offset_min: None,
        }
        .into(),
        import.into(),
        Void { space, ranges: some.clone(), reason: String::new() }.into(),
        Cede { space, ranges: some, to: world.tills[1].log }.into(),
    ];
    let before: Vec<_> = world.conflicts(0);
    let frames = [rogue.write(&NOTHING, bodies)];
    publish(&mut world, &rogue, 2, &frames);
    world.assert_agree();
    assert_eq!(world.node(1).devices.len(), 4);
    assert_eq!(world.numbers(1).len(), 1);
    assert_eq!(world.node(1).shop_view(&world.tills[1].rows).unwrap().name, "Tienda");
    let news: Vec<_> = world.conflicts(1).into_iter().filter(|c| !before.contains(c)).collect();
    let [shown] = news.as_slice() else { panic!("one card about the device: {news:#?}") };
    assert_eq!((shown.kind(), shown.title.as_str()), (ConflictKind::Unentitled, "Caja 4"));
    assert_eq!(shown.evidence.len(), 3, "the entries that only the administration writes");
    let noted = till_schema::rows::collect_rows::<till_schema::rows::AnomalyRow>(
        &world.tills[1].rows,
        till_schema::rows::Table::Anomalies,
        &[],
    );
    assert_eq!(noted.len(), 6, "each is noted: {noted:#?}");
    assert_folds_alike(&mut world);
}

#[test]
fn amounts_beyond_all_sums_stop_nobody() {
    let (mut world, mut rogue) = scene(164, REGISTER);
    let product = world.product(0, "1").id;
    let moved = |change| -> Body {
        StockMoved {
            reason: StockReason::Adjust,
            moves: vec![(product, Quantity(change)), (ProductId([1; 16]), Quantity(change))],
            note: String::new(),
            place: String::new(),
            to: None,
        }
        .into()
    };
    let mut bodies: Vec<Body> = [i64::MAX, i64::MIN, i64::MAX].map(moved).to_vec();
    for (id, amount) in [(501, i64::MAX), (502, i64::MAX), (503, i64::MIN)] {
        bodies.push(sale(&world, u64::MAX - u64::from(id), id, amount).into());
    }
    let frames = [rogue.write(&NOTHING, bodies)];
    publish(&mut world, &rogue, 2, &frames);
    world.sold(0, sell(1, "1", 1));
    world.settle();
    for device in 0..3 {
        assert_eq!(world.digests(device), world.digests(0));
        assert!(world.ask(device, Command::Totals).is_ok());
        assert!(!world.node(device).all_products(&world.tills[device].rows).is_empty());
        assert_eq!(world.orders(device).len(), 4);
        assert_eq!(world.audit(device).unaccounted, 3, "three numbers nobody minted");
    }
    assert_folds_alike(&mut world);
}

#[test]
fn a_number_used_by_who_did_not_hold_it_is_shown_as_used_twice() {
    let (mut world, mut rogue) = scene(165, REGISTER);
    let next = world.numbers(1)[0].next.unwrap();
    let frames = [rogue.write(&NOTHING, vec![sale(&world, next, 600, 5).into()])];
    publish(&mut world, &rogue, 2, &frames);
    world.sold(1, sell(1, "1", 1));
    world.settle();
    let key = world.conflict(0, ConflictKind::NumberDuplicate).key;
    world.assert_everywhere(&key, ConflictStatus::Open);
    for device in 0..3 {
        assert_eq!(world.digests(device), world.digests(0));
        assert_eq!(world.audit(device).duplicates, [next]);
    }
    assert_folds_alike(&mut world);
}

#[test]
fn one_order_sold_by_two_devices_is_the_same_one_everywhere() {
    let (mut world, mut rogue) = scene(166, REGISTER);
    world.split(&[&[0, 1], &[2]]);
    let frames = [
        rogue.write(&NOTHING, vec![sale(&world, 90_000, 1, 5).into()]),
        rogue.write(&NOTHING, vec![sale(&world, 90_001, 1, 7).into()]),
    ];
    world.sold(0, sell(1, "1", 1));
    publish(&mut world, &rogue, 2, &frames);
    world.heal();
    world.settle();
    for device in 0..3 {
        assert_eq!(world.digests(device), world.digests(0));
        assert_eq!(world.orders(device).len(), 1);
    }
    assert_folds_alike(&mut world);
}

#[test]
fn gifts_that_are_none_do_not_keep_a_till_busy() {
    let (mut world, mut rogue) = scene(167, REGISTER);
    let space = world.numbers(0)[0].space;
    let to = world.tills[1].log;
    let gift = || -> Body { Cede { space, ranges: Ranges::span(1, 1), to }.into() };
    let frames: Vec<_> =
        (0..4).map(|_| rogue.write(&NOTHING, (0..200).map(|_| gift()).collect())).collect();
    // A sale of device 1 is on its way to the disk while they arrive.
    let first = world.tell(1, sell(1, "1", 1));
    rogue.greet(&mut world, 1);
    rogue.push(&mut world, 1, &frames);
    let write = world.tills[1].disk.pop_front().unwrap();
    world.run_for(10);
    assert!(world.tills[1].store.contains_key(&rogue.log), "they have arrived");
    let second = world.tell(1, sell(2, "1", 1));
    let busy = matches!(world.tills[1].replies.get(&second), Some(Err(CommandError::Busy)));
    assert!(!busy, "the next customer is served");
    world.tills[1].disk.push_front(write);
    world.settle();
    assert!([first, second].iter().all(|ticket| world.tills[1].replies[ticket].is_ok()));
}

#[test]
fn a_document_code_used_twice_keeps_no_device_awake() {
    let (mut world, mut rogue) = scene(168, REGISTER);
    world.relay.down = true;
    world.run_for(10);
    let sold = world.sold(0, sell(1, "1", 1));
    world.settle();
    let honest = world.orders(1)[0].row.entry.hash;
    // Tries until its own sale is the one that counts for the code.
    let frame = loop {
        let (head, wall_ms) = (rogue.head, rogue.wall_ms + 1);
        let copy = SaleCommitted { code: sold.code.clone(), ..sale(&world, 90_000, 700, 5) };
        rogue.wall_ms = wall_ms;
        let frame = rogue.write(&NOTHING, vec![copy.into()]);
        if rogue.head.hash < honest {
            break frame;
        }
        rogue.head = head;
    };
    publish(&mut world, &rogue, 2, &[frame]);
    world.run_for(900_000);
    for device in 0..3 {
        assert_eq!(world.digests(device), world.digests(0));
    }
}

#[test]
fn receipts_join_the_same_whoever_brings_them_and_in_any_order() {
    let (mut world, mut rogue) = scene(169, REGISTER);
    world.relay.refuses.insert(1);
    let code = world.sold(0, sell(1, "1", 1)).code;
    world.split(&[&[0, 1], &[2]]);
    let receipt = |outcome, id: &str| -> Body {
        till_schema::body::FiscalReceipt {
            code: code.clone(),
            outcome,
            authority_id: id.to_owned(),
            reason: String::new(),
            at_ms: 0,
            relay_signature: Vec::new(),
        }
        .into()
    };
    use till_schema::body::Outcome::{Accepted, Rejected};
    let bodies = vec![
        receipt(Accepted, "a"),
        receipt(Rejected, "b"),
        receipt(Accepted, "c"),
        receipt(Rejected, "d"),
    ];
    let frames = [rogue.write(&NOTHING, bodies)];
    publish(&mut world, &rogue, 2, &frames);
    world.heal();
    world.settle();
    world.assert_agree();
    assert_eq!((world.queue(1).accepted, world.queue(1).rejected), (1, 0));
    assert_folds_alike(&mut world);
}

#[test]
fn an_accept_of_what_never_was_holds_back_its_own_log_only() {
    let (mut world, mut rogue) = scene(170, REGISTER);
    let founder = world.tills[0].log;
    let accept =
        Accept { giver: founder, giver_seq: Seq(u64::MAX), giver_hash: EntryHash([1; 32]) };
    let frames = [rogue.write(&NOTHING, vec![accept.into()])];
    publish(&mut world, &rogue, 2, &frames);
    world.sold(1, sell(1, "1", 1));
    world.settle();
    for device in 0..3 {
        assert_eq!(world.sync(device).gated, 1);
        assert_eq!(world.orders(device).len(), 1);
        assert_eq!(world.digests(device), world.digests(0));
    }
}
