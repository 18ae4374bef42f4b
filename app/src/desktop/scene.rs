//! What every view is given, and where it leaves what it wants.

use super::intent::Intent;
use super::words::{Words, tr};
use till_host::snapshot::Snapshot;
use till_node::command::{Command, CommandError};
use till_schema::Currency;

const DAY_MS: i64 = 86_400_000;

/// What a view may look at.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    /// The state of the device.
    pub(crate) snapshot: &'a Snapshot,
    /// The words of the language.
    pub(crate) words: &'a Words,
    /// The time, Unix ms.
    pub(crate) now_ms: i64,
    /// Minutes that the wall clock is ahead of UTC.
    pub(crate) utc_offset_min: i32,
}

impl Scene<'_> {
    /// Currency of the shop's books.
    pub(crate) fn currency(&self) -> Currency {
        self.snapshot.shop.as_ref().map_or(Currency::Cop, |shop| shop.currency)
    }

    /// An amount as people write it.
    pub(crate) fn money(&self, minor: i64) -> String {
        self.currency().format(minor)
    }

    /// A moment as people say it: the time today, the day and the time before.
    pub(crate) fn when(&self, at_ms: i64) -> String {
        let local = |ms: i64| ms + i64::from(self.utc_offset_min) * 60_000;
        let at = local(at_ms);
        let Some(date) = chrono::DateTime::from_timestamp_millis(at) else {
            return String::new();
        };
        let time = date.format("%H:%M").to_string();
        if at.div_euclid(DAY_MS) == local(self.now_ms).div_euclid(DAY_MS) {
            return tr!(self.words, "when-today", time = time);
        }
        let month = tr!(self.words, "month", n = chrono::Datelike::month(&date));
        let day = chrono::Datelike::day(&date);
        let year = chrono::Datelike::year(&date);
        tr!(self.words, "when-day", day = day, month = month, year = year.to_string(), time = time)
    }

    /// A failed command in the window's language, then what the node said of it.
    pub(crate) fn error(&self, error: &CommandError) -> String {
        let words = self.words;
        let head = match error {
            CommandError::Wrong(_) => tr!(words, "error-wrong"),
            CommandError::NotFound(_) => tr!(words, "error-not-found"),
            CommandError::NoNumbers(_) => tr!(words, "error-no-numbers"),
            CommandError::NotAllowed(_) => tr!(words, "error-not-allowed"),
            CommandError::Storage(_) => tr!(words, "error-storage"),
            CommandError::Busy => return tr!(words, "error-busy"),
        };
        format!("{head}: {error}")
    }
}

/// What the views want done, in order.
#[derive(Default)]
pub(crate) struct Outbox {
    intents: Vec<Intent>,
    last_ticket: u64,
}

impl Outbox {
    /// Leaves an intent.
    pub(crate) fn push(&mut self, intent: Intent) {
        self.intents.push(intent);
    }

    /// Leaves a command and gives the ticket under which it will be answered.
    pub(crate) fn send(&mut self, command: Command) -> u64 {
        self.last_ticket += 1;
        self.push(Intent::Send { ticket: self.last_ticket, command });
        self.last_ticket
    }

    /// Takes everything left.
    pub(crate) fn take(&mut self) -> Vec<Intent> {
        std::mem::take(&mut self.intents)
    }
}
