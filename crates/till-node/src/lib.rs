//! The device without its hands: a state machine that decides, and asks its
//! driver to store, send and forward.
//!
//! There are three doors. [`Node::handle`] takes one input at one moment;
//! [`Node::poll`] gives what is to be done; [`Node::next_deadline`] says when
//! to come back if nothing happens. **The driver drains `poll` completely after
//! each `handle`, carries each output out, and hands its answer in as another
//! input.** The node sees no clock, no chance but the generator it was seeded
//! with, and no disk but the rows it is lent.
//!
//! One way through: command → the node decides → entry → [`Output::Persist`] →
//! [`Input::Durable`] → projections → reply, send, forward. Nothing leaves the
//! device before it is durable.

mod ancestry;
mod apply;
mod catalogue;
mod code;
pub mod command;
mod day;
mod devices;
mod forks;
mod forward;
mod founding;
mod invite;
mod io;
mod job;
pub mod limits;
#[cfg(feature = "mutants")]
pub mod mutants;
mod numbers;
mod people;
mod provisional;
mod query;
mod records;
mod resolve;
mod scan;
mod sell;
mod standing;
mod sync;
mod tails;
mod witness;

pub use code::{CodeError, CodeJoin, CodeKey};
pub use founding::Founding;
pub use invite::{Invite, InviteError, OpenInvite, from_text as read_invite};
pub use io::{
    FrameRecord, Input, Now, Output, RelayAnswer, RelayDocument, RelayTrouble, SeriesHead, Ticket,
};
pub use query::customers;
pub use standing::KeptRows;
pub use witness::stopped;

use command::{CommandError, JoinView, RelayState, Reply};
use io::Outbox;
use job::{InFlight, Job};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use till_catalog::{Documents, SearchIndex};
use till_log::{Drafter, Head, SigningKey, VerifiedFrame};
use till_schema::message::Run;
use till_schema::rows::{DeviceRow, Rows, ShopRow, Table, collect_rows, get_row};
use till_schema::{EntryHash, LogId, Seq, ShopId, Vector};
use till_shop::Authority;

/// What a node is opened with.
#[derive(Clone)]
pub struct Config {
    /// The device's key; its public half is the log.
    pub key: SigningKey,
    /// The shop.
    pub shop: ShopId,
    /// The log of its administration: the root of trust.
    pub founder: LogId,
    /// Seed of everything random: ids, jitter. Fresh at each start.
    pub entropy: [u8; 32],
    /// Head of each log as the store holds it.
    pub heads: BTreeMap<LogId, Head>,
    /// Whether this device has a relay to send documents to.
    pub relay: bool,
    /// Invites given out and not used.
    pub invites: Vec<OpenInvite>,
    /// Offset from UTC of the device's place, in minutes.
    pub utc_offset_min: i32,
    /// The device's own name, as it joined.
    pub name: String,
    /// Who let this device in: known before the chain that names it is here.
    pub sponsor: Option<LogId>,
    /// Whether the device is on a network, where others could know more of its
    /// log than it does.
    pub network: bool,
    /// Why nothing may be signed with this key any more, from an earlier run or
    /// from what opening found.
    pub quarantine: Option<String>,
}

/// A device of a shop.
pub struct Node {
    me: LogId,
    shop: ShopId,
    founder: LogId,
    utc_offset_min: i32,
    rng: ChaCha20Rng,
    drafter: Drafter,
    /// Drawn at this start, announced in the Hello and the `Start` entry.
    run_nonce: u64,
    /// Automerge actor of this run.
    actor: [u8; 16],
    /// Whether this run's `Start` is in the log.
    started: bool,
    documents: Documents,
    search: SearchIndex,
    /// Durable here.
    heads: BTreeMap<LogId, Head>,
    /// Folded into the rows.
    applied: Vector,
    /// Durable, waiting for an entry they saw.
    gate: BTreeMap<LogId, VecDeque<VerifiedFrame>>,
    /// The chain's devices.
    devices: BTreeMap<LogId, DeviceRow>,
    /// Who administers, and who may do what.
    authority: Authority,
    sponsor: Option<LogId>,
    own_name: String,
    /// What is applied no longer fits the chain: fold again.
    refold: bool,
    /// Frames of the store are being folded.
    replaying: bool,
    people: people::People,
    clock: numbers::Clock,
    witness: witness::Witness,
    /// Runs of each peer, in the order they came.
    runs: BTreeMap<LogId, Vec<Run>>,
    /// Peers whose key runs on two machines.
    twins: BTreeSet<LogId>,
    forks: forks::Forks,
    quarantined: bool,
    /// Whether own provisional sales may wait for numbers.
    has_provisionals: bool,
    jobs: VecDeque<Job>,
    in_flight: Option<InFlight>,
    /// Foreign frames handed to the store and not durable yet.
    storing: BTreeMap<LogId, sync::Storing>,
    peers: BTreeMap<LogId, sync::Peer>,
    wants: BTreeMap<LogId, sync::Asked>,
    /// Logs whose frames the disk refuses, with the pause before the next try.
    refused: BTreeMap<LogId, u64>,
    numbers_asked_at: Option<u64>,
    /// Numbers on their way here whose arrival could not be written.
    accept_again_at: Option<u64>,
    forwarding: forward::Forwarding,
    invites: Vec<OpenInvite>,
    code: Option<code::OpenCode>,
    exchanges: BTreeMap<u64, code::Exchange>,
    join_open: bool,
    joins: Vec<JoinView>,
    out: Outbox,
    next_ticket: u64,
    /// Why this device must not sell, in words that say what to do.
    fault: Option<String>,
    versions: Versions,
}

/// Counters that rise when what they name has changed, so that a driver knows
/// which part of its picture to draw again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Versions {
    /// Products, customers, settings.
    pub catalogue: u64,
    /// Orders, stock, numbers, documents, resolutions.
    pub books: u64,
    /// Peers and the relay.
    pub links: u64,
}

impl Node {
    /// Opens a device on the rows of its last run. Frames that the store holds
    /// beyond the rows are then handed in through [`Node::replay`].
    ///
    /// # Errors
    /// When the documents kept in the rows do not load: the rows are damaged
    /// and are to be rebuilt from the logs.
    pub fn open(config: Config, rows: &dyn Rows) -> Result<Self, OpenError> {
        #[cfg(feature = "mutants")]
        let config =
            Config { quarantine: config.quarantine.filter(|_| !mutants::goes_on()), ..config };
        let mut rng = ChaCha20Rng::from_seed(config.entropy);
        let run_nonce = rng.next_u64();
        let me = LogId(config.key.verifying_key().to_bytes());
        let applied: Vector = collect_rows::<(Seq, EntryHash)>(rows, Table::Applied, &[])
            .into_iter()
            .map(|(key, (seq, _))| (log_of(&key), seq))
            .collect();
        let said = ancestry::said(rows, me);
        let head = config.heads.get(&me).copied().unwrap_or_default();
        let authority = till_shop::load(rows, config.shop, config.founder);
        let devices = standing::by_log(authority.devices());
        let clock = numbers::Clock::new(ancestry::last_wall_ms(rows));
        let documents = catalogue::load(rows).map_err(OpenError)?;
        let mut node = Self {
            me,
            shop: config.shop,
            founder: config.founder,
            utc_offset_min: config.utc_offset_min,
            rng,
            drafter: Drafter::new(config.shop, config.key, head, said),
            run_nonce,
            actor: actor_of(me, run_nonce),
            started: false,
            documents,
            search: catalogue::index(rows),
            heads: config.heads,
            applied,
            gate: BTreeMap::new(),
            devices,
            authority,
            sponsor: config.sponsor,
            own_name: config.name,
            refold: false,
            replaying: false,
            people: people::People::default(),
            clock,
            witness: witness::Witness::new(config.network),
            runs: BTreeMap::new(),
            twins: BTreeSet::new(),
            forks: forks::Forks::load(rows),
            quarantined: config.quarantine.is_some(),
            has_provisionals: true,
            jobs: VecDeque::new(),
            in_flight: None,
            storing: BTreeMap::new(),
            peers: BTreeMap::new(),
            wants: BTreeMap::new(),
            refused: BTreeMap::new(),
            numbers_asked_at: None,
            accept_again_at: None,
            forwarding: forward::Forwarding::new(config.relay),
            invites: config.invites,
            code: None,
            exchanges: BTreeMap::new(),
            join_open: false,
            joins: Vec::new(),
            out: Outbox::default(),
            next_ticket: 0,
            fault: config.quarantine,
            versions: Versions::default(),
        };
        node.load_tails(rows);
        node.allow_devices();
        node.queue_accepts(rows);
        node.queue_admin_accept();
        if !node.invites.is_empty() {
            node.join_open = true;
            node.out.push(Output::JoinOpen(true));
        }
        Ok(node)
    }

    /// Folds frames that the store held before this run and the rows do not.
    /// Frames of one log come in order; logs in any order.
    pub fn replay(&mut self, rows: &mut dyn Rows, frames: Vec<VerifiedFrame>) {
        for frame in frames {
            self.learn_forks(rows, &frame);
            self.wait_at_gate(rows, frame);
        }
        self.replaying = true;
        self.apply_ready(rows);
        self.replaying = false;
        self.ask_for_refold();
    }

    /// Takes one input at one moment.
    pub fn handle(&mut self, now: Now, rows: &mut dyn Rows, input: Input) {
        match input {
            Input::Command { ticket, command, acting } => {
                self.command(now, rows, ticket, command, acting);
            }
            Input::Durable { ticket } => self.durable(now, rows, ticket),
            Input::NotDurable { ticket, why } => self.not_durable(now, rows, ticket, &why),
            Input::PeerUp { peer } => self.peer_up(peer),
            Input::PeerDown { peer } => self.peer_down(now, peer),
            Input::Message { peer, bytes } => self.message(now, rows, peer, &bytes),
            Input::Carried { log, frames } => self.carried(log, &frames),
            Input::RangeRead { peer, log, frames } => self.range_read(rows, peer, log, frames),
            Input::Relay { code, answer } => self.relay_answer(now, rows, code, answer),
            Input::RelayChanged => self.relay_changed(),
            Input::Join { peer, conversation, request, reply } => {
                self.join_request(now, peer, conversation, &request, reply);
            }
            Input::Witness(heads) => self.relay_witness(rows, heads),
            Input::Twin { why } => self.quarantine(why),
            Input::Addresses { log, addresses } => self.learn_addresses(log, addresses, None),
            Input::Tick => {}
        }
        self.tick_witness(now, rows);
        self.tick_code(now);
        self.tick_tails(now, rows);
        self.tick_jobs(now, rows);
        self.tick_sync(now, rows);
        self.tick_forward(now, rows);
        self.ask_for_refold();
    }

    /// The next thing to do, until `None`.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop()
    }

    /// The tick at which [`Input::Tick`] is due if nothing else happens.
    pub fn next_deadline(&self) -> Option<u64> {
        let deadlines = [
            self.accept_again_at,
            self.sync_deadline(),
            self.tails_deadline(),
            self.forward_deadline(),
            self.witness_deadline(),
            self.code_deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// The shop's id.
    pub fn shop_id(&self) -> ShopId {
        self.shop
    }

    /// This device's log.
    pub fn me(&self) -> LogId {
        self.me
    }

    /// The number that this run is known by.
    pub fn run_nonce(&self) -> u64 {
        self.run_nonce
    }

    /// The shop's founding facts, once they have arrived.
    pub fn shop(&self, rows: &dyn Rows) -> Option<ShopRow> {
        get_row(rows, Table::Shop, &[])
    }

    /// What changed, as counters.
    pub fn versions(&self) -> Versions {
        self.versions
    }

    /// Why this device does not sell.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Names of devices, for people.
    pub fn device_name(&self, log: LogId) -> String {
        self.devices.get(&log).map_or_else(|| log.short(), |row| row.name.clone())
    }

    /// Keeps the documents' snapshot near their end, so that opening stays
    /// quick. A driver calls it when nothing waits.
    pub fn compact(&mut self, rows: &mut dyn Rows) {
        catalogue::compact(&mut self.documents, rows);
    }

    fn ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        Ticket(self.next_ticket)
    }

    fn reply(&mut self, ticket: u64, result: Result<Reply, CommandError>) {
        self.out.push(Output::Reply { ticket, result });
    }

    /// What is known of the relay.
    pub fn relay_state(&self) -> RelayState {
        self.forwarding.state()
    }
}

/// The rows of the last run cannot be used; fold the logs again.
#[derive(Debug, thiserror::Error)]
#[error("the books are damaged ({0}); they are rebuilt from the logs")]
pub struct OpenError(String);

/// The Automerge actor of a run: one that no other log can announce, so that a
/// change's actor tells its author whatever has arrived before.
pub(crate) fn actor_of(log: LogId, run_nonce: u64) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key("tillmesh actor v1");
    hasher.update(&log.0);
    hasher.update(&run_nonce.to_be_bytes());
    let mut actor = [0; 16];
    hasher.finalize_xof().fill(&mut actor);
    actor
}

fn log_of(key: &[u8]) -> LogId {
    LogId(key.try_into().expect("the key of a row about one log is that log"))
}

#[cfg(test)]
mod tests;
