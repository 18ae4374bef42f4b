//! Bounds on what a document takes in.

/// Largest change, in bytes: it must fit into one log entry with its header.
pub const CHANGE_BYTES_MAX: usize = till_schema::limits::ENTRY_BYTES_MAX - 2 * 1024;
/// Most operations in one change. A run-length encoded change of 64 bytes can
/// claim a million of them.
pub const CHANGE_OPERATIONS_MAX: u64 = 8 * 1024;
/// Longest name of a field, in bytes.
pub const FIELD_NAME_BYTES_MAX: usize = 128;
/// Longest barcode, in bytes.
pub const BARCODE_BYTES_MAX: usize = 64;
/// Highest price, in minor units.
pub const PRICE_MAX: i64 = 10_000_000_000_000;
/// Highest tax rate, in basis points.
pub const TAX_RATE_BP_MAX: i64 = 100_000;
/// Latest time a change may carry, in Unix seconds (the year 9999): Automerge
/// stores differences of times, which must not overflow.
pub const TIME_S_MAX: i64 = 253_402_300_799;
/// Changes since the last checkpoint are kept in memory for rebuilding a
/// document; at this weight (bytes, and [`TAIL_CHANGE_OVERHEAD`] for each
/// change) the document is saved in memory without being asked for.
pub const TAIL_WEIGHT_MAX: usize = 32 * 1024 * 1024;
/// What a kept change weighs beyond its bytes.
pub const TAIL_CHANGE_OVERHEAD: usize = 512;
