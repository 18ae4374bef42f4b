//! Who may connect: a bucket per source address before the handshake, the list
//! of enrolled keys after it.

mod bucket;

use crate::address::source_ip;
use crate::bounds::{JOINERS_MAX, JOINERS_PER_SOURCE_MAX, PENDING_PER_SOURCE_MAX};
use bucket::{Buckets, source};
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};
use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::net::IpAddr;
use std::task::{Context, Poll};
use std::time::Instant;

/// Why the door stayed shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Shut {
    #[error("this source connects too often")]
    TooOften,
    #[error("this source has too many handshakes under way")]
    TooManyPending,
    #[error("this device is not enrolled here")]
    Stranger,
    #[error("as many devices as may are joining already")]
    TooManyJoiners,
    #[error("this device is cut off")]
    Blocked,
}

/// A time during which no handshake of others was under way. Equal values mean
/// that there was none in between either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quiet(u64);

/// The behaviour that admits connections. It opens no streams.
#[derive(Default)]
pub(crate) struct Door {
    /// This device. It may dial its own key, which never leads to a connection.
    me: Option<PeerId>,
    /// Handshakes let in so far.
    knocks: u64,
    allowed: HashSet<PeerId>,
    blocked: HashSet<PeerId>,
    join_open: bool,
    buckets: Buckets,
    pending: BTreeMap<ConnectionId, IpAddr>,
    /// Connections of unknown devices let in to join, and where they come from.
    joiners: BTreeMap<ConnectionId, IpAddr>,
}

impl Door {
    pub(crate) fn new(me: PeerId) -> Self {
        Self { me: Some(me), ..Self::default() }
    }

    /// Whether no inbound handshake is under way, and since how many.
    pub(crate) fn quiet(&self) -> Option<Quiet> {
        self.pending.is_empty().then_some(Quiet(self.knocks))
    }

    pub(crate) fn set_allowed(&mut self, allowed: HashSet<PeerId>) {
        self.allowed = allowed;
    }

    pub(crate) fn set_blocked(&mut self, blocked: HashSet<PeerId>) {
        self.blocked = blocked;
    }

    pub(crate) fn open_join(&mut self, open: bool) {
        self.join_open = open;
    }

    /// Before the handshake: only the source address is known.
    fn knock(&mut self, connection: ConnectionId, ip: IpAddr, now: Instant) -> Result<(), Shut> {
        if !self.buckets.take(ip, now) {
            return Err(Shut::TooOften);
        }
        let same = self.pending.values().filter(|other| **other == ip).count();
        if same >= PENDING_PER_SOURCE_MAX {
            return Err(Shut::TooManyPending);
        }
        self.knocks += 1;
        self.pending.insert(connection, ip);
        Ok(())
    }

    /// After the handshake: the key is proven.
    fn admit(&mut self, connection: ConnectionId, peer: &PeerId, ip: IpAddr) -> Result<(), Shut> {
        if self.blocked.contains(peer) {
            Err(Shut::Blocked)
        } else if self.allowed.contains(peer) {
            Ok(())
        } else if !self.join_open {
            Err(Shut::Stranger)
        } else {
            self.admit_joiner(connection, ip)
        }
    }

    fn admit_joiner(&mut self, connection: ConnectionId, ip: IpAddr) -> Result<(), Shut> {
        let ip = source(ip);
        let same = self.joiners.values().filter(|other| **other == ip).count();
        if self.joiners.len() >= JOINERS_MAX || same >= JOINERS_PER_SOURCE_MAX {
            return Err(Shut::TooManyJoiners);
        }
        self.joiners.insert(connection, ip);
        Ok(())
    }

    fn may_dial(&self, peer: &PeerId) -> Result<(), Shut> {
        if self.blocked.contains(peer) {
            Err(Shut::Blocked)
        } else if self.allowed.contains(peer) || self.me == Some(*peer) {
            Ok(())
        } else {
            Err(Shut::Stranger)
        }
    }
}

impl NetworkBehaviour for Door {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        // The transport is TCP over IP, so there is always an address.
        let Some(ip) = source_ip(remote) else {
            return Err(ConnectionDenied::new(Shut::Stranger));
        };
        self.knock(connection, ip, Instant::now()).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let ip = source_ip(remote).ok_or(Shut::Stranger);
        let admitted = ip.and_then(|ip| self.admit(connection, &peer, ip));
        admitted.map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        let known = peer.ok_or(Shut::Stranger).and_then(|peer| self.may_dial(&peer));
        known.map(|()| Vec::new()).map_err(ConnectionDenied::new)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        // Asked again: the lists may have changed while the dial was under way.
        self.may_dial(&peer).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(established) => {
                self.pending.remove(&established.connection_id);
            }
            FromSwarm::ListenFailure(failure) => {
                self.pending.remove(&failure.connection_id);
                self.joiners.remove(&failure.connection_id);
            }
            FromSwarm::ConnectionClosed(closed) => {
                self.joiners.remove(&closed.connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    #[test]
    fn idle_handshakes_of_one_source_do_not_shut_others_out() {
        let mut door = Door::default();
        let now = Instant::now();
        let rude = IpAddr::from([10, 0, 0, 1]);
        for number in 0..PENDING_PER_SOURCE_MAX {
            assert_eq!(door.knock(connection(number), rude, now), Ok(()));
        }
        assert_eq!(door.knock(connection(100), rude, now), Err(Shut::TooManyPending));
        assert_eq!(door.knock(connection(101), IpAddr::from([10, 0, 0, 2]), now), Ok(()));
    }

    #[test]
    fn it_is_quiet_only_without_a_knock_in_between() {
        let (mut door, now) = (Door::default(), Instant::now());
        let before = door.quiet();
        assert_eq!(door.quiet(), before);
        door.knock(connection(1), IpAddr::from([10, 0, 0, 1]), now).expect("let in");
        assert_eq!(door.quiet(), None, "under way");
        door.pending.clear();
        assert!(door.quiet().is_some() && door.quiet() != before, "came and went");
    }

    #[test]
    fn the_door_knows_its_guests() {
        let mut door = Door::default();
        let (friend, stranger) = (PeerId::random(), PeerId::random());
        door.set_allowed(HashSet::from([friend]));
        let ip = |number: u8| IpAddr::from([10, 0, 0, number]);
        assert_eq!(door.admit(connection(1), &friend, ip(1)), Ok(()));
        assert_eq!(door.admit(connection(2), &stranger, ip(1)), Err(Shut::Stranger));
        assert_eq!(door.may_dial(&stranger), Err(Shut::Stranger));

        door.open_join(true);
        let mut admit = |number, ip| door.admit(connection(number), &PeerId::random(), ip);
        for number in 0..JOINERS_PER_SOURCE_MAX {
            assert_eq!(admit(10 + number, ip(1)), Ok(()));
        }
        assert_eq!(admit(20, ip(1)), Err(Shut::TooManyJoiners), "one source takes a few places");
        for number in JOINERS_PER_SOURCE_MAX..JOINERS_MAX {
            assert_eq!(admit(30 + number, ip(2)), Ok(()), "and leaves some to others");
        }
        assert_eq!(admit(40, ip(3)), Err(Shut::TooManyJoiners), "only a few");
        assert_eq!(door.may_dial(&stranger), Err(Shut::Stranger), "never dialed");
        assert_eq!(door.admit(connection(50), &friend, ip(3)), Ok(()), "not counted");

        door.set_blocked(HashSet::from([friend]));
        assert_eq!(door.admit(connection(3), &friend, ip(1)), Err(Shut::Blocked));
        assert_eq!(door.may_dial(&friend), Err(Shut::Blocked));
    }
}
