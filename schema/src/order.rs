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
    /// For staff, or for the ticket: as typed.
    #[n(9)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The held cart that was resumed.
    #[n(10)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes: Option<OrderId>,
    /// For whoever served, on top of the total and outside every tax, minor units.
    #[n(11)]
    #[cbor(default, skip_if = "is_zero")]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tip: i64,
    /// What rounding the cash part to coins that exist added to the amount to
    /// pay, minor units; negative when it took something off.
    #[n(12)]
    #[cbor(default, skip_if = "is_zero")]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rounding: i64,
}

impl Order {
    /// What the buyer had to pay: total, tip and rounding. Tenders sum to this
    /// plus the change.
    pub const fn to_pay(&self) -> i64 {
        self.totals.total.wrapping_add(self.tip).wrapping_add(self.rounding)
    }
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
    /// Price of one unit, with the taxes that its class includes, minor units.
    #[n(4)]
    pub unit_price: i64,
    /// Taken off the line, its share of the order's discount included, minor
    /// units, not negative.
    #[n(5)]
    pub discount: i64,
    /// To pay for the line: `unit_price × quantity`, rounded half-even once, less
    /// the discount, and the taxes that come on top.
    #[n(6)]
    pub total: i64,
    /// Tax class.
    #[n(7)]
    pub tax: String,
    /// Rate of the class's first tax by rate, basis points of the net price:
    /// 1900 = 19 %.
    #[n(8)]
    pub tax_rate_bp: u32,
    /// The product's stock as this device knew it before the sale, thousandths.
    /// Tells an oversell between islands from one that the cashier could see.
    #[n(9)]
    pub stock_before: i64,
    /// Taxes of the line. Empty in orders written before there were several; then
    /// one tax of the class and rate is included in the price.
    #[n(10)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<LineTax>,
    /// Of `discount`, the line's share of what was taken off the whole order.
    #[n(11)]
    #[cbor(default, skip_if = "is_zero")]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub order_discount: i64,
    /// Unit of measure when sold; empty for pieces.
    #[n(12)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// As typed.
    #[n(13)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The price list that set the price; empty when it was the product's own.
    #[n(14)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub price_list: String,
    /// What it would have cost without a word of the cashier's, when that is
    /// another price, minor units.
    #[n(15)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_price: Option<i64>,
    /// Cost of one unit as known when sold, minor units.
    #[n(16)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_cost: Option<i64>,
    /// The product's category when sold.
    #[n(17)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
}

/// How an authority treats what is sold.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
    Encode,
    Decode,
    Serialize,
    Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum TaxTreatment {
    /// Taxed.
    #[default]
    #[n(0)]
    Taxed,
    /// Taxed at nothing: reported with a rate of zero.
    #[n(1)]
    Exempt,
    /// Outside the tax: not reported as taxed at all.
    #[n(2)]
    Excluded,
}

/// One tax of one line.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct LineTax {
    /// The tax, as in the tax table: `IVA`, `INC`, `ICUI`, …
    #[n(0)]
    pub tax: String,
    /// Rate in basis points of the base; zero for a tax per unit.
    #[n(1)]
    pub rate_bp: u32,
    /// Per unit sold, minor units; none for a tax by rate.
    #[n(2)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<i64>,
    /// How the authority treats it.
    #[n(3)]
    #[serde(default, skip_serializing_if = "is_default")]
    pub treatment: TaxTreatment,
    /// Whether the price contains it; else it comes on top.
    #[n(4)]
    pub included: bool,
    /// Net amount it is taken of.
    #[n(5)]
    pub base: i64,
    /// The tax.
    #[n(6)]
    pub amount: i64,
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
    /// Nothing yet: the buyer owes it.
    #[n(4)]
    Account,
}

impl TenderKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Cash, Self::Card, Self::Transfer, Self::Other, Self::Account];

    /// Its name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Card => "card",
            Self::Transfer => "transfer",
            Self::Other => "other",
            Self::Account => "account",
        }
    }
}

impl std::str::FromStr for TenderKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("“{text}” is not a means of payment; use one of {}", names.join(", "))
        })
    }
}

/// Cash of another currency, as it was handed over.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ForeignCash {
    /// Which.
    #[n(0)]
    pub currency: Currency,
    /// How much of it, its minor units.
    #[n(1)]
    pub amount: i64,
    /// Millionths of the shop's minor unit for one minor unit of it.
    #[n(2)]
    pub rate_micro: i64,
}

/// One payment towards an order.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Tender {
    /// The means.
    #[n(0)]
    pub kind: TenderKind,
    /// Handed over, minor units of the shop's currency, positive.
    #[n(1)]
    pub amount: i64,
    /// Approval code or similar, as typed.
    #[n(2)]
    #[serde(default)]
    pub reference: String,
    /// When it was cash of another currency; `amount` is what it was taken for.
    #[n(3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<ForeignCash>,
}

impl Tender {
    /// A plain payment.
    pub const fn new(kind: TenderKind, amount: i64) -> Self {
        Self { kind, amount, reference: String::new(), foreign: None }
    }
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
    /// Of the order: gross − discount + added.
    #[n(2)]
    pub total: i64,
    /// Taxes contained in the total, one row a tax, rate and treatment, rising.
    #[n(3)]
    pub taxes: Vec<TaxTotal>,
    /// Taxes that came on top of the prices.
    #[n(4)]
    #[cbor(default, skip_if = "is_zero")]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub added: i64,
}

/// One row of the tax table: the sums over the lines that bear the tax.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct TaxTotal {
    /// The tax.
    #[n(0)]
    pub tax: String,
    /// Rate in basis points; zero for a tax per unit.
    #[n(1)]
    pub rate_bp: u32,
    /// Net amount.
    #[n(2)]
    pub base: i64,
    /// Tax on it.
    #[n(3)]
    pub amount: i64,
    /// How the authority treats it.
    #[n(4)]
    #[cbor(default, skip_if = "is_default")]
    #[serde(default, skip_serializing_if = "is_default")]
    pub treatment: TaxTreatment,
    /// Per unit, minor units, for a tax of that kind.
    #[n(5)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<i64>,
}

fn is_zero(amount: &i64) -> bool {
    *amount == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
