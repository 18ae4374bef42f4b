//! A device written by somebody else: it has a key and does what it likes.

use super::within;
use crate::link::GREETING;
use crate::streams::{Purpose, StreamEvent};
use crate::swarm::{asker, dial_opts};
use crate::{identity, log_id_of};
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::swarm::{Stream, SwarmEvent};
use till_schema::ids::LogId;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

pub(super) struct Rude {
    pub(super) log: LogId,
    pub(super) stream: Stream,
    /// Keeps the connection alive until the test ends, and opens further streams.
    polling: JoinHandle<()>,
    more: mpsc::Sender<(Purpose, oneshot::Sender<Stream>)>,
}

impl Rude {
    /// Opens a sync stream. Err: the node closed the connection or refused.
    pub(super) async fn connect(seed: u8, node: LogId, address: &str) -> Result<Self, String> {
        Self::connect_for(seed, node, address, Purpose::Sync).await
    }

    /// Opens a stream for this purpose.
    pub(super) async fn connect_for(
        seed: u8,
        node: LogId,
        address: &str,
        purpose: Purpose,
    ) -> Result<Self, String> {
        let secret = [seed; 32];
        let peer = identity::peer_id(&node).unwrap();
        let mut swarm = asker(&secret);
        swarm.dial(dial_opts(peer, vec![address.parse().unwrap()])).unwrap();
        let opening = async {
            loop {
                match swarm.select_next_some().await {
                    SwarmEvent::ConnectionEstablished { connection_id, .. } => {
                        swarm.behaviour_mut().open(peer, connection_id, purpose);
                    }
                    SwarmEvent::Behaviour(StreamEvent::Opened { connection, stream }) => {
                        return Ok((connection, stream));
                    }
                    SwarmEvent::Behaviour(StreamEvent::Failed { why, .. }) => return Err(why),
                    SwarmEvent::ConnectionClosed { cause, .. } => {
                        return Err(format!("closed: {cause:?}"));
                    }
                    SwarmEvent::OutgoingConnectionError { error, .. } => {
                        return Err(error.to_string());
                    }
                    _ => {}
                }
            }
        };
        let (connection, stream) = within("stream", opening).await?;
        let (more, mut wanted) = mpsc::channel::<(Purpose, oneshot::Sender<Stream>)>(1);
        let polling = tokio::spawn(async move {
            let mut waiting = None;
            loop {
                tokio::select! {
                    event = swarm.select_next_some() => {
                        if let SwarmEvent::Behaviour(StreamEvent::Opened { stream, .. }) = event
                            && let Some(waiting) = waiting.take()
                        {
                            let _ = oneshot::Sender::send(waiting, stream);
                        }
                    }
                    Some((purpose, to)) = wanted.recv() => {
                        waiting = Some(to);
                        swarm.behaviour_mut().open(peer, connection, purpose);
                    }
                }
            }
        });
        Ok(Self { log: log_id_of(&secret), stream, polling, more })
    }

    /// Another stream on the same connection.
    pub(super) async fn second(&self, purpose: Purpose) -> Stream {
        let (to, opened) = oneshot::channel();
        self.more.send((purpose, to)).await.unwrap();
        within("second stream", opened).await.unwrap()
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// The greeting of both sides.
    pub(super) async fn greet(&mut self) {
        let mut frame = (GREETING.len() as u32).to_be_bytes().to_vec();
        frame.extend(GREETING);
        self.write(&frame).await.unwrap();
        let mut answer = vec![0; frame.len()];
        within("greeting", self.stream.read_exact(&mut answer)).await.unwrap();
        assert_eq!(answer, frame);
    }

    /// Everything the node still sends, until it closes the stream.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // An error is an end as well.
        let _ = within("end of stream", self.stream.read_to_end(&mut rest)).await;
        rest
    }
}

impl Drop for Rude {
    fn drop(&mut self) {
        self.polling.abort();
    }
}
