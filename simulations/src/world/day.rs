//! The rest of a shop's day, as people do it: goods come back, drawers are opened
//! and closed, carts wait.

use super::World;
use super::effects::Pending;
use crate::people::line;
use till_node::command::{Command, Day};
use till_schema::body::DrawerReason;
use till_schema::order::TenderKind;
use till_schema::{OrderId, Quantity};

/// People take back from among so many of the last orders.
const RECENT: usize = 30;
/// Cash in a drawer, minor units, at most.
const FLOAT_MAX: u64 = 200_000;

impl World {
    /// Something of a recent order comes back, or all of it.
    pub(super) fn take_back(&mut self, index: usize) {
        let Ok(running) = &self.devices[index].running else { return };
        let orders = till_books::orders(&running.books, RECENT);
        let Some(row) = self.people.dice.pick(&orders).cloned() else { return };
        let id = OrderId(self.people.dice.bytes());
        let order = row.order.id.to_string();
        let day = if self.people.dice.chance(0.2) {
            Day::VoidSale { id, order, reason: "error".to_owned() }
        } else {
            let one = self.people.dice.chance(0.6);
            let lines = if one { vec![(0, Quantity::ONE)] } else { Vec::new() };
            let restock = self.people.dice.chance(0.8);
            let reason = "no le gustó".to_owned();
            Day::Return { id, order, lines, restock, tenders: Vec::new(), reason }
        };
        self.tell(index, Command::Day(day), Pending::Other("return"));
    }

    /// The drawer is opened for a shift, or what may be done in one.
    pub(super) fn at_drawer(&mut self, index: usize) {
        let Ok(running) = &self.devices[index].running else { return };
        let open = till_books::open_shift(&running.books, running.node.me());
        let note = "hielo".to_owned();
        let amount = 100 * self.people.dice.between(1, 500) as i64;
        let (day, pending) = match (open, self.people.dice.below(5)) {
            (None, _) => {
                let float = self.people.dice.below(FLOAT_MAX) as i64;
                (Day::OpenShift { float, note: String::new() }, Pending::Other("shift-open"))
            }
            (Some(_), 0 | 1) => {
                let counted = vec![(TenderKind::Cash, amount)];
                let close = Day::CloseShift { counted, denominations: Vec::new(), note };
                (close, Pending::Closing)
            }
            (Some(_), 2) => {
                let drawer = Day::Drawer { reason: DrawerReason::PayIn, amount, note };
                (drawer, Pending::Other("drawer"))
            }
            (Some(_), 3) => {
                let drawer = Day::Drawer { reason: DrawerReason::PayOut, amount, note };
                (drawer, Pending::Other("drawer"))
            }
            (Some(_), _) => {
                let drawer = Day::Drawer { reason: DrawerReason::NoSale, amount: 0, note };
                (drawer, Pending::Other("drawer"))
            }
        };
        self.tell(index, Command::Day(day), pending);
    }

    /// A cart waits, is added to, sold, or given up.
    pub(super) fn at_cart(&mut self, index: usize) {
        let Ok(running) = &self.devices[index].running else { return };
        let held = till_books::held_carts(&running.books);
        let known = self.people.dice.pick(&held).map(|(cart, _)| *cart);
        let put = vec![line(self.people.some_sku(), 1)];
        let (label, customer) = ("Mesa".to_owned(), None);
        let day = match (known, self.people.dice.below(4)) {
            (Some(cart), 0) => {
                Day::DropCart { cart, lines: Vec::new(), reason: "se fue".to_owned() }
            }
            (Some(cart), 1) => Day::HoldCart { cart, label, put, taken: Vec::new(), customer },
            (Some(cart), _) => {
                let mut sale = self.people.cart_of(Vec::new());
                sale.resumes = Some(cart);
                return self.ring(index, sale, 9);
            }
            (None, _) => {
                let cart = OrderId(self.people.dice.bytes());
                Day::HoldCart { cart, label, put, taken: Vec::new(), customer }
            }
        };
        self.tell(index, Command::Day(day), Pending::Other("cart"));
    }
}
