//! Who administers, which devices there are, and what each may do: a function
//! of the set of entries about rights.

mod chain;
mod devices;
mod refold;
mod store;
mod verdict;

pub use refold::must_refold;
pub use store::{is_admin, load, record, write_devices};
pub use verdict::{Need, Reason, Verdict, need_of};

use chain::Chain;
use devices::Device;
use std::collections::{BTreeMap, BTreeSet};
use till_schema::body::Body;
use till_schema::rows::{AdminRow, DeviceRow, EntryRef};
use till_schema::{EntryHash, EntryId, LogId, Seq, ShopId};

/// The shop as its entries about rights have it.
///
/// The *chain* is the list of admin entries that have effect, over all epochs.
/// An epoch is a run of entries of one log: it begins with the founding, with
/// an accepted move, or with a recovery. A position in the chain counts from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authority {
    chain: Chain,
    in_chain: BTreeSet<EntryHash>,
    devices: BTreeMap<LogId, Device>,
}

/// An entry about rights, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Item {
    pub(crate) entry: EntryRef,
    pub(crate) admin_pos: Seq,
    pub(crate) body: Body,
}

impl Item {
    pub(crate) fn id(&self) -> EntryId {
        id_of(&self.entry)
    }
}

/// Entries about rights by log, rising by position, then hash.
pub(crate) type Logs = BTreeMap<LogId, Vec<Item>>;

impl Authority {
    /// Computes the authority of a shop. The order of the entries does not
    /// matter, nor does it that some have not arrived: those that depend on a
    /// missing one have no effect yet.
    pub fn compute<'a>(
        shop: ShopId,
        founder: LogId,
        entries: impl IntoIterator<Item = &'a AdminRow>,
    ) -> Self {
        let logs = read(entries);
        let chain = chain::walk(shop, founder, &logs);
        let in_chain = chain.links.iter().map(|link| link.item.entry.hash).collect();
        let devices = devices::fold(&chain, &logs);
        Self { chain, in_chain, devices }
    }

    /// How many entries the chain has; what a new entry's header quotes.
    pub fn len(&self) -> Seq {
        Seq(self.chain.links.len() as u64)
    }

    /// Whether no founding entry has been seen.
    pub fn is_empty(&self) -> bool {
        self.chain.links.is_empty()
    }

    /// Whether an admin entry has effect.
    pub fn contains(&self, hash: &EntryHash) -> bool {
        self.in_chain.contains(hash)
    }

    /// Whose next admin entry counts. While [`moving_to`](Self::moving_to)
    /// names a receiver only its accept does, and this is still the giver.
    pub fn admin(&self) -> LogId {
        self.chain.admin
    }

    /// The receiver of a move of the administration that has not accepted it.
    pub fn moving_to(&self) -> Option<LogId> {
        self.chain.moving_to
    }

    /// Number of the administration, from 0.
    pub fn epoch(&self) -> u64 {
        self.chain.epoch
    }

    /// The last entry of the chain, for the cut of a recovery. `None` before
    /// the founding entry has been seen.
    pub fn last(&self) -> Option<EntryId> {
        self.chain.links.last().map(|link| link.item.id())
    }

    /// All recoveries of epochs that were recovered more than once, rising by
    /// hash. Empty in a shop whose administration was never in doubt.
    pub fn admin_fork(&self) -> &[EntryRef] {
        &self.chain.fork
    }

    /// The devices, in the order in which they joined.
    pub fn devices(&self) -> Vec<DeviceRow> {
        let mut rows: Vec<DeviceRow> = self.devices.values().map(|one| one.row.clone()).collect();
        rows.sort_by_key(|row| row.ordinal);
        rows
    }

    /// One device.
    pub fn device(&self, log: LogId) -> Option<&DeviceRow> {
        self.devices.get(&log).map(|device| &device.row)
    }

    /// Whether a log is or was of a device of the shop.
    pub fn is_known(&self, log: LogId) -> bool {
        self.devices.contains_key(&log)
    }

    /// Whether a device takes part in the shop.
    pub fn is_live(&self, log: LogId) -> bool {
        self.device(log).is_some_and(DeviceRow::is_live)
    }
}

/// Decodes and sorts the entries. Those that do not decode have no effect.
fn read<'a>(entries: impl IntoIterator<Item = &'a AdminRow>) -> Logs {
    let mut logs = Logs::new();
    for row in entries {
        if let Ok(Some(body)) = Body::decode(row.kind, &row.body) {
            let item = Item { entry: row.entry, admin_pos: row.admin_pos, body };
            logs.entry(row.entry.log).or_default().push(item);
        }
    }
    for items in logs.values_mut() {
        items.sort_by_key(|item| (item.entry.seq, item.entry.hash));
        items.dedup_by_key(|item| item.entry.hash);
    }
    logs
}

pub(crate) fn id_of(entry: &EntryRef) -> EntryId {
    EntryId { log: entry.log, seq: entry.seq, hash: entry.hash }
}
