//! One link: the long-lived stream of a pair, from its greeting to its end.

use crate::bounds::{
    DEAD_AFTER, GREETING_WITHIN, HEARTBEAT_EVERY, QUEUE_BYTES_MAX, QUEUE_MESSAGES_MAX,
    SETTLED_AFTER,
};
use crate::event::NetEvent;
use crate::wire::{Incoming, WireError, flush, write_frame};
use futures::io::BufWriter;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite};
use libp2p::swarm::{ConnectionId, Stream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use till_schema::ids::LogId;
use till_schema::limits::MESSAGE_BYTES_MAX;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

/// First frame of both sides. A change of the framing changes the protocol
/// name; this only proves that the other side serves the stream.
pub(crate) const GREETING: &[u8] = b"tillmesh link 1";

/// Entries are small; sealing them one by one costs fifteen times as much.
const WRITE_BUFFER_BYTES: usize = 64 * 1024;

/// The driver's end of a link. The link ends when [`Link::stop`] is called or
/// this is dropped.
pub(crate) struct Link {
    pub(crate) connection: ConnectionId,
    queue: mpsc::Sender<Vec<u8>>,
    queued: Arc<AtomicUsize>,
    /// When the greeting arrived.
    up_at: Arc<OnceLock<Instant>>,
    stop: Option<oneshot::Sender<()>>,
}

/// The queue of a link cannot take more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QueueFull;

impl Link {
    /// Puts a message in the queue. Does nothing on a link that is ending.
    pub(crate) fn send(&self, bytes: Vec<u8>) -> Result<(), QueueFull> {
        if self.stop.is_none() {
            return Ok(());
        }
        let size = bytes.len();
        if self.queued.fetch_add(size, Ordering::Relaxed) + size > QUEUE_BYTES_MAX {
            return Err(QueueFull);
        }
        match self.queue.try_send(bytes) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(QueueFull),
            // Closed: the link has ended by itself and will say so.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }

    /// Whether it has been up so long that both sides have long chosen it.
    pub(crate) fn is_settled(&self, now: Instant) -> bool {
        self.up_at.get().is_some_and(|up_at| now.duration_since(*up_at) >= SETTLED_AFTER)
    }

    /// Ends the link at once; what is queued is not sent.
    pub(crate) fn stop(&mut self) {
        self.stop = None;
    }
}

/// How a link ended.
#[derive(Debug)]
pub(crate) struct LinkEnd {
    pub(crate) peer: LogId,
    pub(crate) connection: ConnectionId,
    /// Whether it was ever up.
    pub(crate) was_up: bool,
    /// `None`: stopped by us.
    pub(crate) why: Option<WireError>,
}

/// A link and the future that serves it. The future tells `LinkUp`, `Message`s
/// and `LinkDown`, in this order, and waits for the receiver of the events: while
/// it waits nothing is read.
pub(crate) fn link(
    peer: LogId,
    connection: ConnectionId,
    stream: Stream,
    events: mpsc::Sender<NetEvent>,
) -> (Link, impl Future<Output = LinkEnd> + Send) {
    let (queue, queue_end) = mpsc::channel(QUEUE_MESSAGES_MAX);
    let queued = Arc::new(AtomicUsize::new(0));
    let up_at = Arc::new(OnceLock::new());
    let (stop, stopped) = oneshot::channel();
    let outgoing = Outgoing { queue: queue_end, queued: Arc::clone(&queued) };
    let link = Link { connection, queue, queued, up_at: Arc::clone(&up_at), stop: Some(stop) };
    let serve = async move {
        let (read, write) = stream.split();
        let why = tokio::select! {
            error = receive(read, peer, &events, &up_at) => error,
            error = transmit(write, outgoing) => error,
            // Resolves when the driver's end is dropped; nothing is ever sent.
            _ = stopped => None,
        };
        let was_up = up_at.get().is_some();
        if was_up {
            // A receiver that is gone needs no LinkDown.
            let _ = events.send(NetEvent::LinkDown { peer }).await;
        }
        LinkEnd { peer, connection, was_up, why }
    };
    (link, serve)
}

/// Reads until something is wrong; `None` when nobody wants the events any more.
async fn receive<R: AsyncRead + Unpin>(
    read: R,
    peer: LogId,
    events: &mpsc::Sender<NetEvent>,
    up_at: &OnceLock<Instant>,
) -> Option<WireError> {
    let mut incoming = Incoming::new(read, DEAD_AFTER);
    match timeout(GREETING_WITHIN, incoming.frame(GREETING.len())).await {
        Ok(Ok(greeting)) if greeting == GREETING => {}
        Ok(Ok(_)) => return Some(WireError::Greeting),
        Ok(Err(error)) => return Some(error),
        Err(_) => return Some(WireError::Silent(GREETING_WITHIN)),
    }
    events.send(NetEvent::LinkUp { peer }).await.ok()?;
    up_at.get_or_init(Instant::now);
    loop {
        match incoming.frame(MESSAGE_BYTES_MAX).await {
            Ok(bytes) => events.send(NetEvent::Message { peer, bytes }).await.ok()?,
            Err(error) => return Some(error),
        }
    }
}

/// The link's end of the queue.
struct Outgoing {
    queue: mpsc::Receiver<Vec<u8>>,
    queued: Arc<AtomicUsize>,
}

/// Writes until something is wrong; `None` when the driver's end is gone.
async fn transmit<W: AsyncWrite + Unpin>(write: W, mut outgoing: Outgoing) -> Option<WireError> {
    let mut write = BufWriter::with_capacity(WRITE_BUFFER_BYTES, write);
    let served = async {
        write_frame(&mut write, GREETING).await?;
        flush(&mut write).await?;
        loop {
            match timeout(HEARTBEAT_EVERY, outgoing.queue.recv()).await {
                Ok(Some(bytes)) => {
                    let mut next = Some(bytes);
                    while let Some(bytes) = next {
                        write_frame(&mut write, &bytes).await?;
                        outgoing.queued.fetch_sub(bytes.len(), Ordering::Relaxed);
                        next = outgoing.queue.try_recv().ok();
                    }
                }
                Ok(None) => return Ok(()),
                Err(_) => write_frame(&mut write, &[]).await?,
            }
            flush(&mut write).await?;
        }
    };
    served.await.err()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::testing::Compat;

    fn idle_link() -> (Link, mpsc::Receiver<Vec<u8>>) {
        let (queue, end) = mpsc::channel(QUEUE_MESSAGES_MAX);
        let (stop, _) = oneshot::channel();
        let connection = ConnectionId::new_unchecked(1);
        let (queued, up_at) = (Arc::default(), Arc::default());
        (Link { connection, queue, queued, up_at, stop: Some(stop) }, end)
    }

    #[test]
    fn the_queue_is_bounded_in_bytes_and_in_messages() {
        let (link, _end) = idle_link();
        let message = vec![0; 64 * 1024];
        for _ in 0..QUEUE_BYTES_MAX / message.len() {
            assert_eq!(link.send(message.clone()), Ok(()));
        }
        assert_eq!(link.send(vec![0]), Err(QueueFull));

        let (link, _end) = idle_link();
        for _ in 0..QUEUE_MESSAGES_MAX {
            assert_eq!(link.send(vec![0]), Ok(()));
        }
        assert_eq!(link.send(vec![0]), Err(QueueFull));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_writer_greets_and_then_beats() {
        let (near, far) = tokio::io::duplex(1024);
        let (link, queue) = idle_link();
        let outgoing = Outgoing { queue, queued: Arc::default() };
        let writing = transmit(Compat(near), outgoing);
        let reading = async {
            let mut incoming = Incoming::new(Compat(far), DEAD_AFTER);
            assert_eq!(incoming.frame(100).await.unwrap(), GREETING);
            // No message for three dead times: only heartbeats keep this alive.
            assert!(timeout(DEAD_AFTER * 3, incoming.frame(100)).await.is_err());
            drop(link);
        };
        let (ended, ()) = tokio::join!(writing, reading);
        assert!(ended.is_none());
    }
}
