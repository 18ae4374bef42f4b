//! Does this device's key answer at an address that is not this device? Then its
//! folder was copied and both copies run.
//!
//! Addresses at which others reached this key are dialed now and then. That the
//! own key answers is proven by the handshake, but not that it is another machine:
//! a router may lead the dial back here, and a stranger may forward it to us. So
//! an answer counts only when nobody at all was knocking here from before the dial
//! until the answer; else the address is tried again.

use super::{Driver, Lookup};
use crate::address::resolve;
use crate::bounds::{REDIAL_EVERY, TWIN_ADDRESSES_MAX, TWIN_PROBE_EVERY};
use crate::door::Quiet;
use crate::event::NetEvent;
use crate::join::bare;
use crate::swarm::dial_opts;
use libp2p::Multiaddr;
use libp2p::swarm::DialError;
use std::collections::VecDeque;
use tokio::time::Instant;

/// The addresses to try, and the one being tried.
pub(super) struct Probes {
    /// Not tried yet, or without a result.
    fresh: VecDeque<Multiaddr>,
    tried: VecDeque<Multiaddr>,
    under_way: Option<Probe>,
    next_at: Instant,
}

struct Probe {
    /// As it stands in the book.
    address: Multiaddr,
    /// Whether nobody was knocking when the dial began.
    quiet: Option<Quiet>,
}

impl Probes {
    pub(super) fn new(now: Instant) -> Self {
        Self { fresh: VecDeque::new(), tried: VecDeque::new(), under_way: None, next_at: now }
    }

    /// When the next address is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let idle = self.under_way.is_none();
        (idle && !(self.fresh.is_empty() && self.tried.is_empty())).then_some(self.next_at)
    }

    /// Adds an address; what is known already is not tried sooner for that.
    pub(super) fn add(&mut self, address: Multiaddr, now: Instant) {
        let known = self.fresh.iter().chain(&self.tried).any(|known| *known == address)
            || self.under_way.as_ref().is_some_and(|probe| probe.address == address);
        if known {
            return;
        }
        if self.fresh.is_empty() {
            self.next_at = self.next_at.min(now + REDIAL_EVERY);
        }
        self.fresh.push_back(address);
        while self.fresh.len() + self.tried.len() > TWIN_ADDRESSES_MAX {
            // The oldest leaves first.
            let _ = self.tried.pop_front().or_else(|| self.fresh.pop_front());
        }
    }

    /// The address whose turn it is.
    fn start(&mut self, now: Instant) -> Option<Multiaddr> {
        if self.deadline().is_none_or(|at| at > now) {
            return None;
        }
        let address = self.fresh.pop_front().or_else(|| self.tried.pop_front())?;
        self.next_at = now + if self.fresh.is_empty() { TWIN_PROBE_EVERY } else { REDIAL_EVERY };
        self.under_way = Some(Probe { address: address.clone(), quiet: None });
        Some(address)
    }

    /// Ends the probe under way; without a result it is tried again before others.
    fn end(&mut self, conclusive: bool, now: Instant) -> Option<Probe> {
        let probe = self.under_way.take()?;
        if conclusive {
            self.tried.push_back(probe.address.clone());
        } else {
            self.fresh.push_back(probe.address.clone());
            self.next_at = self.next_at.min(now + REDIAL_EVERY);
        }
        Some(probe)
    }
}

impl Driver {
    /// The own key was seen, or is said to be, at an address.
    pub(super) fn suspect(&mut self, address: Multiaddr) {
        if !self.is_own(&address) {
            self.probes.add(address, Instant::now());
        }
    }

    fn is_own(&self, address: &Multiaddr) -> bool {
        self.swarm.listeners().any(|own| own == address)
    }

    pub(super) fn probe(&mut self, now: Instant) {
        if let Some(address) = self.probes.start(now) {
            let me = self.me;
            self.lookups.spawn(async move { (me, resolve(vec![address]).await) });
        }
    }

    /// The address under way has been looked up.
    pub(super) fn on_probe_lookup(&mut self, (me, mut addresses): Lookup) {
        addresses.retain(|address| !self.is_own(address));
        // One at a time: a dial of two addresses tells about one of them.
        addresses.truncate(1);
        let quiet = self.swarm.behaviour().door.quiet();
        let Some(probe) = self.probes.under_way.as_mut() else {
            return;
        };
        probe.quiet = quiet;
        let dialed = match crate::identity::peer_id(&me) {
            Some(peer_id) if !addresses.is_empty() => {
                self.swarm.dial(dial_opts(peer_id, addresses)).is_ok()
            }
            _ => false,
        };
        if !dialed {
            self.probes.end(true, Instant::now());
        }
    }

    /// The dial of the own key has failed; it always does, one way or another.
    pub(super) fn on_probe_failure(&mut self, error: &DialError) {
        let now = Instant::now();
        let DialError::LocalPeerId { address } = error else {
            self.probes.end(true, now);
            return;
        };
        let address = bare(address);
        let quiet = self.probes.under_way.as_ref().and_then(|probe| probe.quiet);
        let alone = quiet.is_some() && quiet == self.swarm.behaviour().door.quiet();
        self.probes.end(alone, now);
        if alone && !self.is_own(&address) {
            tracing::warn!(%address, "a device with this device's key answers");
            self.tell(NetEvent::Twin { address: address.to_string() });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn address(port: usize) -> Multiaddr {
        format!("/ip4/10.0.0.1/tcp/{port}").parse().unwrap()
    }

    #[test]
    fn fresh_addresses_go_first_and_the_rest_now_and_then() {
        let start = Instant::now();
        let mut probes = Probes::new(start);
        assert_eq!(probes.deadline(), None);
        probes.add(address(1), start);
        probes.add(address(2), start);
        probes.add(address(1), start);
        assert_eq!(probes.start(start), Some(address(1)));
        assert_eq!(probes.deadline(), None, "one at a time");
        probes.end(false, start);
        let next = start + REDIAL_EVERY;
        assert_eq!(probes.start(start), None);
        assert_eq!(probes.start(next), Some(address(2)));
        probes.end(true, next);
        assert_eq!(probes.start(next + REDIAL_EVERY), Some(address(1)), "had no result");
        probes.end(true, next + REDIAL_EVERY);
        let later = next + REDIAL_EVERY + TWIN_PROBE_EVERY;
        assert_eq!(probes.deadline(), Some(later));
        assert_eq!(probes.start(later), Some(address(2)));
    }

    #[test]
    fn addresses_are_bounded_and_the_oldest_leaves() {
        let mut probes = Probes::new(Instant::now());
        for port in 0..100 {
            probes.add(address(port), Instant::now());
        }
        assert_eq!(probes.fresh.len(), TWIN_ADDRESSES_MAX);
        assert_eq!(probes.fresh.back(), Some(&address(99)));
    }
}
