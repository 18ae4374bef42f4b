//! A day in the books: what happened, and what they say.

use crate::{apply, apply_branch, order, orders, oversold_evidence, stock, totals, unsettled};
use till_schema::body::{
    Body, ConflictKind, FiscalReceipt, Outcome, SaleCommitted, StockMoved, StockReason,
};
use till_schema::order::{Order, OrderLine, Tender, TenderKind, Totals};
use till_schema::rows::{EntryRef, MemoryRows, Rows, Table, digests};
use till_schema::{Currency, EntryHash, LogId, OrderId, ProductId, Quantity, Seq, SpaceId};

const COFFEE: ProductId = ProductId([1; 16]);
const SPACE: SpaceId = SpaceId([5; 16]);

fn entry(device: u8, seq: u64) -> EntryRef {
    let mut hash = [device; 32];
    hash[1] = seq as u8;
    EntryRef { log: LogId([device; 32]), seq: Seq(seq), hash: EntryHash(hash), wall_ms: 0 }
}

fn receive(quantity: i64) -> Body {
    StockMoved {
        reason: StockReason::Receive,
        moves: vec![(COFFEE, Quantity::units(quantity))],
        note: String::new(),
        place: String::new(),
        to: None,
    }
    .into()
}

fn sale(id: u8, number: u64, quantity: i64, stock_before: i64) -> Body {
    let total = 1000 * quantity;
    let line = OrderLine {
        product: COFFEE,
        sku: "1".into(),
        name: "Café".into(),
        quantity: Quantity::units(quantity),
        unit_price: 1000,
        discount: 0,
        total,
        tax: "IVA".into(),
        tax_rate_bp: 500,
        stock_before: Quantity::units(stock_before).0,
        taxes: Vec::new(),
        order_discount: 0,
        unit: String::new(),
        note: String::new(),
        price_list: String::new(),
        list_price: None,
        unit_cost: None,
        category: String::new(),
    };
    let order = Order {
        id: OrderId([id; 16]),
        sold_at_ms: 1_000 * i64::from(id),
        utc_offset_min: -300,
        currency: Currency::Cop,
        totals: Totals { gross: total, discount: 0, total, taxes: Vec::new(), ..Totals::default() },
        lines: vec![line],
        customer: None,
        tenders: vec![Tender {
            kind: TenderKind::Cash,
            amount: total + 500,
            reference: String::new(),
            foreign: None,
        }],
        change: 500,
        note: String::new(),
        resumes: None,
        tip: 0,
        rounding: 0,
    };
    SaleCommitted {
        order,
        space: SPACE,
        number,
        document: vec![id],
        code: format!("code{id:03}"),
        fiscalises: None,
    }
    .into()
}

fn receipt(id: u8, outcome: Outcome, authority_id: &str) -> Body {
    FiscalReceipt {
        code: format!("code{id:03}"),
        outcome,
        authority_id: authority_id.into(),
        reason: String::new(),
        at_ms: 0,
        relay_signature: Vec::new(),
    }
    .into()
}

fn fold(entries: &[(EntryRef, Body)]) -> MemoryRows {
    let mut rows = MemoryRows::default();
    for (entry, body) in entries {
        apply(&mut rows, entry, None, body);
    }
    rows
}

#[test]
fn money_stock_and_orders_add_up() {
    let rows = fold(&[
        (entry(1, 1), receive(10)),
        (entry(1, 2), sale(1, 1, 2, 10)),
        (entry(2, 1), sale(2, 501, 3, 8)),
    ]);
    assert_eq!(stock(&rows, COFFEE), Quantity::units(5));
    let (count, sums, tenders) = totals(&rows);
    assert_eq!((count, sums.total, tenders[&TenderKind::Cash]), (2, 5000, 5000));
    let newest: Vec<u64> = orders(&rows, 10).iter().map(|row| row.number).collect();
    assert_eq!(newest, [501, 1]);
    assert_eq!(orders(&rows, 1).len(), 1);
    assert!(order(&rows, OrderId([9; 16])).is_none());
}

#[test]
fn the_last_piece_sold_on_both_sides_is_an_oversell() {
    let apart = [
        (entry(1, 1), receive(1)),
        (entry(1, 2), sale(1, 1, 1, 1)),
        (entry(2, 1), sale(2, 501, 1, 1)),
    ];
    let rows = fold(&apart);
    assert_eq!(oversold_evidence(&rows, COFFEE), [entry(1, 2).hash, entry(2, 1).hash]);
    assert!(
        rows.get(
            Table::Suspects,
            &[&[ConflictKind::Oversold as u8], COFFEE.to_string().as_bytes()].concat()
        )
        .is_some()
    );
    let knowingly = fold(&[
        (entry(1, 1), receive(1)),
        (entry(1, 2), sale(1, 1, 1, 1)),
        (entry(2, 1), sale(2, 501, 1, 0)),
    ]);
    assert!(oversold_evidence(&knowingly, COFFEE).is_empty(), "the cashier saw it");
    let mut later = apart.to_vec();
    later.push((entry(1, 3), sale(3, 2, 1, -1)));
    assert_eq!(oversold_evidence(&fold(&later), COFFEE).len(), 2, "it stays one afterwards");
    let mut unaware = apart.to_vec();
    unaware.push((entry(2, 2), sale(3, 502, 1, 0)));
    assert_eq!(
        oversold_evidence(&fold(&unaware), COFFEE).len(),
        2,
        "one more sold knowingly, before the islands met, hides nothing"
    );
    let never_counted = fold(&[
        (entry(1, 1), sale(1, 1, 1, 0)),
        (entry(2, 1), sale(2, 501, 2, 0)),
        (entry(1, 2), sale(3, 2, 1, -3)),
    ]);
    assert!(oversold_evidence(&never_counted, COFFEE).is_empty(), "stock nobody keeps");
}

#[test]
fn an_acceptance_stands_whoever_brings_it_and_when() {
    let facts = [
        (entry(1, 1), sale(1, 1, 1, 1)),
        (entry(2, 1), receipt(1, Outcome::Rejected, "R1")),
        (entry(3, 1), receipt(1, Outcome::Accepted, "A1")),
        (entry(4, 1), receipt(1, Outcome::Accepted, "A1")),
    ];
    let expected = digests(&fold(&facts));
    // Any order in which different logs arrive gives the same rows.
    for rotation in 0..facts.len() {
        let mut turned = facts.clone();
        turned.rotate_left(rotation);
        assert_eq!(digests(&fold(&turned)), expected);
        turned.reverse();
        assert_eq!(digests(&fold(&turned)), expected);
    }
    assert!(unsettled(&fold(&facts), 9).is_empty());
}

#[test]
fn a_rejection_parks_the_document_and_the_series_goes_on() {
    let rows = fold(&[
        (entry(1, 1), sale(1, 1, 1, 1)),
        (entry(1, 2), sale(2, 2, 1, 1)),
        (entry(1, 3), sale(3, 3, 1, 1)),
        (entry(2, 1), sale(4, 501, 1, 1)),
        (entry(2, 2), receipt(1, Outcome::Rejected, "R1")),
    ]);
    let waiting: Vec<u64> = unsettled(&rows, 1).iter().map(|document| document.number).collect();
    assert_eq!(waiting, [2, 501], "the first of each series");
    assert_eq!(unsettled(&rows, 9).len(), 3);
}

#[test]
fn one_order_committed_twice_is_one_order_and_noted() {
    let facts = [(entry(1, 1), sale(1, 1, 1, 1)), (entry(2, 1), sale(1, 501, 1, 1))];
    let mut turned = facts.clone();
    turned.reverse();
    assert_eq!(digests(&fold(&facts)), digests(&fold(&turned)));
    assert_eq!(totals(&fold(&facts)).0, 1);
}

#[test]
fn two_histories_of_one_till_give_the_same_books_in_either_order() {
    let before = [(entry(1, 1), receive(4)), (entry(2, 1), sale(9, 900, 1, 4))];
    let one = [(entry(1, 2), sale(1, 1, 2, 3)), (entry(1, 3), sale(2, 2, 2, 1))];
    let other = [(entry(3, 2), sale(3, 1, 1, 3)), (entry(3, 3), sale(4, 2, 1, 2))];
    // Entries of the same log, told apart by their hashes.
    let other = other.map(|(entry, body)| (EntryRef { log: LogId([1; 32]), ..entry }, body));
    let fold_in = |order: [&(EntryRef, Body); 4]| {
        let mut rows = fold(&before);
        order.iter().for_each(|(entry, body)| apply_branch(&mut rows, entry, None, body));
        digests(&rows)
    };
    let expected = fold_in([&one[0], &one[1], &other[0], &other[1]]);
    for order in [
        [&other[0], &other[1], &one[0], &one[1]],
        [&one[0], &other[0], &one[1], &other[1]],
        [&other[0], &one[0], &other[1], &one[1]],
    ] {
        assert_eq!(fold_in(order), expected);
    }
}
