//! What a device can be asked to do, and what it answers. The window, the
//! command line and the local API all speak these.

mod day;
mod token;
mod views;

pub use day::*;
pub use views::*;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use till_schema::body::{ConflictKey, EndReason, Right, Role, Sharing, StockReason, UserRole};
use till_schema::order::{Tender, Totals};
use till_schema::rows::{CustomerRow, HistoryRow};
use till_schema::{OrderId, Quantity, SpaceId};

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
    /// Something of the shop's day.
    Day(Day),
    /// Something to read of the shop's day.
    Look(Look),
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
        /// First civil day of validity, days since 1970-01-01.
        #[serde(default)]
        valid_from_day: Option<i32>,
        /// Last civil day of validity, included.
        #[serde(default)]
        valid_to_day: Option<i32>,
    },
    /// Open a number space (the administering device only).
    OpenSpace {
        /// Document kind, in the authority's code list.
        document_kind: String,
        /// Prefix or emission point.
        prefix: String,
        /// The device that mints: its name or log.
        custodian: String,
        /// Who may hold its numbers.
        sharing: Sharing,
    },
    /// Give the right to mint in a space to another device (custodian only).
    MoveCustody {
        /// The space; the shop's first when not named.
        space: Option<SpaceId>,
        /// The next custodian: its name or log.
        to: String,
    },
    /// Report numbers of a gone device as lost (the administering device only).
    DeclareLost {
        /// The space; the shop's first when not named.
        space: Option<SpaceId>,
        /// The device that held them: its name or log.
        device: String,
        /// The report's reference.
        reference: String,
    },
    /// Let another device fiscalise a provisional sale of a gone one (the
    /// administering device only).
    AssignProvisional {
        /// The order.
        order: OrderId,
        /// Who does it: its name or log.
        to: String,
    },
    /// A person has looked at this device's clock: sell by it although the
    /// relay's is more than a day away.
    ConfirmClock,
    /// Give numbers to another device.
    GrantNumbers {
        /// The space; the shop's first when not named.
        space: Option<SpaceId>,
        /// The receiver: its name or log.
        to: String,
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
    /// Let one more device join by text or QR (the administering device only).
    Invite {
        /// What it may do.
        roles: Vec<Role>,
    },
    /// Let one more device join by a code of eight digits (the administering
    /// device only). One try, two minutes.
    InviteCode {
        /// What it may do.
        roles: Vec<Role>,
    },
    /// What a device may do from now on (the administering device only).
    SetRoles {
        /// Its name or log.
        device: String,
        /// All it may do.
        roles: Vec<Role>,
    },
    /// A device is gone (the administering device only).
    EndDevice {
        /// Its name or log.
        device: String,
        /// Why.
        reason: EndReason,
    },
    /// A gone device was found: all of it that is here counts (the
    /// administering device only).
    AcceptTail {
        /// Its name or log.
        device: String,
    },
    /// Stop a device at once (a device with the role owner).
    Suspend {
        /// Its name or log.
        device: String,
        /// Why.
        reason: String,
    },
    /// Lift all suspensions of a device (the administering device only).
    Reinstate {
        /// Its name or log.
        device: String,
    },
    /// Give the administration to another device.
    MoveAdmin {
        /// Its name or log.
        to: String,
    },
    /// Take the administration with the recovery words.
    Recover {
        /// The words on the paper.
        words: String,
    },
    /// Give all numbers back and leave the shop.
    Retire,
    /// Make or change a person.
    SetUser(UserDraft),
    /// Begin to act as a person; the answer is a token for later calls.
    Login {
        /// Name.
        name: String,
        /// PIN.
        pin: String,
    },
    /// A person's word for one command of another, within a minute.
    Approve {
        /// Name.
        name: String,
        /// PIN.
        pin: String,
    },
    /// Stop acting as a person.
    Logout,
    /// The shop's name and currency.
    Shop,
    /// What a cart would cost, by the engine that sells.
    Quote(Quote),
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
    /// Devices that joined lately, with their check numbers.
    Joins,
    /// The people of the shop.
    Users,
    /// Who acts, by the token of this call.
    Session,
    /// What this device and its peers hold.
    SyncStatus,
    /// Documents without a final answer, and those refused.
    FiscalQueue,
    /// Digest of each projection.
    Digest,
}

/// A person, to be made or changed. What is not given stays.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UserDraft {
    /// Name; finds the person.
    pub name: String,
    /// Another name from now on.
    pub rename: Option<String>,
    /// Role; its rights replace those before. Needed for a new person.
    pub role: Option<UserRole>,
    /// New PIN. Needed for a new person.
    pub pin: Option<String>,
    /// Rights to add.
    pub allow: Vec<Right>,
    /// Rights to take away.
    pub deny: Vec<Right>,
    /// Highest discount on a line, basis points.
    pub discount_limit_bp: Option<u32>,
    /// Whether they may log in.
    pub active: Option<bool>,
}

/// Names a session or an approval: 128 random bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Token(pub [u8; 16]);

/// On whose word a command is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Acting {
    /// The session.
    pub session: Option<Token>,
    /// An approval to be used up.
    pub approval: Option<Token>,
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
    /// Whether to sell on an internal document when there is no number.
    #[serde(default)]
    pub provisional: bool,
    /// Off the whole cart.
    #[serde(default)]
    pub discount: Discount,
    /// For whoever served, minor units.
    #[serde(default)]
    pub tip: i64,
    /// As typed.
    #[serde(default)]
    pub note: String,
    /// The held cart that is sold: as it waits, when no lines are given.
    #[serde(default)]
    pub resumes: Option<OrderId>,
}

/// A cart to be priced.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Quote {
    /// Its lines.
    pub lines: Vec<CartLine>,
    /// Off the whole cart.
    pub discount: Discount,
    /// Customer's key, tax id or id: price lists may be theirs.
    pub customer: Option<String>,
    /// The held cart whose lines are meant, when none are given.
    pub resumes: Option<OrderId>,
}

/// What is taken off: an amount and a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Discount {
    /// Minor units.
    pub amount: i64,
    /// Basis points of what is left.
    pub bp: u32,
}

impl Discount {
    /// In minor units, of an amount. Halves go to the even neighbour.
    pub fn of(self, amount: i64) -> i64 {
        let left = i128::from(amount) - i128::from(self.amount);
        let part = till_schema::money::div_half_even(left * i128::from(self.bp), 10_000);
        self.amount.saturating_add(i64::try_from(part).unwrap_or(i64::MAX))
    }
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
    /// Off what is left of it, basis points.
    #[serde(default)]
    pub discount_bp: u32,
    /// As typed.
    #[serde(default)]
    pub note: String,
}

impl CartLine {
    /// So much of a product, at its price.
    pub fn new(code: impl Into<String>, quantity: Quantity) -> Self {
        Self {
            code: code.into(),
            quantity,
            unit_price: None,
            discount: 0,
            discount_bp: 0,
            note: String::new(),
        }
    }
}

/// A product as an import or a form gives it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
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
    /// What one unit costs the shop, minor units.
    pub cost: Option<i64>,
    /// At or below it the product is on the low-stock list.
    pub low_stock: Option<Quantity>,
    /// Products with the same one are variants of each other.
    pub group: String,
    /// What tells the variant from the others.
    pub variant: String,
    /// Digits under which scales know it.
    pub plu: String,
    /// Prices by price list, minor units.
    pub lists: Vec<(String, i64)>,
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
    /// What one unit costs the shop, minor units.
    pub cost: Option<i64>,
    /// The low-stock mark.
    pub low_stock: Option<Quantity>,
    /// Tax class.
    pub tax: Option<String>,
    /// Unit of measure.
    pub unit: Option<String>,
    /// Digits under which scales know it.
    pub plu: Option<String>,
    /// Prices by price list, minor units.
    pub lists: Vec<(String, i64)>,
    /// Barcodes to put on it.
    pub add_barcodes: Vec<String>,
    /// Barcodes to take off it.
    pub remove_barcodes: Vec<String>,
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
    /// Address.
    pub address: String,
    /// Customers that price lists are for.
    pub group: String,
    /// How much may be sold on account, minor units.
    pub credit_limit: Option<i64>,
}

/// The answer to a [`Command`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The sale is durable.
    Sold(Sold),
    /// Records written.
    Written(Written),
    /// Of the shop's day.
    Day(DayReply),
    /// Done.
    Done,
    /// A text invite.
    Invited {
        /// To type or paste on the new device.
        invite: String,
    },
    /// A code to type on the new device.
    Code(CodeView),
    /// Devices that joined.
    Joins(Vec<JoinView>),
    /// People.
    Users(Vec<UserView>),
    /// Somebody acts from now on.
    Session(SessionView),
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
    /// This device, or this person, may not.
    #[error("{0}")]
    NotAllowed(String),
    /// Nobody is logged in, or the PIN is wrong.
    #[error("{0}")]
    Login(String),
    /// The disk refused; nothing is known to be written.
    #[error("{0}")]
    Storage(String),
    /// Too much waits already.
    #[error("the device is busy; try again")]
    Busy,
}
