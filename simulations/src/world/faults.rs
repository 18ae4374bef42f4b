//! Things that go wrong on purpose, and that end again.

use super::queue::Due;
use super::{How, World};
use crate::device::Off;
use crate::net::{Carriage, direction};
use crate::scenario::{self, Fault};
use crate::trace::EventKind;
use std::borrow::Cow;
use std::collections::BTreeSet;
use till_schema::LogId;

/// A fault that is going on.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) fault: Fault,
    /// What was before, where ending it needs that.
    before: Before,
}

#[derive(Debug)]
enum Before {
    Nothing,
    Relay(Box<scenario::Relay>),
    Carriage(Option<Carriage>),
    /// A flapping link is closed now.
    Flap(bool),
}

impl World {
    /// Puts all lines of the scenario into the queue.
    pub(super) fn plan_faults(&mut self) {
        for line in 0..self.scenario.faults.len() {
            let at_ms = self.moment(self.scenario.faults[line].at);
            self.queue.push(at_ms, Due::FaultBegins { line });
        }
        for line in 0..self.scenario.actions.len() {
            let at_ms = self.moment(self.scenario.actions[line].at);
            self.queue.push(at_ms, Due::Act { line });
        }
    }

    pub(super) fn fault_begins(&mut self, line: usize) {
        if self.quiet {
            return;
        }
        let line_of = self.scenario.faults[line].clone();
        if let Some(every) = line_of.every {
            self.after(every.as_ms(), Due::FaultBegins { line });
        }
        let Ok(fault) = line_of.fault() else { return };
        self.next_fault += 1;
        let id = self.next_fault;
        if !self.begin(id, &fault) {
            return;
        }
        self.stats.faults += 1;
        self.sometimes.reach_of("fault", fault.kind());
        let detail = describe(&fault);
        self.event(None, EventKind::FaultBegan { kind: Cow::Borrowed(fault.kind()), detail });
        if let Some(lasts) = line_of.lasts {
            self.after(lasts.as_ms(), Due::FaultEnds { id });
        }
        if let Fault::Partition { islands } = &fault {
            let islands = self.islands(islands);
            let islands =
                islands.iter().map(|i| i.iter().map(|index| *index as u8).collect()).collect();
            self.event(None, EventKind::PartitionBegan { islands });
        }
        self.network_changed(self.fault_is_silent());
    }

    fn fault_is_silent(&self) -> bool {
        // By the moment, so that it shifts no dice.
        let part = (self.scenario.network.silent_breaks * 100.0) as u64;
        self.now_ms % 100 < part
    }

    fn islands(&self, names: &[Vec<String>]) -> Vec<BTreeSet<usize>> {
        let island = |names: &Vec<String>| names.iter().filter_map(|n| self.named(n)).collect();
        names.iter().map(island).collect()
    }

    fn ends(&self, between: &(String, String)) -> Option<(usize, usize)> {
        Some((self.named(&between.0)?, self.named(&between.1)?))
    }

    /// Begins a fault; false when there is nothing for it to meet.
    fn begin(&mut self, id: u64, fault: &Fault) -> bool {
        let mut before = Before::Nothing;
        let device = |world: &Self, name: &String| world.named(name);
        match fault {
            Fault::Partition { islands } => {
                let islands = self.islands(islands);
                self.net.part(id, islands);
            }
            Fault::LinkDown { between } => {
                let Some((a, b)) = self.ends(between) else { return false };
                self.block(a, b, true);
                self.block(b, a, true);
            }
            Fault::OneWay { from, to } => {
                let Some((a, b)) = self.ends(&(from.clone(), to.clone())) else { return false };
                self.block(a, b, true);
            }
            Fault::Flap { between, period_ms } => {
                if self.ends(between).is_none() {
                    return false;
                }
                before = Before::Flap(false);
                self.after(*period_ms, Due::Flaps { id, on: true });
            }
            Fault::SlowLink { between, latency, bandwidth } => {
                let Some((a, b)) = self.ends(between) else { return false };
                let slow = Carriage::of(*latency, *bandwidth);
                before = Before::Carriage(self.net.between(a, b).carriage.replace(slow));
            }
            Fault::Crash { device: name, how } => {
                let Some(index) = device(self, name) else { return false };
                if !self.devices[index].is_running() {
                    return false;
                }
                let how = match how {
                    scenario::How::PowerCut => How::PowerCut,
                    scenario::How::Kill => How::Killed,
                };
                self.stop(index, how, Off::Waiting);
                self.may_crash_starting(index);
                let pause = self.fault_dice.between(1_000, 90_000);
                self.after(pause, Due::Start { device: index });
            }
            Fault::CrashAtOperation { device: name, operation, .. } => {
                let Some(index) = device(self, name) else { return false };
                let disk = &self.devices[index].disk;
                disk.crash_at(disk.ops() + operation.max(&1));
            }
            Fault::DiskFull { device: name } => {
                let Some(index) = device(self, name) else { return false };
                let disk = &self.devices[index].disk;
                disk.fill_at(disk.ops() + 1);
            }
            Fault::SyncError { device: name, operation } => {
                let Some(index) = device(self, name) else { return false };
                let disk = &self.devices[index].disk;
                disk.fail_sync_at(disk.ops() + operation.max(&1));
            }
            Fault::WriteError { device: name, operation } => {
                let Some(index) = device(self, name) else { return false };
                let disk = &self.devices[index].disk;
                disk.fail_write_at(disk.ops() + operation.max(&1));
            }
            Fault::BitRot { device: name, file } => {
                let Some(index) = device(self, name) else { return false };
                return self.rot(index, *file);
            }
            Fault::LaterVersion { device: name } => {
                let Some(index) = device(self, name) else { return false };
                return self.later_version(index);
            }
            Fault::Image { device: name } => {
                let Some(index) = device(self, name) else { return false };
                return self.keep_image(index);
            }
            Fault::Restore { device: name, fences_set_back } => {
                let Some(index) = device(self, name) else { return false };
                return self.restore(index, *fences_set_back);
            }
            Fault::Clone { device: name, with_fences } => {
                let Some(index) = device(self, name) else { return false };
                return self.copy(index, *with_fences);
            }
            Fault::Clock { device: name, by } => {
                let Some(index) = device(self, name) else { return false };
                self.devices[index].clock.offset_ms += by.0;
            }
            Fault::NoInternet { .. } => {}
            Fault::RelayDown => self.relay.down += 1,
            Fault::AuthorityDown => self.relay.authority_down += 1,
            Fault::RelaySlow { by } => self.relay.slower_ms += by.as_ms(),
            Fault::RelayForgets => {
                self.relay.forget(self.now_ms);
            }
            Fault::RelayBusy { part } => {
                before = self.change_relay(|relay| relay.busy = *part);
            }
            Fault::RelayLoses { part } => {
                before = self.change_relay(|relay| relay.loses = *part);
            }
            Fault::RelayTwice { part } => {
                before = self.change_relay(|relay| relay.twice = *part);
            }
            Fault::RelayMixesUp { part } => {
                before = self.change_relay(|relay| relay.mixes_up = *part);
            }
            Fault::AuthorityRejects { part } => {
                before = self.change_relay(|relay| relay.rejects = *part);
            }
            Fault::Gone { device: name } => {
                let Some(index) = device(self, name) else { return false };
                self.excuse_disk(index, None);
                if self.devices[index].is_running() {
                    self.stop(index, How::PowerCut, Off::Gone);
                }
                self.devices[index].running = Err(Off::Gone);
            }
            Fault::Byzantine { device: name, per_minute } => {
                if device(self, name).is_none() {
                    return false;
                }
                self.liars.insert(name.clone());
                self.after(60_000 / per_minute.max(&1), Due::Lies { id });
            }
        }
        self.active.insert(id, Active { fault: fault.clone(), before });
        true
    }

    pub(super) fn fault_ends(&mut self, id: u64) {
        let Some(Active { fault, before }) = self.active.remove(&id) else { return };
        match (&fault, before) {
            (Fault::Partition { .. }, _) => {
                self.net.heal(id);
                self.event(None, EventKind::PartitionEnded);
            }
            (Fault::LinkDown { between }, _) => {
                if let Some((a, b)) = self.ends(between) {
                    self.block(a, b, false);
                    self.block(b, a, false);
                }
            }
            (Fault::OneWay { from, to }, _) => {
                if let Some((a, b)) = self.ends(&(from.clone(), to.clone())) {
                    self.block(a, b, false);
                }
            }
            (Fault::Flap { between, .. }, Before::Flap(true)) => {
                if let Some((a, b)) = self.ends(between) {
                    self.block(a, b, false);
                    self.block(b, a, false);
                }
            }
            (Fault::SlowLink { between, .. }, Before::Carriage(carriage)) => {
                if let Some((a, b)) = self.ends(between) {
                    self.net.between(a, b).carriage = carriage;
                }
            }
            (Fault::DiskFull { device }, _) => {
                if let Some(index) = self.named(device) {
                    self.devices[index].disk.free();
                }
            }
            (Fault::Clock { device, by }, _) => {
                if let Some(index) = self.named(device) {
                    self.devices[index].clock.offset_ms -= by.0;
                }
            }
            (Fault::RelayDown, _) => self.relay.down = self.relay.down.saturating_sub(1),
            (Fault::AuthorityDown, _) => {
                self.relay.authority_down = self.relay.authority_down.saturating_sub(1);
            }
            (Fault::RelaySlow { by }, _) => {
                self.relay.slower_ms = self.relay.slower_ms.saturating_sub(by.as_ms());
            }
            (_, Before::Relay(relay)) => *self.relay.settings() = *relay,
            _ => {}
        }
        self.event(None, EventKind::FaultEnded { kind: Cow::Borrowed(fault.kind()) });
        self.network_changed(true);
    }

    /// Ends everything that goes wrong.
    pub(super) fn all_faults_end(&mut self) {
        let ids: Vec<u64> = self.active.keys().copied().collect();
        for id in ids {
            self.fault_ends(id);
        }
        self.net.heal_all();
    }

    fn block(&mut self, from: usize, to: usize, on: bool) {
        let way = direction(from, to);
        let blocked = &mut self.net.between(from, to).blocked[way];
        *blocked = if on { *blocked + 1 } else { blocked.saturating_sub(1) };
    }

    fn change_relay(&mut self, change: impl FnOnce(&mut scenario::Relay)) -> Before {
        let settings = self.relay.settings();
        let before = Before::Relay(Box::new(settings.clone()));
        change(settings);
        before
    }

    pub(super) fn flaps(&mut self, id: u64, on: bool) {
        let Some(Active { fault: Fault::Flap { between, period_ms }, before }) =
            self.active.get_mut(&id)
        else {
            return;
        };
        *before = Before::Flap(on);
        let (between, period_ms) = (between.clone(), *period_ms);
        if let Some((a, b)) = self.ends(&between) {
            self.block(a, b, on);
            self.block(b, a, on);
        }
        self.after(period_ms, Due::Flaps { id, on: !on });
        self.network_changed(self.fault_is_silent());
    }

    /// Whether a fault keeps a device from the internet.
    pub(super) fn is_offline(&self, index: usize) -> bool {
        let name = &self.devices[index].name;
        self.active.values().any(|active| match &active.fault {
            Fault::NoInternet { devices } => devices.contains(name),
            _ => false,
        })
    }

    /// A byzantine device says something.
    pub(super) fn lies(&mut self, id: u64) {
        let Some(Active { fault: Fault::Byzantine { device, per_minute }, .. }) =
            self.active.get(&id)
        else {
            return;
        };
        let (device, pause) = (device.clone(), 60_000 / (*per_minute).max(1));
        self.after(pause, Due::Lies { id });
        let Some(index) = self.named(&device) else { return };
        let peers = self.net.peers(index);
        let Some(to) = self.fault_dice.pick(&peers).copied() else { return };
        let logs: Vec<LogId> = self.devices.iter().map(|device| device.log).collect();
        let shop = self.devices[index].shop;
        let lie = crate::byzantine::lie(&mut self.fault_dice, shop, &logs);
        self.transmit(index, to, lie);
    }
}

fn describe(fault: &Fault) -> String {
    let text = format!("{fault:?}");
    text.split_once(' ').map(|(_, rest)| rest.to_owned()).unwrap_or_default()
}
