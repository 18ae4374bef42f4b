//! Where every minted number is.

use std::collections::BTreeMap;
use till_schema::numbering::Ranges;
use till_schema::rows::{HoldingRow, InTransitRow, Rows, Table, collect_rows};
use till_schema::{LogId, SpaceId};

/// The classes of one space. They partition `minted` unless there is a fault.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Audit {
    /// All minted numbers.
    pub minted: Ranges,
    /// By holder.
    pub held: BTreeMap<LogId, Ranges>,
    /// Ceded, not accepted.
    pub in_transit: Ranges,
    /// By issuer.
    pub issued: BTreeMap<LogId, Ranges>,
    /// Given up.
    pub voided: Ranges,
    /// On more than one sale, each once.
    pub duplicates: Vec<u64>,
    /// In several classes, or in none, or issued without being minted.
    pub unaccounted: u64,
}

/// Audits a space from the rows of everything applied here.
pub fn audit(rows: &dyn Rows, space: SpaceId) -> Audit {
    let mut found = Audit::default();
    let mut placed = Ranges::new();
    let mut overlap = 0;
    let mut place = |ranges: &Ranges| {
        overlap += placed.intersection(ranges).count();
        placed = placed.union(ranges);
    };
    for (key, row) in collect_rows::<HoldingRow>(rows, Table::Holdings, &space.0) {
        let log = LogId(key[16..].try_into().expect("a holding's key ends in its log"));
        found.minted = found.minted.union(&row.minted);
        for ranges in [&row.held, &row.issued, &row.voided] {
            place(ranges);
        }
        found.voided = found.voided.union(&row.voided);
        found.held.insert(log, row.held);
        found.issued.insert(log, row.issued);
    }
    for (_, row) in collect_rows::<InTransitRow>(rows, Table::InTransit, &[]) {
        if row.space == space {
            place(&row.ranges);
            found.in_transit = found.in_transit.union(&row.ranges);
        }
    }
    found.duplicates = duplicates(rows, space);
    found.unaccounted =
        overlap + found.minted.minus(&placed).count() + placed.minus(&found.minted).count();
    found
}

fn duplicates(rows: &dyn Rows, space: SpaceId) -> Vec<u64> {
    let mut twice = Vec::new();
    let mut last = None;
    rows.scan(Table::Numbers, &space.0, &mut |key, _| {
        let number = u64::from_be_bytes(key[16..24].try_into().expect("eight bytes"));
        if last == Some(number) && twice.last() != Some(&number) {
            twice.push(number);
        }
        last = Some(number);
        true
    });
    twice
}
