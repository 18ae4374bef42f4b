//! Making frames durable, and finding out what became of those that failed.

use crate::Driver;
use crate::effect::{Effect, Kept};
use till_node::{Input, Ticket};
use till_schema::{FrameRecord, LogId, Seq};
use till_store::AppendError;

impl Driver {
    pub(crate) fn persist(
        &mut self,
        effects: &mut Vec<Effect>,
        ticket: Ticket,
        frames: Vec<FrameRecord>,
        reserved: bool,
    ) -> Input {
        let lacking = self.lacking(&frames);
        let Some(last) = lacking.last() else { return Input::Durable { ticket } };
        let (log, end) = (last.log, last.last);
        let appended =
            if reserved { self.logs.append_reserved(lacking) } else { self.logs.append(lacking) };
        let error = match appended {
            Ok(()) => {
                effects.push(Effect::Appended(frames));
                return Input::Durable { ticket };
            }
            Err(error) => error,
        };
        let why = error.to_string();
        if !matches!(error, AppendError::OutcomeUnknown { .. }) {
            effects.push(Effect::NotSaved { why: why.clone(), kept: Kept::Refused });
            return Input::NotDurable { ticket, why };
        }
        // The write may be on the disk or not: read the log back, and believe that.
        match self.logs.reopen(log) {
            Ok(read) if read.head.is_some_and(|head| head.seq >= end) => {
                effects.push(Effect::NotSaved { why, kept: Kept::All });
                effects.push(Effect::Appended(frames));
                Input::Durable { ticket }
            }
            Ok(read) => {
                let kept = if read.kept > 0 { Kept::Part } else { Kept::Nothing };
                effects.push(Effect::NotSaved { why, kept });
                let why = "the disk refused to save; nothing was recorded, try again".to_owned();
                Input::NotDurable { ticket, why }
            }
            Err(fatal) => {
                effects.push(Effect::NotSaved { why, kept: Kept::Unknown });
                self.stop(effects, &fatal.to_string());
                Input::NotDurable { ticket, why: fatal.to_string() }
            }
        }
    }

    /// The frames that the store does not hold. Of an earlier batch that failed
    /// it may have kept the first part, which the node was told nothing about:
    /// it asks for the whole again. Frames of another history are not skipped,
    /// so that the store refuses them.
    fn lacking<'a>(&self, frames: &'a [FrameRecord]) -> &'a [FrameRecord] {
        let held = frames.iter().take_while(|frame| self.reaches(frame.log, frame.last)).count();
        let Some(last) = held.checked_sub(1).map(|last| &frames[last]) else { return frames };
        let read = self.logs.read(last.log, last.first, 1).unwrap_or_default();
        let same = read.first().is_some_and(|kept| kept.last_hash == last.last_hash);
        if same { &frames[held..] } else { frames }
    }

    fn reaches(&self, log: LogId, seq: Seq) -> bool {
        self.logs.heads().get(&log).is_some_and(|head| head.seq >= seq)
    }
}
