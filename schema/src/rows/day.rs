//! Rows of the shop's day: returns, held carts, shifts, debts, sums for reports.

use super::EntryRef;
use crate::body::{CreditNote, HeldLine, HeldLineId, ShiftClosed, ShiftSums};
use crate::{LogId, OrderId, ShiftId, SpaceId, UserId};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// A return.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ReturnRow {
    /// The return.
    #[n(0)]
    pub note: CreditNote,
    /// The entry.
    #[n(1)]
    pub entry: EntryRef,
    /// Space of its number.
    #[n(2)]
    pub space: SpaceId,
    /// Its number.
    #[n(3)]
    pub number: u64,
    /// The document's code.
    #[n(4)]
    pub code: String,
    /// Who did it.
    #[n(5)]
    pub user: Option<UserId>,
}

/// A line of a held cart.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct HeldLineRow {
    /// The line.
    #[n(0)]
    pub line: HeldLine,
    /// The entry that added it.
    #[n(1)]
    pub added_by: EntryRef,
}

/// A cart that waits, or waited.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct HeldCartRow {
    /// What people call it; of several names the one written last.
    #[n(0)]
    pub label: String,
    /// The customer; of several the one written last.
    #[n(1)]
    pub customer: Option<String>,
    /// The last entry about it, by wall time and hash.
    #[n(2)]
    pub last: Option<EntryRef>,
    /// Lines added and not taken out, rising by id.
    #[n(3)]
    pub lines: Vec<HeldLineRow>,
    /// Lines taken out, rising. One that is taken out stays out.
    #[n(4)]
    pub taken: Vec<HeldLineId>,
    /// Entries that gave it up, rising by hash.
    #[n(5)]
    pub dropped: Vec<EntryRef>,
    /// Orders that resumed it, rising: more than one means that it was sold twice.
    #[n(6)]
    pub sold: Vec<OrderId>,
}

impl HeldCartRow {
    /// Whether it still waits.
    pub fn waits(&self) -> bool {
        self.dropped.is_empty() && self.sold.is_empty()
    }
}

/// A shift and what happened in it so far.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ShiftRow {
    /// The shift.
    #[n(0)]
    pub shift: ShiftId,
    /// The device whose drawer it is.
    #[n(1)]
    pub log: LogId,
    /// The device's count of shifts.
    #[n(2)]
    pub number: u64,
    /// The entry that opened it.
    #[n(3)]
    pub opened: EntryRef,
    /// Who opened it.
    #[n(4)]
    pub opened_by: Option<UserId>,
    /// Who has the drawer.
    #[n(5)]
    pub holder: Option<UserId>,
    /// Cash to begin with, minor units.
    #[n(6)]
    pub float: i64,
    /// What happened.
    #[n(7)]
    pub sums: ShiftSums,
    /// Who took it over, in order.
    #[n(8)]
    pub handovers: Vec<Handover>,
    /// How it was closed.
    #[n(9)]
    pub closed: Option<ClosedShift>,
}

/// Somebody took a drawer over.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Handover {
    /// The entry.
    #[n(0)]
    pub entry: EntryRef,
    /// From whom.
    #[n(1)]
    pub from: Option<UserId>,
    /// To whom.
    #[n(2)]
    pub to: UserId,
    /// What should have been in the drawer, minor units.
    #[n(3)]
    pub expected: i64,
    /// What was counted, when it was.
    #[n(4)]
    pub counted: Option<i64>,
}

/// How a shift was closed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ClosedShift {
    /// The entry.
    #[n(0)]
    pub entry: EntryRef,
    /// By whom.
    #[n(1)]
    pub by: Option<UserId>,
    /// The Z report.
    #[n(2)]
    pub report: ShiftClosed,
}

/// A sum of a report; see the table for its key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct SumRow {
    /// Sales, or lines, or payments.
    #[n(0)]
    pub count: i64,
    /// Sold, thousandths.
    #[n(1)]
    pub quantity: i64,
    /// Before discounts, minor units.
    #[n(2)]
    pub gross: i64,
    /// Discounts.
    #[n(3)]
    pub discount: i64,
    /// Taxes.
    #[n(4)]
    pub tax: i64,
    /// To pay, taxes included; for a tax, its base; for a means of payment, kept.
    #[n(5)]
    pub total: i64,
    /// Cost of what was sold and whose cost was known.
    #[n(6)]
    pub cost: i64,
    /// Totals of what was sold and whose cost was known, without taxes.
    #[n(7)]
    pub costed: i64,
    /// Returns.
    #[n(8)]
    pub returns: i64,
    /// Come back, thousandths.
    #[n(9)]
    pub returned_quantity: i64,
    /// Paid back, taxes included.
    #[n(10)]
    pub returned: i64,
    /// Taxes of what came back.
    #[n(11)]
    pub returned_tax: i64,
}
