//! Work on the own log: one frame in flight at a time, the rest waits in line.

use crate::Node;
use crate::command::{Command, CommandError, Reply, Written};
use crate::io::{FrameRecord, Now, Output, Ticket};
use crate::limits::{JOBS_MAX, WRITE_RETRY_MS};
use till_log::VerifiedFrame;
use till_schema::body::{Accept, Body, DeviceAdd, FiscalReceipt, Start};
use till_schema::rows::Rows;
use till_schema::{LogId, SpaceId};

/// Something that may write a frame.
#[derive(Debug)]
pub(crate) enum Job {
    /// A person's or program's command; imports carry what earlier parts wrote.
    Command { ticket: u64, command: Command, written: Written },
    /// Numbers ceded to this device arrived.
    Accept(Accept),
    /// A peer is low on numbers.
    Grant { space: SpaceId, to: LogId, held: u64 },
    /// The relay's final answer for a document.
    Receipt(FiscalReceipt),
    /// A device proved an invite.
    Admit { body: DeviceAdd, reply: u64 },
}

/// What happens once the frame in flight is durable.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    pub(crate) ticket: Option<Ticket>,
    pub(crate) frame: Option<VerifiedFrame>,
    /// Whether the documents in memory hold the frame's changes already.
    pub(crate) edited: bool,
    pub(crate) reply: Option<(u64, Reply)>,
    /// The rest of an import.
    pub(crate) next: Option<Job>,
    /// Answer to a join.
    pub(crate) join_reply: Option<u64>,
    /// Closing work that must fit on a full disk.
    pub(crate) reserved: bool,
}

impl Node {
    pub(crate) fn command(&mut self, now: Now, rows: &mut dyn Rows, ticket: u64, command: Command) {
        if !command.writes() {
            let result = self.query(now, rows, command);
            return self.reply(ticket, result);
        }
        if self.jobs.len() >= JOBS_MAX {
            return self.reply(ticket, Err(CommandError::Busy));
        }
        self.jobs.push_back(Job::Command { ticket, command, written: Written::default() });
    }

    /// Works on the own log, and takes up again what did not reach the disk.
    pub(crate) fn tick_jobs(&mut self, now: Now, rows: &mut dyn Rows) {
        if self.accept_again_at.is_some_and(|at| at <= now.tick_ms) {
            self.accept_again_at = None;
            self.queue_accepts(rows);
        }
        self.run_jobs(now, rows);
    }

    /// Starts jobs until one is in flight or none is left.
    pub(crate) fn run_jobs(&mut self, now: Now, rows: &mut dyn Rows) {
        while self.in_flight.is_none() {
            let Some(job) = self.jobs.pop_front() else { return };
            self.start(now, rows, job);
        }
    }

    fn start(&mut self, now: Now, rows: &mut dyn Rows, job: Job) {
        match job {
            Job::Command { ticket, command, written } => {
                if let Err(error) = self.start_command(now, rows, ticket, command, written) {
                    self.reply(ticket, Err(error));
                }
            }
            Job::Accept(accept) => {
                if !self.is_on_its_way(rows, &accept) {
                    return;
                }
                self.write_or_drop(now, rows, vec![accept.into()], InFlight::default());
            }
            Job::Grant { space, to, held } => {
                let grant = till_numbers::grant(rows, space, self.me, to, held);
                if let Some(ranges) = grant {
                    let cede = till_schema::body::Cede { space, ranges, to };
                    self.write_or_drop(now, rows, vec![cede.into()], InFlight::default());
                }
            }
            Job::Receipt(receipt) => {
                // Another peer may have brought the same answer meanwhile.
                if self.receipt_is_news(rows, &receipt) {
                    self.write_or_drop(now, rows, vec![receipt.into()], InFlight::default());
                }
            }
            Job::Admit { body, reply } => {
                let then = InFlight { join_reply: Some(reply), ..InFlight::default() };
                self.write_or_drop(now, rows, vec![body.into()], then);
            }
        }
    }

    fn start_command(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        command: Command,
        written: Written,
    ) -> Result<(), CommandError> {
        match command {
            Command::Sell(cart) => self.sell(now, rows, ticket, cart),
            Command::PutProducts(drafts) => self.put_products(now, rows, ticket, drafts, written),
            Command::PutCustomers(drafts) => self.put_customers(now, rows, ticket, drafts, written),
            Command::EditProduct { code, change } => {
                self.edit_product(now, rows, ticket, &code, change)
            }
            Command::MoveStock { reason, moves, note } => {
                self.move_stock(now, rows, ticket, reason, moves, note)
            }
            Command::ImportResolution { space, resolution, from, to } => {
                self.import_resolution(now, rows, ticket, space, resolution, (from, to))
            }
            Command::GrantNumbers { space, to, count } => {
                self.grant_numbers(now, rows, ticket, space, to, count)
            }
            Command::VoidNumbers { space, count, reason } => {
                self.void_numbers(now, rows, ticket, space, count, reason)
            }
            Command::Resolve { conflict, choice, note } => {
                self.resolve(now, rows, ticket, conflict, choice, note)
            }
            Command::Invite { roles } => {
                let invite = self.invite(now, roles)?;
                self.reply(ticket, Ok(Reply::Invited { invite }));
                Ok(())
            }
            Command::Shop
            | Command::Quote(_)
            | Command::Products { .. }
            | Command::Customers { .. }
            | Command::History { .. }
            | Command::Orders { .. }
            | Command::Order { .. }
            | Command::Totals
            | Command::NumbersStatus
            | Command::NumbersAudit
            | Command::Conflicts
            | Command::Devices
            | Command::SyncStatus
            | Command::FiscalQueue
            | Command::Digest => unreachable!("reading commands are answered when they arrive"),
        }
    }

    /// Signs one frame and asks for its durability.
    pub(crate) fn write(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        mut bodies: Vec<Body>,
        mut then: InFlight,
    ) -> Result<(), CommandError> {
        if let Some(fault) = self.fault.clone().or_else(|| self.unknown_past()) {
            self.forget_changes(rows, &then);
            return Err(CommandError::Storage(fault));
        }
        let founding = matches!(bodies.first(), Some(Body::ShopFounded(_)));
        if !self.started {
            // The founding entry stays the first of its log.
            bodies.insert(usize::from(founding), self.start_entry().into());
        }
        let admin_pos = self.applied.get(&self.founder).copied().unwrap_or_default();
        let frame = match self.drafter.draft(bodies, &self.applied, admin_pos, now.wall_ms) {
            Ok(frame) => frame,
            Err(error) => {
                self.forget_changes(rows, &then);
                return Err(CommandError::Wrong(error.to_string()));
            }
        };
        let ticket = self.ticket();
        self.out.push(Output::Persist {
            ticket,
            frames: vec![FrameRecord::from(&frame)],
            reserved: then.reserved,
        });
        then.ticket = Some(ticket);
        then.frame = Some(frame);
        self.in_flight = Some(then);
        Ok(())
    }

    /// Own entries that wait for something they saw, after copies of other
    /// logs were lost: until it is back nobody knows which numbers are used.
    fn unknown_past(&self) -> Option<String> {
        let applied = self.applied.get(&self.me).copied().unwrap_or_default();
        (applied < self.drafter.head().seq).then(|| {
            "this device lacks entries that its own log builds on; \
             connect it to another device of the shop"
                .to_owned()
        })
    }

    /// For work no command waits for.
    fn write_or_drop(&mut self, now: Now, rows: &mut dyn Rows, bodies: Vec<Body>, then: InFlight) {
        let join_reply = then.join_reply;
        let again = bodies.clone();
        let Err(error) = self.write(now, rows, bodies, then) else { return };
        if let Some(reply) = join_reply {
            let answer = till_schema::message::JoinAnswer::Refused(error.to_string());
            self.out.push(Output::JoinAnswer { reply, answer });
        }
        self.take_up_again(now, again.iter());
    }

    /// What nobody would ask for again is tried again after a while: numbers
    /// that arrived, and answers of the relay.
    fn take_up_again<'a>(&mut self, now: Now, bodies: impl Iterator<Item = &'a Body>) {
        if self.fault.is_some() {
            return; // Not before the next start.
        }
        for body in bodies {
            match body {
                Body::Accept(_) => self.accept_again_at = Some(now.tick_ms + WRITE_RETRY_MS),
                Body::FiscalReceipt(receipt) => self.again(now, &receipt.code, WRITE_RETRY_MS),
                _ => {}
            }
        }
    }

    fn start_entry(&self) -> Start {
        Start {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            actor: self.actor,
            run_nonce: self.run_nonce,
            kinds_known: Body::KINDS_KNOWN.0,
        }
    }

    pub(crate) fn durable(&mut self, now: Now, rows: &mut dyn Rows, ticket: Ticket) {
        if self.in_flight.as_ref().is_some_and(|work| work.ticket == Some(ticket)) {
            let work = self.in_flight.take().expect("looked at above");
            self.own_durable(rows, work);
        } else {
            self.foreign_durable(now, rows, ticket);
        }
    }

    fn own_durable(&mut self, rows: &mut dyn Rows, work: InFlight) {
        let frame = work.frame.expect("a frame is in flight");
        self.started = true;
        self.drafter.keep(&frame);
        self.heads.insert(self.me, frame.head());
        self.apply_frame(rows, &frame);
        self.push_live(&frame);
        if let Some((ticket, reply)) = work.reply {
            self.reply(ticket, Ok(reply));
        }
        if let Some(reply) = work.join_reply {
            let answer = self.welcome();
            self.out.push(Output::JoinAnswer { reply, answer });
        }
        // A sale rung up meanwhile goes before the rest of an import.
        if let Some(next) = work.next {
            self.jobs.push_back(next);
        }
        self.apply_ready(rows);
    }

    pub(crate) fn not_durable(&mut self, now: Now, rows: &mut dyn Rows, ticket: Ticket, why: &str) {
        if self.in_flight.as_ref().is_some_and(|work| work.ticket == Some(ticket)) {
            let work = self.in_flight.take().expect("looked at above");
            self.forget_changes(rows, &work);
            let entries = work.frame.iter().flat_map(VerifiedFrame::entries);
            self.take_up_again(now, entries.filter_map(|entry| entry.body.as_ref()));
            let error = CommandError::Storage(why.to_owned());
            if let Some((ticket, _)) = work.reply {
                self.reply(ticket, Err(error));
            } else if let Some(Job::Command { ticket, .. }) = work.next {
                self.reply(ticket, Err(error));
            }
            if let Some(reply) = work.join_reply {
                let answer = till_schema::message::JoinAnswer::Refused(why.to_owned());
                self.out.push(Output::JoinAnswer { reply, answer });
            }
        } else {
            self.foreign_not_durable(now, ticket);
        }
    }

    /// The disk may or may not hold the last frame: stop until the driver has
    /// read the log back and opened the node again.
    pub fn stop(&mut self, fault: String) {
        self.fault = Some(fault);
    }

    /// Takes changes that did not become durable out of the documents again.
    fn forget_changes(&mut self, rows: &mut dyn Rows, work: &InFlight) {
        if !work.edited {
            return;
        }
        match crate::catalogue::load(rows) {
            Ok(documents) => self.documents = documents,
            Err(why) => {
                self.fault = Some(format!("the books are damaged ({why}); restart tillmesh"))
            }
        }
    }
}

impl Command {
    /// Whether it may write to the log; all others only read.
    pub fn writes(&self) -> bool {
        match self {
            Self::Sell(_)
            | Self::PutProducts(_)
            | Self::PutCustomers(_)
            | Self::EditProduct { .. }
            | Self::MoveStock { .. }
            | Self::ImportResolution { .. }
            | Self::GrantNumbers { .. }
            | Self::VoidNumbers { .. }
            | Self::Resolve { .. }
            | Self::Invite { .. } => true,
            Self::Shop
            | Self::Quote(_)
            | Self::Products { .. }
            | Self::Customers { .. }
            | Self::History { .. }
            | Self::Orders { .. }
            | Self::Order { .. }
            | Self::Totals
            | Self::NumbersStatus
            | Self::NumbersAudit
            | Self::Conflicts
            | Self::Devices
            | Self::SyncStatus
            | Self::FiscalQueue
            | Self::Digest => false,
        }
    }
}
