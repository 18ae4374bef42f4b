//! What a device can be asked to do, and what it answers. The window, the
//! command line and the local API all speak these.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use till_schema::body::{ConflictKey, ConflictKind, Outcome, Role, StockReason};
use till_schema::order::{Tender, Totals};
use till_schema::rows::{Candidate, CustomerRow, HistoryRow, OrderRow, ProductRow, ResolutionRow};
use till_schema::{Currency, EntryHash, LogId, OrderId, Quantity, Seq, ShopId, SpaceId};

/// Something to do or to read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Sell a cart. Idempotent by order id.
    Sell(Cart),
    /// Make a product, or change the one with the draft's SKU.
    PutProducts(Vec<ProductDraft>),
    /// Make customers, or change those with the same key or tax id.
    PutCustomers(Vec<CustomerDraft>),
    /// Change fields of one product.
    EditProduct {
        /// SKU or barcode.
        code: String,
        /// Only what changes.
        change: ProductChange,
    },
    /// Move stock without a sale.
    MoveStock {
        /// Why.
        reason: StockReason,
        /// SKU or barcode, and the change.
        moves: Vec<(String, Quantity)>,
        /// As typed.
        note: String,
    },
    /// Mint numbers under a resolution of the authority (custodian only).
    ImportResolution {
        /// The space; the shop's first when not named.
        space: Option<SpaceId>,
        /// The authority's name for it.
        resolution: String,
        /// First number.
        from: u64,
        /// Last number, included.
        to: u64,
    },
    /// Give numbers to another device.
    GrantNumbers {
        /// The space; the shop's first when not named.
        space: Option<SpaceId>,
        /// The receiver.
        to: LogId,
        /// How many.
        count: u64,
    },
    /// Give up the lowest numbers held.
    VoidNumbers {
        /// The space; the shop's first when not named.
        space: Option<SpaceId>,
        /// How many.
        count: u64,
        /// Why.
        reason: String,
    },
    /// Decide a conflict.
    Resolve {
        /// Which.
        conflict: ConflictKey,
        /// What.
        choice: Choice,
        /// As typed.
        note: String,
    },
    /// Let one more device join (the admin device only).
    Invite {
        /// What it may do.
        roles: Vec<Role>,
    },
    /// The shop's name and currency.
    Shop,
    /// What lines would cost, by the engine that sells.
    Quote(Vec<CartLine>),
    /// Products by search text, best first; all when empty.
    Products {
        /// Search text.
        query: String,
        /// At most this many.
        limit: usize,
    },
    /// Customers by search text.
    Customers {
        /// Search text.
        query: String,
        /// At most this many.
        limit: usize,
    },
    /// Who set a product's field to what, when.
    History {
        /// SKU or barcode.
        code: String,
        /// Field name.
        field: String,
    },
    /// Orders, newest first.
    Orders {
        /// At most this many.
        limit: usize,
    },
    /// One order by its id, or by its number as printed.
    Order {
        /// Id, `PREFIX-NUMBER` or number.
        reference: String,
    },
    /// Sums over all orders known.
    Totals,
    /// Numbers held by this device.
    NumbersStatus,
    /// Where each minted number is.
    NumbersAudit,
    /// All conflicts.
    Conflicts,
    /// Devices of the shop.
    Devices,
    /// What this device and its peers hold.
    SyncStatus,
    /// Documents without a final answer, and those refused.
    FiscalQueue,
    /// Digest of each projection.
    Digest,
}

/// What a person chose in a conflict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Keep the candidate at this place of the list, from 0 (A = 0, B = 1).
    Keep(usize),
    /// Use another value, as typed.
    Other(String),
    /// Seen; leave it.
    Acknowledge,
}

/// What a register wants to sell.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cart {
    /// Drawn when the cart was opened; selling it twice is one sale.
    pub order: OrderId,
    /// What.
    pub lines: Vec<CartLine>,
    /// Customer's key, tax id or id, when named.
    #[serde(default)]
    pub customer: Option<String>,
    /// How it is paid.
    pub tenders: Vec<Tender>,
    /// When; now when not given. Unix ms. Only imports and replays give it.
    #[serde(default)]
    pub sold_at_ms: Option<i64>,
}

/// One line of a cart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CartLine {
    /// SKU or barcode.
    pub code: String,
    /// How much.
    pub quantity: Quantity,
    /// Price of one unit when the cashier overrides it, minor units.
    #[serde(default)]
    pub unit_price: Option<i64>,
    /// Off the line, minor units.
    #[serde(default)]
    pub discount: i64,
}

/// A product as an import or a form gives it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProductDraft {
    /// The shop's code: what makes a second import a change.
    pub sku: String,
    /// What people read.
    pub name: String,
    /// Minor units, taxes included.
    pub price: i64,
    /// Barcodes.
    pub barcodes: Vec<String>,
    /// Category.
    pub category: String,
    /// Unit of measure.
    pub unit: String,
    /// Tax class.
    pub tax: String,
    /// Basis points.
    pub tax_rate_bp: u32,
    /// Stock to begin with; only for a product that is new.
    pub stock: Option<Quantity>,
}

/// Fields of a product to change.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProductChange {
    /// Name.
    pub name: Option<String>,
    /// Price, minor units.
    pub price: Option<i64>,
    /// Category.
    pub category: Option<String>,
    /// Put away or back.
    pub archived: Option<bool>,
}

/// A customer as an import or a form gives it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerDraft {
    /// The source's own id, for carts that name it; may be empty.
    pub key: String,
    /// Name.
    pub name: String,
    /// Kind of identity document.
    pub tax_id_kind: String,
    /// Its number.
    pub tax_id: String,
    /// E-mail.
    pub email: String,
    /// Phone.
    pub phone: String,
}

/// The answer to a [`Command`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The sale is durable.
    Sold(Sold),
    /// Records written.
    Written(Written),
    /// Done.
    Done,
    /// A text invite.
    Invited {
        /// To type or paste on the new device.
        invite: String,
    },
    /// The shop.
    Shop(ShopView),
    /// Sums of a cart.
    Quote(Totals),
    /// Products found.
    Products(Vec<ProductView>),
    /// Customers found.
    Customers(Vec<CustomerRow>),
    /// Steps of a field, oldest first.
    History(Vec<HistoryRow>),
    /// Orders found.
    Orders(Vec<OrderView>),
    /// Sums.
    Totals(BooksTotals),
    /// Numbers of this device.
    NumbersStatus(Vec<NumbersStatus>),
    /// The audit.
    NumbersAudit(Vec<NumbersAudit>),
    /// Conflicts.
    Conflicts(Vec<ConflictView>),
    /// Devices.
    Devices(Vec<DeviceView>),
    /// Sync.
    SyncStatus(SyncStatus),
    /// Fiscal documents.
    FiscalQueue(FiscalQueue),
    /// Digest by projection.
    Digest(BTreeMap<String, String>),
}

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
    /// Held by devices that are gone.
    pub lost: u64,
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
            + self.lost;
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

/// Why a command was not done. Nothing was written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "error", content = "with", rename_all = "snake_case")]
pub enum CommandError {
    /// The input is wrong; the text says what to do.
    #[error("{0}")]
    Wrong(String),
    /// Nothing by that name.
    #[error("{0}")]
    NotFound(String),
    /// No number left to issue.
    #[error("{0}")]
    NoNumbers(String),
    /// This device may not.
    #[error("{0}")]
    NotAllowed(String),
    /// The disk refused; nothing is known to be written.
    #[error("{0}")]
    Storage(String),
    /// Too much waits already.
    #[error("the device is busy; try again")]
    Busy,
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
