//! Foreign frames on their way to the disk: stored, refused, put off, carried in
//! by hand.

use super::{Asked, Storing};
use crate::Node;
use crate::io::{FrameRecord, Now, Output, Ticket};
use crate::limits::{STORE_RETRY_MAX_MS, WANT_TIMEOUT_MS};
use till_log::{VerifyError, read_frame, verify_frame};
use till_schema::LogId;
use till_schema::limits::GATE_FRAMES_MAX;
use till_schema::message::Frames;
use till_schema::rows::Rows;

impl Node {
    /// Frames that somebody carried here: the same rules as for those of a peer,
    /// and nobody to ask for what is missing. Those that do not follow what is
    /// held are left for another try.
    pub(crate) fn carried(&mut self, log: LogId, frames: &[Vec<u8>]) {
        let busy = self.refold || self.storing.contains_key(&log);
        if busy || log == self.me || !self.is_known(log) {
            return;
        }
        let mut head = self.head_of(log);
        let gated = self.gate.get(&log).map_or(0, std::collections::VecDeque::len);
        let mut verified = Vec::new();
        for bytes in frames {
            match verify_frame(self.shop, log, head, bytes) {
                Ok(frame) if self.is_forked_at(log, frame.head().seq) => break,
                Ok(frame) if gated + verified.len() < GATE_FRAMES_MAX => {
                    head = frame.head();
                    verified.push(frame);
                }
                // Held already.
                Err(VerifyError::WrongPosition { found, expected }) if found < expected => {}
                Ok(_) | Err(_) => break,
            }
        }
        if verified.is_empty() {
            return;
        }
        let ticket = self.ticket();
        let records = verified.iter().map(FrameRecord::from).collect();
        self.out.push(Output::Persist { ticket, frames: records, reserved: false });
        self.storing.insert(log, Storing { ticket, frames: verified });
    }

    /// Until when the disk is not asked to take frames of a log.
    pub(super) fn refused_until(&self, now: Now, log: LogId) -> Option<u64> {
        self.refused.get(&log)?;
        let asked = self.wants.get(&log).filter(|asked| asked.peer == self.me);
        asked.map(|asked| asked.until).filter(|until| *until > now.tick_ms)
    }

    /// Nothing of a log is taken in now; it is asked for from a tick on.
    pub(super) fn ask_later(&mut self, until: u64, peer: LogId, frames: &Frames) {
        let Some(last) = frames.frames.last() else { return };
        match read_frame(self.shop, last) {
            Ok(frame) if frame.log() == frames.log => {
                self.claimed(peer, frames.log, frame.head().seq);
                self.not_before(frames.log, until);
            }
            Ok(_) => self.bad(peer, "sent frames of another log than it named"),
            Err(error) => self.bad(peer, &error.to_string()),
        }
    }

    /// Foreign frames are on disk: acknowledge, apply, ask for more.
    pub(crate) fn foreign_durable(&mut self, now: Now, rows: &mut dyn Rows, ticket: Ticket) {
        let found = self.storing.iter().find(|(_, storing)| storing.ticket == ticket);
        let Some(log) = found.map(|(log, _)| *log) else { return };
        let storing = self.storing.remove(&log).expect("found above");
        self.refused.remove(&log);
        for frame in storing.frames {
            self.heads.insert(log, frame.head());
            #[cfg(feature = "mutants")]
            if log == self.me {
                self.drafter.keep(&frame);
            }
            if self.is_forked_at(log, frame.head().seq) {
                self.forks.branches.read_again(log, frame.first());
            }
            self.learn_forks(rows, &frame);
            self.wait_at_gate(rows, frame);
        }
        self.apply_ready(rows);
        self.tell_have(log);
        self.versions.links += 1;
        self.pump_wants(now);
    }

    /// Foreign frames are not on disk: they are asked for again after a while, and
    /// after a longer one each time, for each costs their transport and the
    /// check of their signatures.
    pub(crate) fn foreign_not_durable(&mut self, now: Now, ticket: Ticket) {
        let found = self.storing.iter().find(|(_, storing)| storing.ticket == ticket);
        let Some(log) = found.map(|(log, _)| *log) else { return };
        self.storing.remove(&log);
        let last = self.refused.get(&log).copied().unwrap_or(WANT_TIMEOUT_MS / 2);
        let pause = (last * 2).min(STORE_RETRY_MAX_MS);
        self.refused.insert(log, pause);
        self.not_before(log, now.tick_ms + pause);
    }

    /// A log is not asked for before a tick.
    pub(super) fn not_before(&mut self, log: LogId, until: u64) {
        let after = self.head_of(log).seq;
        self.wants.insert(log, Asked { peer: self.me, until, tries: 0, after });
    }
}
