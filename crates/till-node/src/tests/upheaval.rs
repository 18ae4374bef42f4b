//! Whatever happens to a shop and to those who run it, in whatever order: once
//! it is whole again, all devices say the same, and no number is sold twice.

use super::world::{RECOVERY, RowsAfter, World};
use super::{order, product, rename, reprice, sell};
use crate::Input;
use crate::command::{Command, Reply, Sold};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use till_schema::body::{ConflictKind, EndReason, Role};
use till_shop::recovery::{WordLanguage, phrase};

const DEVICES: usize = 4;
const ROLES: [&[Role]; 4] = [
    &[Role::Owner, Role::Register],
    &[Role::Manager, Role::Register],
    &[Role::Register],
    &[Role::Forwarder],
];

#[derive(Clone, Debug)]
enum Happening {
    Sell {
        device: usize,
    },
    Reprice {
        device: usize,
        price: i64,
    },
    Rename {
        device: usize,
        name: u8,
    },
    /// Whoever administers, in its own eyes, changes a device's roles.
    Roles {
        of: usize,
        roles: usize,
    },
    End {
        of: usize,
    },
    AcceptTail {
        of: usize,
    },
    MoveAdmin {
        to: usize,
    },
    Suspend {
        by: usize,
        of: usize,
    },
    Reinstate {
        of: usize,
    },
    Recover {
        by: usize,
    },
    Grant {
        from: usize,
        to: usize,
        count: u64,
    },
    Plug {
        a: usize,
        b: usize,
    },
    Unplug {
        a: usize,
        b: usize,
    },
    Checkpoint {
        device: usize,
    },
    Restart {
        device: usize,
        rows: RowsAfter,
    },
    Refuse {
        device: usize,
    },
    /// A device's folder is copied, and the copy started beside it.
    Copy {
        device: usize,
    },
    Steps {
        count: usize,
    },
    Time {
        ms: u64,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening as H;
    let device = 0..DEVICES;
    let rows = prop::sample::select(vec![RowsAfter::Kept, RowsAfter::Checkpoint, RowsAfter::Lost]);
    let pair = (device.clone(), device.clone());
    prop_oneof![
        10 => device.clone().prop_map(|device| H::Sell { device }),
        4 => (device.clone(), 1..6i64)
            .prop_map(|(device, n)| H::Reprice { device, price: 100 * n }),
        2 => (device.clone(), 0..3u8).prop_map(|(device, name)| H::Rename { device, name }),
        4 => (device.clone(), 0..ROLES.len()).prop_map(|(of, roles)| H::Roles { of, roles }),
        1 => (1..DEVICES).prop_map(|of| H::End { of }),
        1 => device.clone().prop_map(|of| H::AcceptTail { of }),
        2 => device.clone().prop_map(|to| H::MoveAdmin { to }),
        2 => pair.clone().prop_map(|(by, of)| H::Suspend { by, of }),
        2 => device.clone().prop_map(|of| H::Reinstate { of }),
        1 => device.clone().prop_map(|by| H::Recover { by }),
        1 => (device.clone(), device.clone(), 1..400u64)
            .prop_map(|(from, to, count)| H::Grant { from, to, count }),
        5 => pair.clone().prop_map(|(a, b)| H::Plug { a, b }),
        3 => pair.prop_map(|(a, b)| H::Unplug { a, b }),
        1 => device.clone().prop_map(|device| H::Checkpoint { device }),
        2 => (device.clone(), rows).prop_map(|(device, rows)| H::Restart { device, rows }),
        1 => device.clone().prop_map(|device| H::Refuse { device }),
        1 => device.prop_map(|device| H::Copy { device }),
        16 => (1..40usize).prop_map(|count| H::Steps { count }),
        2 => (1..5000u64).prop_map(|ms| H::Time { ms }),
    ]
}

struct Story {
    world: World,
    rung: BTreeMap<(usize, u64), u32>,
    next: u32,
    /// Whether a device may be copied.
    copies: bool,
    /// The till that is a copy, and of which.
    copy: Option<(usize, usize)>,
}

impl Story {
    fn begin(seed: u64, copies: bool) -> Self {
        let mut world = World::shop_of(seed, &[ROLES[0], ROLES[1], ROLES[2]]);
        world.ask(0, Command::PutProducts(vec![product("1", 1000, 500)])).unwrap();
        world.settle();
        (0..DEVICES).for_each(|device| world.checkpoint(device));
        Self { world, rung: BTreeMap::new(), next: 1, copies, copy: None }
    }

    fn log(&self, device: usize) -> String {
        self.world.tills[device].log.to_string()
    }

    /// Who administers, as far as a device of the shop knows of itself.
    fn admins(&self) -> Vec<usize> {
        let running = self.world.running().into_iter();
        running.filter(|device| self.world.node(*device).administers().is_ok()).collect()
    }

    fn administer(&mut self, command: Command) {
        for admin in self.admins() {
            self.world.tell(admin, command.clone());
        }
    }

    fn happen(&mut self, happening: &Happening) {
        match *happening {
            Happening::Sell { device } => {
                let device = match self.copy {
                    // The copy sells in turns with the one it is of.
                    Some((copy, of)) if of == device && self.next.is_multiple_of(2) => copy,
                    _ => device,
                };
                let number = self.next;
                self.next += 1;
                let ticket = self.world.tell(device, sell(number, "1", 1));
                self.rung.insert((device, ticket), number);
            }
            Happening::Reprice { device, price } => {
                self.world.tell(device, reprice("1", price));
            }
            Happening::Rename { device, name } => {
                self.world.tell(device, rename("1", &format!("Name {name}")));
            }
            Happening::Roles { of, roles } => {
                let (device, roles) = (self.log(of), ROLES[roles].to_vec());
                self.administer(Command::SetRoles { device, roles });
            }
            Happening::End { of } => {
                let (device, reason) = (self.log(of), EndReason::Lost);
                self.administer(Command::EndDevice { device, reason });
            }
            Happening::AcceptTail { of } => {
                let device = self.log(of);
                self.administer(Command::AcceptTail { device });
            }
            Happening::MoveAdmin { to } => {
                let to = self.log(to);
                self.administer(Command::MoveAdmin { to });
            }
            Happening::Suspend { by, of } => {
                let (device, reason) = (self.log(of), "why not".to_owned());
                self.world.tell(by, Command::Suspend { device, reason });
            }
            Happening::Reinstate { of } => {
                let device = self.log(of);
                self.administer(Command::Reinstate { device });
            }
            Happening::Recover { by } => {
                self.world.tell(by, Command::Recover { words: words() });
            }
            Happening::Grant { from, to, count } => {
                let to = self.log(to);
                self.world.tell(from, Command::GrantNumbers { space: None, to, count });
            }
            Happening::Plug { a, b } if a != b => self.world.plug(a, b),
            Happening::Unplug { a, b } if a != b => self.world.unplug(a, b),
            Happening::Plug { .. } | Happening::Unplug { .. } => {}
            Happening::Checkpoint { device } => self.world.checkpoint(device),
            Happening::Restart { device, rows } => self.world.restart(device, rows),
            Happening::Refuse { device } => self.world.tills[device].refusals = 1,
            Happening::Copy { device } if self.copies && self.copy.is_none() => {
                let copy = self.world.copy(device);
                self.world.start(copy);
                let beside = (device + 1) % DEVICES;
                self.world.unplug(device, beside);
                self.world.plug(copy, beside);
                self.copy = Some((copy, device));
            }
            Happening::Copy { .. } => {}
            Happening::Steps { count } => self.world.steps(count),
            Happening::Time { ms } => self.world.run_for(ms),
        }
    }

    /// All faults end, those who are stopped are let go on, and everything runs
    /// to its end. `false` when nobody is left who could let them.
    fn end(&mut self) -> bool {
        self.world.tills.iter_mut().for_each(|till| till.refusals = 0);
        self.together(0);
        for round in 0..12 {
            if !self.lift_all(round > 2) {
                return false;
            }
            self.together(round + 1);
            let first = self.world.digests(self.compared()[0]);
            let same = self.compared().iter().all(|device| self.world.digests(*device) == first);
            // Both machines of a copied device have met all others.
            let met = self.copy.is_none() || round >= DEVICES;
            if same && met && !self.is_anybody_stopped() {
                return true;
            }
        }
        // A device that was stopped together with all it knows hears nobody.
        let hears_nobody = |device: &usize| {
            !(0..self.world.tills.len()).any(|other| self.world.is_up(*device, other))
        };
        let is_cut_off = self.compared().iter().any(hears_nobody);
        assert!(is_cut_off, "they do not come together: {}", self.describe());
        false
    }

    /// Devices that must come to the same. One that is stopped while its log goes
    /// on elsewhere never takes that in: its own copy is evidence.
    fn compared(&self) -> Vec<usize> {
        let is_behind = |device: &usize| {
            let node = self.world.node(*device);
            node.fault().is_some() && node.forks.at(node.me()).is_none()
        };
        self.world.running().into_iter().filter(|device| !is_behind(device)).collect()
    }

    /// How the devices see each other, for a schedule that fails.
    fn describe(&self) -> String {
        let index = |log| self.world.index(log);
        let describe = |device: usize| {
            let node = self.world.node(device);
            let shop = node.authority.devices().into_iter();
            let shop = shop.map(|row| (index(row.log), row.suspended, row.ended));
            let heads = self.world.tills[device].heads().into_iter();
            let heads = heads.map(|(log, head)| (index(log), head.seq, head.hash));
            let links = (0..DEVICES).filter(|other| self.world.is_up(device, *other));
            format!(
                "\n{device}: {:?} administers, on its way to {:?}; {:?}; heads {:?}; links {:?}; \
                 {} wait; {:?}",
                index(node.authority.admin()),
                node.authority.moving_to().map(index),
                shop.collect::<Vec<_>>(),
                heads.collect::<Vec<_>>(),
                links.collect::<Vec<_>>(),
                self.world.sync(device).gated,
                node.fault(),
            )
        };
        self.world.running().into_iter().map(describe).collect()
    }

    fn together(&mut self, round: usize) {
        match self.copy {
            None => self.world.heal(),
            Some((copy, of)) => {
                // Each of the two machines beside another device, by turns: they
                // may not speak to all.
                let others: Vec<usize> = (0..DEVICES).filter(|other| *other != of).collect();
                let beside = |turn: usize| others[turn % others.len()];
                let (one, two) = (beside(round), beside(round + 1));
                self.world.split(&[&others, &[of, one], &[copy, two]]);
            }
        }
        let devices = self.world.running();
        devices.into_iter().for_each(|device| self.world.handle(device, Input::RelayChanged));
        self.world.run_for(60_000);
    }

    fn is_anybody_stopped(&self) -> bool {
        let stops = |device| self.world.node(device).devices.values().any(|row| row.suspended);
        self.compared().into_iter().any(stops)
    }

    /// Whoever administers lifts all suspensions. If nobody can, say because an
    /// owner stopped the device that the administration was on its way to, then
    /// somebody with the words goes on.
    fn lift_all(&mut self, with_words: bool) -> bool {
        if !self.is_anybody_stopped() {
            return true;
        }
        if with_words || self.admins().is_empty() {
            // Devices that stopped all others hear nobody: each one for itself.
            let able = self.world.running().into_iter().filter(|device| {
                let node = self.world.node(*device);
                let live = node.devices.get(&node.me()).is_some_and(|row| row.is_live());
                let stops = node.devices.values().any(|row| row.suspended);
                node.fault().is_none() && node.administers().is_err() && live && stops
            });
            let able: Vec<usize> = able.collect();
            for by in &able {
                self.world.tell(*by, Command::Recover { words: words() });
                self.world.run_alone(*by);
            }
            if able.is_empty() && self.admins().is_empty() {
                return false;
            }
        }
        for of in 0..DEVICES {
            let device = self.log(of);
            self.administer(Command::Reinstate { device });
        }
        true
    }

    /// What customers were told by some devices.
    fn told(&self, by: impl Fn(usize) -> bool) -> BTreeMap<u32, Sold> {
        let mut told = BTreeMap::new();
        for ((device, ticket), number) in self.rung.iter().filter(|((device, _), _)| by(*device)) {
            if let Some(Ok(Reply::Sold(sold))) = self.world.tills[*device].replies.get(ticket) {
                told.insert(*number, sold.clone());
            }
        }
        told
    }

    fn check(&mut self) {
        assert!(self.world.cut_off.is_empty(), "{:?}", self.world.cut_off);
        let alone = |device: usize| !(0..DEVICES).any(|other| self.world.is_up(device, other));
        let told = self.told(|device| self.copy.is_none() || !alone(device));
        let compared = self.compared();
        let before = self.describe();
        for device in self.world.running() {
            if !compared.contains(&device) {
                self.world.crash(device, RowsAfter::Kept);
            }
        }
        if self.copy.is_some() {
            self.world.assert_alike();
        } else {
            self.world.assert_agree();
            let labels: BTreeSet<&String> = told.values().map(|sold| &sold.label).collect();
            assert_eq!(labels.len(), told.len(), "a number on two receipts");
        }
        let books: BTreeMap<_, _> = self
            .world
            .orders(compared[0])
            .into_iter()
            .map(|view| (view.row.order.id, view.label))
            .collect();
        for (number, sold) in &told {
            let held = books.get(&order(*number));
            assert_eq!(held, Some(&sold.label), "order {number} is lost{before}");
        }
    }
}

fn words() -> String {
    phrase(&RECOVERY, WordLanguage::English)
}

#[derive(Default)]
struct Reached {
    kinds: BTreeSet<ConflictKind>,
    refolds: usize,
    epochs: usize,
    stuck: usize,
    cases: usize,
}

fn run(cases: u32, copies: bool, seed: u64) -> Reached {
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 40,
        ..ProptestConfig::default()
    });
    let reached = RefCell::new(Reached::default());
    let schedules = (any::<u64>(), prop::collection::vec(happening(), 100..250));
    let outcome = runner.run(&schedules, |(seed, happenings)| {
        let mut story = Story::begin(seed, copies);
        happenings.iter().for_each(|happening| story.happen(happening));
        let mut reached = reached.borrow_mut();
        reached.cases += 1;
        if !story.end() {
            reached.stuck += 1;
            return Ok(());
        }
        story.check();
        let first = story.world.running()[0];
        reached.kinds.extend(story.world.conflicts(first).iter().map(|view| view.kind()));
        reached.refolds += story.world.refolds;
        reached.epochs += story.world.node(first).authority.epoch() as usize;
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    reached.into_inner()
}

#[test]
fn any_upheaval_ends_in_agreement() {
    let reached = run(14, false, 20_260_202);
    for kind in [ConflictKind::Unentitled, ConflictKind::Field, ConflictKind::AdminFork] {
        assert!(reached.kinds.contains(&kind), "no schedule came upon {kind:?}");
    }
    assert!(reached.refolds > 10 && reached.epochs > 10, "{} {}", reached.refolds, reached.epochs);
    assert!(reached.stuck * 4 < reached.cases, "{} of {}", reached.stuck, reached.cases);
}

#[test]
fn any_upheaval_with_a_copied_device_ends_alike() {
    let reached = run(14, true, 20_260_203);
    for kind in [ConflictKind::Fork, ConflictKind::NumberDuplicate] {
        assert!(reached.kinds.contains(&kind), "no schedule came upon {kind:?}");
    }
    assert!(reached.stuck * 4 < reached.cases, "{} of {}", reached.stuck, reached.cases);
}
