//! Looking at what devices show, and at whether they agree.

use super::world::World;
use crate::Node;
use crate::command::{
    Choice, Command, CommandError, ConflictStatus, ConflictView, DeviceView, FiscalQueue,
    NumbersAudit, NumbersStatus, OrderView, Reply, Sold, SyncStatus,
};
use std::collections::BTreeMap;
use till_schema::body::{ConflictKey, ConflictKind};
use till_schema::rows::{HistoryRow, ProductRow, digests};

impl World {
    pub(crate) fn numbers(&self, device: usize) -> Vec<NumbersStatus> {
        self.node(device).numbers_status(&self.tills[device].rows, self.now(device))
    }

    pub(crate) fn node(&self, device: usize) -> &Node {
        self.tills[device].node.as_ref().expect("the device runs")
    }

    /// Devices that run.
    /// A device as a device sees it.
    pub(crate) fn view(&mut self, device: usize, of: usize) -> DeviceView {
        let log = self.tills[of].log;
        match self.ask(device, Command::Devices) {
            Ok(Reply::Devices(views)) => {
                let found = views.into_iter().find(|view| view.log == log);
                found.unwrap_or_else(|| panic!("device {device} does not know {of}"))
            }
            other => panic!("no devices: {other:?}"),
        }
    }

    /// How many conflicts of a kind are open.
    pub(crate) fn count_of(&self, device: usize, kind: ConflictKind) -> usize {
        self.unsolved(device).iter().filter(|key| key.kind == kind).count()
    }

    pub(crate) fn running(&self) -> Vec<usize> {
        (0..self.tills.len()).filter(|device| self.tills[*device].node.is_some()).collect()
    }

    pub(crate) fn sold(&mut self, device: usize, command: Command) -> Sold {
        match self.ask(device, command) {
            Ok(Reply::Sold(sold)) => sold,
            other => panic!("not sold: {other:?}"),
        }
    }

    pub(crate) fn digests(&self, device: usize) -> BTreeMap<&'static str, String> {
        digests(&self.tills[device].rows)
    }

    pub(crate) fn conflicts(&self, device: usize) -> Vec<ConflictView> {
        self.node(device).conflicts(&self.tills[device].rows)
    }

    /// Keys of the conflicts that are not closed.
    pub(crate) fn unsolved(&self, device: usize) -> Vec<ConflictKey> {
        let views = self.conflicts(device).into_iter();
        views.filter(|view| view.status != ConflictStatus::Closed).map(|view| view.key).collect()
    }

    /// The one conflict of a kind.
    pub(crate) fn conflict(&self, device: usize, kind: ConflictKind) -> ConflictView {
        let mut found: Vec<_> =
            self.conflicts(device).into_iter().filter(|view| view.kind() == kind).collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        found.remove(0)
    }

    pub(crate) fn resolve(
        &mut self,
        device: usize,
        conflict: &ConflictKey,
        choice: Choice,
    ) -> Result<Reply, CommandError> {
        let (conflict, note) = (conflict.clone(), String::new());
        self.ask(device, Command::Resolve { conflict, choice, note })
    }

    pub(crate) fn product(&self, device: usize, code: &str) -> ProductRow {
        let found = self.node(device).product(&self.tills[device].rows, code);
        found.unwrap_or_else(|error| panic!("device {device}: {error}"))
    }

    pub(crate) fn price(&self, device: usize, code: &str) -> i64 {
        self.product(device, code).price
    }

    /// Whole pieces.
    pub(crate) fn stock(&self, device: usize, code: &str) -> i64 {
        till_books::stock(&self.tills[device].rows, self.product(device, code).id).0 / 1000
    }

    pub(crate) fn history(&mut self, device: usize, code: &str, field: &str) -> Vec<HistoryRow> {
        let (code, field) = (code.to_owned(), field.to_owned());
        match self.ask(device, Command::History { code, field }) {
            Ok(Reply::History(steps)) => steps,
            other => panic!("no history: {other:?}"),
        }
    }

    pub(crate) fn orders(&self, device: usize) -> Vec<OrderView> {
        self.node(device).orders(&self.tills[device].rows, usize::MAX)
    }

    pub(crate) fn audit(&mut self, device: usize) -> NumbersAudit {
        match self.ask(device, Command::NumbersAudit) {
            Ok(Reply::NumbersAudit(mut audits)) if audits.len() == 1 => audits.remove(0),
            other => panic!("no audit of one space: {other:?}"),
        }
    }

    /// How many numbers a device holds, by its own books.
    pub(crate) fn held(&self, device: usize) -> u64 {
        self.numbers(device)[0].held
    }

    pub(crate) fn queue(&self, device: usize) -> FiscalQueue {
        self.node(device).fiscal_queue(&self.tills[device].rows)
    }

    pub(crate) fn sync(&self, device: usize) -> SyncStatus {
        self.node(device).sync_status()
    }

    /// All running devices have the same books and conflicts, hold nothing
    /// back, and every number is in one place.
    pub(crate) fn assert_agree(&mut self) {
        self.assert_alike();
        let first = self.running()[0];
        for audit in self.audits(first) {
            assert!(audit.balances(), "{audit:#?}");
        }
    }

    /// The same where numbers may have been sold twice.
    pub(crate) fn assert_alike(&mut self) {
        let running = self.running();
        let first = running[0];
        let (digests, conflicts) = (self.digests(first), self.conflicts(first));
        let audits = self.audits(first);
        for device in running {
            assert_eq!(self.sync(device).gated, 0, "device {device} waits for entries");
            assert_eq!(self.digests(device), digests, "device {device} has other books");
            assert_eq!(self.conflicts(device), conflicts, "device {device} lists other conflicts");
            assert_eq!(self.audits(device), audits, "device {device} counts other numbers");
        }
    }

    /// The audit of every space.
    pub(crate) fn audits(&mut self, device: usize) -> Vec<NumbersAudit> {
        match self.ask(device, Command::NumbersAudit) {
            Ok(Reply::NumbersAudit(audits)) => audits,
            other => panic!("no audit: {other:?}"),
        }
    }

    /// The conflict is in this state on every device.
    pub(crate) fn assert_everywhere(&self, conflict: &ConflictKey, status: ConflictStatus) {
        for device in self.running() {
            let views = self.conflicts(device);
            let view = views.iter().find(|view| view.key == *conflict);
            let view = view.unwrap_or_else(|| panic!("device {device} does not know {conflict:?}"));
            assert_eq!(view.status, status, "on device {device}: {view:#?}");
        }
    }
}
