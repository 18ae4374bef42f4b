//! Fiscal numbers: minted, moved, given up.

use crate::numbering::Ranges;
use crate::{EntryHash, EntryId, LogId, Seq, SpaceId};
use minicbor::{Decode, Encode};
use serde::Serialize;

/// Numbers granted by the authority. Mints those never minted before.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct ResolutionImport {
    /// The space.
    #[n(0)]
    pub space: SpaceId,
    /// The authority's name for the resolution.
    #[n(1)]
    pub resolution: String,
    /// First number.
    #[n(2)]
    pub from: u64,
    /// Last number, included.
    #[n(3)]
    pub to: u64,
    /// First civil day of validity, days since 1970-01-01.
    #[n(4)]
    pub valid_from_day: Option<i32>,
    /// Last civil day of validity.
    #[n(5)]
    pub valid_to_day: Option<i32>,
}

/// The writer no longer holds these numbers; `to` will, once it accepts.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Cede {
    /// The space.
    #[n(0)]
    pub space: SpaceId,
    /// Which numbers.
    #[n(1)]
    pub ranges: Ranges,
    /// The only log that may accept them.
    #[n(2)]
    pub to: LogId,
}

/// The writer now holds what the named [`Cede`] or [`CustodyMove`] gave it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Accept {
    /// The giver.
    #[n(0)]
    pub giver: LogId,
    /// Position of that entry in the giver's log.
    #[n(1)]
    pub giver_seq: Seq,
    /// Hash of that entry.
    #[n(2)]
    pub giver_hash: EntryHash,
}

/// The writer gives numbers up for good.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Void {
    /// The space.
    #[n(0)]
    pub space: SpaceId,
    /// Which numbers.
    #[n(1)]
    pub ranges: Ranges,
    /// Why, as typed.
    #[n(2)]
    pub reason: String,
}

/// The writer no longer mints in the space; `to` will, once it accepts. What was
/// minted so far is known from the entries before.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct CustodyMove {
    /// The space.
    #[n(0)]
    pub space: SpaceId,
    /// The next custodian.
    #[n(1)]
    pub to: LogId,
}

/// Admin: numbers that a gone device held are reported to the authority. Changes
/// no right.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct DeclareLost {
    /// The space.
    #[n(0)]
    pub space: SpaceId,
    /// Which numbers.
    #[n(1)]
    pub ranges: Ranges,
    /// The device that held them.
    #[n(2)]
    pub of: LogId,
    /// The report's reference, as typed.
    #[n(3)]
    pub reference: String,
}

/// Admin: `to` fiscalises a provisional sale of a device that is gone.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct AssignProvisional {
    /// The provisional sale.
    #[n(0)]
    pub sale: EntryId,
    /// Who does it.
    #[n(1)]
    pub to: LogId,
}
