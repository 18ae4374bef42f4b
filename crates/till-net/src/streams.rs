//! A behaviour that opens and accepts raw streams, each tied to its connection.
//!
//! Ready-made stream behaviours pick any connection of a peer and may drop an
//! inbound stream when several arrive together. Here the connection is named, so
//! that "one link per pair" can be decided per connection, and nothing is lost.

use crate::bounds::GREETING_WITHIN;
use futures::future::{Ready, ready};
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo};
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
    NetworkBehaviour, NotifyHandler, Stream, SubstreamProtocol, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::task::{Context, Poll};

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The long-lived stream of a link.
    Sync,
    /// The conversation of a joining device.
    Join,
}

impl AsRef<str> for Purpose {
    fn as_ref(&self) -> &str {
        match self {
            Self::Sync => "/tillmesh/sync/1",
            Self::Join => "/tillmesh/join/1",
        }
    }
}

/// What happened to a stream.
#[derive(Debug)]
pub(crate) enum StreamEvent {
    /// We opened it, and the other side agreed.
    Opened { connection: ConnectionId, stream: Stream },
    /// The other side opened it.
    Accepted { connection: ConnectionId, purpose: Purpose, stream: Stream },
    /// The other side did not agree, or not in time.
    Failed { connection: ConnectionId, why: String },
}

/// The behaviour.
pub(crate) struct Streams {
    /// What the other side may open.
    serves: &'static [Purpose],
    /// Bounded by the streams a handler lets through times the connections.
    events: VecDeque<ToSwarm<StreamEvent, Purpose>>,
}

impl Streams {
    pub(crate) fn new(serves: &'static [Purpose]) -> Self {
        Self { serves, events: VecDeque::new() }
    }

    /// Opens a stream on one connection; a [`StreamEvent`] tells the outcome
    /// unless the connection closes first.
    pub(crate) fn open(&mut self, peer_id: PeerId, connection: ConnectionId, purpose: Purpose) {
        let handler = NotifyHandler::One(connection);
        self.events.push_back(ToSwarm::NotifyHandler { peer_id, handler, event: purpose });
    }

    fn handler(&self) -> Handler {
        Handler { serves: self.serves, accepted: Vec::new(), waiting: VecDeque::new() }
    }
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = Handler;
    type ToSwarm = StreamEvent;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        self.events.push_back(ToSwarm::GenerateEvent(match event {
            HandlerEvent::Opened(stream) => StreamEvent::Opened { connection, stream },
            HandlerEvent::Accepted(purpose, stream) => {
                StreamEvent::Accepted { connection, purpose, stream }
            }
            HandlerEvent::Failed(why) => StreamEvent::Failed { connection, why },
        }));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<StreamEvent, THandlerInEvent<Self>>> {
        // No waker is kept: events are added only by the swarm itself while it
        // is polled, or by its owner between two polls.
        self.events.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

/// What a handler reports.
#[derive(Debug)]
pub(crate) enum HandlerEvent {
    Opened(Stream),
    Accepted(Purpose, Stream),
    Failed(String),
}

/// The part of the behaviour that lives on one connection.
pub(crate) struct Handler {
    serves: &'static [Purpose],
    /// One inbound stream of each purpose in the life of a connection; more are
    /// reset. This is what bounds the streams (and their buffers) a peer can
    /// make us hold; the multiplexer's own limit is available only in its
    /// older, weaker implementation.
    accepted: Vec<Purpose>,
    waiting: VecDeque<ConnectionHandlerEvent<Offer, (), HandlerEvent>>,
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Purpose;
    type ToBehaviour = HandlerEvent;
    type InboundProtocol = Offer;
    type OutboundProtocol = Offer;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Offer> {
        SubstreamProtocol::new(Offer(self.serves.to_vec()), ()).with_timeout(GREETING_WITHIN)
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Offer, (), HandlerEvent>> {
        self.waiting.pop_front().map_or(Poll::Pending, Poll::Ready)
    }

    fn on_behaviour_event(&mut self, purpose: Purpose) {
        let protocol =
            SubstreamProtocol::new(Offer(vec![purpose]), ()).with_timeout(GREETING_WITHIN);
        self.waiting.push_back(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Offer, Offer>) {
        let report = match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: (purpose, stream),
                ..
            }) => {
                if self.accepted.contains(&purpose) {
                    return;
                }
                self.accepted.push(purpose);
                HandlerEvent::Accepted(purpose, stream)
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol: (_, stream),
                ..
            }) => HandlerEvent::Opened(stream),
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, .. }) => {
                HandlerEvent::Failed(error.to_string())
            }
            _ => return,
        };
        self.waiting.push_back(ConnectionHandlerEvent::NotifyBehaviour(report));
    }
}

/// The purposes one side proposes; the negotiation settles on one.
#[derive(Debug, Clone)]
pub(crate) struct Offer(Vec<Purpose>);

impl UpgradeInfo for Offer {
    type Info = Purpose;
    type InfoIter = std::vec::IntoIter<Purpose>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.clone().into_iter()
    }
}

impl InboundUpgrade<Stream> for Offer {
    type Output = (Purpose, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, purpose: Purpose) -> Self::Future {
        ready(Ok((purpose, stream)))
    }
}

impl OutboundUpgrade<Stream> for Offer {
    type Output = (Purpose, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_outbound(self, stream: Stream, purpose: Purpose) -> Self::Future {
        ready(Ok((purpose, stream)))
    }
}
