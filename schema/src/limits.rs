//! Bounds on everything that is stored or sent.

/// Largest entry, header and body together, in bytes.
pub const ENTRY_BYTES_MAX: usize = 64 * 1024;
/// Largest frame (the entries of one action and their signature), in bytes.
pub const FRAME_BYTES_MAX: usize = 256 * 1024;
/// Largest wire message, in bytes: one full frame and its envelope.
pub const MESSAGE_BYTES_MAX: usize = FRAME_BYTES_MAX + 4 * 1024;
/// Most entries one frame may hold.
pub const FRAME_ENTRIES_MAX: usize = 256;
/// Most logs a vector, a `seen` delta or a Hello may name.
pub const LOGS_MAX: usize = 1024;
/// Most bytes sent to one peer and not yet acknowledged as durable there.
pub const UNACKED_BYTES_MAX: usize = 1024 * 1024;
/// Most lines on one order.
pub const ORDER_LINES_MAX: usize = 150;
/// Most tenders on one order.
pub const ORDER_TENDERS_MAX: usize = 20;
/// Longest text a person may type into one field, in bytes.
pub const TEXT_BYTES_MAX: usize = 512;
/// Frames of one log held back because an entry they saw has not arrived.
pub const GATE_FRAMES_MAX: usize = 4096;
/// Products written by one catalogue change of an import.
pub const IMPORT_PRODUCTS_PER_CHANGE: usize = 100;
