//! Swarm options: each seed draws its own shop, its own habits and its own
//! subset of what can go wrong. A run in which everything goes wrong at once
//! finds less than many in which a few things do, each often.

use crate::chance::Dice;
use crate::scenario::{
    ActionLine, DeviceLine, Expect, FaultLine, How, Network, Relay, Rot, Scenario, Shop, Span,
    Workload,
};
use till_schema::body::{EndReason, Role};

/// Devices of a swarm's shop.
const DEVICES: (u64, u64) = (2, 6);
/// Minutes that a swarm's story takes.
const MINUTES: (u64, u64) = (20, 240);
/// Faults of one kind in one run at most.
const TIMES_MAX: u64 = 4;
/// Part of the kinds of fault that one run knows.
const KINDS_PART: f64 = 0.3;

/// The kinds that a swarm draws from. Those that destroy or copy a device's
/// state are drawn apart, since they excuse much.
const GENTLE: [&str; 20] = [
    "partition",
    "link-down",
    "one-way",
    "flap",
    "slow-link",
    "crash",
    "crash-at-operation",
    "disk-full",
    "sync-error",
    "write-error",
    "clock",
    "no-internet",
    "relay-down",
    "relay-busy",
    "relay-loses",
    "relay-slow",
    "relay-forgets",
    "relay-twice",
    "relay-mixes-up",
    "authority-rejects",
];
const HARSH: [&str; 7] =
    ["bit-rot", "restore", "clone", "gone", "byzantine", "authority-down", "later-version"];
/// What the administration does in some runs.
const DEEDS: [&str; 9] = [
    "set-roles",
    "suspend",
    "end",
    "retire",
    "move-custody",
    "resolution",
    "import",
    "join",
    "move-admin",
];

/// The scenario of a seed.
pub fn draw(seed: u64) -> Scenario {
    let mut dice = Dice::of(seed, "swarm options");
    let devices = dice.between(DEVICES.0, DEVICES.1);
    let minutes = dice.between(MINUTES.0, MINUTES.1);
    let mut drawn = Drawn { names: names(devices), minutes, dice };
    let mut scenario = Scenario {
        name: format!("swarm-{seed}"),
        description: String::new(),
        duration: Span::ms(minutes * 60_000),
        converge_within: Span::ms(900_000),
        seed,
        shop: drawn.shop(),
        network: drawn.network(),
        relay: Relay::default(),
        workload: drawn.workload(),
        expect: Expect::default(),
        devices: drawn.devices(),
        links: Vec::new(),
        faults: Vec::new(),
        actions: Vec::new(),
    };
    scenario.faults = drawn.faults();
    let deeds = drawn.deeds(&mut scenario.devices);
    scenario.actions = deeds;
    scenario
}

fn names(count: u64) -> Vec<String> {
    (1..=count).map(|number| format!("Caja {number}")).collect()
}

struct Drawn {
    names: Vec<String>,
    minutes: u64,
    dice: Dice,
}

impl Drawn {
    fn name(&mut self) -> String {
        self.dice.pick(&self.names).cloned().unwrap_or_default()
    }

    fn two(&mut self) -> (String, String) {
        let a = self.dice.index(self.names.len());
        let b = (a + 1 + self.dice.index(self.names.len() - 1)) % self.names.len();
        (self.names[a].clone(), self.names[b].clone())
    }

    fn moment(&mut self) -> Span {
        Span::ms(self.dice.between(5, self.minutes * 60) * 1000 + self.dice.below(1000))
    }

    /// Mostly short, sometimes as long as the story.
    fn lasting(&mut self) -> Span {
        let seconds = match self.dice.below(4) {
            0 => self.dice.between(1, 30),
            1 | 2 => self.dice.between(30, 1_200),
            _ => self.dice.between(600, self.minutes * 60),
        };
        Span::ms(seconds * 1000)
    }

    fn shop(&mut self) -> Shop {
        let few = self.dice.chance(0.3);
        Shop {
            products: self.dice.between(5, 60) as u32,
            stock: if self.dice.chance(0.5) { 20 } else { 2_000 },
            numbers: if few { (1, self.dice.between(60, 400)) } else { (980, 60_000) },
            segment_kib: 320,
            witness: self.dice.chance(0.8),
        }
    }

    fn network(&mut self) -> Network {
        let slow = self.dice.chance(0.2);
        Network {
            latency: if slow { (Span(50), Span(4_000)) } else { (Span(1), Span(12)) },
            bandwidth: if self.dice.chance(0.15) { 4_096 } else { 0 },
            breaks_per_hour: if self.dice.chance(0.4) { 20.0 } else { 0.0 },
            silent_breaks: 0.5,
        }
    }

    fn workload(&mut self) -> Workload {
        let mut rate = |part: f64, low: u64, high: u64| {
            if self.dice.chance(part) { self.dice.between(low, high) as f64 } else { 0.0 }
        };
        Workload {
            sales: 5.0 + rate(0.9, 5, 120),
            prices: rate(0.6, 1, 20),
            edits: rate(0.5, 1, 12),
            stock: rate(0.5, 1, 12),
            customers: rate(0.4, 1, 10),
            resolutions: rate(0.5, 1, 20),
            grants: rate(0.3, 1, 6),
            voids: rate(0.2, 1, 2),
            lines: 1 + rate(0.8, 1, 5) as u64,
            double_clicks: rate(0.5, 1, 10) / 100.0,
            hot_products: rate(0.5, 2, 8) as u32,
            returns: rate(0.6, 1, 12),
            drawers: rate(0.5, 1, 12),
            carts: rate(0.4, 1, 8),
            ..Workload::default()
        }
    }

    fn devices(&mut self) -> Vec<DeviceLine> {
        let mut lines = Vec::new();
        for name in self.names.clone() {
            let roles = match self.dice.below(3) {
                0 => vec![Role::Manager, Role::Register],
                _ => vec![Role::Register],
            };
            let wrong = self.dice.chance(0.2);
            lines.push(DeviceLine {
                name,
                roles,
                joins: None,
                clock: if wrong {
                    Span(self.dice.below(240_000) as i64 - 120_000)
                } else {
                    Span(0)
                },
                drift_ppm: if wrong { self.dice.below(400) as i64 - 200 } else { 0 },
                relay: self.dice.chance(0.8),
                sells: true,
            });
        }
        lines
    }

    fn faults(&mut self) -> Vec<FaultLine> {
        let mut lines = Vec::new();
        for kind in GENTLE {
            if self.dice.chance(KINDS_PART) {
                for _ in 0..self.dice.between(1, TIMES_MAX) {
                    let line = self.fault(kind);
                    lines.push(line);
                }
            }
        }
        for kind in HARSH {
            if self.dice.chance(0.08) {
                self.harsh(kind, &mut lines);
            }
        }
        lines.sort_by_key(|line| line.at);
        lines
    }

    fn fault(&mut self, kind: &str) -> FaultLine {
        let mut line = FaultLine {
            at: self.moment(),
            lasts: Some(self.lasting()),
            kind: kind.to_owned(),
            ..FaultLine::default()
        };
        match kind {
            "partition" => line.islands = Some(self.islands()),
            "link-down" | "one-way" => line.between = Some(self.two()),
            "flap" => {
                line.between = Some(self.two());
                line.period = Some(Span::ms(self.dice.between(1_000, 120_000)));
            }
            "slow-link" => {
                line.between = Some(self.two());
                line.latency = Some((Span(200), Span(self.dice.between(300, 60_000) as i64)));
                line.bandwidth = Some(self.dice.between(512, 16_384));
            }
            "crash" => {
                line.device = Some(self.name());
                line.how = Some(if self.dice.chance(0.7) { How::PowerCut } else { How::Kill });
                line.lasts = None;
            }
            "crash-at-operation" | "sync-error" | "write-error" => {
                line.device = Some(self.name());
                line.operation = Some(self.dice.between(1, 200));
                line.lasts = None;
            }
            "disk-full" => line.device = Some(self.name()),
            "clock" => {
                line.device = Some(self.name());
                let sizes = [1_000, 60_000, 3_600_000, 86_400_000, 31_536_000_000];
                let size = self.dice.pick(&sizes).copied().unwrap_or(1_000);
                line.by = Some(Span(if self.dice.chance(0.5) { size } else { -size }));
            }
            "no-internet" => line.devices = Some(vec![self.name(), self.name()]),
            "relay-slow" => line.by = Some(Span::ms(self.dice.between(1_000, 60_000))),
            "relay-forgets" => line.lasts = None,
            "authority-rejects" => line.part = Some(0.2),
            _ => line.part = Some(self.dice.between(1, 50) as f64 / 100.0),
        }
        if matches!(kind, "relay-down" | "authority-down") {
            line.part = None;
        }
        line
    }

    fn islands(&mut self) -> Vec<Vec<String>> {
        let count = self.dice.between(2, 3) as usize;
        let mut islands = vec![Vec::new(); count];
        for name in self.names.clone() {
            islands[self.dice.index(count)].push(name.clone());
            // A bridge is on two.
            if self.dice.chance(0.1) {
                islands[self.dice.index(count)].push(name);
            }
        }
        islands.retain(|island| !island.is_empty());
        islands
    }

    fn harsh(&mut self, kind: &str, lines: &mut Vec<FaultLine>) {
        let device = Some(self.name());
        let mut line =
            FaultLine { at: self.moment(), kind: kind.to_owned(), device, ..FaultLine::default() };
        match kind {
            "bit-rot" => {
                let files = [Rot::Books, Rot::OwnLog, Rot::OtherLog];
                line.file = self.dice.pick(&files).copied();
                // It is found when the device starts.
                let crash = FaultLine {
                    at: Span(line.at.0 + 5_000),
                    kind: "crash".to_owned(),
                    device: line.device.clone(),
                    how: Some(How::Kill),
                    ..FaultLine::default()
                };
                lines.push(crash);
            }
            "restore" => {
                line.fences_set_back = Some(self.dice.below(3) as u8);
                let image = FaultLine {
                    at: Span(line.at.0 / 2),
                    kind: "image".to_owned(),
                    device: line.device.clone(),
                    ..FaultLine::default()
                };
                lines.push(image);
            }
            "clone" => line.with_fences = Some(self.dice.chance(0.6)),
            "authority-down" => {
                line.device = None;
                line.lasts = Some(self.lasting());
            }
            "byzantine" => {
                line.count = Some(self.dice.between(1, 30));
                line.lasts = Some(self.lasting());
            }
            "later-version" => {}
            // The device that administers has nobody to end it.
            "gone" if self.names.len() > 2 => line.device = self.names.last().cloned(),
            _ => return,
        }
        lines.push(line);
    }

    fn deeds(&mut self, devices: &mut Vec<DeviceLine>) -> Vec<ActionLine> {
        let mut lines = Vec::new();
        for deed in DEEDS {
            if self.dice.chance(0.12) {
                self.deed(deed, devices, &mut lines);
            }
        }
        lines.sort_by_key(|line| line.at);
        lines
    }

    fn deed(&mut self, deed: &str, devices: &mut Vec<DeviceLine>, lines: &mut Vec<ActionLine>) {
        let first = self.names[0].clone();
        let other = self.names[1 + self.dice.index(self.names.len() - 1)].clone();
        let mut line = ActionLine {
            at: self.moment(),
            device: first,
            what: deed.to_owned(),
            to: Some(other.clone()),
            ..ActionLine::default()
        };
        match deed {
            "set-roles" => {
                let manager = self.dice.chance(0.5);
                line.roles = Some(if manager {
                    vec![Role::Manager, Role::Register]
                } else {
                    vec![Role::Register]
                });
            }
            "suspend" => {
                let mut lift = ActionLine { what: "reinstate".to_owned(), ..line.clone() };
                lift.at = Span(line.at.0 + self.lasting().0);
                lines.push(lift);
            }
            "end" => {
                line.reason = Some(EndReason::Lost);
                if self.dice.chance(0.5) {
                    let mut found = ActionLine { what: "accept-tail".to_owned(), ..line.clone() };
                    found.at = Span(line.at.0 + self.lasting().0);
                    lines.push(found);
                }
            }
            "retire" => {
                line.device = other;
                line.to = None;
            }
            "resolution" => {
                let from = self.dice.between(100_000, 200_000);
                line.numbers = Some((from, from + self.dice.between(50, 5_000)));
                line.text = Some(format!("res {from}"));
                line.to = None;
            }
            "import" => {
                line.count = Some(self.dice.between(5, 120) as i64);
                line.device = other;
                line.to = None;
            }
            "join" => {
                devices.push(DeviceLine {
                    name: format!("Caja {}", devices.len() + 1),
                    roles: vec![Role::Register],
                    joins: Some(line.at),
                    clock: Span(0),
                    drift_ppm: 0,
                    relay: true,
                    sells: true,
                });
                return;
            }
            _ => {}
        }
        lines.push(line);
    }
}
