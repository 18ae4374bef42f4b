//! The side that asks: it dials, opens the join stream and asks its questions.

use super::{JoinError, bare, explain};
use crate::address::{parse, resolve};
use crate::bounds::{
    CONNECT_WITHIN, JOIN_ADDRESSES_MAX, JOIN_REQUEST_BYTES_MAX, JOIN_ROUNDS_MAX, JOIN_WITHIN,
};
use crate::identity;
use crate::streams::{Purpose, StreamEvent, Streams};
use crate::swarm::{asker, dial_anybody, dial_opts};
use crate::wire::{Incoming, WireError, flush, write_frame};
use futures::io::{ReadHalf, WriteHalf};
use futures::{AsyncReadExt, StreamExt};
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{DialError, Stream, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm};
use till_schema::ids::LogId;
use till_schema::limits::MESSAGE_BYTES_MAX;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

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
    check(&request)?;
    connect_join(secret, addresses, Some(peer)).await?.ask(request).await
}

/// Connects to an inviting device for a conversation about joining. Must run
/// inside a tokio runtime.
///
/// With `peer` only that device will do. Without, the first device that serves
/// the join stream at one of the addresses is taken, tried in their order;
/// whether it is the right one is for the conversation to find out, and
/// [`JoinConversation::peer`] is the key it has proven.
///
/// # Errors
/// [`JoinError`] tells apart an unreachable address, a wrong device and a refusal.
pub async fn connect_join(
    secret: [u8; 32],
    addresses: &[String],
    peer: Option<LogId>,
) -> Result<JoinConversation, JoinError> {
    let inviter = match &peer {
        Some(peer) => Some(identity::peer_id(peer).ok_or(JoinError::NotADevice)?),
        None => None,
    };
    let parsed = addresses.iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
    let mut addresses = resolve(parsed).await;
    addresses.truncate(JOIN_ADDRESSES_MAX);
    let mut swarm = asker(&secret);
    let (peer_id, stream) = match inviter {
        Some(inviter) => reach(&mut swarm, inviter, addresses).await?,
        None => reach_anybody(&mut swarm, addresses).await?,
    };
    let peer = identity::log_id(&peer_id).ok_or(JoinError::NotADevice)?;
    let (read, write) = stream.split();
    Ok(JoinConversation {
        peer,
        incoming: Incoming::new(read, JOIN_WITHIN),
        write,
        rounds_left: JOIN_ROUNDS_MAX,
        ends_at: Instant::now() + JOIN_WITHIN,
        connection: Connection(tokio::spawn(async move {
            loop {
                swarm.select_next_some().await;
            }
        })),
    })
}

/// A conversation with an inviting device: at most [`JOIN_ROUNDS_MAX`] questions,
/// all of them within [`JOIN_WITHIN`] of connecting. Dropping it closes the
/// connection.
#[derive(Debug)]
pub struct JoinConversation {
    peer: LogId,
    incoming: Incoming<ReadHalf<Stream>>,
    write: WriteHalf<Stream>,
    rounds_left: u32,
    ends_at: Instant,
    #[expect(dead_code, reason = "held for its drop")]
    connection: Connection,
}

/// The task that polls the swarm, without which nothing moves on its connection.
#[derive(Debug)]
struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl JoinConversation {
    /// The key the other device has proven to hold.
    pub fn peer(&self) -> LogId {
        self.peer
    }

    /// Asks a question and waits for its answer. After an error there is no
    /// further question.
    ///
    /// # Errors
    /// [`JoinError::Size`] before anything is sent, [`JoinError::Over`] when
    /// there is no round left, [`JoinError::Refused`] or [`JoinError::TimedOut`].
    pub async fn ask(&mut self, request: Vec<u8>) -> Result<Vec<u8>, JoinError> {
        check(&request)?;
        // Taken back only by success: an exchange cut short by an error, or by
        // the caller, leaves the stream in the middle of something.
        let left = std::mem::take(&mut self.rounds_left).checked_sub(1).ok_or(JoinError::Over)?;
        let exchange = async {
            write_frame(&mut self.write, &request).await?;
            flush(&mut self.write).await?;
            self.incoming.frame(MESSAGE_BYTES_MAX).await
        };
        match timeout_at(self.ends_at, exchange).await {
            Ok(Ok(answer)) => {
                self.rounds_left = left;
                Ok(answer)
            }
            Ok(Err(WireError::Silent(_) | WireError::Slow | WireError::Stalled)) | Err(_) => {
                Err(JoinError::TimedOut)
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "no answer to the join request");
                Err(JoinError::Refused)
            }
        }
    }
}

fn check(request: &[u8]) -> Result<(), JoinError> {
    if (1..=JOIN_REQUEST_BYTES_MAX).contains(&request.len()) {
        Ok(())
    } else {
        Err(JoinError::Size(request.len()))
    }
}

/// Dials until the stream is open. An address at which another device answers
/// must not hide the right one, so it is left out and the rest is tried.
async fn reach(
    swarm: &mut Swarm<Streams>,
    inviter: PeerId,
    mut addresses: Vec<Multiaddr>,
) -> Result<(PeerId, Stream), JoinError> {
    let mut wrong = None;
    loop {
        if addresses.is_empty() {
            return Err(wrong.unwrap_or_else(nowhere));
        }
        match dialed(swarm, dial_opts(inviter, addresses.clone())).await {
            Ok(opened) => return Ok(opened),
            Err(Missed::Dial(DialError::WrongPeerId { obtained, address })) => {
                let address = bare(&address);
                let before = addresses.len();
                addresses.retain(|other| *other != address);
                if addresses.len() == before {
                    addresses.clear();
                }
                let found = identity::log_id(&obtained);
                wrong = Some(JoinError::WrongDevice { found, address: address.to_string() });
            }
            Err(Missed::Dial(error)) => {
                let why = explain(&error);
                return Err(wrong.unwrap_or(JoinError::Unreachable { why }));
            }
            Err(missed) => return Err(missed.into()),
        }
    }
}

/// Dials one address after the other until a device serves the join stream. One
/// after the other, because several addresses may be one device, which lets in
/// few. A device that refuses says more than an address at which nobody is.
async fn reach_anybody(
    swarm: &mut Swarm<Streams>,
    addresses: Vec<Multiaddr>,
) -> Result<(PeerId, Stream), JoinError> {
    let mut refused = None;
    let mut nobody = Vec::new();
    for address in addresses {
        match dialed(swarm, dial_anybody(address)).await {
            Ok(opened) => return Ok(opened),
            Err(Missed::Dial(error)) => nobody.push(explain(&error)),
            Err(missed) => refused = Some(missed.into()),
        }
    }
    Err(refused.unwrap_or_else(|| match nobody.is_empty() {
        true => nowhere(),
        false => JoinError::Unreachable { why: nobody.join("; ") },
    }))
}

fn nowhere() -> JoinError {
    JoinError::Unreachable { why: "no address could be looked up".to_owned() }
}

/// Why there is no stream.
enum Missed {
    /// There is no connection.
    Dial(DialError),
    /// It was closed before there was a stream.
    Closed,
    /// The other end negotiates for ever.
    TimedOut,
}

impl From<Missed> for JoinError {
    fn from(missed: Missed) -> Self {
        match missed {
            Missed::Dial(error) => Self::Unreachable { why: explain(&error) },
            Missed::Closed => Self::Refused,
            Missed::TimedOut => Self::TimedOut,
        }
    }
}

/// One dial and the join stream it leads to.
async fn dialed(swarm: &mut Swarm<Streams>, dial: DialOpts) -> Result<(PeerId, Stream), Missed> {
    // The end of an earlier attempt says nothing about this one.
    let this = dial.connection_id();
    // Errors of the dial come as events too, except that it could not start.
    swarm.dial(dial).map_err(Missed::Dial)?;
    let opened = async {
        let mut peer = None;
        loop {
            match swarm.select_next_some().await {
                SwarmEvent::ConnectionEstablished { peer_id, connection_id, .. }
                    if connection_id == this =>
                {
                    peer = Some(peer_id);
                    swarm.behaviour_mut().open(peer_id, this, Purpose::Join);
                }
                SwarmEvent::Behaviour(StreamEvent::Opened { connection, stream })
                    if connection == this =>
                {
                    return peer.map(|peer| (peer, stream)).ok_or(Missed::Closed);
                }
                SwarmEvent::Behaviour(StreamEvent::Failed { connection, .. })
                | SwarmEvent::ConnectionClosed { connection_id: connection, .. }
                    if connection == this =>
                {
                    return Err(Missed::Closed);
                }
                SwarmEvent::OutgoingConnectionError { connection_id, error, .. }
                    if connection_id == this =>
                {
                    return Err(Missed::Dial(error));
                }
                _ => {}
            }
        }
    };
    // Time-outs inside make the swarm report each outcome; the outer one is for
    // an inviter that connects and then never negotiates.
    let opened = timeout(CONNECT_WITHIN * 3, opened).await.unwrap_or(Err(Missed::TimedOut));
    if opened.is_err() {
        swarm.close_connection(this);
    }
    opened
}
