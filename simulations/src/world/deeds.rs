//! What people do, by habit and by the scenario, as commands to devices.

use super::effects::Pending;
use super::queue::Due;
use super::{How, World};
use crate::device::Off;
use crate::people::{Habit, catalogue, habits, line, sku};
use crate::scenario::{Action, Deed};
use crate::trace::EventKind;
use till_node::command::{Cart, Choice, Command, ConflictStatus, CustomerDraft, ProductChange};
use till_schema::Quantity;
use till_schema::body::{ConflictKey, StockReason};

/// A second click comes after at most, ms.
const SECOND_CLICK_MS: u64 = 1_500;
/// A cashier comes back to a restarted device after at most, ms.
const COMES_BACK_MS: u64 = 10_000;
/// Prices that people set, minor units.
const PRICES: (u64, u64) = (1, 40);
/// Seconds of a day.
const DAY_MS: i64 = 86_400_000;

impl World {
    /// Something is due after a while.
    pub fn later(&mut self, ms: u64, due: Due) {
        self.after(ms, due);
    }

    /// A cart goes to a device.
    pub(super) fn ring(&mut self, index: usize, cart: Cart, tries: u32) {
        if !self.devices[index].is_running() {
            return;
        }
        self.ghost.ring(cart.order, index);
        let pending = Pending::Sell(Box::new(cart.clone()), tries);
        self.tell(index, Command::Sell(cart), pending);
    }

    pub(super) fn ring_again(&mut self, index: usize, cart: Cart, tries: u32) {
        if !self.quiet {
            self.ring(index, cart, tries);
        }
    }

    /// A device runs again: its cashier sends what was not answered.
    pub(super) fn cashier_returns(&mut self, index: usize) {
        for cart in self.people.remembered(index) {
            if self.people.dice.chance(0.7) {
                let pause = self.people.dice.between(100, COMES_BACK_MS);
                let cart = Box::new(cart);
                self.after(pause, Due::TryAgain { device: index, cart, tries: 0 });
            }
        }
    }

    /// Somebody does what they do now and then.
    pub(super) fn habit(&mut self, index: usize, habit: Habit) {
        if let Habit::Restart { start } = habit {
            if self.is_run(index, start) {
                self.stop(index, How::Killed, Off::Waiting);
                self.after(2_000, Due::Start { device: index });
            }
            return;
        }
        if self.quiet {
            return;
        }
        let workload = self.scenario.workload.clone();
        let rate = habits(&workload).into_iter().find(|(known, _)| *known == habit);
        let rate = rate.map_or(0.0, |(_, rate)| rate);
        let pause = self.people.dice.pause_ms(rate);
        self.after(pause, Due::Habit { device: index, habit });
        if self.devices[index].is_running() {
            self.by_habit(index, habit);
        }
    }

    fn by_habit(&mut self, index: usize, habit: Habit) {
        match habit {
            Habit::Sell => {
                let cart = self.people.cart();
                if self.people.dice.chance(self.scenario.workload.double_clicks) {
                    let pause = self.people.dice.below(SECOND_CLICK_MS);
                    let cart = Box::new(cart.clone());
                    self.after(pause, Due::TryAgain { device: index, cart, tries: 9 });
                }
                self.ring(index, cart, 0);
            }
            Habit::Price => {
                let code = self.people.some_sku();
                let price = 100 * self.people.dice.between(PRICES.0, PRICES.1) as i64;
                self.set_price(index, code, price);
            }
            Habit::Edit => {
                let code = self.people.some_sku();
                let change = match self.people.dice.below(4) {
                    0 => ProductChange { archived: Some(true), ..ProductChange::default() },
                    1 => ProductChange { archived: Some(false), ..ProductChange::default() },
                    kind => {
                        let name = format!("Nombre {kind}.{}", self.people.dice.below(5));
                        ProductChange { name: Some(name), ..ProductChange::default() }
                    }
                };
                self.edit(index, code, change, "edit");
            }
            Habit::Stock => {
                let code = self.people.some_sku();
                let pieces = self.people.dice.between(1, 24) as i64;
                self.move_stock(index, code, pieces);
            }
            Habit::Customer => {
                let tax_id = self.people.dice.below(self.scenario.workload.tax_ids.max(1));
                self.put_customer(index, format!("{}", 10_000 + tax_id));
            }
            Habit::Resolve => self.resolve_some(index),
            Habit::Grant => {
                let others = self.devices.len() as u64;
                let to = self.people.dice.below(others) as usize;
                let count = self.people.dice.between(1, 60);
                if to != index {
                    self.grant(index, to, count);
                }
            }
            Habit::Void => {
                let count = self.people.dice.between(1, 3);
                self.void(index, count);
            }
            Habit::Return => self.take_back(index),
            Habit::Drawer => self.at_drawer(index),
            Habit::Cart => self.at_cart(index),
            Habit::Restart { .. } => {}
        }
    }

    fn set_price(&mut self, index: usize, code: String, price: i64) {
        let change = ProductChange { price: Some(price), ..ProductChange::default() };
        let pending = Pending::Price { sku: code.clone(), price };
        self.tell(index, Command::EditProduct { code, change }, pending);
    }

    fn edit(&mut self, index: usize, code: String, change: ProductChange, what: &'static str) {
        self.tell(index, Command::EditProduct { code, change }, Pending::Other(what));
    }

    fn move_stock(&mut self, index: usize, code: String, pieces: i64) {
        let reason = if pieces < 0 { StockReason::Adjust } else { StockReason::Receive };
        let moves = vec![(code, Quantity::units(pieces))];
        let command = Command::MoveStock { reason, moves, note: String::new() };
        self.tell(index, command, Pending::Other("stock"));
    }

    fn put_customer(&mut self, index: usize, tax_id: String) {
        let draft = CustomerDraft {
            name: format!("Cliente de {}", self.devices[index].name),
            tax_id_kind: "NIT".to_owned(),
            tax_id,
            ..CustomerDraft::default()
        };
        self.tell(index, Command::PutCustomers(vec![draft]), Pending::Other("customer"));
    }

    fn grant(&mut self, index: usize, to: usize, count: u64) {
        let to = self.devices[to].log.to_string();
        let command = Command::GrantNumbers { space: None, to, count };
        self.tell(index, command, Pending::Other("grant"));
    }

    fn void(&mut self, index: usize, count: u64) {
        let reason = "papel dañado".to_owned();
        let command = Command::VoidNumbers { space: None, count, reason };
        self.tell(index, command, Pending::Other("void"));
    }

    fn resolve_some(&mut self, index: usize) {
        let Ok(running) = &self.devices[index].running else { return };
        let listed = running.node.conflicts(&running.books);
        let open: Vec<ConflictKey> = listed
            .into_iter()
            .filter(|view| view.status != ConflictStatus::Closed)
            .map(|view| view.key)
            .collect();
        let Some(conflict) = self.people.dice.pick(&open).cloned() else { return };
        let choice = match self.people.dice.below(4) {
            0 => Choice::Keep(0),
            1 => Choice::Keep(1),
            2 => Choice::Other("500".to_owned()),
            _ => Choice::Acknowledge,
        };
        self.resolve(index, conflict, choice);
    }

    fn resolve(&mut self, index: usize, conflict: ConflictKey, choice: Choice) {
        let pending = Pending::Resolve(conflict.clone());
        self.tell(index, Command::Resolve { conflict, choice, note: String::new() }, pending);
    }

    /// A line of the scenario's actions is due.
    pub(super) fn act(&mut self, number: usize) {
        if self.quiet {
            return;
        }
        let line_of = self.scenario.actions[number].clone();
        if let Some(every) = line_of.every {
            self.after(every.as_ms(), Due::Act { line: number });
        }
        let Ok(Action { device, deed }) = line_of.action() else { return };
        let Some(index) = self.named(&device) else {
            let text = format!("“{device}” is not there yet: {} is left out", line_of.what);
            return self.event(None, EventKind::Note { text });
        };
        self.do_deed(index, deed);
    }

    fn do_deed(&mut self, index: usize, deed: Deed) {
        let name_of = |world: &Self, name: &str| {
            world.named(name).map(|other| world.devices[other].log.to_string())
        };
        match deed {
            Deed::Sell { product, pieces, provisional } => {
                let cart = self.people.cart_of(vec![line(sku(product), pieces)]);
                self.ring(index, Cart { provisional, ..cart }, 9);
            }
            Deed::SellTwice { product, pieces } => {
                let cart = self.people.cart_of(vec![line(sku(product), pieces)]);
                self.ring(index, cart.clone(), 9);
                self.ring(index, cart, 9);
            }
            Deed::Price { product, price } => self.set_price(index, sku(product), price),
            Deed::Rename { product, text } => {
                let change = ProductChange { name: Some(text), ..ProductChange::default() };
                self.edit(index, sku(product), change, "rename");
            }
            Deed::Archive { product } => {
                let change = ProductChange { archived: Some(true), ..ProductChange::default() };
                self.edit(index, sku(product), change, "archive");
            }
            Deed::Unarchive { product } => {
                let change = ProductChange { archived: Some(false), ..ProductChange::default() };
                self.edit(index, sku(product), change, "unarchive");
            }
            Deed::Stock { product, pieces } => self.move_stock(index, sku(product), pieces),
            Deed::Customer { text } => self.put_customer(index, text),
            Deed::Import { count } => {
                let mut drafts = catalogue(1, count, 100);
                let rise = self.people.dice.between(1, 500) as i64;
                drafts.iter_mut().for_each(|draft| draft.price += rise);
                self.tell(index, Command::PutProducts(drafts), Pending::Other("import"));
            }
            Deed::Resolve { conflict, choice } => self.resolve_kind(index, &conflict, &choice),
            Deed::Grant { to, count } => {
                if let Some(to) = self.named(&to) {
                    self.grant(index, to, count);
                }
            }
            Deed::Void { count } => self.void(index, count),
            Deed::Resolution { numbers: (from, to), days, text } => {
                let today = (crate::device::BEGIN_MS + self.story_ms as i64) / DAY_MS;
                let day = |days: i32| today as i32 + days;
                let command = Command::ImportResolution {
                    space: None,
                    resolution: text,
                    from,
                    to,
                    valid_from_day: days.map(|(from, _)| day(from)),
                    valid_to_day: days.map(|(_, to)| day(to)),
                };
                self.tell(index, command, Pending::Other("resolution"));
            }
            Deed::MoveCustody { to } => {
                let Some(to) = name_of(self, &to) else { return };
                let command = Command::MoveCustody { space: None, to };
                self.tell(index, command, Pending::Other("move-custody"));
            }
            Deed::SetRoles { to, roles } => {
                let Some(device) = name_of(self, &to) else { return };
                self.rights_change(&to);
                self.tell(index, Command::SetRoles { device, roles }, Pending::Other("set-roles"));
            }
            Deed::End { to, reason } => {
                let Some(device) = name_of(self, &to) else { return };
                self.rights_change(&to);
                self.tell(index, Command::EndDevice { device, reason }, Pending::Other("end"));
            }
            Deed::AcceptTail { to } => {
                let Some(device) = name_of(self, &to) else { return };
                self.tell(index, Command::AcceptTail { device }, Pending::Other("accept-tail"));
            }
            Deed::DeclareLost { to } => {
                let Some(device) = name_of(self, &to) else { return };
                let reference = "R-1".to_owned();
                let command = Command::DeclareLost { space: None, device, reference };
                self.tell(index, command, Pending::Other("declare-lost"));
            }
            Deed::Suspend { to } => {
                let Some(device) = name_of(self, &to) else { return };
                self.rights_change(&to);
                let reason = "raro".to_owned();
                self.tell(index, Command::Suspend { device, reason }, Pending::Other("suspend"));
            }
            Deed::Reinstate { to } => {
                let Some(device) = name_of(self, &to) else { return };
                self.tell(index, Command::Reinstate { device }, Pending::Other("reinstate"));
            }
            Deed::MoveAdmin { to } => {
                let (Some(next), Some(log)) = (self.named(&to), name_of(self, &to)) else { return };
                self.tell(index, Command::MoveAdmin { to: log }, Pending::MoveAdmin(next));
            }
            Deed::Retire => {
                self.tell(index, Command::Retire, Pending::Other("retire"));
            }
            Deed::JoinAgain => self.join_again(index),
            Deed::SwitchOff => {
                if self.devices[index].is_running() {
                    self.stop(index, How::Closed, Off::Waiting);
                }
            }
            Deed::SwitchOn => self.start(index),
            Deed::ConfirmClock => {
                self.tell(index, Command::ConfirmClock, Pending::Other("confirm-clock"));
            }
            Deed::Visit { to } => {
                if let Some(whom) = self.named(&to) {
                    self.net.visit(index, whom);
                    let text = format!("goes to where {to} is");
                    self.event(Some(index), EventKind::Note { text });
                    self.network_changed(false);
                }
            }
        }
    }

    /// Rights of a device are taken: what it writes meanwhile may have no effect.
    fn rights_change(&mut self, name: &str) {
        if let Some(index) = self.named(name) {
            let log = self.devices[index].log;
            self.ghost.cut_logs.insert(log);
        }
    }

    fn resolve_kind(&mut self, index: usize, kind: &str, choice: &str) {
        let Ok(running) = &self.devices[index].running else { return };
        let listed = running.node.conflicts(&running.books);
        let found = listed.into_iter().find(|view| super::look::kind_name(view.key.kind) == kind);
        let Some(view) = found else {
            let text = format!("there is no {kind} to decide");
            return self.event(Some(index), EventKind::Note { text });
        };
        let choice = match choice {
            "a" => Choice::Keep(0),
            "b" => Choice::Keep(1),
            "acknowledge" => Choice::Acknowledge,
            other => Choice::Other(other.to_owned()),
        };
        self.resolve(index, view.key, choice);
    }
}
