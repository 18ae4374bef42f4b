//! Taking goods back, undoing sales, printing again, and debts.

use crate::Node;
use crate::command::{CommandError, DayReply, Look, Returned};
use crate::io::Now;
use crate::job::Caller;
use crate::sell::{Done, explain, not_synced, wrong};
use till_books::pricing;
use till_schema::body::{AccountPaid, CreditNote, CreditNoteCommitted, Reprinted, ReturnLine};
use till_schema::order::{Tender, TenderKind};
use till_schema::rows::{OrderRow, ReturnRow, Rows, SpaceRow, Table, get_row};
use till_schema::{OrderId, Quantity};
use till_shop::Need;

/// A return as it was asked for.
pub(super) struct Wanted {
    pub(super) id: OrderId,
    pub(super) order: String,
    pub(super) lines: Vec<(u16, Quantity)>,
    pub(super) restock: bool,
    pub(super) tenders: Vec<Tender>,
    pub(super) reason: String,
}

impl Node {
    pub(super) fn take_back(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        wanted: Wanted,
    ) -> Done {
        let Wanted { id, order, lines, restock, tenders, reason } = wanted;
        if self.is_returned(rows, caller, id) {
            return Ok(());
        }
        let row = self.order_row(rows, &order)?;
        let lines = self.lines_back(rows, &row, &lines)?;
        let note = self.credit_note(now, rows, id, &row, lines, restock)?;
        let coin = self.settings(rows).coin();
        let total = note.totals.total;
        let tenders = match tenders.is_empty() {
            true if total > 0 => {
                vec![Tender::new(TenderKind::Cash, pricing::to_coins(total, coin).max(1))]
            }
            _ => tenders,
        };
        self.pay_back(now, rows, caller, CreditNote { tenders, reason, ..note })
    }

    pub(super) fn void_sale(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        id: OrderId,
        order: &str,
        reason: String,
    ) -> Done {
        if self.is_returned(rows, caller, id) {
            return Ok(());
        }
        if reason.trim().is_empty() {
            return Err(wrong("say why the sale is undone"));
        }
        let row = self.order_row(rows, order)?;
        if till_books::returned_quantities(rows, &row).iter().any(|back| back.0 != 0) {
            return Err(wrong(
                "some of this order has come back already; return what is left of it instead",
            ));
        }
        let lines = self.lines_back(rows, &row, &[])?;
        let note = self.credit_note(now, rows, id, &row, lines, true)?;
        let mut tenders = row.order.tenders.clone();
        if let Some(cash) = tenders.iter_mut().find(|tender| tender.kind == TenderKind::Cash) {
            cash.amount -= row.order.change;
        }
        // A tip was given to a person and stays with them, unless it came by card.
        let over = tenders.iter().map(|tender| tender.amount).sum::<i64>() - note.totals.total;
        let over = over - row.order.rounding;
        if let Some(first) = tenders.iter_mut().find(|tender| tender.amount > over) {
            first.amount -= over;
        }
        tenders.retain(|tender| tender.amount > 0);
        let rounding = row.order.rounding;
        self.commit_note(
            now,
            rows,
            caller,
            CreditNote { tenders, reason, rounding, void: true, ..note },
        )
    }

    /// Answers for a return that is known already.
    fn is_returned(&mut self, rows: &dyn Rows, caller: Caller, id: OrderId) -> bool {
        let Some(row) = till_books::return_row(rows, id) else { return false };
        let returned = Returned {
            id,
            label: self.label(rows, row.space, row.number),
            total: row.note.totals.total,
            paid: row.note.totals.total + row.note.rounding,
            code: row.code,
            repeated: true,
        };
        self.reply(caller.ticket, Ok(crate::command::Reply::Day(DayReply::Returned(returned))));
        true
    }

    /// Place of each line, how much came back before, and how much comes now.
    fn lines_back(
        &self,
        rows: &dyn Rows,
        row: &OrderRow,
        wanted: &[(u16, Quantity)],
    ) -> Result<Vec<(u16, Quantity, Quantity)>, CommandError> {
        let back = till_books::returned_quantities(rows, row);
        let left = |line: usize| row.order.lines[line].quantity.0 - back[line].0;
        if wanted.is_empty() {
            let all: Vec<_> = (0..row.order.lines.len())
                .filter(|line| left(*line) > 0)
                .map(|line| (line as u16, back[line], Quantity(left(line))))
                .collect();
            return match all.is_empty() {
                true => Err(wrong("all of this order has come back already")),
                false => Ok(all),
            };
        }
        let mut lines: Vec<(u16, Quantity, Quantity)> = Vec::with_capacity(wanted.len());
        for (place, quantity) in wanted {
            let index = usize::from(*place);
            let Some(line) = row.order.lines.get(index) else {
                let count = row.order.lines.len();
                return Err(wrong(format!("the order has lines 1 to {count}")));
            };
            if lines.iter().any(|(known, _, _)| known == place) {
                return Err(wrong(format!("“{}” is named twice", line.name)));
            }
            if quantity.0 <= 0 || quantity.0 > left(index) {
                return Err(wrong(format!(
                    "of “{}” {} can still come back, not {quantity}",
                    line.name,
                    Quantity(left(index).max(0))
                )));
            }
            lines.push((*place, back[index], *quantity));
        }
        lines.sort_by_key(|(place, _, _)| *place);
        Ok(lines)
    }

    fn credit_note(
        &self,
        now: Now,
        rows: &dyn Rows,
        id: OrderId,
        row: &OrderRow,
        lines: Vec<(u16, Quantity, Quantity)>,
        restock: bool,
    ) -> Result<CreditNote, CommandError> {
        self.entitled(Need::Sell)?;
        self.check_clock(now)?;
        let order = &row.order;
        let lines: Vec<ReturnLine> = lines
            .into_iter()
            .map(|(line, before, quantity)| ReturnLine {
                line,
                part: pricing::part(&order.lines[usize::from(line)], before, quantity),
                restock,
            })
            .collect();
        let parts: Vec<_> = lines.iter().map(|line| line.part.clone()).collect();
        let totals = pricing::totals(&parts).map_err(|error| explain(&error, order.currency))?;
        Ok(CreditNote {
            id,
            of: order.id,
            of_label: self.order_label(rows, row),
            at_ms: now.wall_ms,
            utc_offset_min: self.utc_offset_min,
            currency: order.currency,
            lines,
            totals,
            tenders: Vec::new(),
            rounding: 0,
            void: false,
            reason: String::new(),
            customer: order.customer.as_ref().map(|buyer| buyer.id),
        })
    }

    fn pay_back(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        note: CreditNote,
    ) -> Done {
        let coin = self.settings(rows).coin();
        let on_account = note.tenders.iter().any(|tender| tender.kind == TenderKind::Account);
        if on_account && note.customer.is_none() {
            return Err(wrong(
                "the order names no customer, so nothing can be paid back on account",
            ));
        }
        let rounding = pricing::settle_refund(note.totals.total, &note.tenders, coin)
            .map_err(|error| explain(&error, note.currency))?;
        self.commit_note(now, rows, caller, CreditNote { rounding, ..note })
    }

    fn commit_note(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        note: CreditNote,
    ) -> Done {
        let at_ms = self.clock.validity_ms(now);
        let choice = till_numbers::choose_credit_note(rows, self.me, at_ms, self.utc_offset_min)
            .map_err(|shortage| self.shortage(rows, &shortage))?;
        let shop = self.shop(rows).ok_or_else(not_synced)?;
        let space: SpaceRow =
            get_row(rows, Table::Spaces, &choice.space.0).ok_or_else(not_synced)?;
        let number = choice.number;
        let document =
            till_fiscal::generic::credit_document(&space.space, number, &shop.name, &note);
        let code = till_fiscal::code_of(&document);
        let returned = Returned {
            id: note.id,
            label: space.space.label(number),
            total: note.totals.total,
            paid: note.totals.total + note.rounding,
            code: code.clone(),
            repeated: false,
        };
        let body = CreditNoteCommitted { note, space: choice.space, number, document, code };
        self.write_day(now, rows, caller, body.into(), DayReply::Returned(returned))
    }

    pub(super) fn reprint(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        order: &str,
    ) -> Done {
        let id = match self.return_by(rows, order) {
            Some(row) => row.note.id,
            None => self.order_row(rows, order)?.order.id,
        };
        let look = Look::Ticket { order: id.to_string() };
        self.write_then_look(now, rows, caller, Reprinted { order: id }.into(), look)
    }

    /// A return by id, or by its number as printed.
    pub(super) fn return_by(&self, rows: &dyn Rows, reference: &str) -> Option<ReturnRow> {
        if let Ok(id) = reference.parse::<OrderId>() {
            return till_books::return_row(rows, id);
        }
        self.numbered(rows, reference, till_books::return_row)
    }

    pub(super) fn pay_account(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        id: OrderId,
        customer: &str,
        (tenders, note): (Vec<Tender>, String),
    ) -> Done {
        self.entitled(Need::Sell)?;
        let row = self.known_customer(rows, customer)?;
        let balance = till_books::balance(rows, row.id);
        let done = |change, balance| DayReply::Paid { change, balance };
        if till_books::is_paid(rows, id) {
            let reply = crate::command::Reply::Day(done(0, balance));
            self.reply(caller.ticket, Ok(reply));
            return Ok(());
        }
        let currency = self.shop(rows).ok_or_else(not_synced)?.currency;
        if tenders.is_empty() || tenders.iter().any(|tender| tender.kind == TenderKind::Account) {
            return Err(wrong("a debt is paid in cash, by card, by transfer or otherwise"));
        }
        let sum: i64 = tenders.iter().map(|tender| tender.amount).sum();
        if balance <= 0 {
            return Err(wrong(format!("“{}” owes nothing", row.name)));
        }
        // What is too much is given back, in cash.
        let due = sum.min(balance);
        let settled =
            pricing::settle(due, 0, &tenders, 0).map_err(|error| explain(&error, currency))?;
        let left = balance - due;
        let body = AccountPaid { id, customer: row.id, tenders, change: settled.change, note };
        self.write_day(now, rows, caller, body.into(), done(settled.change, left))
    }
}
