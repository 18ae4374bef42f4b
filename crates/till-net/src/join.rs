//! Joining: an unknown device asks one question over an encrypted connection and
//! gets one answer. What they say is not this crate's business.

use crate::address::{AddressError, parse, resolve};
use crate::bounds::{CONNECT_WITHIN, JOIN_REQUEST_BYTES_MAX, JOIN_WITHIN};
use crate::event::{JoinReply, NetEvent};
use crate::identity;
use crate::streams::{Purpose, StreamEvent, Streams};
use crate::swarm::{asker, dial_opts};
use crate::wire::{Incoming, WireError, flush, write_frame};
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::swarm::{ConnectionId, DialError, Stream, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm};
use till_schema::ids::LogId;
use till_schema::limits::MESSAGE_BYTES_MAX;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

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
    /// The inviting device took the request and did not answer in time.
    #[error("the inviting device did not answer within {JOIN_WITHIN:?}; try again")]
    TimedOut,
}

/// Asks `peer`, found at one of `addresses`, to let the device with this secret
/// join, and waits for the answer: at most the lookup, connection and exchange
/// times of [`bounds`](crate::bounds). Must run inside a tokio runtime.
///
/// # Errors
/// [`JoinError`] tells apart an unreachable address, a wrong device and a refusal.
pub async fn join(
    secret: [u8; 32],
    addresses: &[String],
    peer: LogId,
    request: Vec<u8>,
) -> Result<Vec<u8>, JoinError> {
    if !(1..=JOIN_REQUEST_BYTES_MAX).contains(&request.len()) {
        return Err(JoinError::Size(request.len()));
    }
    let inviter = identity::peer_id(&peer).ok_or(JoinError::NotADevice)?;
    let parsed = addresses.iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
    let mut swarm = asker(&secret);
    let stream = reach(&mut swarm, inviter, resolve(parsed).await).await?;
    // The connection lives as long as the swarm is polled; the exchange runs beside it.
    let exchange = timeout(JOIN_WITHIN, ask(stream, &request));
    tokio::select! {
        answer = exchange => match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                tracing::debug!(%error, "no answer to the join request");
                Err(JoinError::Refused)
            }
            Err(_) => Err(JoinError::TimedOut),
        },
        () = async { loop { swarm.select_next_some().await; } } => Err(JoinError::Refused),
    }
}

/// Dials until the stream is open. An address at which another device answers
/// must not hide the right one, so it is left out and the rest is tried.
async fn reach(
    swarm: &mut Swarm<Streams>,
    inviter: PeerId,
    mut addresses: Vec<Multiaddr>,
) -> Result<Stream, JoinError> {
    let mut wrong = None;
    loop {
        if addresses.is_empty() {
            let why = "no address could be looked up".to_owned();
            return Err(wrong.unwrap_or(JoinError::Unreachable { why }));
        }
        // Errors of the dial come as events too, except that it could not start.
        if let Err(error) = swarm.dial(dial_opts(inviter, addresses.clone())) {
            return Err(JoinError::Unreachable { why: explain(&error) });
        }
        // Time-outs inside make the swarm report each outcome; the outer one is
        // for an inviter that connects and then never negotiates.
        match timeout(CONNECT_WITHIN * 3, opened(swarm)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(DialError::WrongPeerId { obtained, address })) => {
                let address = bare(&address);
                let before = addresses.len();
                addresses.retain(|other| *other != address);
                if addresses.len() == before {
                    addresses.clear();
                }
                let found = identity::log_id(&obtained);
                wrong = Some(JoinError::WrongDevice { found, address: address.to_string() });
            }
            Ok(Err(DialError::Aborted)) => return Err(JoinError::Refused),
            Ok(Err(error)) => {
                let why = explain(&error);
                return Err(wrong.unwrap_or(JoinError::Unreachable { why }));
            }
            Err(_) => return Err(JoinError::TimedOut),
        }
    }
}

/// The join stream, once the dial under way has led to it. A connection that is
/// closed before there is a stream counts as [`DialError::Aborted`].
async fn opened(swarm: &mut Swarm<Streams>) -> Result<Stream, DialError> {
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, .. } => {
                swarm.behaviour_mut().open(peer_id, connection_id, Purpose::Join);
            }
            SwarmEvent::Behaviour(StreamEvent::Opened { stream, .. }) => return Ok(stream),
            SwarmEvent::Behaviour(StreamEvent::Failed { .. })
            | SwarmEvent::ConnectionClosed { .. } => return Err(DialError::Aborted),
            SwarmEvent::OutgoingConnectionError { error, .. } => return Err(error),
            _ => {}
        }
    }
}

async fn ask(stream: Stream, request: &[u8]) -> Result<Vec<u8>, WireError> {
    let (read, mut write) = stream.split();
    write_frame(&mut write, request).await?;
    flush(&mut write).await?;
    Incoming::new(read, JOIN_WITHIN).frame(MESSAGE_BYTES_MAX).await
}

/// Serves one joining device: its request becomes an event, the answer goes
/// back. Returns the connection, which is of no more use then.
pub(crate) async fn serve(
    peer: LogId,
    connection: ConnectionId,
    stream: Stream,
    events: mpsc::Sender<NetEvent>,
) -> ConnectionId {
    let exchange = async {
        let (read, mut write) = stream.split();
        let mut incoming = Incoming::new(read, JOIN_WITHIN);
        let bytes = incoming.frame(JOIN_REQUEST_BYTES_MAX).await?;
        let (reply, answer) = oneshot::channel();
        let request = NetEvent::JoinRequest { peer, bytes, reply: JoinReply(reply) };
        // With no receiver the reply is dropped with the event: a refusal.
        let _ = events.send(request).await;
        match answer.await {
            Ok(bytes) if (1..=MESSAGE_BYTES_MAX).contains(&bytes.len()) => {
                write_frame(&mut write, &bytes).await?;
                flush(&mut write).await?;
            }
            Ok(bytes) => tracing::error!(bytes = bytes.len(), "not the size of a join answer"),
            Err(_) => tracing::debug!(peer = %peer.short(), "join refused"),
        }
        write.close().await?;
        // Closing the connection first could overtake the answer.
        incoming.closed().await;
        Ok::<(), WireError>(())
    };
    match timeout(JOIN_WITHIN, exchange).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(peer = %peer.short(), %error, "join exchange failed"),
        Err(_) => tracing::info!(peer = %peer.short(), "join exchange took too long"),
    }
    connection
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
