//! The mesh on a real network: one logical link per pair of enrolled devices.
//!
//! This is the only crate that names libp2p. To everything above it a peer is a
//! [`LogId`](till_schema::ids::LogId) (its 32 bytes are the ed25519 public key,
//! which is also the network identity) and a message is opaque bytes.
//!
//! [`spawn`] starts one task and returns a [`NetHandle`] for commands and a
//! receiver of [`NetEvent`]s. For one peer the events come in order: `LinkUp`,
//! its messages, `LinkDown`. When the receiver is slow the streams are no longer
//! read, so the slowness reaches the sender; nothing is piled up here.
//!
//! How a pair finds together: the device with the lower id dials, each second
//! until there is a link. The other one dials too while there was none yet, and
//! later once three rounds have passed without. Whatever both of them open, exactly one connection
//! stays, and both sides choose the same one. A link is up when the greeting of
//! the other side has arrived on its stream; it is dead when nothing arrives for
//! [`bounds::DEAD_AFTER`].
//!
//! Twins: a key that runs on two machines is told apart by nobody here, but both
//! get to greet every peer. The newer connection takes over a link of the same
//! dialer, and any link that is [`bounds::SETTLED_AFTER`] old, so the peer sees
//! `LinkDown` and `LinkUp` and hears another greeting. Where others reached this
//! device's own key it is looked for now and then, and [`NetEvent::Twin`] tells.
//!
//! Strangers: a connection of an unknown key is closed before it can open a
//! stream, and a source address that knocks too often is turned away before the
//! handshake. While joining is open a few unknown devices may connect, and only
//! the join protocol answers them: a bounded number of questions within a bounded
//! time, each a [`NetEvent::JoinRequest`].

mod address;
pub mod bounds;
mod door;
mod driver;
mod event;
mod identity;
mod join;
mod link;
mod streams;
mod swarm;
mod wire;

#[cfg(test)]
mod tests;

pub use address::{AddressError, normalize_address};
pub use driver::spawn;
pub use event::{JoinReply, NetCommand, NetConfig, NetError, NetEvent, NetHandle, SendError};
pub use identity::log_id_of;
pub use join::{JoinConversation, JoinError, connect_join, join};
