//! What goes in and what comes out.

use crate::command::{Acting, Command, CommandError, Reply};
use crate::invite::OpenInvite;
use std::collections::{BTreeSet, VecDeque};
pub use till_schema::FrameRecord;
use till_schema::body::FiscalReceipt;
use till_schema::message::JoinAnswer;
use till_schema::{LogId, Seq, SpaceId};

/// A moment: a monotonic tick for deadlines and a wall clock for paper. The
/// two are never subtracted from each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// Monotonic milliseconds since some start.
    pub tick_ms: u64,
    /// Unix milliseconds by the device's clock.
    pub wall_ms: i64,
}

/// Names a request for durability.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ticket(pub u64);

/// Something happened.
#[derive(Debug)]
pub enum Input {
    /// Someone asks for something; the answer is an [`Output::Reply`].
    Command {
        /// Comes back with the reply.
        ticket: u64,
        /// What.
        command: Command,
        /// On whose word.
        acting: Acting,
    },
    /// What [`Output::Persist`] named is on disk.
    Durable {
        /// Which.
        ticket: Ticket,
    },
    /// It is not, or nobody knows.
    NotDurable {
        /// Which.
        ticket: Ticket,
        /// Why, for people.
        why: String,
    },
    /// A link to an enrolled device is up.
    PeerUp {
        /// Which.
        peer: LogId,
    },
    /// It is gone.
    PeerDown {
        /// Which.
        peer: LogId,
    },
    /// A peer said something.
    Message {
        /// Which.
        peer: LogId,
        /// An encoded [`till_schema::message::Message`].
        bytes: Vec<u8>,
    },
    /// Frames of one log in order, brought by hand instead of by a peer.
    Carried {
        /// The log.
        log: LogId,
        /// Whole frames, as their author signed them.
        frames: Vec<Vec<u8>>,
    },
    /// Answers [`Output::ReadRange`].
    RangeRead {
        /// Who asked.
        peer: LogId,
        /// Which log.
        log: LogId,
        /// Whole frames from the position on.
        frames: Vec<FrameRecord>,
    },
    /// Answers [`Output::Forward`].
    Relay {
        /// The document's code.
        code: String,
        /// What the relay said.
        answer: Result<RelayAnswer, RelayTrouble>,
    },
    /// The relay may be reachable again: try without waiting.
    RelayChanged,
    /// A device that is not enrolled asks to join.
    Join {
        /// Its key, proven by the connection.
        peer: LogId,
        /// The same for all words of one exchange.
        conversation: u64,
        /// An encoded [`till_schema::message::JoinAsk`].
        request: Vec<u8>,
        /// Comes back with [`Output::JoinAnswer`].
        reply: u64,
    },
    /// Where a device was reached; for the own log, where this one listens.
    Addresses {
        /// Which.
        log: LogId,
        /// Addresses, best first.
        addresses: Vec<String>,
    },
    /// Answers [`Output::AskWitness`]: the highest numbers that the relay has
    /// of this device's log.
    Witness(Vec<SeriesHead>),
    /// This device's key was met on another machine.
    Twin {
        /// Where, for people.
        why: String,
    },
    /// Time passed.
    Tick,
}

/// The highest number of one space that the relay has of one device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SeriesHead {
    /// The space.
    pub space: SpaceId,
    /// The number.
    pub number: u64,
}

/// A final or passing answer of the relay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RelayAnswer {
    /// Final: to be kept as an entry.
    Final(FiscalReceipt),
    /// The relay has it and is not done.
    InFlight {
        /// Ask again after, ms.
        retry_after_ms: u64,
    },
}

/// Why the relay did not answer for a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RelayTrouble {
    /// Not reached, or what answered was not the relay.
    Unreachable(String),
    /// Too busy.
    Busy {
        /// Ask again after, ms.
        retry_after_ms: u64,
    },
    /// The relay will never take this document: its number is on another one,
    /// or it is not a document.
    Refused(String),
}

/// A document to forward.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RelayDocument {
    /// Its code.
    pub code: String,
    /// Space of its number.
    pub space: SpaceId,
    /// The device that issued it.
    pub series: LogId,
    /// Its number.
    pub number: u64,
    /// The bytes, unchanged.
    pub bytes: Vec<u8>,
}

/// Something to do.
#[derive(Debug)]
pub enum Output {
    /// Make frames of one log durable, then hand in [`Input::Durable`].
    Persist {
        /// Comes back.
        ticket: Ticket,
        /// The frames, contiguous.
        frames: Vec<FrameRecord>,
        /// Whether they may use the space kept for what must still fit on a
        /// full disk.
        reserved: bool,
    },
    /// Answer a command.
    Reply {
        /// Of the command.
        ticket: u64,
        /// The answer.
        result: Result<Reply, CommandError>,
    },
    /// Send a message.
    Send {
        /// To.
        peer: LogId,
        /// Encoded.
        bytes: Vec<u8>,
    },
    /// Cut a peer off.
    Disconnect {
        /// Which.
        peer: LogId,
        /// Why, for people.
        why: String,
    },
    /// Read frames from the store, then hand in [`Input::RangeRead`].
    ReadRange {
        /// Who asked.
        peer: LogId,
        /// Which log.
        log: LogId,
        /// From this position on.
        from: Seq,
        /// Not more than about so many bytes.
        bytes_max: usize,
    },
    /// Send a document to the relay, then hand in [`Input::Relay`].
    Forward(RelayDocument),
    /// Only these devices may connect.
    Allow(BTreeSet<LogId>),
    /// Where a device can be reached.
    AddressBook {
        /// Which.
        log: LogId,
        /// Addresses.
        addresses: Vec<String>,
    },
    /// Invites changed: keep them.
    Invites(Vec<OpenInvite>),
    /// Whether strangers may ask to join.
    JoinOpen(bool),
    /// Ask the relay what it has of this device's log, then hand in
    /// [`Input::Witness`]; nothing when it does not answer.
    AskWitness,
    /// Nothing may be signed with this device's key any more. Keep the reason,
    /// so that the next run knows it.
    Quarantine(String),
    /// Fold everything again: empty rows, [`crate::Node::refold`], and all
    /// frames of the store through [`crate::Node::replay`].
    Refold,
    /// Answer a device that asked to join.
    JoinAnswer {
        /// Of the request.
        reply: u64,
        /// The answer.
        answer: JoinAnswer,
    },
}

/// Outputs in order.
#[derive(Debug, Default)]
pub(crate) struct Outbox(VecDeque<Output>);

impl Outbox {
    pub(crate) fn push(&mut self, output: Output) {
        self.0.push_back(output);
    }

    pub(crate) fn pop(&mut self) -> Option<Output> {
        self.0.pop_front()
    }
}
