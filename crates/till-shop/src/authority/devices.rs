//! The devices: roles over time, and up to where each device counts.

use super::chain::Chain;
use super::verdict::{Need, Reason, Verdict, permits};
use super::{Item, Logs};
use std::collections::{BTreeMap, BTreeSet};
use till_schema::body::{AcceptTail, Body, DeviceAdd, EndOf, Role, RoleSet};
use till_schema::rows::DeviceRow;
use till_schema::{EntryHash, LogId, Seq};

/// A device, with all that is needed to judge its entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Device {
    pub(super) row: DeviceRow,
    /// The roles it joined with. They hold from its first entry on: a device
    /// has nothing to write before it joins, and the founder's own addition
    /// is among its first entries.
    pub(super) joined_with: Vec<Role>,
    pub(super) changes: Vec<RoleChange>,
    /// Its last entry that counts, when it is gone or has left.
    pub(super) end: Option<Seq>,
    /// The highest position that was accepted of it after its end.
    accepted: Seq,
    /// Its last entry that counts, by the suspensions that hold.
    pub(super) stop: Option<Seq>,
}

/// A change of roles.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct RoleChange {
    /// Its position in the chain.
    pub(super) at: Seq,
    pub(super) from: Vec<Role>,
    pub(super) to: Vec<Role>,
    /// The last entry that the old roles cover, whatever that entry knew.
    pub(super) cut: Seq,
    /// The same for what the change takes away: an accepted tail moves it on.
    pub(super) removal_cut: Seq,
}

impl Device {
    fn new(add: &DeviceAdd, ordinal: u32) -> Self {
        let roles = normal(&add.roles);
        let row = DeviceRow {
            log: add.log,
            name: add.name.clone(),
            roles: roles.clone(),
            ordinal,
            replaces: add.replaces,
            ended: None,
            suspended: false,
            retired: false,
        };
        Self {
            row,
            joined_with: roles,
            changes: Vec::new(),
            end: None,
            accepted: Seq(0),
            stop: None,
        }
    }

    fn set_roles(&mut self, set: &RoleSet, at: Seq) {
        let from = self.changes.last().map_or(&self.joined_with, |change| &change.to).clone();
        let to = normal(&set.roles);
        if self.row.ended.is_none() {
            self.row.roles.clone_from(&to);
        }
        self.changes.push(RoleChange { at, from, to, cut: set.cut, removal_cut: set.cut });
    }

    fn end(&mut self, end: &EndOf) {
        self.end = Some(self.end.map_or(end.at_seq, |known| known.min(end.at_seq)));
        self.row.ended = Some(end.reason);
        self.row.roles.clear();
    }

    fn accept_tail(&mut self, tail: &AcceptTail) {
        self.accepted = self.accepted.max(tail.to_seq);
        self.end = self.end.map(|known| known.max(tail.to_seq));
        for change in &mut self.changes {
            change.removal_cut = change.removal_cut.max(tail.to_seq);
        }
    }

    /// A device that has left has said its last word, unless more of it was
    /// accepted.
    fn leave(&mut self, at: Seq) {
        self.row.retired = true;
        let last = at.max(self.accepted);
        self.end = Some(self.end.map_or(last, |known| known.min(last)));
    }

    /// The verdict on an entry, suspensions left aside.
    pub(super) fn verdict_unstopped(&self, seq: Seq, admin_pos: Seq, need: Need) -> Verdict {
        if self.end.is_some_and(|end| end < seq) {
            return Verdict::Unentitled(Reason::Cut);
        }
        let mut permitted = permits(&self.joined_with, need);
        let mut cut = false;
        for change in &self.changes {
            match (permits(&change.from, need), permits(&change.to, need)) {
                (true, false) if change.removal_cut >= seq => {}
                // The entry knew that the right was gone.
                (true, false) if change.at <= admin_pos => permitted = false,
                (true, false) => cut = true,
                (false, true) if change.at <= admin_pos && change.cut < seq => permitted = true,
                (false, true) | (true, true) | (false, false) => {}
            }
        }
        match (permitted, cut) {
            (false, _) => Verdict::Unentitled(Reason::Role),
            (true, true) => Verdict::Unentitled(Reason::Cut),
            (true, false) => Verdict::Entitled,
        }
    }

    pub(super) fn verdict(&self, seq: Seq, admin_pos: Seq, need: Need) -> Verdict {
        match self.verdict_unstopped(seq, admin_pos, need) {
            Verdict::Entitled if self.stop.is_some_and(|stop| stop < seq) => {
                Verdict::Unentitled(Reason::Suspended)
            }
            verdict => verdict,
        }
    }
}

/// The devices that the chain has added, with what other logs say about them.
pub(super) fn fold(chain: &Chain, logs: &Logs) -> BTreeMap<LogId, Device> {
    let mut devices = BTreeMap::new();
    let mut lifted = BTreeSet::new();
    for (index, link) in chain.links.iter().enumerate() {
        let at = Seq(index as u64 + 1);
        administer(&mut devices, &mut lifted, at, &link.item.body);
    }
    retire(&mut devices, logs);
    suspend(&mut devices, &lifted, logs);
    devices
}

/// What one admin entry does to the devices.
fn administer(
    devices: &mut BTreeMap<LogId, Device>,
    lifted: &mut BTreeSet<EntryHash>,
    at: Seq,
    body: &Body,
) {
    match body {
        Body::DeviceAdd(add) => {
            let ordinal = devices.len() as u32;
            devices.entry(add.log).or_insert_with(|| Device::new(add, ordinal));
        }
        Body::RoleSet(set) => {
            if let Some(device) = devices.get_mut(&set.log) {
                device.set_roles(set, at);
            }
        }
        Body::EndOf(end) => {
            if let Some(device) = devices.get_mut(&end.log) {
                device.end(end);
            }
        }
        Body::AcceptTail(tail) => {
            if let Some(device) = devices.get_mut(&tail.log) {
                device.accept_tail(tail);
            }
        }
        Body::Reinstate(reinstate) => lifted.extend(&reinstate.suspensions),
        // The chain holds only kinds of the administration; these say nothing
        // of devices.
        _ => {}
    }
}

fn retire(devices: &mut BTreeMap<LogId, Device>, logs: &Logs) {
    for (log, device) in devices {
        let items = logs.get(log).into_iter().flatten();
        let ends = items.filter(|item| matches!(item.body, Body::LogEnd(_)));
        if let Some(first) = ends.map(|item| item.entry.seq).min() {
            device.leave(first);
        }
    }
}

/// Suspensions are judged without regard to suspensions, so that of two owners
/// who stop each other both are stopped, whoever is heard first.
fn suspend(devices: &mut BTreeMap<LogId, Device>, lifted: &BTreeSet<EntryHash>, logs: &Logs) {
    for item in logs.values().flatten() {
        let Body::Suspend(suspend) = &item.body else { continue };
        if lifted.contains(&item.entry.hash) || !may_suspend(devices, item) {
            continue;
        }
        if let Some(device) = devices.get_mut(&suspend.log) {
            device.row.suspended = true;
            device.stop = Some(device.stop.map_or(suspend.cut, |known| known.min(suspend.cut)));
        }
    }
}

fn may_suspend(devices: &BTreeMap<LogId, Device>, item: &Item) -> bool {
    devices.get(&item.entry.log).is_some_and(|writer| {
        let verdict = writer.verdict_unstopped(item.entry.seq, item.admin_pos, Need::Suspend);
        verdict == Verdict::Entitled
    })
}

fn normal(roles: &[Role]) -> Vec<Role> {
    roles.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}
