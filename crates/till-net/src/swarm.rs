//! The libp2p swarm: TCP, noise, yamux, and our behaviours.

use crate::bounds::{
    CONNECT_WITHIN, CONNECTIONS_MAX, CONNECTIONS_PER_PEER_MAX, MDNS_QUERY_EVERY, MDNS_TTL,
    NEGOTIATING_STREAMS_MAX, PENDING_INBOUND_MAX, PENDING_OUTBOUND_MAX,
};
use crate::door::Door;
use crate::identity;
use crate::streams::{Purpose, Streams};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::core::transport::ListenerId;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{FromSwarm, NetworkBehaviour, NewListenAddr};
use libp2p::{Multiaddr, PeerId, Swarm, SwarmBuilder, mdns, noise, tcp, yamux};
use std::time::Duration;

/// Connections are closed by us, never for being idle.
const IDLE_CONNECTION_WITHIN: Duration = Duration::from_secs(3600);

/// What a node is made of. The order of the fields is the order in which they
/// are asked to let a connection in, so the cheapest refusal comes first.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) door: Door,
    limits: connection_limits::Behaviour,
    pub(crate) mdns: Toggle<mdns::tokio::Behaviour>,
    pub(crate) streams: Streams,
}

/// A node of the mesh.
pub(crate) fn node(secret: &[u8; 32], mdns: bool) -> Swarm<Behaviour> {
    let limits = ConnectionLimits::default()
        .with_max_pending_incoming(Some(PENDING_INBOUND_MAX))
        .with_max_pending_outgoing(Some(PENDING_OUTBOUND_MAX))
        .with_max_established(Some(CONNECTIONS_MAX))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER_MAX));
    build(secret, |me| Behaviour {
        door: Door::new(me),
        limits: connection_limits::Behaviour::new(limits),
        mdns: Toggle::from(mdns.then(|| discovery(me, &[])).flatten()),
        streams: Streams::new(&[Purpose::Sync, Purpose::Join]),
    })
}

/// A device that only asks: it serves nothing and knows nobody.
pub(crate) fn asker(secret: &[u8; 32]) -> Swarm<Streams> {
    build(secret, |_| Streams::new(&[]))
}

fn build<B: NetworkBehaviour>(secret: &[u8; 32], behaviour: impl FnOnce(PeerId) -> B) -> Swarm<B> {
    SwarmBuilder::with_existing_identity(identity::keypair(secret))
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .expect("an ed25519 key can sign the noise handshake")
        .with_behaviour(|key| behaviour(key.public().to_peer_id()))
        .unwrap_or_else(|never| match never {})
        .with_swarm_config(|config| {
            config
                .with_idle_connection_timeout(IDLE_CONNECTION_WITHIN)
                .with_max_negotiating_inbound_streams(NEGOTIATING_STREAMS_MAX)
        })
        .with_connection_timeout(CONNECT_WITHIN)
        .build()
}

/// An mDNS behaviour that announces the given addresses; `None` when the system
/// has no multicast, which is no reason to refuse to sell.
pub(crate) fn discovery(me: PeerId, listening: &[Multiaddr]) -> Option<mdns::tokio::Behaviour> {
    let config =
        mdns::Config { ttl: MDNS_TTL, query_interval: MDNS_QUERY_EVERY, enable_ipv6: false };
    match mdns::tokio::Behaviour::new(config, me) {
        Ok(mut mdns) => {
            // A behaviour made while the node runs has missed these.
            for addr in listening {
                let listener_id = ListenerId::next();
                mdns.on_swarm_event(FromSwarm::NewListenAddr(NewListenAddr { listener_id, addr }));
            }
            Some(mdns)
        }
        Err(error) => {
            tracing::warn!(%error, "no discovery on this network; add addresses by hand");
            None
        }
    }
}

/// How a peer is dialed: from a fresh port, because a reused listening port
/// clashes with connections of the same pair that are not quite closed.
pub(crate) fn dial_opts(peer: PeerId, addresses: Vec<Multiaddr>) -> DialOpts {
    DialOpts::peer_id(peer)
        .condition(PeerCondition::NotDialing)
        .addresses(addresses)
        .allocate_new_port()
        .build()
}

/// How a device is dialed of which only the address is known.
pub(crate) fn dial_anybody(address: Multiaddr) -> DialOpts {
    DialOpts::unknown_peer_id().address(address).allocate_new_port().build()
}
