//! What happened in a run, as one line per event.
//!
//! Every event goes into a running hash, so that two runs of one seed can be
//! compared without keeping either. The events themselves are kept only when
//! asked for. Details, which cost more to gather than to hash, are gathered
//! only then, and are no part of the hash.

mod line;

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::hash::{Hash, Hasher};

/// A short word of a fixed vocabulary.
pub type Name = Cow<'static, str>;

/// Something happened.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds since the story began; before it, while the shop is set
    /// up, negative.
    pub at_ms: i64,
    /// Where, as an index into [`Trace::devices`]; none for the world at large.
    pub device: Option<u8>,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A device's program runs.
    Started {
        /// How often it has been started.
        start: u32,
    },
    /// It does not any more.
    Stopped {
        /// `power-cut`, `killed`, `disk-crash`, `closed`, `dead`.
        how: Name,
    },
    /// A link speaks.
    LinkUp {
        /// The other end.
        peer: u8,
    },
    /// It is gone.
    LinkDown {
        /// The other end.
        peer: u8,
        /// Why.
        why: Name,
    },
    /// Only devices on one island reach each other from now on.
    PartitionBegan {
        /// The islands; who is on none is alone.
        islands: Vec<Vec<u8>>,
    },
    /// Everybody reaches everybody again.
    PartitionEnded,
    /// A message arrived (`device` is the receiver).
    Message {
        /// The sender.
        from: u8,
        /// Its first word: `Hello`, `Want`, `Frames`, …
        kind: Name,
        /// Its size.
        bytes: u32,
        /// When it was sent, on the scale of [`Event::at_ms`].
        sent_ms: i64,
    },
    /// Entries are durable on this device.
    Appended {
        /// Short name of the log.
        log: String,
        /// First position.
        first: u64,
        /// Last position.
        last: u64,
        /// First bytes of the last entry's hash.
        hash: u64,
    },
    /// One of them (a detail).
    Entry {
        /// Short name of the log.
        log: String,
        /// Position.
        seq: u64,
        /// Name of the entry kind: `SaleCommitted`, `Cede`, …
        kind: Name,
    },
    /// A cart was sold and the person was told.
    SaleAcknowledged {
        /// The order, short.
        order: String,
        /// The number as printed.
        label: String,
        /// Minor units.
        total: i64,
        /// The same order once more.
        repeated: bool,
        /// On an internal document.
        provisional: bool,
    },
    /// A cart was not sold.
    SaleRefused {
        /// The order, short.
        order: String,
        /// What the person was told.
        why: String,
    },
    /// Numbers moved (a detail; `device` is the one that learnt it as its own writer).
    NumbersMoved {
        /// `Cede`, `Accept`, `Void`, `ResolutionImport`.
        how: Name,
        /// Short name of the receiving log, when there is one.
        to: Option<String>,
        /// How many, when the entry tells.
        count: Option<u64>,
    },
    /// A person's other command was done or refused.
    Command {
        /// What.
        what: Name,
        /// What was answered.
        answer: String,
    },
    /// A conflict is listed that was not before (a detail).
    ConflictOpened {
        /// Its kind.
        kind: Name,
        /// What it is about.
        subject: String,
    },
    /// A conflict's status changed (a detail).
    ConflictStatus {
        /// Its kind.
        kind: Name,
        /// What it is about.
        subject: String,
        /// `open`, `contested`, `closed`.
        status: Name,
    },
    /// Something goes wrong on purpose.
    FaultBegan {
        /// Its kind, as in a scenario.
        kind: Name,
        /// How exactly.
        detail: String,
    },
    /// It is over.
    FaultEnded {
        /// Its kind.
        kind: Name,
    },
    /// A device stopped signing for good.
    Quarantined {
        /// What people are told.
        why: String,
    },
    /// A document went to the relay.
    DocumentForwarded {
        /// Its code, short.
        code: String,
        /// Its number.
        number: u64,
    },
    /// The relay's answer arrived here.
    DocumentAnswered {
        /// Its code, short.
        code: String,
        /// `accepted`, `rejected`, `in-flight`, `busy`, `refused`, `unreachable`.
        outcome: Name,
    },
    /// The books were folded again from the first entry.
    Refolded,
    /// A device joined the shop.
    Joined {
        /// Its name.
        name: String,
    },
    /// A promise is broken.
    Violated {
        /// Which invariant.
        invariant: Name,
        /// How.
        what: String,
    },
    /// Worth telling.
    Note {
        /// As it reads.
        text: String,
    },
}

/// A run's events.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Trace {
    /// Names of the devices.
    pub devices: Vec<String>,
    /// In order.
    pub events: Vec<Event>,
}

impl Trace {
    /// The last `count` events of one device.
    pub fn last_of(&self, device: u8, count: usize) -> Vec<&Event> {
        let mut found: Vec<&Event> =
            self.events.iter().rev().filter(|e| e.device == Some(device)).take(count).collect();
        found.reverse();
        found
    }
}

/// Takes events in.
pub struct Recorder {
    hasher: Feed,
    events: Option<Vec<Event>>,
    count: u64,
}

impl Recorder {
    /// One that keeps events, or only their hash.
    pub fn new(keep: bool) -> Self {
        let hasher = Feed(blake3::Hasher::new_derive_key("tillmesh simulation trace v1"));
        Self { hasher, events: keep.then(Vec::new), count: 0 }
    }

    /// Whether details are wanted.
    pub fn keeps(&self) -> bool {
        self.events.is_some()
    }

    /// Takes an event in.
    pub fn event(&mut self, at_ms: i64, device: Option<u8>, kind: EventKind) {
        let event = Event { at_ms, device, kind };
        event.hash(&mut self.hasher);
        self.count += 1;
        if let Some(events) = &mut self.events {
            events.push(event);
        }
    }

    /// Takes a detail in, which is no part of the hash.
    pub fn detail(&mut self, at_ms: i64, device: Option<u8>, kind: EventKind) {
        if let Some(events) = &mut self.events {
            events.push(Event { at_ms, device, kind });
        }
    }

    /// How many events went into the hash.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The hash so far.
    pub fn hash(&self) -> String {
        self.hasher.0.finalize().to_hex()[..32].to_owned()
    }

    /// What was kept.
    pub fn take(&mut self) -> Vec<Event> {
        self.events.take().unwrap_or_default()
    }
}

/// Feeds what `Hash` yields to blake3.
struct Feed(blake3::Hasher);

impl Hasher for Feed {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.finalize();
        digest.as_bytes()[..8].iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }
}
