//! A sale is made once or not at all, whatever happens to the device.

use super::world::{RowsAfter, World};
use super::{order, product, put, reprice, sell};
use crate::command::{Cart, Command, CommandError, Reply};
use till_schema::order::{Tender, TenderKind};

fn one_till(seed: u64) -> World {
    let mut world = World::found(seed, (1, 1000));
    world.ask(0, put("1", 1000, 10)).unwrap();
    world
}

fn cart(change: impl FnOnce(&mut Cart)) -> Command {
    let Command::Sell(mut cart) = sell(1, "1", 1) else { unreachable!() };
    change(&mut cart);
    Command::Sell(cart)
}

#[test]
fn the_same_order_twice_is_one_sale() {
    let mut world = one_till(80);
    let first = world.sold(0, sell(1, "1", 1));
    let again = world.sold(0, sell(1, "1", 1));
    assert!(!first.repeated && again.repeated);
    assert_eq!((again.label, again.code, again.change), (first.label, first.code, first.change));
    // A double Enter: the second press comes before the first is on disk.
    let (press, bounce) = (world.tell(0, sell(2, "1", 1)), world.tell(0, sell(2, "1", 1)));
    world.run_alone(0);
    let label = |world: &World, ticket| match &world.tills[0].replies[&ticket] {
        Ok(Reply::Sold(sold)) => (sold.label.clone(), sold.repeated),
        other => panic!("{other:?}"),
    };
    assert_eq!(label(&world, press), ("SETP-2".to_owned(), false));
    assert_eq!(label(&world, bounce), ("SETP-2".to_owned(), true));
    assert_eq!((world.orders(0).len(), world.stock(0, "1")), (2, 8));
}

#[test]
fn the_same_order_after_a_restart_is_one_sale() {
    for rows in [RowsAfter::Kept, RowsAfter::Checkpoint, RowsAfter::Lost] {
        let mut world = one_till(81);
        world.checkpoint(0);
        let first = world.sold(0, sell(1, "1", 1));
        world.restart(0, rows);
        let again = world.sold(0, sell(1, "1", 1));
        assert!(again.repeated);
        assert_eq!(again.label, first.label);
        assert_eq!(world.orders(0).len(), 1);
    }
}

#[test]
fn a_sale_on_disk_that_nobody_was_told_of_is_found_again() {
    let mut world = one_till(82);
    world.tell(0, sell(1, "1", 1));
    world.tills[0].work_disk();
    world.restart(0, RowsAfter::Kept);
    let told = world.sold(0, sell(1, "1", 1));
    assert!(told.repeated);
    assert_eq!((told.label.as_str(), world.stock(0, "1")), ("SETP-1", 9));
    world.assert_agree();
}

#[test]
fn nothing_is_answered_shown_or_sent_before_it_is_on_disk() {
    let mut world = World::shop(83, 2);
    world.ask(0, put("1", 1000, 10)).unwrap();
    world.settle();
    let carried = world.carried;
    let ticket = world.tell(0, sell(1, "1", 1));
    assert!(!world.tills[0].replies.contains_key(&ticket));
    assert!(world.orders(0).is_empty());
    assert!(world.next_write(0).is_some());
    while world.tills[0].disk.is_empty() {
        assert!(world.step());
    }
    assert_eq!(world.carried, carried);
    world.settle();
    assert!(world.tills[0].replies.contains_key(&ticket));
    assert_eq!(world.orders(1).len(), 1);
}

#[test]
fn a_sale_the_disk_refused_leaves_no_trace_and_burns_no_number() {
    let mut world = one_till(84);
    let before = world.digests(0);
    world.tills[0].refusals = 1;
    let refused = world.ask(0, sell(1, "1", 1));
    assert!(matches!(refused, Err(CommandError::Storage(why)) if why.contains("disk")));
    assert_eq!(world.digests(0), before);
    let sold = world.sold(0, sell(1, "1", 1));
    assert_eq!((sold.label.as_str(), sold.repeated), ("SETP-1", false));
    world.restart(0, RowsAfter::Lost);
    assert_eq!((world.orders(0).len(), world.stock(0, "1")), (1, 9));
    world.assert_agree();
}

#[test]
fn an_edit_the_disk_refused_is_gone_and_the_next_one_is_accepted_by_all() {
    let mut world = World::shop(85, 2);
    world.ask(0, put("1", 1000, 10)).unwrap();
    world.ask(0, reprice("1", 1100)).unwrap();
    world.settle();
    world.tills[0].refusals = 1;
    assert!(matches!(world.ask(0, reprice("1", 1200)), Err(CommandError::Storage(_))));
    assert_eq!(world.price(0, "1"), 1100);
    assert_eq!(world.sold(0, sell(1, "1", 1)).total, 1100);
    world.ask(0, reprice("1", 1300)).unwrap();
    world.settle();
    assert_eq!((world.price(0, "1"), world.price(1, "1")), (1300, 1300));
    assert!(world.conflicts(1).is_empty(), "{:#?}", world.conflicts(1));
    world.assert_agree();
}

#[test]
fn an_import_the_disk_cut_short_is_told_and_can_be_repeated() {
    let mut world = one_till(86);
    let drafts: Vec<_> = (0..250).map(|n| product(&format!("p{n}"), 500, 1)).collect();
    let ticket = world.tell(0, Command::PutProducts(drafts.clone()));
    world.tills[0].work_disk();
    world.tills[0].refusals = 1;
    world.run_alone(0);
    let reply = world.tills[0].replies.remove(&ticket).unwrap();
    assert!(matches!(reply, Err(CommandError::Storage(_))), "{reply:?}");
    assert_eq!((world.stock(0, "p0"), world.node(0).search.exact("p200").len()), (1, 0));
    let again = world.ask(0, Command::PutProducts(drafts));
    let Ok(Reply::Written(written)) = again else { panic!("{again:?}") };
    assert_eq!((written.created, written.changed, written.unchanged), (150, 0, 100));
    assert_eq!((world.stock(0, "p0"), world.stock(0, "p249")), (1, 1), "stock came in once");
}

#[test]
fn sales_go_in_between_the_parts_of_an_import() {
    let mut world = one_till(87);
    let drafts: Vec<_> = (0..350).map(|n| product(&format!("p{n}"), 500, 1)).collect();
    let import = world.tell(0, Command::PutProducts(drafts));
    let sale = world.tell(0, sell(1, "1", 1));
    while !world.tills[0].replies.contains_key(&sale) {
        assert!(world.step());
    }
    assert!(!world.tills[0].replies.contains_key(&import), "the sale did not wait for it");
    world.run_alone(0);
    assert!(matches!(world.tills[0].replies[&import], Ok(Reply::Written(w)) if w.created == 350));
}

#[test]
fn carts_that_make_no_sale_write_nothing() {
    let mut world = one_till(88);
    let before = world.digests(0);
    let card =
        |amount| Tender { kind: TenderKind::Card, amount, reference: String::new(), foreign: None };
    let bad = [
        cart(|cart| cart.lines.clear()),
        cart(|cart| cart.lines[0].code = "nothing".to_owned()),
        cart(|cart| cart.lines[0].quantity.0 = 0),
        cart(|cart| cart.lines[0].discount = 1001),
        cart(|cart| cart.lines[0].unit_price = Some(-1)),
        cart(|cart| cart.tenders = vec![card(999)]),
        cart(|cart| cart.tenders = vec![card(1001)]),
        cart(|cart| cart.tenders.clear()),
        cart(|cart| cart.customer = Some("nobody".to_owned())),
    ];
    for command in bad {
        let answer = world.ask(0, command.clone());
        let told = match &answer {
            Err(CommandError::Wrong(why) | CommandError::NotFound(why)) => !why.is_empty(),
            _ => false,
        };
        assert!(told, "{command:?}: {answer:?}");
    }
    assert_eq!(world.digests(0), before);
    assert!(world.next_write(0).is_none());
}

#[test]
fn an_order_is_found_by_its_number_as_printed() {
    let mut world = one_till(89);
    let sold = world.sold(0, sell(7, "1", 1));
    for reference in [sold.label.as_str(), "1", &order(7).to_string()] {
        let command = Command::Order { reference: reference.to_owned() };
        let Ok(Reply::Orders(found)) = world.ask(0, command) else { panic!("{reference}") };
        assert_eq!(found[0].row.order.id, order(7));
        assert_eq!(found[0].register, "Caja 1");
    }
    let other = Command::Order { reference: "OTRA-1".to_owned() };
    assert!(matches!(world.ask(0, other), Err(CommandError::NotFound(_))));
}

#[test]
fn too_many_commands_at_once_are_refused_and_none_is_forgotten() {
    let mut world = one_till(90);
    let count = crate::limits::JOBS_MAX as u32 + 50;
    let tickets: Vec<u64> = (0..count).map(|n| world.tell(0, sell(n, "1", 1))).collect();
    world.run_alone(0);
    let busy = |ticket| matches!(world.tills[0].replies[ticket], Err(CommandError::Busy));
    let refused = tickets.iter().filter(|ticket| busy(ticket)).count();
    assert_eq!(world.orders(0).len() + refused, count as usize);
    assert!((1..=50).contains(&refused), "{refused} refused");
}
