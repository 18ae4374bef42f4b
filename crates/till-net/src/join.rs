//! Joining: an unknown device asks over an encrypted connection and is answered,
//! in at most [`JOIN_ROUNDS_MAX`] rounds on one stream. What they say is not this
//! crate's business.

mod asking;
mod serving;

pub use asking::{JoinConversation, connect_join, join};
pub(crate) use serving::{Visit, serve};

use crate::address::{AddressError, parse};
use crate::bounds::{JOIN_REQUEST_BYTES_MAX, JOIN_ROUNDS_MAX, JOIN_WITHIN};
use libp2p::Multiaddr;
use libp2p::swarm::DialError;
use till_schema::ids::LogId;

/// Why joining did not lead to an answer.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// An address of the invitation is not one, or there is none.
    #[error("the invitation has a wrong address: {0}; ask for a new invitation")]
    Address(#[from] AddressError),
    /// The id of the invitation is not a device's key.
    #[error("the invitation does not name a device; ask for a new invitation")]
    NotADevice,
    /// The request is empty or too long.
    #[error("a join request has 1 to {JOIN_REQUEST_BYTES_MAX} bytes, this one has {0}")]
    Size(usize),
    /// Nobody answers at any address of the invitation.
    #[error(
        "the inviting device does not answer ({why}); check that both devices are on the same \
         network and that the inviting one is running"
    )]
    Unreachable {
        /// What was tried and how it failed.
        why: String,
    },
    /// Another device answers at the address.
    #[error(
        "another device ({}) answers at {address}; ask for a new invitation",
        found.map_or_else(|| "unknown".to_owned(), |log| log.short())
    )]
    WrongDevice {
        /// The key that answered, when it is a device's key.
        found: Option<LogId>,
        /// Where, as multiaddr text.
        address: String,
    },
    /// The inviting device closed the connection without an answer.
    #[error("the inviting device refused; open \"add a device\" there and use a fresh invitation")]
    Refused,
    /// The conversation has had all its rounds, or one of them failed.
    #[error(
        "a joining conversation has at most {JOIN_ROUNDS_MAX} questions and ends with the first \
         that fails; begin again"
    )]
    Over,
    /// The inviting device took the request and did not answer in time.
    #[error("the inviting device did not answer within {JOIN_WITHIN:?}; try again")]
    TimedOut,
}

/// A failed dial in words for people.
pub(crate) fn explain(error: &DialError) -> String {
    match error {
        DialError::NoAddresses => "no address is known".to_owned(),
        DialError::WrongPeerId { address, .. } => {
            format!("another device answers at {}", bare(address))
        }
        DialError::LocalPeerId { address } => {
            format!("{} is an address of this device", bare(address))
        }
        DialError::Transport(errors) => {
            let each = errors
                .iter()
                .map(|(address, error)| format!("{}: {}", bare(address), root_cause(error)));
            each.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// An address without the identity that dialing adds to it.
pub(crate) fn bare(address: &Multiaddr) -> Multiaddr {
    parse(&address.to_string()).unwrap_or_else(|_| address.clone())
}

/// The innermost error says what happened; the outer ones say which layer saw it.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
