//! After the story: everything that went wrong ends, every device that may
//! comes back, and the shop has to come to rest within a bound.

use super::effects::Pending;
use super::queue::Due;
use super::{How, World};
use crate::device::{Advanced, Off, WrongClock};
use crate::violation::Promise;
use std::collections::{BTreeMap, BTreeSet};
use till_node::Input;
use till_node::command::Command;
use till_schema::rows::{DeviceRow, Rows, Table, collect_rows, get_row};
use till_schema::{EntryHash, LogId, Seq};

/// It is looked so often whether the shop is at rest, ms.
const LOOK_EVERY_MS: u64 = 2_000;
/// It is at rest when it was found so often in a row.
const AT_REST: u32 = 3;
/// Each of two machines with one key is alone with the others for so long, ms.
const TWIN_VISIT_MS: u64 = 120_000;
/// A link with more than so much on its way is opened anew, ms.
const BACKLOG_MS: u64 = 2_000;
/// Idle moments of the night in which books are read through.
const QUIET_MOMENTS: u32 = 100;
/// A partition of the settling, which no fault has.
const SETTLING: u64 = u64::MAX;

/// How far entries of each log are applied.
type Applied = BTreeMap<LogId, (Seq, EntryHash)>;

impl World {
    /// Ends the story.
    pub fn settle(&mut self) {
        self.quiet = true;
        self.all_faults_end();
        self.relay.down = 0;
        self.relay.authority_down = 0;
        self.relay.slower_ms = 0;
        let settings = self.relay.settings();
        (settings.loses, settings.busy, settings.twice, settings.mixes_up) = (0.0, 0.0, 0.0, 0.0);
        for index in 0..self.devices.len() {
            self.devices[index].clock = WrongClock::default();
            if self.devices[index].disk.crashed() {
                continue;
            }
            self.devices[index].disk.free();
        }
        for (a, b) in self.net.becomes_quick(self.now_ms, BACKLOG_MS) {
            self.drop_link(a, b, "opened anew");
        }
        self.start_all();
        self.read_rotten_books();
        self.network_changed(false);
        self.relay_is_back();
        self.both_twins_tell();
        let within = self.scenario.converge_within.as_ms();
        let (mut deadline, mut pending) = (self.now_ms + within, u64::MAX);
        let mut calm = 0;
        let mut trouble = String::new();
        while calm < AT_REST {
            if self.now_ms >= deadline {
                return self.violate(Promise::Liveness, "comes-to-agree", None, trouble);
            }
            self.run_until(self.now_ms + LOOK_EVERY_MS);
            self.start_all();
            self.mend();
            // A series goes one by one: a long one takes its time, if it goes on.
            let left = self.documents_pending();
            if left < pending {
                (deadline, pending) = (deadline.max(self.now_ms + within / 2), left);
            }
            match self.unrest() {
                None => calm += 1,
                Some(why) => (calm, trouble) = (0, why),
            }
        }
    }

    /// A quiet night: idle devices read their books through, and those that
    /// rotted stop and are started again.
    fn read_rotten_books(&mut self) {
        for index in std::mem::take(&mut self.rotten_books) {
            for _ in 0..QUIET_MOMENTS {
                if !self.devices[index].is_running() || self.devices[index].is_stopped() {
                    break;
                }
                if let Advanced::Done(effects) = self.devices[index].rest() {
                    self.carry_out(index, effects);
                }
            }
        }
    }

    /// People let devices join again that must not or cannot go on under their
    /// key. Without that, one that was set back lacks the end of its own log,
    /// and with it whatever saw that, for ever: so it is meant.
    fn mend(&mut self) {
        let in_need: Vec<usize> = (0..self.devices.len())
            .filter(|index| {
                let device = &self.devices[*index];
                let broken = matches!(device.running, Err(Off::Broken(_)));
                broken || (device.is_running() && device.quarantine.is_some())
            })
            .filter(|index| !self.mended.contains(&self.devices[*index].log))
            .collect();
        let suspended = self.suspended();
        if (in_need.is_empty() && suspended.is_empty()) || !self.somebody_administers() {
            return;
        }
        // What a stopped device sold is known to nobody until it may come back.
        for log in suspended {
            self.mended.insert(log);
            let command = Command::Reinstate { device: log.to_string() };
            self.tell(self.admin, command, Pending::Other("reinstate"));
        }
        for index in in_need {
            self.mended.insert(self.devices[index].log);
            self.join_again(index);
        }
    }

    /// Devices that an owner stopped and that were not let back yet, as any
    /// device knows: one that is stopped itself is told nothing.
    fn suspended(&self) -> BTreeSet<LogId> {
        let mut stopped = BTreeSet::new();
        for books in (0..self.devices.len()).filter_map(|index| self.books(index)) {
            let rows = collect_rows::<DeviceRow>(books, Table::Devices, &[]);
            let rows = rows.into_iter().map(|(_, row)| row).filter(|row| row.suspended);
            stopped.extend(rows.map(|row| row.log));
        }
        stopped.retain(|log| !self.mended.contains(log));
        stopped
    }

    /// Whether the device that administers can let others in; else another
    /// takes the administration with the words on the paper.
    fn somebody_administers(&mut self) -> bool {
        let suspended = self.suspended();
        let sound = |device: &crate::device::Device| {
            device.quarantine.is_none()
                && !suspended.contains(&device.log)
                && device.running.as_ref().is_ok_and(|running| running.node.fault().is_none())
        };
        if sound(&self.devices[self.admin]) {
            return true;
        }
        let next = self.participants().into_iter().find(|index| sound(&self.devices[*index]));
        if let Some(next) = next.filter(|index| self.recovers.insert(*index)) {
            let language = till_shop::recovery::WordLanguage::Spanish;
            let words = till_shop::recovery::phrase(&super::setup::RECOVERY, language);
            self.tell(next, Command::Recover { words }, Pending::Recover);
        }
        false
    }

    fn start_all(&mut self) {
        for index in 0..self.devices.len() {
            if self.devices[index].is_waiting() {
                self.after(10, Due::Start { device: index });
            }
        }
    }

    fn relay_is_back(&mut self) {
        for index in 0..self.devices.len() {
            self.input(index, Input::RelayChanged);
        }
    }

    /// Two machines with one key cannot both be linked to a peer. One after the
    /// other is among the others, then the copy is switched off for good.
    fn both_twins_tell(&mut self) {
        let twins: Vec<(usize, usize)> = (0..self.devices.len())
            .filter_map(|copy| Some((self.devices[copy].twin_of?, copy)))
            .filter(|(first, copy)| self.devices[*first].log == self.devices[*copy].log)
            .collect();
        if twins.is_empty() {
            return;
        }
        self.run_until(self.now_ms + LOOK_EVERY_MS * 5);
        for side in [0, 1, 0] {
            let out: BTreeSet<usize> =
                twins.iter().map(|(a, b)| if side == 0 { *b } else { *a }).collect();
            let island = (0..self.devices.len()).filter(|index| !out.contains(index)).collect();
            self.net.part(SETTLING, vec![island]);
            self.network_changed(false);
            self.run_until(self.now_ms + TWIN_VISIT_MS);
            self.start_all();
            self.net.heal(SETTLING);
        }
        for (_, copy) in twins {
            if self.devices[copy].is_running() {
                self.stop(copy, How::Closed, Off::Gone);
            }
            self.devices[copy].running = Err(Off::Gone);
        }
        self.network_changed(false);
    }

    /// The devices that must agree: those that run and, by the shop's own
    /// books, take part in it. One that must join again is none until it has.
    pub fn participants(&self) -> Vec<usize> {
        let running = |index: &usize| self.devices[*index].is_running();
        let admin = Some(self.admin).filter(running);
        let Some(root) = admin.or_else(|| (0..self.devices.len()).find(running)) else {
            return Vec::new();
        };
        let Ok(root) = &self.devices[root].running else { return Vec::new() };
        let lives = |index: &usize| {
            let row: Option<DeviceRow> =
                get_row(&root.books, Table::Devices, &self.devices[*index].log.0);
            row.is_some_and(|row| row.is_live()) && self.devices[*index].quarantine.is_none()
        };
        (0..self.devices.len()).filter(running).filter(lives).collect()
    }

    /// The books of a device.
    pub fn books(&self, index: usize) -> Option<&dyn Rows> {
        Some(&self.devices[index].running.as_ref().ok()?.books)
    }

    /// Whether an entry lies where its log has two histories, as a device knows:
    /// of what a copied device decided only facts count.
    pub fn is_beyond_fork(&self, index: usize, log: LogId, seq: Seq) -> bool {
        let row = self
            .books(index)
            .and_then(|books| get_row::<till_schema::rows::ForkRow>(books, Table::Forks, &log.0));
        row.is_some_and(|fork| seq >= fork.at)
    }

    fn applied(&self, index: usize) -> Applied {
        let Some(books) = self.books(index) else { return Applied::new() };
        let rows = collect_rows::<(Seq, EntryHash)>(books, Table::Applied, &[]);
        let log = |key: &[u8]| LogId(key.try_into().unwrap_or([0; 32]));
        rows.into_iter().map(|(key, at)| (log(&key), at)).collect()
    }

    /// Documents without an answer, where most are known.
    fn documents_pending(&self) -> u64 {
        let pending = |index: usize| {
            let running = self.devices[index].running.as_ref().ok()?;
            Some(running.node.fiscal_queue(&running.books).pending)
        };
        self.participants().into_iter().filter_map(pending).max().unwrap_or_default()
    }

    /// Why the shop is not at rest.
    fn unrest(&self) -> Option<String> {
        let waiting = self.devices.iter().find(|device| device.is_waiting());
        if let Some(device) = waiting {
            return Some(format!("{} is not back yet", device.name));
        }
        // One that is no longer of the shop too: its tail is still to be heard.
        let stopped = self.devices.iter().find(|device| device.is_running() && device.is_stopped());
        if let Some(device) = stopped {
            return Some(format!("{} is to be restarted", device.name));
        }
        let participants = self.participants();
        let first = *participants.first()?;
        let applied = self.applied(first);
        let forwards = participants.iter().any(|index| self.may_forward(*index));
        for index in participants {
            let name = &self.devices[index].name;
            let Ok(running) = &self.devices[index].running else { continue };
            let status = running.node.sync_status();
            if status.gated > 0 {
                return Some(format!("{name} holds {} entries back", status.gated));
            }
            let here = self.applied(index);
            if here != applied {
                let other = &self.devices[first].name;
                return Some(format!("{name} and {other} differ: {}", differ(&here, &applied)));
            }
            let pending = running.node.fiscal_queue(&running.books).pending;
            if forwards && pending > 0 {
                return Some(format!("{name} has {pending} documents without an answer"));
            }
        }
        None
    }

    fn may_forward(&self, index: usize) -> bool {
        let device = &self.devices[index];
        let sound = |node: &till_node::Node| node.fault().is_none();
        device.relay && device.running.as_ref().is_ok_and(|running| sound(&running.node))
    }
}

fn differ(here: &Applied, there: &Applied) -> String {
    let logs: BTreeSet<&LogId> = here.keys().chain(there.keys()).collect();
    let at = |of: &Applied, log: &LogId| of.get(log).map_or(0, |(seq, _)| seq.0);
    let parts: Vec<String> = logs
        .into_iter()
        .filter(|log| here.get(log) != there.get(log))
        .map(|log| format!("{} {} against {}", log.short(), at(here, log), at(there, log)))
        .collect();
    parts.join(", ")
}
