//! The committed rows, as of one commit.

use super::error::{BooksError, Failure, Refusal, guarded};
use super::sealed::unsealed;
use super::{definition, overlay};
use redb::{Database, Range, ReadOnlyTable, ReadTransaction, ReadableDatabase, TableError};
use std::ops::Bound;
use std::sync::{Arc, OnceLock};
use till_schema::rows::{Rows, Table};

type OpenTable = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// The rows as of one commit. Clones share it.
///
/// It reads like any rows but cannot be written: `put` and `delete` panic.
#[derive(Clone)]
pub struct BooksSnapshot {
    inner: Arc<Inner>,
}

struct Inner {
    /// None when it could not be begun; `failure` then says why.
    transaction: Option<ReadTransaction>,
    /// Tables opened so far, by their place in [`Table::ALL`]; none for a
    /// table that has no row yet.
    tables: [OnceLock<Option<OpenTable>>; Table::ALL.len()],
    failure: OnceLock<Failure>,
}

impl std::fmt::Debug for BooksSnapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BooksSnapshot")
    }
}

impl BooksSnapshot {
    pub(crate) fn take(database: &Database) -> Self {
        let failure = OnceLock::new();
        let begun = guarded(|| Ok(database.begin_read()?));
        let transaction = begun.map_err(|refusal| latch(&failure, refusal)).ok();
        let tables = std::array::from_fn(|_| OnceLock::new());
        Self { inner: Arc::new(Inner { transaction, tables, failure }) }
    }

    /// Why reading failed, if it did: what was read since is not to be used.
    pub fn failure(&self) -> Option<BooksError> {
        self.latched_failure().map(BooksError::from)
    }

    pub(super) fn latched_failure(&self) -> Option<&Failure> {
        self.inner.failure.get()
    }

    fn table(&self, table: Table) -> Option<&OpenTable> {
        let slot = &self.inner.tables[table as usize];
        let opened = slot.get_or_init(|| {
            let transaction = self.inner.transaction.as_ref()?;
            let opened = guarded(|| match transaction.open_table(definition(table)) {
                Ok(open) => Ok(Some(open)),
                Err(TableError::TableDoesNotExist(_)) => Ok(None),
                Err(error) => Err(error.into()),
            });
            self.latched(opened).flatten()
        });
        opened.as_ref()
    }

    fn latched<T>(&self, result: Result<T, Refusal>) -> Option<T> {
        result.map_err(|refusal| latch(&self.inner.failure, refusal)).ok()
    }

    fn range(
        &self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
    ) -> Option<Range<'static, &'static [u8], &'static [u8]>> {
        let (lower, upper) = overlay::bounds(prefix, from)?;
        let upper = match &upper {
            Bound::Excluded(after) => Bound::Excluded(after.as_slice()),
            _ => Bound::Unbounded,
        };
        let open = self.table(table)?;
        let bounds = (Bound::Included(lower.as_slice()), upper);
        self.latched(guarded(|| Ok(open.range::<&[u8]>(bounds)?)))
    }

    fn visit_all(
        &self,
        table: Table,
        mut next: impl FnMut() -> Option<Row>,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) {
        // Only the database is guarded, never the visitor. On a damaged page the
        // look at what was found may panic too: it is taken once in here.
        let mut found = || {
            let row = next().transpose()?;
            if let Some((key, value)) = &row {
                let _ = (key.value(), value.value());
            }
            Ok(row)
        };
        while let Some(Some((key, value))) = self.latched(guarded(&mut found)) {
            let key = key.value();
            let Some(value) = unsealed(table, key, value.value()) else {
                return latch(&self.inner.failure, row_of(table));
            };
            if !visit(key, value) {
                return;
            }
        }
    }
}

type Guard = redb::AccessGuard<'static, &'static [u8]>;
type Row = Result<(Guard, Guard), redb::StorageError>;

fn latch(failure: &OnceLock<Failure>, refusal: Refusal) {
    // The first failure is the telling one.
    let _ = failure.set(refusal.into());
}

fn row_of(table: Table) -> Refusal {
    Refusal::Unusable(format!("a row of {} is not as it was written", table.name()))
}

impl Rows for BooksSnapshot {
    fn get(&self, table: Table, key: &[u8]) -> Option<Vec<u8>> {
        let open = self.table(table)?;
        let found = guarded(|| match open.get(key)? {
            Some(stored) => match unsealed(table, key, stored.value()) {
                Some(value) => Ok(Some(value.to_vec())),
                None => Err(row_of(table)),
            },
            None => Ok(None),
        });
        self.latched(found).flatten()
    }

    /// # Panics
    /// Always: a snapshot is for reading.
    fn put(&mut self, _table: Table, _key: &[u8], _value: &[u8]) {
        panic!("a snapshot of the books cannot be written");
    }

    /// # Panics
    /// Always: a snapshot is for reading.
    fn delete(&mut self, _table: Table, _key: &[u8]) {
        panic!("a snapshot of the books cannot be written");
    }

    fn scan_from(
        &self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) {
        if let Some(mut range) = self.range(table, prefix, from) {
            self.visit_all(table, || range.next(), visit);
        }
    }

    fn scan_back(&self, table: Table, prefix: &[u8], visit: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        if let Some(mut range) = self.range(table, prefix, prefix) {
            self.visit_all(table, || range.next_back(), visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_stands_at_its_place_in_the_list() {
        for (place, table) in Table::ALL.into_iter().enumerate() {
            assert_eq!(table as usize, place);
        }
    }
}
