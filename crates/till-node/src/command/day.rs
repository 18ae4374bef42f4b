//! The shop's day as commands: after the sale, held carts, drawers, stock,
//! debts, settings, reports.

use super::{CartLine, OrderView, ProductView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use till_schema::body::{Denomination, DrawerReason, Outcome, StockReason};
use till_schema::catalogue::FieldValue;
use till_schema::order::{Tender, TenderKind};
use till_schema::rows::{CustomerRow, HeldCartRow, HistoryRow, ReturnRow, ShiftRow, SumRow};
use till_schema::{OrderId, ProductId, Quantity};

/// Something to do that is written down.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// Take goods of an order back and pay out. Idempotent by id.
    Return {
        /// Drawn when the return was begun.
        id: OrderId,
        /// The order: its id or number.
        order: String,
        /// Place of each line, from 0, and how much of it; all that is left of the
        /// order when empty.
        lines: Vec<(u16, Quantity)>,
        /// Whether the goods go back on the shelf.
        restock: bool,
        /// How it is paid back; all in cash when empty.
        tenders: Vec<Tender>,
        /// Why.
        reason: String,
    },
    /// Undo a whole order: all of it comes back, paid back as it was paid.
    VoidSale {
        /// Drawn when it was begun.
        id: OrderId,
        /// The order: its id or number.
        order: String,
        /// Why.
        reason: String,
    },
    /// Print an order's or a return's ticket again, marked as a copy.
    Reprint {
        /// Its id or number.
        order: String,
    },
    /// Let a cart wait, or add to and take from one that waits.
    HoldCart {
        /// The cart.
        cart: OrderId,
        /// What people call it; as before when empty.
        label: String,
        /// Lines to add.
        put: Vec<CartLine>,
        /// Lines to take out, by their id.
        taken: Vec<u64>,
        /// The customer.
        customer: Option<String>,
    },
    /// Give a cart up, whether it was held or not.
    DropCart {
        /// The cart.
        cart: OrderId,
        /// Its lines, when it was not held.
        lines: Vec<CartLine>,
        /// Why.
        reason: String,
    },
    /// A customer pays what was sold on account. Idempotent by id.
    PayAccount {
        /// Drawn when it was begun.
        id: OrderId,
        /// Customer's id, tax id or key.
        customer: String,
        /// How.
        tenders: Vec<Tender>,
        /// As typed.
        note: String,
    },
    /// Open this device's drawer for a shift.
    OpenShift {
        /// Cash in it, minor units.
        float: i64,
        /// As typed.
        note: String,
    },
    /// Open the drawer without a sale.
    Drawer {
        /// Why.
        reason: DrawerReason,
        /// Put in or taken out, minor units.
        amount: i64,
        /// As typed; needed for money put in or taken out.
        note: String,
    },
    /// Somebody else goes on with the drawer.
    HandOver {
        /// Their name.
        to: String,
        /// Cash counted, minor units.
        counted: Option<i64>,
    },
    /// Close the shift. What was counted is given before what was expected is shown.
    CloseShift {
        /// Counted by means of payment, minor units; cash may be given by value.
        counted: Vec<(TenderKind, i64)>,
        /// Cash by value.
        denominations: Vec<Denomination>,
        /// As typed.
        note: String,
    },
    /// What a count found at a place; the difference is moved.
    CountStock {
        /// SKU or barcode, and what is there.
        counts: Vec<(String, Quantity)>,
        /// The place; the shelf when empty.
        place: String,
        /// As typed.
        note: String,
    },
    /// Move stock without a sale, at a place or between two.
    MoveStockAt {
        /// Why.
        reason: StockReason,
        /// SKU or barcode, and how much: added, or for waste and transfers taken.
        moves: Vec<(String, Quantity)>,
        /// The place; the shelf when empty.
        place: String,
        /// Where a transfer goes.
        to: Option<String>,
        /// As typed.
        note: String,
    },
    /// Change settings: each by its name; see `tillmesh settings --help`.
    PutSettings(Vec<(String, FieldValue)>),
}

/// Something to read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// A sale or return by id or number, with everything a ticket says.
    Ticket {
        /// Its id or number.
        order: String,
    },
    /// Orders, newest first, that fit all that is given.
    FindOrders {
        /// Sold at or after, Unix ms.
        #[serde(default)]
        from_ms: Option<i64>,
        /// Sold before, Unix ms.
        #[serde(default)]
        before_ms: Option<i64>,
        /// With this total, minor units.
        #[serde(default)]
        total: Option<i64>,
        /// To this customer: id, tax id or key.
        #[serde(default)]
        customer: Option<String>,
        /// With this product: SKU or barcode.
        #[serde(default)]
        product: Option<String>,
        /// At most this many.
        limit: usize,
    },
    /// Carts that wait.
    HeldCarts,
    /// One cart that waits, or waited.
    HeldCart {
        /// The cart.
        cart: OrderId,
    },
    /// A customer and what they owe.
    Customer {
        /// Id, tax id or key.
        customer: String,
    },
    /// This device's open shift: the X report.
    Shift,
    /// Shifts, newest first.
    Shifts {
        /// Only of this device: name or log.
        #[serde(default)]
        device: Option<String>,
        /// At most this many of each device.
        limit: usize,
    },
    /// A product's stock by device and place.
    Stock {
        /// SKU or barcode.
        code: String,
    },
    /// Products at or below their low-stock mark, and those below zero.
    LowStock,
    /// Sums of the whole shop.
    Report {
        /// By what.
        by: ReportBy,
        /// First civil day, days since 1970-01-01.
        from_day: i32,
        /// Last civil day, included.
        to_day: i32,
    },
    /// Settings in use.
    Settings,
    /// Who set a setting to what, when.
    SettingHistory {
        /// Its name.
        name: String,
    },
    /// Rows of one kind in the order of their ids, for exports of any length.
    Page {
        /// Which kind.
        of: PageOf,
        /// Those behind this id; from the first when not given.
        #[serde(default)]
        after: Option<[u8; 16]>,
        /// Look at no more than this many.
        limit: usize,
    },
}

/// What can be read page by page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageOf {
    /// Products that are not put away.
    Products,
    /// Customers that are not put away.
    Customers,
    /// Returns.
    Returns,
    /// Debts paid.
    AccountPayments,
}

/// What a report is broken down by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportBy {
    /// Civil day.
    Day,
    /// Hour of the day.
    Hour,
    /// Product.
    Product,
    /// Category.
    Category,
    /// Means of payment.
    Tender,
    /// Person.
    User,
    /// Tax.
    Tax,
    /// Register.
    Register,
    /// Value of the stock, as of now.
    StockValue,
}

impl ReportBy {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Day,
        Self::Hour,
        Self::Product,
        Self::Category,
        Self::Tender,
        Self::User,
        Self::Tax,
        Self::Register,
        Self::StockValue,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Product => "product",
            Self::Category => "category",
            Self::Tender => "tender",
            Self::User => "user",
            Self::Tax => "tax",
            Self::Register => "register",
            Self::StockValue => "stock-value",
        }
    }
}

impl std::str::FromStr for ReportBy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|by| by.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|by| by.name()).collect();
            format!("there is no report by “{text}”; use one of {}", names.join(", "))
        })
    }
}

/// The answer to a [`Day`] or a [`Look`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayReply {
    /// The return is durable.
    Returned(Returned),
    /// The cart waits.
    Held(HeldCartView),
    /// The debt that is left, minor units.
    Paid {
        /// To give back in cash.
        change: i64,
        /// What the customer still owes.
        balance: i64,
    },
    /// A shift as it is now.
    Shift(Box<ShiftView>),
    /// Shifts.
    Shifts(Vec<ShiftView>),
    /// Orders found.
    Orders(Vec<OrderView>),
    /// A sale or return for paper.
    Ticket(Box<TicketView>),
    /// Carts that wait.
    HeldCarts(Vec<HeldCartView>),
    /// A customer.
    Customer(CustomerView),
    /// Stock of a product.
    Stock(StockView),
    /// Products that run low.
    LowStock(Vec<LowStockView>),
    /// A report.
    Report(Vec<ReportRow>),
    /// Settings.
    Settings(BTreeMap<String, FieldValue>),
    /// Steps of a setting, oldest first.
    History(Vec<HistoryRow>),
    /// Rows of one kind.
    Page(PageView),
}

/// Rows of one kind; the lists of the other kinds are empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PageView {
    /// Products.
    pub products: Vec<ProductView>,
    /// What of them is at other places than the shelf.
    pub places: Vec<(ProductId, String, Quantity)>,
    /// Customers.
    pub customers: Vec<CustomerRow>,
    /// Returns.
    pub returns: Vec<ReturnView>,
    /// Debts paid.
    pub payments: Vec<AccountPaymentView>,
    /// What to ask for next: behind this id; none at the end.
    pub next: Option<[u8; 16]>,
}

/// A debt paid.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccountPaymentView {
    /// The payment.
    pub id: OrderId,
    /// Name of the customer.
    pub customer: String,
    /// How.
    pub tenders: Vec<Tender>,
    /// Given back in cash, minor units.
    pub change: i64,
    /// As typed.
    pub note: String,
}

/// A return with its number as printed and the state of its document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReturnView {
    /// Number as printed.
    pub label: String,
    /// Name of the register.
    pub register: String,
    /// The authority's answer, when there is one.
    pub outcome: Option<Outcome>,
    /// The return.
    #[serde(flatten)]
    pub row: ReturnRow,
}

/// A committed return.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Returned {
    /// The return.
    pub id: OrderId,
    /// Its number as printed.
    pub label: String,
    /// What came back is worth, minor units.
    pub total: i64,
    /// What is paid back: total and rounding.
    pub paid: i64,
    /// Code of the fiscal document.
    pub code: String,
    /// Whether this return had been committed before.
    pub repeated: bool,
}

/// A cart that waits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeldCartView {
    /// The cart.
    pub cart: OrderId,
    /// Name of the register that touched it last.
    pub register: String,
    /// What its lines cost now, minor units; none when one cannot be priced.
    pub total: Option<i64>,
    /// The cart.
    #[serde(flatten)]
    pub row: HeldCartRow,
}

/// A customer and what they owe.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CustomerView {
    /// The customer.
    #[serde(flatten)]
    pub row: CustomerRow,
    /// What they owe as far as this device knows, minor units.
    pub balance: i64,
}

/// A shift.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShiftView {
    /// Name of the register.
    pub register: String,
    /// Name of who opened it.
    pub opened_by_name: String,
    /// Name of who has the drawer.
    pub holder_name: String,
    /// Name of who closed it.
    pub closed_by_name: String,
    /// What should be in the drawer, minor units.
    pub expected_cash: i64,
    /// The last moment of its log that is known here, Unix ms: an open shift of
    /// another device may have gone on since.
    pub as_of_ms: i64,
    /// The shift.
    #[serde(flatten)]
    pub row: ShiftRow,
}

/// A sale or a return as a ticket shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TicketView {
    /// Number as printed.
    pub label: String,
    /// Name of the register.
    pub register: String,
    /// Name of the cashier.
    pub cashier: String,
    /// The sale.
    pub sale: Option<OrderView>,
    /// Or the return.
    pub returned: Option<ReturnRow>,
    /// Returns of the sale.
    pub returns: Vec<ReturnRow>,
    /// How much of each line has come back, thousandths.
    pub back: Vec<Quantity>,
    /// Which copy this is; 0 for the first paper.
    pub copy: u64,
    /// Settings that are printed: business and ticket texts.
    pub texts: BTreeMap<String, FieldValue>,
}

/// Stock of a product.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StockView {
    /// SKU.
    pub sku: String,
    /// Name.
    pub name: String,
    /// On the shelf, thousandths; below zero when more was sold than was known.
    pub shelf: Quantity,
    /// At other places.
    pub places: BTreeMap<String, Quantity>,
    /// What each device did to it, and how old what is known of it is.
    pub devices: Vec<StockByDevice>,
}

/// What one device did to a product's stock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StockByDevice {
    /// Its name.
    pub device: String,
    /// Sum of its movements, thousandths.
    pub moved: Quantity,
    /// Its last entry that is known here, Unix ms.
    pub as_of_ms: i64,
    /// Whether it is linked now: then nothing is older than moments.
    pub linked: bool,
}

/// A product that runs low.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LowStockView {
    /// SKU.
    pub sku: String,
    /// Name.
    pub name: String,
    /// On the shelf, thousandths.
    pub shelf: Quantity,
    /// The mark; none for a product without, which is below zero.
    pub mark: Option<Quantity>,
}

/// One row of a report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportRow {
    /// What it is about: a day, a name.
    pub of: String,
    /// Its sums.
    #[serde(flatten)]
    pub sums: SumRow,
}
