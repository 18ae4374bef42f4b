//! What goes wrong around honest devices, and what an owner does about it.

use super::{Device, Invariant, Log, Message, Mutant, World, log_id};
use crate::is_live;
use till_schema::body::{AssignProvisional, DeclareLost, EndOf, EndReason};
use till_schema::rows::{EntryRef, ProvisionalRow, Table, collect_rows};
use till_schema::{EntryHash, EntryId, Seq};

/// Most logs of a world, restored devices included.
const LOGS_MAX: usize = 8;

impl World {
    /// The owner says that a device is gone, which may be wrong: dead or alive.
    pub(super) fn end(&mut self, device: usize) {
        let log = self.devices[device].log;
        if self.logs[log].branch {
            return;
        }
        let known = self.devices[0].view.known(log);
        let at_hash = known
            .checked_sub(1)
            .map_or(EntryHash::ZERO, |last| self.logs[log].entries[last].entry.hash);
        let log = self.logs[log].id;
        let end = EndOf { log, at_seq: Seq(known as u64), at_hash, reason: EndReason::Lost };
        self.write(0, end.into());
        if self.is(Mutant::LostMintedAgain) {
            self.import(0, true, 1);
        }
    }

    pub(super) fn declare_lost(&mut self) {
        let rows = &self.devices[0].view.rows;
        let space = self.spaces[0];
        let lost = crate::audit(rows, space).lost.into_iter().next();
        if let Some((of, ranges)) = lost {
            let reference = "report 1".to_owned();
            self.write(0, DeclareLost { space, ranges, of, reference }.into());
        }
    }

    pub(super) fn assign(&mut self, to: usize) {
        let rows = &self.devices[0].view.rows;
        let open = collect_rows::<ProvisionalRow>(rows, Table::Provisionals, &[])
            .into_iter()
            .find(|(_, row)| row.fiscalised.is_empty() && !is_live(rows, row.by));
        if let Some((_, row)) = open {
            let EntryRef { log, seq, hash, .. } = row.entry;
            let to = self.me(to);
            self.write(0, AssignProvisional { sale: EntryId { log, seq, hash }, to }.into());
        }
    }

    pub(super) fn send(&mut self, from: usize, to: usize, log: u8, count: u8) {
        let log = log as usize % self.logs.len();
        let known = self.devices[from].view.known(log);
        let start = self.devices[to].view.known(log).min(known);
        let end = known.min(start + 1 + count as usize % 4);
        self.network.push(Message { to, log, start, end });
    }

    pub(super) fn receive(&mut self, pick: u8, again: bool) {
        if let Some(message) = self.take_message(pick) {
            self.deliver(&message);
            if again {
                self.network.push(message);
            }
        }
    }

    pub(super) fn take_message(&mut self, pick: u8) -> Option<Message> {
        let count = self.network.len();
        (count > 0).then(|| self.network.swap_remove(pick as usize % count))
    }

    /// The rows are lost and folded again from the logs.
    pub(super) fn crash(&mut self, device: usize) {
        let view = &self.devices[device].view;
        let again = view.refolded(&self.logs, self.config.mutant);
        let same = again.digest() == view.digest() && again.knows == view.knows;
        if !same && self.config.mutant.is_none() {
            self.fault(Invariant::SameRows, format!("device {device} folds to other rows"));
        }
    }

    pub(super) fn restore(&mut self, any: usize, device: usize, peer: usize) {
        if self.is(Mutant::RestoreGoesOn) || self.is(Mutant::RestoreAdoptsTail) {
            return self.restore_and_go_on(any, peer);
        }
        if self.devices[device].backup.is_none() || self.logs.len() >= LOGS_MAX {
            return;
        }
        // The fence has seen it: a new key, a new log, and nothing held.
        let log = self.logs.len();
        self.logs.push(Log { id: log_id(log), entries: Vec::new(), branch: false });
        let view = self.devices[device].backup.take().unwrap();
        self.devices[device] = Device { log, view, retired: false, backup: None };
        self.admit(log);
        self.sync(0, device);
    }

    pub(super) fn restore_and_go_on(&mut self, device: usize, peer: usize) {
        let (old, count) = (self.devices[device].log, self.logs.len());
        if self.devices[device].backup.is_none() || self.logs[old].branch || count >= LOGS_MAX {
            return;
        }
        let mut view = self.devices[device].backup.clone().unwrap();
        if self.is(Mutant::RestoreAdoptsTail) {
            let known = self.devices[peer].view.known(old);
            let have = view.known(old);
            if known <= have {
                return; // No peer knows better than the back-up.
            }
            for written in &self.logs[old].entries[have..known] {
                if !view.has_all(written) {
                    break;
                }
                view.apply(old, written, self.config.mutant);
            }
        }
        let entries = self.logs[old].entries[..view.known(old)].to_vec();
        view.set_known(count, entries.len());
        self.logs.push(Log { id: self.logs[old].id, entries, branch: true });
        self.devices[device] = Device { log: count, view, retired: false, backup: None };
    }
}
