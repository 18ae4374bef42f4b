//! Entries and frames: the bytes of a log.
//!
//! Headers are stored, hashed and sent as the bytes they were received in,
//! never encoded again. Bodies are apart, so that one may be dropped later and
//! the chain still verifies. `entry.md` draws the layout.

use crate::body::Kind;
use crate::{EntryHash, LogId, Seq, ShopId, UserId};
use minicbor::{Decode, Encode};

/// The header version this crate writes. It never changes inside a log.
pub const HEADER_VERSION: u8 = 1;

/// Flag bit of an entry that a projection must understand to go on.
pub const FLAG_CRITICAL: u8 = 1;

/// The signed part of an entry: a CBOR array in this order.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Header {
    /// Format version.
    #[n(0)]
    pub version: u8,
    /// The shop; an entry of another shop is refused.
    #[n(1)]
    pub shop: ShopId,
    /// The writer's log.
    #[n(2)]
    pub log: LogId,
    /// Position in the log, from 1.
    #[n(3)]
    pub seq: Seq,
    /// Hash of the entry before, zero for the first.
    #[n(4)]
    pub prev: EntryHash,
    /// What the body is.
    #[n(5)]
    pub kind: Kind,
    /// Bit 0: critical.
    #[n(6)]
    pub flags: u8,
    /// Length of the admin chain the writer knew: how many admin entries.
    #[n(7)]
    pub admin_pos: Seq,
    /// The writer's wall clock, Unix ms.
    #[n(8)]
    pub wall_ms: i64,
    /// What of other logs the writer had applied and had not named before,
    /// rising by log.
    #[n(9)]
    pub seen: Vec<(LogId, Seq)>,
    /// Length of the body in bytes.
    #[n(10)]
    pub body_len: u32,
    /// blake3 of the body.
    #[cbor(n(11), with = "minicbor::bytes")]
    pub body_hash: [u8; 32],
    /// The person who did it; none when the device acts by itself, or the shop
    /// has no people yet.
    #[n(12)]
    pub user: Option<UserId>,
    /// The person who allowed it, when the first had no right to it.
    #[n(13)]
    pub approver: Option<UserId>,
}

/// An entry as bytes: header and body.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct EntryBytes {
    /// Encoded [`Header`], as written by its author.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub header: Vec<u8>,
    /// The body; its kind is in the header.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

impl EntryBytes {
    /// The entry's hash.
    pub fn hash(&self) -> EntryHash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"tillmesh entry v1");
        hasher.update(&self.header);
        EntryHash(*hasher.finalize().as_bytes())
    }
}

/// The entries of one action and one signature over the last of them.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Frame {
    /// In order, contiguous.
    #[n(0)]
    pub entries: Vec<EntryBytes>,
    /// ed25519 over [`head_digest`] of the last entry.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

/// What a frame's signature signs: shop, log, last position and last hash.
pub fn head_digest(shop: ShopId, log: LogId, seq: Seq, hash: EntryHash) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"tillmesh head v1");
    hasher.update(&shop.0);
    hasher.update(&log.0);
    hasher.update(&seq.0.to_be_bytes());
    hasher.update(&hash.0);
    *hasher.finalize().as_bytes()
}

/// blake3 of a body, as in its header.
pub fn body_hash(body: &[u8]) -> [u8; 32] {
    *blake3::hash(body).as_bytes()
}
