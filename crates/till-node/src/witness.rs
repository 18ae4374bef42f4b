//! Whether this device is the only one that writes its log, and has all of it.
//!
//! A device whose storage was set back, or that was copied, would use numbers
//! twice. Before the first sale of a run it listens for a moment to a peer or
//! the relay; whoever knows more of its log, or knows two runs of it, says so.
//! Where nobody is in reach and the fences outside of the data folder were set
//! back too, nothing can tell; the duplicate is then proven later.

use crate::Node;
use crate::ancestry;
use crate::io::{Now, Output, SeriesHead};
use crate::limits::{NONCES_MAX, WITNESS_WAIT_MS};
use ed25519_dalek::{Signature, VerifyingKey};
use std::collections::BTreeMap;
use till_schema::message::{Message, Run, Twin, run_digest};
use till_schema::rows::{NumberRow, Rows, Table, collect_rows, key};
use till_schema::{LogId, ShopId};

/// What the first sale of a run waits for.
#[derive(Debug)]
pub(crate) struct Witness {
    /// Whether there is anybody to ask.
    wanted: bool,
    /// The tick after which nobody is waited for.
    until: Option<u64>,
    heard: bool,
    /// Peers that say this device was set back or copied, with the tick until
    /// which they are waited for to show it.
    accusers: BTreeMap<LogId, u64>,
    /// What the relay told and could not be compared yet.
    told: Vec<SeriesHead>,
    /// Whether the rows remember this run.
    remembered: bool,
}

impl Witness {
    pub(crate) fn new(wanted: bool) -> Self {
        Self {
            wanted,
            until: None,
            heard: false,
            accusers: BTreeMap::new(),
            told: Vec::new(),
            remembered: false,
        }
    }
}

impl Node {
    /// Begins to listen with the run's first input.
    pub(crate) fn tick_witness(&mut self, now: Now, rows: &mut dyn Rows) {
        if !std::mem::replace(&mut self.witness.remembered, true) {
            ancestry::remember_run(rows, self.run_nonce);
        }
        self.witness.accusers.retain(|_, until| *until > now.tick_ms);
        self.compare_witness(rows);
        if self.witness.until.is_none() {
            let somebody = self.devices.len() > 1 || self.may_forward();
            let wait = if self.witness.wanted && somebody { WITNESS_WAIT_MS } else { 0 };
            self.witness.until = Some(now.tick_ms + wait);
            if self.may_forward() {
                self.out.push(Output::AskWitness);
            }
        }
    }

    /// Whether the first number of this run may be issued.
    pub(crate) fn is_witnessed(&self, now: Now) -> bool {
        let waited = self.witness.until.is_some_and(|until| now.tick_ms >= until);
        let heard = self.witness.heard || waited || self.fault.is_some();
        heard && self.witness.accusers.is_empty()
    }

    pub(crate) fn witness_deadline(&self) -> Option<u64> {
        if self.jobs.is_empty() {
            return None;
        }
        let listens = self.witness.until.filter(|_| !self.witness.heard);
        self.witness.accusers.values().copied().chain(listens).max()
    }

    /// A peer knows nothing against this device.
    pub(crate) fn witnessed(&mut self, peer: LogId) {
        self.witness.heard |= !self.witness.accusers.contains_key(&peer);
    }

    /// A peer says that this device was set back or copied. It may lie: it has
    /// to show what this device's key has signed. Until then no number is issued.
    pub(crate) fn accused(&mut self, now: Now, peer: LogId) {
        self.witness.accusers.insert(peer, now.tick_ms + WITNESS_WAIT_MS);
    }

    /// It has shown nothing.
    pub(crate) fn cleared(&mut self, peer: LogId) {
        self.witness.accusers.remove(&peer);
    }

    /// The relay tells the highest numbers it has of this device's log.
    pub(crate) fn relay_witness(&mut self, rows: &dyn Rows, heads: Vec<SeriesHead>) {
        self.witness.told = heads;
        self.compare_witness(rows);
    }

    /// Compares what the relay told with the own log, once all of that is
    /// applied: entries that wait for others are no proof of anything.
    pub(crate) fn compare_witness(&mut self, rows: &dyn Rows) {
        if self.witness.told.is_empty() || self.unknown_past().is_some() {
            return;
        }
        for head in std::mem::take(&mut self.witness.told) {
            let prefix = key(&[&head.space.0, &head.number.to_be_bytes()]);
            let issued = collect_rows::<NumberRow>(rows, Table::Numbers, &prefix);
            if !issued.iter().any(|(_, row)| row.entry.log == self.me) {
                return self.quarantine(format!(
                    "the relay has a document of this device with number {}, which is not in its \
                     log: its storage was set back",
                    head.number
                ));
            }
        }
        self.witness.heard = true;
    }

    /// Remembers the runs of a peer's log. A run that comes back after another
    /// is a second machine with the same key.
    pub(crate) fn watch_run(&mut self, peer: LogId, run: Run) {
        if !is_signed(self.shop, peer, &run) {
            return self.bad(peer, "did not sign for its run");
        }
        let runs = self.runs.entry(peer).or_default();
        let is_last = runs.last().is_some_and(|last| last.nonce == run.nonce);
        let is_back = runs.iter().any(|known| known.nonce == run.nonce);
        if !is_back {
            if runs.len() == NONCES_MAX {
                runs.remove(0);
            }
            runs.push(run);
        }
        // Once two machines are known, each run is told.
        let goes_on = is_last || !is_back;
        if goes_on && !self.twins.contains(&peer) {
            return;
        }
        self.twins.insert(peer);
        let runs = self.runs[&peer].clone();
        let name = self.device_name(peer);
        if let Some(known) = self.peers.get_mut(&peer) {
            known.set_trouble(format!("the key of “{name}” runs on two machines"));
        }
        self.send(peer, &Message::Twin(Twin { runs }));
    }

    /// A peer has heard two runs of this device's log. It shows what the other
    /// one signed: a run that is none of this machine's.
    pub(crate) fn twin_told(&mut self, rows: &dyn Rows, peer: LogId, twin: &Twin) {
        let own = ancestry::own_runs(rows);
        let is_this = |run: &Run| run.nonce == self.run_nonce;
        let is_other = |run: &Run| {
            !is_this(run) && !own.contains(&run.nonce) && is_signed(self.shop, self.me, run)
        };
        let mut runs = twin.runs.iter().take(NONCES_MAX);
        if twin.runs.iter().any(is_this) && runs.any(is_other) {
            let name = self.device_name(peer);
            self.quarantine(format!(
                "this device's key also runs on another machine (“{name}” has heard both): its \
                 folder was copied"
            ));
        }
    }

    /// From here on nothing is signed with this key any more.
    pub(crate) fn quarantine(&mut self, why: String) {
        if self.quarantined {
            return;
        }
        #[cfg(feature = "mutants")]
        if crate::mutants::goes_on() {
            return;
        }
        self.quarantined = true;
        let why = stopped(&why);
        self.witness.accusers.clear();
        self.fault = Some(why.clone());
        self.out.push(Output::Quarantine(why));
        self.versions.links += 1;
    }
}

/// What a person is told whose device must not go on under its key.
pub fn stopped(why: &str) -> String {
    format!(
        "{why}. It must not sell under this key; let it join again \
         (`tillmesh shop join --again INVITE`), it then goes on under a new one"
    )
}

/// Whether the key of a log signed for a run.
fn is_signed(shop: ShopId, log: LogId, run: &Run) -> bool {
    let digest = run_digest(shop, log, run.nonce);
    let signature = Signature::from_bytes(&run.signature);
    VerifyingKey::from_bytes(&log.0).is_ok_and(|key| key.verify_strict(&digest, &signature).is_ok())
}
