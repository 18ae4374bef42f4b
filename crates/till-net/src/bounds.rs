//! Every time-out and every limit of the mesh, by name.

use std::time::Duration;

/// A side that has written nothing for this long writes a heartbeat.
pub const HEARTBEAT_EVERY: Duration = Duration::from_millis(500);
/// A link on which not one byte arrived for this long is dead. Four heartbeats.
pub const DEAD_AFTER: Duration = Duration::from_secs(2);
/// A dial or an inbound handshake that takes longer is given up.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// A new connection must carry a stream, and a stream a greeting, within this.
pub const GREETING_WITHIN: Duration = Duration::from_secs(3);
/// A frame whose length has arrived must be complete within this, so that a
/// peer cannot hold a buffer for ever by sending one byte at a time.
pub const FRAME_WITHIN: Duration = Duration::from_secs(10);
/// A peer that takes nothing from a write for this long is not reading.
pub const WRITE_WITHIN: Duration = Duration::from_secs(30);
/// Mean time between two dialing rounds of one pair, before jitter of a fifth.
pub const REDIAL_EVERY: Duration = Duration::from_secs(1);
/// Rounds without a link after which the device with the higher id dials too.
pub const HIGHER_DIALS_AFTER: u32 = 3;
/// A link that has been up for this long is not one of two that crossed: a peer
/// that connects again has lost it, or runs a second time on another machine.
/// Longer than [`GREETING_WITHIN`], in which a crossing stream would have come.
pub const SETTLED_AFTER: Duration = Duration::from_secs(4);
/// A host name that takes longer to look up is skipped in this round.
pub const LOOKUP_WITHIN: Duration = Duration::from_secs(2);
/// Addresses used of one host name.
pub const LOOKUP_ADDRESSES_MAX: usize = 4;
/// An address at which another device answered is left out for this long.
pub const SHUN_FOR: Duration = Duration::from_secs(30);
/// An address at which this device's key was reached and that is none of its own
/// is looked at this often.
pub const TWIN_PROBE_EVERY: Duration = Duration::from_secs(30);
/// The whole conversation with a joining device, from its connection to its last
/// answer.
pub const JOIN_WITHIN: Duration = Duration::from_secs(10);

/// Enrolled peers a node may be told of.
pub const PEERS_MAX: usize = till_schema::limits::LOGS_MAX;
/// Addresses kept per peer in the address book.
pub const BOOK_ADDRESSES_MAX: usize = 16;
/// Addresses kept per peer from mDNS; the oldest leaves first.
pub const HINTS_MAX: usize = 8;
/// Addresses at which this device's key is looked for; the oldest leaves first.
pub const TWIN_ADDRESSES_MAX: usize = 16;
/// Commands waiting for the task.
pub const COMMANDS_MAX: usize = 64;
/// Events waiting for the receiver.
pub const EVENTS_MAX: usize = 64;
/// Events of the task itself that wait when the receiver is slow; hints beyond
/// that are dropped, they are repeated anyway.
pub const OUTBOX_MAX: usize = 64;
/// Bytes waiting to be written on one link; a link over that is dropped.
pub const QUEUE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Messages waiting to be written on one link.
pub const QUEUE_MESSAGES_MAX: usize = 4096;
/// Largest request of a joining device, in bytes.
pub const JOIN_REQUEST_BYTES_MAX: usize = 64 * 1024;
/// Questions a joining device may ask on its one stream: its half of a key
/// exchange, then the proof that both halves fit.
pub const JOIN_ROUNDS_MAX: u32 = 2;
/// Addresses tried when a device joins.
pub const JOIN_ADDRESSES_MAX: usize = 16;
/// Unknown devices connected at one time while joining is open.
pub const JOINERS_MAX: usize = 8;
/// Of these, the most from one source address, so that one stranger cannot take
/// all the places.
pub const JOINERS_PER_SOURCE_MAX: usize = 4;

/// Inbound handshakes under way, all sources together.
pub const PENDING_INBOUND_MAX: u32 = 64;
/// Inbound handshakes under way from one source address.
pub const PENDING_PER_SOURCE_MAX: usize = 16;
/// Dials under way.
pub const PENDING_OUTBOUND_MAX: u32 = 256;
/// Connections established, all peers together.
pub const CONNECTIONS_MAX: u32 = 256;
/// Connections established with one peer. One carries the link; the others are
/// being closed, which takes long when the other end has vanished.
pub const CONNECTIONS_PER_PEER_MAX: u32 = 8;
/// Streams under negotiation that one connection may have.
pub const NEGOTIATING_STREAMS_MAX: usize = 8;
/// Connections one source address may open at once.
pub const SOURCE_BURST: u32 = 40;
/// Connections one source address may open per second in the long run.
pub const SOURCE_PER_SECOND: u32 = 20;
/// Source addresses remembered by the door.
pub const SOURCES_MAX: usize = 1024;

/// Time between two mDNS queries. It also bounds how long a device can stay
/// unseen when the first answers were lost.
pub const MDNS_QUERY_EVERY: Duration = Duration::from_secs(5);
/// How long others may remember an mDNS answer of ours.
pub const MDNS_TTL: Duration = Duration::from_secs(60);
/// mDNS records kept beyond four per enrolled peer before discovery pauses.
pub const MDNS_RECORDS_SPARE: usize = 64;
/// How long discovery pauses after a flood of records.
pub const MDNS_PAUSE: Duration = Duration::from_secs(60);
