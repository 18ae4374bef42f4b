//! The cash drawer from opening to closing. A shift lies in one log, between two
//! of its entries: nothing that arrives from elsewhere later can change it.

use crate::order::{TaxTotal, TenderKind};
use crate::{ShiftId, UserId};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// A drawer was opened with money in it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct ShiftOpened {
    /// The shift, drawn at random.
    #[n(0)]
    pub shift: ShiftId,
    /// The device's own count of shifts, from 1.
    #[n(1)]
    pub number: u64,
    /// Cash in the drawer, minor units.
    #[n(2)]
    pub float: i64,
    /// As typed.
    #[n(3)]
    pub note: String,
}

/// Why a drawer was opened without a sale.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum DrawerReason {
    /// Money was put in.
    #[n(0)]
    PayIn,
    /// Money was taken out.
    #[n(1)]
    PayOut,
    /// It was only opened.
    #[n(2)]
    NoSale,
}

/// The drawer was opened without a sale.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct DrawerOpened {
    /// Why.
    #[n(0)]
    pub reason: DrawerReason,
    /// Put in or taken out, minor units, not negative.
    #[n(1)]
    pub amount: i64,
    /// As typed.
    #[n(2)]
    pub note: String,
}

/// Somebody else goes on with the drawer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct ShiftHandedOver {
    /// The shift.
    #[n(0)]
    pub shift: ShiftId,
    /// Who.
    #[n(1)]
    pub to: UserId,
    /// Cash counted at that moment, minor units, when it was.
    #[n(2)]
    pub counted: Option<i64>,
}

/// Money of one means of payment, minor units.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct TenderSum {
    /// The means.
    #[n(0)]
    pub kind: TenderKind,
    /// How much.
    #[n(1)]
    pub amount: i64,
    /// In how many payments.
    #[n(2)]
    pub count: u64,
}

/// What happened at a drawer, minor units. What an X report shows, and what a
/// closing freezes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ShiftSums {
    /// Sales.
    #[n(0)]
    pub sales: u64,
    /// Their lines before discounts.
    #[n(1)]
    pub gross: i64,
    /// Their discounts.
    #[n(2)]
    pub discount: i64,
    /// Their totals, taxes included.
    #[n(3)]
    pub total: i64,
    /// Their tax table.
    #[n(4)]
    pub taxes: Vec<TaxTotal>,
    /// Tips.
    #[n(5)]
    pub tips: i64,
    /// What rounding to coins added.
    #[n(6)]
    pub rounding: i64,
    /// What was kept of sales, by means of payment, rising: tendered less change.
    #[n(7)]
    pub taken: Vec<TenderSum>,
    /// Returns.
    #[n(8)]
    pub returns: u64,
    /// Their totals.
    #[n(9)]
    pub returned: i64,
    /// Their tax table.
    #[n(10)]
    pub returned_taxes: Vec<TaxTotal>,
    /// What was paid back, by means of payment, rising.
    #[n(11)]
    pub refunded: Vec<TenderSum>,
    /// Returns that undid a whole order.
    #[n(12)]
    pub voids: u64,
    /// Debts paid, by means of payment, rising: tendered less change.
    #[n(13)]
    pub collected: Vec<TenderSum>,
    /// Money put into the drawer.
    #[n(14)]
    pub pay_in: i64,
    /// Money taken out.
    #[n(15)]
    pub pay_out: i64,
    /// Times the drawer was opened for nothing.
    #[n(16)]
    pub no_sales: u64,
    /// Carts dropped before they were paid.
    #[n(17)]
    pub dropped: u64,
    /// What those would have cost.
    #[n(18)]
    pub dropped_total: i64,
    /// Tickets printed again.
    #[n(19)]
    pub copies: u64,
    /// What rounding to coins added to what was paid back.
    #[n(20)]
    #[cbor(default)]
    #[serde(default)]
    pub returned_rounding: i64,
}

impl ShiftSums {
    /// What there should be of a means of payment, without the float.
    pub fn expected(&self, kind: TenderKind) -> i64 {
        let of = |sums: &[TenderSum]| {
            sums.iter()
                .filter(|sum| sum.kind == kind)
                .fold(0_i64, |all, sum| all.wrapping_add(sum.amount))
        };
        let drawer = match kind {
            TenderKind::Cash => self.pay_in.wrapping_sub(self.pay_out),
            _ => 0,
        };
        of(&self.taken)
            .wrapping_add(of(&self.collected))
            .wrapping_sub(of(&self.refunded))
            .wrapping_add(drawer)
    }
}

/// What was counted of one means of payment, minor units.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Counted {
    /// The means.
    #[n(0)]
    pub kind: TenderKind,
    /// What should be there; the float included for cash.
    #[n(1)]
    pub expected: i64,
    /// What was there; none when nobody counted it.
    #[n(2)]
    pub counted: Option<i64>,
}

/// So many notes or coins of one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Denomination {
    /// What one is worth, minor units.
    #[n(0)]
    pub value: i64,
    /// How many.
    #[n(1)]
    pub pieces: u32,
}

/// A drawer was closed. Holds all of the Z report, for ever.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ShiftClosed {
    /// The shift.
    #[n(0)]
    pub shift: ShiftId,
    /// The device's own count of closings, from 1, without gaps.
    #[n(1)]
    pub z: u64,
    /// What happened.
    #[n(2)]
    pub sums: ShiftSums,
    /// Expected and counted by means of payment, rising.
    #[n(3)]
    pub counted: Vec<Counted>,
    /// Cash by value, falling.
    #[n(4)]
    pub denominations: Vec<Denomination>,
    /// Fiscal documents of this device without an answer at that moment.
    #[n(5)]
    pub unsent: u64,
    /// Carts that waited at that moment.
    #[n(6)]
    pub held_carts: u64,
    /// As typed.
    #[n(7)]
    pub note: String,
}
