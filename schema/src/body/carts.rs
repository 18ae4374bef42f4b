//! Carts that wait: any register may add to them, resume them or drop them.

use crate::{OrderId, ProductId, Quantity};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Names one line of a held cart, drawn at random by the register that added it.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct HeldLineId(#[n(0)] pub u64);

/// A line as it waits; its price is found when the cart is sold.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct HeldLine {
    /// Names it.
    #[n(0)]
    pub id: HeldLineId,
    /// The product.
    #[n(1)]
    pub product: ProductId,
    /// How much, thousandths.
    #[n(2)]
    pub quantity: Quantity,
    /// A price the cashier gave, minor units.
    #[n(3)]
    pub unit_price: Option<i64>,
    /// Off the line, minor units.
    #[n(4)]
    pub discount: i64,
    /// As typed.
    #[n(5)]
    pub note: String,
}

/// Lines added to, or taken from, a held cart. The first one begins it. What two
/// registers add is in it together; what one took out stays out.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct CartHeld {
    /// The cart.
    #[n(0)]
    pub cart: OrderId,
    /// What people call it: a name, a table.
    #[n(1)]
    pub label: String,
    /// Added.
    #[n(2)]
    pub put: Vec<HeldLine>,
    /// Taken out.
    #[n(3)]
    pub taken: Vec<HeldLineId>,
    /// Customer's id, tax id or key, when named.
    #[n(4)]
    pub customer: Option<String>,
}

/// A cart, held or not, was given up before it was paid.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct CartDropped {
    /// The cart.
    #[n(0)]
    pub cart: OrderId,
    /// What its lines would have cost, minor units.
    #[n(1)]
    pub total: i64,
    /// How many lines it had.
    #[n(2)]
    pub lines: u32,
    /// Why, as typed.
    #[n(3)]
    pub reason: String,
}
