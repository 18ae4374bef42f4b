//! Multicast DNS: an unauthenticated hint about enrolled peers, nothing more.

use super::Driver;
use crate::address::parse;
use crate::bounds::{MDNS_PAUSE, MDNS_RECORDS_SPARE};
use crate::event::NetEvent;
use crate::identity;
use crate::swarm::discovery;
use libp2p::mdns;
use libp2p::swarm::behaviour::toggle::Toggle;
use tokio::time::Instant;

impl Driver {
    pub(super) fn on_mdns(&mut self, event: mdns::Event) {
        // Expiry says nothing about a connection that works, so it is ignored.
        let mdns::Event::Discovered(found) = event else {
            return;
        };
        for (peer_id, address) in found {
            // Others may share the network; they are none of our business.
            let Some(log) = identity::log_id(&peer_id) else {
                continue;
            };
            let Some(peer) = self.peers.get_mut(&log).filter(|peer| peer.allowed) else {
                continue;
            };
            let Ok(address) = parse(&address.to_string()) else {
                continue;
            };
            let first = peer.hints.is_empty();
            if !peer.hint(address.clone()) {
                continue;
            }
            if first && peer.is_idle() {
                // Later hints wait for their round, else forged ones could make
                // this device dial without a pause.
                peer.next_round = Instant::now();
            }
            self.tell(NetEvent::Discovered { peer: log, address: address.to_string() });
        }
        self.pause_discovery_on_flood();
    }

    /// The discovery behaviour keeps every record it hears, for as long as the
    /// record asks for, and walks them one by one. Anybody on the network can
    /// send thousands, so too many switch it off for a while.
    fn pause_discovery_on_flood(&mut self) {
        let most = 4 * self.peers.len() + MDNS_RECORDS_SPARE;
        let mdns = &mut self.swarm.behaviour_mut().mdns;
        let records = mdns.as_ref().map_or(0, |mdns| mdns.discovered_nodes().len());
        if records > most {
            tracing::warn!(records, most, pause = ?MDNS_PAUSE, "flood of mDNS records");
            *mdns = Toggle::from(None);
            self.mdns_paused_until = Some(Instant::now() + MDNS_PAUSE);
        }
    }

    pub(super) fn resume_discovery(&mut self, now: Instant) {
        if self.mdns_paused_until.is_none_or(|until| until > now) {
            return;
        }
        self.mdns_paused_until = None;
        if self.mdns {
            let listening: Vec<_> = self.swarm.listeners().cloned().collect();
            let me = *self.swarm.local_peer_id();
            self.swarm.behaviour_mut().mdns = Toggle::from(discovery(me, &listening));
        }
    }
}
