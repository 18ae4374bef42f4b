//! Where every minted number is.

use crate::holdings::{giver_of_transit, joined, log_of_holding};
use crate::windows::number_of;
use std::collections::BTreeMap;
use till_schema::numbering::Ranges;
use till_schema::rows::{
    DeviceRow, HoldingRow, InTransitRow, NumberRow, Rows, Table, collect_rows, decode_row, get_row,
};
use till_schema::{LogId, SpaceId};

/// The numbers of one space by where they are. `held`, `in_transit`, `issued`,
/// `voided` and `lost` partition `minted` unless there is a fault (correctness
/// 1.10).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Audit {
    /// All minted numbers.
    pub minted: Ranges,
    /// By the log that may issue them.
    pub held: BTreeMap<LogId, Ranges>,
    /// Ceded and not accepted, by giver and receiver.
    pub in_transit: BTreeMap<(LogId, LogId), Ranges>,
    /// On a receipt, by issuer.
    pub issued: BTreeMap<LogId, Ranges>,
    /// Given up for good, by who did it.
    pub voided: BTreeMap<LogId, Ranges>,
    /// Held by, or on their way to, a device that is gone or was copied. Nobody
    /// issues them again; a sale that turns up still moves one to `issued`.
    pub lost: BTreeMap<LogId, Ranges>,
    /// Those of `lost` that were reported to the authority.
    pub declared_lost: Ranges,
    /// On more than one sale.
    pub duplicates: Ranges,
    /// In several classes, in none though minted, in one though never minted, or
    /// issued without a sale in the books, or the reverse.
    pub unaccounted: Ranges,
}

/// How many numbers are in each class.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Minted.
    pub minted: u64,
    /// Held.
    pub held: u64,
    /// In transit.
    pub in_transit: u64,
    /// Issued, counted once for each issuer.
    pub issued: u64,
    /// Voided.
    pub voided: u64,
    /// Lost, declared or not.
    pub lost: u64,
    /// Declared lost; part of `lost`.
    pub declared_lost: u64,
    /// On more than one sale.
    pub duplicates: u64,
    /// In no class, in several, or at odds with the sales.
    pub unaccounted: u64,
}

impl Totals {
    /// Whether every minted number is in exactly one place and on at most one
    /// sale: the sum that the tax report prints.
    pub fn balances(&self) -> bool {
        let placed = self.held + self.in_transit + self.issued + self.voided + self.lost;
        placed == self.minted && self.duplicates == 0 && self.unaccounted == 0
    }
}

impl Audit {
    /// The sums of the classes.
    pub fn totals(&self) -> Totals {
        Totals {
            minted: self.minted.count(),
            held: count(self.held.values()),
            in_transit: count(self.in_transit.values()),
            issued: count(self.issued.values()),
            voided: count(self.voided.values()),
            lost: count(self.lost.values()),
            declared_lost: self.declared_lost.count(),
            duplicates: self.duplicates.count(),
            unaccounted: self.unaccounted.count(),
        }
    }

    /// Every set of every class.
    fn classes(&self) -> impl Iterator<Item = &Ranges> {
        self.held
            .values()
            .chain(self.in_transit.values())
            .chain(self.issued.values())
            .chain(self.voided.values())
            .chain(self.lost.values())
    }
}

/// Audits a space from the rows of everything applied here. What it says is
/// relative to the positions of all logs in [`Table::Applied`].
///
/// The sales are streamed: what is kept in memory grows with the number of
/// ranges, not of numbers.
pub fn audit(rows: &dyn Rows, space: SpaceId) -> Audit {
    let mut found = Audit::default();
    for (at, row) in collect_rows::<HoldingRow>(rows, Table::Holdings, &space.0) {
        let log = log_of_holding(&at);
        found.minted = found.minted.union(&row.minted);
        let class = if is_gone(rows, log) { &mut found.lost } else { &mut found.held };
        add(class, log, &row.held);
        add(&mut found.issued, log, &row.issued);
        add(&mut found.voided, log, &row.voided);
        found.declared_lost = found.declared_lost.union(&row.declared_lost);
    }
    for (at, row) in collect_rows::<InTransitRow>(rows, Table::InTransit, &[]) {
        if row.space != space {
            continue;
        }
        if is_gone(rows, row.to) {
            add(&mut found.lost, row.to, &row.ranges);
        } else {
            add(&mut found.in_transit, (giver_of_transit(&at).0, row.to), &row.ranges);
        }
    }
    let lost = found.lost.values().fold(Ranges::new(), |all, ranges| all.union(ranges));
    found.declared_lost = found.declared_lost.intersection(&lost);
    let sales = read_sales(rows, space, &found.issued);
    found.unaccounted = misplaced(&found).union(&sales.at_odds);
    found.duplicates = sales.duplicates;
    found
}

/// Whether a device's numbers are lost. A device that left by itself, or is
/// stopped for now, is not gone.
fn is_gone(rows: &dyn Rows, log: LogId) -> bool {
    let device: Option<DeviceRow> = get_row(rows, Table::Devices, &log.0);
    device.is_some_and(|device| device.ended.is_some()) || rows.get(Table::Forks, &log.0).is_some()
}

fn add<K: Ord>(class: &mut BTreeMap<K, Ranges>, who: K, ranges: &Ranges) {
    if !ranges.is_empty() {
        let all = class.entry(who).or_default();
        *all = all.union(ranges);
    }
}

fn count<'a>(sets: impl Iterator<Item = &'a Ranges>) -> u64 {
    sets.fold(0, |sum, ranges| sum.saturating_add(ranges.count()))
}

/// Numbers in several classes, in none, or in one and not minted.
fn misplaced(found: &Audit) -> Ranges {
    let mut pieces: Vec<(u64, u64)> = found.classes().flat_map(Ranges::iter).collect();
    pieces.sort_unstable();
    let mut wrong = Vec::new();
    let mut reach: Option<u64> = None;
    for (from, to) in pieces {
        if let Some(last) = reach.filter(|last| from <= *last) {
            wrong.push((from, to.min(last)));
        }
        reach = reach.max(Some(to));
    }
    let mut nowhere = found.minted.clone();
    for class in found.classes() {
        nowhere = nowhere.minus(class);
        wrong.extend(class.minus(&found.minted).iter());
    }
    wrong.extend(nowhere.iter());
    joined(&wrong)
}

struct Sales {
    duplicates: Ranges,
    at_odds: Ranges,
}

/// Reads the sales once, number by number, against what their writers issued.
fn read_sales(rows: &dyn Rows, space: SpaceId, issued: &BTreeMap<LogId, Ranges>) -> Sales {
    let mut duplicates = Vec::new();
    let mut at_odds = Vec::new();
    let mut matched: BTreeMap<LogId, u64> = BTreeMap::new();
    let mut number = None;
    let mut sellers: Vec<LogId> = Vec::new();
    rows.scan(Table::Numbers, &space.0, &mut |at, value| {
        let this = number_of(at);
        let seller = decode_row::<NumberRow>(Table::Numbers, value).entry.log;
        if number == Some(this) {
            duplicates.push((this, this));
        } else {
            number = Some(this);
            sellers.clear();
        }
        if !sellers.contains(&seller) {
            sellers.push(seller);
            if issued.get(&seller).is_some_and(|issued| issued.contains(this)) {
                *matched.entry(seller).or_default() += 1;
            } else {
                at_odds.push((this, this));
            }
        }
        true
    });
    for (log, issued) in issued {
        if matched.get(log).copied().unwrap_or_default() != issued.count() {
            at_odds.extend(issued.minus(&sold_by(rows, space, *log)).iter());
        }
    }
    Sales { duplicates: joined(&duplicates), at_odds: joined(&at_odds) }
}

/// The numbers of one log's sales; read only where the sums differ.
fn sold_by(rows: &dyn Rows, space: SpaceId, log: LogId) -> Ranges {
    let mut sold = Vec::new();
    rows.scan(Table::Numbers, &space.0, &mut |at, value| {
        if decode_row::<NumberRow>(Table::Numbers, value).entry.log == log {
            sold.push(number_of(at));
        }
        true
    });
    sold.into_iter().collect()
}
