//! Rows in memory, for tests and simulations.

use super::{Rows, Table};
use std::collections::BTreeMap;

/// A set of tables in memory.
#[derive(Clone, Default, Debug)]
pub struct MemoryRows {
    tables: BTreeMap<Table, BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Rows for MemoryRows {
    fn get(&self, table: Table, key: &[u8]) -> Option<Vec<u8>> {
        self.tables.get(&table)?.get(key).cloned()
    }

    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        self.tables.entry(table).or_default().insert(key.to_vec(), value.to_vec());
    }

    fn delete(&mut self, table: Table, key: &[u8]) {
        if let Some(rows) = self.tables.get_mut(&table) {
            rows.remove(key);
        }
    }

    fn scan_from(
        &self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) {
        let Some(rows) = self.tables.get(&table) else { return };
        for (key, value) in rows.range(from.max(prefix).to_vec()..) {
            if !key.starts_with(prefix) || !visit(key, value) {
                return;
            }
        }
    }

    fn scan_back(&self, table: Table, prefix: &[u8], visit: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        let Some(rows) = self.tables.get(&table) else { return };
        let inside = rows.range(prefix.to_vec()..).take_while(|(key, _)| key.starts_with(prefix));
        let found: Vec<_> = inside.collect();
        for (key, value) in found.into_iter().rev() {
            if !visit(key, value) {
                return;
            }
        }
    }
}
