//! The network: ordered, reliable links that break, not packets. A message that
//! cannot pass waits, as TCP's do, until the way is open again or the link has
//! timed out at both ends; what was on its way is then lost.

use crate::chance::Dice;
use crate::scenario::{Network, Span};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Two machines, the lower index first.
pub type Pair = (usize, usize);

/// The pair of two machines.
pub fn pair(a: usize, b: usize) -> Pair {
    (a.min(b), a.max(b))
}

/// How a link carries.
#[derive(Clone, Copy, Debug)]
pub struct Carriage {
    /// A message takes at least, ms.
    pub low_ms: u64,
    /// And at most, ms.
    pub high_ms: u64,
    /// Bytes a second; 0 is no limit.
    pub bandwidth: u64,
}

impl Carriage {
    /// From a scenario's words.
    pub fn of(latency: (Span, Span), bandwidth: u64) -> Self {
        let (low, high) = (latency.0.as_ms(), latency.1.as_ms());
        Self { low_ms: low, high_ms: high.max(low), bandwidth }
    }
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its place in the session, by direction: a link keeps the order.
    pub order: u64,
    /// The message.
    pub bytes: Vec<u8>,
    /// When it was sent.
    pub sent_ms: u64,
}

/// A link that speaks.
#[derive(Clone, Debug)]
pub struct Session {
    /// Tells it from those before and after it.
    pub id: u64,
    /// By direction: when the last message arrives.
    last_arrival: [u64; 2],
    /// By direction: when the wire is free again.
    busy_until: [u64; 2],
    /// By direction: messages that were sent so far.
    pub sent: [u64; 2],
    /// By direction: messages that were handed over so far.
    pub handed_over: [u64; 2],
    /// By direction: not yet on the wire, which is closed.
    pub unsent: [VecDeque<Held>; 2],
    /// By direction: over the wire, and waiting for one before or for the way to
    /// be open.
    pub arrived: [BTreeMap<u64, Held>; 2],
}

/// What lies between two machines.
#[derive(Clone, Debug, Default)]
pub struct Between {
    /// By direction, lower to higher first: so many faults block it.
    pub blocked: [u32; 2],
    /// The link, when it speaks.
    pub session: Option<Session>,
    /// How it carries when it differs from the others.
    pub carriage: Option<Carriage>,
    /// A connection attempt is due.
    pub connecting: bool,
}

/// The network.
#[derive(Debug)]
pub struct Net {
    /// Draws of the network.
    pub dice: Dice,
    usual: Carriage,
    between: BTreeMap<Pair, Between>,
    /// Islands of the partitions there are, newest last: all must have both ends
    /// of a link on one island.
    partitions: Vec<(u64, Vec<BTreeSet<usize>>)>,
    next_session: u64,
}

/// The direction of a message within its pair.
pub fn direction(from: usize, to: usize) -> usize {
    usize::from(from > to)
}

impl Net {
    /// A network without machines.
    pub fn new(network: &Network, dice: Dice) -> Self {
        Self {
            dice,
            usual: Carriage::of(network.latency, network.bandwidth),
            between: BTreeMap::new(),
            partitions: Vec::new(),
            next_session: 0,
        }
    }

    /// What lies between two machines.
    pub fn between(&mut self, a: usize, b: usize) -> &mut Between {
        self.between.entry(pair(a, b)).or_default()
    }

    /// The link of two machines.
    pub fn session(&self, a: usize, b: usize) -> Option<&Session> {
        self.between.get(&pair(a, b))?.session.as_ref()
    }

    /// Pairs with a link.
    pub fn linked(&self) -> Vec<Pair> {
        let up = self.between.iter().filter(|(_, between)| between.session.is_some());
        up.map(|(pair, _)| *pair).collect()
    }

    /// Peers that a machine has a link to.
    pub fn peers(&self, of: usize) -> Vec<usize> {
        let linked = self.linked().into_iter();
        linked.filter_map(|(a, b)| if a == of { Some(b) } else { (b == of).then_some(a) }).collect()
    }

    /// Whether messages pass from one machine to another.
    pub fn passes(&self, from: usize, to: usize) -> bool {
        let open = self
            .between
            .get(&pair(from, to))
            .is_none_or(|between| between.blocked[direction(from, to)] == 0);
        open && self
            .partitions
            .iter()
            .all(|(_, islands)| islands.iter().any(|i| i.contains(&from) && i.contains(&to)))
    }

    /// Parts the network, until [`Net::heal`] with the same id.
    pub fn part(&mut self, id: u64, islands: Vec<BTreeSet<usize>>) {
        self.partitions.push((id, islands));
    }

    /// Ends a partition.
    pub fn heal(&mut self, id: u64) {
        self.partitions.retain(|(known, _)| *known != id);
    }

    /// A machine moves to the islands of another in every partition.
    pub fn visit(&mut self, who: usize, whom: usize) {
        for (_, islands) in &mut self.partitions {
            for island in islands.iter_mut() {
                island.remove(&who);
                if island.contains(&whom) {
                    island.insert(who);
                }
            }
            if !islands.iter().any(|island| island.contains(&whom)) {
                islands.push(BTreeSet::from([who, whom]));
            }
        }
    }

    /// A new machine is where its host is.
    pub fn arrives(&mut self, who: usize, host: usize) {
        self.visit(who, host);
    }

    /// Every link is as quick as a good network, and those with a backlog are
    /// told, to be opened anew.
    pub fn becomes_quick(&mut self, now_ms: u64, backlog_ms: u64) -> Vec<Pair> {
        self.usual = Carriage { low_ms: 1, high_ms: 10, bandwidth: 0 };
        let mut slow = Vec::new();
        for (pair, between) in &mut self.between {
            between.carriage = None;
            let waits =
                |session: &Session| session.last_arrival.iter().any(|at| *at > now_ms + backlog_ms);
            if between.session.as_ref().is_some_and(waits) {
                slow.push(*pair);
            }
        }
        slow
    }

    /// Ends all partitions and blocks.
    pub fn heal_all(&mut self) {
        self.partitions.clear();
        for between in self.between.values_mut() {
            between.blocked = [0; 2];
        }
    }

    /// Opens a link.
    pub fn open(&mut self, a: usize, b: usize) -> u64 {
        self.next_session += 1;
        let id = self.next_session;
        self.between(a, b).session = Some(Session {
            id,
            last_arrival: [0; 2],
            busy_until: [0; 2],
            sent: [0; 2],
            handed_over: [0; 2],
            unsent: [VecDeque::new(), VecDeque::new()],
            arrived: [BTreeMap::new(), BTreeMap::new()],
        });
        id
    }

    /// Ends a link.
    pub fn close(&mut self, a: usize, b: usize) -> bool {
        self.between(a, b).session.take().is_some()
    }

    /// When a message sent now arrives.
    pub fn arrival(&mut self, now_ms: u64, from: usize, to: usize, bytes: usize) -> u64 {
        let carriage = self.between(from, to).carriage.unwrap_or(self.usual);
        let latency = self.dice.between(carriage.low_ms, carriage.high_ms);
        let way = direction(from, to);
        let Some(session) = &mut self.between(from, to).session else { return now_ms };
        let begins = session.busy_until[way].max(now_ms);
        let takes = (bytes as u64 * 1000).checked_div(carriage.bandwidth).unwrap_or_default();
        session.busy_until[way] = begins + takes;
        let at = (begins + takes + latency).max(session.last_arrival[way]);
        session.last_arrival[way] = at;
        at
    }
}
