//! What the driver knows about one peer, and when it dials.

use crate::bounds::{HINTS_MAX, REDIAL_EVERY};
use crate::link::Link;
use libp2p::swarm::{ConnectionId, Stream};
use libp2p::{Multiaddr, PeerId};
use std::collections::VecDeque;
use std::time::Duration;
use till_schema::ids::LogId;
use tokio::time::Instant;

/// The connection that is or becomes the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Current {
    pub(super) connection: ConnectionId,
    /// Whether the device with the lower id dialed it.
    pub(super) by_lower: bool,
}

pub(super) struct Peer {
    pub(super) peer_id: PeerId,
    /// False while the link of a peer that is no longer enrolled ends.
    pub(super) allowed: bool,
    /// Addresses from mDNS, newest last.
    pub(super) hints: VecDeque<Multiaddr>,
    /// Addresses at which another device answered, and until when they are left out.
    pub(super) shunned: Vec<(Multiaddr, Instant)>,
    /// A lookup or a dial is under way.
    pub(super) dialing: bool,
    pub(super) next_round: Instant,
    /// Rounds so far, only to vary the jitter.
    rounds: u64,
    /// Rounds since there was a link.
    misses: u32,
    pub(super) current: Option<Current>,
    /// The link, also while it is ending: the next one starts after it, so that
    /// its events come after those of this one.
    pub(super) link: Option<Link>,
    /// The stream of the current connection while the previous link is ending.
    pub(super) waiting: Option<(ConnectionId, Stream)>,
    /// The reason told last.
    pub(super) unreachable: Option<String>,
}

impl Peer {
    pub(super) fn new(peer_id: PeerId, now: Instant) -> Self {
        Self {
            peer_id,
            allowed: true,
            hints: VecDeque::new(),
            shunned: Vec::new(),
            dialing: false,
            next_round: now,
            rounds: 0,
            // Nobody can have a link with a device that has just started, and it
            // must hear soon whether others know more of its log: it dials at once.
            misses: u32::MAX,
            current: None,
            link: None,
            waiting: None,
            unreachable: None,
        }
    }

    /// Nothing is there or under way that could become a link.
    pub(super) fn is_idle(&self) -> bool {
        self.allowed && !self.dialing && self.current.is_none() && self.link.is_none()
    }

    /// Counts a round and returns the addresses to dial, if it is this device's
    /// turn and there are any. The lower id dials always; the higher one when
    /// there was no link yet, and after a link only after some rounds without,
    /// because two dialers make two connections.
    pub(super) fn start_round(
        &mut self,
        (me, other): (&LogId, &LogId),
        higher_dials_after: u32,
        book: &[Multiaddr],
        now: Instant,
    ) -> Option<Vec<Multiaddr>> {
        self.next_round = now + self.pause(me, other);
        self.rounds += 1;
        let missed = self.misses;
        self.misses = self.misses.saturating_add(1);
        if other < me && missed < higher_dials_after {
            return None;
        }
        let mut addresses: Vec<Multiaddr> = Vec::new();
        for address in book.iter().chain(&self.hints) {
            if !addresses.contains(address) {
                addresses.push(address.clone());
            }
        }
        if addresses.is_empty() {
            return None;
        }
        self.dialing = true;
        Some(addresses)
    }

    /// After a link or an attempt ended: the next round, a pause from now.
    pub(super) fn retry(&mut self, me: &LogId, other: &LogId, was_up: bool, now: Instant) {
        if was_up {
            self.misses = 0;
            self.unreachable = None;
        }
        self.next_round = now + self.pause(me, other);
    }

    /// The looked-up addresses at which no other device answered lately.
    pub(super) fn usable(&mut self, mut addresses: Vec<Multiaddr>, now: Instant) -> Vec<Multiaddr> {
        self.shunned.retain(|(_, until)| *until > now);
        addresses.retain(|address| self.shunned.iter().all(|(shunned, _)| shunned != address));
        addresses
    }

    /// Leaves an address out for a while.
    pub(super) fn shun(&mut self, address: Multiaddr, until: Instant) {
        self.hints.retain(|hint| *hint != address);
        // Only dialed addresses get here, so the list is as bounded as they are;
        // entries that have run out leave with the next dial.
        self.shunned.retain(|(shunned, _)| *shunned != address);
        self.shunned.push((address, until));
    }

    /// Keeps an address from mDNS; false when it is known.
    pub(super) fn hint(&mut self, address: Multiaddr) -> bool {
        if self.hints.contains(&address) {
            return false;
        }
        if self.hints.len() >= HINTS_MAX {
            self.hints.pop_front();
        }
        self.hints.push_back(address);
        true
    }

    /// The redial time, 20 % more or less. The pair and the round decide, so that
    /// devices that lost a switch together do not come back together.
    fn pause(&self, me: &LogId, other: &LogId) -> Duration {
        let mut mixed = self.rounds.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in me.0.iter().chain(&other.0) {
            mixed = (mixed ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        mixed ^= mixed >> 32;
        REDIAL_EVERY * (80 + (mixed % 41) as u32) / 100
    }
}

/// Which of two connections of a pair stays. Both sides see the same two dialers,
/// so they choose alike: the one dialed by the lower id, and of two from the same
/// dialer the newer, because it would not have dialed with the older one alive.
///
/// The same holds for a newer one of the higher id once the old one is
/// `outlived`: up for so long that the two cannot have crossed. Either the other
/// side has lost the old one, or its key runs on two machines; then each must get
/// to greet us, or nobody would ever notice.
pub(super) fn takes_over(new_by_lower: bool, old_by_lower: bool, outlived: bool) -> bool {
    new_by_lower || !old_by_lower || outlived
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::bounds::{HIGHER_DIALS_AFTER, SHUN_FOR};

    const LOW: LogId = LogId([1; 32]);
    const HIGH: LogId = LogId([2; 32]);

    fn address(port: u16) -> Multiaddr {
        format!("/ip4/10.0.0.1/tcp/{port}").parse().unwrap()
    }

    #[test]
    fn both_sides_keep_the_same_connection() {
        // The two sides may see the two connections in either order.
        assert!(takes_over(true, false, false) && !takes_over(false, true, false));
        assert!(takes_over(true, true, false) && takes_over(false, false, false));
    }

    #[test]
    fn a_key_that_dials_again_long_after_the_link_was_made_is_let_in() {
        assert!(takes_over(false, true, true));
    }

    #[test]
    fn both_dial_at_once_at_first_and_later_the_higher_after_some_rounds() {
        let now = Instant::now();
        let book = [address(1)];
        let mut lower = Peer::new(PeerId::random(), now);
        assert_eq!(
            lower.start_round((&LOW, &HIGH), HIGHER_DIALS_AFTER, &book, now),
            Some(book.to_vec())
        );
        assert!(!lower.is_idle(), "one dial at a time");

        let mut higher = Peer::new(PeerId::random(), now);
        assert!(higher.start_round((&HIGH, &LOW), HIGHER_DIALS_AFTER, &book, now).is_some());
        higher.retry(&HIGH, &LOW, true, now);
        for _ in 0..HIGHER_DIALS_AFTER {
            assert_eq!(higher.start_round((&HIGH, &LOW), HIGHER_DIALS_AFTER, &book, now), None);
        }
        assert_eq!(
            higher.start_round((&HIGH, &LOW), HIGHER_DIALS_AFTER, &book, now),
            Some(book.to_vec())
        );
        higher.retry(&HIGH, &LOW, true, now);
        assert_eq!(
            higher.start_round((&HIGH, &LOW), HIGHER_DIALS_AFTER, &book, now),
            None,
            "a link resets the count"
        );
    }

    #[test]
    fn an_address_of_another_device_is_left_out_for_a_while() {
        let now = Instant::now();
        let both = vec![address(1), address(2)];
        let mut peer = Peer::new(PeerId::random(), now);
        assert!(peer.hint(address(2)) && !peer.hint(address(2)));
        let round = peer.start_round((&LOW, &HIGH), HIGHER_DIALS_AFTER, &both, now);
        assert_eq!(round.as_ref(), Some(&both), "each address once");
        peer.shun(address(2), now + SHUN_FOR);
        assert!(peer.hints.is_empty());
        assert_eq!(peer.usable(both.clone(), now), [address(1)]);
        assert_eq!(peer.usable(both.clone(), now + SHUN_FOR), both);
    }

    #[test]
    fn hints_are_bounded_and_the_oldest_leaves() {
        let mut peer = Peer::new(PeerId::random(), Instant::now());
        for port in 0..100 {
            assert!(peer.hint(address(port)));
        }
        assert_eq!(peer.hints.len(), HINTS_MAX);
        assert_eq!(peer.hints.back(), Some(&address(99)));
    }

    #[test]
    fn pauses_vary_by_a_fifth_around_the_redial_time() {
        let mut peer = Peer::new(PeerId::random(), Instant::now());
        let mut pauses = Vec::new();
        for round in 0..200 {
            peer.rounds = round;
            pauses.push(peer.pause(&LOW, &HIGH));
        }
        assert!(pauses.iter().all(|p| (REDIAL_EVERY * 4 / 5..=REDIAL_EVERY * 6 / 5).contains(p)));
        pauses.sort();
        pauses.dedup();
        assert!(pauses.len() > 20, "{} different pauses", pauses.len());
    }
}
