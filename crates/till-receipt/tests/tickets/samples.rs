//! A shop in Bogotá and what it printed on one day.

use std::collections::BTreeMap;
use till_receipt::{SaleFacts, ShiftFacts, Texts};
use till_schema::body::{
    Counted, CreditNote, Denomination, ReturnLine, ShiftClosed, ShiftSums, TenderSum,
};
use till_schema::order::{
    Buyer, ForeignCash, LineTax, Order, OrderLine, TaxTotal, TaxTreatment, Tender, TenderKind,
    Totals,
};
use till_schema::rows::{ClosedShift, EntryRef, Handover, ShiftRow};
use till_schema::{
    Currency, CustomerId, EntryHash, LogId, OrderId, ProductId, Quantity, Seq, ShiftId, UserId,
};

/// 2026-11-21 18:24 in Bogotá.
pub(crate) const EVENING: i64 = 1_795_303_440_000;
/// Ten hours before.
pub(crate) const MORNING: i64 = EVENING - 10 * 3_600_000;
/// Bogotá's offset from UTC.
pub(crate) const BOGOTA: i32 = -300;

pub(crate) const QR: &str = "https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey=\
    6f1c2a9d0b3e4f5a8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f";

pub(crate) fn texts() -> Texts {
    Texts {
        shop_name: "Café La Esperanza".to_owned(),
        tax_id: "NIT 900.123.456-7".to_owned(),
        address: vec!["Calle 12 # 4-56, Bogotá D.C.".to_owned()],
        header: "Responsable de IVA".to_owned(),
        footer: "¡Gracias por su compra!\nCambios dentro de 8 días con este tiquete.".to_owned(),
    }
}

pub(crate) fn facts() -> SaleFacts {
    SaleFacts {
        title: String::new(),
        label: "SETP-990000001".to_owned(),
        authority: vec!["Resolución 18760000001, vence 19 ene 2030".to_owned()],
        register: "Caja 1".to_owned(),
        cashier: "Ana Muñoz".to_owned(),
        code_name: "CUDE".to_owned(),
        code: QR[QR.len() - 96..].to_owned(),
        qr: QR.to_owned(),
        provisional: false,
        copy: 0,
    }
}

fn tax(name: &str, rate_bp: u32, base: i64, amount: i64) -> LineTax {
    LineTax {
        tax: name.to_owned(),
        rate_bp,
        per_unit: None,
        treatment: TaxTreatment::Taxed,
        included: true,
        base,
        amount,
    }
}

pub(crate) fn line(name: &str, quantity: i64, unit_price: i64, total: i64) -> OrderLine {
    OrderLine {
        product: ProductId([1; 16]),
        sku: "770".to_owned(),
        name: name.to_owned(),
        quantity: Quantity(quantity),
        unit_price,
        discount: 0,
        total,
        tax: "iva".to_owned(),
        tax_rate_bp: 0,
        stock_before: 0,
        taxes: Vec::new(),
        order_discount: 0,
        unit: String::new(),
        note: String::new(),
        price_list: String::new(),
        list_price: None,
        unit_cost: None,
        category: String::new(),
    }
}

pub(crate) fn buyer() -> Buyer {
    Buyer {
        id: CustomerId([5; 16]),
        name: "Inversiones Ñandú S.A.S.".to_owned(),
        tax_id_kind: "NIT".to_owned(),
        tax_id: "9001234567".to_owned(),
    }
}

fn tax_table() -> Vec<TaxTotal> {
    let row = |tax: &str, rate_bp, base, amount, treatment, per_unit| TaxTotal {
        tax: tax.to_owned(),
        rate_bp,
        base,
        amount,
        treatment,
        per_unit,
    };
    vec![
        row("INC bolsas", 0, 20_000, 7_000, TaxTreatment::Taxed, Some(7_000)),
        row("IVA", 0, 600_000, 0, TaxTreatment::Exempt, None),
        row("IVA", 500, 3_523_810, 176_190, TaxTreatment::Taxed, None),
    ]
}

/// Coffee with a discount, cheese by weight and exempt, a bag with a tax on top; a
/// tip, rounding, dollars and a card.
pub(crate) fn order() -> Order {
    let coffee = OrderLine {
        discount: 100_000,
        taxes: vec![tax("IVA", 500, 3_523_810, 176_190)],
        note: "molido fino".to_owned(),
        ..line("Café de origen Huila, tostión media, 500 g", 2_000, 1_900_000, 3_700_000)
    };
    let cheese = OrderLine {
        unit: "kg".to_owned(),
        taxes: vec![LineTax { treatment: TaxTreatment::Exempt, ..tax("IVA", 0, 600_000, 0) }],
        ..line("Queso campesino", 250, 2_400_000, 600_000)
    };
    let bag = OrderLine {
        taxes: vec![LineTax {
            per_unit: Some(7_000),
            included: false,
            ..tax("INC bolsas", 0, 20_000, 7_000)
        }],
        ..line("Bolsa", 1_000, 20_000, 27_000)
    };
    Order {
        id: OrderId([7; 16]),
        sold_at_ms: EVENING,
        utc_offset_min: BOGOTA,
        currency: Currency::Cop,
        lines: vec![coffee, cheese, bag],
        customer: None,
        tenders: vec![
            Tender {
                foreign: Some(ForeignCash {
                    currency: Currency::Usd,
                    amount: 1_000,
                    rate_micro: 4_050_000_000,
                }),
                ..Tender::new(TenderKind::Cash, 4_050_000)
            },
            Tender { reference: "004512".to_owned(), ..Tender::new(TenderKind::Card, 1_000_000) },
        ],
        change: 325_000,
        totals: Totals {
            gross: 4_420_000,
            discount: 100_000,
            total: 4_327_000,
            taxes: tax_table(),
            added: 7_000,
        },
        note: "Mesa 4".to_owned(),
        resumes: None,
        tip: 400_000,
        rounding: -2_000,
    }
}

/// One of the two coffees comes back.
pub(crate) fn credit_note() -> CreditNote {
    let part = OrderLine {
        discount: 50_000,
        taxes: vec![tax("IVA", 500, 1_761_905, 88_095)],
        ..line("Café de origen Huila, tostión media, 500 g", 1_000, 1_900_000, 1_850_000)
    };
    CreditNote {
        id: OrderId([8; 16]),
        of: OrderId([7; 16]),
        of_label: "SETP-990000001".to_owned(),
        at_ms: EVENING + 60_000,
        utc_offset_min: BOGOTA,
        currency: Currency::Cop,
        lines: vec![ReturnLine { line: 0, part, restock: true }],
        totals: Totals {
            gross: 1_900_000,
            discount: 50_000,
            total: 1_850_000,
            taxes: vec![TaxTotal {
                tax: "IVA".to_owned(),
                rate_bp: 500,
                base: 1_761_905,
                amount: 88_095,
                treatment: TaxTreatment::Taxed,
                per_unit: None,
            }],
            added: 0,
        },
        tenders: vec![Tender::new(TenderKind::Cash, 1_850_000)],
        rounding: 0,
        void: false,
        reason: "empaque roto".to_owned(),
        customer: Some(CustomerId([5; 16])),
    }
}

const ANA: UserId = UserId([0xA1; 16]);
const LUIS: UserId = UserId([0xB2; 16]);

fn entry(wall_ms: i64) -> EntryRef {
    EntryRef { log: LogId([2; 32]), seq: Seq(9), hash: EntryHash([3; 32]), wall_ms }
}

fn sums() -> ShiftSums {
    let sum = |kind, amount, count| TenderSum { kind, amount, count };
    ShiftSums {
        sales: 12,
        gross: 44_200_000,
        discount: 1_000_000,
        total: 43_270_000,
        taxes: tax_table(),
        tips: 400_000,
        rounding: -2_000,
        taken: vec![sum(TenderKind::Cash, 33_668_000, 10), sum(TenderKind::Card, 10_000_000, 3)],
        returns: 2,
        returned: 1_850_000,
        returned_taxes: Vec::new(),
        refunded: vec![sum(TenderKind::Cash, 1_850_000, 2)],
        voids: 1,
        collected: vec![sum(TenderKind::Transfer, 5_000_000, 1)],
        pay_in: 2_000_000,
        pay_out: 3_000_000,
        no_sales: 1,
        dropped: 3,
        dropped_total: 2_150_000,
        copies: 2,
        returned_rounding: 0,
    }
}

pub(crate) fn open_shift() -> ShiftRow {
    ShiftRow {
        shift: ShiftId([4; 16]),
        log: LogId([2; 32]),
        number: 34,
        opened: entry(MORNING),
        opened_by: Some(ANA),
        holder: Some(LUIS),
        float: 20_000_000,
        sums: sums(),
        handovers: vec![Handover {
            entry: entry(MORNING + 4 * 3_600_000),
            from: Some(ANA),
            to: LUIS,
            expected: 30_000_000,
            counted: Some(30_000_000),
        }],
        closed: None,
    }
}

pub(crate) fn closed_shift() -> ShiftRow {
    let counted = |kind, expected, counted| Counted { kind, expected, counted };
    let report = ShiftClosed {
        shift: ShiftId([4; 16]),
        z: 12,
        sums: sums(),
        counted: vec![
            counted(TenderKind::Cash, 50_818_000, Some(50_800_000)),
            counted(TenderKind::Card, 10_000_000, Some(10_000_000)),
            counted(TenderKind::Transfer, 5_000_000, None),
        ],
        denominations: vec![
            Denomination { value: 10_000_000, pieces: 5 },
            Denomination { value: 200_000, pieces: 4 },
        ],
        unsent: 1,
        held_carts: 2,
        note: "faltaron monedas".to_owned(),
    };
    let closed = Some(ClosedShift { entry: entry(EVENING), by: Some(LUIS), report });
    ShiftRow { closed, ..open_shift() }
}

pub(crate) fn shift_facts() -> ShiftFacts {
    ShiftFacts {
        currency: Currency::Cop,
        register: "Caja 1".to_owned(),
        people: BTreeMap::from([(ANA, "Ana Muñoz".to_owned()), (LUIS, "Luis Peña".to_owned())]),
        at_ms: EVENING,
        utc_offset_min: BOGOTA,
        unsent: 5,
        held_carts: 6,
        copy: 0,
    }
}
