//! Several devices, the cables between them, a relay and one clock. Whatever
//! may happen next is drawn from a seed; what goes over one cable, or to one
//! disk, stays in order.

use super::till::{DiskWork, Till};
use crate::command::{Command, CommandError, Reply};
use crate::io::{
    FrameRecord, Input, Now, Output, RelayAnswer, RelayDocument, RelayTrouble, SeriesHead,
};
use crate::{Config, Founding, Node, read_invite};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use till_log::SigningKey;
use till_schema::body::{FiscalReceipt, Outcome, Role};
use till_schema::message::{JoinAnswer, JoinAsk, JoinRequest, Message, join_proof};
use till_schema::rows::MemoryRows;
use till_schema::{Currency, LogId, SpaceId};

/// The first moment, Unix ms.
const BEGIN_MS: i64 = 1_767_225_600_000;
/// More steps than any honest exchange of these tests takes.
const STEPS_MAX: usize = 200_000;
/// Long enough for every patience of a node but the relay's longest pauses.
const SETTLE_MS: u64 = 20_000;

/// Entropy of the shop's recovery words.
pub(crate) const RECOVERY: [u8; 16] = [7; 16];

/// What a device finds of its rows when it starts again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RowsAfter {
    /// All of them.
    Kept,
    /// Those of the last checkpoint.
    Checkpoint,
    /// None.
    Lost,
}

/// The relay and the authority behind it.
#[derive(Default)]
pub(crate) struct Relay {
    /// Final answers given, by code.
    pub(crate) registered: BTreeMap<String, FiscalReceipt>,
    /// Documents in the order in which they first arrived.
    pub(crate) arrived: Vec<RelayDocument>,
    /// How often documents arrived.
    pub(crate) arrivals: usize,
    /// Nobody reaches it.
    pub(crate) down: bool,
    /// Devices that never reach it.
    pub(crate) unreached: BTreeSet<usize>,
    /// So many answers get lost on their way back.
    pub(crate) losses: u32,
    /// Every answer arrives twice.
    pub(crate) twice: bool,
    /// So many documents are taken and not answered at once.
    pub(crate) slow: u32,
    /// When to ask again for those, ms.
    pub(crate) retry_after_ms: u64,
    /// So many answers are about another document.
    pub(crate) mixed_up: u32,
    /// Numbers whose documents the authority refuses.
    pub(crate) refuses: BTreeSet<u64>,
    queue: VecDeque<(usize, RelayDocument)>,
}

impl Relay {
    /// Tells a device the highest numbers of its log.
    fn witness(&self, device: usize, till: &mut Till) {
        if self.down || self.unreached.contains(&device) {
            return;
        }
        let mut heads: BTreeMap<SpaceId, u64> = BTreeMap::new();
        for document in self.arrived.iter().filter(|document| document.series == till.log) {
            let highest = heads.entry(document.space).or_default();
            *highest = (*highest).max(document.number);
        }
        let heads = heads.into_iter().map(|(space, number)| SeriesHead { space, number });
        till.inbox.push_back(Input::Witness(heads.collect()));
    }

    fn answer(&mut self, from: usize, sent: &RelayDocument) -> Result<RelayAnswer, RelayTrouble> {
        if self.down || self.unreached.contains(&from) {
            return Err(RelayTrouble::Unreachable("no route to the relay".to_owned()));
        }
        self.arrivals += 1;
        match self.arrived.iter().find(|known| known.code == sent.code) {
            Some(known) => assert_eq!(known, sent, "a document is sent byte for byte"),
            None => self.arrived.push(sent.clone()),
        }
        if self.slow > 0 {
            self.slow -= 1;
            return Ok(RelayAnswer::InFlight { retry_after_ms: self.retry_after_ms });
        }
        let refused = self.refuses.contains(&sent.number);
        let count = self.registered.len();
        let receipt = self.registered.entry(sent.code.clone()).or_insert_with(|| FiscalReceipt {
            code: sent.code.clone(),
            outcome: if refused { Outcome::Rejected } else { Outcome::Accepted },
            authority_id: format!("registration {count}"),
            reason: if refused { "unknown buyer".to_owned() } else { String::new() },
            at_ms: BEGIN_MS,
            relay_signature: vec![1; 64],
        });
        if self.losses > 0 {
            self.losses -= 1;
            return Err(RelayTrouble::Unreachable("no answer within 30 s".to_owned()));
        }
        let mut receipt = receipt.clone();
        if self.mixed_up > 0 {
            self.mixed_up -= 1;
            receipt.code = "another".to_owned();
        }
        Ok(RelayAnswer::Final(receipt))
    }
}

/// Something that may happen next.
#[derive(Clone, Copy)]
enum Source {
    Inbox(usize),
    Disk(usize),
    Wire(usize, usize),
    Relay,
}

pub(crate) struct World {
    pub(crate) tills: Vec<Till>,
    pub(crate) relay: Relay,
    /// Devices that a device cut off, and why.
    pub(crate) cut_off: Vec<(usize, LogId, String)>,
    /// Messages carried so far.
    pub(crate) carried: usize,
    /// How often a device folded everything again.
    pub(crate) refolds: usize,
    tick: u64,
    dice: ChaCha20Rng,
    /// Cables laid, lower device first.
    cables: BTreeSet<(usize, usize)>,
    /// Those over which both sides speak.
    up: BTreeSet<(usize, usize)>,
    wires: BTreeMap<(usize, usize), VecDeque<Vec<u8>>>,
    next_ticket: u64,
    /// The device that lets others in.
    pub(crate) inviter: usize,
}

fn pair(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

impl World {
    /// A founded shop of one device, called "Caja 1", with these numbers.
    pub(crate) fn found(seed: u64, numbers: (u64, u64)) -> Self {
        let mut world = Self {
            tills: Vec::new(),
            relay: Relay::default(),
            cut_off: Vec::new(),
            carried: 0,
            refolds: 0,
            tick: 0,
            dice: ChaCha20Rng::seed_from_u64(seed),
            cables: BTreeSet::new(),
            up: BTreeSet::new(),
            wires: BTreeMap::new(),
            next_ticket: 0,
            inviter: 0,
        };
        let key = world.draw_key();
        let founder = LogId(key.verifying_key().to_bytes());
        let founding = Founding {
            nonce: world.draw(),
            shop_name: "Tienda".to_owned(),
            device_name: "Caja 1".to_owned(),
            currency: Currency::Cop,
            country: "generic".to_owned(),
            tax_id: "900123456".to_owned(),
            prefix: "SETP".to_owned(),
            numbers,
            recovery_key: Some(till_shop::recovery::public(&RECOVERY)),
        };
        world.tills.push(Till::new(key, founding.shop_id(founder), founder));
        world.start(0);
        let now = world.now(0);
        let till = &mut world.tills[0];
        till.node.as_mut().unwrap().found(now, &mut till.rows, &founding).unwrap();
        world.drain(0);
        world.run_alone(0);
        world
    }

    /// A founded shop with registers beside the founder, all linked and at rest.
    pub(crate) fn shop(seed: u64, devices: usize) -> Self {
        Self::shop_of(seed, &vec![&[Role::Register][..]; devices - 1])
    }

    /// The same with these roles beside the founder.
    pub(crate) fn shop_of(seed: u64, roles: &[&[Role]]) -> Self {
        let mut world = Self::found(seed, (1, 20_000));
        for roles in roles {
            world.join(roles);
        }
        world.heal();
        world.settle();
        world
    }

    pub(crate) fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.dice.fill_bytes(&mut bytes);
        bytes
    }

    pub(crate) fn draw_key(&mut self) -> SigningKey {
        SigningKey::from_bytes(&self.draw())
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.dice.next_u64() % bound as u64) as usize
    }

    pub(crate) fn now(&self, device: usize) -> Now {
        let wall_ms = BEGIN_MS + self.tick as i64 + self.tills[device].clock_ms;
        Now { tick_ms: self.tick, wall_ms }
    }

    // Devices.

    /// Invites a device, proves the invite, and starts it; no cable is laid.
    pub(crate) fn join(&mut self, roles: &[Role]) -> usize {
        let device = self.enrol(roles);
        self.start(device);
        device
    }

    /// Lets a device in through the join path and leaves it switched off.
    pub(crate) fn enrol(&mut self, roles: &[Role]) -> usize {
        let key = self.draw_key();
        let (answer, log) = self.ask_to_join(&key, roles);
        let JoinAnswer::Welcome(welcome) = answer else { panic!("not let in: {answer:?}") };
        let mut till = Till::new(key, welcome.shop, welcome.founder);
        till.sponsor = Some(self.tills[self.inviter].log);
        till.name = format!("Caja {}", self.tills.len() + 1);
        assert_eq!(till.log, log);
        self.tills.push(till);
        self.tills.len() - 1
    }

    fn ask_to_join(&mut self, key: &SigningKey, roles: &[Role]) -> (JoinAnswer, LogId) {
        let log = LogId(key.verifying_key().to_bytes());
        let Reply::Invited { invite } =
            self.ask(self.inviter, Command::Invite { roles: roles.to_vec() }).unwrap()
        else {
            panic!("an invite is the answer to an invite");
        };
        let invite = read_invite(&invite).unwrap();
        let request = JoinRequest {
            invite: invite.id,
            proof: join_proof(&invite.secret, invite.inviter, log),
            name: format!("Caja {}", self.tills.len() + 1),
            replaces: None,
        };
        (self.request_join(self.inviter, log, &request), log)
    }

    /// Hands a join request in and waits for the answer.
    pub(crate) fn request_join(
        &mut self,
        device: usize,
        peer: LogId,
        request: &JoinRequest,
    ) -> JoinAnswer {
        self.ask_join(device, peer, 1, &JoinAsk::Invite(request.clone()))
    }

    /// Hands one word of a join in and waits for the answer.
    pub(crate) fn ask_join(
        &mut self,
        device: usize,
        peer: LogId,
        conversation: u64,
        word: &JoinAsk,
    ) -> JoinAnswer {
        self.next_ticket += 1;
        let reply = self.next_ticket;
        let request = till_schema::to_bytes(word);
        self.handle(device, Input::Join { peer, conversation, request, reply });
        self.run_alone(device);
        self.tills[device].answers.remove(&reply).expect("a join request is answered")
    }

    /// Copies a device's folder and its key; the copy is switched off.
    pub(crate) fn copy(&mut self, device: usize) -> usize {
        self.tills.push(self.tills[device].copy());
        self.tills.len() - 1
    }

    /// Opens a device on what it has; frames beyond its rows arrive log by log
    /// in turns, as the dice fall.
    pub(crate) fn start(&mut self, device: usize) {
        let entropy = self.draw();
        let till = &mut self.tills[device];
        let config = Config {
            key: till.key.clone(),
            shop: till.shop,
            founder: till.founder,
            entropy,
            heads: till.heads(),
            relay: till.relay,
            invites: till.invites.clone(),
            utc_offset_min: -300,
            name: till.name.clone(),
            sponsor: till.sponsor,
            network: till.network,
            quarantine: till.quarantine.clone(),
        };
        let mut node = Node::open(config, &till.rows).unwrap();
        self.replay(device, &mut node);
        self.tills[device].node = Some(node);
        self.drain(device);
        let log = self.tills[device].log;
        let addresses = vec![format!("/ip4/10.0.0.{device}/tcp/4001")];
        self.handle(device, Input::Addresses { log, addresses });
    }

    /// Folds what the store holds beyond the rows, log by log in any turns.
    fn replay(&mut self, device: usize, node: &mut Node) {
        let mut missing = self.tills[device].beyond_rows();
        missing.retain(|frames| !frames.is_empty());
        while !missing.is_empty() {
            let log = self.below(missing.len());
            let count = (1 + self.below(5)).min(missing[log].len());
            let frames = missing[log].drain(..count).collect();
            node.replay(&mut self.tills[device].rows, frames);
            missing.retain(|frames| !frames.is_empty());
        }
    }

    /// Folds everything from the first entry on.
    pub(crate) fn refold(&mut self, device: usize) {
        self.refolds += 1;
        let mut node = self.tills[device].node.take().expect("the device runs");
        let till = &mut self.tills[device];
        let kept = Node::kept_rows(&till.rows);
        till.rows = MemoryRows::default();
        node.refold(&mut till.rows, kept);
        self.replay(device, &mut node);
        self.tills[device].node = Some(node);
    }

    /// Switches a device off in the middle of whatever it does.
    pub(crate) fn crash(&mut self, device: usize, rows: RowsAfter) {
        let cut: Vec<_> =
            self.up.iter().copied().filter(|(a, b)| *a == device || *b == device).collect();
        let till = &mut self.tills[device];
        till.node = None;
        till.inbox.clear();
        till.disk.clear();
        match rows {
            RowsAfter::Kept => {}
            RowsAfter::Checkpoint => till.rows = till.checkpoint.clone(),
            RowsAfter::Lost => {
                till.rows = MemoryRows::default();
                till.checkpoint = MemoryRows::default();
            }
        }
        self.relay.queue.retain(|(from, _)| *from != device);
        for (a, b) in cut {
            self.link_down(a, b);
        }
    }

    pub(crate) fn restart(&mut self, device: usize, rows: RowsAfter) {
        self.crash(device, rows);
        self.start(device);
    }

    /// Makes the rows durable as they are.
    pub(crate) fn checkpoint(&mut self, device: usize) {
        let till = &mut self.tills[device];
        till.checkpoint = till.rows.clone();
    }

    // Cables.

    pub(crate) fn plug(&mut self, a: usize, b: usize) {
        self.cables.insert(pair(a, b));
        self.refresh_links();
    }

    pub(crate) fn unplug(&mut self, a: usize, b: usize) {
        self.cables.remove(&pair(a, b));
        self.link_down(a, b);
    }

    /// Cables between all.
    pub(crate) fn heal(&mut self) {
        for b in 0..self.tills.len() {
            for a in 0..b {
                self.cables.insert((a, b));
            }
        }
        self.refresh_links();
    }

    /// Cables within each island only.
    pub(crate) fn split(&mut self, islands: &[&[usize]]) {
        for b in 0..self.tills.len() {
            for a in 0..b {
                let together = islands.iter().any(|i| i.contains(&a) && i.contains(&b));
                if together { self.plug(a, b) } else { self.unplug(a, b) }
            }
        }
    }

    pub(crate) fn is_up(&self, a: usize, b: usize) -> bool {
        self.up.contains(&pair(a, b))
    }

    fn link_down(&mut self, a: usize, b: usize) {
        if self.up.remove(&pair(a, b)) {
            self.wires.remove(&(a, b));
            self.wires.remove(&(b, a));
            for (this, other) in [(a, b), (b, a)] {
                let peer = self.tills[other].log;
                self.handle(this, Input::PeerDown { peer });
            }
        }
    }

    /// A cable speaks once both devices run and allow each other, and as long as
    /// they do.
    fn refresh_links(&mut self) {
        let allows = |this: usize, other: usize| {
            let till = &self.tills[this];
            till.rogue || till.allowed.contains(&self.tills[other].log)
        };
        let refused = self.up.iter().copied().find(|(a, b)| !allows(*a, *b) || !allows(*b, *a));
        if let Some((a, b)) = refused {
            // Each end hears of it, which may lead here again.
            self.link_down(a, b);
            return self.refresh_links();
        }
        let ready: Vec<_> = self
            .cables
            .difference(&self.up)
            .copied()
            .filter(|(a, b)| self.would_speak(*a, *b) && self.would_speak(*b, *a))
            .collect();
        for (a, b) in ready {
            // Another cable to the same log may have come first.
            let speaks = self.would_speak(a, b) && self.would_speak(b, a);
            if speaks && self.up.insert((a, b)) {
                for (this, other) in [(a, b), (b, a)] {
                    let peer = self.tills[other].log;
                    self.handle(this, Input::PeerUp { peer });
                }
            }
        }
    }

    /// Under one log there is one link.
    fn would_speak(&self, this: usize, other: usize) -> bool {
        let (till, log) = (&self.tills[this], self.tills[other].log);
        let is_free = self.linked(this, log).is_none();
        till.rogue || (till.node.is_some() && till.allowed.contains(&log) && is_free)
    }

    /// Puts a message on a wire, as a device under a test's control does.
    pub(crate) fn say(&mut self, from: usize, to: usize, message: &Message) {
        self.say_bytes(from, to, till_schema::to_bytes(message));
    }

    pub(crate) fn say_bytes(&mut self, from: usize, to: usize, bytes: Vec<u8>) {
        if self.is_up(from, to) {
            self.wires.entry((from, to)).or_default().push_back(bytes);
        }
    }

    // Running.

    /// Hands one input in and carries the outputs out.
    pub(crate) fn handle(&mut self, device: usize, input: Input) {
        let now = self.now(device);
        let till = &mut self.tills[device];
        let Some(node) = &mut till.node else { return };
        node.handle(now, &mut till.rows, input);
        self.drain(device);
    }

    fn drain(&mut self, device: usize) {
        let mut cut_off = Vec::new();
        while let Some(output) = self.tills[device].node.as_mut().and_then(Node::poll) {
            match self.tills[device].take(output) {
                Some(Output::Send { peer, bytes }) => {
                    assert!(bytes.len() <= till_schema::limits::MESSAGE_BYTES_MAX);
                    assert!(self.index(peer).is_some(), "messages go to devices that exist");
                    if let Some(to) = self.linked(device, peer) {
                        self.say_bytes(device, to, bytes);
                    }
                }
                Some(Output::Disconnect { peer, why }) => cut_off.push((peer, why)),
                Some(Output::Forward(document)) => self.relay.queue.push_back((device, document)),
                Some(Output::AskWitness) => self.relay.witness(device, &mut self.tills[device]),
                Some(Output::Refold) => self.refold(device),
                Some(other) => panic!("nobody carried out {other:?}"),
                None => {}
            }
        }
        for (peer, why) in cut_off {
            self.cut_off.push((device, peer, why));
            if let Some(other) = self.linked(device, peer) {
                self.unplug(device, other);
            }
        }
        self.refresh_links();
    }

    pub(crate) fn index(&self, log: LogId) -> Option<usize> {
        self.tills.iter().position(|till| till.log == log)
    }

    /// The till that a device talks to under a log. A copied one has two tills.
    fn linked(&self, device: usize, log: LogId) -> Option<usize> {
        (0..self.tills.len()).find(|to| self.tills[*to].log == log && self.is_up(device, *to))
    }

    /// One thing happens; `false` when nothing can without time passing.
    pub(crate) fn step(&mut self) -> bool {
        let mut sources = Vec::new();
        for (device, till) in self.tills.iter().enumerate() {
            if !till.inbox.is_empty() {
                sources.push(Source::Inbox(device));
            }
            if !till.disk.is_empty() {
                sources.push(Source::Disk(device));
            }
        }
        let wires = self.wires.iter().filter(|(_, messages)| !messages.is_empty());
        sources.extend(wires.map(|((from, to), _)| Source::Wire(*from, *to)));
        if !self.relay.queue.is_empty() {
            sources.push(Source::Relay);
        }
        if sources.is_empty() {
            return false;
        }
        let source = sources[self.below(sources.len())];
        self.happen(source);
        true
    }

    fn happen(&mut self, source: Source) {
        match source {
            Source::Inbox(device) => {
                let input = self.tills[device].inbox.pop_front().expect("a source has something");
                self.handle(device, input);
            }
            Source::Disk(device) => self.tills[device].work_disk(),
            Source::Wire(from, to) => {
                let wire = self.wires.get_mut(&(from, to)).expect("a source has something");
                let bytes = wire.pop_front().expect("a source has something");
                let peer = self.tills[from].log;
                self.carried += 1;
                if self.tills[to].rogue {
                    let message = till_schema::from_bytes(&bytes).unwrap();
                    self.tills[to].heard.push((peer, message));
                } else {
                    self.handle(to, Input::Message { peer, bytes });
                }
            }
            Source::Relay => {
                let which = self.below(self.relay.queue.len());
                let (from, document) = self.relay.queue.remove(which).expect("drawn below");
                let answer = self.relay.answer(from, &document);
                for _ in 0..1 + usize::from(self.relay.twice) {
                    let (code, answer) = (document.code.clone(), answer.clone());
                    self.tills[from].inbox.push_back(Input::Relay { code, answer });
                }
            }
        }
    }

    /// The next message of a wire arrives.
    pub(crate) fn deliver(&mut self, from: usize, to: usize) {
        self.happen(Source::Wire(from, to));
    }

    /// The next work of a device's disk is done, and it hears of that.
    pub(crate) fn work(&mut self, device: usize) {
        self.happen(Source::Disk(device));
        self.happen(Source::Inbox(device));
    }

    /// At most so many things happen.
    pub(crate) fn steps(&mut self, count: usize) {
        for _ in 0..count {
            if !self.step() {
                return;
            }
        }
    }

    /// Everything happens that does without more than this time passing.
    pub(crate) fn run_for(&mut self, ms: u64) {
        let end = self.tick + ms;
        for _ in 0..STEPS_MAX {
            if self.step() {
                continue;
            }
            let deadlines =
                self.tills.iter().filter_map(|till| till.node.as_ref()?.next_deadline());
            match deadlines.min().filter(|at| *at <= end) {
                Some(at) => self.wake(at),
                None => {
                    self.tick = end;
                    return;
                }
            }
        }
        panic!("the shop does not come to rest");
    }

    fn wake(&mut self, at: u64) {
        self.tick = self.tick.max(at);
        for device in 0..self.tills.len() {
            let deadline = |till: &Till| till.node.as_ref().and_then(Node::next_deadline);
            if deadline(&self.tills[device]).is_some_and(|at| at <= self.tick) {
                self.handle(device, Input::Tick);
                let next = deadline(&self.tills[device]);
                let rests = next.is_none_or(|next| next > self.tick);
                assert!(rests, "a device that was woken in time wants to be woken in the past");
            }
        }
    }

    pub(crate) fn settle(&mut self) {
        self.run_for(SETTLE_MS);
    }

    /// Runs a device's own disk and inbox dry.
    pub(crate) fn run_alone(&mut self, device: usize) {
        for _ in 0..STEPS_MAX {
            if !self.tills[device].disk.is_empty() {
                self.tills[device].work_disk();
            } else if let Some(input) = self.tills[device].inbox.pop_front() {
                self.handle(device, input);
            } else {
                return;
            }
        }
        panic!("the device does not come to rest");
    }

    /// Hands a command in; the reply comes when it comes.
    pub(crate) fn tell(&mut self, device: usize, command: Command) -> u64 {
        self.next_ticket += 1;
        self.tick += 1;
        let ticket = self.next_ticket;
        let acting = self.tills[device].acting;
        self.handle(device, Input::Command { ticket, command, acting });
        ticket
    }

    /// Hands a command in and runs this device alone until it has answered.
    pub(crate) fn ask(&mut self, device: usize, command: Command) -> Result<Reply, CommandError> {
        let ticket = self.tell(device, command);
        // What only reads is answered at once, and nothing else happens.
        if !self.tills[device].replies.contains_key(&ticket) {
            self.run_alone(device);
        }
        self.tills[device].replies.remove(&ticket).expect("a command is answered")
    }

    /// A write in the disk's queue, looked at before it is done.
    pub(crate) fn next_write(&self, device: usize) -> Option<&[FrameRecord]> {
        self.tills[device].disk.iter().find_map(|work| match work {
            DiskWork::Write { frames, .. } => Some(frames.as_slice()),
            DiskWork::Read { .. } => None,
        })
    }
}
