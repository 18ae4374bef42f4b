//! The invariants of correctness 1.9, on the whole and on every device's view.

use super::model::At;
use super::steps::custodian_of;
use super::view::View;
use super::{World, Written};
use crate::{Place, accepts, audit, concerns, holding, trace};
use std::collections::BTreeMap;
use till_schema::SpaceId;
use till_schema::body::Body;
use till_schema::numbering::Ranges;
use till_schema::rows::{AnomalyRow, EntryRef, Table, collect_rows};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::tests) enum Invariant {
    /// I1: each number is on at most one receipt.
    OneReceipt,
    /// I2: each minted number is in exactly one place.
    OnePlace,
    /// I3: what a device holds is the fold of its own log.
    SameRows,
    /// I4: the auditor's classes partition what was minted.
    Partition,
    /// I5: receipts are sales and sales are receipts.
    ReceiptsAreSales,
    /// I6: I2 and I4 in every device's partial view.
    PartialViews,
}

#[derive(Clone, Debug)]
pub(in crate::tests) struct Fault {
    pub(in crate::tests) invariant: Invariant,
    pub(in crate::tests) what: String,
}

impl World {
    /// What has gone wrong so far, without a look at the views.
    pub(in crate::tests) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Fails with everything that has gone wrong.
    pub(in crate::tests) fn assert_sound(&self, history: &dyn std::fmt::Debug) {
        let faults =
            self.faults.iter().map(|Fault { invariant, what }| format!("{invariant:?}: {what}"));
        let faults: Vec<String> = faults.collect();
        assert!(faults.is_empty(), "{history:?}: {}", faults.join("\n"));
    }

    /// I5 as the whole truth has it: all a mutant can break beside I1.
    pub(in crate::tests) fn check_receipts(&mut self) {
        for space in self.spaces.clone() {
            let issued = audit(&self.observer.rows, space).issued;
            let issued = issued.values().fold(Ranges::new(), |all, ranges| all.union(ranges));
            let printed = self.printed(space);
            if issued != printed {
                let what = format!("receipts {printed}, the auditor says issued {issued}");
                self.fault(Invariant::ReceiptsAreSales, what);
            }
        }
    }

    /// All invariants, on everything and on every view.
    pub(in crate::tests) fn check(&mut self) {
        self.check_receipts();
        for space in self.spaces.clone() {
            let classes = self.model.classes(space);
            let mut faults = whole(&self.observer, space, &classes);
            let (mints, should) =
                (custodian_of(&self.observer, space), self.model.custodian(space));
            if mints != should {
                faults.push((Invariant::OnePlace, format!("{mints:?} mints, not {should:?}")));
            }
            let printed = self.printed(space);
            for (index, device) in self.devices.iter().enumerate() {
                let own = classes.get(&At::Held(self.logs[device.log].id));
                let held = holding(&device.view.rows, space, self.logs[device.log].id).held;
                if held != own.cloned().unwrap_or_default() {
                    faults
                        .push((Invariant::SameRows, format!("{index} holds {held}, not {own:?}")));
                }
                let found = audit(&device.view.rows, space);
                let known = found.issued.values().all(|issued| printed.contains_all(issued));
                if !found.totals().balances() || !known {
                    faults.push((Invariant::PartialViews, format!("{index} sees {found:?}")));
                }
            }
            for (invariant, what) in faults {
                self.fault(invariant, what);
            }
        }
        let odd = collect_rows::<AnomalyRow>(&self.observer.rows, Table::Anomalies, &[]);
        if !odd.is_empty() {
            self.fault(Invariant::OnePlace, format!("honest devices, and {odd:?}"));
        }
    }

    /// Once everybody has heard everything, all who stand alike have equal rows.
    pub(in crate::tests) fn settle(&mut self) {
        for _ in 0..self.devices.len() {
            for from in 0..self.devices.len() {
                for to in 0..self.devices.len() {
                    self.sync(from, to);
                }
            }
        }
        let mut seen: BTreeMap<Vec<usize>, String> = BTreeMap::new();
        let views = self.devices.iter().map(|device| &device.view).chain([&self.observer]);
        let mut differ = false;
        for view in views {
            let mut knows = view.knows.clone();
            knows.resize(self.logs.len(), 0);
            let digest = view.digest();
            differ |= *seen.entry(knows).or_insert_with(|| digest.clone()) != digest;
        }
        if differ {
            self.fault(Invariant::SameRows, "devices that know the same have other rows".into());
        }
    }

    /// The path of a number, picked out of all logs, ends where the model has it.
    pub(in crate::tests) fn check_proof(&mut self, number: u64) {
        for space in self.spaces.clone() {
            let mut path: Vec<(EntryRef, Body)> = Vec::new();
            for (log, index) in &self.order {
                let Written { entry, body, .. } = &self.logs[*log].entries[*index];
                let taken = accepts(body);
                let of_path = |(given, _): &(EntryRef, Body)| {
                    taken == Some((given.log, given.seq, given.hash))
                };
                if concerns(space, number, body) || path.iter().any(of_path) {
                    path.push((*entry, body.clone()));
                }
            }
            let found = trace(space, number, &path).map(|place| match place {
                Place::Held { by } => At::Held(by),
                Place::Issued { by, .. } => At::Issued(by),
                Place::Voided { by, .. } => At::Voided(by),
                Place::InTransit { from, to } => {
                    let cede = path.iter().rev().find(|(_, body)| matches!(body, Body::Cede(_)));
                    At::Transit(from, cede.map_or(0, |(entry, _)| entry.seq.0), to)
                }
            });
            let placed = self.model.place(space, number);
            if found.clone().ok() != placed {
                self.fault(Invariant::OnePlace, format!("{number}: {found:?}, not {placed:?}"));
            }
        }
    }

    fn printed(&self, space: SpaceId) -> Ranges {
        let of_space = self.receipts.range((space, 0)..=(space, u64::MAX));
        of_space.map(|((_, number), _)| *number).collect()
    }
}

/// The auditor of everything against the model.
fn whole(
    observer: &View,
    space: SpaceId,
    classes: &BTreeMap<At, Ranges>,
) -> Vec<(Invariant, String)> {
    let found = audit(&observer.rows, space);
    let mut faults = Vec::new();
    if !found.totals().balances() {
        faults.push((Invariant::Partition, format!("{:?}", found.totals())));
    }
    let mut placed = BTreeMap::new();
    for (log, ranges) in &found.issued {
        placed.insert(At::Issued(*log), ranges.clone());
    }
    for (log, ranges) in &found.voided {
        placed.insert(At::Voided(*log), ranges.clone());
    }
    let mut waiting = found
        .lost
        .values()
        .chain(found.in_transit.values())
        .chain(found.held.values())
        .fold(Ranges::new(), |all, ranges| all.union(ranges));
    for (at, ranges) in classes {
        match at {
            At::Issued(_) | At::Voided(_) => {
                if placed.remove(at).as_ref() != Some(ranges) {
                    faults.push((Invariant::OnePlace, format!("{at:?} should be {ranges}")));
                }
            }
            At::Held(log) => {
                let held = holding(&observer.rows, space, *log).held;
                if held != *ranges {
                    faults.push((Invariant::OnePlace, format!("{log} holds {held}, not {ranges}")));
                }
                waiting = waiting.minus(ranges);
            }
            At::Transit(..) => waiting = waiting.minus(ranges),
        }
    }
    if !placed.is_empty() || !waiting.is_empty() {
        faults.push((Invariant::OnePlace, format!("nobody put {placed:?} {waiting} there")));
    }
    faults
}
