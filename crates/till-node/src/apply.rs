//! From durable frames to projections, in causal order.

use crate::Node;
use crate::ancestry;
use crate::catalogue;
use crate::job::Job;
use till_log::{VerifiedEntry, VerifiedFrame};
use till_schema::body::{Accept, Body, Cede, DeviceAdd, Resolution, Role, ShopFounded, Start};
use till_schema::rows::{
    DeviceRow, EntryRef, InTransitRow, Rows, ShopRow, Table, collect_rows, get_row, key,
    put_anomaly, put_row,
};
use till_schema::{LogId, Seq};

/// What is said of an entry whose author had no right to it.
pub(crate) const UNENTITLED: &str = "written without the right to it";

impl Node {
    /// Applies every waiting frame that has seen only what is applied.
    pub(crate) fn apply_ready(&mut self, rows: &mut dyn Rows) {
        loop {
            let ready: Vec<LogId> = self
                .gate
                .iter()
                .filter(|(_, frames)| frames.front().is_some_and(|frame| self.may_apply(frame)))
                .map(|(log, _)| *log)
                .collect();
            if ready.is_empty() {
                self.gate.retain(|_, frames| !frames.is_empty());
                return;
            }
            for log in ready {
                while let Some(frame) = self.next_ready(log) {
                    self.apply_frame(rows, &frame);
                }
            }
        }
    }

    fn next_ready(&mut self, log: LogId) -> Option<VerifiedFrame> {
        let frames = self.gate.get(&log)?;
        if !frames.front().is_some_and(|frame| self.may_apply(frame)) {
            return None;
        }
        self.gate.get_mut(&log)?.pop_front()
    }

    /// The causal gate: everything the frame's author had applied is applied,
    /// and so is what the frame cannot do without, whether or not its author
    /// says so: the entry that added the device, and the cede of an accept.
    fn may_apply(&self, frame: &VerifiedFrame) -> bool {
        let is_here = |log: &LogId, seq: &Seq| {
            *log == frame.log() || self.applied.get(log).copied().unwrap_or_default() >= *seq
        };
        self.is_known(frame.log())
            && frame.entries().iter().all(|entry| {
                let accepts = match &entry.body {
                    Some(Body::Accept(accept)) => is_here(&accept.giver, &accept.giver_seq),
                    Some(_) | None => true,
                };
                accepts && entry.header.seen.iter().all(|(log, seq)| is_here(log, seq))
            })
    }

    /// Folds a frame into the rows.
    pub(crate) fn apply_frame(&mut self, rows: &mut dyn Rows, frame: &VerifiedFrame) {
        ancestry::remember_said(rows, frame);
        for entry in frame.entries() {
            self.apply_entry(rows, entry);
        }
        let (log, head) = (frame.log(), frame.head());
        self.applied.insert(log, head.seq);
        put_row(rows, Table::Applied, &log.0, &(head.seq, head.hash));
    }

    fn apply_entry(&mut self, rows: &mut dyn Rows, entry: &VerifiedEntry) {
        let reference = entry.reference();
        let Some(body) = &entry.body else {
            return; // A kind of a later version: kept, passed on, not understood.
        };
        match body {
            Body::ShopFounded(founded) => self.founded(rows, &reference, founded),
            Body::Start(start) => started(rows, &reference, start),
            Body::DeviceAdd(add) => self.device_added(rows, &reference, add),
            Body::DocumentChange(change) => {
                self.versions.catalogue += 1;
                catalogue::changed(&mut self.documents, &mut self.search, rows, &reference, change);
            }
            Body::Resolution(resolution) => self.resolved(rows, &reference, resolution),
            Body::SpaceOpen(_) if reference.log != self.founder => {
                put_anomaly(rows, &reference, UNENTITLED);
            }
            Body::SpaceOpen(_) | Body::ResolutionImport(_) | Body::Accept(_) | Body::Void(_) => {
                till_numbers::apply(rows, &reference, body)
            }
            Body::Cede(cede) => {
                till_numbers::apply(rows, &reference, body);
                self.given(rows, &reference, cede);
            }
            Body::SaleCommitted(_) => {
                till_numbers::apply(rows, &reference, body);
                till_books::apply(rows, &reference, body);
            }
            Body::StockMoved(_) => till_books::apply(rows, &reference, body),
            Body::FiscalReceipt(receipt) => {
                till_books::apply(rows, &reference, body);
                self.forwarding.settled(&receipt.code);
            }
        }
        self.versions.books += 1;
    }

    fn founded(&mut self, rows: &mut dyn Rows, entry: &EntryRef, founded: &ShopFounded) {
        let genuine = entry.log == self.founder
            && entry.seq == Seq(1)
            && founded.shop_id(entry.log) == self.shop;
        if !genuine {
            return put_anomaly(rows, entry, UNENTITLED);
        }
        let row = ShopRow {
            id: self.shop,
            name: founded.name.clone(),
            founder: entry.log,
            currency: founded.currency,
            country: founded.country.clone(),
            tax_id: founded.tax_id.clone(),
        };
        put_row(rows, Table::Shop, &[], &row);
    }

    /// Devices are added in the admin chain only.
    fn device_added(&mut self, rows: &mut dyn Rows, entry: &EntryRef, add: &DeviceAdd) {
        if entry.log != self.founder {
            return put_anomaly(rows, entry, UNENTITLED);
        }
        if self.devices.contains_key(&add.log) {
            return; // Added once; a second entry changes nothing.
        }
        let row = DeviceRow {
            log: add.log,
            name: add.name.clone(),
            roles: add.roles.clone(),
            ordinal: self.devices.len() as u32,
        };
        put_row(rows, Table::Devices, &add.log.0, &row);
        self.devices.insert(add.log, row);
        self.versions.links += 1;
        self.allow_devices();
    }

    fn resolved(&mut self, rows: &mut dyn Rows, entry: &EntryRef, resolution: &Resolution) {
        if self.may_resolve(entry.log) {
            till_conflicts::apply(rows, entry, resolution);
        } else {
            put_anomaly(rows, entry, UNENTITLED);
        }
    }

    /// Owners and managers decide conflicts.
    pub(crate) fn may_resolve(&self, log: LogId) -> bool {
        self.devices
            .get(&log)
            .is_some_and(|row| row.roles.iter().any(|r| matches!(r, Role::Owner | Role::Manager)))
    }

    /// Numbers on their way to this device are accepted as soon as it knows.
    fn given(&mut self, rows: &dyn Rows, entry: &EntryRef, cede: &Cede) {
        let accept = Accept { giver: entry.log, giver_seq: entry.seq, giver_hash: entry.hash };
        if cede.to == self.me && self.is_on_its_way(rows, &accept) {
            self.jobs.push_back(Job::Accept(accept));
        }
    }

    /// What was given before and not accepted.
    pub(crate) fn queue_accepts(&mut self, rows: &dyn Rows) {
        for (key, row) in collect_rows::<InTransitRow>(rows, Table::InTransit, &[]) {
            if row.to == self.me {
                let seq = u64::from_be_bytes(key[32..].try_into().expect("a position"));
                self.jobs.push_back(Job::Accept(Accept {
                    giver: LogId(key[..32].try_into().expect("a log")),
                    giver_seq: Seq(seq),
                    giver_hash: row.hash,
                }));
            }
        }
    }

    /// Whether an accept still has something to accept.
    pub(crate) fn is_on_its_way(&self, rows: &dyn Rows, accept: &Accept) -> bool {
        let key = key(&[&accept.giver.0, &accept.giver_seq.0.to_be_bytes()]);
        get_row::<InTransitRow>(rows, Table::InTransit, &key).is_some()
    }
}

/// A run announces the actor of its document changes. Another's announces
/// nothing.
fn started(rows: &mut dyn Rows, entry: &EntryRef, start: &Start) {
    if start.actor != crate::actor_of(entry.log, start.run_nonce) {
        return put_anomaly(rows, entry, "announced an actor that is not its own");
    }
    put_row(rows, Table::Actors, &start.actor, &entry.log);
    rows.put(Table::Actors, &entry.log.0, &start.actor);
}
