//! Devices with a log each, a network that loses, doubles and reorders, and a
//! checker that sees everything.

mod checker;
mod model;
mod op;
mod steps;
mod trouble;
mod view;

pub(super) use checker::{Fault, Invariant};
pub(super) use op::Op;

use model::Model;
use std::collections::BTreeMap;
use till_schema::body::{Body, DeviceAdd, ResolutionImport, Role, Sharing, SpaceOpen};
use till_schema::numbering::Space;
use till_schema::rows::EntryRef;
use till_schema::{EntryHash, LogId, Seq, SpaceId};
use view::View;

/// A protocol that differs from ours in one thing (correctness 1.11).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mutant {
    /// Who knows of a device's end ignores its sales and moves beyond it.
    CutHidesTokens,
    /// The next number is one more than the highest known.
    MaxMergeCounter,
    /// Whoever has the resolution imports it.
    TwoCustodians,
    /// The receipt leaves before the entry is durable.
    PrintBeforeCommit,
    /// A renewal mints what it names.
    RenewalMintsAgain,
    /// A device restored from a back-up goes on with its key.
    RestoreGoesOn,
    /// The same, after it fetched its own log from a peer.
    RestoreAdoptsTail,
    /// A giver takes back what has not been accepted as far as it knows.
    GiverTakesBack,
    /// A receiver credits a cede each time it is delivered.
    CreditsEachDelivery,
    /// The custodian mints again what a gone device held.
    LostMintedAgain,
    /// Cedes are leases that end by the clock; the clocks differ by a day.
    LeaseWithoutMargin,
    /// The same, and the giver waits a day longer.
    LeaseWithMargin,
}

/// The shape of a world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Config {
    pub(super) sharing: Sharing,
    pub(super) devices: usize,
    pub(super) mutant: Option<Mutant>,
}

/// An entry and what its writer had applied of each log.
#[derive(Clone)]
struct Written {
    entry: EntryRef,
    body: Body,
    saw: Vec<usize>,
}

struct Log {
    id: LogId,
    entries: Vec<Written>,
    /// Written by a key that another log has too; it never meets its peers.
    branch: bool,
}

struct Device {
    log: usize,
    view: View,
    retired: bool,
    backup: Option<View>,
}

/// Part of a log on its way to a device.
struct Message {
    to: usize,
    log: usize,
    start: usize,
    end: usize,
}

pub(super) struct World {
    config: Config,
    logs: Vec<Log>,
    devices: Vec<Device>,
    network: Vec<Message>,
    /// Applies every entry when it is written.
    observer: View,
    model: Model,
    spaces: Vec<SpaceId>,
    /// What customers have in their hands: how many papers bear the number.
    receipts: BTreeMap<(SpaceId, u64), usize>,
    /// The writer's civil day of each entry: when a lease began.
    leases: BTreeMap<EntryHash, i32>,
    /// Log and index of each entry in the order of writing.
    order: Vec<(usize, usize)>,
    day: i32,
    orders: u64,
    faults: Vec<Fault>,
}

impl World {
    /// The founding device knows all others and holds three numbers of each
    /// space it mints in.
    pub(super) fn new(config: Config) -> Self {
        let device = |log| Device { log, view: View::default(), retired: false, backup: None };
        let log = |index| Log { id: log_id(index), entries: Vec::new(), branch: false };
        let mut world = Self {
            config,
            logs: (0..config.devices).map(log).collect(),
            devices: (0..config.devices).map(device).collect(),
            network: Vec::new(),
            observer: View::default(),
            model: Model::default(),
            spaces: Vec::new(),
            receipts: BTreeMap::new(),
            leases: BTreeMap::new(),
            order: Vec::new(),
            day: 1000,
            orders: 0,
            faults: Vec::new(),
        };
        world.found();
        world
    }

    fn found(&mut self) {
        for index in 0..self.devices.len() {
            self.admit(index);
        }
        let spaces = match self.config.sharing {
            Sharing::Shared => 1,
            Sharing::Single => self.devices.len(),
        };
        for index in 0..spaces {
            let space = Space {
                authority: "generic".into(),
                issuer: "900123456".into(),
                document_kind: "POS".into(),
                prefix: format!("T{index}"),
            };
            self.spaces.push(space.id());
            let open = SpaceOpen {
                space,
                custodian: self.logs[index].id,
                sharing: self.config.sharing,
                utc_offset_min: Some(0),
            };
            self.write(0, open.into());
        }
        for device in 1..self.devices.len() {
            self.sync(0, device);
        }
        for index in 0..spaces {
            self.write(index, self.resolution(self.spaces[index], 1, 3, None).into());
        }
    }

    fn admit(&mut self, log: usize) {
        let add = DeviceAdd {
            log: self.logs[log].id,
            name: format!("Register {log}"),
            roles: vec![Role::Register],
            replaces: None,
        };
        self.write(0, add.into());
    }

    fn resolution(
        &self,
        space: SpaceId,
        from: u64,
        to: u64,
        valid_to_day: Option<i32>,
    ) -> ResolutionImport {
        ResolutionImport {
            space,
            resolution: format!("{from}-{to}"),
            from,
            to,
            valid_from_day: None,
            valid_to_day,
        }
    }

    fn me(&self, device: usize) -> LogId {
        self.logs[self.devices[device].log].id
    }

    /// A device with an odd number is a day behind.
    fn local_day(&self, device: usize) -> i32 {
        self.day - (device % 2) as i32
    }

    fn local_ms(&self, device: usize) -> i64 {
        i64::from(self.local_day(device)) * 86_400_000
    }

    /// How often each kind of entry was written.
    pub(super) fn written(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for written in self.logs.iter().flat_map(|log| &log.entries) {
            *counts.entry(written.body.name()).or_default() += 1;
        }
        counts
    }

    /// Whether a device other than the custodian gave at least a grant's worth.
    pub(super) fn has_peer_refill(&self) -> bool {
        self.logs.iter().skip(1).flat_map(|log| &log.entries).any(|written| match &written.body {
            Body::Cede(cede) => cede.ranges.count() >= crate::GRANT_MIN && cede.to != log_id(0),
            _ => false,
        })
    }

    /// Whether numbers are lost now, and whether a sale came from beyond a cut.
    pub(super) fn has_losses(&self) -> (bool, bool) {
        let lost = |space: &SpaceId| !crate::audit(&self.observer.rows, *space).lost.is_empty();
        (self.spaces.iter().any(lost), self.observer.tail_sales > 0)
    }

    /// Appends to the device's log in one transaction with its rows.
    fn write(&mut self, device: usize, body: Body) {
        let log = self.devices[device].log;
        let seq = self.logs[log].entries.len() as u64 + 1;
        let mut hash = [log as u8; 32];
        hash[..8].copy_from_slice(&seq.to_be_bytes());
        let entry = EntryRef {
            log: self.logs[log].id,
            seq: Seq(seq),
            hash: EntryHash(hash),
            wall_ms: self.local_ms(device),
        };
        let saw = self.devices[device].view.knows.clone();
        let written = Written { entry, body, saw };
        let mutant = self.config.mutant;
        if !self.logs[log].branch {
            if let Err(what) = self.model.wrote(&entry, &written.body) {
                self.fault(Invariant::OnePlace, what);
            }
            self.observer.apply(log, &written, mutant);
        }
        self.devices[device].view.apply(log, &written, mutant);
        self.order.push((log, self.logs[log].entries.len()));
        self.logs[log].entries.push(written);
        self.leases.insert(entry.hash, self.local_day(device));
    }

    fn fault(&mut self, invariant: Invariant, what: String) {
        self.faults.push(Fault { invariant, what });
    }

    /// Everything one device knows reaches another.
    fn sync(&mut self, from: usize, to: usize) {
        loop {
            let before = self.devices[to].view.knows.clone();
            for log in 0..self.logs.len() {
                let end = self.devices[from].view.known(log);
                self.deliver(&Message { to, log, start: 0, end });
            }
            if self.devices[to].view.knows == before {
                return;
            }
        }
    }

    /// Positions applied before are ignored; a gap, or an entry that saw more
    /// than the receiver has, waits for a later message.
    fn deliver(&mut self, message: &Message) {
        let device = &mut self.devices[message.to];
        let log = &self.logs[message.log];
        if log.branch || device.log == message.log || message.start > device.view.known(message.log)
        {
            return;
        }
        while device.view.known(message.log) < message.end {
            let written = &log.entries[device.view.known(message.log)];
            if !device.view.has_all(written) {
                return;
            }
            device.view.apply(message.log, written, self.config.mutant);
        }
    }
}

fn log_id(index: usize) -> LogId {
    LogId([index as u8 + 1; 32])
}
