//! The shop, its devices, and who may do what.

use crate::numbering::Space;
use crate::{Currency, EntryHash, EntryId, LogId, Seq, ShopId};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

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
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct ShopFounded {
    /// Random; makes two shops of one device different.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(serialize_with = "crate::hex::bytes")]
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
    /// Public half of the key that the recovery words make, when there are words.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(serialize_with = "crate::hex::maybe")]
    pub recovery_key: Option<[u8; 32]>,
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
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Start {
    /// Version of the program.
    #[n(0)]
    pub version: String,
    /// Automerge actor of this run, random; never used by another.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(serialize_with = "crate::hex::bytes")]
    pub actor: [u8; 16],
    /// Random; two live processes of one log differ in it.
    #[n(2)]
    pub run_nonce: u64,
    /// Highest entry kind this version knows.
    #[n(3)]
    pub kinds_known: u16,
}

/// The writer holds no numbers and writes no more.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct LogEnd {}

/// Admin: a device joins the shop.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
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
    /// The device whose place it takes.
    #[n(3)]
    pub replaces: Option<LogId>,
}

/// Who may hold numbers of a space.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
    Encode,
    Decode,
    Serialize,
    Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    /// Any device: ranges go where they are needed.
    #[default]
    #[n(0)]
    Shared,
    /// The custodian alone: a prefix or emission point of one register.
    #[n(1)]
    Single,
}

impl Sharing {
    fn is_shared(&self) -> bool {
        *self == Self::Shared
    }
}

/// Admin: numbers of a space exist from now on.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct SpaceOpen {
    /// The space.
    #[n(0)]
    pub space: Space,
    /// The only log whose [`ResolutionImport`] mints.
    #[n(1)]
    pub custodian: LogId,
    /// Whether its numbers go from device to device.
    #[n(2)]
    #[cbor(default, skip_if = "Sharing::is_shared")]
    pub sharing: Sharing,
    /// Offset from UTC, in minutes, of the civil days of its resolutions; that
    /// of each device when not given.
    #[n(3)]
    pub utc_offset_min: Option<i32>,
}

/// Admin: what a device may do from now on.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct RoleSet {
    /// The device.
    #[n(0)]
    pub log: LogId,
    /// All it may do.
    #[n(1)]
    pub roles: Vec<Role>,
    /// The last of its entries that the old roles cover, for a promotion too: the
    /// device's head as the administrator has it. None beyond it counts under a
    /// right that was taken away, whatever it says it knew.
    #[n(2)]
    pub cut: Seq,
}

/// Why a device is gone.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Nobody knows where it is, or it broke.
    #[n(0)]
    Lost,
    /// Somebody else has it.
    #[n(1)]
    Stolen,
    /// Its storage was set back.
    #[n(2)]
    RolledBack,
    /// It was copied.
    #[n(3)]
    Forked,
    /// Another device took its place.
    #[n(4)]
    Replaced,
}

impl std::str::FromStr for EndReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "lost" => Ok(Self::Lost),
            "stolen" => Ok(Self::Stolen),
            "rolled-back" => Ok(Self::RolledBack),
            "forked" => Ok(Self::Forked),
            "replaced" => Ok(Self::Replaced),
            _ => Err(format!(
                "“{text}” is not a reason; use lost, stolen, rolled-back, forked or replaced"
            )),
        }
    }
}

/// Admin: a device is gone. Numbers it holds are lost, never issued by others.
/// Its entries beyond `at_seq` are facts if they are sales, moves of numbers or
/// of stock, or receipts, and have no other effect.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct EndOf {
    /// The device.
    #[n(0)]
    pub log: LogId,
    /// Its last entry that counts.
    #[n(1)]
    pub at_seq: Seq,
    /// Hash of that entry.
    #[n(2)]
    pub at_hash: EntryHash,
    /// Why.
    #[n(3)]
    pub reason: EndReason,
}

/// Admin: a gone device was found; its entries up to here count.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct AcceptTail {
    /// The device.
    #[n(0)]
    pub log: LogId,
    /// Its last entry that counts.
    #[n(1)]
    pub to_seq: Seq,
    /// Hash of that entry.
    #[n(2)]
    pub to_hash: EntryHash,
}

/// Admin: the last entry of an administration; `to` goes on once it accepts.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct AdminMove {
    /// The next administrator.
    #[n(0)]
    pub to: LogId,
}

/// The writer administers the shop from here on.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct AdminAccept {
    /// The [`AdminMove`] that names the writer.
    #[n(0)]
    pub moved: EntryId,
}

/// The writer administers the shop from here on, by the recovery words. Ends
/// the epoch and takes back what that epoch wrote after the cut.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct AdminRecover {
    /// Number of the epoch it ends, from 0.
    #[n(0)]
    pub epoch: u64,
    /// The last admin entry of that epoch that counts.
    #[n(1)]
    pub cut: EntryId,
    /// Of several recoveries of one epoch the highest counts.
    #[n(2)]
    pub counter: u64,
    /// By the recovery key, over [`AdminRecover::digest`].
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(serialize_with = "crate::hex::bytes")]
    pub signature: [u8; 64],
}

impl AdminRecover {
    /// What the recovery key signs: shop, writer, epoch, counter and cut.
    pub fn digest(&self, shop: ShopId, writer: LogId) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("tillmesh recovery v1");
        hasher.update(&shop.0);
        hasher.update(&writer.0);
        hasher.update(&self.epoch.to_be_bytes());
        hasher.update(&self.counter.to_be_bytes());
        hasher.update(&self.cut.log.0);
        hasher.update(&self.cut.seq.0.to_be_bytes());
        hasher.update(&self.cut.hash.0);
        *hasher.finalize().as_bytes()
    }
}

/// An owner stops a device at once: only takes rights away.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Suspend {
    /// The device.
    #[n(0)]
    pub log: LogId,
    /// The last of its entries that counts.
    #[n(1)]
    pub cut: Seq,
    /// As typed.
    #[n(2)]
    pub reason: String,
}

/// Admin: these suspensions no longer hold.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct Reinstate {
    /// The [`Suspend`] entries.
    #[n(0)]
    pub suspensions: Vec<EntryHash>,
}
