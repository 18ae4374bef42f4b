//! Changes that are not committed yet, laid over the committed rows.

use super::snapshot::BooksSnapshot;
use std::collections::BTreeMap;
use std::ops::Bound;
use till_schema::rows::{Rows, Table};

/// A changed row: its new value, or none when it was deleted.
type Change = Option<Vec<u8>>;

/// The changes since the last commit.
#[derive(Default)]
pub(crate) struct Overlay {
    tables: BTreeMap<Table, BTreeMap<Vec<u8>, Change>>,
}

impl Overlay {
    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.tables.clear();
    }

    pub(crate) fn set(&mut self, table: Table, key: &[u8], value: Option<&[u8]>) {
        self.tables.entry(table).or_default().insert(key.to_vec(), value.map(<[u8]>::to_vec));
    }

    /// The change of a row, if it changed.
    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Option<&Change> {
        self.tables.get(&table)?.get(key)
    }

    /// The changed tables with their changes in key order.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (Table, &BTreeMap<Vec<u8>, Change>)> {
        self.tables.iter().map(|(table, rows)| (*table, rows))
    }

    /// The changes under a prefix from a key on.
    pub(crate) fn range<'a>(
        &'a self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
    ) -> impl DoubleEndedIterator<Item = (&'a [u8], Option<&'a [u8]>)> {
        let bounds = bounds(prefix, from);
        let rows = bounds.and_then(|(lower, upper)| {
            let lower = Bound::Included(lower);
            Some(self.tables.get(&table)?.range((lower, upper)))
        });
        rows.into_iter().flatten().map(|(key, value)| (key.as_slice(), value.as_deref()))
    }
}

/// The keys under a prefix from a key on, unless there can be none.
pub(crate) fn bounds(prefix: &[u8], from: &[u8]) -> Option<(Vec<u8>, Bound<Vec<u8>>)> {
    let lower = from.max(prefix).to_vec();
    let upper = match prefix.iter().rposition(|byte| *byte != u8::MAX) {
        Some(last) => {
            let mut after = prefix[..=last].to_vec();
            after[last] += 1;
            Bound::Excluded(after)
        }
        None => Bound::Unbounded,
    };
    match &upper {
        Bound::Excluded(after) if *after <= lower => None,
        _ => Some((lower, upper)),
    }
}

/// Visits committed rows and changes together, in rising key order.
pub(crate) fn merge_rising<'a>(
    rows: &BooksSnapshot,
    changes: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    table: Table,
    prefix: &[u8],
    from: &[u8],
    visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
) {
    let mut merge = Merge { changes: changes.peekable(), visit, before: |a, b| a < b };
    let mut on = true;
    rows.scan_from(table, prefix, from, &mut |key, value| {
        on = merge.committed(key, value);
        on
    });
    if on {
        merge.rest();
    }
}

/// Visits committed rows and changes together, in falling key order.
pub(crate) fn merge_falling<'a>(
    rows: &BooksSnapshot,
    changes: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    table: Table,
    prefix: &[u8],
    visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
) {
    let mut merge = Merge { changes: changes.peekable(), visit, before: |a, b| a > b };
    let mut on = true;
    rows.scan_back(table, prefix, &mut |key, value| {
        on = merge.committed(key, value);
        on
    });
    if on {
        merge.rest();
    }
}

struct Merge<'v, I: Iterator> {
    changes: std::iter::Peekable<I>,
    visit: &'v mut dyn FnMut(&[u8], &[u8]) -> bool,
    before: fn(&[u8], &[u8]) -> bool,
}

impl<'a, I: Iterator<Item = (&'a [u8], Option<&'a [u8]>)>> Merge<'_, I> {
    /// Visits the changes before a committed row, then the row unless it changed.
    fn committed(&mut self, key: &[u8], value: &[u8]) -> bool {
        while let Some((changed, new)) =
            self.changes.next_if(|(changed, _)| *changed == key || (self.before)(changed, key))
        {
            if let Some(new) = new
                && !(self.visit)(changed, new)
            {
                return false;
            }
            if changed == key {
                return true;
            }
        }
        (self.visit)(key, value)
    }

    fn rest(&mut self) {
        for (key, new) in self.changes.by_ref() {
            if let Some(new) = new
                && !(self.visit)(key, new)
            {
                return;
            }
        }
    }
}
