//! What a window shows: one immutable value, replaced when something changed.

use std::sync::Arc;
use till_node::command::{
    ConflictView, FiscalQueue, NumbersStatus, OrderView, ProductView, ShopView, SyncStatus,
    UserView,
};
use till_schema::LogId;
use till_schema::rows::CustomerRow;

/// The state of this device and, as far as it knows, of the shop.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Snapshot {
    /// Rises with every change.
    pub version: u64,
    /// The shop; `None` before its founding entry has arrived.
    pub shop: Option<ShopView>,
    /// This device's log.
    pub device: Option<LogId>,
    /// This device's name.
    pub device_name: String,
    /// All products that are not put away, by name. Shared until one changes.
    pub products: Arc<Vec<ProductView>>,
    /// All customers that are not put away, by name.
    pub customers: Arc<Vec<CustomerRow>>,
    /// The newest orders, newest first, at most [`RECENT_ORDERS`].
    pub orders: Arc<Vec<OrderView>>,
    /// All conflicts, open first.
    pub conflicts: Arc<Vec<ConflictView>>,
    /// Numbers this device holds.
    pub numbers: Vec<NumbersStatus>,
    /// Peers.
    pub sync: SyncStatus,
    /// Fiscal documents.
    pub fiscal: FiscalQueue,
    /// The people who may log in, by name, without their PINs' hashes.
    pub people: Arc<Vec<UserView>>,
    /// Whether the shop has people, so that somebody must log in.
    pub login_needed: bool,
    /// A fault that stops selling, in words that say what to do.
    pub fault: Option<String>,
}

/// Orders kept in a snapshot.
pub const RECENT_ORDERS: usize = 50;

/// The one lamp: what a glance at the till should tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lamp {
    /// Everything is on another device and at the authority.
    Green,
    /// Something is on its way, or numbers run low.
    Orange,
    /// Alone: no peer and no relay.
    Red,
}

impl Snapshot {
    /// Red: no peer linked and no relay up. Orange: something of ours is not
    /// yet elsewhere, documents wait, or numbers run low. Green: none of it.
    pub fn lamp(&self) -> Lamp {
        use till_node::command::RelayState;
        let linked = self.sync.peers.iter().any(|peer| peer.linked);
        let relay_up = self.fiscal.relay == RelayState::Up;
        if !linked && !relay_up {
            return Lamp::Red;
        }
        let alone =
            !self.sync.peers.is_empty() && self.sync.peers.iter().all(|peer| peer.they_lack > 0);
        let low = self.numbers.iter().any(|numbers| !numbers.advice.is_empty());
        if alone || self.fiscal.pending > 0 || low { Lamp::Orange } else { Lamp::Green }
    }

    /// How many conflicts wait for a person.
    pub fn open_conflicts(&self) -> usize {
        use till_node::command::ConflictStatus;
        self.conflicts.iter().filter(|c| c.status != ConflictStatus::Closed).count()
    }
}
