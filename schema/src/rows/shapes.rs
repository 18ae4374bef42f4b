//! The rows themselves.

use crate::body::{Decision, DocumentChange, EndReason, Kind, Outcome, Role, Sharing, UserSet};
use crate::catalogue::FieldValue;
use crate::numbering::{Ranges, Space};
use crate::order::Order;
use crate::{
    Currency, CustomerId, EntryHash, LogId, OrderId, ProductId, Quantity, Seq, ShopId, SpaceId,
    UserId,
};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The shop, from its founding entry.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ShopRow {
    /// Its id.
    #[n(0)]
    pub id: ShopId,
    /// Its name.
    #[n(1)]
    pub name: String,
    /// The founding device.
    #[n(2)]
    pub founder: LogId,
    /// Currency of the books.
    #[n(3)]
    pub currency: Currency,
    /// Country profile.
    #[n(4)]
    pub country: String,
    /// The issuer's tax id.
    #[n(5)]
    pub tax_id: String,
}

/// A device of the shop, as the admin chain has it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct DeviceRow {
    /// Its log.
    #[n(0)]
    pub log: LogId,
    /// Its name.
    #[n(1)]
    pub name: String,
    /// What it may do.
    #[n(2)]
    pub roles: Vec<Role>,
    /// Order in which it joined, from 0.
    #[n(3)]
    pub ordinal: u32,
    /// The device whose place it took.
    #[n(4)]
    pub replaces: Option<LogId>,
    /// Why it is gone, when it is.
    #[n(5)]
    pub ended: Option<EndReason>,
    /// Whether an owner stopped it.
    #[n(6)]
    pub suspended: bool,
    /// Whether it gave everything back and left.
    #[n(7)]
    pub retired: bool,
}

impl DeviceRow {
    /// Whether it takes part in the shop.
    pub fn is_live(&self) -> bool {
        self.ended.is_none() && !self.suspended && !self.retired
    }
}

/// An entry about who may do what, whether or not it has effect.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct AdminRow {
    /// The entry.
    #[n(0)]
    pub entry: EntryRef,
    /// What its header says of the admin chain.
    #[n(1)]
    pub admin_pos: Seq,
    /// What the body is.
    #[n(2)]
    pub kind: Kind,
    /// The body's bytes.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

/// A log with two histories.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct ForkRow {
    /// The entries that brought proofs, rising by hash.
    #[n(0)]
    pub proofs: Vec<EntryRef>,
    /// First position known to differ.
    #[n(1)]
    pub at: Seq,
}

/// A person: every version that no other has seen, rising by hash. More than
/// one only where two devices changed the person apart from each other.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct UserRow {
    /// Versions with the entries that wrote them.
    #[n(0)]
    pub versions: Vec<(EntryRef, UserSet)>,
}

/// Wrong PINs in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode)]
#[cbor(map)]
pub struct PinTriesRow {
    /// How many.
    #[n(0)]
    pub wrong: u32,
    /// The last one, Unix ms by this device's clock.
    #[n(1)]
    pub last_ms: i64,
}

/// Where an entry stands, and when its writer's clock said it was.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(map)]
pub struct EntryRef {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// Its position.
    #[n(1)]
    pub seq: Seq,
    /// Its hash.
    #[n(2)]
    pub hash: EntryHash,
    /// The writer's wall clock, Unix ms.
    #[n(3)]
    pub wall_ms: i64,
}

/// A product as all documents merged show it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ProductRow {
    /// Its id.
    #[n(0)]
    pub id: ProductId,
    /// The shop's code.
    #[n(1)]
    pub sku: String,
    /// What people read.
    #[n(2)]
    pub name: String,
    /// Minor units, taxes included.
    #[n(3)]
    pub price: i64,
    /// Tax class.
    #[n(4)]
    pub tax: String,
    /// Basis points.
    #[n(5)]
    pub tax_rate_bp: u32,
    /// Category.
    #[n(6)]
    pub category: String,
    /// Unit of measure.
    #[n(7)]
    pub unit: String,
    /// Barcodes, rising.
    #[n(8)]
    pub barcodes: Vec<String>,
    /// Put away.
    #[n(9)]
    pub archived: bool,
    /// What one unit costs the shop, minor units.
    #[n(10)]
    pub cost: Option<i64>,
    /// At or below it the product is on the low-stock list.
    #[n(11)]
    pub low_stock: Option<Quantity>,
    /// Products with the same one are variants of each other.
    #[n(12)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default)]
    pub group: String,
    /// What tells the variant from the others.
    #[n(13)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default)]
    pub variant: String,
    /// Digits under which scales know it.
    #[n(14)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default)]
    pub plu: String,
    /// Prices by price list, rising by name, minor units.
    #[n(15)]
    #[cbor(default, skip_if = "Vec::is_empty")]
    #[serde(default)]
    pub lists: Vec<(String, i64)>,
}

/// A customer as all documents merged show it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct CustomerRow {
    /// The id.
    #[n(0)]
    pub id: CustomerId,
    /// Name.
    #[n(1)]
    pub name: String,
    /// Kind of identity document.
    #[n(2)]
    pub tax_id_kind: String,
    /// Its number.
    #[n(3)]
    pub tax_id: String,
    /// E-mail.
    #[n(4)]
    pub email: String,
    /// Phone.
    #[n(5)]
    pub phone: String,
    /// Put away.
    #[n(6)]
    pub archived: bool,
    /// Address.
    #[n(7)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default)]
    pub address: String,
    /// Customers that price lists are for.
    #[n(8)]
    #[cbor(default, skip_if = "String::is_empty")]
    #[serde(default)]
    pub group: String,
    /// How much may be sold on account, minor units.
    #[n(9)]
    pub credit_limit: Option<i64>,
}

/// One value of a field, and who set it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Candidate {
    /// The value.
    #[n(0)]
    pub value: FieldValue,
    /// The entry that set it.
    #[n(1)]
    pub set_by: EntryRef,
}

/// A field with several values set apart from each other, rising by value.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct FieldConflictRow {
    /// All of them; the first `set_by` of equal values.
    #[n(0)]
    pub candidates: Vec<Candidate>,
    /// What tills use meanwhile: the same on every device.
    #[n(1)]
    pub winner: FieldValue,
}

/// One step of a field's history.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct HistoryRow {
    /// The value set.
    #[n(0)]
    pub value: FieldValue,
    /// By which entry.
    #[n(1)]
    pub set_by: EntryRef,
}

/// A number space.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct SpaceRow {
    /// Its names.
    #[n(0)]
    pub space: Space,
    /// The log that mints.
    #[n(1)]
    pub custodian: LogId,
    /// Order in which it was opened, from 0: sales use the first that has numbers.
    #[n(2)]
    pub ordinal: u32,
    /// Who may hold its numbers.
    #[n(3)]
    pub sharing: Sharing,
    /// Offset from UTC of its civil days, minutes.
    #[n(4)]
    pub utc_offset_min: Option<i32>,
    /// The custodian gave custody away and nobody has accepted it yet.
    #[n(5)]
    pub custody_in_transit: bool,
}

/// All numbers of a space that one log has to do with. A number leaves `held`
/// when it is ceded, issued or voided.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct HoldingRow {
    /// Minted by this log.
    #[n(0)]
    pub minted: Ranges,
    /// May be issued by this log.
    #[n(1)]
    pub held: Ranges,
    /// Issued by this log.
    #[n(2)]
    pub issued: Ranges,
    /// Voided by this log.
    #[n(3)]
    pub voided: Ranges,
    /// Reported to the authority as lost with this log.
    #[n(4)]
    pub declared_lost: Ranges,
}

/// When numbers of a resolution may be issued.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct WindowRow {
    /// The entry that brought the resolution.
    #[n(0)]
    pub entry: EntryRef,
    /// The authority's name for it.
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
    /// Last civil day of validity, included.
    #[n(5)]
    pub valid_to_day: Option<i32>,
}

/// A provisional sale and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ProvisionalRow {
    /// The sale.
    #[n(0)]
    pub entry: EntryRef,
    /// The order.
    #[n(1)]
    pub order: OrderId,
    /// The space its number comes from.
    #[n(2)]
    pub space: SpaceId,
    /// What its paper says.
    #[n(3)]
    pub ticket: u64,
    /// The only log that may fiscalise it.
    #[n(4)]
    pub by: LogId,
    /// The sales that fiscalised it, rising by hash; more than one is a conflict.
    #[n(5)]
    pub fiscalised: Vec<EntryRef>,
}

/// A cede, or custody, that has not been accepted.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct InTransitRow {
    /// The space.
    #[n(0)]
    pub space: SpaceId,
    /// The numbers.
    #[n(1)]
    pub ranges: Ranges,
    /// Who may accept.
    #[n(2)]
    pub to: LogId,
    /// The hash of the entry that gave it.
    #[n(3)]
    pub hash: EntryHash,
    /// Whether it is the right to mint; the ranges are empty then.
    #[n(4)]
    pub custody: bool,
}

/// A number on a sale.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct NumberRow {
    /// The sale's entry.
    #[n(0)]
    pub entry: EntryRef,
    /// The order.
    #[n(1)]
    pub order: OrderId,
}

/// A committed sale.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct OrderRow {
    /// The order.
    #[n(0)]
    pub order: Order,
    /// The entry.
    #[n(1)]
    pub entry: EntryRef,
    /// Space of its number.
    #[n(2)]
    pub space: SpaceId,
    /// Its number.
    #[n(3)]
    pub number: u64,
    /// The document's code.
    #[n(4)]
    pub code: String,
    /// The count on the paper of a provisional sale; number and code are empty
    /// until it is fiscalised.
    #[n(5)]
    pub ticket: Option<u64>,
    /// Who sold it.
    #[n(6)]
    pub user: Option<UserId>,
}

/// What one log did to a product's stock.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct StockRow {
    /// Sum of its movements, thousandths.
    #[n(0)]
    pub moved: i64,
    /// Its last sale after which, as far as it knew, there was no shortage.
    #[n(1)]
    pub trusting_sale: Option<EntryRef>,
    /// How much it has sold below zero knowingly since then, thousandths.
    #[n(2)]
    pub knowingly_short: i64,
}

/// Money through one log by tender, minor units.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct PaymentRow {
    /// Kept: tendered less change.
    #[n(0)]
    pub amount: i64,
    /// How many tenders.
    #[n(1)]
    pub count: u64,
}

/// A fiscal document.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[cbor(map)]
pub struct DocumentRow {
    /// The sale's entry; `None` while only the answer is known.
    #[n(0)]
    pub entry: Option<EntryRef>,
    /// Space of its number.
    #[n(1)]
    pub space: Option<SpaceId>,
    /// Its number.
    #[n(2)]
    pub number: u64,
    /// Join of all answers known: accepted above rejected above none.
    #[n(3)]
    pub outcome: Option<Outcome>,
    /// The authority's id that goes with the outcome.
    #[n(4)]
    pub authority_id: String,
    /// Reason of a refusal.
    #[n(5)]
    pub reason: String,
    /// The entry that brought the answer (the lowest hash of equal ones).
    #[n(6)]
    pub settled_by: Option<EntryRef>,
    /// The bytes to send.
    #[n(7)]
    #[cbor(with = "minicbor::bytes")]
    #[serde(skip)]
    pub document: Vec<u8>,
}

/// A resolution.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct ResolutionRow {
    /// Its entry.
    #[n(0)]
    pub entry: EntryRef,
    /// Evidence covered.
    #[n(1)]
    pub covers: Vec<EntryHash>,
    /// Resolutions replaced.
    #[n(2)]
    pub supersedes: Vec<EntryHash>,
    /// The decision.
    #[n(3)]
    pub decision: Decision,
    /// As typed.
    #[n(4)]
    pub note: String,
}

/// An entry that was stored but cannot be applied, and why.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct MalformedRow {
    /// The entry.
    #[n(0)]
    pub entry: EntryRef,
    /// Stable name of the reason.
    #[n(1)]
    pub reason: String,
}

/// Something a fold did not expect of an honest device.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct AnomalyRow {
    /// The entry.
    #[n(0)]
    pub entry: EntryRef,
    /// What was odd.
    #[n(1)]
    pub what: String,
}

/// A change kept back.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(map)]
pub struct WithheldRow {
    /// The entry that brought it.
    #[n(0)]
    pub entry: EntryRef,
    /// The change.
    #[n(1)]
    pub change: DocumentChange,
    /// The actor that its log had announced by then.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub actor: [u8; 16],
}
