//! What an entry can say. Kinds are numbers that are only ever added; fields
//! are CBOR map keys that are only ever added.

use crate::catalogue::DocumentId;
use crate::numbering::{Ranges, Space};
use crate::order::Order;
use crate::{Currency, EntryHash, LogId, ProductId, Quantity, Seq, ShopId, SpaceId};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Number of an entry kind, as in the header.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Kind(#[n(0)] pub u16);

macro_rules! bodies {
    ($($(#[$doc:meta])* $number:literal $name:ident),+ $(,)?) => {
        /// The content of an entry.
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum Body {
            $($(#[$doc])* $name($name),)+
        }

        impl Body {
            /// The highest kind this version knows, as announced at each start.
            pub const KINDS_KNOWN: Kind = {
                let mut highest = 0;
                $(if $number > highest { highest = $number; })+
                Kind(highest)
            };

            /// The number that goes in the header.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name(_) => Kind($number),)+ }
            }

            /// The bytes that follow the header.
            pub fn to_bytes(&self) -> Vec<u8> {
                match self { $(Self::$name(body) => crate::to_bytes(body),)+ }
            }

            /// Reads a body of a known kind; `None` when this version does not know the kind.
            ///
            /// # Errors
            /// When the kind is known and the bytes are not one.
            pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Option<Self>, minicbor::decode::Error> {
                match kind.0 {
                    $($number => crate::from_bytes(bytes).map(|body| Some(Self::$name(body))),)+
                    _ => Ok(None),
                }
            }

            /// The kind's name, for people.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)+ }
            }
        }

        $(impl From<$name> for Body {
            fn from(body: $name) -> Self { Self::$name(body) }
        })+
    };
}

bodies! {
    /// First entry of the founding device.
    1 ShopFounded,
    /// A process of a device started writing.
    2 Start,
    /// Admin: a device joined.
    10 DeviceAdd,
    /// Admin: a number space exists, and who may mint in it.
    11 SpaceOpen,
    /// A change of an Automerge document.
    20 DocumentChange,
    /// The custodian minted numbers under a resolution of the authority.
    30 ResolutionImport,
    /// Numbers moved away, to one named log.
    31 Cede,
    /// Ceded numbers arrived.
    32 Accept,
    /// Numbers that will never be issued.
    33 Void,
    /// A sale and its fiscal number.
    40 SaleCommitted,
    /// Stock moved without a sale.
    41 StockMoved,
    /// A final answer of the fiscal relay.
    50 FiscalReceipt,
    /// A person's decision on a conflict.
    60 Resolution,
}

/// What a device may do.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything, and deciding conflicts.
    #[n(0)]
    Owner,
    /// Everything but administration.
    #[n(1)]
    Manager,
    /// Selling and editing the catalogue.
    #[n(2)]
    Register,
    /// Carrying entries and sending documents.
    #[n(3)]
    Forwarder,
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "owner" => Ok(Self::Owner),
            "manager" => Ok(Self::Manager),
            "register" => Ok(Self::Register),
            "forwarder" => Ok(Self::Forwarder),
            _ => Err(format!("“{text}” is not a role; use owner, manager, register or forwarder")),
        }
    }
}

/// The shop begins. Its id is [`ShopFounded::shop_id`] of the writer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct ShopFounded {
    /// Random; makes two shops of one device different.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub nonce: [u8; 16],
    /// The shop's name.
    #[n(1)]
    pub name: String,
    /// Currency of its books.
    #[n(2)]
    pub currency: Currency,
    /// Country profile: `generic`, `co`, `pa`.
    #[n(3)]
    pub country: String,
    /// The issuer's tax id.
    #[n(4)]
    pub tax_id: String,
}

impl ShopFounded {
    /// The shop's id: blake3 of the founding log and the nonce.
    pub fn shop_id(&self, founder: LogId) -> ShopId {
        let mut hasher = blake3::Hasher::new_derive_key("tillmesh shop v1");
        hasher.update(&founder.0);
        hasher.update(&self.nonce);
        ShopId(*hasher.finalize().as_bytes())
    }
}

/// Written with the first entry of each run of the program.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Start {
    /// Version of the program.
    #[n(0)]
    pub version: String,
    /// Automerge actor of this run, random; never used by another.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub actor: [u8; 16],
    /// Random; two live processes of one log differ in it.
    #[n(2)]
    pub run_nonce: u64,
    /// Highest entry kind this version knows.
    #[n(3)]
    pub kinds_known: u16,
}

/// Admin: a device joins the shop.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct DeviceAdd {
    /// Its log.
    #[n(0)]
    pub log: LogId,
    /// Its name for people.
    #[n(1)]
    pub name: String,
    /// What it may do.
    #[n(2)]
    pub roles: Vec<Role>,
}

/// Admin: numbers of a space exist from now on.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct SpaceOpen {
    /// The space.
    #[n(0)]
    pub space: Space,
    /// The only log whose [`ResolutionImport`] mints.
    #[n(1)]
    pub custodian: LogId,
}

/// One Automerge change, as Automerge encoded it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct DocumentChange {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// Raw, uncompressed change chunk.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub change: Vec<u8>,
}

/// Numbers granted by the authority. Mints those never minted before.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
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
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
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

/// The writer now holds what the named [`Cede`] gave it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Accept {
    /// The giver.
    #[n(0)]
    pub giver: LogId,
    /// Position of the cede in the giver's log.
    #[n(1)]
    pub giver_seq: Seq,
    /// Hash of that entry.
    #[n(2)]
    pub giver_hash: EntryHash,
}

/// The writer gives numbers up for good.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
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

/// A sale. Durable before anything is shown or printed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
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
    pub document: Vec<u8>,
    /// The document's unique code.
    #[n(4)]
    pub code: String,
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
}

/// Stock came or went without a sale.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
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
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
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
    pub relay_signature: Vec<u8>,
}

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
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
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
