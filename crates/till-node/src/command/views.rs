//! What is shown of a shop.

use super::Token;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use till_schema::body::{
    ConflictKey, ConflictKind, EndReason, Outcome, Right, Role, Sharing, UserSet,
};
use till_schema::order::Totals;
use till_schema::rows::{Candidate, OrderRow, ProductRow, ResolutionRow, WindowRow};
use till_schema::{Currency, EntryHash, LogId, OrderId, Quantity, Seq, ShopId, SpaceId};

/// A committed sale.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sold {
    /// The order.
    pub order: OrderId,
    /// Its number as printed.
    pub label: String,
    /// Total, minor units.
    pub total: i64,
    /// Change to give back.
    pub change: i64,
    /// Code of the fiscal document.
    pub code: String,
    /// Whether this order had been committed before.
    pub repeated: bool,
    /// Whether it has no fiscal number yet: the paper is an internal document.
    #[serde(default)]
    pub provisional: bool,
}

/// Counts of an import.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Written {
    /// New records.
    pub created: usize,
    /// Records changed.
    pub changed: usize,
    /// Records that were the same already.
    pub unchanged: usize,
}

/// A product and its stock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProductView {
    /// The product.
    #[serde(flatten)]
    pub product: ProductRow,
    /// Stock as this device knows it, thousandths.
    pub stock: Quantity,
}

/// An order with its number as printed and the state of its document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderView {
    /// Number as printed.
    pub label: String,
    /// Name of the register.
    pub register: String,
    /// The authority's answer, when there is one.
    pub outcome: Option<Outcome>,
    /// The order.
    #[serde(flatten)]
    pub row: OrderRow,
}

/// Sums over orders.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BooksTotals {
    /// How many orders.
    pub orders: u64,
    /// Orders committed more than once, which counts as lost idempotency.
    pub duplicates: u64,
    /// Their totals.
    pub totals: Totals,
    /// Kept by tender.
    pub tenders: BTreeMap<String, i64>,
}

/// Numbers of one space on this device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NumbersStatus {
    /// The space.
    pub space: SpaceId,
    /// Its prefix.
    pub prefix: String,
    /// How many this device holds.
    pub held: u64,
    /// The next to be issued.
    pub next: Option<u64>,
    /// Whether this device mints.
    pub custodian: bool,
    /// Who may hold its numbers.
    pub sharing: Sharing,
    /// How many days they last at the busiest pace of the last 90; `None`
    /// while nothing was sold.
    pub days_left: Option<u32>,
    /// Resolutions and their dates, oldest first.
    pub windows: Vec<WindowRow>,
    /// What to do when there are few; empty when there are enough.
    pub advice: String,
}

/// Where the minted numbers of one space are. The classes add up to `minted`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NumbersAudit {
    /// The space.
    pub space: SpaceId,
    /// Its prefix.
    pub prefix: String,
    /// All minted.
    pub minted: u64,
    /// May still be issued, by device.
    pub held: BTreeMap<String, u64>,
    /// Ceded and not accepted yet.
    pub in_transit: u64,
    /// On a sale, by device.
    pub issued: BTreeMap<String, u64>,
    /// Given up.
    pub voided: u64,
    /// Held by, or on their way to, devices that are gone, by device.
    pub lost: BTreeMap<String, u64>,
    /// How many of the lost ones were reported to the authority.
    pub declared_lost: u64,
    /// On more than one sale.
    pub duplicates: Vec<u64>,
    /// In no class or in two: evidence of a fault.
    pub unaccounted: u64,
    /// What the audit is relative to: log and position.
    pub heads: BTreeMap<LogId, Seq>,
}

impl NumbersAudit {
    /// Sum of a class that is kept by device.
    pub fn sum(class: &BTreeMap<String, u64>) -> u64 {
        class.values().sum()
    }

    /// Whether every number is in exactly one place.
    pub fn balances(&self) -> bool {
        let placed = Self::sum(&self.held)
            + self.in_transit
            + Self::sum(&self.issued)
            + self.voided
            + Self::sum(&self.lost);
        self.duplicates.is_empty() && self.unaccounted == 0 && placed == self.minted
    }
}

/// State of a conflict.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConflictStatus {
    /// No decision covers all evidence.
    Open,
    /// Two live decisions differ.
    Contested,
    /// Decided.
    Closed,
}

/// A conflict as every device lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConflictView {
    /// Kind and subject.
    pub key: ConflictKey,
    /// State.
    pub status: ConflictStatus,
    /// Entries that disagree, rising.
    pub evidence: Vec<EntryHash>,
    /// What it is about, for people: a product's or customer's name.
    pub title: String,
    /// The values to choose from, A first; empty when there is nothing to choose.
    pub candidates: Vec<Candidate>,
    /// Names of the devices that set each candidate.
    pub devices: Vec<String>,
    /// What tills use meanwhile.
    pub current: String,
    /// What it is about in figures or text, by kind (an oversell's quantity, a refusal's reason).
    pub detail: String,
    /// Decisions, live and replaced.
    pub resolutions: Vec<ResolutionRow>,
}

impl ConflictView {
    /// The conflict's kind.
    pub fn kind(&self) -> ConflictKind {
        self.key.kind
    }
}

/// A device of the shop.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceView {
    /// Its log.
    pub log: LogId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Position held here of its log.
    pub seq: Seq,
    /// Whether it is this device.
    pub this: bool,
    /// Whether it administers the shop.
    pub admin: bool,
    /// Why it is gone, when it is.
    pub ended: Option<EndReason>,
    /// Whether an owner stopped it.
    pub suspended: bool,
    /// Whether it gave everything back and left.
    pub retired: bool,
    /// Whether its key signed two histories.
    pub forked: bool,
    /// The device whose place it took.
    pub replaces: Option<LogId>,
}

/// A code that lets one device in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CodeView {
    /// Eight digits.
    pub code: String,
    /// Where this device listens.
    pub addresses: Vec<String>,
    /// Until when it works, Unix ms.
    pub expires_ms: i64,
}

/// A device that joined in this run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JoinView {
    /// Its log.
    pub log: LogId,
    /// Its name.
    pub name: String,
    /// The six digits that its screen shows too.
    pub check: u32,
    /// When, Unix ms.
    pub at_ms: i64,
}

/// A person of the shop.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UserView {
    /// The person.
    #[serde(flatten)]
    pub user: UserSet,
    /// How many versions stand side by side: more than one when two devices
    /// changed the person apart from each other.
    pub versions: usize,
}

/// Somebody acts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SessionView {
    /// For later calls: as session, or once as approval.
    pub token: Option<Token>,
    /// Who; `None` when nobody is logged in.
    pub name: Option<String>,
    /// What they may do.
    pub rights: Vec<Right>,
    /// Whether the shop has people, so that somebody must log in.
    pub login_needed: bool,
    /// After so long without a call the session ends, ms.
    pub idle_ms: u64,
}

/// What this device holds and who it sees.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SyncStatus {
    /// This device's vector.
    pub vector: BTreeMap<LogId, Seq>,
    /// Entries stored and waiting for one they saw.
    pub gated: usize,
    /// Every other device.
    pub peers: Vec<PeerView>,
}

/// A peer as this device sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PeerView {
    /// Its log.
    pub log: LogId,
    /// Its name.
    pub name: String,
    /// Whether its Hello arrived on a live link.
    pub linked: bool,
    /// Entries here that it is not known to have.
    pub they_lack: u64,
    /// Entries it has that are not here.
    pub we_lack: u64,
    /// Why there is no link, when known.
    pub trouble: Option<String>,
}

/// Documents on their way to the authority.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FiscalQueue {
    /// Whether a relay is set, and answered last time.
    pub relay: RelayState,
    /// Without a final answer.
    pub pending: u64,
    /// Accepted.
    pub accepted: u64,
    /// Refused.
    pub rejected: u64,
    /// The first pending and all refused, bounded.
    pub documents: Vec<QueuedDocument>,
}

/// What is known of the relay.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayState {
    /// This device has no relay address: other peers send for it.
    #[default]
    NotSet,
    /// Not asked yet.
    Unknown,
    /// It answered.
    Up,
    /// It did not, and why.
    Down(String),
}

/// A document in the queue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QueuedDocument {
    /// Its code.
    pub code: String,
    /// Its number as printed.
    pub label: String,
    /// The answer, when final.
    pub outcome: Option<Outcome>,
    /// Reason of a refusal.
    pub reason: String,
}

/// Facts of a shop for headers and lamps.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShopView {
    /// Its id.
    pub id: ShopId,
    /// Its name.
    pub name: String,
    /// Currency of the books.
    pub currency: Currency,
}
