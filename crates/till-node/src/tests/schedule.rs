//! Whatever happens, in whatever order: once the shop is whole again, all
//! devices say the same, and what customers were told is what the books say.

use super::world::{RowsAfter, World};
use super::{customer, order, product, rename, reprice, sell};
use crate::Input;
use crate::command::{Choice, Command, CommandError, ConflictStatus, Reply};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use till_log::VerifiedFrame;
use till_schema::body::{Body, ConflictKind, Role, StockReason};
use till_schema::{OrderId, Quantity};

const DEVICES: usize = 3;
const PRODUCTS: u8 = 4;

#[derive(Clone, Debug)]
enum Happening {
    Sell {
        device: usize,
        product: u8,
        pieces: i64,
    },
    /// The last order of the device once more.
    SellAgain {
        device: usize,
    },
    Reprice {
        device: usize,
        product: u8,
        price: i64,
    },
    Rename {
        device: usize,
        product: u8,
        name: u8,
    },
    Receive {
        device: usize,
        product: u8,
    },
    Customer {
        device: usize,
        number: u8,
    },
    Grant {
        from: usize,
        to: usize,
        count: u64,
    },
    Void {
        device: usize,
        count: u64,
    },
    Decide {
        device: usize,
        which: usize,
        choice: u8,
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
    /// The next write of the device fails.
    Refuse {
        device: usize,
    },
    Relay {
        down: bool,
        losses: u32,
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
    let product = 0..PRODUCTS;
    let rows = prop::sample::select(vec![RowsAfter::Kept, RowsAfter::Checkpoint, RowsAfter::Lost]);
    prop_oneof![
        12 => (device.clone(), product.clone(), 1..3i64)
            .prop_map(|(device, product, pieces)| H::Sell { device, product, pieces }),
        2 => device.clone().prop_map(|device| H::SellAgain { device }),
        4 => (device.clone(), product.clone(), 1..6i64)
            .prop_map(|(device, product, n)| H::Reprice { device, product, price: 100 * n }),
        2 => (device.clone(), product.clone(), 0..3u8)
            .prop_map(|(device, product, name)| H::Rename { device, product, name }),
        1 => (device.clone(), product).prop_map(|(device, product)| H::Receive { device, product }),
        1 => (device.clone(), 0..3u8).prop_map(|(device, number)| H::Customer { device, number }),
        1 => (device.clone(), device.clone(), 1..400u64)
            .prop_map(|(from, to, count)| H::Grant { from, to, count }),
        1 => (device.clone(), 1..700u64).prop_map(|(device, count)| H::Void { device, count }),
        2 => (device.clone(), 0..4usize, 0..4u8)
            .prop_map(|(device, which, choice)| H::Decide { device, which, choice }),
        4 => (device.clone(), device.clone()).prop_map(|(a, b)| H::Plug { a, b }),
        3 => (device.clone(), device.clone()).prop_map(|(a, b)| H::Unplug { a, b }),
        1 => device.clone().prop_map(|device| H::Checkpoint { device }),
        1 => (device.clone(), rows).prop_map(|(device, rows)| H::Restart { device, rows }),
        1 => device.prop_map(|device| H::Refuse { device }),
        1 => (any::<bool>(), 0..3u32).prop_map(|(down, losses)| H::Relay { down, losses }),
        16 => (1..40usize).prop_map(|count| H::Steps { count }),
        2 => (1..5000u64).prop_map(|ms| H::Time { ms }),
    ]
}

struct Story {
    world: World,
    /// Orders rung up, by the ticket that waits for the answer.
    rung: BTreeMap<(usize, u64), OrderId>,
    last: [u32; DEVICES],
    next: u32,
}

impl Story {
    fn begin(seed: u64) -> Self {
        let mut world =
            World::shop_of(seed, &[&[Role::Manager, Role::Register], &[Role::Register]]);
        let drafts = (0..PRODUCTS).map(|n| product(&n.to_string(), 1000, 5)).collect();
        world.ask(0, Command::PutProducts(drafts)).unwrap();
        world.settle();
        (0..DEVICES).for_each(|device| world.checkpoint(device));
        Self { world, rung: BTreeMap::new(), last: [0; DEVICES], next: 1 }
    }

    fn ring_up(&mut self, device: usize, number: u32, product: u8, pieces: i64) {
        self.last[device] = number;
        let ticket = self.world.tell(device, sell(number, &product.to_string(), pieces));
        self.rung.insert((device, ticket), order(number));
    }

    fn happen(&mut self, happening: &Happening) {
        let world = &mut self.world;
        match *happening {
            Happening::Sell { device, product, pieces } => {
                // Numbers of orders differ between devices.
                let number = self.next * 10 + device as u32;
                self.next += 1;
                self.ring_up(device, number, product, pieces);
            }
            Happening::SellAgain { device } if self.last[device] > 0 => {
                self.ring_up(device, self.last[device], 0, 1);
            }
            Happening::SellAgain { .. } => {}
            Happening::Reprice { device, product, price } => {
                world.tell(device, reprice(&product.to_string(), price));
            }
            Happening::Rename { device, product, name } => {
                world.tell(device, rename(&product.to_string(), &format!("Name {name}")));
            }
            Happening::Receive { device, product } => {
                let moves = vec![(product.to_string(), Quantity::units(3))];
                let (reason, note) = (StockReason::Receive, String::new());
                world.tell(device, Command::MoveStock { reason, moves, note });
            }
            Happening::Customer { device, number } => {
                let draft = customer(&format!("Customer of {device}"), &format!("90{number}1"));
                world.tell(device, Command::PutCustomers(vec![draft]));
            }
            Happening::Grant { from, to, count } => {
                let to = world.tills[to].log;
                world.tell(from, Command::GrantNumbers { space: None, to: to.to_string(), count });
            }
            Happening::Void { device, count } => {
                let reason = "test print".to_owned();
                world.tell(device, Command::VoidNumbers { space: None, count, reason });
            }
            Happening::Decide { device, which, choice } => {
                let open = world.unsolved(device);
                if let Some(conflict) = open.get(which % open.len().max(1)).cloned() {
                    let choice = match choice {
                        0 => Choice::Keep(0),
                        1 => Choice::Keep(1),
                        2 => Choice::Other("5".to_owned()),
                        _ => Choice::Acknowledge,
                    };
                    world.tell(device, Command::Resolve { conflict, choice, note: String::new() });
                }
            }
            Happening::Plug { a, b } if a != b => world.plug(a, b),
            Happening::Unplug { a, b } if a != b => world.unplug(a, b),
            Happening::Plug { .. } | Happening::Unplug { .. } => {}
            Happening::Checkpoint { device } => world.checkpoint(device),
            Happening::Restart { device, rows } => world.restart(device, rows),
            Happening::Refuse { device } => world.tills[device].refusals = 1,
            Happening::Relay { down, losses } => {
                (world.relay.down, world.relay.losses) = (down, losses);
            }
            Happening::Steps { count } => world.steps(count),
            Happening::Time { ms } => world.run_for(ms),
        }
    }

    /// All faults end and everything runs to its end.
    fn end(&mut self) {
        let world = &mut self.world;
        world.relay.down = false;
        world.relay.losses = 0;
        world.tills.iter_mut().for_each(|till| till.refusals = 0);
        world.heal();
        (0..DEVICES).for_each(|device| world.handle(device, Input::RelayChanged));
        world.run_for(60_000);
    }

    fn check(&mut self) {
        let world = &mut self.world;
        world.assert_agree();
        assert!(world.cut_off.is_empty(), "honest devices never cut each other off");
        let mut told: BTreeMap<OrderId, String> = BTreeMap::new();
        let mut may_be = BTreeSet::new();
        for ((device, ticket), order) in &self.rung {
            match world.tills[*device].replies.get(ticket) {
                Some(Ok(Reply::Sold(sold))) => {
                    let before = told.insert(*order, sold.label.clone());
                    assert!(before.is_none_or(|before| before == sold.label), "{order} twice");
                    may_be.insert(*order);
                }
                // The device died before it could answer.
                None => drop(may_be.insert(*order)),
                Some(Err(
                    CommandError::Storage(_) | CommandError::Busy | CommandError::NoNumbers(_),
                )) => {}
                Some(other) => panic!("{other:?}"),
            }
        }
        let books: Vec<(OrderId, String)> =
            world.orders(0).into_iter().map(|view| (view.row.order.id, view.label)).collect();
        let labels: BTreeSet<&String> = books.iter().map(|(_, label)| label).collect();
        assert_eq!(labels.len(), books.len(), "a number on two orders");
        for (order, label) in &told {
            assert!(books.contains(&(*order, label.clone())), "{order} was sold as {label}");
        }
        for (order, label) in &books {
            assert!(may_be.contains(order), "{label} was never sold to anybody");
        }
        let Ok(Reply::Totals(totals)) = world.ask(0, Command::Totals) else { panic!() };
        assert_eq!((totals.orders, totals.duplicates), (books.len() as u64, 0));
        assert_eq!(world.queue(0).pending, 0, "every document has its answer");
        assert_eq!(world.relay.registered.len(), books.len());
    }
}

/// What all schedules together must have come upon, else they show little.
#[derive(Default)]
struct Reached {
    kinds: BTreeSet<ConflictKind>,
    decided: usize,
    contested: usize,
    repeated: usize,
    refused_by_disk: usize,
    unanswered: usize,
    numbers_moved: usize,
}

impl Reached {
    fn look_at(&mut self, story: &Story) {
        let world = &story.world;
        for view in world.conflicts(0) {
            self.kinds.insert(view.kind());
            self.decided += usize::from(view.status == ConflictStatus::Closed);
            self.contested += usize::from(view.resolutions.len() > 1);
        }
        for (device, ticket) in story.rung.keys() {
            match world.tills[*device].replies.get(ticket) {
                Some(Ok(Reply::Sold(sold))) => self.repeated += usize::from(sold.repeated),
                Some(Err(CommandError::Storage(_))) => self.refused_by_disk += 1,
                Some(_) => {}
                None => self.unanswered += 1,
            }
        }
        let logs = world.tills.iter().map(|till| till.log);
        let frames = logs.flat_map(|log| world.tills[0].stored(log));
        let accepts = |frame: VerifiedFrame| {
            frame.entries().iter().filter(|e| matches!(e.body, Some(Body::Accept(_)))).count()
        };
        self.numbers_moved += frames.map(accepts).sum::<usize>();
    }

    fn assert_all(&self) {
        for kind in [ConflictKind::Field, ConflictKind::Oversold, ConflictKind::CustomerDuplicate] {
            assert!(self.kinds.contains(&kind), "no schedule came upon {kind:?}");
        }
        let counts = [
            self.decided,
            self.contested,
            self.repeated,
            self.refused_by_disk,
            self.unanswered,
            self.numbers_moved,
        ];
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    }
}

#[test]
fn any_schedule_ends_in_agreement() {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 32,
        rng_seed: RngSeed::Fixed(20_260_101),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    });
    let reached = RefCell::new(Reached::default());
    let schedules = (any::<u64>(), prop::collection::vec(happening(), 150..350));
    let outcome = runner.run(&schedules, |(seed, happenings)| {
        let mut story = Story::begin(seed);
        happenings.iter().for_each(|happening| story.happen(happening));
        story.end();
        story.check();
        reached.borrow_mut().look_at(&story);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    reached.borrow().assert_all();
}
