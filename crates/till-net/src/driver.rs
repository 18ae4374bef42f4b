//! The one task that owns the swarm: commands in, events out, one link per pair.
//!
//! The task never waits for the receiver of the events. Links run as tasks of
//! their own and do wait for it, each for itself.

mod connections;
mod discovery;
mod peer;
mod twin;

use crate::address::{parse, resolve, to_socket};
use crate::bounds::{
    BOOK_ADDRESSES_MAX, COMMANDS_MAX, EVENTS_MAX, HIGHER_DIALS_AFTER, OUTBOX_MAX, PEERS_MAX,
    SHUN_FOR,
};
use crate::event::{NetCommand, NetConfig, NetError, NetEvent, NetHandle};
use crate::identity;
use crate::join::{bare, explain};
use crate::link::LinkEnd;
use crate::swarm::{Behaviour, BehaviourEvent, dial_opts, node};
use connections::Connection;
use futures::StreamExt;
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, Swarm};
use peer::Peer;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::io;
use std::net::TcpListener;
use till_schema::ids::LogId;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use twin::Probes;

/// Starts the network and returns the way to command it and to hear from it.
///
/// It listens before this returns. Nothing is dialed and nobody let in until
/// [`NetCommand::SetAllowed`]. The task ends, and every connection with it, when
/// the last [`NetHandle`] or the receiver is dropped; once the receiver gives
/// `None` the ports are free again.
///
/// # Errors
/// [`NetError`], among them a listen address that is in use.
pub fn spawn(config: NetConfig) -> Result<(NetHandle, mpsc::Receiver<NetEvent>), NetError> {
    spawn_with(config, HIGHER_DIALS_AFTER)
}

/// [`spawn`] with the number of rounds after which the higher id dials; with
/// none both sides dial at once, which tests do on purpose.
pub(crate) fn spawn_with(
    config: NetConfig,
    higher_dials_after: u32,
) -> Result<(NetHandle, mpsc::Receiver<NetEvent>), NetError> {
    let runtime = tokio::runtime::Handle::try_current().map_err(|_| NetError::NoRuntime)?;
    let mut addresses = Vec::new();
    for text in &config.listen {
        let address = parse(text)?;
        if !addresses.contains(&address) {
            probe(&address)?;
            addresses.push(address);
        }
    }
    let mut swarm = node(&config.secret, config.mdns);
    for address in addresses {
        swarm.listen_on(address.clone()).map_err(|error| NetError::Listen {
            address: address.to_string(),
            source: io::Error::other(error),
        })?;
    }
    let (commands, commands_end) = mpsc::channel(COMMANDS_MAX);
    let (events, events_end) = mpsc::channel(EVENTS_MAX);
    let me = identity::log_id_of(&config.secret);
    let mut driver = Driver::new(me, swarm, commands_end, events, config.mdns);
    driver.higher_dials_after = higher_dials_after;
    runtime.spawn(driver.run());
    Ok((NetHandle { commands }, events_end))
}

/// Whether the address is free. The transport shares listening ports between
/// sockets, so two programs could listen on one port and each lose half of its
/// callers; a socket that does not share finds out.
fn probe(address: &Multiaddr) -> Result<(), NetError> {
    let socket =
        to_socket(address).ok_or_else(|| crate::AddressError::NameToListen(address.to_string()))?;
    match TcpListener::bind(socket) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            Err(NetError::Busy { address: address.to_string() })
        }
        Err(source) => Err(NetError::Listen { address: address.to_string(), source }),
    }
}

/// Addresses of a peer with the host names looked up.
type Lookup = (LogId, Vec<Multiaddr>);

struct Driver {
    me: LogId,
    higher_dials_after: u32,
    swarm: Swarm<Behaviour>,
    commands: mpsc::Receiver<NetCommand>,
    events: mpsc::Sender<NetEvent>,
    /// Events of this task that found the channel full.
    outbox: VecDeque<NetEvent>,
    /// Enrolled peers, and former ones whose link is still ending.
    peers: BTreeMap<LogId, Peer>,
    /// The address book, also of peers not enrolled yet.
    book: BTreeMap<LogId, Vec<Multiaddr>>,
    blocked: BTreeSet<LogId>,
    join_open: bool,
    connections: BTreeMap<ConnectionId, Connection>,
    links: JoinSet<LinkEnd>,
    joins: JoinSet<ConnectionId>,
    /// Number of the last joining conversation.
    conversations: u64,
    lookups: JoinSet<Lookup>,
    probes: Probes,
    /// Whether mDNS is wanted, and until when it pauses after a flood.
    mdns: bool,
    mdns_paused_until: Option<Instant>,
}

impl Driver {
    fn new(
        me: LogId,
        swarm: Swarm<Behaviour>,
        commands: mpsc::Receiver<NetCommand>,
        events: mpsc::Sender<NetEvent>,
        mdns: bool,
    ) -> Self {
        Self {
            me,
            higher_dials_after: HIGHER_DIALS_AFTER,
            swarm,
            commands,
            events,
            outbox: VecDeque::new(),
            peers: BTreeMap::new(),
            book: BTreeMap::new(),
            blocked: BTreeSet::new(),
            join_open: false,
            connections: BTreeMap::new(),
            links: JoinSet::new(),
            joins: JoinSet::new(),
            conversations: 0,
            lookups: JoinSet::new(),
            probes: Probes::new(Instant::now()),
            mdns,
            mdns_paused_until: None,
        }
    }

    async fn run(mut self) {
        loop {
            let wake = self.next_deadline();
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(command) => self.on_command(command),
                    None => break,
                },
                () = self.events.closed() => break,
                event = self.swarm.select_next_some() => self.on_swarm(event),
                Some(end) = self.links.join_next() => {
                    self.on_link_end(end.expect("a link does not panic"));
                }
                Some(connection) = self.joins.join_next() => {
                    self.close(connection.expect("a join conversation does not panic"));
                }
                Some(lookup) = self.lookups.join_next() => {
                    self.on_lookup(lookup.expect("a lookup does not panic"));
                }
                permit = self.events.clone().reserve_owned(), if !self.outbox.is_empty() => {
                    match (permit, self.outbox.pop_front()) {
                        (Ok(permit), Some(event)) => {
                            permit.send(event);
                        }
                        _ => break,
                    }
                }
                () = tokio::time::sleep_until(wake) => self.on_time(Instant::now()),
            }
        }
        // The listening sockets first, the events last: a receiver that sees the
        // end may listen on the same port.
        let Self { swarm, mut links, mut joins, mut lookups, events, .. } = self;
        drop(swarm);
        links.shutdown().await;
        joins.shutdown().await;
        lookups.shutdown().await;
        drop(events);
    }

    fn next_deadline(&self) -> Instant {
        let rounds = self.peers.iter().filter(|(log, peer)| self.seeks(log, peer));
        let rounds = rounds.map(|(_, peer)| peer.next_round);
        let closing = self.connections.values().filter_map(|connection| connection.closes_at);
        let others = self.mdns_paused_until.into_iter().chain(self.probes.deadline());
        let first = rounds.chain(closing).chain(others).min();
        // With nothing to do, any time far enough does.
        first.unwrap_or_else(|| Instant::now() + SHUN_FOR)
    }

    fn on_time(&mut self, now: Instant) {
        let late = self.connections.iter().filter(|(_, connection)| connection.is_late(now));
        for connection in late.map(|(id, _)| *id).collect::<Vec<_>>() {
            tracing::debug!(%connection, "no stream in time");
            self.close(connection);
        }
        let due: Vec<LogId> = self
            .peers
            .iter()
            .filter(|(log, peer)| self.seeks(log, peer) && peer.next_round <= now)
            .map(|(log, _)| *log)
            .collect();
        for log in due {
            self.round(log, now);
        }
        self.probe(now);
        self.resume_discovery(now);
    }

    /// Whether a peer is wanted and there is nothing that could become its link.
    fn seeks(&self, log: &LogId, peer: &Peer) -> bool {
        peer.is_idle() && !self.blocked.contains(log)
    }

    /// One dialing round of a peer.
    fn round(&mut self, log: LogId, now: Instant) {
        let book = self.book.get(&log).map_or(&[][..], Vec::as_slice);
        let Some(peer) = self.peers.get_mut(&log) else {
            return;
        };
        if let Some(addresses) =
            peer.start_round((&self.me, &log), self.higher_dials_after, book, now)
        {
            self.lookups.spawn(async move { (log, resolve(addresses).await) });
        }
    }

    fn on_lookup(&mut self, (log, addresses): Lookup) {
        if log == self.me {
            return self.on_probe_lookup((log, addresses));
        }
        let blocked = self.blocked.contains(&log);
        let Some(peer) = self.peers.get_mut(&log) else {
            return;
        };
        peer.dialing = false;
        // A link may have come from the other side meanwhile.
        if blocked || !peer.is_idle() {
            return;
        }
        if addresses.is_empty() {
            self.unreachable(log, "its host name cannot be looked up".to_owned());
            return;
        }
        let addresses = peer.usable(addresses, Instant::now());
        if addresses.is_empty() {
            // Why was told when they were found wrong.
            return;
        }
        match self.swarm.dial(dial_opts(peer.peer_id, addresses)) {
            Ok(()) => peer.dialing = true,
            // A dial from before the peer was removed and added again.
            Err(DialError::DialPeerConditionFalse(_)) => {}
            Err(error) => self.unreachable(log, explain(&error)),
        }
    }

    fn on_command(&mut self, command: NetCommand) {
        match command {
            NetCommand::SetAllowed(allowed) => self.set_allowed(allowed),
            NetCommand::SetAddresses(log, texts) => self.set_addresses(log, &texts),
            NetCommand::Send { peer, bytes } => self.send(peer, bytes),
            NetCommand::Disconnect(peer) => self.close_all_of(peer),
            NetCommand::OpenJoin(open) => {
                self.join_open = open;
                self.swarm.behaviour_mut().door.open_join(open);
            }
            NetCommand::SetBlocked(blocked) => self.set_blocked(blocked),
        }
    }

    fn set_allowed(&mut self, allowed: BTreeSet<LogId>) {
        let now = Instant::now();
        if allowed.len() > PEERS_MAX {
            tracing::warn!(peers = allowed.len(), max = PEERS_MAX, "the last peers are left out");
        }
        let mut wanted = BTreeMap::new();
        for log in allowed.into_iter().filter(|log| *log != self.me).take(PEERS_MAX) {
            match identity::peer_id(&log) {
                Some(peer_id) => {
                    wanted.insert(log, peer_id);
                }
                None => tracing::warn!(peer = %log.short(), "not a device's key; left out"),
            }
        }
        self.swarm.behaviour_mut().door.set_allowed(wanted.values().copied().collect());
        let known: Vec<LogId> = self.peers.keys().copied().collect();
        for log in known.into_iter().filter(|log| !wanted.contains_key(log)) {
            self.close_all_of(log);
            self.forget(log);
        }
        for (log, peer_id) in wanted {
            self.peers.entry(log).or_insert_with(|| Peer::new(peer_id, now)).allowed = true;
        }
    }

    fn set_addresses(&mut self, log: LogId, texts: &[String]) {
        let mut addresses = Vec::new();
        for text in texts {
            match parse(text) {
                Ok(address) if !addresses.contains(&address) => addresses.push(address),
                Ok(_) => {}
                Err(error) => tracing::warn!(peer = %log.short(), %error, "address left out"),
            }
        }
        addresses.truncate(BOOK_ADDRESSES_MAX);
        if log == self.me {
            for address in addresses {
                self.suspect(address);
            }
            return;
        }
        if !self.book.contains_key(&log) && self.book.len() >= PEERS_MAX {
            tracing::warn!(peer = %log.short(), max = PEERS_MAX, "the address book is full");
            return;
        }
        if self.book.get(&log) == Some(&addresses) {
            return;
        }
        self.book.insert(log, addresses);
        if let Some(peer) = self.peers.get_mut(&log) {
            // New knowledge is used at once, and old verdicts are void.
            peer.shunned.clear();
            peer.next_round = Instant::now();
        }
    }

    fn set_blocked(&mut self, blocked: BTreeSet<LogId>) {
        let ids: HashSet<_> = blocked.iter().filter_map(identity::peer_id).collect();
        self.swarm.behaviour_mut().door.set_blocked(ids);
        let freed: Vec<LogId> = self.blocked.difference(&blocked).copied().collect();
        self.blocked = blocked;
        for log in self.blocked.clone() {
            self.close_all_of(log);
        }
        for log in freed {
            if let Some(peer) = self.peers.get_mut(&log) {
                peer.next_round = Instant::now();
            }
        }
    }

    fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Streams(event)) => self.on_stream(event),
            SwarmEvent::Behaviour(BehaviourEvent::Mdns(event)) => self.on_mdns(event),
            SwarmEvent::NewListenAddr { address, .. } => {
                self.tell(NetEvent::Listening { address: address.to_string() });
            }
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.on_established(peer_id, connection_id, endpoint.is_dialer());
            }
            SwarmEvent::ConnectionClosed { connection_id, .. } => self.on_closed(connection_id),
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer_id), error, .. } => {
                if let Some(log) = identity::log_id(&peer_id) {
                    self.on_dial_failure(log, &error);
                }
            }
            SwarmEvent::ListenerClosed { addresses, reason: Err(error), .. } => {
                tracing::error!(?addresses, %error, "no longer listening");
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "listening"),
            SwarmEvent::IncomingConnectionError { send_back_addr, error, .. } => {
                tracing::debug!(from = %send_back_addr, %error, "inbound connection refused");
            }
            _ => {}
        }
    }

    fn on_dial_failure(&mut self, log: LogId, error: &DialError) {
        if log == self.me {
            return self.on_probe_failure(error);
        }
        if let DialError::WrongPeerId { obtained, address } = error
            && obtained == self.swarm.local_peer_id()
        {
            self.suspect(bare(address));
        }
        let Some(peer) = self.peers.get_mut(&log) else {
            return;
        };
        peer.dialing = false;
        if let DialError::WrongPeerId { address, .. } | DialError::LocalPeerId { address } = error {
            peer.shun(bare(address), Instant::now() + SHUN_FOR);
        }
        self.unreachable(log, explain(error));
    }

    /// Tells why a peer cannot be reached, once per reason.
    fn unreachable(&mut self, log: LogId, why: String) {
        let Some(peer) = self.peers.get_mut(&log) else {
            return;
        };
        if peer.unreachable.as_ref() == Some(&why) {
            return;
        }
        tracing::debug!(peer = %log.short(), why, "unreachable");
        peer.unreachable = Some(why.clone());
        self.tell(NetEvent::Unreachable { peer: log, why });
    }

    /// Tells an event of this task without waiting for the receiver.
    fn tell(&mut self, event: NetEvent) {
        let event = if self.outbox.is_empty() {
            match self.events.try_send(event) {
                Err(mpsc::error::TrySendError::Full(event)) => event,
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => return,
            }
        } else {
            event
        };
        if self.outbox.len() < OUTBOX_MAX {
            self.outbox.push_back(event);
        } else {
            tracing::debug!(?event, "the receiver is slow; event dropped");
        }
    }
}
