//! The own log's fences: what lies outside of the data folder and remembers how
//! far the device had come.

use till_log::read_frame;
use till_schema::{EntryHash, LogId, Seq, ShopId};
use till_store::LogStore;
use till_store::fence::{
    Alarm, Fence, FenceError, Mark, fence_paths, judge, machine_fingerprint, read_fences,
};

/// Marks written since the last that is durable, at most.
const UNSYNCED_MAX: u32 = 256;

/// The fences of a running device.
#[derive(Debug)]
pub(crate) struct Fences {
    fences: Vec<Fence>,
    machine: String,
    run_nonce: u64,
    written: Seq,
    unsynced: u32,
}

fn all(log: LogId) -> Vec<Fence> {
    fence_paths(log).into_iter().map(|path| Fence { path }).collect()
}

/// Puts up the fences of a log that begins, durable before its first entry:
/// a log without any would look like a copy.
///
/// # Errors
/// When not one can be written.
pub(crate) fn begin(log: LogId) -> Result<(), FenceError> {
    let mark = Mark {
        log,
        run_nonce: 0,
        seq: Seq(0),
        hash: EntryHash::ZERO,
        machine: machine_fingerprint(),
    };
    let mut refused = None;
    let mut written = false;
    for fence in all(log) {
        // One that knows of more stays: the folder was set back to before its first entry.
        if matches!(fence.read(), Ok(Some(known)) if known.log == log) {
            written = true;
            continue;
        }
        match fence.write(&mark).and_then(|()| fence.sync()) {
            Ok(()) => written = true,
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        Some(error) if !written => Err(error),
        Some(_) | None => Ok(()),
    }
}

impl Fences {
    /// Judges the own log, and says what is odd about the fences themselves.
    pub(crate) fn open(
        log: LogId,
        shop: ShopId,
        logs: &LogStore,
    ) -> (Self, Result<(), Alarm>, Vec<String>) {
        let fences = all(log);
        let (marks, troubles) = read_fences(&fences);
        let machine = machine_fingerprint();
        let head = logs.heads().get(&log).map(|head| head.seq);
        let hash_at = |seq| hash_at(logs, shop, log, seq);
        let mut notes: Vec<String> = troubles.iter().map(ToString::to_string).collect();
        let verdict = if fences.is_empty() {
            notes.push(
                "this machine names no folder for fences, so a data folder that is set back would \
                 go unnoticed here; name one with TILLMESH_FENCES"
                    .to_owned(),
            );
            Ok(())
        } else {
            judge(head, hash_at, &marks, &machine, log, false)
        };
        let fences = Self { fences, machine, run_nonce: 0, written: Seq(0), unsynced: 0 };
        (fences, verdict, notes)
    }

    pub(crate) fn set_run(&mut self, run_nonce: u64) {
        self.run_nonce = run_nonce;
    }

    /// Notes how far the log has come. Cheap, and not on the way of a sale.
    pub(crate) fn note(&mut self, log: LogId, head: till_log::Head) {
        if head.seq <= self.written {
            return;
        }
        let machine = self.machine.clone();
        let mark = Mark { log, run_nonce: self.run_nonce, seq: head.seq, hash: head.hash, machine };
        for fence in &self.fences {
            if let Err(error) = fence.write(&mark) {
                tracing::warn!(%error, "a fence lags behind");
            }
        }
        self.written = head.seq;
        self.unsynced += 1;
        if self.unsynced >= UNSYNCED_MAX {
            self.sync();
        }
    }

    /// Makes the last mark durable.
    pub(crate) fn sync(&mut self) {
        if self.unsynced == 0 {
            return;
        }
        self.unsynced = 0;
        for fence in &self.fences {
            if let Err(error) = fence.sync() {
                tracing::warn!(%error, "a fence lags behind");
            }
        }
    }
}

fn hash_at(logs: &LogStore, shop: ShopId, log: LogId, seq: Seq) -> Option<EntryHash> {
    let records = logs.read(log, seq, 1).ok()?;
    let frame = read_frame(shop, &records.first()?.bytes).ok()?;
    let found = frame.entries().iter().find(|entry| entry.header.seq == seq)?;
    Some(found.hash)
}
