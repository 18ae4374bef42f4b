//! Disagreements, decisions, and proofs of two histories.

use crate::{EntryHash, LogId};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// What kind of disagreement.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConflictKind {
    /// Two values of one catalogue field, set apart from each other.
    #[n(0)]
    Field,
    /// More sold than there was, by devices that could not know.
    #[n(1)]
    Oversold,
    /// Two live customers with one tax id.
    #[n(2)]
    CustomerDuplicate,
    /// Two live products with one code.
    #[n(3)]
    CodeDuplicate,
    /// One number on two sales.
    #[n(4)]
    NumberDuplicate,
    /// The authority refused a document.
    #[n(5)]
    FiscalRejected,
    /// An entry no device can apply.
    #[n(6)]
    Malformed,
    /// Two histories signed by one device.
    #[n(7)]
    Fork,
    /// A product put away while another device edited it.
    #[n(8)]
    EditVsArchive,
    /// An entry by a device without the right to it.
    #[n(9)]
    Unentitled,
    /// Two administrations recovered from one.
    #[n(10)]
    AdminFork,
    /// A number issued outside the dates of every resolution that has it.
    #[n(11)]
    OutsideValidity,
    /// A provisional sale that has no number yet.
    #[n(12)]
    ProvisionalOpen,
    /// A provisional sale with two numbers.
    #[n(13)]
    DoubleFiscalised,
    /// More came back of an order than was sold.
    #[n(14)]
    DoubleRefund,
}

/// Names one conflict: kind and subject.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ConflictKey {
    /// The kind.
    #[n(0)]
    pub kind: ConflictKind,
    /// What it is about, in the kind's own notation
    /// (`catalogue/<id>/price`, `<product>`, `NIT:900123456`).
    #[n(1)]
    pub subject: String,
}

/// What was decided.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Keep the value or record that this evidence set.
    #[n(0)]
    Keep(#[n(0)] EntryHash),
    /// Another value, as text in the field's own notation.
    #[n(1)]
    Other(#[n(0)] String),
    /// Seen and left as it is.
    #[n(2)]
    Acknowledge,
}

/// A person decided a conflict. Never edits history.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Resolution {
    /// The conflict.
    #[n(0)]
    pub conflict: ConflictKey,
    /// The evidence seen, rising.
    #[n(1)]
    pub covers: Vec<EntryHash>,
    /// Live resolutions seen, which this one replaces, rising.
    #[n(2)]
    pub supersedes: Vec<EntryHash>,
    /// The decision.
    #[n(3)]
    pub decision: Decision,
    /// As typed.
    #[n(4)]
    pub note: String,
}

/// Two frames of one log that hold different entries at one position. Proves by
/// itself that the log's key signed two histories: the device was copied, or
/// its storage was set back.
///
/// Headers and signature are the proof, so that bodies are left out, and so are
/// entries before the position: two frames of any size fit into one entry.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct ForkProof {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// One frame.
    #[n(1)]
    #[serde(serialize_with = "crate::hex::byte_vec")]
    pub one: ByteVec,
    /// The other.
    #[n(2)]
    #[serde(serialize_with = "crate::hex::byte_vec")]
    pub other: ByteVec,
}

/// A frame of a log with two histories, from the position on at which they
/// differ. Nobody takes in more of such a log, so this is how what it sold and
/// moved becomes known to those who hold the other history.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct ForkTail {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// The frame, with the bodies of its facts.
    #[n(1)]
    #[serde(serialize_with = "crate::hex::byte_vec")]
    pub frame: ByteVec,
}
