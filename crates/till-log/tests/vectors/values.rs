//! The fixed devices, ids and facts that the vectors speak of.

use till_log::SigningKey;
use till_schema::body::{ShopFounded, Start};
use till_schema::numbering::Space;
use till_schema::order::{Buyer, Order, OrderLine, TaxTotal, Tender, TenderKind, Totals};
use till_schema::rows::EntryRef;
use till_schema::{
    Currency, CustomerId, EntryHash, EntryId, LogId, OrderId, ProductId, Quantity, Seq, ShopId,
    UserId,
};

/// 2026-01-01 00:00 UTC, Unix ms.
pub(crate) const WALL_MS: i64 = 1_767_225_600_000;
pub(crate) const COFFEE: ProductId = ProductId([0xc0; 16]);
pub(crate) const CHEESE: ProductId = ProductId([0xc1; 16]);
pub(crate) const CUSTOMER: CustomerId = CustomerId([0xcc; 16]);
pub(crate) const ORDER: OrderId = OrderId([0x0d; 16]);
pub(crate) const CASHIER: UserId = UserId([0x0a; 16]);
pub(crate) const MANAGER: UserId = UserId([0x0b; 16]);

/// The key whose seed is one byte, 32 times: 1 the founder, 2 a register, 9 what
/// the recovery words make.
pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub(crate) fn log(seed: u8) -> LogId {
    LogId(key(seed).verifying_key().to_bytes())
}

pub(crate) fn hash(byte: u8) -> EntryHash {
    EntryHash([byte; 32])
}

pub(crate) fn founded() -> ShopFounded {
    ShopFounded {
        nonce: [0x11; 16],
        name: "Tienda El Ejemplo".to_owned(),
        currency: Currency::Cop,
        country: "generic".to_owned(),
        tax_id: "900123456".to_owned(),
        recovery_key: None,
    }
}

pub(crate) fn shop() -> ShopId {
    founded().shop_id(log(1))
}

pub(crate) fn start(seed: u8) -> Start {
    Start {
        version: "0.1.0".to_owned(),
        actor: [seed; 16],
        run_nonce: 0x0102_0304_0506_0700 + u64::from(seed),
        kinds_known: 60,
    }
}

pub(crate) fn space() -> Space {
    Space {
        authority: "generic".to_owned(),
        issuer: "900123456".to_owned(),
        document_kind: "POS".to_owned(),
        prefix: "T1".to_owned(),
    }
}

pub(crate) fn entry(seed: u8, seq: u64) -> EntryRef {
    EntryRef { log: log(seed), seq: Seq(seq), hash: hash(0xe0 + seed), wall_ms: WALL_MS }
}

pub(crate) fn entry_id(seed: u8, seq: u64) -> EntryId {
    EntryId { log: log(seed), seq: Seq(seq), hash: hash(0xe0 + seed) }
}

/// Two bags of coffee and 250 g of cheese with a discount, paid by card and cash.
pub(crate) fn order() -> Order {
    Order {
        id: ORDER,
        sold_at_ms: WALL_MS + 61_000,
        utc_offset_min: -300,
        currency: Currency::Cop,
        lines: vec![
            OrderLine {
                product: COFFEE,
                sku: "CAFE-500".to_owned(),
                name: "Café 500 g".to_owned(),
                quantity: Quantity::units(2),
                unit_price: 1_190_000,
                discount: 0,
                total: 2_380_000,
                tax: "IVA".to_owned(),
                tax_rate_bp: 1900,
                stock_before: 12_000,
                taxes: Vec::new(),
                order_discount: 0,
                unit: String::new(),
                note: String::new(),
                price_list: String::new(),
                list_price: None,
                unit_cost: None,
                category: String::new(),
            },
            OrderLine {
                product: CHEESE,
                sku: "QUESO".to_owned(),
                name: "Queso campesino".to_owned(),
                quantity: Quantity(250),
                unit_price: 4_000_000,
                discount: 100_000,
                total: 900_000,
                tax: "EXENTO".to_owned(),
                tax_rate_bp: 0,
                stock_before: -500,
                taxes: Vec::new(),
                order_discount: 0,
                unit: String::new(),
                note: String::new(),
                price_list: String::new(),
                list_price: None,
                unit_cost: None,
                category: String::new(),
            },
        ],
        customer: Some(Buyer {
            id: CUSTOMER,
            name: "Ana Núñez".to_owned(),
            tax_id_kind: "CC".to_owned(),
            tax_id: "52123456".to_owned(),
        }),
        tenders: vec![
            Tender {
                kind: TenderKind::Card,
                amount: 1_280_000,
                reference: "APR 004512".to_owned(),
                foreign: None,
            },
            Tender {
                kind: TenderKind::Cash,
                amount: 2_500_000,
                reference: String::new(),
                foreign: None,
            },
        ],
        change: 500_000,
        totals: Totals {
            gross: 3_380_000,
            discount: 100_000,
            total: 3_280_000,
            taxes: vec![
                TaxTotal {
                    tax: "EXENTO".to_owned(),
                    rate_bp: 0,
                    base: 900_000,
                    amount: 0,
                    treatment: till_schema::order::TaxTreatment::Taxed,
                    per_unit: None,
                },
                TaxTotal {
                    tax: "IVA".to_owned(),
                    rate_bp: 1900,
                    base: 2_000_000,
                    amount: 380_000,
                    treatment: till_schema::order::TaxTreatment::Taxed,
                    per_unit: None,
                },
            ],
            ..Totals::default()
        },
        note: String::new(),
        resumes: None,
        tip: 0,
        rounding: 0,
    }
}

/// An order with nothing in it that can be left out: no buyer.
pub(crate) fn plain_order() -> Order {
    let order = order();
    Order { customer: None, tenders: order.tenders[1..].to_vec(), ..order }
}
