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
}

/// A device asks to join, on the join stream only.
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
}

/// The answer to a [`JoinRequest`].
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum JoinAnswer {
    /// Welcome. The device is in the admin chain already.
    #[n(0)]
    Welcome(#[n(0)] Welcome),
    /// No, and why, for the person.
    #[n(1)]
    Refused(#[n(0)] String),
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
