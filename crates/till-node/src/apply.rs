//! From durable frames to projections, in causal order.

use crate::Node;
use crate::ancestry;
use crate::catalogue;
use crate::job::Job;
use till_log::{VerifiedEntry, VerifiedFrame};
use till_schema::body::{
    Accept, AdminAccept, AssignProvisional, Body, Cede, CustodyMove, ShopFounded, Start,
};
use till_schema::rows::{
    EntryRef, InTransitRow, Rows, ShopRow, Table, collect_rows, get_row, key, put_anomaly, put_row,
};
use till_schema::{EntryHash, LogId, Seq};

impl Node {
    /// Applies every waiting frame that has seen only what is applied.
    pub(crate) fn apply_ready(&mut self, rows: &mut dyn Rows) {
        loop {
            let waiting: Vec<LogId> = self.gate.keys().copied().collect();
            let mut any = false;
            for log in waiting {
                while let Some(frame) = self.next_ready(rows, log) {
                    self.apply_frame(rows, &frame);
                    any = true;
                }
            }
            if !self.apply_tails(rows) && !any {
                return self.gate.retain(|_, frames| !frames.is_empty());
            }
        }
    }

    fn next_ready(&mut self, rows: &dyn Rows, log: LogId) -> Option<VerifiedFrame> {
        let frames = self.gate.get(&log)?;
        if !frames.front().is_some_and(|frame| self.may_apply(rows, frame)) {
            return None;
        }
        self.gate.get_mut(&log)?.pop_front()
    }

    /// The causal gate: everything the frame's author had applied is applied,
    /// and so is what the frame cannot do without, whether or not its author
    /// says so: the entry that added the device (unless it comes with the
    /// recovery words), the cede of an accept, the sale that gets its number.
    fn may_apply(&self, rows: &dyn Rows, frame: &VerifiedFrame) -> bool {
        let recovers = |entry: &VerifiedEntry| matches!(entry.body, Some(Body::AdminRecover(_)));
        (self.is_known(frame.log()) || frame.entries().iter().any(recovers))
            && frame.entries().iter().all(|entry| {
                let seen = &entry.header.seen;
                self.has_what_it_needs(rows, frame.log(), seen, entry.body.as_ref())
            })
    }

    /// Whether all that an entry of a log builds on is applied.
    pub(crate) fn has_what_it_needs(
        &self,
        rows: &dyn Rows,
        log: LogId,
        seen: &[(LogId, Seq)],
        body: Option<&Body>,
    ) -> bool {
        // Of a log with two histories the very entry that is named is needed.
        let is_here = |of: LogId, seq: Seq, hash: EntryHash| {
            of == log || self.is_entry_applied(rows, of, seq, hash)
        };
        let has_own = match body {
            Some(Body::Accept(accept)) => {
                is_here(accept.giver, accept.giver_seq, accept.giver_hash)
            }
            Some(Body::AdminAccept(AdminAccept { moved })) => {
                moved.log == log || self.is_applied(moved.log, moved.seq)
            }
            Some(Body::SaleCommitted(sale)) => {
                sale.fiscalises.is_none_or(|sale| is_here(sale.log, sale.seq, sale.hash))
            }
            Some(Body::AssignProvisional(AssignProvisional { sale, .. })) => {
                is_here(sale.log, sale.seq, sale.hash)
            }
            Some(_) | None => true,
        };
        #[cfg(feature = "mutants")]
        if crate::mutants::is(crate::mutants::Mutant::AppliesUnseen) {
            return true;
        }
        has_own && seen.iter().all(|(of, seq)| *of == log || self.is_applied(*of, *seq))
    }

    /// Folds a frame into the rows.
    pub(crate) fn apply_frame(&mut self, rows: &mut dyn Rows, frame: &VerifiedFrame) {
        ancestry::remember_said(rows, frame);
        if frame.log() == self.me {
            ancestry::remember_wall(rows, frame);
            self.clock.last_own_ms = ancestry::last_wall_ms(rows);
        }
        self.learn_admin(rows, frame);
        for entry in frame.entries() {
            self.apply_entry(rows, entry);
        }
        let (log, head) = (frame.log(), frame.head());
        self.applied.insert(log, head.seq);
        put_row(rows, Table::Applied, &log.0, &(head.seq, head.hash));
        if let Some(last) = frame.entries().last() {
            put_row(rows, Table::LastWall, &log.0, &last.header.wall_ms);
        }
    }

    fn apply_entry(&mut self, rows: &mut dyn Rows, entry: &VerifiedEntry) {
        let reference = entry.reference();
        let Some(body) = &entry.body else {
            return; // A kind of a later version: kept, passed on, not understood.
        };
        let entitled = self.judge(rows, entry, body);
        let user = entry.header.user;
        #[cfg(feature = "mutants")]
        if !entitled && crate::mutants::is(crate::mutants::Mutant::EndHidesTokens) {
            return till_books::apply(rows, &reference, entry.header.user, body);
        }
        match body {
            // Facts count, whoever wrote them: goods and numbers have moved.
            Body::Start(start) => started(rows, &reference, start),
            Body::ResolutionImport(_) | Body::Accept(_) | Body::Void(_) => {
                count_numbers(rows, &reference, body)
            }
            Body::Cede(Cede { to, .. }) | Body::CustodyMove(CustodyMove { to, .. }) => {
                count_numbers(rows, &reference, body);
                self.given(rows, &reference, *to);
            }
            Body::SaleCommitted(_) | Body::SaleProvisional(_) | Body::CreditNoteCommitted(_) => {
                count_numbers(rows, &reference, body);
                till_books::apply(rows, &reference, user, body);
                self.has_provisionals = true;
            }
            Body::StockMoved(_)
            | Body::CartHeld(_)
            | Body::CartDropped(_)
            | Body::Reprinted(_)
            | Body::AccountPaid(_)
            | Body::ShiftOpened(_)
            | Body::DrawerOpened(_)
            | Body::ShiftHandedOver(_)
            | Body::ShiftClosed(_) => till_books::apply(rows, &reference, user, body),
            Body::FiscalReceipt(receipt) => {
                till_books::apply(rows, &reference, user, body);
                self.forwarding.settled(&receipt.code);
            }
            Body::ForkProof(proof) => self.fork_proven(rows, &reference, proof),
            Body::ForkTail(tail) => {
                // What it brings was taken note of when it came.
                if till_log::read_tail(self.shop, tail).is_err() {
                    put_anomaly(rows, &reference, "brought a frame that its log did not sign");
                }
            }
            Body::DocumentChange(change) => {
                self.versions.catalogue += 1;
                let (documents, search) = (&mut self.documents, &mut self.search);
                catalogue::changed(documents, search, rows, &reference, change, entitled);
                if !entitled && reference.log == self.me {
                    self.reload_documents(rows);
                }
            }
            // The rest says something only with the right to it.
            _ if !entitled => {}
            Body::ShopFounded(founded) => self.founded(rows, &reference, founded),
            Body::Resolution(resolution) => {
                #[cfg(feature = "mutants")]
                forget_decisions(rows, resolution);
                till_conflicts::apply(rows, &reference, resolution);
            }
            Body::UserSet(set) => {
                let said = ancestry::said(rows, reference.log);
                let seen = |old: &EntryRef| said.get(&old.log).is_some_and(|seq| *seq >= old.seq);
                till_shop::users::apply(rows, &reference, seen, set);
            }
            Body::SpaceOpen(_) | Body::DeclareLost(_) | Body::AssignProvisional(_) => {
                count_numbers(rows, &reference, body);
                self.has_provisionals = true;
            }
            // Of these the administration has taken note.
            Body::DeviceAdd(_)
            | Body::RoleSet(_)
            | Body::EndOf(_)
            | Body::AcceptTail(_)
            | Body::AdminMove(_)
            | Body::AdminAccept(_)
            | Body::AdminRecover(_)
            | Body::Suspend(_)
            | Body::Reinstate(_)
            | Body::LogEnd(_) => {}
        }
        self.versions.books += 1;
    }

    fn founded(&self, rows: &mut dyn Rows, entry: &EntryRef, founded: &ShopFounded) {
        let row = ShopRow {
            id: self.shop,
            name: founded.name.clone(),
            founder: entry.log,
            currency: founded.currency,
            country: founded.country.clone(),
            tax_id: founded.tax_id.clone(),
        };
        put_row(rows, Table::Shop, &[], &row);
    }

    /// Numbers on their way to this device are accepted as soon as it knows.
    fn given(&mut self, rows: &dyn Rows, entry: &EntryRef, to: LogId) {
        let accept = Accept { giver: entry.log, giver_seq: entry.seq, giver_hash: entry.hash };
        #[cfg(feature = "mutants")]
        let takes_back =
            entry.log == self.me && crate::mutants::is(crate::mutants::Mutant::TakesBack);
        #[cfg(not(feature = "mutants"))]
        let takes_back = false;
        if (to == self.me || takes_back) && self.is_on_its_way(rows, &accept) {
            self.jobs.push_back(Job::Accept(accept));
        }
    }

    /// What was given before and not accepted.
    pub(crate) fn queue_accepts(&mut self, rows: &dyn Rows) {
        for (key, row) in collect_rows::<InTransitRow>(rows, Table::InTransit, &[]) {
            if row.to == self.me {
                let seq = u64::from_be_bytes(key[32..].try_into().expect("a position"));
                self.jobs.push_back(Job::Accept(Accept {
                    giver: LogId(key[..32].try_into().expect("a log")),
                    giver_seq: Seq(seq),
                    giver_hash: row.hash,
                }));
            }
        }
    }

    /// Whether an accept still has something to accept. What a copied device gave
    /// is left: its other history may have used it.
    pub(crate) fn is_on_its_way(&self, rows: &dyn Rows, accept: &Accept) -> bool {
        if self.is_forked_at(accept.giver, accept.giver_seq) {
            return false;
        }
        let key = key(&[&accept.giver.0, &accept.giver_seq.0.to_be_bytes()]);
        get_row::<InTransitRow>(rows, Table::InTransit, &key).is_some()
    }
}

/// What an entry does to the numbers.
fn count_numbers(rows: &mut dyn Rows, entry: &EntryRef, body: &Body) {
    #[cfg(feature = "mutants")]
    till_numbers::apply_broken(rows, entry, body, crate::mutants::rules());
    #[cfg(not(feature = "mutants"))]
    till_numbers::apply(rows, entry, body);
}

#[cfg(feature = "mutants")]
fn forget_decisions(rows: &mut dyn Rows, next: &till_schema::body::Resolution) {
    if !crate::mutants::is(crate::mutants::Mutant::LastDecisionWins) {
        return;
    }
    let conflict = till_schema::to_bytes(&next.conflict);
    let prefix = key(&[&(conflict.len() as u16).to_be_bytes(), &conflict]);
    let mut keys = Vec::new();
    rows.scan(Table::Resolutions, &prefix, &mut |key, _| {
        keys.push(key.to_vec());
        true
    });
    keys.iter().for_each(|key| rows.delete(Table::Resolutions, key));
}

/// A run announces the actor of its document changes. Another's announces
/// nothing.
fn started(rows: &mut dyn Rows, entry: &EntryRef, start: &Start) {
    if start.actor != crate::actor_of(entry.log, start.run_nonce) {
        return put_anomaly(rows, entry, "announced an actor that is not its own");
    }
    put_row(rows, Table::Actors, &start.actor, &entry.log);
    rows.put(Table::Actors, &entry.log.0, &start.actor);
}
