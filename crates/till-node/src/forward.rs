//! Sending fiscal documents: every online peer may, the relay makes it once in
//! effect, and the answer comes home as an entry.
//!
//! A series (one space issued by one device) goes in the order of its numbers,
//! one at a time. What is in flight is forgotten at a restart: the same bytes
//! under the same code are sent again, which is harmless.

use crate::Node;
use crate::command::RelayState;
use crate::io::{Now, Output, RelayAnswer, RelayDocument, RelayTrouble};
use crate::job::Job;
use crate::limits::{
    FORWARD_FOREIGN_AFTER_MS, RELAY_POLL_MS, RELAY_RETRY_MAX_MS, RELAY_RETRY_MIN_MS,
};
use rand_core::RngCore;
use std::collections::{BTreeMap, BTreeSet};
use till_books::Unsettled;
use till_schema::body::{FiscalReceipt, Outcome};
use till_schema::rows::{DocumentRow, Rows, Table, get_row};
use till_schema::{LogId, SpaceId};

type Series = (SpaceId, LogId);

/// What is on its way to the relay.
#[derive(Debug)]
pub(crate) struct Forwarding {
    state: RelayState,
    series: BTreeMap<Series, InFlight>,
    /// Series whose last document this device sent: what waits after it is not
    /// left to their authors again.
    carried: BTreeSet<Series>,
    /// No document is sent before this tick.
    quiet_until: u64,
    pause_ms: u64,
}

#[derive(Debug)]
struct InFlight {
    code: String,
    /// Sent and not answered.
    sent: bool,
    /// Not sent (again) before this tick.
    not_before: u64,
}

impl Forwarding {
    pub(crate) fn new(relay: bool) -> Self {
        let state = if relay { RelayState::Unknown } else { RelayState::NotSet };
        Self {
            state,
            series: BTreeMap::new(),
            carried: BTreeSet::new(),
            quiet_until: 0,
            pause_ms: RELAY_RETRY_MIN_MS,
        }
    }

    pub(crate) fn state(&self) -> RelayState {
        self.state.clone()
    }

    /// An answer is known: the series goes on to its next document.
    pub(crate) fn settled(&mut self, code: &str) {
        let done = self.series.iter().find(|(_, flight)| flight.code == code);
        let Some((series, sent)) = done.map(|(series, flight)| (*series, flight.sent)) else {
            return;
        };
        self.series.remove(&series);
        if sent {
            self.carried.insert(series)
        } else {
            self.carried.remove(&series)
        };
    }

    fn find(&mut self, code: &str) -> Option<&mut InFlight> {
        self.series.values_mut().find(|flight| flight.code == code)
    }
}

impl Node {
    pub(crate) fn tick_forward(&mut self, now: Now, rows: &dyn Rows) {
        if !self.may_forward() || now.tick_ms < self.forwarding.quiet_until {
            return;
        }
        let waiting = till_books::unsettled(rows, 1);
        #[cfg(feature = "mutants")]
        let waiting = passed_over(rows, waiting);
        let waits = |series: &Series| waiting.iter().any(|next| (next.space, next.log) == *series);
        self.forwarding.series.retain(|series, _| waits(series));
        self.forwarding.carried.retain(waits);
        for next in waiting {
            let series = (next.space, next.log);
            let wait = self.patience(&next);
            let flight = self.forwarding.series.entry(series).or_insert_with(|| InFlight {
                code: String::new(),
                sent: false,
                not_before: 0,
            });
            if flight.code != next.code {
                *flight = InFlight {
                    code: next.code.clone(),
                    sent: false,
                    not_before: now.tick_ms + wait,
                };
            }
            if flight.sent || now.tick_ms < flight.not_before {
                continue;
            }
            flight.sent = true;
            let row: Option<DocumentRow> = get_row(rows, Table::Documents, next.code.as_bytes());
            if let Some(row) = row {
                self.out.push(Output::Forward(RelayDocument {
                    code: next.code,
                    space: next.space,
                    series: next.log,
                    number: next.number,
                    bytes: row.document,
                }));
            }
        }
    }

    /// A device that cannot keep the answers leaves documents to the others.
    pub(crate) fn may_forward(&self) -> bool {
        self.forwarding.state != RelayState::NotSet && self.fault.is_none()
    }

    /// A document of a device that is in reach is left to it for a moment.
    fn patience(&mut self, next: &Unsettled) -> u64 {
        if next.log == self.me || self.forwarding.carried.contains(&(next.space, next.log)) {
            return 0;
        }
        let base = if self.is_linked(next.log) { FORWARD_FOREIGN_AFTER_MS } else { 0 };
        base + u64::from(self.rng.next_u32()) % 500
    }

    pub(crate) fn relay_answer(
        &mut self,
        now: Now,
        rows: &dyn Rows,
        code: String,
        answer: Result<RelayAnswer, RelayTrouble>,
    ) {
        self.versions.links += 1;
        match answer {
            Ok(RelayAnswer::Final(receipt)) if receipt.code != code => {
                let why = "the relay answered for another document".to_owned();
                self.relay_answer(now, rows, code, Err(RelayTrouble::Unreachable(why)));
            }
            #[cfg(feature = "mutants")]
            Ok(RelayAnswer::Final(receipt))
                if receipt.outcome == Outcome::Rejected
                    && crate::mutants::is(crate::mutants::Mutant::PoisonBlocks) =>
            {
                self.again(now, &code, RELAY_RETRY_MAX_MS);
            }
            Ok(RelayAnswer::Final(receipt)) => {
                self.relay_is_up();
                self.clock.relay_says(now, receipt.at_ms);
                if self.receipt_is_news(rows, &receipt) {
                    self.jobs.push_back(Job::Receipt(receipt));
                }
            }
            Ok(RelayAnswer::InFlight { retry_after_ms }) => {
                self.relay_is_up();
                self.again(now, &code, retry_after_ms.clamp(RELAY_POLL_MS, RELAY_RETRY_MAX_MS));
            }
            Err(RelayTrouble::Busy { retry_after_ms }) => {
                self.relay_is_up();
                self.again(
                    now,
                    &code,
                    retry_after_ms.clamp(RELAY_RETRY_MIN_MS, RELAY_RETRY_MAX_MS),
                );
            }
            Err(RelayTrouble::Refused(reason)) => {
                // Final for this document: parked, and shown to a person.
                self.relay_is_up();
                let receipt = FiscalReceipt {
                    code,
                    outcome: Outcome::Rejected,
                    authority_id: "relay".to_owned(),
                    reason,
                    at_ms: now.wall_ms,
                    relay_signature: Vec::new(),
                };
                self.jobs.push_back(Job::Receipt(receipt));
            }
            Err(RelayTrouble::Unreachable(why)) => {
                #[cfg(feature = "mutants")]
                crate::mutants::times_out(&code);
                self.again(now, &code, 0);
                self.forwarding.state = RelayState::Down(why);
                // Decorrelated jitter: between the shortest pause and three
                // times the last one.
                let span = self.forwarding.pause_ms * 3 - RELAY_RETRY_MIN_MS;
                let pause = RELAY_RETRY_MIN_MS + u64::from(self.rng.next_u32()) % span.max(1);
                self.forwarding.pause_ms = pause.min(RELAY_RETRY_MAX_MS);
                self.forwarding.quiet_until = now.tick_ms + self.forwarding.pause_ms;
            }
        }
    }

    fn relay_is_up(&mut self) {
        self.forwarding.state = RelayState::Up;
        self.forwarding.pause_ms = RELAY_RETRY_MIN_MS;
        self.forwarding.quiet_until = 0;
    }

    pub(crate) fn again(&mut self, now: Now, code: &str, after_ms: u64) {
        if let Some(flight) = self.forwarding.find(code) {
            flight.sent = false;
            flight.not_before = now.tick_ms + after_ms;
        }
    }

    /// The network changed: try now.
    pub(crate) fn relay_changed(&mut self) {
        self.forwarding.quiet_until = 0;
        self.forwarding.pause_ms = RELAY_RETRY_MIN_MS;
    }

    pub(crate) fn forward_deadline(&self) -> Option<u64> {
        if !self.may_forward() {
            return None;
        }
        let waiting = self.forwarding.series.values().filter(|flight| !flight.sent);
        waiting.map(|flight| flight.not_before.max(self.forwarding.quiet_until)).min()
    }

    /// Whether a receipt says more than is known: an answer that stands is not
    /// written again by every peer that hears it.
    pub(crate) fn receipt_is_news(&self, rows: &dyn Rows, receipt: &FiscalReceipt) -> bool {
        let row: Option<DocumentRow> = get_row(rows, Table::Documents, receipt.code.as_bytes());
        row.is_none_or(|row| row.outcome < Some(receipt.outcome))
    }
}

/// Of each series the first document that has not timed out.
#[cfg(feature = "mutants")]
fn passed_over(rows: &dyn Rows, waiting: Vec<Unsettled>) -> Vec<Unsettled> {
    if !crate::mutants::is(crate::mutants::Mutant::SkipsOnTimeOut) {
        return waiting;
    }
    let (mut all, mut next) = (till_books::unsettled(rows, usize::MAX), Vec::new());
    for first in waiting {
        let series = |other: &Unsettled| (other.space, other.log) == (first.space, first.log);
        let fresh = |other: &Unsettled| !crate::mutants::has_timed_out(&other.code);
        let at = all.iter().position(|other| series(other) && fresh(other));
        next.push(at.map_or(first, |at| all.swap_remove(at)));
    }
    next
}
