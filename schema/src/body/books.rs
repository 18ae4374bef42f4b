//! Sales, stock, documents and their answers, and the documents' changes.

use crate::catalogue::DocumentId;
use crate::order::Order;
use crate::{EntryId, ProductId, Quantity, SpaceId};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// One Automerge change, as Automerge encoded it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct DocumentChange {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// Raw, uncompressed change chunk.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(serialize_with = "crate::hex::bytes")]
    pub change: Vec<u8>,
}

/// A sale. Durable before anything is shown or printed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct SaleCommitted {
    /// The order.
    #[n(0)]
    pub order: Order,
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
    /// The provisional sale that gets its number with this entry.
    #[n(5)]
    pub fiscalises: Option<EntryId>,
}

/// A sale without a fiscal number: the device was dry, or its numbers had
/// expired. The same log fiscalises it later. Durable before anything is shown.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct SaleProvisional {
    /// The order.
    #[n(0)]
    pub order: Order,
    /// The space its number will come from.
    #[n(1)]
    pub space: SpaceId,
    /// The device's own count of provisional sales, from 1: what the paper says.
    #[n(2)]
    pub ticket: u64,
}

/// Why stock moved.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum StockReason {
    /// Goods came in.
    #[n(0)]
    Receive,
    /// A correction.
    #[n(1)]
    Adjust,
    /// What a count found, as the difference from what was thought to be there.
    #[n(2)]
    Count,
    /// Spoilt, broken, stolen.
    #[n(3)]
    Waste,
    /// From one place of the shop to another.
    #[n(4)]
    Transfer,
}

/// Stock came or went without a sale.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct StockMoved {
    /// Why.
    #[n(0)]
    pub reason: StockReason,
    /// Product and change, thousandths.
    #[n(1)]
    pub moves: Vec<(ProductId, Quantity)>,
    /// As typed.
    #[n(2)]
    pub note: String,
    /// The place of the shop; empty for the shelf that sales are taken from.
    #[n(3)]
    #[cbor(default, skip_if = "String::is_empty")]
    pub place: String,
    /// Where a transfer went to; the moves are what left `place`.
    #[n(4)]
    pub to: Option<String>,
}

/// What the authority said.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Refused. Joins below accepted.
    #[n(0)]
    Rejected,
    /// Registered.
    #[n(1)]
    Accepted,
}

/// A final answer of the relay, brought home by whichever peer was online.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct FiscalReceipt {
    /// The document's unique code.
    #[n(0)]
    pub code: String,
    /// The answer.
    #[n(1)]
    pub outcome: Outcome,
    /// The authority's id of the registration, or of the refusal.
    #[n(2)]
    pub authority_id: String,
    /// Reason of a refusal.
    #[n(3)]
    pub reason: String,
    /// When the authority answered, Unix ms by the relay's clock.
    #[n(4)]
    pub at_ms: i64,
    /// The relay's ed25519 signature over the answer.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(serialize_with = "crate::hex::bytes")]
    pub relay_signature: Vec<u8>,
}
