//! What goes into the network task and what comes out of it.

use crate::address::AddressError;
use std::collections::BTreeSet;
use till_schema::ids::LogId;
use till_schema::limits::MESSAGE_BYTES_MAX;
use tokio::sync::{mpsc, oneshot};

/// How a node takes part in the mesh.
#[derive(Clone)]
pub struct NetConfig {
    /// The ed25519 seed of the device; its public key is the device's log id.
    pub secret: [u8; 32],
    /// Where to listen: multiaddrs or `host:port` with an IP address of this
    /// device, port 0 for any free port. Empty: this node only dials.
    pub listen: Vec<String>,
    /// Whether to look for enrolled peers with multicast DNS.
    pub mdns: bool,
}

impl std::fmt::Debug for NetConfig {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetConfig")
            .field("listen", &self.listen)
            .field("mdns", &self.mdns)
            .finish_non_exhaustive()
    }
}

/// What the network tells the node.
#[derive(Debug)]
pub enum NetEvent {
    /// The node can be reached at this address (multiaddr text). Comes once per
    /// interface, also later when an interface appears.
    Listening {
        /// The address others can dial.
        address: String,
    },
    /// The one link to this peer is up: its greeting has arrived.
    LinkUp {
        /// The peer.
        peer: LogId,
    },
    /// The link is gone. What was sent and not acknowledged by the peer may be lost.
    LinkDown {
        /// The peer.
        peer: LogId,
    },
    /// A message, 1 to [`MESSAGE_BYTES_MAX`] bytes, in the order it was sent.
    Message {
        /// Who sent it.
        peer: LogId,
        /// The message.
        bytes: Vec<u8>,
    },
    /// mDNS names a new address of an enrolled peer. Unauthenticated: it is
    /// dialed, and whether the peer is there shows in the handshake.
    Discovered {
        /// The peer it is said to belong to.
        peer: LogId,
        /// Multiaddr text.
        address: String,
    },
    /// Dialing the peer failed. Told when the reason changes, not each second.
    Unreachable {
        /// The peer.
        peer: LogId,
        /// A sentence for people.
        why: String,
    },
    /// A device with this device's key answers at this address, which is none of
    /// its own: its folder was copied, and both copies run. The key is proven.
    /// Told again now and then while it is so.
    Twin {
        /// Multiaddr text.
        address: String,
    },
    /// A device that wants to join asks a question, the first or the next of its
    /// conversation. A first one comes only while joining is open.
    JoinRequest {
        /// The key the device proved to hold.
        peer: LogId,
        /// The same for the questions on one stream, and different for each stream.
        conversation: u64,
        /// Its request, at most [`JOIN_REQUEST_BYTES_MAX`](crate::bounds::JOIN_REQUEST_BYTES_MAX).
        bytes: Vec<u8>,
        /// Takes the answer; dropping it refuses.
        reply: JoinReply,
    },
}

/// Takes the one answer to a question of a joining device.
#[derive(Debug)]
pub struct JoinReply(pub(crate) oneshot::Sender<JoinAnswer>);

impl JoinReply {
    /// Answers with 1 to [`MESSAGE_BYTES_MAX`] bytes and ends the conversation.
    /// False when the device has gone or its time is over.
    pub fn send(self, bytes: Vec<u8>) -> bool {
        self.0.send(JoinAnswer { bytes, is_last: true }).is_ok()
    }

    /// Answers like [`JoinReply::send`], and another question may follow: the
    /// next event of this conversation. It ends all the same after
    /// [`JOIN_ROUNDS_MAX`](crate::bounds::JOIN_ROUNDS_MAX) questions.
    pub fn go_on(self, bytes: Vec<u8>) -> bool {
        self.0.send(JoinAnswer { bytes, is_last: false }).is_ok()
    }
}

/// An answer on its way to the joining device.
#[derive(Debug)]
pub(crate) struct JoinAnswer {
    pub(crate) bytes: Vec<u8>,
    /// The conversation ends with it.
    pub(crate) is_last: bool,
}

/// What the node asks of the network.
#[derive(Debug)]
pub enum NetCommand {
    /// The enrolled peers, all of them; links of others are closed.
    SetAllowed(BTreeSet<LogId>),
    /// Where a peer may be found (any form [`normalize_address`](crate::normalize_address)
    /// takes); replaces what was known. May come before the peer is allowed. Those
    /// of this device itself, as others reached it, are where a twin is looked for.
    SetAddresses(LogId, Vec<String>),
    /// Sends on the link of a peer; dropped when there is none.
    Send {
        /// To whom.
        peer: LogId,
        /// 1 to [`MESSAGE_BYTES_MAX`] bytes.
        bytes: Vec<u8>,
    },
    /// Closes the link of a peer. It is dialed again a round later.
    Disconnect(LogId),
    /// While true, a few unknown devices may connect, and only the join
    /// protocol answers them. Closing lets exchanges under way end in their time.
    OpenJoin(bool),
    /// A simulated cut: links of these peers are closed, they are neither
    /// dialed nor let in. Replaces the previous set.
    SetBlocked(BTreeSet<LogId>),
}

/// Why a command was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The task has ended.
    #[error("the network task has ended; restart the program")]
    Closed,
    /// More commands are waiting than the task has taken; only `try_send` says so.
    #[error("the network task is busy; try again")]
    Full,
    /// The message is empty or larger than a message may be.
    #[error("a message has 1 to {MESSAGE_BYTES_MAX} bytes, this one has {0}; split it")]
    Size(usize),
}

/// Sends commands to the network task. The task ends when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct NetHandle {
    pub(crate) commands: mpsc::Sender<NetCommand>,
}

impl NetHandle {
    /// Hands a command over, waiting while the task has too many.
    ///
    /// # Errors
    /// [`SendError::Closed`] or [`SendError::Size`].
    pub async fn send(&self, command: NetCommand) -> Result<(), SendError> {
        check(&command)?;
        self.commands.send(command).await.map_err(|_| SendError::Closed)
    }

    /// Hands a command over if the task can take it now.
    ///
    /// # Errors
    /// Any [`SendError`]; with [`SendError::Full`] the command is dropped.
    pub fn try_send(&self, command: NetCommand) -> Result<(), SendError> {
        check(&command)?;
        self.commands.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SendError::Full,
            mpsc::error::TrySendError::Closed(_) => SendError::Closed,
        })
    }
}

fn check(command: &NetCommand) -> Result<(), SendError> {
    match command {
        NetCommand::Send { bytes, .. } if !(1..=MESSAGE_BYTES_MAX).contains(&bytes.len()) => {
            Err(SendError::Size(bytes.len()))
        }
        _ => Ok(()),
    }
}

/// Why the network could not start.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// Called outside a tokio runtime.
    #[error("the network needs a running tokio runtime")]
    NoRuntime,
    /// A listen address is not one.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Another program listens there.
    #[error(
        "{address} is already in use; close the other program (perhaps a second copy of this one) \
         or choose another port"
    )]
    Busy {
        /// The address, as multiaddr text.
        address: String,
    },
    /// The system refused to listen for another reason.
    #[error("cannot listen on {address}: {source}; check that it is an address of this device")]
    Listen {
        /// The address, as multiaddr text.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
}
