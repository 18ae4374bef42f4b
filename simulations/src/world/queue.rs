//! What happens when, ordered by moment and, within one, by when it was asked for.

use crate::net::{Held, Pair};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use till_node::{Input, RelayAnswer, RelayDocument, RelayTrouble};
use till_schema::LogId;

/// What is due.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Due {
    /// A node wants to be woken.
    Wake { device: usize, start: u32 },
    /// Something arrives at a program that was started so often.
    Input { device: usize, start: u32, input: Input },
    /// A message has crossed a link.
    Deliver { from: usize, to: usize, session: u64, held: Held },
    /// Two devices try to connect.
    Connect(Pair),
    /// A link whose way is closed has waited long enough.
    TimeOut { pair: Pair, session: u64 },
    /// Links break now and then.
    LinkBreaks,
    /// Housekeeping.
    Rest { device: usize, start: u32 },
    /// A device is switched on.
    Start { device: usize },
    /// A request reaches the relay.
    AtRelay { device: usize, start: u32, document: Box<RelayDocument> },
    /// The authority is done with a document.
    Authority { code: String },
    /// The relay answers a request that waited.
    RelayAnswers { device: usize, start: u32, code: String },
    /// An answer arrives.
    Answered { device: usize, start: u32, code: String, answer: Result<RelayAnswer, RelayTrouble> },
    /// A device asks the relay what it has of its log.
    Witness { device: usize, start: u32, log: LogId },
    /// Somebody at a device does something by habit.
    Habit { device: usize, habit: crate::people::Habit },
    /// A cashier tries once more.
    TryAgain { device: usize, cart: Box<till_node::command::Cart>, tries: u32 },
    /// A line of the scenario's faults begins.
    FaultBegins { line: usize },
    /// A fault that began is over.
    FaultEnds { id: u64 },
    /// A link of a flapping pair changes.
    Flaps { id: u64, on: bool },
    /// A byzantine device says something.
    Lies { id: u64 },
    /// A line of the scenario's actions.
    Act { line: usize },
    /// A device asks to join.
    Join { joining: usize },
    /// The key of a copied machine is met on another one.
    Twins { a: usize, b: usize },
    /// The picture that a person sees is looked at, for the trace.
    Look,
}

struct Item {
    at_ms: u64,
    order: u64,
    due: Due,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        (self.at_ms, self.order) == (other.at_ms, other.order)
    }
}

impl Eq for Item {}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at_ms, self.order).cmp(&(other.at_ms, other.order))
    }
}

/// The one queue of a world.
#[derive(Default)]
pub struct Queue {
    heap: BinaryHeap<Reverse<Item>>,
    order: u64,
}

impl Queue {
    /// Something is due at a moment.
    pub fn push(&mut self, at_ms: u64, due: Due) {
        self.order += 1;
        self.heap.push(Reverse(Item { at_ms, order: self.order, due }));
    }

    /// The next thing due up to a moment.
    pub fn pop_until(&mut self, until_ms: u64) -> Option<(u64, Due)> {
        if self.heap.peek()?.0.at_ms > until_ms {
            return None;
        }
        let Reverse(item) = self.heap.pop()?;
        Some((item.at_ms, item.due))
    }

    /// How much waits.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}
