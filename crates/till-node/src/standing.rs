//! Who may write what, as the admin chain says, and what follows when it says
//! something new.

use crate::Node;
use crate::ancestry;
use crate::command::CommandError;
use crate::io::Output;
use crate::job::Job;
use till_conflicts::UNENTITLED;
use till_log::{VerifiedEntry, VerifiedFrame};
use till_schema::body::{Body, ConflictKind, EndReason};
use till_schema::rows::{
    AdminRow, DeviceRow, EntryRef, Rows, Table, decode_row, put_anomaly, set_suspect,
};
use till_schema::{EntryId, LogId};
use till_shop::{Need, Reason, Verdict};

/// Rows of these tables are kept when everything else is folded again: what is
/// known of the administration and of forks decides from the first entry on, and
/// wrong PINs are no fold.
const KEPT: [Table; 3] = [Table::Admin, Table::Forks, Table::PinTries];

/// Rows taken along into a fold from the beginning.
#[derive(Debug, Default)]
pub struct KeptRows(Vec<(Table, Vec<u8>, Vec<u8>)>);

impl Node {
    /// Whether the writer of an entry had the right to it. What it had no right
    /// to is noted for people.
    pub(crate) fn judge(
        &mut self,
        rows: &mut dyn Rows,
        entry: &VerifiedEntry,
        body: &Body,
    ) -> bool {
        let header = &entry.header;
        let reference = entry.reference();
        let need = till_shop::need_of(reference.hash, body);
        let verdict = self.authority.verdict(header.log, header.seq, header.admin_pos, need);
        let entitled = verdict.is_entitled();
        if !entitled {
            self.unentitled(rows, &reference);
        }
        entitled
    }

    /// Notes an entry without right.
    pub(crate) fn unentitled(&mut self, rows: &mut dyn Rows, entry: &EntryRef) {
        put_anomaly(rows, entry, UNENTITLED);
        set_suspect(rows, ConflictKind::Unentitled, &entry.log.to_string(), true);
    }

    /// Takes in what a frame says about who may do what, before anything in it
    /// is judged. Where that changes the standing of entries applied before,
    /// everything is folded again: rows are the same whatever came first.
    pub(crate) fn learn_admin(&mut self, rows: &mut dyn Rows, frame: &VerifiedFrame) {
        let mut learnt = false;
        for entry in frame.entries() {
            let Some(body) = entry.body.as_ref().filter(|body| till_shop::is_admin(body)) else {
                continue;
            };
            till_shop::record(rows, &entry.reference(), entry.header.admin_pos, body);
            learnt = true;
        }
        if !learnt {
            return;
        }
        let next = till_shop::load(rows, self.shop, self.founder);
        self.refold |= till_shop::must_refold(&self.authority, &next, &self.applied);
        self.authority = next;
        self.show_devices(rows);
        self.show_admin_fork(rows);
        self.queue_admin_accept();
    }

    /// Two administrations recovered from one are shown as one conflict.
    fn show_admin_fork(&self, rows: &mut dyn Rows) {
        let mut stale = Vec::new();
        rows.scan(Table::Suspects, &[ConflictKind::AdminFork as u8], &mut |key, _| {
            stale.push(String::from_utf8_lossy(&key[1..]).into_owned());
            true
        });
        for subject in stale {
            set_suspect(rows, ConflictKind::AdminFork, &subject, false);
        }
        let hashes: Vec<String> =
            self.authority.admin_fork().iter().map(|entry| entry.hash.to_string()).collect();
        if !hashes.is_empty() {
            set_suspect(rows, ConflictKind::AdminFork, &hashes.join("+"), true);
        }
    }

    /// The rows and the network follow what the chain says of devices.
    pub(crate) fn show_devices(&mut self, rows: &mut dyn Rows) {
        till_shop::write_devices(rows, &self.authority);
        self.devices = by_log(self.authority.devices());
        self.versions.links += 1;
        self.allow_devices();
    }

    /// An administration on its way here is taken up.
    pub(crate) fn queue_admin_accept(&mut self) {
        if self.authority.moving_to() == Some(self.me) {
            self.jobs.extend(self.authority.last().map(Job::AcceptAdmin));
        }
    }

    /// Whether this device may write something now.
    pub(crate) fn entitled(&self, need: Need) -> Result<(), CommandError> {
        if self.drafter.head().seq.0 == 0 && self.me == self.founder {
            return Ok(()); // The shop begins.
        }
        let seq = self.drafter.head().seq.next();
        let why = match self.authority.verdict(self.me, seq, self.authority.len(), need) {
            Verdict::Entitled => return Ok(()),
            Verdict::Unentitled(why) => why,
        };
        Err(CommandError::NotAllowed(match why {
            Reason::NotInShop => {
                "this device is not in the shop yet; wait until it has heard from the others"
                    .to_owned()
            }
            Reason::Role => {
                "this device has no role that allows it; do it on another device, or let its \
                 roles be changed (`tillmesh shop roles`)"
                    .to_owned()
            }
            Reason::Cut => {
                "this device was taken out of the shop; join again with a new invite".to_owned()
            }
            Reason::Suspended => format!(
                "this device was stopped by an owner; “{}” can lift that (`tillmesh shop reinstate`)",
                self.device_name(self.authority.admin())
            ),
            Reason::NotAdmin => self.only_the_admin(),
        }))
    }

    /// Whether this device has written its last entry.
    pub(crate) fn has_left(&self) -> bool {
        self.devices.get(&self.me).is_some_and(|row| row.retired)
    }

    /// Whether this device administers the shop.
    pub(crate) fn administers(&self) -> Result<(), CommandError> {
        if self.authority.admin() != self.me || self.authority.moving_to().is_some() {
            return Err(CommandError::NotAllowed(self.only_the_admin()));
        }
        self.entitled(Need::Fact)
    }

    fn only_the_admin(&self) -> String {
        format!(
            "only “{}” administers the shop; do it there, or take the administration with the \
             recovery words (`tillmesh shop recover`)",
            self.device_name(self.authority.admin())
        )
    }

    /// A device by its name or log.
    pub(crate) fn device(&self, reference: &str) -> Result<DeviceRow, CommandError> {
        let reference = reference.trim();
        let found: Vec<&DeviceRow> = match reference.parse::<LogId>() {
            Ok(log) => self.devices.get(&log).into_iter().collect(),
            Err(_) => {
                let wanted = reference.to_lowercase();
                self.devices
                    .values()
                    .filter(|row| row.name.to_lowercase() == wanted || row.log.short() == wanted)
                    .collect()
            }
        };
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                let names: Vec<&str> = self.devices.values().map(|row| row.name.as_str()).collect();
                Err(CommandError::NotFound(format!(
                    "no device is called “{reference}”; the shop has {}",
                    names.join(", ")
                )))
            }
            _ => Err(CommandError::Wrong(format!(
                "several devices are called “{reference}”; name it by its log (see `tillmesh shop devices`)"
            ))),
        }
    }

    /// Tells the network which devices may connect: those of the shop, but not
    /// one that somebody else may hold.
    pub(crate) fn allow_devices(&mut self) {
        let others = self.devices.values().filter(|row| row.log != self.me);
        let welcome = others.filter(|row| !row.suspended && row.ended != Some(EndReason::Stolen));
        let mut allowed: std::collections::BTreeSet<LogId> = welcome.map(|row| row.log).collect();
        if self.devices.is_empty() {
            allowed.insert(self.founder);
        }
        // Who let this device in speaks for the shop until its chain is here.
        let sponsor = self.sponsor.filter(|log| !self.devices.contains_key(log));
        allowed.extend(sponsor);
        allowed.remove(&self.me);
        self.out.push(Output::Allow(allowed));
    }

    /// Whether everything should be folded from the beginning, which a driver
    /// does when nothing is on its way to the disk: empty the rows, then
    /// [`Node::refold`], then [`Node::replay`] all that the store holds.
    pub(crate) fn ask_for_refold(&mut self) {
        if self.refold && self.in_flight.is_none() && self.storing.is_empty() && !self.replaying {
            self.refold = false;
            self.out.push(Output::Refold);
        }
    }

    /// What a fold from the beginning takes along.
    pub fn kept_rows(rows: &dyn Rows) -> KeptRows {
        let mut kept = Vec::new();
        for table in KEPT {
            rows.scan(table, &[], &mut |key, value| {
                kept.push((table, key.to_vec(), value.to_vec()));
                true
            });
        }
        let local = ancestry::kept_rows(rows).into_iter();
        kept.extend(local.map(|(at, row)| (Table::Snapshots, at, row)));
        KeptRows(kept)
    }

    /// Whether an entry about rights is beyond the fork of its log.
    fn is_of_branch(&self, row: &[u8]) -> bool {
        let row: AdminRow = decode_row(Table::Admin, row);
        self.is_forked_at(row.entry.log, row.entry.seq)
    }

    /// Forgets everything derived. `rows` are empty; all frames of the store
    /// follow through [`Node::replay`].
    pub fn refold(&mut self, rows: &mut dyn Rows, kept: KeptRows) {
        for (table, key, value) in kept.0 {
            if table != Table::Admin || !self.is_of_branch(&value) {
                rows.put(table, &key, &value);
            }
        }
        self.applied.clear();
        self.gate.clear();
        self.forget_tails();
        self.documents = till_catalog::Documents::genesis();
        self.search = till_catalog::SearchIndex::default();
        self.authority = till_shop::load(rows, self.shop, self.founder);
        self.show_devices(rows);
        self.versions.books += 1;
        self.versions.catalogue += 1;
    }
}

pub(crate) fn by_log(devices: Vec<DeviceRow>) -> std::collections::BTreeMap<LogId, DeviceRow> {
    devices.into_iter().map(|row| (row.log, row)).collect()
}

pub(crate) fn id_of(entry: &EntryRef) -> EntryId {
    EntryId { log: entry.log, seq: entry.seq, hash: entry.hash }
}
