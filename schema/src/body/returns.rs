//! After the sale: goods that come back, paper printed again, debts paid.

use crate::order::{OrderLine, Tender, Totals};
use crate::{Currency, CustomerId, OrderId, SpaceId};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// One line that came back, or part of it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ReturnLine {
    /// Its place in the order, from 0.
    #[n(0)]
    pub line: u16,
    /// The line as sold, with what came back of it: quantity, discount, taxes and
    /// total are those of the returned part, all positive.
    #[n(1)]
    pub part: OrderLine,
    /// Whether the goods go back on the shelf.
    #[n(2)]
    pub restock: bool,
}

/// Goods of an order came back and money went out, under a number of their own.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct CreditNote {
    /// Drawn when the return was begun; committing it twice is one return.
    #[n(0)]
    pub id: OrderId,
    /// The order.
    #[n(1)]
    pub of: OrderId,
    /// The order's number as printed.
    #[n(2)]
    pub of_label: String,
    /// When, Unix ms by the register's clock.
    #[n(3)]
    pub at_ms: i64,
    /// The register's offset from UTC, minutes.
    #[n(4)]
    pub utc_offset_min: i32,
    /// Currency of every amount.
    #[n(5)]
    pub currency: Currency,
    /// What came back.
    #[n(6)]
    pub lines: Vec<ReturnLine>,
    /// Sums over the lines, positive.
    #[n(7)]
    pub totals: Totals,
    /// How it was paid back; amounts positive.
    #[n(8)]
    pub tenders: Vec<Tender>,
    /// What rounding the cash part added to what was paid back, minor units.
    #[n(9)]
    pub rounding: i64,
    /// The whole order was undone, rather than goods brought back.
    #[n(10)]
    pub void: bool,
    /// Why, as typed.
    #[n(11)]
    pub reason: String,
    /// The buyer the order named.
    #[n(12)]
    pub customer: Option<CustomerId>,
}

/// A return and its fiscal number. Durable before anything is shown or printed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct CreditNoteCommitted {
    /// The return.
    #[n(0)]
    pub note: CreditNote,
    /// The space of its number.
    #[n(1)]
    pub space: SpaceId,
    /// Its number.
    #[n(2)]
    pub number: u64,
    /// The fiscal document, sent to the authority byte for byte.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(serialize_with = "crate::hex::bytes")]
    pub document: Vec<u8>,
    /// The document's unique code.
    #[n(4)]
    pub code: String,
}

/// A ticket was printed again, marked as a copy.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Reprinted {
    /// The order, or the return.
    #[n(0)]
    pub order: OrderId,
}

/// A customer paid what was sold on account.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct AccountPaid {
    /// Drawn when it was begun; committing it twice is one payment.
    #[n(0)]
    pub id: OrderId,
    /// Who.
    #[n(1)]
    pub customer: CustomerId,
    /// How; cash gives change.
    #[n(2)]
    pub tenders: Vec<Tender>,
    /// Given back in cash, minor units.
    #[n(3)]
    pub change: i64,
    /// As typed.
    #[n(4)]
    pub note: String,
}
