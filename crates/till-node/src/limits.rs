//! The node's bounds and patience, in one place.

/// Commands and other work waiting for the own log.
pub const JOBS_MAX: usize = 256;
/// Bytes of frames sent in answer to one Want.
pub const ANSWER_BYTES_MAX: usize = 240 * 1024;
/// A Want not answered for so long is asked of another peer, ms.
pub const WANT_TIMEOUT_MS: u64 = 2_000;
/// Wrong frames after which a peer is cut off.
pub const BAD_FRAMES_MAX: u32 = 3;
/// A device low on numbers asks again after, ms.
pub const NUMBERS_ASK_EVERY_MS: u64 = 2_000;
/// Own work that did not reach the disk is tried again after, ms.
pub const WRITE_RETRY_MS: u64 = 2_000;
/// Longest pause before frames of others are stored again that the disk refused, ms.
pub const STORE_RETRY_MAX_MS: u64 = 60_000;
/// First pause after the relay could not be reached, ms.
pub const RELAY_RETRY_MIN_MS: u64 = 1_000;
/// Longest pause between tries, ms.
pub const RELAY_RETRY_MAX_MS: u64 = 300_000;
/// Documents of other devices are left to them for so long, ms.
pub const FORWARD_FOREIGN_AFTER_MS: u64 = 3_000;
/// A relay that says it is busy with a document is asked again after, ms.
pub const RELAY_POLL_MS: u64 = 1_000;
/// Invites open at once.
pub const INVITES_MAX: usize = 16;
/// An invite works for so long, ms.
pub const INVITE_LIFE_MS: i64 = 24 * 3_600 * 1_000;
/// Addresses kept for one device.
pub const ADDRESSES_MAX: usize = 8;
/// Rows a query returns at most.
pub const QUERY_ROWS_MAX: usize = 10_000;
/// Documents listed in the fiscal queue.
pub const QUEUE_LISTED_MAX: usize = 100;
/// Records of one import command.
pub const IMPORT_RECORDS_MAX: usize = 200_000;
/// A code works for so long, ms.
pub const CODE_LIFE_MS: u64 = 120_000;
/// Joins by code between their first and second word.
pub const CODE_EXCHANGES_MAX: usize = 4;
/// Joins of this run that are remembered for people.
pub const JOINS_REMEMBERED: usize = 32;
/// The first sale of a run waits so long for a peer or the relay, ms.
pub const WITNESS_WAIT_MS: u64 = 3_000;
/// Runs remembered of each peer.
pub const NONCES_MAX: usize = 32;
/// A session without calls ends after, ms.
pub const SESSION_IDLE_MS: u64 = 5 * 60 * 1_000;
/// People acting at once.
pub const SESSIONS_MAX: usize = 64;
/// A word given for one command holds for, ms.
pub const APPROVAL_LIFE_MS: u64 = 60_000;
/// Words given and not used.
pub const APPROVALS_MAX: usize = 64;
/// The relay's clock may differ by so much before people are told, ms.
pub const CLOCK_WARN_MS: i64 = 10 * 60 * 1_000;
/// And by so much before numbers are issued only on a person's word, ms.
pub const CLOCK_STOP_MS: i64 = 24 * 3_600 * 1_000;
/// What others lack of a log with two histories is written within, ms: one of
/// all who could do it is first.
pub const FORK_PATIENCE_MS: u64 = 2_000;
/// Frames of such logs waiting to be written, before more are looked for.
pub const TAILS_WAITING_MAX: usize = 256;
/// Own runs remembered.
pub const OWN_RUNS_MAX: usize = 256;
