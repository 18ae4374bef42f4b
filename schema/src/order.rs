//! An order as it is frozen at payment: self-contained, so that paper, books
//! and fiscal document say the same for ever.

use crate::{Currency, CustomerId, OrderId, ProductId, Quantity};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// A paid order.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Order {
    /// Drawn when the cart was opened; committing it twice is one sale.
    #[n(0)]
    pub id: OrderId,
    /// When it was paid: Unix time in ms by the register's clock.
    #[n(1)]
    pub sold_at_ms: i64,
    /// The register's offset from UTC at that moment, in minutes.
    #[n(2)]
    pub utc_offset_min: i32,
    /// Currency of every amount in the order.
    #[n(3)]
    pub currency: Currency,
    /// What was sold.
    #[n(4)]
    pub lines: Vec<OrderLine>,
    /// The buyer as printed, when named.
    #[n(5)]
    pub customer: Option<Buyer>,
    /// How it was paid. Sums to the total plus the change.
    #[n(6)]
    pub tenders: Vec<Tender>,
    /// Given back in cash, minor units.
    #[n(7)]
    pub change: i64,
    /// Sums over the lines.
    #[n(8)]
    pub totals: Totals,
}

/// One line of an order.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct OrderLine {
    /// The product sold.
    #[n(0)]
    pub product: ProductId,
    /// Its code when sold.
    #[n(1)]
    pub sku: String,
    /// Its name when sold.
    #[n(2)]
    pub name: String,
    /// How much, in thousandths of the unit.
    #[n(3)]
    pub quantity: Quantity,
    /// Price of one unit with taxes, minor units.
    #[n(4)]
    pub unit_price: i64,
    /// Taken off the line, minor units, not negative.
    #[n(5)]
    pub discount: i64,
    /// `unit_price × quantity − discount`, rounded half-even once.
    #[n(6)]
    pub total: i64,
    /// Tax class.
    #[n(7)]
    pub tax: String,
    /// Tax rate in basis points of the net price: 1900 = 19 %.
    #[n(8)]
    pub tax_rate_bp: u32,
    /// The product's stock as this device knew it before the sale, thousandths.
    /// Tells an oversell between islands from one that the cashier could see.
    #[n(9)]
    pub stock_before: i64,
}

/// The buyer's data as they were printed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Buyer {
    /// The customer record.
    #[n(0)]
    pub id: CustomerId,
    /// Name or business name.
    #[n(1)]
    pub name: String,
    /// Kind of the identity document (`CC`, `NIT`, `RUC`, …), empty when none.
    #[n(2)]
    pub tax_id_kind: String,
    /// Its number, without separators.
    #[n(3)]
    pub tax_id: String,
}

/// A means of payment.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum TenderKind {
    /// Notes and coins; the only one that gives change.
    #[n(0)]
    Cash,
    /// A card, charged on a terminal of its own.
    #[n(1)]
    Card,
    /// A bank transfer or wallet.
    #[n(2)]
    Transfer,
    /// Anything else, named in the reference.
    #[n(3)]
    Other,
}

/// One payment towards an order.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Tender {
    /// The means.
    #[n(0)]
    pub kind: TenderKind,
    /// Handed over, minor units, positive.
    #[n(1)]
    pub amount: i64,
    /// Approval code or similar, as typed.
    #[n(2)]
    #[serde(default)]
    pub reference: String,
}

/// Sums of an order, minor units.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Totals {
    /// Lines before discounts.
    #[n(0)]
    pub gross: i64,
    /// Discounts.
    #[n(1)]
    pub discount: i64,
    /// To pay: gross − discount, taxes included.
    #[n(2)]
    pub total: i64,
    /// Taxes contained in the total, one row a class and rate, in rising order.
    #[n(3)]
    pub taxes: Vec<TaxTotal>,
}

/// One row of the tax table: `base + tax` is what was paid at this rate.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct TaxTotal {
    /// Tax class.
    #[n(0)]
    pub tax: String,
    /// Rate in basis points.
    #[n(1)]
    pub rate_bp: u32,
    /// Net amount.
    #[n(2)]
    pub base: i64,
    /// Tax on it.
    #[n(3)]
    pub amount: i64,
}
