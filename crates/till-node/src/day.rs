//! The shop's day: what is written of it, and what is read.

mod carts;
mod drawer;
mod looks;
mod pages;
mod reports;
mod returns;
mod settings;
mod stock;

pub(crate) use carts::cart_lines;

use crate::Node;
use crate::command::{CommandError, Day, DayReply, Look, Reply};
use crate::io::Now;
use crate::job::{Caller, InFlight};
use crate::sell::Done;
use till_schema::UserId;
use till_schema::body::Body;
use till_schema::rows::Rows;

impl Node {
    pub(crate) fn day(&mut self, now: Now, rows: &mut dyn Rows, caller: Caller, day: Day) -> Done {
        match day {
            Day::Return { id, order, lines, restock, tenders, reason } => {
                let wanted = returns::Wanted { id, order, lines, restock, tenders, reason };
                self.take_back(now, rows, caller, wanted)
            }
            Day::VoidSale { id, order, reason } => {
                self.void_sale(now, rows, caller, id, &order, reason)
            }
            Day::Reprint { order } => self.reprint(now, rows, caller, &order),
            Day::HoldCart { cart, label, put, taken, customer } => {
                self.hold_cart(now, rows, caller, (cart, label), (put, taken), customer)
            }
            Day::DropCart { cart, lines, reason } => {
                self.drop_cart(now, rows, caller, cart, &lines, reason)
            }
            Day::PayAccount { id, customer, tenders, note } => {
                self.pay_account(now, rows, caller, id, &customer, (tenders, note))
            }
            Day::OpenShift { float, note } => self.open_shift(now, rows, caller, float, note),
            Day::Drawer { reason, amount, note } => {
                self.open_drawer(now, rows, caller, reason, amount, note)
            }
            Day::HandOver { to, counted } => self.hand_over(now, rows, caller, &to, counted),
            Day::CloseShift { counted, denominations, note } => {
                self.close_shift(now, rows, caller, &counted, denominations, note)
            }
            Day::CountStock { counts, place, note } => {
                self.count_stock(now, rows, caller, counts, place, note)
            }
            Day::MoveStockAt { reason, moves, place, to, note } => {
                self.move_stock_at(now, rows, caller, reason, moves, (place, to, note))
            }
            Day::PutSettings(settings) => self.put_settings(now, rows, caller, settings),
        }
    }

    /// Writes one entry and answers with something read after it is applied.
    fn write_then_look(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        body: Body,
        look: Look,
    ) -> Done {
        let then =
            InFlight { look: Some((caller.ticket, look)), who: caller.who, ..InFlight::default() };
        self.write(now, rows, vec![body], then)
    }

    fn write_day(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        body: Body,
        reply: DayReply,
    ) -> Done {
        let then = InFlight {
            reply: Some((caller.ticket, Reply::Day(reply))),
            who: caller.who,
            ..InFlight::default()
        };
        self.write(now, rows, vec![body], then)
    }

    /// The name of a person; empty for nobody.
    fn person(rows: &dyn Rows, user: Option<UserId>) -> String {
        user.and_then(|user| till_shop::users::user(rows, user))
            .map(|set| set.name)
            .unwrap_or_default()
    }

    /// Answers what is read of the day.
    ///
    /// # Errors
    /// When there is nothing by that name.
    pub(crate) fn look(
        &self,
        now: Now,
        rows: &dyn Rows,
        look: Look,
    ) -> Result<DayReply, CommandError> {
        Ok(match look {
            Look::Ticket { order } => DayReply::Ticket(Box::new(self.ticket_view(rows, &order)?)),
            Look::FindOrders { from_ms, before_ms, total, customer, product, limit } => {
                let wanted = (from_ms, before_ms, total);
                DayReply::Orders(self.find_orders(rows, wanted, customer, product, limit)?)
            }
            Look::HeldCarts => DayReply::HeldCarts(self.held_cart_views(now, rows)),
            Look::HeldCart { cart } => DayReply::Held(self.held_cart_view(now, rows, cart)?),
            Look::Customer { customer } => DayReply::Customer(self.customer_view(rows, &customer)?),
            Look::Shift => DayReply::Shift(Box::new(self.shift_view(rows, self.own_shift(rows)?))),
            Look::Shifts { device, limit } => {
                DayReply::Shifts(self.shift_views(rows, device.as_deref(), limit)?)
            }
            Look::Stock { code } => DayReply::Stock(self.stock_view(rows, &code)?),
            Look::LowStock => DayReply::LowStock(Self::low_stock(rows)),
            Look::Report { by, from_day, to_day } => {
                DayReply::Report(self.report(rows, by, from_day, to_day))
            }
            Look::Settings => DayReply::Settings(self.settings(rows).all().clone()),
            Look::SettingHistory { name } => {
                return Ok(DayReply::History(Self::setting_history(rows, &name)));
            }
            Look::Page { of, after, limit } => DayReply::Page(self.page(rows, of, after, limit)),
        })
    }
}
