//! Connections between machines.

use super::World;
use super::effects::message_kind;
use super::queue::Due;
use crate::net::{Held, Pair, direction, pair};
use crate::trace::EventKind;
use std::borrow::Cow;
use till_node::Input;
use till_schema::LogId;

/// A dial takes between these until both sides speak, ms.
const DIAL_MS: (u64, u64) = (20, 1_500);
/// A link whose way is closed is given up after between these, ms.
const TIME_OUT_MS: (u64, u64) = (8_000, 25_000);
/// A peer that was cut off is tried again after, ms.
const CUT_OFF_MS: u64 = 60_000;

impl World {
    /// Tries all links of a device that could be.
    pub(super) fn seek_links(&mut self, index: usize) {
        for other in 0..self.devices.len() {
            if other != index {
                self.seek_link(pair(index, other), DIAL_MS);
            }
        }
    }

    /// Tries every link.
    pub(super) fn seek_all_links(&mut self) {
        for index in 1..self.devices.len() {
            for other in 0..index {
                self.seek_link((other, index), DIAL_MS);
            }
        }
    }

    fn seek_link(&mut self, (a, b): Pair, pause_ms: (u64, u64)) {
        if !self.could_speak(a, b) || self.net.between(a, b).connecting {
            return;
        }
        self.net.between(a, b).connecting = true;
        let pause = self.net.dice.between(pause_ms.0, pause_ms.1);
        self.after(pause, Due::Connect((a, b)));
    }

    /// Whether two machines would have a link now.
    fn could_speak(&self, a: usize, b: usize) -> bool {
        let allows = |this: usize, other: usize| {
            let device = &self.devices[this];
            device.is_running() && device.allowed.contains(&self.devices[other].log)
        };
        self.net.session(a, b).is_none()
            && self.devices[a].log != self.devices[b].log
            && allows(a, b)
            && allows(b, a)
            && self.net.passes(a, b)
            && self.net.passes(b, a)
            && self.is_free(a, b)
            && self.is_free(b, a)
    }

    /// Under one log there is one link.
    fn is_free(&self, this: usize, other: usize) -> bool {
        let log = self.devices[other].log;
        !self.signing(log).any(|twin| self.net.session(this, twin).is_some())
    }

    pub(super) fn connect(&mut self, (a, b): Pair) {
        self.net.between(a, b).connecting = false;
        if !self.could_speak(a, b) {
            return;
        }
        self.net.open(a, b);
        self.event(Some(a), EventKind::LinkUp { peer: b as u8 });
        for (this, other) in [(a, b), (b, a)] {
            let peer = self.devices[other].log;
            self.input(this, Input::PeerUp { peer });
        }
    }

    /// Ends a link; both sides hear it, now or later.
    pub(super) fn drop_link(&mut self, a: usize, b: usize, why: &'static str) {
        if !self.net.close(a, b) {
            return;
        }
        let (a, b) = pair(a, b);
        self.event(Some(a), EventKind::LinkDown { peer: b as u8, why: Cow::Borrowed(why) });
        for (this, other) in [(a, b), (b, a)] {
            let peer = self.devices[other].log;
            if self.devices[this].is_running() {
                let start = self.devices[this].starts;
                self.after(0, Due::Input { device: this, start, input: Input::PeerDown { peer } });
            }
        }
        self.seek_links(a);
        self.seek_links(b);
    }

    /// A machine stopped. Peers notice at once when its system says so, else by
    /// a time-out; until then a restarted machine cannot link to them.
    pub(super) fn drop_links_of(&mut self, index: usize, is_noticed: bool) {
        for other in self.net.peers(index) {
            if is_noticed {
                self.drop_link(index, other, "closed by the peer");
                continue;
            }
            let Some(session) = self.net.session(index, other).map(|session| session.id) else {
                continue;
            };
            let pause = self.net.dice.between(TIME_OUT_MS.0, TIME_OUT_MS.1);
            self.after(pause, Due::TimeOut { pair: pair(index, other), session });
        }
    }

    /// A machine that starts answers what is left of its links with a reset.
    pub(super) fn reset_links_of(&mut self, index: usize) {
        for other in self.net.peers(index) {
            self.drop_link(index, other, "reset");
        }
    }

    /// A device no longer allows some peers.
    pub(super) fn drop_strangers(&mut self, index: usize) {
        for other in self.net.peers(index) {
            let log = self.devices[other].log;
            if !self.devices[index].allowed.contains(&log) {
                self.drop_link(index, other, "not allowed any more");
            }
        }
    }

    pub(super) fn cut_off(&mut self, index: usize, peer: LogId, why: &str) {
        let other = self.signing(peer).find(|other| self.net.session(index, *other).is_some());
        let text = format!("cuts {} off: {why}", peer.short());
        self.event(Some(index), EventKind::Note { text });
        let Some(other) = other else { return };
        crate::checkers::p6::cut_off(self, index, other, why);
        self.drop_link(index, other, "cut off");
        self.net.between(index, other).connecting = true;
        self.after(CUT_OFF_MS, Due::Connect(pair(index, other)));
    }

    pub(super) fn time_out(&mut self, (a, b): Pair, session: u64) {
        let alive = self.net.session(a, b).is_some_and(|known| known.id == session);
        if !alive {
            return;
        }
        let open = self.net.passes(a, b) && self.net.passes(b, a);
        let both_run = self.devices[a].is_running() && self.devices[b].is_running();
        if !open || !both_run {
            self.sometimes.reach("mark:timed-out");
            self.drop_link(a, b, "timed out");
        }
    }

    /// Puts a message on its way.
    pub(super) fn transmit(&mut self, from: usize, to: usize, bytes: Vec<u8>) {
        let (way, sent_ms) = (direction(from, to), self.now_ms);
        let passes = self.net.passes(from, to);
        let Some(session) = &mut self.net.between(from, to).session else { return };
        let held = Held { order: session.sent[way], bytes, sent_ms };
        session.sent[way] += 1;
        if passes && session.unsent[way].is_empty() {
            self.put_on_wire(from, to, held);
        } else {
            session.unsent[way].push_back(held);
        }
    }

    fn put_on_wire(&mut self, from: usize, to: usize, held: Held) {
        let Some(session) = self.net.session(from, to).map(|session| session.id) else { return };
        let at_ms = self.net.arrival(self.now_ms, from, to, held.bytes.len());
        self.queue.push(at_ms, Due::Deliver { from, to, session, held });
    }

    /// A message has crossed the wire.
    pub(super) fn deliver(&mut self, from: usize, to: usize, session: u64, held: Held) {
        let way = direction(from, to);
        let current = self.net.between(from, to).session.as_mut();
        let Some(current) = current.filter(|known| known.id == session) else { return };
        current.arrived[way].insert(held.order, held);
        self.hand_over(from, to, session);
    }

    /// Hands over what has crossed the wire, in the order in which it was sent.
    fn hand_over(&mut self, from: usize, to: usize, id: u64) {
        let way = direction(from, to);
        while self.net.passes(from, to) {
            let session = self.net.between(from, to).session.as_mut();
            let Some(session) = session.filter(|known| known.id == id) else { return };
            let next = session.handed_over[way];
            let Some(held) = session.arrived[way].remove(&next) else { return };
            session.handed_over[way] += 1;
            self.hand_in(from, to, held);
        }
    }

    fn hand_in(&mut self, from: usize, to: usize, held: Held) {
        if !self.devices[to].is_running() {
            return;
        }
        let Held { bytes, sent_ms, .. } = held;
        self.stats.messages += 1;
        self.stats.bytes += bytes.len() as u64;
        let kind = message_kind(&bytes);
        let sent_ms = sent_ms as i64 - self.story_ms as i64;
        let (size, by) = (bytes.len() as u32, from as u8);
        self.event(Some(to), EventKind::Message { from: by, kind, bytes: size, sent_ms });
        let peer = self.devices[from].log;
        self.input(to, Input::Message { peer, bytes });
    }

    /// The network changed: links that cannot carry begin to time out, what
    /// waited goes on, and new links are tried.
    pub(super) fn network_changed(&mut self, is_silent: bool) {
        for (a, b) in self.net.linked() {
            let open = [self.net.passes(a, b), self.net.passes(b, a)];
            if open == [true, true] {
                self.release(a, b);
                continue;
            }
            if !is_silent && open == [false, false] {
                self.drop_link(a, b, "the way is closed");
                continue;
            }
            for (from, to) in [(a, b), (b, a)] {
                if self.net.passes(from, to) {
                    self.release_one(from, to);
                }
            }
            let Some(session) = self.net.session(a, b).map(|session| session.id) else { continue };
            let pause = self.net.dice.between(TIME_OUT_MS.0, TIME_OUT_MS.1);
            self.after(pause, Due::TimeOut { pair: (a, b), session });
        }
        self.seek_all_links();
    }

    fn release(&mut self, a: usize, b: usize) {
        self.release_one(a, b);
        self.release_one(b, a);
    }

    fn release_one(&mut self, from: usize, to: usize) {
        let way = direction(from, to);
        let Some(session) = &mut self.net.between(from, to).session else { return };
        let id = session.id;
        for held in std::mem::take(&mut session.unsent[way]) {
            self.put_on_wire(from, to, held);
        }
        self.hand_over(from, to, id);
    }

    /// A link breaks by itself.
    pub(super) fn break_a_link(&mut self) {
        if self.quiet {
            return;
        }
        let linked = self.net.linked();
        let rate = self.scenario.network.breaks_per_hour;
        if let Some((a, b)) = self.net.dice.pick(&linked).copied() {
            self.sometimes.reach("fault:link-breaks");
            self.drop_link(a, b, "broke");
        }
        let links = linked.len().max(1) as f64;
        let pause = self.net.dice.pause_ms(rate * links);
        self.after(pause, Due::LinkBreaks);
    }
}
