//! What people do by themselves: they sell, edit, count, decide, click twice,
//! and try again when a device did not answer.

mod goods;

pub use goods::{catalogue, sku};

use crate::chance::Dice;
use crate::scenario::{Scenario, Workload};
use crate::world::World;
use crate::world::queue::Due;
use std::collections::BTreeMap;
use till_node::command::{Cart, CartLine};
use till_schema::order::{Tender, TenderKind};
use till_schema::{OrderId, Quantity};

/// What is handed over for every cart, minor units: more than any costs.
const LARGE_NOTE: i64 = 1_000_000_000;
/// Pieces of one line at most.
const PIECES_MAX: u64 = 3;
/// Carts that a cashier remembers to send again.
const REMEMBERED_MAX: usize = 8;

/// Something that people do again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Habit {
    Sell,
    Price,
    Edit,
    Stock,
    Customer,
    Resolve,
    Grant,
    Void,
    Return,
    Drawer,
    Cart,
    /// Once: restart a device that says it must be.
    Restart {
        start: u32,
    },
}

/// The habits with their rates.
pub fn habits(workload: &Workload) -> [(Habit, f64); 11] {
    [
        (Habit::Sell, workload.sales),
        (Habit::Price, workload.prices),
        (Habit::Edit, workload.edits),
        (Habit::Stock, workload.stock),
        (Habit::Customer, workload.customers),
        (Habit::Resolve, workload.resolutions),
        (Habit::Grant, workload.grants),
        (Habit::Void, workload.voids),
        (Habit::Return, workload.returns),
        (Habit::Drawer, workload.drawers),
        (Habit::Cart, workload.carts),
    ]
}

/// People and what they remember.
#[derive(Debug)]
pub struct People {
    /// Draws of people.
    pub dice: Dice,
    workload: Workload,
    products: u32,
    unanswered: BTreeMap<usize, Vec<Cart>>,
}

impl People {
    /// People of a shop.
    pub fn new(scenario: &Scenario, dice: Dice) -> Self {
        Self {
            dice,
            workload: scenario.workload.clone(),
            products: scenario.shop.products.max(1),
            unanswered: BTreeMap::new(),
        }
    }

    /// Somebody works at a new machine.
    pub fn arrives(&mut self, device: usize) {
        self.unanswered.insert(device, Vec::new());
    }

    /// A cart was sent and the machine stopped.
    pub fn unanswered(&mut self, device: usize, cart: Cart) {
        let carts = self.unanswered.entry(device).or_default();
        if carts.len() < REMEMBERED_MAX {
            carts.push(cart);
        }
    }

    /// What a cashier sends again.
    pub fn remembered(&mut self, device: usize) -> Vec<Cart> {
        self.unanswered.get_mut(&device).map(std::mem::take).unwrap_or_default()
    }

    /// Some product's code.
    pub fn some_sku(&mut self) -> String {
        let hot = self.workload.hot_products;
        let bound = if hot == 0 { self.products } else { hot.min(self.products) };
        sku(1 + self.dice.below(u64::from(bound)) as u32)
    }

    /// A cart.
    pub fn cart(&mut self) -> Cart {
        let lines = self.dice.between(1, self.workload.lines.max(1));
        let lines = (0..lines)
            .map(|_| {
                let code = self.some_sku();
                let pieces = self.dice.between(1, PIECES_MAX);
                line(code, pieces as i64)
            })
            .collect();
        self.cart_of(lines)
    }

    /// A cart with given lines.
    pub fn cart_of(&mut self, lines: Vec<CartLine>) -> Cart {
        // Only notes give change.
        let kind = TenderKind::Cash;
        let tender = Tender::new(kind, LARGE_NOTE);
        Cart {
            order: OrderId(self.dice.bytes()),
            lines,
            customer: None,
            tenders: vec![tender],
            sold_at_ms: None,
            provisional: false,
            discount: till_node::command::Discount::default(),
            tip: 0,
            note: String::new(),
            resumes: None,
        }
    }
}

/// A line of whole pieces.
pub fn line(code: String, pieces: i64) -> CartLine {
    CartLine::new(code, Quantity::units(pieces))
}

impl World {
    /// Plans what people do at a device.
    pub fn plan_habits_of(&mut self, device: usize) {
        if self.devices[device].twin_of.is_none() {
            let name = &self.devices[device].name;
            let line = self.scenario.devices.iter().find(|line| line.name == *name);
            if line.is_some_and(|line| !line.sells) {
                return;
            }
        }
        for (habit, rate) in habits(&self.scenario.workload.clone()) {
            if rate > 0.0 {
                let pause = self.people.dice.pause_ms(rate);
                self.later(pause, Due::Habit { device, habit });
            }
        }
    }
}
