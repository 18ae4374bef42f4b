//! The node on real files.

use crate::clock::{Clock, draw, utc_offset_min};
use crate::fences::Fences;
use crate::folder::{Folder, FolderError};
use crate::snapshot::Snapshot;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use till_log::{Head, VerifyError, verify_frame};
use till_node::command::{Acting, Command, CommandError, Reply, UserView};
use till_node::{
    Config, Founding, FrameRecord, Input, Node, Output, RelayDocument, Ticket, Versions,
};
use till_schema::body::UserSet;
use till_schema::message::JoinAnswer;
use till_schema::rows::{Rows, Table, UserRow, get_row};
use till_schema::{EntryHash, LogId, Seq, ShopId};
use till_store::{AppendError, Books, BooksError, Disk, LogStore, RealDisk};

/// Bytes of frames folded between two commits of the books while opening.
const REPLAY_BYTES: usize = 512 * 1024;
/// Rows taken out at once before everything is folded again.
const CLEARED_AT_ONCE: usize = 10_000;

/// What a device wants done outside: on the network, at the relay, for a person.
#[derive(Debug)]
pub enum Effect {
    /// Answer a command.
    Reply {
        /// Of the command.
        ticket: u64,
        /// The answer.
        result: Result<Reply, CommandError>,
    },
    /// Send a message.
    Send {
        /// To.
        peer: LogId,
        /// Encoded.
        bytes: Vec<u8>,
    },
    /// Cut a peer off.
    Disconnect {
        /// Which.
        peer: LogId,
        /// Why.
        why: String,
    },
    /// Send a document to the relay.
    Forward(RelayDocument),
    /// Only these devices may connect.
    Allow(BTreeSet<LogId>),
    /// Where a device can be reached.
    AddressBook {
        /// Which.
        log: LogId,
        /// Addresses.
        addresses: Vec<String>,
    },
    /// Whether strangers may ask to join.
    JoinOpen(bool),
    /// Ask the relay what it has of this device's log.
    AskWitness,
    /// Answer a device that asked to join.
    JoinAnswer {
        /// Of the request.
        reply: u64,
        /// The answer.
        answer: JoinAnswer,
    },
}

/// How a device is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Surroundings {
    /// Whether it has a relay to send documents to.
    pub relay: bool,
    /// Whether it is on a network, where others could know more of its log than
    /// it does: its first sale then waits for a word of theirs.
    pub network: bool,
}

/// Why a device can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its log files.
    #[error(transparent)]
    Logs(#[from] till_store::OpenError),
    /// Its books.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// A stored frame that does not read.
    #[error(transparent)]
    Read(#[from] till_store::ReadError),
    /// A stored frame that does not verify.
    #[error("log {} does not verify at entry {at}: {source}; run `tillmesh verify`", log.short())]
    Verify {
        /// The log.
        log: LogId,
        /// The position.
        at: Seq,
        /// What is wrong.
        source: VerifyError,
    },
    /// The first entries of a new shop.
    #[error(transparent)]
    Found(#[from] CommandError),
    /// The founding was cut short.
    #[error("the shop in this folder was not finished; delete {0}/device.json and create it again")]
    Unfinished(String),
}

/// A device: node, logs and books. Holds its folder's lock.
pub struct Device {
    node: Node,
    logs: LogStore,
    books: Books,
    folder: Folder,
    shop: ShopId,
    fences: Fences,
    clock: Clock,
    waiting: VecDeque<Input>,
    next_ticket: u64,
    /// What opening found worth telling a person.
    notes: Vec<String>,
    opening: Vec<Effect>,
}

impl Device {
    /// Opens the device in a folder, folding what its books lack.
    ///
    /// # Errors
    /// When its files are damaged beyond what can be derived again.
    pub fn open(folder: Folder, surroundings: Surroundings) -> Result<Self, OpenError> {
        Self::open_or_found(folder, surroundings, None)
    }

    /// Opens the founding device of a new shop and writes its first entries.
    ///
    /// # Errors
    /// When they can't be written; the folder is then as before.
    pub fn found(folder: Folder, founding: &Founding) -> Result<Self, OpenError> {
        Self::open_or_found(folder, Surroundings::default(), Some(founding))
    }

    fn open_or_found(
        folder: Folder,
        surroundings: Surroundings,
        founding: Option<&Founding>,
    ) -> Result<Self, OpenError> {
        let device = folder.device()?;
        let key = folder.key()?;
        let me = crate::folder::log_of(&key);
        let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(folder.root().to_path_buf()));
        let (logs, found) = LogStore::open(disk.clone(), me)?;
        let mut notes = Vec::new();
        for (log, report) in &found.logs {
            if report.cut_off_bytes > 0 {
                notes.push(format!(
                    "{} bytes of an unfinished write at the end of log {} were cut off",
                    report.cut_off_bytes,
                    log.short()
                ));
            }
            if let Some(damage) = &report.damaged {
                notes.push(format!(
                    "log {} was damaged and is fetched again: {damage:?}",
                    log.short()
                ));
            }
        }
        let (mut fences, verdict, odd) = Fences::open(me, device.shop, &logs);
        notes.extend(odd);
        let mut quarantine = folder.stopped()?;
        if let (Err(alarm), None) = (verdict, &quarantine) {
            let why = till_node::stopped(&alarm.to_string());
            folder.write_stopped(&why)?;
            quarantine = Some(why);
        }
        let (mut books, report) = Books::open(&disk)?;
        if let Some(reason) = report.reason {
            notes.push(format!("the books were rebuilt from the logs: {reason}"));
        }
        if books_are_ahead(&books, &logs) {
            // A log was cut back or taken away below what the books hold.
            books = empty_books(books, &disk)?;
            notes.push("the books were ahead of the logs and were rebuilt".to_owned());
        }
        let config = |heads| -> Result<Config, FolderError> {
            Ok(Config {
                key: key.clone(),
                shop: device.shop,
                founder: device.founder,
                entropy: draw(),
                heads,
                relay: surroundings.relay,
                invites: folder.invites()?,
                utc_offset_min: utc_offset_min(),
                name: device.name.clone(),
                sponsor: device.sponsor,
                network: surroundings.network,
                quarantine: quarantine.clone(),
            })
        };
        let heads = |logs: &LogStore| {
            logs.heads()
                .iter()
                .map(|(log, head)| (*log, Head { seq: head.seq, hash: head.hash }))
                .collect()
        };
        let mut node = match Node::open(config(heads(&logs))?, &books) {
            Ok(node) => node,
            Err(error) => {
                notes.push(error.to_string());
                books = empty_books(books, &disk)?;
                Node::open(config(heads(&logs))?, &books)
                    .expect("empty books hold nothing that could be damaged")
            }
        };
        replay(&mut node, &logs, &mut books, device.shop)?;
        fences.set_run(node.run_nonce());
        let unfinished = device.founder == me && !logs.heads().contains_key(&me);
        let mut opened = Self {
            node,
            logs,
            books,
            folder,
            shop: device.shop,
            fences,
            clock: Clock::new(),
            waiting: VecDeque::new(),
            next_ticket: 0,
            notes,
            opening: Vec::new(),
        };
        opened.drain_opening();
        if let Some(founding) = founding {
            opened.write_founding(founding)?;
        } else if unfinished {
            return Err(OpenError::Unfinished(opened.folder.root().display().to_string()));
        }
        Ok(opened)
    }

    fn write_founding(&mut self, founding: &Founding) -> Result<(), OpenError> {
        let now = self.clock.now();
        let result = self.node.found(now, &mut self.books, founding);
        let mut effects = Vec::new();
        self.drain(&mut effects);
        while self.is_busy() {
            effects.extend(self.advance());
        }
        let written = self.logs.heads().contains_key(&self.node.me());
        if result.is_err() || !written {
            self.folder.uncreate();
        }
        result?;
        if written {
            Ok(())
        } else {
            Err(OpenError::Found(CommandError::Storage(
                "the shop's first entries could not be saved; free some space and try again"
                    .to_owned(),
            )))
        }
    }

    /// Takes something in; it is worked on by [`Device::advance`].
    pub fn push(&mut self, input: Input) {
        self.waiting.push_back(input);
    }

    /// Whether something waits to be worked on.
    pub fn is_busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Works on one input.
    pub fn advance(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(input) = self.waiting.pop_front() {
            self.node.handle(self.clock.now(), &mut self.books, input);
            self.drain(&mut effects);
            if self.waiting.is_empty() {
                // After the answers: a fence may lag.
                self.note_fences();
            }
            if let Err(error) = self.books.commit() {
                self.node.stop(format!("{error}; restart tillmesh to rebuild the books"));
            }
        }
        effects
    }

    fn drain(&mut self, effects: &mut Vec<Effect>) {
        while let Some(output) = self.node.poll() {
            match output {
                Output::Persist { ticket, frames, reserved } => {
                    let done = self.persist(ticket, frames, reserved);
                    // Before anything that came meanwhile: one frame is in flight.
                    self.waiting.push_front(done);
                }
                Output::ReadRange { peer, log, from, bytes_max } => {
                    let frames = self.read(log, from, bytes_max);
                    self.waiting.push_back(Input::RangeRead { peer, log, frames });
                }
                Output::Invites(invites) => {
                    if let Err(error) = self.folder.write_invites(&invites) {
                        tracing::warn!(%error, "invites were not kept");
                    }
                }
                Output::JoinOpen(open) => effects.push(Effect::JoinOpen(open)),
                Output::AskWitness => effects.push(Effect::AskWitness),
                Output::Quarantine(why) => {
                    tracing::error!(why, "this device must not sell any more");
                    if let Err(error) = self.folder.write_stopped(&why) {
                        tracing::error!(%error, "the reason was not kept");
                    }
                }
                Output::Refold => {
                    if let Err(error) = self.refold() {
                        self.node.stop(format!("{error}; restart tillmesh to rebuild the books"));
                    }
                }
                Output::AddressBook { log, addresses } => {
                    self.keep_addresses(log, &addresses);
                    effects.push(Effect::AddressBook { log, addresses });
                }
                Output::Reply { ticket, result } => effects.push(Effect::Reply { ticket, result }),
                Output::Send { peer, bytes } => effects.push(Effect::Send { peer, bytes }),
                Output::Disconnect { peer, why } => effects.push(Effect::Disconnect { peer, why }),
                Output::Forward(document) => effects.push(Effect::Forward(document)),
                Output::Allow(devices) => effects.push(Effect::Allow(devices)),
                Output::JoinAnswer { reply, answer } => {
                    effects.push(Effect::JoinAnswer { reply, answer });
                }
            }
        }
    }

    /// Carries out what opening asks for; what concerns the network waits for
    /// whoever runs the device.
    fn drain_opening(&mut self) {
        let mut effects = Vec::new();
        self.drain(&mut effects);
        self.opening = effects;
    }

    /// What opening wants done outside.
    pub(crate) fn take_opening(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.opening)
    }

    /// Folds everything again from the first entry: who may do what has changed
    /// for entries that were applied before.
    fn refold(&mut self) -> Result<(), OpenError> {
        tracing::info!("the books are folded again");
        let kept = Node::kept_rows(&self.books);
        clear(&mut self.books)?;
        self.node.refold(&mut self.books, kept);
        replay(&mut self.node, &self.logs, &mut self.books, self.shop)
    }

    fn note_fences(&mut self) {
        let me = self.node.me();
        if let Some(head) = self.logs.heads().get(&me) {
            self.fences.note(me, Head { seq: head.seq, hash: head.hash });
        }
    }

    fn persist(&mut self, ticket: Ticket, frames: Vec<FrameRecord>, reserved: bool) -> Input {
        let records: Vec<till_store::FrameRecord> = frames
            .into_iter()
            .map(|frame| till_store::FrameRecord {
                log: frame.log,
                first: frame.first,
                last: frame.last,
                last_hash: frame.last_hash,
                bytes: frame.bytes,
            })
            .collect();
        let appended =
            if reserved { self.logs.append_reserved(&records) } else { self.logs.append(&records) };
        let error = match appended {
            Ok(()) => return Input::Durable { ticket },
            Err(error) => error,
        };
        let Some(last) = records.last() else { return Input::Durable { ticket } };
        tracing::error!(%error, "saving failed");
        if !matches!(error, AppendError::OutcomeUnknown { .. }) {
            return Input::NotDurable { ticket, why: error.to_string() };
        }
        // The write may be on the disk or not: read the log back, and believe that.
        match self.logs.reopen(last.log) {
            Ok(read) if read.head.is_some_and(|head| head.seq >= last.last) => {
                Input::Durable { ticket }
            }
            Ok(_) => Input::NotDurable {
                ticket,
                why: "the disk refused to save; nothing was recorded, try again".to_owned(),
            },
            Err(fatal) => {
                self.node.stop(fatal.to_string());
                Input::NotDurable { ticket, why: fatal.to_string() }
            }
        }
    }

    fn read(&mut self, log: LogId, from: Seq, bytes_max: usize) -> Vec<FrameRecord> {
        match self.logs.read(log, from, bytes_max) {
            Ok(records) => records
                .into_iter()
                .map(|record| FrameRecord {
                    log: record.log,
                    first: record.first,
                    last: record.last,
                    last_hash: record.last_hash,
                    bytes: record.bytes,
                })
                .collect(),
            Err(error) => {
                tracing::error!(%error, "a log does not read back");
                Vec::new()
            }
        }
    }

    fn keep_addresses(&self, log: LogId, addresses: &[String]) {
        let kept = self.folder.device().and_then(|mut device| {
            device.addresses.insert(log, addresses.to_vec());
            self.folder.write_device(&device)
        });
        if let Err(error) = kept {
            tracing::warn!(%error, "an address was not kept");
        }
    }

    /// Runs one command to its end, without a network.
    ///
    /// # Errors
    /// What the command answers.
    pub fn execute(&mut self, command: Command) -> Result<Reply, CommandError> {
        self.execute_as(command, Acting::default())
    }

    /// The same on somebody's word.
    ///
    /// # Errors
    /// What the command answers.
    pub fn execute_as(&mut self, command: Command, acting: Acting) -> Result<Reply, CommandError> {
        self.next_ticket += 1;
        let wanted = self.next_ticket;
        self.push(Input::Command { ticket: wanted, command, acting });
        while self.is_busy() {
            for effect in self.advance() {
                if let Effect::Reply { ticket, result } = effect
                    && ticket == wanted
                {
                    self.finish_work();
                    return result;
                }
            }
        }
        Err(CommandError::Storage("the device stopped; restart tillmesh".to_owned()))
    }

    fn finish_work(&mut self) {
        while self.is_busy() {
            self.advance();
        }
    }

    /// Housekeeping for idle moments.
    pub fn rest(&mut self) {
        self.note_fences();
        self.fences.sync();
        if let Err(error) = self.logs.prepare() {
            tracing::warn!(%error, "no space could be reserved for the next segment");
        }
        self.node.compact(&mut self.books);
        if let Err(error) = self.books.commit() {
            tracing::error!(%error, "the books were not saved");
        }
    }

    /// A durable checkpoint of the books and an orderly end.
    ///
    /// # Errors
    /// When the disk refuses; nothing is lost, the next start folds the rest.
    pub fn close(mut self) -> Result<(), BooksError> {
        self.finish_work();
        self.rest();
        if let Err(error) = self.logs.settle() {
            tracing::warn!(%error, "logs were not settled");
        }
        self.books.close()
    }

    /// A picture for a window. `last` is the picture before, whose unchanged
    /// parts are shared.
    pub fn snapshot(&self, last: &Snapshot, was: Versions) -> (Snapshot, Versions) {
        let now = self.node.versions();
        let rows = &self.books;
        let mut next = last.clone();
        next.version += 1;
        next.shop = self.node.shop_view(rows);
        next.device = Some(self.node.me());
        next.device_name = self.node.device_name(self.node.me());
        next.fault = self.node.fault().map(str::to_owned);
        next.sync = self.node.sync_status();
        if now.books != was.books || now.catalogue != was.catalogue || last.version == 0 {
            next.products = Arc::new(self.node.all_products(rows));
            next.customers = Arc::new(till_node::customers(rows, "", usize::MAX));
            next.orders = Arc::new(self.node.orders(rows, crate::snapshot::RECENT_ORDERS));
            next.conflicts = Arc::new(self.node.conflicts(rows));
            next.numbers = self.node.numbers_status(rows, self.clock.now());
            next.people = Arc::new(people(rows));
            next.login_needed = till_shop::users::any_owner(rows);
        }
        next.fiscal = self.node.fiscal_queue(rows);
        (next, now)
    }

    /// What changed, as counters.
    pub fn versions(&self) -> Versions {
        self.node.versions()
    }

    /// The machine's moment at which the node wants to be woken.
    pub fn next_deadline(&self) -> Option<std::time::Instant> {
        self.node.next_deadline().map(|tick| self.clock.instant(tick))
    }

    /// What opening found worth telling a person.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The device's log.
    pub fn me(&self) -> LogId {
        self.node.me()
    }

    /// The data folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The machine's wall clock, Unix ms.
    pub(crate) fn wall_ms(&self) -> i64 {
        self.clock.now().wall_ms
    }

    pub(crate) fn parts(&self) -> (&LogStore, &Books) {
        (&self.logs, &self.books)
    }
}

/// The people who may log in, by name.
fn people(rows: &Books) -> Vec<UserView> {
    let all = till_schema::rows::collect_rows::<UserRow>(rows, Table::Users, &[]);
    let mut people: Vec<UserView> = all
        .into_iter()
        .map(|(_, row)| (row.versions.len(), till_shop::users::current(&row).clone()))
        .filter(|(_, user)| user.active)
        // Nothing that shows people needs their hashes.
        .map(|(versions, user)| (versions, UserSet { pin_hash: String::new(), ..user }))
        .map(|(versions, user)| UserView { user, versions })
        .collect();
    people.sort_by(|a, b| (&a.user.name, a.user.user).cmp(&(&b.user.name, b.user.user)));
    people
}

/// Whether the books have applied entries that no log holds.
fn books_are_ahead(books: &Books, logs: &LogStore) -> bool {
    let applied = till_schema::rows::collect_rows::<(Seq, EntryHash)>(books, Table::Applied, &[]);
    applied.into_iter().any(|(key, (seq, _))| {
        let log = LogId(key.as_slice().try_into().expect("the key is a log"));
        logs.heads().get(&log).is_none_or(|head| head.seq < seq)
    })
}

/// Takes out every row, in parts.
fn clear(books: &mut Books) -> Result<(), BooksError> {
    for table in Table::ALL {
        loop {
            let mut keys = Vec::new();
            books.scan(table, &[], &mut |key, _| {
                keys.push(key.to_vec());
                keys.len() < CLEARED_AT_ONCE
            });
            if keys.is_empty() {
                break;
            }
            for key in keys {
                books.delete(table, &key);
            }
            books.commit()?;
        }
    }
    Ok(())
}

fn empty_books(books: Books, disk: &Arc<dyn Disk>) -> Result<Books, OpenError> {
    books.close()?;
    disk.remove(till_store::BOOKS_FILE).map_err(BooksError::from)?;
    Ok(Books::open(disk)?.0)
}

/// Folds what the logs hold beyond the books, log by log in turns so that the
/// causal gate holds little.
pub(crate) fn replay(
    node: &mut Node,
    logs: &LogStore,
    books: &mut Books,
    shop: till_schema::ShopId,
) -> Result<(), OpenError> {
    let mut cursors: Vec<(LogId, Head)> = logs
        .heads()
        .keys()
        .map(|log| {
            let applied = get_row::<(Seq, EntryHash)>(books, Table::Applied, &log.0);
            let head = applied.map_or_else(Head::default, |(seq, hash)| Head { seq, hash });
            (*log, head)
        })
        .collect();
    let mut progress = true;
    while progress {
        progress = false;
        for (log, at) in &mut cursors {
            if logs.heads().get(log).is_none_or(|head| head.seq <= at.seq) {
                continue;
            }
            let records = logs.read(*log, at.seq.next(), REPLAY_BYTES)?;
            let mut frames = Vec::with_capacity(records.len());
            for record in records {
                let frame = verify_frame(shop, *log, *at, &record.bytes)
                    .map_err(|source| OpenError::Verify { log: *log, at: record.first, source })?;
                *at = frame.head();
                frames.push(frame);
            }
            progress |= !frames.is_empty();
            node.replay(books, frames);
            books.commit()?;
        }
    }
    Ok(())
}
