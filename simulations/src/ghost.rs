//! The model that says what should be: what people were told, and by whom. It
//! is kept by watching answers, never by asking a node.

use std::collections::{BTreeMap, BTreeSet};
use till_schema::{LogId, OrderId, Seq};

/// A cart that was sent to a device.
#[derive(Clone, Copy, Debug)]
pub struct Rung {
    /// Where.
    pub device: usize,
    /// How often.
    pub times: u32,
}

/// A sale that a person was told of.
#[derive(Clone, Debug)]
pub struct Sale {
    /// Where.
    pub device: usize,
    /// Which log wrote it.
    pub log: LogId,
    /// Its entry is at this position or before.
    pub seq: Seq,
    /// The number as printed.
    pub label: String,
    /// Minor units.
    pub total: i64,
    /// Whether the paper was an internal one.
    pub provisional: bool,
    /// Tick.
    pub at_ms: u64,
    /// The only disks that held it are gone: it need not be anywhere.
    pub excused: bool,
}

/// A price that a person was told is set.
#[derive(Clone, Debug)]
pub struct PriceEdit {
    /// Which log wrote it.
    pub log: LogId,
    /// Its entry is at this position or before.
    pub seq: Seq,
    /// The product's code.
    pub sku: String,
    /// The price.
    pub price: i64,
    /// As with sales.
    pub excused: bool,
}

/// A decision that a person was told is taken.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Which log wrote it.
    pub log: LogId,
    /// Its entry is at this position or before.
    pub seq: Seq,
    /// Kind and subject.
    pub subject: till_schema::body::ConflictKey,
    /// As with sales.
    pub excused: bool,
}

/// A Z report that a person was told.
#[derive(Clone, Debug)]
pub struct Closing {
    /// Which log wrote it.
    pub log: LogId,
    /// Its entry is at this position or before.
    pub seq: Seq,
    /// The report.
    pub report: till_schema::body::ShiftClosed,
    /// As with sales.
    pub excused: bool,
}

/// What should be.
#[derive(Debug, Default)]
pub struct Ghost {
    /// Every cart ever sent.
    pub rung: BTreeMap<OrderId, Rung>,
    /// Every sale acknowledged.
    pub sold: BTreeMap<OrderId, Sale>,
    /// Printed fiscal numbers, and for which order.
    pub printed: BTreeMap<String, OrderId>,
    /// Numbers printed twice where a set back or copied device made that
    /// possible: a NUMBER_DUPLICATE with a proof must come of each.
    pub duplicates: BTreeMap<String, Vec<OrderId>>,
    /// Logs whose storage was set back or copied.
    pub unsure_logs: BTreeSet<LogId>,
    /// Logs whose device destroyed entries that nobody else had, or whose
    /// rights were taken while it wrote.
    pub cut_logs: BTreeSet<LogId>,
    /// Where in its log a number was issued, as far as people were told.
    pub issued: BTreeMap<(LogId, u64), Seq>,
    /// Prices set.
    pub prices: Vec<PriceEdit>,
    /// Decisions taken.
    pub decisions: Vec<Decided>,
    /// Shifts closed.
    pub closings: Vec<Closing>,
    /// Sales refused for want of numbers.
    pub dry: u64,
    /// Sales refused otherwise.
    pub refused: u64,
    /// Answers that an order had been sold before.
    pub repeated: u64,
    /// Provisional sales.
    pub provisional: u64,
}

/// What telling the model of an acknowledgement showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// As it should be.
    Fine,
    /// This number is on another paper already.
    NumberTwice(OrderId),
    /// Earlier the person was told this.
    Differs(String),
    /// Nobody sent such a cart.
    NeverRung,
}

impl Ghost {
    /// A cart goes to a device.
    pub fn ring(&mut self, order: OrderId, device: usize) {
        let rung = self.rung.entry(order).or_insert(Rung { device, times: 0 });
        rung.times += 1;
    }

    /// A person was told that an order is sold.
    pub fn told(&mut self, order: OrderId, sale: Sale) -> Told {
        if !self.rung.contains_key(&order) {
            return Told::NeverRung;
        }
        if let Some(known) = self.sold.get_mut(&order) {
            self.repeated += 1;
            let became_fiscal = known.provisional && !sale.provisional;
            if known.total != sale.total || (known.label != sale.label && !became_fiscal) {
                return Told::Differs(format!("{} {}", known.label, known.total));
            }
            if !became_fiscal {
                return Told::Fine;
            }
        }
        let fiscal = (!sale.provisional).then(|| sale.label.clone());
        self.provisional += u64::from(sale.provisional);
        let number = sale.label.rsplit('-').next().and_then(|digits| digits.parse().ok());
        if let (Some(number), false) = (number, sale.provisional) {
            self.issued.insert((sale.log, number), sale.seq);
        }
        self.sold.insert(order, sale);
        let Some(label) = fiscal else { return Told::Fine };
        match self.printed.get(&label) {
            Some(other) if *other != order => {
                let other = *other;
                let twice = self.duplicates.entry(label).or_insert_with(|| vec![other]);
                twice.push(order);
                Told::NumberTwice(other)
            }
            _ => {
                self.printed.insert(label, order);
                Told::Fine
            }
        }
    }

    /// A disk is gone or set back: what only it held of a log beyond a
    /// position, up to `until`, need not be anywhere any more.
    pub fn excuse(&mut self, log: LogId, beyond: Seq, until: Seq) {
        if until <= beyond {
            return;
        }
        self.cut_logs.insert(log);
        let gone = |of: LogId, seq: Seq| of == log && seq > beyond && seq <= until;
        for sale in self.sold.values_mut() {
            sale.excused |= gone(sale.log, sale.seq);
        }
        for edit in &mut self.prices {
            edit.excused |= gone(edit.log, edit.seq);
        }
        for decided in &mut self.decisions {
            decided.excused |= gone(decided.log, decided.seq);
        }
        for closing in &mut self.closings {
            closing.excused |= gone(closing.log, closing.seq);
        }
    }
}
