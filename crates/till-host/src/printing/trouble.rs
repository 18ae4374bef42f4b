//! Printers that are away, and when they are tried again.
//!
//! Kept in a file beside the jobs, so that the command line sees what the running
//! device knows and can have it try at once. Losing it costs one try.

use super::target::Printer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Pause after the first failure; each further one doubles it.
const PAUSE_FIRST_MS: i64 = 1_000;
/// Longest pause: a printer that is back prints within this time.
pub const PAUSE_MAX: std::time::Duration = std::time::Duration::from_secs(60);
const PAUSE_MAX_MS: i64 = 60_000;

/// What is wrong with a printer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Trouble {
    /// What the last try said.
    pub why: String,
    /// Tries that failed, one after the other.
    pub times: u32,
    /// When it is tried again, Unix ms.
    pub again_at_ms: i64,
}

/// All printers that are away.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Troubles(BTreeMap<Printer, Trouble>);

impl Troubles {
    pub(super) fn read(file: &Path) -> Self {
        let read = std::fs::read(file).ok();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Whether a printer is to be left alone for now.
    pub(super) fn rests(&self, printer: &Printer, now_ms: i64) -> bool {
        self.0.get(printer).is_some_and(|trouble| {
            let pause = trouble.again_at_ms.saturating_sub(now_ms);
            // A longer pause is not ours: the clock was set.
            pause > 0 && pause <= PAUSE_MAX_MS
        })
    }

    pub(super) fn failed(&mut self, printer: &Printer, why: String, now_ms: i64) {
        let times = self.0.get(printer).map_or(0, |trouble| trouble.times).saturating_add(1);
        let doubled = PAUSE_FIRST_MS << (times - 1).min(16);
        let again_at_ms = now_ms.saturating_add(doubled.min(PAUSE_MAX_MS));
        self.0.insert(printer.clone(), Trouble { why, times, again_at_ms });
    }

    pub(super) fn is_back(&mut self, printer: &Printer) {
        self.0.remove(printer);
    }

    /// Forgets all printers that have nothing waiting.
    pub(super) fn keep(&mut self, waiting: impl Fn(&Printer) -> bool) {
        self.0.retain(|printer, _| waiting(printer));
    }

    pub(super) fn of(&self, printer: &Printer) -> Option<&Trouble> {
        self.0.get(printer)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain data writes as JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        let printer: Printer = "tcp:a".parse().expect("a printer");
        let mut troubles = Troubles::default();
        assert!(!troubles.rests(&printer, 0));
        let mut pauses = Vec::new();
        for _ in 0..40 {
            troubles.failed(&printer, "away".to_owned(), 0);
            pauses.push(troubles.of(&printer).expect("it is away").again_at_ms);
        }
        assert_eq!(pauses[..4], [1_000, 2_000, 4_000, 8_000]);
        assert_eq!(pauses.last(), Some(&PAUSE_MAX_MS));
        assert_eq!(PAUSE_MAX.as_millis(), 60_000);
        assert!(troubles.rests(&printer, 0) && !troubles.rests(&printer, PAUSE_MAX_MS));
        assert!(!troubles.rests(&printer, -1), "the clock was set back");
        troubles.is_back(&printer);
        assert_eq!(troubles, Troubles::default());
    }
}
