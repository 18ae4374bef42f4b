//! What happens to a machine's disk on purpose: rot, old images that come back,
//! copies, loss; and what of it may be missing afterwards.

use super::queue::Due;
use super::{How, World};
use crate::device::{Fences, Off};
use crate::scenario::{Fault, Rot};
use crate::violation::Promise;
use std::collections::BTreeMap;
use till_node::Input;
use till_schema::{LogId, Seq};
use till_store::BOOKS_FILE;
use till_store::fault::FaultDisk;

/// A device that is set back is off for so long, ms.
const RESTORE_TAKES_MS: u64 = 20_000;
/// Part of the machines that stop once more while they start.
const CRASHES_STARTING: f64 = 0.25;
/// And after at most so many disk operations of that start.
const STARTING_OPERATIONS: u64 = 30;
/// Two machines with one key meet on a network after so long, ms.
const TWINS_MEET_MS: u64 = 30_000;

/// A machine's disk and fences as they were once.
pub(super) struct Image {
    disk: FaultDisk,
    fences: Fences,
    quarantine: Option<String>,
    log: LogId,
}

impl World {
    /// Whether a machine's disk is full.
    pub(super) fn is_full(&self, index: usize) -> bool {
        let name = &self.devices[index].name;
        self.active.values().any(|active| match &active.fault {
            Fault::DiskFull { device } => device == name,
            _ => false,
        })
    }

    /// Some machines stop once more while they start.
    pub(super) fn may_crash_starting(&mut self, index: usize) {
        if !self.quiet && self.fault_dice.chance(CRASHES_STARTING) {
            let disk = &self.devices[index].disk;
            let operations = self.fault_dice.between(1, STARTING_OPERATIONS);
            disk.crash_at(disk.ops() + operations);
        }
    }

    pub(super) fn rot(&mut self, index: usize, what: Rot) -> bool {
        let own = format!("logs/{}/", self.devices[index].log);
        let disk = &self.devices[index].disk;
        let files: Vec<String> = disk
            .files()
            .into_iter()
            .filter(|path| match what {
                Rot::Books => path == BOOKS_FILE,
                Rot::OwnLog => path.starts_with(&own),
                Rot::OtherLog => path.starts_with("logs/") && !path.starts_with(&own),
            })
            .collect();
        let Some(path) = self.fault_dice.pick(&files).cloned() else { return false };
        let Some(contents) = disk.contents(&path) else { return false };
        // Where something was written: reserved space has nothing to lose.
        let Some(used) = contents.iter().rposition(|byte| *byte != 0) else { return false };
        let offset = self.fault_dice.below(used as u64 + 1);
        let bit = self.fault_dice.below(8) as u8;
        // What only this disk has of its own log may now be unreadable.
        if what == Rot::OwnLog {
            self.excuse_disk(index, None);
            let log = self.devices[index].log;
            self.ghost.cut_logs.insert(log);
        }
        if what == Rot::Books {
            self.rotten_books.insert(index);
        }
        self.devices[index].disk.flip_bit(&path, offset, bit);
        true
    }

    pub(super) fn keep_image(&mut self, index: usize) -> bool {
        let device = &mut self.devices[index];
        if !device.may_return() {
            return false;
        }
        // A copy of a running machine's folder is what a power cut would leave.
        let disk = device.disk.fork();
        let image = Image {
            disk: disk.kill(),
            fences: device.fences.clone(),
            quarantine: device.quarantine.clone(),
            log: device.log,
        };
        self.images.insert(index, image);
        true
    }

    pub(super) fn restore(&mut self, index: usize, fences_set_back: usize) -> bool {
        let Some(image) = self.images.get(&index) else { return false };
        if image.log != self.devices[index].log || !self.devices[index].may_return() {
            return false;
        }
        let (disk, fences) = (image.disk.fork(), image.fences.clone());
        let quarantine = image.quarantine.clone();
        if self.devices[index].is_running() {
            self.stop(index, How::PowerCut, Off::Waiting);
        }
        let kept = stored_heads(&disk, self, index);
        self.excuse_disk(index, Some(&kept));
        let log = self.devices[index].log;
        self.ghost.unsure_logs.insert(log);
        let device = &mut self.devices[index];
        device.disk = disk.kill();
        device.fences.set_back(&fences, fences_set_back);
        if fences_set_back == 2 {
            // Then the small file beside them is set back too.
            device.quarantine = quarantine;
        }
        self.after(RESTORE_TAKES_MS, Due::Start { device: index });
        true
    }

    pub(super) fn copy(&mut self, index: usize, with_fences: bool) -> bool {
        if !self.devices[index].may_return() || self.devices[index].twin_of.is_some() {
            return false;
        }
        let name = format!("{} (copy)", self.devices[index].name);
        if self.named(&name).is_some() {
            return false;
        }
        let disk = self.devices[index].disk.fork().kill();
        let copy = self.devices[index].copy(index, &disk, with_fences);
        self.ghost.unsure_logs.insert(copy.log);
        self.devices.push(copy);
        let twin = self.devices.len() - 1;
        self.net.arrives(twin, index);
        self.people.arrives(twin);
        self.after(RESTORE_TAKES_MS, Due::Start { device: twin });
        self.after(RESTORE_TAKES_MS + TWINS_MEET_MS, Due::Twins { a: index, b: twin });
        self.plan_habits_of(twin);
        true
    }

    /// Machines on one network find that the other answers with their own key.
    pub(super) fn twins_meet(&mut self, a: usize, b: usize) {
        let alike = self.devices[a].log == self.devices[b].log;
        if !alike || !self.devices[a].is_running() || !self.devices[b].is_running() {
            return;
        }
        if !self.net.passes(a, b) || !self.net.passes(b, a) {
            return self.after(TWINS_MEET_MS, Due::Twins { a, b });
        }
        for index in [a, b] {
            let why = "its key answers on another machine".to_owned();
            self.input(index, Input::Twin { why });
        }
    }

    /// A disk is about to be lost, or set back to the given heads: what nobody
    /// else holds need not be found again.
    pub(super) fn excuse_disk(&mut self, index: usize, kept: Option<&BTreeMap<LogId, Seq>>) {
        let here = self.disk_heads(index);
        let others: Vec<BTreeMap<LogId, Seq>> = (0..self.devices.len())
            .filter(|other| *other != index && self.devices[*other].may_return())
            .map(|other| self.disk_heads(other))
            .collect();
        for (log, until) in here {
            let elsewhere = others.iter().chain(kept).filter_map(|heads| heads.get(&log)).max();
            let beyond = elsewhere.copied().unwrap_or_default();
            self.ghost.excuse(log, beyond, until);
        }
    }

    /// How far each log is on a machine's disk.
    fn disk_heads(&self, index: usize) -> BTreeMap<LogId, Seq> {
        let device = &self.devices[index];
        match &device.running {
            Ok(running) => {
                running.logs.heads().iter().map(|(log, head)| (*log, head.seq)).collect()
            }
            Err(_) => stored_heads(&device.disk.fork().kill(), self, index),
        }
    }

    pub(super) fn became_broken(&mut self, index: usize) {
        let excused = self.ghost.cut_logs.contains(&self.devices[index].log);
        if !excused {
            let what =
                format!("it cannot be opened: {:?}", self.devices[index].running.as_ref().err());
            self.violate(Promise::P1, "opens-again", Some(index), what);
        }
        self.drop_links_of(index, true);
    }
}

fn stored_heads(disk: &FaultDisk, world: &World, index: usize) -> BTreeMap<LogId, Seq> {
    let disk: std::sync::Arc<dyn till_store::Disk> = std::sync::Arc::new(disk.fork().kill());
    let log = world.devices[index].log;
    let opened = till_store::LogStore::open_with(disk, log, world.store_options());
    opened.map_or_else(
        |_| BTreeMap::new(),
        |(logs, _)| logs.heads().iter().map(|(log, head)| (*log, head.seq)).collect(),
    )
}
