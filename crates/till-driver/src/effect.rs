//! What is to be done outside of the device, and what happened inside that is
//! worth knowing.

use std::collections::BTreeSet;
use till_node::command::{CommandError, Reply};
use till_node::{OpenInvite, Output, RelayDocument};
use till_schema::message::JoinAnswer;
use till_schema::{FrameRecord, LogId};

/// On the network, at the relay, in the small files, for a person.
#[derive(Debug)]
pub enum Effect {
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
        /// Why.
        why: String,
    },
    /// Send a document to the relay.
    Forward(RelayDocument),
    /// Only these devices may connect.
    Allow(BTreeSet<LogId>),
    /// Remember where a device can be reached.
    AddressBook {
        /// Which.
        log: LogId,
        /// Addresses.
        addresses: Vec<String>,
    },
    /// Whether strangers may ask to join.
    JoinOpen(bool),
    /// Ask the relay what it has of this device's log.
    AskWitness,
    /// Answer a device that asked to join.
    JoinAnswer {
        /// Of the request.
        reply: u64,
        /// The answer.
        answer: JoinAnswer,
    },
    /// Remember these invites.
    Invites(Vec<OpenInvite>),
    /// Nothing may be signed with this key any more: remember why.
    Quarantine(String),
    /// Entries are durable.
    Appended(Vec<FrameRecord>),
    /// A write failed.
    NotSaved {
        /// Why.
        why: String,
        /// What reading the log back showed.
        kept: Kept,
    },
    /// A log does not read back.
    Unreadable {
        /// Which.
        log: LogId,
        /// Why.
        why: String,
    },
    /// All was folded again from the first entry: who may do what has changed
    /// for entries that were applied before.
    Refolded,
    /// Some housekeeping could not be done.
    Postponed(String),
    /// The device stopped; a restart rebuilds its books.
    Stopped(String),
}

/// What is on the disk of a write that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// It was refused before anything was written.
    Refused,
    /// Nothing, after all.
    Nothing,
    /// Less than all.
    Part,
    /// All of it.
    All,
    /// It cannot be told; the log takes no more.
    Unknown,
}

impl From<Output> for Effect {
    /// Panics for what the loop itself carries out.
    fn from(output: Output) -> Self {
        match output {
            Output::Reply { ticket, result } => Self::Reply { ticket, result },
            Output::Send { peer, bytes } => Self::Send { peer, bytes },
            Output::Disconnect { peer, why } => Self::Disconnect { peer, why },
            Output::Forward(document) => Self::Forward(document),
            Output::Allow(devices) => Self::Allow(devices),
            Output::AddressBook { log, addresses } => Self::AddressBook { log, addresses },
            Output::JoinOpen(open) => Self::JoinOpen(open),
            Output::AskWitness => Self::AskWitness,
            Output::JoinAnswer { reply, answer } => Self::JoinAnswer { reply, answer },
            Output::Invites(invites) => Self::Invites(invites),
            Output::Quarantine(why) => Self::Quarantine(why),
            Output::Persist { .. } | Output::ReadRange { .. } | Output::Refold => {
                unreachable!("carried out by the loop")
            }
        }
    }
}
