//! Each row with its checksum: the database checks its pages only when it is
//! asked to read all of them, and a row of which one bit has turned over must
//! not become a number, a sum or a right.
//!
//! Stored is the value followed by the CRC-32 (IEEE) over the table's place in
//! [`Table::ALL`], the length of the key, the key and the value. It finds every
//! burst of up to 32 wrong bits, and others but for one in 2³².

use till_schema::rows::Table;

const SEAL_BYTES: usize = 4;

fn checksum(table: Table, key: &[u8], value: &[u8]) -> [u8; SEAL_BYTES] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[table as u8]);
    hasher.update(&(key.len() as u32).to_le_bytes());
    hasher.update(key);
    hasher.update(value);
    hasher.finalize().to_le_bytes()
}

/// What is stored of a row.
pub(super) fn sealed(table: Table, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(value.len() + SEAL_BYTES);
    stored.extend_from_slice(value);
    stored.extend_from_slice(&checksum(table, key, value));
    stored
}

/// The value of a stored row; none when it is not as it was written.
pub(super) fn unsealed<'a>(table: Table, key: &[u8], stored: &'a [u8]) -> Option<&'a [u8]> {
    let (value, seal) = stored.split_last_chunk::<SEAL_BYTES>()?;
    (*seal == checksum(table, key, value)).then_some(value)
}
