//! A simulated machine: the production node, log store and books on a disk
//! that fails as real ones do, joined by the production loop.
//!
//! Crashing drops everything but the disk, the fences and what `till-host`
//! keeps in small files (key, invites, quarantine).

mod fences;
mod opening;
mod running;

pub use fences::Fences;
pub use opening::{Opened, StartError};
pub use running::Advanced;

use std::collections::BTreeSet;
use till_driver::Driver;
use till_log::SigningKey;
use till_node::{Input, Now, OpenInvite};
use till_schema::{LogId, ShopId};
use till_store::StoreOptions;
use till_store::fault::FaultDisk;

/// The first moment of every story, Unix ms: 2026-01-01 05:00 UTC, midnight in
/// Bogotá.
pub const BEGIN_MS: i64 = 1_767_243_600_000;

/// Billionths of a part per million.
const PPM: i128 = 1_000_000;

/// Why a machine does not run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Off {
    /// Nobody has switched it on yet, or it will be switched on again.
    Waiting,
    /// It cannot be opened any more; a person has to let it join again.
    Broken(String),
    /// Its person took it away for good.
    Gone,
}

/// A wall clock that is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WrongClock {
    /// By so much, ms.
    pub offset_ms: i64,
    /// And by so much more the longer it runs, parts per million.
    pub drift_ppm: i64,
}

/// A machine.
pub struct Device {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: SigningKey,
    /// Its log.
    pub log: LogId,
    /// The shop.
    pub shop: ShopId,
    /// The founding device.
    pub founder: LogId,
    /// Who let it in.
    pub sponsor: Option<LogId>,
    /// Whether it knows a relay.
    pub relay: bool,
    /// Whether it is on a network, where others could know more of its log.
    pub network: bool,
    /// Its disk.
    pub disk: FaultDisk,
    /// Its fences.
    pub fences: Fences,
    /// Kept in a small file.
    pub quarantine: Option<String>,
    /// Kept in a small file.
    pub invites: Vec<OpenInvite>,
    /// Its clock's error.
    pub clock: WrongClock,
    /// What runs, or why nothing does.
    pub running: Result<Box<Driver>, Off>,
    /// Devices it lets connect.
    pub allowed: BTreeSet<LogId>,
    /// Starts so far; tells an event of an earlier run from one of this.
    pub starts: u32,
    /// The earliest wake-up in the queue.
    pub wake_at: Option<u64>,
    /// Another machine whose disk this one's was copied from, or the other way
    /// round: they share a key.
    pub twin_of: Option<usize>,
    /// The start in which its driver stopped the node.
    stopped: u32,
    options: StoreOptions,
    cut_seed: u64,
}

/// What a machine is made of.
pub struct Parts {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: SigningKey,
    /// The shop.
    pub shop: ShopId,
    /// The founding device.
    pub founder: LogId,
    /// Who let it in.
    pub sponsor: Option<LogId>,
    /// Whether it knows a relay.
    pub relay: bool,
    /// Whether it is on a network.
    pub network: bool,
    /// Of its disk.
    pub disk_seed: u64,
    /// Sizes of its log files.
    pub options: StoreOptions,
}

impl Device {
    /// A new machine with an empty disk, switched off.
    pub fn new(parts: Parts) -> Self {
        let log = LogId(parts.key.verifying_key().to_bytes());
        Self {
            fences: Fences::begin(format!("machine {}", log.short()), log),
            log,
            name: parts.name,
            key: parts.key,
            shop: parts.shop,
            founder: parts.founder,
            sponsor: parts.sponsor,
            relay: parts.relay,
            network: parts.network,
            disk: FaultDisk::new(parts.disk_seed),
            quarantine: None,
            invites: Vec::new(),
            clock: WrongClock::default(),
            running: Err(Off::Waiting),
            allowed: BTreeSet::new(),
            starts: 0,
            wake_at: None,
            twin_of: None,
            stopped: 0,
            options: parts.options,
            cut_seed: parts.disk_seed,
        }
    }

    /// Another machine with a copy of this one's disk and key, switched off.
    pub fn copy(&self, index: usize, disk: &FaultDisk, with_fences: bool) -> Self {
        let machine = format!("copy of machine {}", self.log.short());
        Self {
            name: format!("{} (copy)", self.name),
            key: self.key.clone(),
            log: self.log,
            shop: self.shop,
            founder: self.founder,
            sponsor: self.sponsor,
            relay: self.relay,
            network: self.network,
            disk: disk.fork(),
            // A whole machine copied, as virtual ones are, takes its fences along.
            fences: if with_fences {
                self.fences.clone()
            } else {
                Fences::of_other_machine(machine)
            },
            quarantine: self.quarantine.clone(),
            invites: self.invites.clone(),
            clock: self.clock,
            running: Err(Off::Waiting),
            allowed: BTreeSet::new(),
            starts: 0,
            wake_at: None,
            twin_of: Some(index),
            stopped: 0,
            options: self.options,
            cut_seed: self.cut_seed ^ 0x5EED,
        }
    }

    /// The moment by this machine's clocks.
    pub fn now(&self, tick_ms: u64) -> Now {
        let drift = i128::from(tick_ms) * i128::from(self.clock.drift_ppm) / PPM;
        let wall_ms = BEGIN_MS + tick_ms as i64 + self.clock.offset_ms + drift as i64;
        Now { tick_ms, wall_ms }
    }

    /// Whether its program runs.
    pub fn is_running(&self) -> bool {
        self.running.is_ok()
    }

    /// Takes something in, while it runs.
    pub fn push(&mut self, input: Input) {
        if let Ok(driver) = &mut self.running {
            driver.push(input);
        }
    }

    /// Whether something waits to be worked on.
    pub fn is_busy(&self) -> bool {
        self.running.as_ref().is_ok_and(|driver| driver.is_busy())
    }

    /// Whether its driver stopped the node in this run.
    pub fn is_stopped(&self) -> bool {
        self.stopped == self.starts
    }

    /// Its driver stopped the node.
    pub fn note_stopped(&mut self) {
        self.stopped = self.starts;
    }

    /// Whether it is off and will be switched on again.
    pub fn is_waiting(&self) -> bool {
        matches!(self.running, Err(Off::Waiting))
    }

    /// Whether it may run again.
    pub fn may_return(&self) -> bool {
        matches!(self.running, Ok(_) | Err(Off::Waiting))
    }

    /// The tick at which it wants to be woken.
    pub fn next_deadline(&self) -> Option<u64> {
        self.running.as_ref().ok()?.node.next_deadline()
    }

    /// Stops the program as it is; the disk says later what it kept.
    pub fn halt(&mut self, off: Off) {
        self.running = Err(off);
        self.allowed.clear();
        self.wake_at = None;
    }

    /// Power is cut: of what was not durable, part is gone.
    pub fn power_cut(&mut self, off: Off) {
        self.cut_seed = self.cut_seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
        // First the disk, so that what is dropped afterwards cannot write any more.
        self.disk = self.disk.power_cut(self.cut_seed);
        self.fences.power_cut([self.cut_seed & 64 != 0, self.cut_seed & 128 != 0]);
        self.halt(off);
    }

    /// The program is killed; the system keeps what was written.
    pub fn kill(&mut self, off: Off) {
        self.disk = self.disk.kill();
        self.halt(off);
    }
}
