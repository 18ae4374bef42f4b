//! What every view is given, and where it leaves what it wants.

use super::intent::Intent;
use super::words::{Words, tr};
use std::collections::BTreeMap;
use till_host::snapshot::Snapshot;
use till_node::command::{Acting, Command, CommandError, Token};
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
    /// Whether a sheet lies over the screen, so that keys are not for it.
    pub(crate) covered: bool,
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

    /// Why this device does not sell, when it does not: in the window's
    /// language, then what the node said of it.
    pub(crate) fn fault(&self) -> Option<String> {
        let fault = self.snapshot.fault.as_ref()?;
        Some(format!("{}: {fault}", tr!(self.words, "fault")))
    }

    /// A failed command in the window's language, then what the node said of it.
    pub(crate) fn error(&self, error: &CommandError) -> String {
        let words = self.words;
        let head = match error {
            CommandError::Wrong(_) => tr!(words, "error-wrong"),
            CommandError::NotFound(_) => tr!(words, "error-not-found"),
            CommandError::NoNumbers(_) => tr!(words, "error-no-numbers"),
            CommandError::NotAllowed(_) => tr!(words, "error-not-allowed"),
            CommandError::Login(_) => return tr!(words, "error-login"),
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
    /// Who acts.
    session: Option<Token>,
    /// Not answered yet.
    in_flight: BTreeMap<u64, Command>,
}

impl Outbox {
    /// Leaves an intent.
    pub(crate) fn push(&mut self, intent: Intent) {
        self.intents.push(intent);
    }

    /// Leaves a command and gives the ticket under which it will be answered.
    pub(crate) fn send(&mut self, command: Command) -> u64 {
        self.last_ticket += 1;
        self.dispatch(self.last_ticket, command, None);
        self.last_ticket
    }

    /// Leaves a command again under its ticket, on another person's word.
    pub(crate) fn send_approved(&mut self, ticket: u64, command: Command, approval: Token) {
        self.dispatch(ticket, command, Some(approval));
    }

    fn dispatch(&mut self, ticket: u64, command: Command, approval: Option<Token>) {
        self.in_flight.insert(ticket, command.clone());
        let acting = Acting { session: self.session, approval };
        self.push(Intent::Send { ticket, command, acting });
    }

    /// The command of a ticket, once: its answer has come.
    pub(crate) fn settle(&mut self, ticket: u64) -> Option<Command> {
        self.in_flight.remove(&ticket)
    }

    /// The ticket of the newest command.
    pub(crate) fn last_ticket(&self) -> u64 {
        self.last_ticket
    }

    /// Who acts from now on.
    pub(crate) fn act_in(&mut self, session: Option<Token>) {
        self.session = session;
    }

    /// Takes everything left.
    pub(crate) fn take(&mut self) -> Vec<Intent> {
        std::mem::take(&mut self.intents)
    }
}
