//! What one device has applied, and its rows.

use super::{Log, Mutant, Written};
use crate::fold::apply_under;
use crate::rules::Rules;
use std::collections::BTreeMap;
use till_schema::LogId;
use till_schema::body::Body;
use till_schema::order::Order;
use till_schema::rows::{
    DeviceRow, EntryRef, MemoryRows, OrderRow, Table, digests, get_row, put_row,
};

#[derive(Clone, Default)]
pub(super) struct View {
    pub(super) rows: MemoryRows,
    /// How many entries of each log are applied.
    pub(super) knows: Vec<usize>,
    cuts: BTreeMap<LogId, u64>,
    /// Sales of devices that had been ended before.
    pub(super) tail_sales: usize,
}

impl View {
    pub(super) fn known(&self, log: usize) -> usize {
        self.knows.get(log).copied().unwrap_or_default()
    }

    pub(super) fn set_known(&mut self, log: usize, count: usize) {
        if self.knows.len() <= log {
            self.knows.resize(log + 1, 0);
        }
        self.knows[log] = count;
    }

    pub(super) fn has_all(&self, written: &Written) -> bool {
        written.saw.iter().enumerate().all(|(log, count)| self.known(log) >= *count)
    }

    /// The part of a node that hands entries to the folds.
    pub(super) fn apply(&mut self, log: usize, written: &Written, mutant: Option<Mutant>) {
        let (entry, body) = (&written.entry, &written.body);
        self.set_known(log, self.known(log) + 1);
        let beyond = self.cuts.get(&entry.log).is_some_and(|cut| entry.seq.0 > *cut);
        self.tail_sales += usize::from(beyond && matches!(body, Body::SaleCommitted(_)));
        let hidden = beyond && mutant == Some(Mutant::CutHidesTokens);
        match body {
            Body::DeviceAdd(add) => {
                let row = DeviceRow {
                    log: add.log,
                    name: add.name.clone(),
                    roles: add.roles.clone(),
                    ordinal: 0,
                    replaces: add.replaces,
                    ended: None,
                    suspended: false,
                    retired: false,
                };
                put_row(&mut self.rows, Table::Devices, &add.log.0, &row);
            }
            Body::EndOf(end) => {
                self.cuts.insert(end.log, end.at_seq.0);
                self.device(end.log, |row| row.ended = Some(end.reason));
            }
            Body::LogEnd(_) => self.device(entry.log, |row| row.retired = true),
            Body::SaleCommitted(sale) if !hidden => {
                apply_under(&mut self.rows, entry, body, rules(mutant));
                if sale.fiscalises.is_none() {
                    self.book(entry, &sale.order);
                }
            }
            Body::SaleProvisional(sale) if !hidden => {
                apply_under(&mut self.rows, entry, body, rules(mutant));
                self.book(entry, &sale.order);
            }
            _ if hidden => {}
            _ => apply_under(&mut self.rows, entry, body, rules(mutant)),
        }
    }

    fn device(&mut self, log: LogId, edit: impl FnOnce(&mut DeviceRow)) {
        let mut row: DeviceRow =
            get_row(&self.rows, Table::Devices, &log.0).expect("added before it ends");
        edit(&mut row);
        put_row(&mut self.rows, Table::Devices, &log.0, &row);
    }

    /// The one row of the books that the numbers read.
    fn book(&mut self, entry: &EntryRef, order: &Order) {
        let row = OrderRow {
            order: order.clone(),
            entry: *entry,
            space: till_schema::SpaceId([0; 16]),
            number: 0,
            code: String::new(),
            ticket: None,
            user: None,
        };
        put_row(&mut self.rows, Table::Orders, &order.id.0, &row);
    }

    /// The rows folded again from the logs, taken in another order than they came.
    pub(super) fn refolded(&self, logs: &[Log], mutant: Option<Mutant>) -> Self {
        let mut again = Self::default();
        again.set_known(self.knows.len().saturating_sub(1), 0);
        loop {
            let mut moved = false;
            for log in (0..logs.len()).rev() {
                while again.known(log) < self.known(log) {
                    let written = &logs[log].entries[again.known(log)];
                    if !again.has_all(written) {
                        break;
                    }
                    again.apply(log, written, mutant);
                    moved = true;
                }
            }
            if !moved {
                return again;
            }
        }
    }

    pub(super) fn digest(&self) -> String {
        format!("{:?}", digests(&self.rows))
    }
}

fn rules(mutant: Option<Mutant>) -> Rules {
    Rules {
        anybody_mints: mutant == Some(Mutant::TwoCustodians),
        renewal_mints_again: mutant == Some(Mutant::RenewalMintsAgain),
        lost_minted_again: mutant == Some(Mutant::LostMintedAgain),
        giver_takes_back: matches!(
            mutant,
            Some(Mutant::GiverTakesBack | Mutant::LeaseWithoutMargin | Mutant::LeaseWithMargin)
        ),
        accept_credits_again: mutant == Some(Mutant::CreditsEachDelivery),
    }
}
