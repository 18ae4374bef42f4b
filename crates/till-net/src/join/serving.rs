//! The side that is asked: each question becomes an event, each answer goes back.

use crate::bounds::{JOIN_REQUEST_BYTES_MAX, JOIN_ROUNDS_MAX, JOIN_WITHIN};
use crate::event::{JoinReply, NetEvent};
use crate::wire::{Incoming, WireError, flush, write_frame};
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::swarm::ConnectionId;
use till_schema::ids::LogId;
use till_schema::limits::MESSAGE_BYTES_MAX;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// One device that asks to join.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    /// The key it has proven.
    pub(crate) peer: LogId,
    pub(crate) connection: ConnectionId,
    /// Number of the conversation.
    pub(crate) conversation: u64,
}

/// Serves one joining device. Returns its connection, which is of no more use
/// then.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite>(
    visit: Visit,
    stream: S,
    events: mpsc::Sender<NetEvent>,
) -> ConnectionId {
    let Visit { peer, connection, conversation } = visit;
    match timeout(JOIN_WITHIN, rounds(visit, stream, events)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::debug!(peer = %peer.short(), conversation, %error, "join conversation failed");
        }
        Err(_) => {
            tracing::info!(peer = %peer.short(), conversation, "join conversation took too long");
        }
    }
    connection
}

async fn rounds<S: AsyncRead + AsyncWrite>(
    Visit { peer, conversation, .. }: Visit,
    stream: S,
    events: mpsc::Sender<NetEvent>,
) -> Result<(), WireError> {
    let (read, mut write) = stream.split();
    let mut incoming = Incoming::new(read, JOIN_WITHIN);
    for round in 1..=JOIN_ROUNDS_MAX {
        let bytes = incoming.frame(JOIN_REQUEST_BYTES_MAX).await?;
        let (reply, answer) = oneshot::channel();
        let reply = JoinReply(reply);
        // With no receiver the reply is dropped with the event: a refusal.
        let _ = events.send(NetEvent::JoinRequest { peer, conversation, bytes, reply }).await;
        let Ok(answer) = answer.await else {
            tracing::debug!(peer = %peer.short(), conversation, round, "join refused");
            break;
        };
        if !(1..=MESSAGE_BYTES_MAX).contains(&answer.bytes.len()) {
            tracing::error!(bytes = answer.bytes.len(), "not the size of a join answer");
            break;
        }
        write_frame(&mut write, &answer.bytes).await?;
        flush(&mut write).await?;
        if answer.is_last {
            break;
        }
    }
    write.close().await?;
    // Closing the connection first could overtake the answer.
    incoming.closed().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::testing::Compat;
    use tokio::time::Instant;

    const PEER: LogId = LogId([7; 32]);

    fn visit() -> Visit {
        Visit { peer: PEER, connection: ConnectionId::new_unchecked(1), conversation: 9 }
    }

    #[tokio::test(start_paused = true)]
    async fn a_joiner_that_stops_after_the_first_round_is_dropped_in_time() {
        let (near, far) = tokio::io::duplex(1024);
        let (near, mut far) = (Compat(near), Compat(far));
        let (events, mut told) = mpsc::channel(1);
        let start = Instant::now();
        let serving = tokio::spawn(serve(visit(), near, events));
        write_frame(&mut far, b"half a key").await.unwrap();
        let Some(NetEvent::JoinRequest { peer, conversation, bytes, reply }) = told.recv().await
        else {
            panic!("no question");
        };
        assert_eq!((peer, conversation, &bytes[..]), (PEER, 9, &b"half a key"[..]));
        assert!(reply.go_on(b"the other half".to_vec()));
        // Nothing more is said; the whole conversation has one limit.
        assert_eq!(serving.await.unwrap(), visit().connection);
        assert_eq!(start.elapsed(), JOIN_WITHIN);
        let mut incoming = Incoming::new(far, JOIN_WITHIN);
        assert_eq!(incoming.frame(100).await.unwrap(), b"the other half");
        assert!(matches!(incoming.frame(100).await, Err(WireError::Closed)));
        assert!(told.recv().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn an_inviter_that_does_not_answer_in_time_hears_so() {
        let (near, far) = tokio::io::duplex(1024);
        let (near, mut far) = (Compat(near), Compat(far));
        let (events, mut told) = mpsc::channel(1);
        let start = Instant::now();
        let serving = tokio::spawn(serve(visit(), near, events));
        write_frame(&mut far, b"please").await.unwrap();
        let Some(NetEvent::JoinRequest { reply, .. }) = told.recv().await else {
            panic!("no question");
        };
        serving.await.unwrap();
        assert_eq!(start.elapsed(), JOIN_WITHIN);
        assert!(!reply.send(b"too late".to_vec()));
    }
}
