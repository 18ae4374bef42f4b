//! Sales without a number, and the numbers that follow.

use crate::Node;
use crate::command::{CommandError, Reply, Sold};
use crate::io::Now;
use crate::job::{Caller, InFlight, Job};
use crate::sell::{Done, wrong};
use till_schema::body::{AssignProvisional, ConflictKind, SaleCommitted, SaleProvisional};
use till_schema::order::Order;
use till_schema::rows::{
    OrderRow, ProvisionalRow, Rows, SpaceRow, Table, collect_rows, get_row, suspects,
};
use till_schema::{EntryHash, OrderId, SpaceId};

impl Node {
    /// A sale on an internal document: goods and money move, the number follows.
    pub(crate) fn sell_provisionally(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        order: Order,
        space: SpaceId,
    ) -> Done {
        let own = collect_rows::<ProvisionalRow>(rows, Table::Provisionals, &[])
            .into_iter()
            .filter(|(_, row)| row.entry.log == self.me);
        let count = own.map(|(_, row)| row.ticket).max().unwrap_or_default() + 1;
        let sold = Sold {
            order: order.id,
            label: self.provisional_label(self.me, count),
            total: order.totals.total,
            change: order.change,
            code: String::new(),
            repeated: false,
            provisional: true,
        };
        let body = SaleProvisional { order, space, ticket: count };
        let then = InFlight {
            reply: Some((caller.ticket, Reply::Sold(sold))),
            who: caller.who,
            ..InFlight::default()
        };
        self.write(now, rows, vec![body.into()], then)
    }

    /// What the paper of a provisional sale says: device and count.
    pub(crate) fn provisional_label(&self, log: till_schema::LogId, ticket: u64) -> String {
        format!("P-{}-{ticket}", log.short())
    }

    /// Gives the oldest provisional sale of this device its number, as soon as
    /// there is one.
    pub(crate) fn tick_provisionals(&mut self, now: Now, rows: &dyn Rows) {
        let queued = self.jobs.iter().any(|job| matches!(job, Job::Fiscalise(_)));
        if queued || self.in_flight.is_some() || self.fault.is_some() || !self.has_provisionals {
            return;
        }
        // Asked first: while there are none, this is asked with every input.
        if self.choose(now, rows).is_err() {
            return;
        }
        let waiting = self.open_provisionals(rows).into_iter().next();
        self.has_provisionals = waiting.is_some();
        if let Some(row) = waiting {
            self.jobs.push_back(Job::Fiscalise(row.entry.hash));
        }
    }

    /// This device's provisional sales that wait for a number, oldest first.
    fn open_provisionals(&self, rows: &dyn Rows) -> Vec<ProvisionalRow> {
        // The open ones are listed as what waits for somebody.
        let mut open: Vec<ProvisionalRow> = suspects(rows, ConflictKind::ProvisionalOpen)
            .into_iter()
            .filter_map(|subject| subject.parse::<EntryHash>().ok())
            .filter_map(|sale| open_provisional(rows, sale))
            .filter(|row| row.by == self.me)
            .collect();
        open.sort_by_key(|row| (row.entry.log, row.entry.seq));
        open
    }

    pub(crate) fn fiscalise(&mut self, now: Now, rows: &mut dyn Rows, sale: EntryHash) -> Done {
        let open = open_provisional(rows, sale).filter(|row| row.by == self.me);
        let Some(row) = open else { return Ok(()) };
        let order: Option<OrderRow> = get_row(rows, Table::Orders, &row.order.0);
        let Some(held) = order else { return Ok(()) };
        let Ok(choice) = self.choose(now, rows) else { return Ok(()) };
        let body = self.committed(rows, choice.space, choice.number, held.order)?;
        let body = SaleCommitted { fiscalises: Some(crate::standing::id_of(&row.entry)), ..body };
        self.write(now, rows, vec![body.into()], InFlight::default())
    }

    pub(crate) fn assign_provisional(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        order: OrderId,
        to: &str,
    ) -> Done {
        self.administers()?;
        let to = self.device(to)?;
        let found = collect_rows::<ProvisionalRow>(rows, Table::Provisionals, &[])
            .into_iter()
            .map(|(_, row)| row)
            .find(|row| row.order == order && row.fiscalised.is_empty());
        let row = found.ok_or_else(|| {
            CommandError::NotFound("no provisional sale waits under this order id".to_owned())
        })?;
        let gone = self.devices.get(&row.by).is_none_or(|device| !device.is_live());
        if !gone {
            return Err(wrong(format!(
                "“{}” fiscalises it itself as soon as it has numbers; only the sales of a gone \
                 device are assigned",
                self.device_name(row.by)
            )));
        }
        if !to.is_live() {
            return Err(wrong(format!("“{}” is not in the shop any more", to.name)));
        }
        let sale = crate::standing::id_of(&row.entry);
        let body = AssignProvisional { sale, to: to.log };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    /// The sale of an order under a number.
    pub(crate) fn committed(
        &self,
        rows: &dyn Rows,
        space: SpaceId,
        number: u64,
        order: Order,
    ) -> Result<SaleCommitted, CommandError> {
        let shop = self.shop(rows).ok_or_else(crate::sell::not_synced)?;
        let row: SpaceRow =
            get_row(rows, Table::Spaces, &space.0).ok_or_else(crate::sell::not_synced)?;
        let document = till_fiscal::generic::document(&row.space, number, &shop.name, &order);
        let code = till_fiscal::code_of(&document);
        Ok(SaleCommitted { order, space, number, document, code, fiscalises: None })
    }
}

fn open_provisional(rows: &dyn Rows, sale: EntryHash) -> Option<ProvisionalRow> {
    let row: ProvisionalRow = get_row(rows, Table::Provisionals, &sale.0)?;
    row.fiscalised.is_empty().then_some(row)
}
