//! A shop's day: after the sale, held carts, drawers, debts, stock, settings,
//! reports.

use super::world::World;
use super::{customer, order, product, put, sell};
use crate::command::{
    Cart, CartLine, Command, CommandError, Day, DayReply, Discount, Look, Reply, ReportBy,
    Returned, ShiftView,
};
use till_schema::body::{ConflictKind, Denomination, DrawerReason, StockReason};
use till_schema::catalogue::FieldValue;
use till_schema::order::{Tender, TenderKind};
use till_schema::{OrderId, Quantity};

/// Answers travel as JSON between the programs of one device.
fn through_json(reply: Reply) -> Reply {
    let text = serde_json::to_string(&reply).unwrap();
    let read = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(reply, read);
    read
}

fn day(world: &mut World, device: usize, day: Day) -> Result<DayReply, CommandError> {
    match through_json(world.ask(device, Command::Day(day))?) {
        Reply::Day(reply) => Ok(reply),
        Reply::Done | Reply::Written(_) => Ok(DayReply::HeldCarts(Vec::new())),
        other => panic!("{other:?}"),
    }
}

fn look(world: &mut World, device: usize, look: Look) -> DayReply {
    match through_json(world.ask(device, Command::Look(look)).unwrap()) {
        Reply::Day(reply) => reply,
        other => panic!("{other:?}"),
    }
}

fn shift(reply: DayReply) -> ShiftView {
    match reply {
        DayReply::Shift(view) => *view,
        DayReply::Shifts(mut views) => views.remove(0),
        other => panic!("{other:?}"),
    }
}

fn id(number: u32) -> OrderId {
    order(1_000_000 + number)
}

fn cart(number: u32, lines: Vec<CartLine>, tenders: Vec<Tender>) -> Cart {
    Cart {
        order: order(number),
        lines,
        customer: None,
        tenders,
        sold_at_ms: None,
        provisional: false,
        discount: Discount::default(),
        tip: 0,
        note: String::new(),
        resumes: None,
    }
}

fn cash(amount: i64) -> Vec<Tender> {
    vec![Tender::new(TenderKind::Cash, amount)]
}

fn of(code: &str, pieces: i64) -> CartLine {
    CartLine::new(code, Quantity::units(pieces))
}

fn settings(world: &mut World, all: &[(&str, FieldValue)]) {
    let all = all.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    day(world, 0, Day::PutSettings(all)).unwrap();
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

fn back(number: u32, of: &str, lines: &[(u16, i64)]) -> Day {
    Day::Return {
        id: id(number),
        order: of.to_owned(),
        lines: lines.iter().map(|(line, pieces)| (*line, Quantity::units(*pieces))).collect(),
        restock: true,
        tenders: Vec::new(),
        reason: "no le gustó".to_owned(),
    }
}

fn returned(reply: DayReply) -> Returned {
    match reply {
        DayReply::Returned(returned) => returned,
        other => panic!("{other:?}"),
    }
}

/// Two registers that both know a product of 1,190 with 100 pieces.
fn shop(seed: u64) -> World {
    let mut world = World::shop(seed, 2);
    world.ask(0, put("1", 1_190, 100)).unwrap();
    world.settle();
    world
}

#[test]
fn goods_come_back_on_another_register_and_never_more_than_were_sold() {
    let mut world = shop(300);
    let label = world.sold(0, sell(1, "1", 3)).label;
    world.settle();
    let first = returned(day(&mut world, 1, back(1, &label, &[(0, 1)])).unwrap());
    assert_eq!((first.total, first.paid, first.repeated), (1_190, 1_190, false));
    assert_ne!(first.label, label, "a number of its own");
    world.settle();
    let again = returned(day(&mut world, 1, back(1, &label, &[(0, 1)])).unwrap());
    assert!(again.repeated && again.label == first.label, "the same return twice is one");
    let refused = day(&mut world, 0, back(2, &label, &[(0, 3)])).unwrap_err();
    assert!(refused.to_string().contains('2'), "two can still come back: {refused}");
    let rest = returned(day(&mut world, 0, back(3, &label, &[])).unwrap());
    assert_eq!(rest.total, 2_380, "all that is left");
    world.settle();
    assert!(day(&mut world, 1, back(4, &label, &[])).is_err(), "nothing is left");
    assert_eq!(world.stock(0, "1"), 100, "back on the shelf");
    world.assert_agree();
    let queue = world.queue(1);
    assert_eq!((queue.pending, queue.accepted), (0, 3), "returns are documents too");
}

#[test]
fn one_line_taken_back_on_both_sides_of_a_partition_is_shown() {
    let mut world = shop(301);
    let label = world.sold(0, sell(1, "1", 1)).label;
    world.settle();
    world.unplug(0, 1);
    day(&mut world, 0, back(1, &label, &[])).unwrap();
    day(&mut world, 1, back(2, &label, &[])).unwrap();
    world.plug(0, 1);
    world.settle();
    world.assert_agree();
    let card = world.conflict(0, ConflictKind::DoubleRefund);
    assert_eq!(card.evidence.len(), 2);
}

#[test]
fn a_void_pays_back_as_it_was_paid() {
    let mut world = shop(302);
    let tenders = vec![Tender::new(TenderKind::Card, 1_000), Tender::new(TenderKind::Cash, 2_000)];
    let sold = world.sold(0, Command::Sell(cart(1, vec![of("1", 2)], tenders)));
    assert_eq!(sold.change, 620);
    let nothing = day(
        &mut world,
        0,
        Day::VoidSale { id: id(1), order: sold.label.clone(), reason: " ".to_owned() },
    );
    assert!(nothing.is_err(), "a reason is needed");
    let void = Day::VoidSale { id: id(1), order: sold.label.clone(), reason: "error".to_owned() };
    assert_eq!(returned(day(&mut world, 0, void).unwrap()).paid, 2_380);
    world.settle();
    let DayReply::Ticket(ticket) = look(&mut world, 1, Look::Ticket { order: sold.label }) else {
        panic!("a ticket")
    };
    let paid = &ticket.returns[0].note.tenders;
    assert_eq!(
        paid[..],
        [Tender::new(TenderKind::Card, 1_000), Tender::new(TenderKind::Cash, 1_380)]
    );
    assert!(ticket.returns[0].note.void);
    assert_eq!(world.stock(1, "1"), 100);
}

#[test]
fn a_shift_closes_alone_and_nothing_that_comes_later_changes_it() {
    let mut world = shop(303);
    world.unplug(0, 1);
    world.relay.down = true;
    let opened =
        shift(day(&mut world, 0, Day::OpenShift { float: 50_000, note: String::new() }).unwrap());
    assert_eq!((opened.row.number, opened.expected_cash), (1, 50_000));
    assert!(day(&mut world, 0, Day::OpenShift { float: 0, note: String::new() }).is_err());
    let label = world.sold(0, sell(1, "1", 2)).label;
    let card = vec![Tender::new(TenderKind::Card, 1_190)];
    world.sold(0, Command::Sell(cart(2, vec![of("1", 1)], card)));
    day(&mut world, 0, back(1, &label, &[(0, 1)])).unwrap();
    let drawer = |reason, amount| Day::Drawer { reason, amount, note: "hielo".to_owned() };
    day(&mut world, 0, drawer(DrawerReason::PayOut, 5_000)).unwrap();
    day(&mut world, 0, drawer(DrawerReason::PayIn, 1_000)).unwrap();
    day(&mut world, 0, drawer(DrawerReason::NoSale, 0)).unwrap();
    assert!(day(&mut world, 0, drawer(DrawerReason::PayIn, 0)).is_err());
    let x = shift(look(&mut world, 0, Look::Shift));
    assert_eq!(x.expected_cash, 50_000 + 2_380 - 1_190 - 5_000 + 1_000);
    let close = Day::CloseShift {
        counted: vec![(TenderKind::Card, 1_190)],
        denominations: vec![
            Denomination { value: 20_000, pieces: 2 },
            Denomination { value: 100, pieces: 71 },
        ],
        note: String::new(),
    };
    let z = shift(day(&mut world, 0, close).unwrap());
    let report = z.row.closed.clone().unwrap().report;
    let cash = report.counted.iter().find(|count| count.kind == TenderKind::Cash).unwrap();
    assert_eq!((cash.expected, cash.counted), (47_190, Some(47_100)));
    assert_eq!((report.z, report.sums.sales, report.sums.returns), (1, 2, 1));
    assert_eq!(report.unsent, 3, "documents that wait are a warning, not a wall");
    world.relay.down = false;
    world.plug(0, 1);
    world.run_for(700_000);
    world.assert_agree();
    let seen = shift(look(&mut world, 1, Look::Shifts { device: None, limit: 9 }));
    assert_eq!(seen.row, z.row, "the other device sees the same closing");
    assert!(
        day(
            &mut world,
            0,
            Day::CloseShift { counted: Vec::new(), denominations: Vec::new(), note: String::new() }
        )
        .is_err()
    );
    let second =
        shift(day(&mut world, 0, Day::OpenShift { float: 0, note: String::new() }).unwrap());
    assert_eq!(second.row.number, 2);
}

#[test]
fn two_registers_add_to_one_cart_and_a_third_sells_it() {
    let mut world = World::shop(304, 3);
    world.ask(0, put("1", 1_000, 100)).unwrap();
    world.ask(0, put("2", 500, 100)).unwrap();
    world.settle();
    let held = id(1);
    let hold = |put: Vec<CartLine>, taken: Vec<u64>| Day::HoldCart {
        cart: held,
        label: "Mesa 4".to_owned(),
        put,
        taken,
        customer: None,
    };
    day(&mut world, 0, hold(vec![of("1", 2)], Vec::new())).unwrap();
    world.settle();
    world.split(&[&[0], &[1], &[2]]);
    day(&mut world, 0, hold(vec![of("2", 1)], Vec::new())).unwrap();
    day(&mut world, 1, hold(vec![of("2", 3)], Vec::new())).unwrap();
    world.heal();
    world.settle();
    let DayReply::HeldCarts(waiting) = look(&mut world, 2, Look::HeldCarts) else { panic!() };
    assert_eq!((waiting.len(), waiting[0].row.lines.len(), waiting[0].total), (1, 3, Some(4_000)));
    // One line is taken out by its id.
    let three = waiting[0].row.lines.iter().find(|row| row.line.quantity == Quantity::units(3));
    day(&mut world, 2, hold(Vec::new(), vec![three.unwrap().line.id.0])).unwrap();
    let sale = Cart { resumes: Some(held), ..cart(7, Vec::new(), cash(5_000)) };
    let sold = world.sold(2, Command::Sell(sale.clone()));
    assert_eq!((sold.total, sold.change), (2_500, 2_500));
    let twice = world.ask(2, Command::Sell(Cart { order: order(8), ..sale }));
    assert!(twice.unwrap_err().to_string().contains("waits no more"));
    world.settle();
    let DayReply::HeldCarts(waiting) = look(&mut world, 0, Look::HeldCarts) else { panic!() };
    assert!(waiting.is_empty());
    world.assert_agree();
}

#[test]
fn taxes_discounts_rounding_and_tips_come_from_the_settings() {
    let mut world = shop(305);
    settings(
        &mut world,
        &[
            ("tax.IVA", text("IVA 19%; INCBP 30/u added")),
            ("cash.rounding", FieldValue::Int(50)),
            ("currency.usd", text("4000")),
        ],
    );
    let bad = day(&mut world, 0, Day::PutSettings(vec![("tax.X".to_owned(), text("19"))]));
    assert!(bad.unwrap_err().to_string().contains("IVA 19%"), "it says how to write it");
    world.settle();
    let line = CartLine { discount_bp: 1_000, ..of("1", 2) };
    let sale = Cart {
        discount: Discount { amount: 42, bp: 0 },
        tip: 300,
        ..cart(1, vec![line], cash(3_000))
    };
    // 2 380 − 10 % − 42 = 2 100, two bags on top: 2 160; with the tip 2 460, in coins 2 450.
    let sold = world.sold(1, Command::Sell(sale));
    assert_eq!((sold.total, sold.change), (2_160, 550));
    let row = &world.orders(1)[0].row.order;
    assert_eq!((row.rounding, row.tip, row.totals.added), (-10, 300, 60));
    let taxes: Vec<_> =
        row.totals.taxes.iter().map(|t| (t.tax.as_str(), t.base, t.amount)).collect();
    assert_eq!(taxes, [("INCBP", 0, 60), ("IVA", 1_765, 335)]);
    // Ten dollars are 40 000.
    let usd = till_schema::order::ForeignCash {
        currency: till_schema::Currency::Usd,
        amount: 10,
        rate_micro: 0,
    };
    let foreign = Tender { foreign: Some(usd), ..Tender::new(TenderKind::Cash, 1) };
    let sold = world.sold(1, Command::Sell(cart(2, vec![of("1", 1)], vec![foreign])));
    assert_eq!(sold.change, 40_000 - 1_200, "1 190 and a bag of 30 are 1 220, in coins 1 200");
}

#[test]
fn a_price_list_that_starts_at_noon_starts_at_noon_on_every_register() {
    let mut world = shop(306);
    let now_min = world.now(0).wall_ms.div_euclid(60_000) - 300;
    let (day_number, minute) = (now_min.div_euclid(1_440), now_min.rem_euclid(1_440));
    assert!(minute < 1_430);
    let _ = day_number;
    let soon = minute + 5;
    let daily = format!("daily={:02}:{:02}-23:59 percent=10", soon / 60, soon % 60);
    settings(&mut world, &[("list.tarde", text(&daily))]);
    world.settle();
    assert_eq!(world.sold(1, sell(1, "1", 1)).total, 1_190);
    world.run_for(6 * 60_000);
    assert_eq!(world.sold(1, sell(2, "1", 1)).total, 1_071);
    assert_eq!(world.orders(1)[0].row.order.lines[0].price_list, "tarde");
}

#[test]
fn a_debt_has_a_limit_and_is_paid_on_any_register() {
    let mut world = shop(307);
    let mut maria = customer("María", "51999999");
    maria.credit_limit = Some(3_000);
    world.ask(0, Command::PutCustomers(vec![maria])).unwrap();
    world.settle();
    let account = |number, pieces| {
        let tenders = vec![Tender::new(TenderKind::Account, 1_190 * pieces)];
        Command::Sell(Cart {
            customer: Some("51999999".to_owned()),
            ..cart(number, vec![of("1", pieces)], tenders)
        })
    };
    world.sold(0, account(1, 2));
    world.settle();
    let refused = world.ask(1, account(2, 1)).unwrap_err().to_string();
    assert!(refused.contains("owes"), "{refused}");
    let pay = Day::PayAccount {
        id: id(1),
        customer: "51999999".to_owned(),
        tenders: cash(5_000),
        note: String::new(),
    };
    let DayReply::Paid { change, balance } = day(&mut world, 1, pay.clone()).unwrap() else {
        panic!()
    };
    assert_eq!((change, balance), (2_620, 0));
    day(&mut world, 1, pay).unwrap();
    world.settle();
    let who = Look::Customer { customer: "51999999".to_owned() };
    let DayReply::Customer(view) = look(&mut world, 0, who) else { panic!() };
    assert_eq!(view.balance, 0, "paid once");
    world.assert_agree();
}

#[test]
fn stock_is_counted_moved_and_explained() {
    let mut world = shop(308);
    let moved = |reason, pieces: i64, place: &str, to: Option<&str>| Day::MoveStockAt {
        reason,
        moves: vec![("1".to_owned(), Quantity::units(pieces))],
        place: place.to_owned(),
        to: to.map(str::to_owned),
        note: String::new(),
    };
    day(&mut world, 0, moved(StockReason::Receive, 40, "bodega", None)).unwrap();
    day(&mut world, 0, moved(StockReason::Transfer, 10, "bodega", Some(""))).unwrap();
    day(&mut world, 1, moved(StockReason::Waste, 3, "", None)).unwrap();
    assert!(day(&mut world, 1, moved(StockReason::Waste, -3, "", None)).is_err());
    assert!(day(&mut world, 1, moved(StockReason::Transfer, 1, "", Some(""))).is_err());
    world.settle();
    let count = Day::CountStock {
        counts: vec![("1".to_owned(), Quantity::units(90))],
        place: String::new(),
        note: "inventario".to_owned(),
    };
    day(&mut world, 1, count).unwrap();
    world.settle();
    let DayReply::Stock(stock) = look(&mut world, 0, Look::Stock { code: "1".to_owned() }) else {
        panic!()
    };
    assert_eq!(stock.shelf, Quantity::units(90));
    assert_eq!(stock.places["bodega"], Quantity::units(30));
    assert_eq!(stock.devices.len(), 2);
    assert!(stock.devices.iter().all(|device| device.linked && device.as_of_ms > 0));
    world.assert_agree();
}

#[test]
fn reports_are_the_same_on_every_device_and_add_up_to_the_orders() {
    let mut world = shop(309);
    let mut tea = product("2", 500, 100);
    tea.cost = Some(300);
    tea.category = "Té".to_owned();
    world.ask(0, Command::PutProducts(vec![tea])).unwrap();
    world.settle();
    let mut labels = Vec::new();
    for number in 0..6 {
        let code = if number % 2 == 0 { "1" } else { "2" };
        labels.push(world.sold(number as usize % 2, sell(number, code, 1)).label);
    }
    world.settle();
    day(&mut world, 1, back(1, &labels[0], &[])).unwrap();
    world.settle();
    let mut rows = |device, by| {
        let report = Look::Report { by, from_day: 0, to_day: 40_000 };
        match look(&mut world, device, report) {
            DayReply::Report(rows) => rows,
            other => panic!("{other:?}"),
        }
    };
    for by in ReportBy::ALL {
        let here = rows(0, by);
        assert_eq!(here, rows(1, by), "{by:?}");
        if !matches!(by, ReportBy::Tax | ReportBy::StockValue) {
            let total: i64 = here.iter().map(|row| row.sums.total).sum();
            let back: i64 = here.iter().map(|row| row.sums.returned).sum();
            assert_eq!((total, back), (3 * 1_190 + 3 * 500, 1_190), "{by:?}");
        }
    }
    let tea = rows(0, ReportBy::Category).into_iter().find(|row| row.of == "Té").unwrap();
    assert_eq!((tea.sums.cost, tea.sums.count), (900, 3));
}

#[test]
fn tickets_are_found_by_what_people_remember() {
    let mut world = shop(310);
    world.ask(0, put("2", 777, 100)).unwrap();
    world.ask(0, Command::PutCustomers(vec![customer("Ana", "1020304050")])).unwrap();
    for number in 0..5 {
        world.sold(0, sell(number, "1", i64::from(number) + 1));
    }
    let named = Cart {
        customer: Some("1020304050".to_owned()),
        ..cart(9, vec![of("2", 1), of("1", 1)], cash(10_000))
    };
    let label = world.sold(0, Command::Sell(named)).label;
    world.settle();
    let wanted = |total, customer: Option<&str>, product: Option<&str>| Look::FindOrders {
        from_ms: Some(0),
        before_ms: None,
        total,
        customer: customer.map(str::to_owned),
        product: product.map(str::to_owned),
        limit: 10,
    };
    let mut found = |wanted| match look(&mut world, 1, wanted) {
        DayReply::Orders(orders) => orders.into_iter().map(|o| o.label).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(found(wanted(Some(1_967), None, None)), std::slice::from_ref(&label));
    assert_eq!(found(wanted(None, Some("1020304050"), None)), std::slice::from_ref(&label));
    assert_eq!(found(wanted(None, None, Some("2"))), [label]);
    assert_eq!(found(wanted(None, None, Some("1"))).len(), 6);
    assert_eq!(found(wanted(Some(5), None, None)).len(), 0);
}

#[test]
fn a_ticket_printed_again_is_a_copy_and_counted() {
    let mut world = shop(311);
    let label = world.sold(0, sell(1, "1", 1)).label;
    world.settle();
    for copy in 1..=2 {
        let DayReply::Ticket(ticket) =
            day(&mut world, 1, Day::Reprint { order: label.clone() }).unwrap()
        else {
            panic!()
        };
        assert_eq!(ticket.copy, copy);
    }
    world.settle();
    world.assert_agree();
}

#[test]
fn scanned_labels_find_their_product_and_weigh_it() {
    let mut world = shop(312);
    let mut cheese = product("QUESO", 40_000, 10);
    cheese.plu = "123".to_owned();
    cheese.unit = "kg".to_owned();
    let mut milk = product("LECHE", 5_000, 10);
    milk.barcodes = vec!["036000291452".to_owned()];
    world.ask(0, Command::PutProducts(vec![cheese, milk])).unwrap();
    world.settle();
    // 21 00123 01500 and its check digit: one and a half kilograms.
    let label = format!("210012301500{}", till_codes::gtin::check_digit("210012301500").unwrap());
    assert_eq!(world.sold(1, sell(1, &label, 1)).total, 60_000);
    assert_eq!(world.orders(1)[0].row.order.lines[0].quantity, Quantity(1_500));
    for form in ["036000291452", "0036000291452", "00036000291452"] {
        let number = 100 + form.len() as u32;
        assert_eq!(world.sold(1, sell(number, form, 1)).total, 5_000, "{form}");
    }
    let stranger =
        format!("210099901500{}", till_codes::gtin::check_digit("210099901500").unwrap());
    let refused = world.ask(1, sell(50, &stranger, 1)).unwrap_err().to_string();
    assert!(refused.contains("999"), "{refused}");
}

#[test]
fn a_customer_with_a_wrong_check_digit_is_refused_with_the_reason() {
    let mut world = shop(313);
    let mut bad = customer("Tienda Uno", "900123456-1");
    bad.tax_id_kind = "NIT".to_owned();
    let refused = world.ask(1, Command::PutCustomers(vec![bad.clone()])).unwrap_err();
    assert!(refused.to_string().contains("Tienda Uno"), "{refused}");
    bad.tax_id = "900123456-8".to_owned();
    world.ask(1, Command::PutCustomers(vec![bad])).unwrap();
}
