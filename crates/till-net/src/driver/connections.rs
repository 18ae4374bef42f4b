//! Connections, streams and links: which connection carries the link of a pair.

use super::Driver;
use super::peer::{Current, takes_over};
use crate::bounds::{GREETING_WITHIN, JOIN_WITHIN};
use crate::identity;
use crate::join::{self, Visit};
use crate::link::{LinkEnd, QueueFull, link};
use crate::streams::{Purpose, StreamEvent};
use crate::wire::WireError;
use libp2p::PeerId;
use libp2p::swarm::{ConnectionId, Stream};
use till_schema::ids::LogId;
use tokio::time::Instant;

/// An established connection.
pub(super) struct Connection {
    pub(super) peer: LogId,
    /// By this device.
    dialed: bool,
    by_lower: bool,
    /// Closed then unless a stream gives it a purpose before.
    pub(super) closes_at: Option<Instant>,
    /// Being closed. That can take long when the other end has vanished.
    closing: bool,
}

impl Connection {
    pub(super) fn is_late(&self, now: Instant) -> bool {
        self.closes_at.is_some_and(|at| at <= now)
    }
}

impl Driver {
    pub(super) fn on_established(&mut self, peer_id: PeerId, id: ConnectionId, dialed: bool) {
        let Some(peer) = identity::log_id(&peer_id) else {
            self.swarm.close_connection(id);
            return;
        };
        let by_lower = dialed == (self.me < peer);
        let known = self.peers.get_mut(&peer).filter(|known| known.allowed);
        let is_known = known.is_some();
        if let (Some(known), true) = (known, dialed) {
            known.dialing = false;
        }
        let within = if is_known { GREETING_WITHIN } else { JOIN_WITHIN };
        let closes_at = Some(Instant::now() + within);
        let connection = Connection { peer, dialed, by_lower, closes_at, closing: false };
        self.connections.insert(id, connection);
        if !dialed {
            // What it is for shows with its first stream.
            return;
        }
        if is_known && self.claim(peer, id) {
            self.swarm.behaviour_mut().streams.open(peer_id, id, Purpose::Sync);
        } else {
            self.close(id);
        }
    }

    /// Makes a connection the one of its pair, if it wins over the one there is.
    fn claim(&mut self, log: LogId, connection: ConnectionId) -> bool {
        let (Some(peer), Some(new)) = (self.peers.get(&log), self.connections.get(&connection))
        else {
            return false;
        };
        let by_lower = new.by_lower;
        // This device knows of its own links, so a dial of its own that comes
        // late is no news about them.
        let outlived = !new.dialed
            && peer.link.as_ref().is_some_and(|link| {
                peer.current.is_some_and(|old| old.connection == link.connection)
                    && link.is_settled(Instant::now())
            });
        let old = peer.current;
        match old {
            Some(old) if old.connection == connection => return true,
            Some(old) if !takes_over(by_lower, old.by_lower, outlived) => return false,
            _ => {}
        }
        if let Some(old) = old {
            tracing::debug!(peer = %log.short(), %connection, old = %old.connection, "takes over");
            self.close(old.connection);
        }
        if let Some(peer) = self.peers.get_mut(&log) {
            peer.current = Some(Current { connection, by_lower });
        }
        true
    }

    pub(super) fn on_stream(&mut self, event: StreamEvent) {
        match event {
            StreamEvent::Opened { connection, stream } => {
                self.on_sync_stream(connection, stream);
            }
            StreamEvent::Accepted { connection, purpose: Purpose::Sync, stream } => {
                self.on_sync_stream(connection, stream);
            }
            StreamEvent::Accepted { connection, purpose: Purpose::Join, stream } => {
                self.on_join_stream(connection, stream);
            }
            StreamEvent::Failed { connection, why } => {
                tracing::debug!(%connection, why, "stream refused");
                self.close(connection);
            }
        }
    }

    /// The stream of a link, opened by whichever side dialed.
    fn on_sync_stream(&mut self, id: ConnectionId, stream: Stream) {
        let Some(connection) = self.connections.get(&id).filter(|found| !found.closing) else {
            return;
        };
        let log = connection.peer;
        let allowed = self.peers.get(&log).is_some_and(|peer| peer.allowed);
        if !allowed || self.blocked.contains(&log) || !self.claim(log, id) {
            self.close(id);
            return;
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            // From here the link watches over it.
            connection.closes_at = None;
        }
        self.start_link(log, id, stream);
    }

    fn start_link(&mut self, log: LogId, id: ConnectionId, stream: Stream) {
        let Some(peer) = self.peers.get_mut(&log) else {
            return;
        };
        if peer.link.as_ref().is_some_and(|link| link.connection == id) {
            // A second stream on the same connection has no purpose.
            return;
        }
        if peer.link.is_some() {
            peer.waiting = Some((id, stream));
            return;
        }
        let (handle, serve) = link(log, id, stream, self.events.clone());
        peer.link = Some(handle);
        self.links.spawn(serve);
    }

    fn on_join_stream(&mut self, id: ConnectionId, stream: Stream) {
        let Some(connection) = self.connections.get_mut(&id).filter(|found| !found.closing) else {
            return;
        };
        let peer = connection.peer;
        if !self.join_open {
            tracing::info!(peer = %peer.short(), "a device asks to join, but joining is closed");
            self.close(id);
            return;
        }
        // The number of these is bounded by the connections, one stream each.
        connection.closes_at = Some(Instant::now() + JOIN_WITHIN);
        self.conversations += 1;
        let visit = Visit { peer, connection: id, conversation: self.conversations };
        self.joins.spawn(join::serve(visit, stream, self.events.clone()));
    }

    pub(super) fn send(&mut self, log: LogId, bytes: Vec<u8>) {
        let Some(link) = self.peers.get(&log).and_then(|peer| peer.link.as_ref()) else {
            tracing::debug!(peer = %log.short(), "no link; message dropped");
            return;
        };
        if link.send(bytes) == Err(QueueFull) {
            let connection = link.connection;
            tracing::warn!(peer = %log.short(), "takes no messages; its link is dropped");
            self.close(connection);
        }
    }

    pub(super) fn on_link_end(&mut self, end: LinkEnd) {
        let LinkEnd { peer: log, connection, was_up, why } = end;
        match &why {
            None => tracing::debug!(peer = %log.short(), "link stopped"),
            Some(error @ (WireError::TooLong { .. } | WireError::Slow | WireError::Stalled)) => {
                tracing::warn!(peer = %log.short(), %error, "link dropped");
            }
            Some(error) => tracing::info!(peer = %log.short(), %error, was_up, "link ended"),
        }
        if let Some(peer) = self.peers.get_mut(&log) {
            peer.link = None;
            peer.retry(&self.me, &log, was_up, Instant::now());
        }
        self.close(connection);
        let waiting = self.peers.get_mut(&log).and_then(|peer| peer.waiting.take());
        if let Some((id, stream)) = waiting {
            self.start_link(log, id, stream);
        }
        self.forget(log);
        if let (false, Some(error)) = (was_up, why) {
            self.unreachable(log, format!("it does not take part ({error})"));
        }
    }

    /// Closes a connection and lets go of all that hangs on it. What is told here
    /// does not wait for the close to finish: on a dead network it cannot.
    pub(super) fn close(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.closes_at = None;
        connection.closing = true;
        let log = connection.peer;
        self.swarm.close_connection(id);
        self.let_go(log, id);
    }

    pub(super) fn on_closed(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.remove(&id) else {
            return;
        };
        let log = connection.peer;
        // A dialer that is turned away sees its connection come and go.
        let turned_away = !connection.closing
            && self.peers.get(&log).is_some_and(|peer| {
                peer.current.is_some_and(|current| current.connection == id)
                    && peer.link.as_ref().is_none_or(|link| link.connection != id)
            });
        self.let_go(log, id);
        if turned_away {
            self.unreachable(
                log,
                "it closed the connection; it may not know this device".to_owned(),
            );
        }
    }

    fn let_go(&mut self, log: LogId, id: ConnectionId) {
        let Some(peer) = self.peers.get_mut(&log) else {
            return;
        };
        if let Some(link) = peer.link.as_mut().filter(|link| link.connection == id) {
            link.stop();
        }
        if peer.waiting.as_ref().is_some_and(|(waiting, _)| *waiting == id) {
            peer.waiting = None;
        }
        if peer.current.is_some_and(|current| current.connection == id) {
            peer.current = None;
            peer.retry(&self.me, &log, false, Instant::now());
        }
    }

    pub(super) fn close_all_of(&mut self, log: LogId) {
        let of_peer = self.connections.iter().filter(|(_, connection)| connection.peer == log);
        for id in of_peer.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.close(id);
        }
    }

    /// Removes a peer that is not enrolled any more, once its link has ended.
    pub(super) fn forget(&mut self, log: LogId) {
        if let Some(peer) = self.peers.get(&log)
            && !peer.allowed
            && peer.link.is_none()
        {
            self.peers.remove(&log);
        }
    }
}
