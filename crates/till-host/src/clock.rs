//! The only place that reads the machine's clocks and draws chance.

use std::time::{Instant, SystemTime, UNIX_EPOCH};
use till_node::Now;

/// Both clocks of the machine.
#[derive(Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }

    pub(crate) fn now(&self) -> Now {
        let tick_ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { tick_ms, wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX) }
    }

    /// The machine's moment of a tick.
    pub(crate) fn instant(&self, tick_ms: u64) -> Instant {
        self.start + std::time::Duration::from_millis(tick_ms)
    }
}

/// Random bytes from the system.
///
/// # Panics
/// When the system has none, which leaves no safe way to make keys or ids.
pub(crate) fn draw<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// Offset of the machine's place from UTC now, in minutes.
pub(crate) fn utc_offset_min() -> i32 {
    chrono::Local::now().offset().local_minus_utc() / 60
}
