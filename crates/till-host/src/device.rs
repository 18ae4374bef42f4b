//! The node on real files.

use crate::clock::{Clock, draw, utc_offset_min};
use crate::fences::Fences;
use crate::folder::{Folder, FolderError};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::sync::Arc;
use till_driver::{Driver, Effect};
use till_node::command::{Acting, Command, CommandError, Reply, UserView};
use till_node::{Config, Founding, Input, Versions};
use till_schema::LogId;
use till_schema::body::UserSet;
use till_schema::rows::{Table, UserRow};
use till_store::{Books, BooksError, Disk, LogStore, RealDisk};

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
    /// Its logs do not fold, or its books do not open.
    #[error(transparent)]
    Driver(#[from] till_driver::OpenError),
    /// The first entries of a new shop.
    #[error(transparent)]
    Found(#[from] CommandError),
    /// The founding was cut short.
    #[error("the shop in this folder was not finished; delete {0}/device.json and create it again")]
    Unfinished(String),
}

/// A device: node, logs and books. Holds its folder's lock.
pub struct Device {
    driver: Driver,
    folder: Folder,
    fences: Fences,
    clock: Clock,
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
        let config = Config {
            key,
            shop: device.shop,
            founder: device.founder,
            entropy: draw(),
            heads: BTreeMap::new(),
            relay: surroundings.relay,
            invites: folder.invites()?,
            utc_offset_min: utc_offset_min(),
            name: device.name.clone(),
            sponsor: device.sponsor,
            network: surroundings.network,
            quarantine,
        };
        let (driver, mended) = Driver::open(&disk, logs, config)?;
        notes.extend(mended.iter().map(ToString::to_string));
        fences.set_run(driver.node.run_nonce());
        let unfinished = device.founder == me && driver.own_head().is_none();
        let mut opened = Self {
            driver,
            folder,
            fences,
            clock: Clock::new(),
            next_ticket: 0,
            notes,
            opening: Vec::new(),
        };
        let effects = opened.driver.drain();
        opened.opening = opened.keep(effects);
        if let Some(founding) = founding {
            opened.write_founding(founding)?;
        } else if unfinished {
            return Err(OpenError::Unfinished(opened.folder.root().display().to_string()));
        }
        Ok(opened)
    }

    fn write_founding(&mut self, founding: &Founding) -> Result<(), OpenError> {
        let now = self.clock.now();
        let result = self.driver.node.found(now, &mut self.driver.books, founding);
        let effects = self.driver.drain();
        self.keep(effects);
        self.finish_work();
        let written = self.driver.own_head().is_some();
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
        self.driver.push(input);
    }

    /// Whether something waits to be worked on.
    pub fn is_busy(&self) -> bool {
        self.driver.is_busy()
    }

    /// Works on one input. What concerns the device's own files is done here;
    /// the rest is for whoever runs it.
    pub fn advance(&mut self) -> Vec<Effect> {
        let effects = self.driver.advance(self.clock.now());
        if !self.is_busy() {
            // A fence may lag.
            self.note_fences();
        }
        self.keep(effects)
    }

    /// Does what concerns the device's own files, and tells what went wrong.
    fn keep(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        for effect in &effects {
            match effect {
                Effect::Invites(invites) => {
                    if let Err(error) = self.folder.write_invites(invites) {
                        tracing::warn!(%error, "invites were not kept");
                    }
                }
                Effect::Quarantine(why) => {
                    tracing::error!(why, "this device must not sell any more");
                    if let Err(error) = self.folder.write_stopped(why) {
                        tracing::error!(%error, "the reason was not kept");
                    }
                }
                Effect::AddressBook { log, addresses } => self.keep_addresses(*log, addresses),
                Effect::NotSaved { why, kept } => tracing::error!(why, ?kept, "saving failed"),
                Effect::Unreadable { log, why } => {
                    tracing::error!(log = log.short(), why, "a log does not read back");
                }
                Effect::Refolded => tracing::info!("the books were folded again"),
                Effect::Postponed(why) => tracing::warn!("{why}"),
                Effect::Stopped(why) => tracing::error!(why, "the device stopped"),
                _ => {}
            }
        }
        effects
    }

    /// What opening wants done outside.
    pub(crate) fn take_opening(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.opening)
    }

    fn note_fences(&mut self) {
        if let Some(head) = self.driver.own_head() {
            self.fences.note(self.me(), head);
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
        let effects = self.driver.rest();
        self.keep(effects);
    }

    /// A durable checkpoint of the books and an orderly end.
    ///
    /// # Errors
    /// When the disk refuses; nothing is lost, the next start folds the rest.
    pub fn close(mut self) -> Result<(), BooksError> {
        self.finish_work();
        self.rest();
        self.driver.close()
    }

    /// A picture for a window. `last` is the picture before, whose unchanged
    /// parts are shared.
    pub fn snapshot(&self, last: &Snapshot, was: Versions) -> (Snapshot, Versions) {
        let now = self.driver.node.versions();
        let rows = &self.driver.books;
        let mut next = last.clone();
        next.version += 1;
        next.shop = self.driver.node.shop_view(rows);
        next.device = Some(self.driver.node.me());
        next.device_name = self.driver.node.device_name(self.driver.node.me());
        next.fault = self.driver.node.fault().map(str::to_owned);
        next.sync = self.driver.node.sync_status();
        if now.books != was.books || now.catalogue != was.catalogue || last.version == 0 {
            next.products = Arc::new(self.driver.node.all_products(rows));
            next.customers = Arc::new(till_node::customers(rows, "", usize::MAX));
            next.orders = Arc::new(self.driver.node.orders(rows, crate::snapshot::RECENT_ORDERS));
            next.conflicts = Arc::new(self.driver.node.conflicts(rows));
            next.numbers = self.driver.node.numbers_status(rows, self.clock.now());
            next.people = Arc::new(people(rows));
            next.login_needed = till_shop::users::any_owner(rows);
        }
        next.fiscal = self.driver.node.fiscal_queue(rows);
        (next, now)
    }

    /// What changed, as counters.
    pub fn versions(&self) -> Versions {
        self.driver.node.versions()
    }

    /// The machine's moment at which the node wants to be woken.
    pub fn next_deadline(&self) -> Option<std::time::Instant> {
        self.driver.node.next_deadline().map(|tick| self.clock.instant(tick))
    }

    /// What opening found worth telling a person.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The device's log.
    pub fn me(&self) -> LogId {
        self.driver.node.me()
    }

    /// The shop.
    pub(crate) fn shop(&self) -> till_schema::ShopId {
        self.driver.node.shop_id()
    }

    /// How far a log is held, durable.
    pub(crate) fn held(&self, log: LogId) -> till_schema::Seq {
        self.driver.logs.heads().get(&log).map(|head| head.seq).unwrap_or_default()
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
        (&self.driver.logs, &self.driver.books)
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
