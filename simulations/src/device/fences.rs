//! The fences of a simulated machine: two small places outside of the data
//! folder, judged by the production code.

use till_log::{Head, read_frame};
use till_schema::{EntryHash, LogId, Seq, ShopId};
use till_store::LogStore;
use till_store::fence::{Alarm, Mark, judge};

/// Marks written since the last durable one, at most; as in `till-host`.
const UNSYNCED_MAX: u32 = 256;

/// One fence: what was written, and what of it is durable.
#[derive(Clone, Debug, Default)]
struct Fence {
    written: Option<Mark>,
    durable: Option<Mark>,
}

/// The fences of one machine.
#[derive(Clone, Debug)]
pub struct Fences {
    machine: String,
    fences: [Fence; 2],
    noted: Seq,
    unsynced: u32,
}

impl Fences {
    /// Those of a machine whose log begins.
    pub fn begin(machine: String, log: LogId) -> Self {
        let mark = Mark {
            log,
            run_nonce: 0,
            seq: Seq(0),
            hash: EntryHash::ZERO,
            machine: machine.clone(),
        };
        let fence = Fence { written: Some(mark.clone()), durable: Some(mark) };
        Self { machine, fences: [fence.clone(), fence], noted: Seq(0), unsynced: 0 }
    }

    /// Those of another machine that has never run this log.
    pub fn of_other_machine(machine: String) -> Self {
        Self { machine, fences: Default::default(), noted: Seq(0), unsynced: 0 }
    }

    /// Judges the own log as it was found at a start.
    ///
    /// # Errors
    /// The alarm.
    pub fn judge(&mut self, log: LogId, shop: ShopId, logs: &LogStore) -> Result<(), Alarm> {
        (self.noted, self.unsynced) = (Seq(0), 0);
        let marks: Vec<Option<Mark>> =
            self.fences.iter().map(|fence| fence.written.clone()).collect();
        let head = logs.heads().get(&log).map(|head| head.seq);
        judge(head, |seq| hash_at(logs, shop, log, seq), &marks, &self.machine, log, false)
    }

    /// Notes how far the log has come.
    pub fn note(&mut self, log: LogId, run_nonce: u64, head: Head) {
        if head.seq <= self.noted {
            return;
        }
        let machine = self.machine.clone();
        let mark = Mark { log, run_nonce, seq: head.seq, hash: head.hash, machine };
        for fence in &mut self.fences {
            fence.written = Some(mark.clone());
        }
        self.noted = head.seq;
        self.unsynced += 1;
        if self.unsynced >= UNSYNCED_MAX {
            self.sync();
        }
    }

    /// Makes the last mark durable.
    pub fn sync(&mut self) {
        self.unsynced = 0;
        for fence in &mut self.fences {
            fence.durable.clone_from(&fence.written);
        }
    }

    /// Power was cut: what was not durable may be gone, in each fence by itself.
    pub fn power_cut(&mut self, lost: [bool; 2]) {
        for (fence, lost) in self.fences.iter_mut().zip(lost) {
            if lost {
                fence.written.clone_from(&fence.durable);
            } else {
                fence.durable.clone_from(&fence.written);
            }
        }
    }

    /// So many of the fences are set back to how they were then.
    pub fn set_back(&mut self, then: &Self, how_many: usize) {
        for (fence, then) in self.fences.iter_mut().zip(&then.fences).take(how_many) {
            *fence = then.clone();
        }
    }
}

fn hash_at(logs: &LogStore, shop: ShopId, log: LogId, seq: Seq) -> Option<EntryHash> {
    let records = logs.read(log, seq, 1).ok()?;
    let frame = read_frame(shop, &records.first()?.bytes).ok()?;
    let found = frame.entries().iter().find(|entry| entry.header.seq == seq)?;
    Some(found.hash)
}
