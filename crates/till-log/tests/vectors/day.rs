//! Bodies of the shop's day, and what was added to orders for it.

use crate::golden::Golden;
use crate::values::{CHEESE, COFFEE, order, space};
use till_schema::body::{
    AccountPaid, Body, CartDropped, CartHeld, ConflictKind, Counted, CreditNote,
    CreditNoteCommitted, Denomination, DrawerOpened, DrawerReason, HeldLine, HeldLineId, Reprinted,
    ReturnLine, Right, SaleCommitted, ShiftClosed, ShiftHandedOver, ShiftOpened, ShiftSums,
    StockMoved, StockReason, TenderSum,
};
use till_schema::order::{
    ForeignCash, LineTax, Order, OrderLine, TaxTreatment, Tender, TenderKind, Totals,
};
use till_schema::{Currency, CustomerId, OrderId, Quantity, ShiftId, UserId};

const CART: OrderId = OrderId([0x0c; 16]);
const RETURN: OrderId = OrderId([0x0d; 16]);
const SHIFT: ShiftId = ShiftId([0x0e; 16]);
const MARIA: UserId = UserId([0x0f; 16]);
const CUSTOMER: CustomerId = CustomerId([0x10; 16]);

pub(crate) fn golden() -> Vec<Golden> {
    vec![
        Golden::body(
            "sale-committed-day",
            "Body of kind 40 with all that was added to orders: several taxes, a share of the \
             order's discount, unit, note, price list, list price, cost, category; a note, a held \
             cart, a tip, rounding, foreign cash, a debt.",
            SaleCommitted {
                order: full_order(),
                space: space().id(),
                number: 7,
                document: b"{}".to_vec(),
                code: "c0de".to_owned(),
                fiscalises: None,
            }
            .into(),
        ),
        Golden::body(
            "stock-moved-transfer",
            "Body of kind 41: three from the store room to the shelf.",
            StockMoved {
                reason: StockReason::Transfer,
                moves: vec![(COFFEE, Quantity::units(-3))],
                note: String::new(),
                place: "bodega".to_owned(),
                to: Some(String::new()),
            }
            .into(),
        ),
        Golden::body(
            "credit-note-committed",
            "Body of kind 43: half of the second line came back and was thrown away.",
            CreditNoteCommitted {
                note: credit_note(),
                space: space().id(),
                number: 8,
                document: b"{}".to_vec(),
                code: "c0de".to_owned(),
            }
            .into(),
        ),
        Golden::body(
            "cart-held",
            "Body of kind 44: a line is added to a cart and another taken out.",
            CartHeld {
                cart: CART,
                label: "Mesa 4".to_owned(),
                put: vec![HeldLine {
                    id: HeldLineId(77),
                    product: CHEESE,
                    quantity: Quantity(250),
                    unit_price: Some(3_900_000),
                    discount: 100,
                    note: "sin corteza".to_owned(),
                }],
                taken: vec![HeldLineId(76)],
                customer: Some("NIT:900123456".to_owned()),
            }
            .into(),
        ),
        Golden::body(
            "cart-dropped",
            "Body of kind 45.",
            CartDropped { cart: CART, total: 975_000, lines: 1, reason: "se fue".to_owned() }
                .into(),
        ),
        Golden::body("reprinted", "Body of kind 46.", Reprinted { order: CART }.into()),
        Golden::body(
            "account-paid",
            "Body of kind 47.",
            AccountPaid {
                id: RETURN,
                customer: CUSTOMER,
                tenders: vec![Tender::new(TenderKind::Cash, 2_000_000)],
                change: 500_000,
                note: "abono".to_owned(),
            }
            .into(),
        ),
        Golden::body(
            "shift-opened",
            "Body of kind 80.",
            ShiftOpened { shift: SHIFT, number: 12, float: 10_000_000, note: String::new() }.into(),
        ),
        Golden::body(
            "drawer-opened",
            "Body of kind 81.",
            DrawerOpened {
                reason: DrawerReason::PayOut,
                amount: 2_000_000,
                note: "hielo".to_owned(),
            }
            .into(),
        ),
        Golden::body(
            "shift-handed-over",
            "Body of kind 82.",
            ShiftHandedOver { shift: SHIFT, to: MARIA, counted: Some(11_000_000) }.into(),
        ),
        Golden::body("shift-closed", "Body of kind 83: a Z report.", closed().into()),
        Golden::value(
            "conflict-kinds-3",
            "The numbers of conflict kinds after those of conflict-kinds-2, in the order of \
             entry.md.",
            vec![ConflictKind::DoubleRefund],
        ),
        Golden::value(
            "enumerations-3",
            "The numbers of rights added later (refund, void, drawer, shift, edit settings, \
             credit), reasons of stock moves (count, waste, transfer), of an opened drawer (pay \
             in, pay out, no sale), treatments by taxes (taxed, exempt, excluded), and payment on \
             account.",
            (
                Right::ALL[10..].to_vec(),
                vec![StockReason::Count, StockReason::Waste, StockReason::Transfer],
                vec![DrawerReason::PayIn, DrawerReason::PayOut, DrawerReason::NoSale],
                vec![TaxTreatment::Taxed, TaxTreatment::Exempt, TaxTreatment::Excluded],
                vec![TenderKind::Account],
            ),
        ),
    ]
}

fn full_order() -> Order {
    let mut order = order();
    let line = &mut order.lines[0];
    line.taxes = vec![
        LineTax {
            tax: "IVA".to_owned(),
            rate_bp: 1900,
            per_unit: None,
            treatment: TaxTreatment::Taxed,
            included: true,
            base: 1_999_950,
            amount: 379_990,
        },
        LineTax {
            tax: "INCBP".to_owned(),
            rate_bp: 0,
            per_unit: Some(30),
            treatment: TaxTreatment::Taxed,
            included: false,
            base: 0,
            amount: 60,
        },
    ];
    line.order_discount = 10;
    line.unit = "u".to_owned();
    line.note = "molido".to_owned();
    line.price_list = "tarde".to_owned();
    line.list_price = Some(1_200_000);
    line.unit_cost = Some(800_000);
    line.category = "Café".to_owned();
    order.totals.added = 60;
    order.note = "para llevar".to_owned();
    order.resumes = Some(CART);
    order.tip = 100_000;
    order.rounding = -40;
    order.tenders.push(Tender {
        foreign: Some(ForeignCash {
            currency: Currency::Usd,
            amount: 1_000,
            rate_micro: 4_123_450_000,
        }),
        ..Tender::new(TenderKind::Cash, 4_123_450)
    });
    order.tenders.push(Tender::new(TenderKind::Account, 50_000));
    order
}

fn credit_note() -> CreditNote {
    let order = order();
    let part = OrderLine { quantity: Quantity(125), total: 487_500, ..order.lines[1].clone() };
    CreditNote {
        id: RETURN,
        of: order.id,
        of_label: "T1-6".to_owned(),
        at_ms: order.sold_at_ms + 3_600_000,
        utc_offset_min: -300,
        currency: Currency::Cop,
        lines: vec![ReturnLine { line: 1, part, restock: false }],
        totals: Totals { gross: 487_500, total: 487_500, ..Totals::default() },
        tenders: vec![Tender::new(TenderKind::Cash, 487_500)],
        rounding: 0,
        void: false,
        reason: "agrio".to_owned(),
        customer: Some(CUSTOMER),
    }
}

fn closed() -> ShiftClosed {
    let cash = TenderSum { kind: TenderKind::Cash, amount: 3_000_000, count: 2 };
    ShiftClosed {
        shift: SHIFT,
        z: 11,
        sums: ShiftSums {
            sales: 2,
            gross: 3_100_000,
            discount: 100_000,
            total: 3_000_000,
            taken: vec![cash],
            pay_out: 2_000_000,
            no_sales: 1,
            ..ShiftSums::default()
        },
        counted: vec![Counted {
            kind: TenderKind::Cash,
            expected: 11_000_000,
            counted: Some(10_990_000),
        }],
        denominations: vec![Denomination { value: 5_000_000, pieces: 2 }],
        unsent: 1,
        held_carts: 1,
        note: String::new(),
    }
}

/// Kept here so that a body added without a vector does not go unnoticed.
#[test]
fn every_body_of_the_day_goes_there_and_back() {
    for body in [
        Body::from(closed()),
        Body::from(CreditNoteCommitted {
            note: credit_note(),
            space: space().id(),
            number: 1,
            document: Vec::new(),
            code: String::new(),
        }),
    ] {
        assert_eq!(Body::decode(body.kind(), &body.to_bytes()).expect("reads"), Some(body));
    }
}
