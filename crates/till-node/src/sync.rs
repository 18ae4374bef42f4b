//! The conversation with peers: what is missing is pulled by range from one
//! peer at a time, what is new is pushed by its author, and everything is
//! acknowledged once it is durable. Claims last one session and are never kept.

mod storing;

use crate::Node;
use crate::command::PeerView;
use crate::io::{FrameRecord, Now, Output, Ticket};
use crate::job::Job;
use crate::limits::{
    ADDRESSES_MAX, ANSWER_BYTES_MAX, BAD_FRAMES_MAX, NUMBERS_ASK_EVERY_MS, WANT_TIMEOUT_MS,
};
use std::collections::BTreeMap;
use till_log::{Head, VerifiedFrame, VerifyError, read_frame, verify_frame};
use till_schema::body::Sharing;
use till_schema::limits::{GATE_FRAMES_MAX, LOGS_MAX, UNACKED_BYTES_MAX};
use till_schema::message::{
    Frames, Have, Hello, Message, NumbersWanted, PROTOCOL_VERSION, Run, Want, run_digest,
};
use till_schema::rows::{DeviceRow, Rows};
use till_schema::{EntryHash, LogId, Seq, Vector};

/// What this session knows of a peer.
#[derive(Debug, Default)]
pub(crate) struct Peer {
    linked: bool,
    /// Its Hello arrived.
    greeted: bool,
    /// What the Hello to it said.
    told: Vector,
    /// What it says it holds.
    has: Vector,
    /// The heads of its Hello.
    heads: BTreeMap<LogId, Head>,
    /// What was pushed to it of the own log.
    pushed: Seq,
    /// Bytes pushed and not acknowledged, with the position that acknowledges them.
    unacked: Vec<(Seq, usize)>,
    bad_frames: u32,
    addresses: Vec<String>,
    trouble: Option<String>,
}

/// A Want on its way.
#[derive(Debug)]
pub(crate) struct Asked {
    peer: LogId,
    until: u64,
    tries: usize,
    /// The position held when asking.
    after: Seq,
}

/// Foreign frames on their way to the disk.
#[derive(Debug)]
pub(crate) struct Storing {
    pub(crate) ticket: Ticket,
    frames: Vec<VerifiedFrame>,
}

impl Peer {
    #[cfg(feature = "mutants")]
    fn remember(&mut self, has: Vector) {
        if !crate::mutants::is(crate::mutants::Mutant::RemembersVectors) {
            return;
        }
        for (log, seq) in has {
            let known = self.has.entry(log).or_default();
            *known = (*known).max(seq);
        }
    }

    /// Says for people what is wrong with it.
    pub(crate) fn set_trouble(&mut self, why: String) {
        self.trouble = Some(why);
    }
}

impl Node {
    pub(crate) fn peer_up(&mut self, peer: LogId) {
        if !self.is_known(peer) {
            // Enrolled here a moment ago in the network's eyes, not in ours.
            self.disconnect(peer, "not a device of this shop");
            return;
        }
        let known = self.peers.entry(peer).or_default();
        let addresses = std::mem::take(&mut known.addresses);
        let told = self.heads.iter().map(|(log, head)| (*log, head.seq)).collect();
        #[cfg(feature = "mutants")]
        let remembered = std::mem::take(&mut known.has);
        *known = Peer { linked: true, addresses, told, ..Peer::default() };
        #[cfg(feature = "mutants")]
        known.remember(remembered);
        self.versions.links += 1;
        self.forget_suspects(peer);
        let run = run_digest(self.shop, self.me, self.run_nonce);
        let hello = Hello {
            protocol: PROTOCOL_VERSION,
            shop: self.shop,
            run_nonce: self.run_nonce,
            heads: self.heads.iter().map(|(log, head)| (*log, head.seq, head.hash)).collect(),
            addresses: self.addresses_known(),
            run_signature: Some(self.drafter.sign(&run)),
        };
        self.send(peer, &Message::Hello(hello));
    }

    pub(crate) fn peer_down(&mut self, now: Now, peer: LogId) {
        if let Some(known) = self.peers.get_mut(&peer) {
            let (addresses, trouble) = (std::mem::take(&mut known.addresses), known.trouble.take());
            #[cfg(feature = "mutants")]
            let remembered = std::mem::take(&mut known.has);
            *known = Peer { addresses, trouble, ..Peer::default() };
            #[cfg(feature = "mutants")]
            known.remember(remembered);
        }
        self.wants.retain(|_, asked| asked.peer != peer);
        self.forget_suspects(peer);
        self.versions.links += 1;
        self.pump_wants(now);
    }

    pub(crate) fn message(&mut self, now: Now, rows: &mut dyn Rows, peer: LogId, bytes: &[u8]) {
        if !self.peers.get(&peer).is_some_and(|known| known.linked) {
            return;
        }
        let Ok(message) = till_schema::from_bytes::<Message>(bytes) else {
            return self.bad(peer, "said something that cannot be read");
        };
        let greeted = self.peers[&peer].greeted;
        match message {
            Message::Hello(hello) => self.hello(now, peer, hello),
            // Nothing counts before the Hello.
            _ if !greeted => self.bad(peer, "spoke before its hello"),
            Message::Twin(twin) => self.twin_told(rows, peer, &twin),
            #[cfg(feature = "mutants")]
            Message::Want(want) if self.believes_it_has(peer, &want) => {}
            Message::Want(want) => self.out.push(Output::ReadRange {
                peer,
                log: want.log,
                from: Seq(want.after.0.saturating_add(1)),
                bytes_max: ANSWER_BYTES_MAX,
            }),
            Message::Frames(frames) => self.frames(now, rows, peer, frames),
            Message::Have(have) => self.have(now, peer, have),
            Message::NumbersWanted(wanted) => self.numbers_wanted(now, rows, peer, &wanted),
            Message::Addresses(addresses) => {
                for (log, addresses) in addresses.into_iter().take(LOGS_MAX) {
                    self.learn_addresses(log, addresses, Some(peer));
                }
            }
        }
    }

    /// Whether a peer asks for what it once had.
    #[cfg(feature = "mutants")]
    fn believes_it_has(&self, peer: LogId, want: &Want) -> bool {
        let had = self.peers.get(&peer).and_then(|known| known.has.get(&want.log));
        crate::mutants::is(crate::mutants::Mutant::RemembersVectors)
            && had.is_some_and(|had| *had > want.after)
    }

    fn hello(&mut self, now: Now, peer: LogId, hello: Hello) {
        if hello.shop != self.shop {
            return self.disconnect(peer, "belongs to another shop");
        }
        if hello.protocol == 0 {
            return self.disconnect(peer, "speaks no version of this conversation");
        }
        if hello.heads.len() > LOGS_MAX {
            return self.bad(peer, "claims more logs than a shop has");
        }
        for (log, addresses) in hello.addresses.into_iter().take(LOGS_MAX) {
            self.learn_addresses(log, addresses, Some(peer));
        }
        if let Some(signature) = hello.run_signature {
            self.watch_run(peer, Run { nonce: hello.run_nonce, signature });
        }
        self.compare_heads(now, peer, &hello.heads);
        self.witnessed(peer);
        let known = self.peers.entry(peer).or_default();
        known.greeted = true;
        let head =
            |(log, seq, hash): &(LogId, Seq, EntryHash)| (*log, Head { seq: *seq, hash: *hash });
        known.heads = hello.heads.iter().map(head).collect();
        #[cfg(feature = "mutants")]
        let remembered = std::mem::take(&mut known.has);
        known.has = hello.heads.iter().map(|(log, seq, _)| (*log, *seq)).collect();
        #[cfg(feature = "mutants")]
        known.remember(remembered);
        known.pushed = known.has.get(&self.me).copied().unwrap_or_default();
        // What became durable while the Hellos were on their way.
        let told = std::mem::take(&mut known.told);
        let news = self.heads.iter().map(|(log, head)| (*log, head.seq));
        let heads: Vec<_> =
            news.filter(|(log, seq)| told.get(log).is_none_or(|told| told < seq)).collect();
        if !heads.is_empty() {
            self.send(peer, &Message::Have(Have { heads }));
        }
        self.versions.links += 1;
        self.numbers_asked_at = None;
        self.pump_wants(now);
    }

    /// The heads of a log that peers named in their Hellos.
    pub(crate) fn heads_claimed(&self, log: LogId) -> Vec<(LogId, Head)> {
        let greeted = self.peers.iter().filter(|(_, known)| known.greeted);
        greeted.filter_map(|(peer, known)| Some((*peer, *known.heads.get(&log)?))).collect()
    }

    fn have(&mut self, now: Now, peer: LogId, have: Have) {
        for (log, seq) in have.heads.into_iter().take(LOGS_MAX) {
            self.claimed(peer, log, seq);
            if log == self.me
                && let Some(known) = self.peers.get_mut(&peer)
            {
                known.unacked.retain(|(needs, _)| *needs > seq);
                // Caught up by pulling: pushed to again from here on.
                known.pushed = known.pushed.max(seq);
            }
        }
        self.versions.links += 1;
        self.pump_wants(now);
    }

    /// The store answered a Want.
    pub(crate) fn range_read(
        &mut self,
        rows: &dyn Rows,
        peer: LogId,
        log: LogId,
        frames: Vec<FrameRecord>,
    ) {
        if peer == self.me {
            return self.own_read(rows, log, &frames);
        }
        let frames = frames.into_iter().map(|record| record.bytes.into()).collect();
        self.send(peer, &Message::Frames(Frames { log, frames, answer: true }));
    }

    fn frames(&mut self, now: Now, rows: &dyn Rows, peer: LogId, frames: Frames) {
        let log = frames.log;
        let asked_for = frames.answer
            && (self.other_history(peer, log, &frames.frames)
                || self.tail_answered(rows, peer, log, &frames.frames));
        #[cfg(feature = "mutants")]
        let is_own = log == self.me && !crate::mutants::is(crate::mutants::Mutant::AdoptsOwnTail);
        #[cfg(not(feature = "mutants"))]
        let is_own = log == self.me;
        if asked_for || is_own || !self.is_known(log) {
            return;
        }
        if self.refold {
            return self.ask_later(now.tick_ms, peer, &frames);
        }
        if let Some(until) = self.refused_until(now, log) {
            return self.ask_later(until, peer, &frames);
        }
        let answers = frames.answer && self.wants.get(&log).is_some_and(|asked| asked.peer == peer);
        let asked = if answers { self.wants.remove(&log) } else { None };
        if let Some(storing) = self.storing.get(&log) {
            // Asked for once the frames before are on disk.
            let next = storing.frames.last().map(|frame| frame.head().seq.next());
            return next.into_iter().for_each(|next| self.claimed(peer, log, next));
        }
        let held = self.head_of(log).seq;
        let verified = self.verify_run(peer, &frames);
        let Some(last) = verified.last() else {
            match asked {
                // It claimed more than it gives: do not believe it again.
                Some(asked) if frames.frames.is_empty() && asked.after == held => {
                    self.forget_claim(peer, log);
                }
                // A late answer to an earlier question: that to the last one follows.
                Some(asked) if !frames.frames.is_empty() => {
                    self.wants.insert(log, asked);
                }
                Some(_) | None => {}
            }
            return self.pump_wants(now);
        };
        // Whoever sends frames has them.
        self.claimed(peer, log, last.head().seq);
        let ticket = self.ticket();
        let records = verified.iter().map(FrameRecord::from).collect();
        self.out.push(Output::Persist { ticket, frames: records, reserved: false });
        self.storing.insert(log, Storing { ticket, frames: verified });
    }

    /// The frames that go on where the held ones end, up to a fork.
    fn verify_run(&mut self, peer: LogId, frames: &Frames) -> Vec<VerifiedFrame> {
        let log = frames.log;
        let mut head = self.head_of(log);
        let gated = self.gate.get(&log).map_or(0, std::collections::VecDeque::len);
        let mut verified = Vec::new();
        for bytes in &frames.frames {
            if gated + verified.len() >= GATE_FRAMES_MAX {
                // What it waits for comes first; then it is asked for.
                self.claimed(peer, log, head.seq.next());
                break;
            }
            match verify_frame(self.shop, log, head, bytes) {
                // Of what comes after a fork only facts count, by other entries.
                Ok(frame) if self.is_forked_at(log, frame.head().seq) => break,
                Ok(frame) => {
                    head = frame.head();
                    verified.push(frame);
                }
                #[cfg(feature = "mutants")]
                Err(VerifyError::WrongPosition { found, expected })
                    if found > expected
                        && crate::mutants::is(crate::mutants::Mutant::AcceptsGaps) =>
                {
                    let Ok(frame) = read_frame(self.shop, bytes) else { break };
                    head = frame.head();
                    verified.push(frame);
                }
                // Something between is missing: then it is asked for.
                Err(VerifyError::WrongPosition { found, expected }) if found > expected => {
                    self.claimed(peer, log, found);
                }
                // Held already, or signed and another history.
                Err(VerifyError::WrongPosition { .. }) if !self.goes_beyond(log, head, bytes) => {}
                Err(VerifyError::WrongPosition { .. } | VerifyError::BrokenChain(_))
                    if self.goes_beyond(log, head, bytes) =>
                {
                    if !self.is_forked_at(log, head.seq) {
                        self.suspect_fork(peer, log, head.seq);
                    }
                    break;
                }
                Err(error) => {
                    self.bad(peer, &error.to_string());
                    break;
                }
            }
        }
        verified
    }

    /// Whether a frame that does not follow a head is signed, and ends beyond it
    /// or elsewhere.
    fn goes_beyond(&self, log: LogId, held: Head, bytes: &[u8]) -> bool {
        read_frame(self.shop, bytes).is_ok_and(|frame| {
            let head = frame.head();
            frame.log() == log && head.seq >= held.seq && head != held
        })
    }

    /// Tells every peer how far a log is held.
    fn tell_have(&mut self, log: LogId) {
        let Some(seq) = self.heads.get(&log).map(|head| head.seq) else { return };
        let have = Message::Have(Have { heads: vec![(log, seq)] });
        for peer in self.greeted() {
            self.send(peer, &have);
        }
    }

    /// Pushes an own frame to peers that have everything before it and are not
    /// behind with acknowledging; the others hear that there is something.
    pub(crate) fn push_live(&mut self, frame: &VerifiedFrame) {
        let before = Seq(frame.first().0 - 1);
        let head = frame.head().seq;
        let message = Message::Frames(Frames {
            log: self.me,
            frames: vec![frame.bytes().to_vec().into()],
            answer: false,
        });
        let have = Message::Have(Have { heads: vec![(self.me, head)] });
        for peer in self.greeted() {
            let size = frame.bytes().len();
            let Some(known) = self.peers.get_mut(&peer) else { continue };
            let unacked: usize = known.unacked.iter().map(|(_, bytes)| bytes).sum();
            if known.pushed == before && unacked + size <= UNACKED_BYTES_MAX {
                known.pushed = head;
                known.unacked.push((head, size));
                self.send(peer, &message);
            } else {
                self.send(peer, &have);
            }
        }
        self.versions.links += 1;
    }

    /// Asks for what is missing: each log from one peer, its author first.
    pub(crate) fn pump_wants(&mut self, now: Now) {
        let mut behind: BTreeMap<LogId, Vec<LogId>> = BTreeMap::new();
        for peer in self.greeted() {
            for (log, seq) in &self.peers[&peer].has {
                let held = self.head_of(*log).seq;
                let rest = self.is_forked_at(*log, held.next());
                #[cfg(feature = "mutants")]
                let is_own =
                    *log == self.me && !crate::mutants::is(crate::mutants::Mutant::AdoptsOwnTail);
                #[cfg(not(feature = "mutants"))]
                let is_own = *log == self.me;
                if !is_own && *seq > held && !rest {
                    behind.entry(*log).or_default().push(peer);
                }
            }
        }
        for (log, mut sources) in behind {
            if self.refold {
                continue;
            }
            let gated = self.gate.get(&log).map_or(0, std::collections::VecDeque::len);
            let busy = self.wants.get(&log).is_some_and(|asked| asked.until > now.tick_ms);
            if busy || self.storing.contains_key(&log) || !self.is_known(log) {
                continue;
            }
            if gated >= GATE_FRAMES_MAX {
                continue; // What it waits for comes first.
            }
            // The author first, then whoever has most; another at each try.
            sources.sort_by_key(|peer| {
                let has = self.peers[peer].has.get(&log).copied().unwrap_or_default();
                (*peer != log, std::cmp::Reverse(has), *peer)
            });
            let tries = self.wants.get(&log).map_or(0, |asked| asked.tries + 1);
            let peer = sources[tries % sources.len()];
            let until = now.tick_ms + WANT_TIMEOUT_MS;
            let after = self.heads.get(&log).map(|head| head.seq).unwrap_or_default();
            self.wants.insert(log, Asked { peer, until, tries, after });
            self.send(peer, &Message::Want(Want { log, after }));
        }
    }

    pub(crate) fn tick_sync(&mut self, now: Now, rows: &dyn Rows) {
        if !self.refold && self.wants.values().any(|asked| asked.until <= now.tick_ms) {
            self.pump_wants(now);
            // Wants nobody can answer any more.
            self.wants.retain(|_, asked| asked.until > now.tick_ms);
        }
        self.ask_for_numbers(now, rows);
    }

    pub(crate) fn sync_deadline(&self) -> Option<u64> {
        let wants = self.wants.values().filter(|_| !self.refold).map(|asked| asked.until);
        let numbers = self.numbers_asked_at.map(|at| at + NUMBERS_ASK_EVERY_MS);
        wants.chain(numbers).min()
    }

    /// A hint to the custodian, or to anybody when it is away.
    fn ask_for_numbers(&mut self, now: Now, rows: &dyn Rows) {
        let due = self.numbers_asked_at.is_none_or(|at| now.tick_ms >= at + NUMBERS_ASK_EVERY_MS);
        if !due {
            return;
        }
        self.numbers_asked_at = None;
        let peers = self.greeted();
        let sells = self.devices.get(&self.me).is_some_and(DeviceRow::is_live);
        if self.fault.is_some() || !sells {
            return;
        }
        for (space, row) in till_numbers::spaces(rows) {
            let holds = |log| till_numbers::holding(rows, space, log).held.count();
            // What has expired is no stock.
            let at_ms = self.clock.validity_ms(now);
            let held = till_numbers::valid_held(rows, space, self.me, at_ms, self.utc_offset_min);
            let held = held.count();
            let today = self.today(now);
            let marks = till_numbers::marks(rows, space, self.me, today);
            if held >= marks.low || row.custodian == self.me || row.sharing == Sharing::Single {
                continue;
            }
            let high = Some(marks.high);
            // As far as it is known here: who has some to give, the custodian
            // before others, then whoever has most.
            let supply = |peer: &LogId| {
                let grant = till_numbers::grant(rows, space, *peer, self.me, held, high, today);
                let gives = grant.is_some();
                (gives, *peer == row.custodian, holds(*peer))
            };
            let Some(peer) = peers.iter().copied().max_by_key(supply) else { return };
            self.send(peer, &Message::NumbersWanted(NumbersWanted { space, held, high }));
            self.numbers_asked_at = Some(now.tick_ms);
        }
    }

    fn numbers_wanted(&mut self, now: Now, rows: &dyn Rows, peer: LogId, wanted: &NumbersWanted) {
        let NumbersWanted { space, held, high } = *wanted;
        let today = self.today(now);
        let granted = till_numbers::grant(rows, space, self.me, peer, held, high, today);
        let queued = self
            .jobs
            .iter()
            .any(|job| matches!(job, Job::Grant { to, space, .. } if *to == peer && *space == wanted.space));
        if self.fault.is_some() {
            return;
        }
        if granted.is_some() && !queued {
            self.jobs.push_back(Job::Grant { space, to: peer, held, high });
        }
    }

    /// Whether entries of a log are wanted: its device is in the admin chain.
    pub(crate) fn is_known(&self, log: LogId) -> bool {
        log == self.founder || self.devices.contains_key(&log) || self.sponsor == Some(log)
    }

    fn greeted(&self) -> Vec<LogId> {
        self.peers.iter().filter(|(_, peer)| peer.greeted).map(|(log, _)| *log).collect()
    }

    pub(crate) fn has_peers(&self) -> bool {
        self.peers.values().any(|peer| peer.greeted)
    }

    pub(crate) fn is_linked(&self, log: LogId) -> bool {
        self.peers.get(&log).is_some_and(|peer| peer.greeted)
    }

    /// Believes that a peer holds a log up to a position. A log not heard of
    /// yet may be that of a device about to be added.
    fn claimed(&mut self, peer: LogId, log: LogId, seq: Seq) {
        let Some(known) = self.peers.get_mut(&peer) else { return };
        if known.has.len() < LOGS_MAX || known.has.contains_key(&log) {
            let claimed = known.has.entry(log).or_default();
            *claimed = (*claimed).max(seq);
        }
    }

    fn forget_claim(&mut self, peer: LogId, log: LogId) {
        let held = self.heads.get(&log).map(|head| head.seq).unwrap_or_default();
        if let Some(known) = self.peers.get_mut(&peer) {
            known.has.insert(log, held);
        }
    }

    pub(crate) fn bad(&mut self, peer: LogId, why: &str) {
        let Some(known) = self.peers.get_mut(&peer) else { return };
        known.bad_frames += 1;
        known.trouble = Some(why.to_owned());
        if known.bad_frames >= BAD_FRAMES_MAX {
            self.disconnect(peer, why);
        }
    }

    fn disconnect(&mut self, peer: LogId, why: &str) {
        self.peers.entry(peer).or_default().trouble = Some(why.to_owned());
        self.out.push(Output::Disconnect { peer, why: why.to_owned() });
    }

    pub(crate) fn send(&mut self, peer: LogId, message: &Message) {
        self.out.push(Output::Send { peer, bytes: till_schema::to_bytes(message) });
    }

    /// `from` is the peer that told it; nobody did when the driver found out.
    ///
    /// News is passed on by those who have it at first hand. What others
    /// remember is passed on only where nothing is known, so that different
    /// memories of one device never chase each other.
    pub(crate) fn learn_addresses(
        &mut self,
        log: LogId,
        mut addresses: Vec<String>,
        from: Option<LogId>,
    ) {
        let first_hand = from.is_none_or(|from| from == log);
        if !first_hand && (log == self.me || self.is_linked(log)) {
            return; // Who is here speaks for itself.
        }
        addresses.truncate(ADDRESSES_MAX);
        // A device may be heard of before its entry in the admin chain arrives;
        // the network dials only devices that are in it.
        let room = self.peers.len() < LOGS_MAX || self.peers.contains_key(&log);
        if addresses.is_empty() || !room {
            return;
        }
        let known = self.peers.entry(log).or_default();
        if known.addresses == addresses {
            return;
        }
        let pass_on = first_hand || known.addresses.is_empty();
        known.addresses.clone_from(&addresses);
        let news = Message::Addresses(vec![(log, addresses.clone())]);
        for peer in self.greeted() {
            if pass_on && peer != log && Some(peer) != from {
                self.send(peer, &news);
            }
        }
        if log != self.me {
            self.out.push(Output::AddressBook { log, addresses });
        }
    }

    pub(crate) fn own_addresses(&self) -> Vec<String> {
        self.peers.get(&self.me).map(|own| own.addresses.clone()).unwrap_or_default()
    }

    pub(crate) fn addresses_known(&self) -> Vec<(LogId, Vec<String>)> {
        self.peers
            .iter()
            .filter(|(_, peer)| !peer.addresses.is_empty())
            .map(|(log, peer)| (*log, peer.addresses.clone()))
            .collect()
    }

    /// Every other device that takes part, as this session knows it.
    pub(crate) fn peer_views(&self) -> Vec<PeerView> {
        let others = self.devices.values().filter(|row| row.log != self.me && row.is_live());
        others
            .map(|row| {
                let peer = self.peers.get(&row.log);
                let greeted = peer.is_some_and(|peer| peer.greeted);
                let has = peer.map(|peer| &peer.has);
                let lack = |mine: Seq, theirs: Seq| mine.0.saturating_sub(theirs.0);
                let claimed =
                    |log: &LogId| has.and_then(|has| has.get(log)).copied().unwrap_or_default();
                PeerView {
                    log: row.log,
                    name: row.name.clone(),
                    linked: greeted,
                    they_lack: self
                        .heads
                        .iter()
                        .map(|(log, head)| lack(head.seq, claimed(log)))
                        .fold(0, u64::saturating_add),
                    we_lack: has.map_or(0, |has| {
                        has.iter()
                            .map(|(log, seq)| {
                                let held =
                                    self.heads.get(log).map(|head| head.seq).unwrap_or_default();
                                lack(*seq, held)
                            })
                            .fold(0, u64::saturating_add)
                    }),
                    trouble: peer.and_then(|peer| peer.trouble.clone()),
                }
            })
            .collect()
    }
}
