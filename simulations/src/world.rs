//! A shop in a box: machines, the network between them, a relay, people, one
//! base of time, and chance from one seed.

pub mod day;
mod deeds;
mod disks;
mod effects;
mod faults;
mod joining;
mod links;
mod look;
pub mod queue;
mod relaying;
mod settle;
mod setup;
mod versions;

pub use effects::short;
pub use look::kind_name;

use crate::chance::Dice;
use crate::device::{Advanced, Device, Off, StartError};
use crate::ghost::Ghost;
use crate::net::Net;
use crate::people::People;
use crate::relay::Relay;
use crate::scenario::Scenario;
use crate::sometimes::Sometimes;
use crate::trace::{EventKind, Recorder};
use crate::violation::{Promise, Violation};
use effects::Pending;
use faults::Active;
use joining::Joining;
use queue::{Due, Queue};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use till_node::Input;
use till_node::command::{Acting, Command};
use till_schema::LogId;
use till_store::StoreOptions;

/// Violations kept of one run.
const VIOLATIONS_MAX: usize = 20;
/// A device is at rest for a moment so often, ms.
const REST_EVERY_MS: u64 = 30_000;
/// A device whose disk refused something at its start is started again after, ms.
const START_AGAIN_MS: u64 = 30_000;
/// Inputs that one moment may bring to one device before it counts as spinning.
const INPUTS_AT_ONCE_MAX: u32 = 200_000;

/// What a run counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Things that happened.
    pub events: u64,
    /// Messages that arrived.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Starts of devices.
    pub starts: u64,
    /// Faults injected.
    pub faults: u64,
}

/// The world of one run.
pub struct World {
    /// The story.
    pub scenario: Scenario,
    /// Milliseconds since the world began.
    pub now_ms: u64,
    /// When the story began.
    pub story_ms: u64,
    /// The machines.
    pub devices: Vec<Device>,
    /// Between them.
    pub net: Net,
    /// The relay and the authority.
    pub relay: Relay,
    /// Habits of people.
    pub people: People,
    /// What should be.
    pub ghost: Ghost,
    /// What was reached.
    pub sometimes: Sometimes,
    /// Events.
    pub trace: Recorder,
    /// Broken promises.
    pub violations: Vec<Violation>,
    /// Counts.
    pub stats: Stats,
    /// The device that administers the shop.
    pub admin: usize,
    queue: Queue,
    disk_dice: Dice,
    key_dice: Dice,
    fault_dice: Dice,
    pending: BTreeMap<(usize, u64), Pending>,
    next_ticket: u64,
    joinings: Vec<Joining>,
    replies: BTreeMap<u64, usize>,
    active: BTreeMap<u64, Active>,
    next_fault: u64,
    images: BTreeMap<usize, disks::Image>,
    seen_conflicts: look::Seen,
    liars: BTreeSet<String>,
    mended: BTreeSet<LogId>,
    rotten_books: BTreeSet<usize>,
    recovers: BTreeSet<usize>,
    begun: bool,
    quiet: bool,
}

impl World {
    /// A world in which nothing is yet.
    pub fn new(scenario: &Scenario, seed: u64, keep_trace: bool) -> Self {
        Self {
            net: Net::new(&scenario.network, Dice::of(seed, "network")),
            relay: Relay::new(scenario.relay.clone(), Dice::of(seed, "relay")),
            people: People::new(scenario, Dice::of(seed, "people")),
            disk_dice: Dice::of(seed, "disk"),
            key_dice: Dice::of(seed, "keys"),
            fault_dice: Dice::of(seed, "faults"),
            scenario: scenario.clone(),
            now_ms: 0,
            story_ms: setup::takes_ms(scenario),
            devices: Vec::new(),
            ghost: Ghost::default(),
            sometimes: Sometimes::default(),
            trace: Recorder::new(keep_trace),
            violations: Vec::new(),
            stats: Stats::default(),
            admin: 0,
            queue: Queue::default(),
            pending: BTreeMap::new(),
            next_ticket: 0,
            joinings: Vec::new(),
            replies: BTreeMap::new(),
            active: BTreeMap::new(),
            next_fault: 0,
            images: BTreeMap::new(),
            seen_conflicts: look::Seen::default(),
            liars: BTreeSet::new(),
            mended: BTreeSet::new(),
            rotten_books: BTreeSet::new(),
            recovers: BTreeSet::new(),
            begun: false,
            quiet: false,
        }
    }

    /// The moment on the story's scale.
    pub fn at_ms(&self) -> i64 {
        self.now_ms as i64 - self.story_ms as i64
    }

    /// Tells the trace.
    pub fn event(&mut self, device: Option<usize>, kind: EventKind) {
        let at_ms = self.at_ms();
        self.trace.event(at_ms, device.map(|index| index as u8), kind);
    }

    /// Tells the trace a detail.
    pub fn detail(&mut self, device: Option<usize>, kind: EventKind) {
        let at_ms = self.at_ms();
        self.trace.detail(at_ms, device.map(|index| index as u8), kind);
    }

    /// A promise is broken.
    pub fn violate(
        &mut self,
        promise: Promise,
        invariant: &'static str,
        device: Option<usize>,
        what: String,
    ) {
        let name = Cow::Borrowed(invariant);
        self.event(device, EventKind::Violated { invariant: name.clone(), what: what.clone() });
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(Violation {
                promise,
                invariant: name,
                device: device.map(|index| index as u8),
                at_ms: self.at_ms(),
                what,
            });
        }
    }

    /// The machine of a name.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.devices.iter().position(|device| device.name == name)
    }

    /// Whether a machine was ever made to lie.
    pub fn has_lied(&self, name: &str) -> bool {
        self.liars.contains(name)
    }

    /// Machines that sign a log.
    pub fn signing(&self, log: LogId) -> impl Iterator<Item = usize> + '_ {
        (0..self.devices.len()).filter(move |index| self.devices[*index].log == log)
    }

    fn store_options(&self) -> StoreOptions {
        let bytes = self.scenario.shop.segment_kib.max(32) * 1024;
        StoreOptions {
            segment_bytes: bytes,
            first_foreign_segment_bytes: bytes,
            reserve_bytes: (bytes / 8).min(64 * 1024),
        }
    }

    /// Lets everything happen that is due up to a moment.
    pub fn run_until(&mut self, until_ms: u64) {
        while let Some((at_ms, due)) = self.queue.pop_until(until_ms) {
            self.now_ms = self.now_ms.max(at_ms);
            self.stats.events += 1;
            self.happen(due);
        }
        self.now_ms = self.now_ms.max(until_ms);
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Wake { device, start } => self.wake(device, start),
            Due::Input { device, start, input } => {
                if self.is_run(device, start) {
                    self.input(device, input);
                }
            }
            Due::Deliver { from, to, session, held } => {
                self.deliver(from, to, session, held);
            }
            Due::Connect(pair) => self.connect(pair),
            Due::TimeOut { pair, session } => self.time_out(pair, session),
            Due::LinkBreaks => self.break_a_link(),
            Due::Rest { device, start } => self.rest(device, start),
            Due::Start { device } => self.start(device),
            Due::AtRelay { device, start, document } => self.at_relay(device, start, *document),
            Due::Authority { code } => self.authority_done(code),
            Due::RelayAnswers { device, start, code } => self.relay_answers(device, start, code),
            Due::Answered { device, start, code, answer } => {
                self.answered(device, start, code, answer);
            }
            Due::Witness { device, start, log } => self.witness(device, start, log),
            Due::Habit { device, habit } => self.habit(device, habit),
            Due::TryAgain { device, cart, tries } => self.ring_again(device, *cart, tries),
            Due::FaultBegins { line } => self.fault_begins(line),
            Due::FaultEnds { id } => self.fault_ends(id),
            Due::Flaps { id, on } => self.flaps(id, on),
            Due::Lies { id } => self.lies(id),
            Due::Act { line } => self.act(line),
            Due::Join { joining } => self.ask_to_join(joining),
            Due::Twins { a, b } => self.twins_meet(a, b),
            Due::Look => self.look(),
        }
    }

    fn is_run(&self, device: usize, start: u32) -> bool {
        self.devices[device].is_running() && self.devices[device].starts == start
    }

    fn after(&mut self, ms: u64, due: Due) {
        self.queue.push(self.now_ms + ms, due);
    }

    // Devices.

    fn start(&mut self, index: usize) {
        if self.devices[index].is_running() || !self.devices[index].may_return() {
            return;
        }
        let entropy = self.key_dice.bytes();
        self.stats.starts += 1;
        if self.is_full(index) {
            // A restart makes no space.
            let disk = &self.devices[index].disk;
            disk.fill_at(disk.ops() + 1);
        }
        let device = &mut self.devices[index];
        let opened = device.start(entropy);
        let start = device.starts;
        match opened {
            Ok(opened) => {
                self.event(Some(index), EventKind::Started { start });
                if start > 1 {
                    self.sometimes.reach("mark:restarted");
                }
                self.sometimes.add("mark:cut-off", u64::from(opened.cut_off_bytes > 0));
                self.sometimes.add("mark:books-rebuilt", u64::from(opened.books_rebuilt));
                self.sometimes.add("mark:fence-alarm", u64::from(opened.alarm));
                if let (true, Some(why)) = (opened.alarm, self.devices[index].quarantine.clone()) {
                    self.sometimes.reach("mark:quarantined");
                    self.event(Some(index), EventKind::Quarantined { why });
                }
                self.sometimes.add("mark:foreign-log-damaged", u64::from(opened.damaged_logs));
                self.reset_links_of(index);
                crate::checkers::p1::after_start(self, index);
                let effects = self.devices[index].drain_opening();
                self.carry_out(index, effects);
                let log = self.devices[index].log;
                let addresses = vec![format!("/ip4/10.0.0.{index}/tcp/4001")];
                self.input(index, Input::Addresses { log, addresses });
                let pause = self.fault_dice.between(REST_EVERY_MS / 2, REST_EVERY_MS);
                self.after(pause, Due::Rest { device: index, start });
                self.seek_links(index);
                self.cashier_returns(index);
            }
            Err(StartError::Crashed) => {
                self.sometimes.reach("mark:crashed-starting");
                self.stop(index, How::Crashed, Off::Waiting);
                let pause = self.fault_dice.between(1_000, 20_000);
                self.after(pause, Due::Start { device: index });
            }
            Err(StartError::Refused(why)) => {
                self.sometimes.reach("mark:refused-at-start");
                self.event(Some(index), EventKind::Note { text: why });
                self.drop_links_of(index, true);
                self.after(START_AGAIN_MS, Due::Start { device: index });
            }
            Err(StartError::Broken(why)) => {
                self.event(Some(index), EventKind::Stopped { how: Cow::Borrowed("broken") });
                self.event(Some(index), EventKind::Note { text: why });
                self.became_broken(index);
            }
        }
    }

    /// Stops a program.
    fn stop(&mut self, index: usize, how: How, off: Off) {
        let name = match how {
            How::PowerCut => "power-cut",
            How::Crashed => "disk-crash",
            How::Killed => "killed",
            How::Closed => "closed",
        };
        self.pending_lost(index);
        let device = &mut self.devices[index];
        match how {
            How::PowerCut | How::Crashed => device.power_cut(off),
            How::Killed => device.kill(off),
            How::Closed => {
                device.close();
                if device.disk.crashed() {
                    device.power_cut(off);
                } else {
                    device.running = Err(off);
                }
            }
        }
        self.event(Some(index), EventKind::Stopped { how: Cow::Borrowed(name) });
        let is_noticed = matches!(how, How::Killed | How::Closed);
        self.drop_links_of(index, is_noticed);
    }

    fn rest(&mut self, index: usize, start: u32) {
        if !self.is_run(index, start) {
            return;
        }
        match self.devices[index].rest() {
            Advanced::Done(effects) => self.carry_out(index, effects),
            Advanced::Crashed => return self.crashed(index),
        }
        self.after(REST_EVERY_MS, Due::Rest { device: index, start });
    }

    /// A planned crash inside of a disk operation has happened.
    fn crashed(&mut self, index: usize) {
        self.sometimes.reach("mark:crashed-in-operation");
        let how = if self.fault_dice.chance(0.7) { How::Crashed } else { How::Killed };
        self.stop(index, how, Off::Waiting);
        self.may_crash_starting(index);
        let pause = self.fault_dice.between(1_000, 60_000);
        self.after(pause, Due::Start { device: index });
    }

    fn wake(&mut self, index: usize, start: u32) {
        if !self.is_run(index, start) || self.devices[index].wake_at != Some(self.now_ms) {
            return;
        }
        self.devices[index].wake_at = None;
        self.input(index, Input::Tick);
    }

    /// Hands something in and lets the device work until it waits.
    fn input(&mut self, index: usize, input: Input) {
        self.devices[index].push(input);
        let mut left = INPUTS_AT_ONCE_MAX;
        while self.devices[index].is_busy() {
            match self.devices[index].advance(self.now_ms) {
                Advanced::Done(effects) => self.carry_out(index, effects),
                Advanced::Crashed => return self.crashed(index),
            }
            left -= 1;
            if left == 0 {
                let what = "it works on and on without time passing".to_owned();
                self.violate(Promise::Bounds, "comes-to-rest", Some(index), what);
                if let Ok(driver) = &mut self.devices[index].running {
                    driver.forget_waiting();
                }
            }
        }
        self.schedule_wake(index);
    }

    fn schedule_wake(&mut self, index: usize) {
        let Some(deadline) = self.devices[index].next_deadline() else { return };
        // A node that was just given the time wants nothing at that same moment.
        let at_ms = deadline.max(self.now_ms + 1);
        let device = &mut self.devices[index];
        if device.wake_at.is_none_or(|known| known > at_ms) {
            device.wake_at = Some(at_ms);
            let start = device.starts;
            self.queue.push(at_ms, Due::Wake { device: index, start });
        }
    }

    /// Hands a command in.
    fn tell(&mut self, index: usize, command: Command, pending: Pending) {
        if !self.devices[index].is_running() {
            return;
        }
        self.next_ticket += 1;
        let ticket = self.next_ticket;
        self.pending.insert((index, ticket), pending);
        self.input(index, Input::Command { ticket, command, acting: Acting::default() });
    }
}

/// How a program stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// The plug.
    PowerCut,
    /// In the middle of a disk operation.
    Crashed,
    /// The process.
    Killed,
    /// As a person ends it.
    Closed,
}
