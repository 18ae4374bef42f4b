//! Work on the own log: one frame in flight at a time, the rest waits in line.

use crate::Node;
use crate::command::{Acting, Command, CommandError, Day, JoinView, Look, Reply, Written};
use crate::io::{FrameRecord, Now, Output, Ticket};
use crate::limits::{JOBS_MAX, WRITE_RETRY_MS};
use crate::numbers::Import;
use till_log::Context;
use till_log::VerifiedFrame;
use till_schema::body::{Accept, AdminAccept, Body, FiscalReceipt, Start};
use till_schema::rows::Rows;
use till_schema::{EntryHash, EntryId, LogId, SpaceId, UserId};

/// The people behind an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Who {
    /// Who acts; nobody when the device acts by itself.
    pub(crate) user: Option<UserId>,
    /// Who allowed it.
    pub(crate) approver: Option<UserId>,
}

/// Whom a command is for, and on whose word it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Caller {
    /// Comes back with the reply.
    pub(crate) ticket: u64,
    pub(crate) who: Who,
}

/// Something that may write a frame.
#[derive(Debug)]
pub(crate) enum Job {
    /// A person's or program's command; imports carry what earlier parts wrote.
    Command { caller: Caller, command: Command, written: Written },
    /// Numbers ceded to this device arrived.
    Accept(Accept),
    /// A peer is low on numbers.
    Grant { space: SpaceId, to: LogId, held: u64, high: Option<u64> },
    /// The relay's final answer for a document.
    Receipt(FiscalReceipt),
    /// A device proved an invite.
    Admit { bodies: Vec<Body>, join: JoinView, reply: u64 },
    /// The administration comes here, by this entry.
    AcceptAdmin(EntryId),
    /// A provisional sale gets its number.
    Fiscalise(EntryHash),
    /// A proof of two histories, or a frame of one of them.
    Fork(Body),
    /// Numbers held here may have gone elsewhere too.
    Untaint,
}

/// What happens once the frame in flight is durable.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    pub(crate) ticket: Option<Ticket>,
    pub(crate) frame: Option<VerifiedFrame>,
    /// Whether the documents in memory hold the frame's changes already.
    pub(crate) edited: bool,
    pub(crate) reply: Option<(u64, Reply)>,
    /// What is read for the answer, once the frame is applied.
    pub(crate) look: Option<(u64, Look)>,
    /// The rest of an import.
    pub(crate) next: Option<Job>,
    /// Answer to a join, and what is remembered of it.
    pub(crate) join: Option<(u64, JoinView)>,
    /// Who is behind it.
    pub(crate) who: Who,
    /// Closing work that must fit on a full disk.
    pub(crate) reserved: bool,
}

impl Node {
    pub(crate) fn command(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        command: Command,
        acting: Acting,
    ) {
        let answer = match command {
            Command::Login { name, pin } => self.login(now, rows, &name, &pin),
            Command::Approve { name, pin } => self.approve(now, rows, &name, &pin),
            Command::Logout => Ok(self.logout(acting.session)),
            Command::Session => Ok(self.session(now, rows, acting.session)),
            command if !command.writes() => self.query(now, rows, command),
            _ if self.jobs.len() >= JOBS_MAX => Err(CommandError::Busy),
            command => match self.authorize(now, rows, &command, acting) {
                Ok(who) => {
                    let written = Written::default();
                    let caller = Caller { ticket, who };
                    return self.jobs.push_back(Job::Command { caller, command, written });
                }
                Err(error) => Err(error),
            },
        };
        self.reply(ticket, answer);
    }

    /// Works on the own log, and takes up again what did not reach the disk.
    pub(crate) fn tick_jobs(&mut self, now: Now, rows: &mut dyn Rows) {
        if self.accept_again_at.is_some_and(|at| at <= now.tick_ms) {
            self.accept_again_at = None;
            self.queue_accepts(rows);
            self.queue_admin_accept();
        }
        self.tick_provisionals(now, rows);
        self.void_tainted();
        self.run_jobs(now, rows);
    }

    /// Starts jobs until one is in flight or none is left.
    pub(crate) fn run_jobs(&mut self, now: Now, rows: &mut dyn Rows) {
        while self.in_flight.is_none() && !self.refold {
            let Some(index) = self.next_job(now) else { return };
            let Some(job) = self.jobs.remove(index) else { return };
            self.start(now, rows, job);
        }
    }

    /// The first job that need not wait: what takes a number does not go before
    /// somebody has had the chance to say that this device was set back.
    fn next_job(&self, now: Now) -> Option<usize> {
        let witnessed = self.is_witnessed(now);
        let takes_number = |job: &Job| match job {
            Job::Command { command, .. } => {
                matches!(
                    command,
                    Command::Sell(_)
                        | Command::GrantNumbers { .. }
                        | Command::Day(Day::Return { .. } | Day::VoidSale { .. })
                )
            }
            Job::Fiscalise(_) | Job::Grant { .. } => true,
            _ => false,
        };
        self.jobs.iter().position(|job| witnessed || !takes_number(job))
    }

    fn start(&mut self, now: Now, rows: &mut dyn Rows, job: Job) {
        match job {
            Job::Command { caller, command, written } => {
                if let Err(error) = self.start_command(now, rows, caller, command, written) {
                    self.reply(caller.ticket, Err(error));
                }
            }
            Job::Accept(accept) => {
                if !self.is_on_its_way(rows, &accept) {
                    return;
                }
                self.write_or_drop(now, rows, vec![accept.into()], InFlight::default());
            }
            Job::Grant { space, to, held, high } => {
                let today = self.today(now);
                let grant = till_numbers::grant(rows, space, self.me, to, held, high, today);
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
            Job::Admit { bodies, join, reply } => {
                let then = InFlight { join: Some((reply, join)), ..InFlight::default() };
                self.write_or_drop(now, rows, bodies, then);
            }
            Job::AcceptAdmin(moved) => {
                if self.authority.moving_to() == Some(self.me)
                    && self.authority.last() == Some(moved)
                {
                    let body = AdminAccept { moved };
                    self.write_or_drop(now, rows, vec![body.into()], InFlight::default());
                }
            }
            Job::Fiscalise(sale) => {
                // Nobody waits for it; it is tried again with the next input.
                let _ = self.fiscalise(now, rows, sale);
            }
            Job::Fork(evidence) => {
                if self.is_news(rows, &evidence) {
                    self.write_or_drop(now, rows, vec![evidence], InFlight::default());
                }
            }
            Job::Untaint => {
                let bodies = self.untaint(rows);
                if !bodies.is_empty() {
                    self.write_or_drop(now, rows, bodies, InFlight::default());
                }
            }
        }
    }

    fn start_command(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        command: Command,
        written: Written,
    ) -> Result<(), CommandError> {
        match command {
            Command::Sell(cart) => self.sell(now, rows, caller, cart),
            Command::Day(day) => self.day(now, rows, caller, day),
            Command::PutProducts(drafts) => self.put_products(now, rows, caller, drafts, written),
            Command::PutCustomers(drafts) => self.put_customers(now, rows, caller, drafts, written),
            Command::EditProduct { code, change } => {
                self.edit_product(now, rows, caller, &code, change)
            }
            Command::MoveStock { reason, moves, note } => {
                self.move_stock(now, rows, caller, reason, moves, note)
            }
            Command::ImportResolution {
                space,
                resolution,
                from,
                to,
                valid_from_day,
                valid_to_day,
            } => {
                let import = Import { space, resolution, from, to, valid_from_day, valid_to_day };
                self.import_resolution(now, rows, caller, import)
            }
            Command::OpenSpace { document_kind, prefix, custodian, sharing } => {
                self.open_space(now, rows, caller, (&document_kind, &prefix), &custodian, sharing)
            }
            Command::MoveCustody { space, to } => self.move_custody(now, rows, caller, space, &to),
            Command::DeclareLost { space, device, reference } => {
                self.declare_lost(now, rows, caller, space, &device, reference)
            }
            Command::AssignProvisional { order, to } => {
                self.assign_provisional(now, rows, caller, order, &to)
            }
            Command::ConfirmClock => {
                self.clock.confirmed = true;
                self.reply(caller.ticket, Ok(Reply::Done));
                Ok(())
            }
            Command::GrantNumbers { space, to, count } => {
                self.grant_numbers(now, rows, caller, space, &to, count)
            }
            Command::VoidNumbers { space, count, reason } => {
                self.void_numbers(now, rows, caller, space, count, reason)
            }
            Command::Resolve { conflict, choice, note } => {
                self.resolve(now, rows, caller, conflict, choice, note)
            }
            Command::Invite { roles } => {
                let invite = self.invite(now, roles)?;
                self.reply(caller.ticket, Ok(Reply::Invited { invite }));
                Ok(())
            }
            Command::InviteCode { roles } => {
                let shown = self.invite_code(now, roles)?;
                self.reply(caller.ticket, Ok(shown));
                Ok(())
            }
            Command::SetRoles { device, roles } => {
                self.set_roles(now, rows, caller, &device, roles)
            }
            Command::EndDevice { device, reason } => {
                self.end_device(now, rows, caller, &device, reason)
            }
            Command::AcceptTail { device } => self.accept_tail(now, rows, caller, &device),
            Command::Suspend { device, reason } => self.suspend(now, rows, caller, &device, reason),
            Command::Reinstate { device } => self.reinstate(now, rows, caller, &device),
            Command::MoveAdmin { to } => self.move_admin(now, rows, caller, &to),
            Command::Recover { words } => self.recover(now, rows, caller, &words),
            Command::Retire => self.retire(now, rows, caller),
            Command::SetUser(draft) => self.set_user(now, rows, caller, draft),
            Command::Login { .. }
            | Command::Approve { .. }
            | Command::Logout
            | Command::Session
            | Command::Joins
            | Command::Users
            | Command::Shop
            | Command::Quote(_)
            | Command::Look(_)
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
        if self.has_left() {
            self.forget_changes(rows, &then);
            return Err(CommandError::NotAllowed(
                "this device has left the shop; join again with a new invite".to_owned(),
            ));
        }
        let founding = matches!(bodies.first(), Some(Body::ShopFounded(_)));
        if !self.started {
            // The founding entry stays the first of its log.
            bodies.insert(usize::from(founding), self.start_entry().into());
        }
        let context = Context {
            admin_pos: self.authority.len(),
            wall_ms: now.wall_ms,
            user: then.who.user,
            approver: then.who.approver,
        };
        let frame = match self.drafter.draft(bodies, &self.applied, context) {
            Ok(frame) => frame,
            Err(error) => {
                self.forget_changes(rows, &then);
                return Err(CommandError::Wrong(error.to_string()));
            }
        };
        #[cfg(feature = "mutants")]
        if let Some((ticket, reply)) =
            then.reply.take_if(|_| crate::mutants::is(crate::mutants::Mutant::AnswersBeforeSaving))
        {
            self.reply(ticket, Ok(reply));
        }
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
    pub(crate) fn unknown_past(&self) -> Option<String> {
        let applied = self.applied.get(&self.me).copied().unwrap_or_default();
        (applied < self.drafter.head().seq).then(|| {
            "this device lacks entries that its own log builds on; \
             connect it to another device of the shop"
                .to_owned()
        })
    }

    /// For work no command waits for.
    fn write_or_drop(&mut self, now: Now, rows: &mut dyn Rows, bodies: Vec<Body>, then: InFlight) {
        let join = then.join.as_ref().map(|(reply, _)| *reply);
        let again = bodies.clone();
        let Err(error) = self.write(now, rows, bodies, then) else { return };
        if let Some(reply) = join {
            let answer = till_schema::message::JoinAnswer::Refused(error.to_string());
            self.out.push(Output::JoinAnswer { reply, answer });
        }
        self.take_up_again(now, again.iter());
    }

    /// What nobody would ask for again is tried again after a while: numbers
    /// that arrived, and answers of the relay.
    fn take_up_again<'a>(&mut self, now: Now, bodies: impl Iterator<Item = &'a Body>) {
        if self.fault.is_some() || self.has_left() {
            return; // Not before the next start, or never.
        }
        for body in bodies {
            match body {
                Body::Accept(_) | Body::AdminAccept(_) => {
                    self.accept_again_at = Some(now.tick_ms + WRITE_RETRY_MS);
                }
                #[cfg(feature = "mutants")]
                Body::FiscalReceipt(_)
                    if crate::mutants::is(crate::mutants::Mutant::ForgetsUnsavedAnswer) => {}
                Body::FiscalReceipt(receipt) => self.again(now, &receipt.code, WRITE_RETRY_MS),
                Body::ForkProof(_) | Body::ForkTail(_) => self.publish_again(now, body.clone()),
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
            self.own_durable(now, rows, work);
        } else {
            self.foreign_durable(now, rows, ticket);
        }
    }

    fn own_durable(&mut self, now: Now, rows: &mut dyn Rows, work: InFlight) {
        let frame = work.frame.expect("a frame is in flight");
        self.started = true;
        self.drafter.keep(&frame);
        self.heads.insert(self.me, frame.head());
        self.learn_forks(rows, &frame);
        self.apply_frame(rows, &frame);
        self.push_live(&frame);
        if let Some((ticket, reply)) = work.reply {
            self.reply(ticket, Ok(reply));
        }
        if let Some((ticket, look)) = work.look {
            let answer = self.look(now, rows, look).map(Reply::Day);
            self.reply(ticket, answer);
        }
        if let Some((reply, join)) = work.join {
            let answer = self.welcome(join.check);
            self.out.push(Output::JoinAnswer { reply, answer });
            self.remember_join(join);
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
            let asked = work.reply.map(|(ticket, _)| ticket);
            if let Some(ticket) = asked.or(work.look.map(|(ticket, _)| ticket)) {
                self.reply(ticket, Err(error));
            } else if let Some(Job::Command { caller, .. }) = work.next {
                self.reply(caller.ticket, Err(error));
            }
            if let Some((reply, _)) = work.join {
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
        if work.edited {
            self.reload_documents(rows);
        }
    }

    /// The documents as the rows have them.
    pub(crate) fn reload_documents(&mut self, rows: &dyn Rows) {
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
            | Self::Day(_)
            | Self::PutProducts(_)
            | Self::PutCustomers(_)
            | Self::EditProduct { .. }
            | Self::MoveStock { .. }
            | Self::ImportResolution { .. }
            | Self::GrantNumbers { .. }
            | Self::VoidNumbers { .. }
            | Self::OpenSpace { .. }
            | Self::MoveCustody { .. }
            | Self::DeclareLost { .. }
            | Self::AssignProvisional { .. }
            | Self::ConfirmClock
            | Self::Resolve { .. }
            | Self::Invite { .. }
            | Self::InviteCode { .. }
            | Self::SetRoles { .. }
            | Self::EndDevice { .. }
            | Self::AcceptTail { .. }
            | Self::Suspend { .. }
            | Self::Reinstate { .. }
            | Self::MoveAdmin { .. }
            | Self::Recover { .. }
            | Self::Retire
            | Self::SetUser(_)
            | Self::Login { .. }
            | Self::Approve { .. }
            | Self::Logout => true,
            Self::Shop
            | Self::Quote(_)
            | Self::Look(_)
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
            | Self::Joins
            | Self::Users
            | Self::Session
            | Self::SyncStatus
            | Self::FiscalQueue
            | Self::Digest => false,
        }
    }
}
