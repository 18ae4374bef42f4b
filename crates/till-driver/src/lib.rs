//! A device without its hands: one loop joins the node with its logs and its
//! books on one disk.
//!
//! The disk, the moment and chance come from whoever runs it: `till-host` on a
//! real machine, `till-sim` in a simulated one. Both run this very loop.
//!
//! Nothing that is to leave the device is returned before what it depends on is
//! durable: the node asks for that, and the loop answers before it goes on.

mod effect;
mod fold;
mod open;
mod persist;
#[cfg(test)]
mod tests;

pub use effect::{Effect, Kept};
pub use fold::fold_all;
pub use open::{Note, OpenError};

use std::collections::{BTreeSet, VecDeque};
use till_log::Head;
use till_node::command::CommandError;
use till_node::{Input, Node, Now, Output};
use till_schema::{FrameRecord, LogId, Seq, ShopId};
use till_store::{Books, BooksError, LogStore};

/// Rows read through in an idle moment, to find damage before it is needed.
const SCRUBBED_AT_ONCE: usize = 2_000;

/// Node, logs and books of one device.
pub struct Driver {
    /// The node.
    pub node: Node,
    /// The logs.
    pub logs: LogStore,
    /// What is derived from them.
    pub books: Books,
    shop: ShopId,
    waiting: VecDeque<Input>,
}

impl Driver {
    /// Takes something in; it is worked on by [`Driver::advance`].
    pub fn push(&mut self, input: Input) {
        self.waiting.push_back(input);
    }

    /// Whether something waits to be worked on.
    pub fn is_busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Forgets what waits.
    pub fn forget_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Works on one input, and says what is to be done outside, in this order.
    pub fn advance(&mut self, now: Now) -> Vec<Effect> {
        let Some(input) = self.waiting.pop_front() else { return Vec::new() };
        let asked = match &input {
            Input::Command { ticket, .. } => Some(*ticket),
            _ => None,
        };
        self.node.handle(now, &mut self.books, input);
        if let Err(error) = self.books.sound() {
            return self.refuse(asked, &error.to_string());
        }
        let mut effects = self.drain();
        if let Err(error) = self.books.commit() {
            self.stop(&mut effects, &error.to_string());
        }
        effects
    }

    /// Rows were taken for missing that are there: nothing of what was decided by
    /// them happens.
    fn refuse(&mut self, asked: Option<u64>, error: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut tickets: BTreeSet<u64> = asked.into_iter().collect();
        while let Some(output) = self.node.poll() {
            if let Output::Reply { ticket, .. } = output {
                tickets.insert(ticket);
            }
        }
        self.stop(&mut effects, error);
        effects.extend(tickets.into_iter().map(|ticket| Effect::Reply {
            ticket,
            result: Err(CommandError::Storage(format!("{error}; restart tillmesh"))),
        }));
        effects
    }

    /// Carries out what the node asks for inside the device.
    pub fn drain(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        while let Some(output) = self.node.poll() {
            match output {
                Output::Persist { ticket, frames, reserved } => {
                    let done = self.persist(&mut effects, ticket, frames, reserved);
                    // Before anything that came meanwhile: one frame is in flight.
                    self.waiting.push_front(done);
                }
                Output::ReadRange { peer, log, from, bytes_max } => {
                    let frames = self.read(&mut effects, log, from, bytes_max);
                    self.waiting.push_back(Input::RangeRead { peer, log, frames });
                }
                Output::Refold => match self.refold() {
                    Ok(()) => effects.push(Effect::Refolded),
                    Err(error) => self.stop(&mut effects, &error.to_string()),
                },
                other => effects.push(Effect::from(other)),
            }
        }
        effects
    }

    fn read(
        &mut self,
        effects: &mut Vec<Effect>,
        log: LogId,
        from: Seq,
        bytes_max: usize,
    ) -> Vec<FrameRecord> {
        self.logs.read(log, from, bytes_max).unwrap_or_else(|error| {
            effects.push(Effect::Unreadable { log, why: error.to_string() });
            Vec::new()
        })
    }

    fn stop(&mut self, effects: &mut Vec<Effect>, error: &str) {
        self.node.stop(format!("{error}; restart tillmesh to rebuild the books"));
        effects.push(Effect::Stopped(error.to_owned()));
    }

    /// The end of the device's own log.
    pub fn own_head(&self) -> Option<Head> {
        self.logs.heads().get(&self.node.me()).copied()
    }

    /// Housekeeping for idle moments. Nothing is lost by what could not be done:
    /// a later moment, or the next start, does it.
    pub fn rest(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Err(error) = self.logs.prepare() {
            let why = format!("no space could be reserved for the next segment: {error}");
            effects.push(Effect::Postponed(why));
        }
        self.node.compact(&mut self.books);
        let done = self.books.commit().and_then(|()| self.books.scrub(SCRUBBED_AT_ONCE));
        if let Err(error) = done {
            self.stop(&mut effects, &error.to_string());
        }
        effects
    }

    /// A durable checkpoint of the books and an orderly end.
    ///
    /// # Errors
    /// When the disk refuses; nothing is lost, the next start folds the rest.
    pub fn close(mut self) -> Result<(), BooksError> {
        // What it saves is checked again at the next start.
        let _ = self.logs.settle();
        self.books.close()
    }
}
