//! What peers say to each other over one long-lived stream. `message.md` tells
//! the conversation.

use crate::{EntryHash, LogId, Seq, ShopId, SpaceId};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// Version of the conversation; both sides speak the lower.
pub const PROTOCOL_VERSION: u16 = 1;

/// A message between two enrolled devices.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Message {
    /// First word of each side. Nothing is sent before the other's arrived.
    #[n(0)]
    Hello(#[n(0)] Hello),
    /// Please send this log after a position.
    #[n(1)]
    Want(#[n(0)] Want),
    /// A run of frames, contiguous.
    #[n(2)]
    Frames(#[n(0)] Frames),
    /// Held durably here from now on; also the acknowledgement of frames.
    #[n(3)]
    Have(#[n(0)] Have),
    /// A hint that the sender is low on numbers.
    #[n(4)]
    NumbersWanted(#[n(0)] NumbersWanted),
    /// Where devices were reached, told again when it changes.
    #[n(5)]
    Addresses(#[n(0)] Vec<(LogId, Vec<String>)>),
    /// The receiver's key runs on two machines, or its storage was set back.
    #[n(6)]
    Twin(#[n(0)] Twin),
}

/// Who speaks and what it has, as claims of this session.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Hello {
    /// Highest [`PROTOCOL_VERSION`] spoken.
    #[n(0)]
    pub protocol: u16,
    /// The shop.
    #[n(1)]
    pub shop: ShopId,
    /// Drawn at this start of the program; two live runs of one log differ.
    #[n(2)]
    pub run_nonce: u64,
    /// Head of every log held, rising by log.
    #[n(3)]
    pub heads: Vec<(LogId, Seq, EntryHash)>,
    /// Addresses where devices were reached, for the address book.
    #[n(4)]
    pub addresses: Vec<(LogId, Vec<String>)>,
    /// By the sender's key, over [`run_digest`] of `run_nonce`: whoever hears it
    /// can show that this run was.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    pub run_signature: Option<[u8; 64]>,
}

/// Asks for a log after a position.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Want {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// The last position held.
    #[n(1)]
    pub after: Seq,
}

/// Frames of one log.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Frames {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// Encoded frames, as their author signed them.
    #[n(1)]
    pub frames: Vec<ByteVec>,
    /// Whether this answers a [`Want`]; else the author pushed it.
    #[n(2)]
    pub answer: bool,
}

/// What became durable.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Have {
    /// Heads that grew, rising by log.
    #[n(0)]
    pub heads: Vec<(LogId, Seq)>,
}

/// A device below its low-water mark.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct NumbersWanted {
    /// The space.
    #[n(0)]
    pub space: SpaceId,
    /// How many it still holds.
    #[n(1)]
    pub held: u64,
    /// Up to how many it wants to be filled: a fortnight of its busiest day. A
    /// giver's own idea when not given.
    #[n(2)]
    pub high: Option<u64>,
}

/// What the sender saw of two runs of the receiver's log.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Twin {
    /// The runs as their Hellos said them, in the order they came.
    #[n(0)]
    pub runs: Vec<Run>,
}

/// One run of a program, as its Hello said it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Run {
    /// Its nonce.
    #[n(0)]
    pub nonce: u64,
    /// By the key of the log, over [`run_digest`].
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

/// What a device that is not enrolled says on the join stream, the only one it
/// may open.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum JoinAsk {
    /// It has a text invite.
    #[n(0)]
    Invite(#[n(0)] JoinRequest),
    /// It has a code: its half of the key exchange.
    #[n(1)]
    Code(#[n(0)] CodeRequest),
    /// It has reached the same key.
    #[n(2)]
    Confirm(#[n(0)] CodeConfirm),
}

/// First word of a device that joins by code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct CodeRequest {
    /// SPAKE2 message of the joining side.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub exchange: Vec<u8>,
}

/// Proof of the key that the exchange made, and who asks.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct CodeConfirm {
    /// [`code_proof`] of the joining side.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub proof: [u8; 32],
    /// The name the device gives itself.
    #[n(1)]
    pub name: String,
    /// The device whose place it takes.
    #[n(2)]
    pub replaces: Option<Replaces>,
}

/// A device that must not go on under its key joins under another.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Replaces {
    /// Its old log.
    #[n(0)]
    pub log: LogId,
    /// By the old key, over [`replaces_digest`].
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

/// A device asks to join with a text invite.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct JoinRequest {
    /// Which invite.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub invite: [u8; 8],
    /// blake3 keyed by the invite's secret over both device keys: proves the
    /// secret without telling it, to this inviter only.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub proof: [u8; 32],
    /// The name the device gives itself.
    #[n(2)]
    pub name: String,
    /// The device whose place it takes.
    #[n(3)]
    pub replaces: Option<Replaces>,
}

/// The answer to a [`JoinAsk`].
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum JoinAnswer {
    /// Welcome. The device is in the admin chain already.
    #[n(0)]
    Welcome(#[n(0)] Welcome),
    /// No, and why, for the person.
    #[n(1)]
    Refused(#[n(0)] String),
    /// The inviting half of the key exchange; a [`JoinAsk::Confirm`] follows.
    #[n(2)]
    Code(#[n(0)] CodeAnswer),
}

/// The inviting side's word in a join by code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct CodeAnswer {
    /// SPAKE2 message of the inviting side.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub exchange: Vec<u8>,
    /// [`code_proof`] of the inviting side: the joining one learns at once
    /// whether it talks to the device that showed the code.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub proof: [u8; 32],
}

/// What a new device needs to begin.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Welcome {
    /// The shop.
    #[n(0)]
    pub shop: ShopId,
    /// The log that names all devices: the root of trust.
    #[n(1)]
    pub founder: LogId,
    /// Where devices were reached.
    #[n(2)]
    pub addresses: Vec<(LogId, Vec<String>)>,
    /// Number that both screens show: the same if both talk to each other.
    #[n(3)]
    pub check: u32,
}

/// What the text of an invite says.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Invite {
    /// The shop.
    #[n(0)]
    pub shop: ShopId,
    /// The inviting device.
    #[n(1)]
    pub inviter: LogId,
    /// Which invite.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub id: [u8; 8],
    /// The one-time secret.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub secret: [u8; 16],
    /// Where the inviter listens.
    #[n(4)]
    pub addresses: Vec<String>,
}

/// What the invite's secret signs for: inviter and joiner.
pub fn join_proof(secret: &[u8; 16], inviter: LogId, joiner: LogId) -> [u8; 32] {
    let key = blake3::derive_key("tillmesh join v1", secret);
    let mut hasher = blake3::Hasher::new_keyed(&key);
    hasher.update(&inviter.0);
    hasher.update(&joiner.0);
    *hasher.finalize().as_bytes()
}

/// Proof that a side of a join by code has reached the key: `side` is 0 for the
/// inviting one, 1 for the joining one.
pub fn code_proof(key: &[u8], side: u8, inviter: LogId, joiner: LogId) -> [u8; 32] {
    let key = blake3::derive_key("tillmesh join code v1", key);
    let mut hasher = blake3::Hasher::new_keyed(&key);
    hasher.update(&[side]);
    hasher.update(&inviter.0);
    hasher.update(&joiner.0);
    *hasher.finalize().as_bytes()
}

/// The six digits that both screens show: from both devices' keys and the
/// secret, or the key that the code made.
pub fn check_number(secret: &[u8], inviter: LogId, joiner: LogId) -> u32 {
    let key = blake3::derive_key("tillmesh join check v1", secret);
    let mut hasher = blake3::Hasher::new_keyed(&key);
    hasher.update(&inviter.0);
    hasher.update(&joiner.0);
    let mut word = [0; 8];
    hasher.finalize_xof().fill(&mut word);
    (u64::from_be_bytes(word) % 1_000_000) as u32
}

/// What a device signs for a run of its program: shop, its log, the nonce.
pub fn run_digest(shop: ShopId, log: LogId, nonce: u64) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("tillmesh run v1");
    hasher.update(&shop.0);
    hasher.update(&log.0);
    hasher.update(&nonce.to_be_bytes());
    *hasher.finalize().as_bytes()
}

/// What the old key of a replaced device signs: shop, old log and new log.
pub fn replaces_digest(shop: ShopId, old: LogId, new: LogId) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("tillmesh replaces v1");
    hasher.update(&shop.0);
    hasher.update(&old.0);
    hasher.update(&new.0);
    *hasher.finalize().as_bytes()
}
