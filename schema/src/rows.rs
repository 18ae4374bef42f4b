//! Projection rows: what the books keep of the entries, and the door through
//! which the pure folds read and write them.
//!
//! Rows are derived; deleting them all and folding the logs again gives the
//! same bytes. A row never depends on the order in which entries of different
//! logs arrived.

mod day;
mod memory;
mod shapes;

pub use day::*;
pub use memory::MemoryRows;
pub use shapes::*;

/// A table of projection rows. Names on disk are [`Table::name`]; a change of
/// a row's meaning takes a new name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Table {
    /// Log → last position applied. Key: log.
    Applied,
    /// The writer's wall clock at the last entry applied of a log, Unix ms. Key: log.
    LastWall,
    /// Devices. Key: log.
    Devices,
    /// Entries about who may do what, from which authority is computed. Key: log, position.
    Admin,
    /// Logs with two histories. Key: log.
    Forks,
    /// People. Key: user.
    Users,
    /// Wrong PINs. Key: user. Local.
    PinTries,
    /// The shop. Key: empty.
    Shop,
    /// Automerge actor → log. Key: actor.
    Actors,
    /// Automerge change → entry. Key: change hash.
    Changes,
    /// Changes of devices without the right to them; they take effect if a
    /// change that counts builds on them. Key: the first four bytes of the
    /// change's hash, entry hash.
    Withheld,
    /// Snapshot of each document. Key: document. Local: not in any digest.
    Snapshots,
    /// Changes since the snapshot. Key: document, ordinal. Local.
    SnapshotTail,
    /// Who set a field when. Key: document, object, field, wall time, entry hash.
    History,
    /// Products. Key: product.
    Products,
    /// Customers. Key: customer.
    Customers,
    /// Settings. Key: name.
    Settings,
    /// Fields with several values. Key: document, object, field.
    FieldConflicts,
    /// Spaces. Key: space.
    Spaces,
    /// What one log holds, minted, issued, voided, gave. Key: space, log.
    Holdings,
    /// Cedes and custody on their way. Key: giver, giver's position.
    InTransit,
    /// Validity of numbers by resolution. Key: space, entry hash.
    Windows,
    /// Provisional sales. Key: entry hash of the sale.
    Provisionals,
    /// Numbers issued by one log on one civil day. Key: space, log, day (big
    /// endian, offset by 2³¹).
    Pace,
    /// Sales by number; two rows for one number are a duplicate. Key: space, number, entry hash.
    Numbers,
    /// Orders. Key: order.
    Orders,
    /// Orders by time. Key: sold at, order.
    OrdersByTime,
    /// Stock of a product as moved by one log. Key: product, log.
    Stock,
    /// Money by currency, tender and log. Key: log, currency, tender.
    Payments,
    /// Returns. Key: return.
    Returns,
    /// Returns by order. Key: order, return.
    ReturnsOf,
    /// Carts that wait or waited. Key: cart.
    HeldCarts,
    /// Carts that wait. Key: cart.
    OpenCarts,
    /// Shifts. Key: shift.
    Shifts,
    /// The open shift of a log. Key: log.
    OpenShifts,
    /// Shifts in order. Key: log, number.
    ShiftsByNumber,
    /// What a customer owes, as one log changed it, minor units. Key: customer, log.
    Balances,
    /// Debts paid. Key: payment.
    AccountPayments,
    /// Times a ticket was printed again by a log. Key: order, log.
    Copies,
    /// Sums for reports. Key: dimension, day (big endian, offset by 2³¹), the dimension’s own key.
    Sums,
    /// Orders by total. Key: total, sold at, order.
    OrdersByAmount,
    /// Orders by customer. Key: customer, sold at, order.
    OrdersByCustomer,
    /// Orders by product. Key: product, sold at, order.
    OrdersByProduct,
    /// How many documents have an outcome. Key: outcome (0 none, 1 refused, 2 accepted), log.
    FiscalCounts,
    /// Stock by place of the shop. Key: product, place, zero byte, log.
    Places,
    /// Fiscal documents. Key: code.
    Documents,
    /// Documents without a final answer, in order. Key: space, log, number, code.
    Unsettled,
    /// Products by code. Key: code, zero byte, product.
    ProductCodes,
    /// Customers by identity. Key: kind, colon, number, zero byte, customer.
    CustomerTaxIds,
    /// Subjects whose facts disagree now. Key: conflict kind's number, subject.
    Suspects,
    /// Resolutions. Key: conflict key, entry hash.
    Resolutions,
    /// Entries no device can apply. Key: entry hash.
    Malformed,
    /// Anything odd a fold met. Key: entry hash, ordinal.
    Anomalies,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 53] = [
        Self::Applied,
        Self::LastWall,
        Self::Devices,
        Self::Admin,
        Self::Forks,
        Self::Users,
        Self::PinTries,
        Self::Shop,
        Self::Actors,
        Self::Changes,
        Self::Withheld,
        Self::Snapshots,
        Self::SnapshotTail,
        Self::History,
        Self::Products,
        Self::Customers,
        Self::Settings,
        Self::FieldConflicts,
        Self::Spaces,
        Self::Holdings,
        Self::InTransit,
        Self::Windows,
        Self::Provisionals,
        Self::Pace,
        Self::Numbers,
        Self::Orders,
        Self::OrdersByTime,
        Self::Stock,
        Self::Payments,
        Self::Returns,
        Self::ReturnsOf,
        Self::HeldCarts,
        Self::OpenCarts,
        Self::Shifts,
        Self::OpenShifts,
        Self::ShiftsByNumber,
        Self::Balances,
        Self::AccountPayments,
        Self::Copies,
        Self::Sums,
        Self::OrdersByAmount,
        Self::OrdersByCustomer,
        Self::OrdersByProduct,
        Self::FiscalCounts,
        Self::Places,
        Self::Documents,
        Self::Unsettled,
        Self::ProductCodes,
        Self::CustomerTaxIds,
        Self::Suspects,
        Self::Resolutions,
        Self::Malformed,
        Self::Anomalies,
    ];

    /// The table's name on disk, with the version of its rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied_v1",
            Self::LastWall => "last_wall_v1",
            Self::Devices => "devices_v2",
            Self::Admin => "admin_v1",
            Self::Forks => "forks_v1",
            Self::Users => "users_v1",
            Self::PinTries => "pin_tries_v1",
            Self::Shop => "shop_v1",
            Self::Actors => "actors_v1",
            Self::Changes => "changes_v1",
            Self::Withheld => "withheld_v1",
            Self::Snapshots => "snapshots_v1",
            Self::SnapshotTail => "snapshot_tail_v1",
            Self::History => "history_v1",
            Self::Products => "products_v2",
            Self::Customers => "customers_v2",
            Self::Settings => "settings_v1",
            Self::FieldConflicts => "field_conflicts_v1",
            Self::Spaces => "spaces_v2",
            Self::Holdings => "holdings_v2",
            Self::InTransit => "in_transit_v2",
            Self::Windows => "windows_v1",
            Self::Provisionals => "provisionals_v1",
            Self::Pace => "pace_v1",
            Self::Numbers => "numbers_v1",
            Self::Orders => "orders_v3",
            Self::OrdersByTime => "orders_by_time_v1",
            Self::Stock => "stock_v1",
            Self::Payments => "payments_v1",
            Self::Returns => "returns_v1",
            Self::ReturnsOf => "returns_of_v1",
            Self::HeldCarts => "held_carts_v1",
            Self::OpenCarts => "open_carts_v1",
            Self::Shifts => "shifts_v1",
            Self::OpenShifts => "open_shifts_v1",
            Self::ShiftsByNumber => "shifts_by_number_v1",
            Self::Balances => "balances_v1",
            Self::AccountPayments => "account_payments_v1",
            Self::Copies => "copies_v1",
            Self::Sums => "sums_v1",
            Self::OrdersByAmount => "orders_by_amount_v1",
            Self::OrdersByCustomer => "orders_by_customer_v1",
            Self::OrdersByProduct => "orders_by_product_v1",
            Self::FiscalCounts => "fiscal_counts_v1",
            Self::Places => "places_v1",
            Self::Documents => "documents_v1",
            Self::Unsettled => "unsettled_v1",
            Self::ProductCodes => "product_codes_v1",
            Self::CustomerTaxIds => "customer_tax_ids_v1",
            Self::Suspects => "suspects_v1",
            Self::Resolutions => "resolutions_v1",
            Self::Malformed => "malformed_v1",
            Self::Anomalies => "anomalies_v1",
        }
    }

    /// The projection whose digest covers the table; `None` for local tables.
    pub const fn projection(self) -> Option<&'static str> {
        match self {
            Self::Snapshots | Self::SnapshotTail | Self::PinTries => None,
            Self::Applied | Self::LastWall => Some("applied"),
            Self::Devices | Self::Admin | Self::Forks | Self::Users | Self::Shop | Self::Actors => {
                Some("shop")
            }
            Self::Changes
            | Self::Withheld
            | Self::History
            | Self::Products
            | Self::Customers
            | Self::Settings
            | Self::ProductCodes
            | Self::CustomerTaxIds
            | Self::FieldConflicts => Some("catalogue"),
            Self::Spaces
            | Self::Holdings
            | Self::InTransit
            | Self::Windows
            | Self::Provisionals
            | Self::Pace
            | Self::Numbers => Some("numbers"),
            Self::Orders
            | Self::OrdersByTime
            | Self::Stock
            | Self::Payments
            | Self::Returns
            | Self::ReturnsOf
            | Self::HeldCarts
            | Self::OpenCarts
            | Self::Shifts
            | Self::OpenShifts
            | Self::ShiftsByNumber
            | Self::Balances
            | Self::AccountPayments
            | Self::Copies
            | Self::Sums
            | Self::OrdersByAmount
            | Self::OrdersByCustomer
            | Self::OrdersByProduct
            | Self::Places => Some("books"),
            Self::Documents | Self::Unsettled | Self::FiscalCounts => Some("fiscal"),
            Self::Suspects | Self::Resolutions | Self::Malformed | Self::Anomalies => {
                Some("conflicts")
            }
        }
    }
}

/// The rows as a fold sees them.
///
/// Reading and writing do not fail here: a database that fails latches its
/// error, answers as if empty, and refuses the commit, so a fold's result is
/// never used after a failure.
pub trait Rows {
    /// The value under a key.
    fn get(&self, table: Table, key: &[u8]) -> Option<Vec<u8>>;

    /// Writes a value.
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]);

    /// Removes a key, if it is there.
    fn delete(&mut self, table: Table, key: &[u8]);

    /// Visits all rows whose key starts with `prefix`, from the given key on,
    /// in rising key order, until the visitor answers `false`.
    fn scan_from(
        &self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    );

    /// Visits all rows whose key starts with `prefix`, in falling key order,
    /// until the visitor answers `false`.
    fn scan_back(&self, table: Table, prefix: &[u8], visit: &mut dyn FnMut(&[u8], &[u8]) -> bool);

    /// Visits all rows whose key starts with `prefix`, rising.
    fn scan(&self, table: Table, prefix: &[u8], visit: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        self.scan_from(table, prefix, prefix, visit);
    }
}

/// Reads and decodes a row.
///
/// # Panics
/// When the row is not of the type: rows are only written by [`put_row`].
pub fn get_row<T: for<'a> minicbor::Decode<'a, ()>>(
    rows: &dyn Rows,
    table: Table,
    key: &[u8],
) -> Option<T> {
    rows.get(table, key).map(|bytes| decode_row(table, &bytes))
}

/// Encodes and writes a row.
pub fn put_row<T: minicbor::Encode<()>>(rows: &mut dyn Rows, table: Table, key: &[u8], row: &T) {
    rows.put(table, key, &crate::to_bytes(row));
}

/// Decodes a row met in a scan.
///
/// # Panics
/// When the row is not of the type.
pub fn decode_row<T: for<'a> minicbor::Decode<'a, ()>>(table: Table, bytes: &[u8]) -> T {
    crate::from_bytes(bytes)
        .unwrap_or_else(|error| panic!("row of {} does not decode: {error}", table.name()))
}

/// All rows under a prefix, decoded, with their keys.
pub fn collect_rows<T: for<'a> minicbor::Decode<'a, ()>>(
    rows: &dyn Rows,
    table: Table,
    prefix: &[u8],
) -> Vec<(Vec<u8>, T)> {
    let mut found = Vec::new();
    rows.scan(table, prefix, &mut |key, value| {
        found.push((key.to_vec(), decode_row(table, value)));
        true
    });
    found
}

/// Digest of each projection: blake3 over its tables' rows in key order. Equal
/// on all devices that have applied the same entries.
pub fn digests(rows: &dyn Rows) -> std::collections::BTreeMap<&'static str, String> {
    let mut hashers = std::collections::BTreeMap::new();
    for table in Table::ALL {
        let Some(projection) = table.projection() else { continue };
        let hasher = hashers
            .entry(projection)
            .or_insert_with(|| blake3::Hasher::new_derive_key("tillmesh projection v1"));
        hasher.update(table.name().as_bytes());
        rows.scan(table, &[], &mut |key, value| {
            hasher.update(&(key.len() as u64).to_le_bytes());
            hasher.update(key);
            hasher.update(&(value.len() as u64).to_le_bytes());
            hasher.update(value);
            true
        });
    }
    hashers
        .into_iter()
        .map(|(name, hasher)| (name, hasher.finalize().to_hex().to_string()))
        .collect()
}

/// Joins parts of a key. Fixed-length parts need no separator.
pub fn key(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Notes something odd about an entry; the same facts give the same row.
pub fn put_anomaly(rows: &mut dyn Rows, entry: &EntryRef, what: &str) {
    let digest = blake3::hash(what.as_bytes());
    let key = key(&[&entry.hash.0, &digest.as_bytes()[..8]]);
    put_row(rows, Table::Anomalies, &key, &AnomalyRow { entry: *entry, what: what.to_owned() });
}

/// The subjects of a kind whose facts disagree now, rising.
pub fn suspects(rows: &dyn Rows, kind: crate::body::ConflictKind) -> Vec<String> {
    let mut subjects = Vec::new();
    rows.scan(Table::Suspects, &[kind as u8], &mut |key, _| {
        subjects.extend(std::str::from_utf8(&key[1..]).map(str::to_owned));
        true
    });
    subjects
}

/// Says whether a subject's facts disagree now.
pub fn set_suspect(rows: &mut dyn Rows, kind: crate::body::ConflictKind, subject: &str, on: bool) {
    let key = key(&[&[kind as u8], subject.as_bytes()]);
    if on {
        rows.put(Table::Suspects, &key, &[]);
    } else {
        rows.delete(Table::Suspects, &key);
    }
}
