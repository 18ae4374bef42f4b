//! The people who act: PIN, session, rights, and a second person's word.
//!
//! Sessions and approvals live for one run. Wrong PINs are kept in a local row,
//! so that starting the program again forgives nothing.

use crate::Node;
use crate::command::{
    Acting, Command, CommandError, Day, Discount, Reply, SessionView, Token, UserDraft, UserView,
};
use crate::io::Now;
use crate::job::{Caller, Who};
use crate::limits::{APPROVAL_LIFE_MS, APPROVALS_MAX, SESSION_IDLE_MS, SESSIONS_MAX};
use crate::sell::{Done, wrong};
use std::collections::BTreeMap;
use till_schema::UserId;
use till_schema::body::{Right, UserSet};
use till_schema::order::TenderKind;
use till_schema::rows::{PinTriesRow, Rows, Table, UserRow, collect_rows};
use till_shop::{Need, users};

/// Who acts in this run.
#[derive(Debug, Default)]
pub(crate) struct People {
    /// Sessions with the tick of their last call.
    sessions: BTreeMap<Token, (UserId, u64)>,
    /// Words given, with the tick until which they hold.
    approvals: BTreeMap<Token, (UserId, u64)>,
}

impl Node {
    /// On whose word a command is done.
    ///
    /// # Errors
    /// When somebody must log in, or may not do this.
    pub(crate) fn authorize(
        &mut self,
        now: Now,
        rows: &dyn Rows,
        command: &Command,
        acting: Acting,
    ) -> Result<Who, CommandError> {
        if !users::any_owner(rows) {
            return Ok(Who::default()); // A shop without people: the device acts.
        }
        let user = self.acting_user(now, rows, acting.session);
        let needed = self.rights_needed(rows, command);
        if needed.is_empty() {
            return Ok(Who { user: user.map(|set| set.user), approver: None });
        }
        let user = user.ok_or_else(|| {
            CommandError::Login(
                "nobody is logged in; log in first (`--user NAME --pin PIN`)".to_owned(),
            )
        })?;
        let who = Who { user: Some(user.user), approver: None };
        let Some(missing) = needed.iter().find(|need| !need.is_met(&user)) else {
            return Ok(who);
        };
        let approver = acting
            .approval
            .and_then(|token| self.people.approvals.remove(&token))
            .filter(|(_, until)| *until > now.tick_ms)
            .and_then(|(user, _)| users::user(rows, user))
            .filter(|set| set.active && needed.iter().all(|need| need.is_met(set)));
        match approver {
            Some(approver) => Ok(Who { approver: Some(approver.user), ..who }),
            None => Err(CommandError::NotAllowed(format!(
                "“{}” may not do this ({}); somebody with the right can approve it \
                 (`--approve-user NAME --approve-pin PIN`)",
                user.name,
                missing.name()
            ))),
        }
    }

    /// The person of a session that is not idle, and may still log in.
    fn acting_user(
        &mut self,
        now: Now,
        rows: &dyn Rows,
        session: Option<Token>,
    ) -> Option<UserSet> {
        let token = session?;
        let (user, last) = self.people.sessions.get_mut(&token)?;
        if now.tick_ms >= *last + SESSION_IDLE_MS {
            self.people.sessions.remove(&token);
            return None;
        }
        *last = now.tick_ms;
        users::user(rows, *user).filter(|set| set.active)
    }

    fn rights_needed(&self, rows: &dyn Rows, command: &Command) -> Vec<Needed> {
        let right = match command {
            Command::Sell(cart) => return self.rights_of_cart(rows, cart),
            Command::Day(day) => return self.rights_of_day(rows, day),
            Command::PutProducts(_) | Command::EditProduct { .. } => Right::EditProducts,
            Command::PutCustomers(_) => Right::EditCustomers,
            Command::MoveStock { .. } => Right::MoveStock,
            Command::ImportResolution { .. }
            | Command::OpenSpace { .. }
            | Command::MoveCustody { .. }
            | Command::DeclareLost { .. }
            | Command::AssignProvisional { .. }
            | Command::GrantNumbers { .. }
            | Command::VoidNumbers { .. }
            | Command::ConfirmClock => Right::ManageNumbers,
            Command::Resolve { .. } => Right::ResolveConflicts,
            Command::Invite { .. }
            | Command::InviteCode { .. }
            | Command::SetRoles { .. }
            | Command::EndDevice { .. }
            | Command::AcceptTail { .. }
            | Command::Suspend { .. }
            | Command::Reinstate { .. }
            | Command::MoveAdmin { .. }
            | Command::Retire => Right::ManageDevices,
            Command::SetUser(_) => Right::ManageUsers,
            // The words are a right of their own; the rest only reads.
            _ => return Vec::new(),
        };
        vec![Needed::Right(right)]
    }

    fn rights_of_cart(&self, rows: &dyn Rows, cart: &crate::command::Cart) -> Vec<Needed> {
        let mut needed = vec![Needed::Right(Right::Sell)];
        let mut left: i64 = 0;
        for line in &cart.lines {
            let listed = self.product(rows, &line.code).ok().map(|row| row.price);
            if line.unit_price.is_some() && line.unit_price != listed {
                needed.push(Needed::Right(Right::PriceOverride));
            }
            let price = line.unit_price.or(listed).unwrap_or_default();
            let gross = i128::from(price) * i128::from(line.quantity.0) / 1000;
            let gross = i64::try_from(gross).unwrap_or(i64::MAX);
            let discount = Discount { amount: line.discount, bp: line.discount_bp }.of(gross);
            if discount > 0 {
                needed.push(Needed::Discount { gross, discount });
            }
            left = left.saturating_add(gross.saturating_sub(discount));
        }
        let discount = cart.discount.of(left);
        if discount > 0 {
            needed.push(Needed::Discount { gross: left, discount });
        }
        if cart.tenders.iter().any(|tender| tender.kind == TenderKind::Account) {
            needed.push(Needed::Right(Right::Credit));
        }
        needed
    }

    fn rights_of_day(&self, rows: &dyn Rows, day: &Day) -> Vec<Needed> {
        let right = match day {
            Day::Return { .. } => Right::Refund,
            Day::VoidSale { .. } | Day::DropCart { .. } => Right::Void,
            Day::HoldCart { put, .. } => {
                let cart = crate::command::Cart {
                    order: till_schema::OrderId([0; 16]),
                    lines: put.clone(),
                    customer: None,
                    tenders: Vec::new(),
                    sold_at_ms: None,
                    provisional: false,
                    discount: Discount::default(),
                    tip: 0,
                    note: String::new(),
                    resumes: None,
                };
                return self.rights_of_cart(rows, &cart);
            }
            Day::Reprint { .. } | Day::PayAccount { .. } => Right::Sell,
            Day::Drawer { .. } => Right::Drawer,
            Day::OpenShift { .. } | Day::HandOver { .. } | Day::CloseShift { .. } => Right::Shift,
            Day::CountStock { .. } | Day::MoveStockAt { .. } => Right::MoveStock,
            Day::PutSettings(_) => Right::EditSettings,
        };
        vec![Needed::Right(right)]
    }

    /// Checks a PIN. Too many wrong ones slow down.
    fn check_pin(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        name: &str,
        pin: &str,
    ) -> Result<UserSet, CommandError> {
        let unknown = || {
            CommandError::Login("this name and PIN do not belong together; try again".to_owned())
        };
        let user = users::by_name(rows, name).filter(|set| set.active).ok_or_else(unknown)?;
        let tries = users::pin_tries(rows, user.user);
        let wait = users::wait_left_ms(&tries, now.wall_ms);
        if wait > 0 {
            return Err(CommandError::Login(format!(
                "too many wrong PINs for “{}”; wait {} s",
                user.name,
                wait.div_euclid(1000) + 1
            )));
        }
        if users::verify_pin(&user.pin_hash, pin) {
            users::put_pin_tries(rows, user.user, &PinTriesRow::default());
            return Ok(user);
        }
        let wrong = PinTriesRow { wrong: tries.wrong.saturating_add(1), last_ms: now.wall_ms };
        users::put_pin_tries(rows, user.user, &wrong);
        Err(unknown())
    }

    pub(crate) fn login(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        name: &str,
        pin: &str,
    ) -> Result<Reply, CommandError> {
        let user = self.check_pin(now, rows, name, pin)?;
        let idle = |last: u64| now.tick_ms >= last + SESSION_IDLE_MS;
        self.people.sessions.retain(|_, (_, last)| !idle(*last));
        if self.people.sessions.len() >= SESSIONS_MAX {
            let oldest = self.people.sessions.iter().min_by_key(|(_, (_, last))| *last);
            if let Some(token) = oldest.map(|(token, _)| *token) {
                self.people.sessions.remove(&token);
            }
        }
        let token = Token(self.draw_id());
        self.people.sessions.insert(token, (user.user, now.tick_ms));
        Ok(Reply::Session(session_view(Some(token), Some(&user), true)))
    }

    pub(crate) fn approve(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        name: &str,
        pin: &str,
    ) -> Result<Reply, CommandError> {
        let user = self.check_pin(now, rows, name, pin)?;
        self.people.approvals.retain(|_, (_, until)| *until > now.tick_ms);
        if self.people.approvals.len() >= APPROVALS_MAX {
            return Err(CommandError::Busy);
        }
        let token = Token(self.draw_id());
        self.people.approvals.insert(token, (user.user, now.tick_ms + APPROVAL_LIFE_MS));
        Ok(Reply::Session(session_view(Some(token), Some(&user), true)))
    }

    pub(crate) fn logout(&mut self, session: Option<Token>) -> Reply {
        if let Some(token) = session {
            self.people.sessions.remove(&token);
        }
        Reply::Done
    }

    pub(crate) fn session(&mut self, now: Now, rows: &dyn Rows, session: Option<Token>) -> Reply {
        let user = self.acting_user(now, rows, session);
        let token = session.filter(|_| user.is_some());
        Reply::Session(session_view(token, user.as_ref(), users::any_owner(rows)))
    }

    /// Makes a person, or another version of one.
    pub(crate) fn set_user(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        draft: UserDraft,
    ) -> Done {
        self.entitled(Need::SetUsers)?;
        let mut set = match users::by_name(rows, &draft.name) {
            Some(held) => held,
            None => self.new_person(&draft)?,
        };
        if let Some(name) = &draft.rename {
            let taken = users::by_name(rows, name).is_some_and(|other| other.user != set.user);
            if taken {
                return Err(wrong(format!("somebody is called “{name}” already")));
            }
            set.name = name.trim().to_owned();
        }
        if let Some(pin) = &draft.pin {
            let salt = self.draw_id();
            set.pin_hash = users::hash_pin(pin, salt).map_err(|error| wrong(error.to_string()))?;
        }
        change_rights(&mut set, draft);
        users::check(&set).map_err(|error| wrong(error.to_string()))?;
        somebody_rules(rows, &set)?;
        self.write_done(now, rows, caller, vec![set.into()])
    }

    fn new_person(&mut self, draft: &UserDraft) -> Result<UserSet, CommandError> {
        let Some(role) = draft.role.filter(|_| draft.pin.is_some()) else {
            return Err(wrong(format!(
                "nobody is called “{}”; a new person needs a role and a PIN",
                draft.name
            )));
        };
        Ok(UserSet {
            user: UserId(self.draw_id()),
            name: draft.name.trim().to_owned(),
            role,
            rights: Vec::new(),
            discount_limit_bp: 0,
            pin_hash: String::new(),
            active: true,
        })
    }

    pub(crate) fn user_views(rows: &dyn Rows) -> Vec<UserView> {
        collect_rows::<UserRow>(rows, Table::Users, &[])
            .into_iter()
            .map(|(_, row)| (row.versions.len(), users::current(&row).clone()))
            .map(|(versions, user)| UserView { versions, user })
            .collect()
    }
}

/// What a draft says of a person's rights. A role replaces those before.
fn change_rights(set: &mut UserSet, draft: UserDraft) {
    if let Some(role) = draft.role {
        set.role = role;
        set.rights = role.rights();
        set.discount_limit_bp = role.discount_limit_bp();
    }
    set.rights.extend(draft.allow);
    set.rights.retain(|right| !draft.deny.contains(right));
    set.rights.sort();
    set.rights.dedup();
    set.discount_limit_bp = draft.discount_limit_bp.unwrap_or(set.discount_limit_bp);
    set.active = draft.active.unwrap_or(set.active);
}

/// Somebody must be able to change people, from the first person on.
fn somebody_rules(rows: &dyn Rows, set: &UserSet) -> Done {
    let rules = |set: &UserSet| set.active && users::may(set, Right::ManageUsers);
    let others = users::users(rows).into_iter().filter(|other| other.user != set.user);
    if rules(set) || others.into_iter().any(|other| rules(&other)) {
        return Ok(());
    }
    Err(wrong(if users::any_owner(rows) {
        "somebody must stay who may change people"
    } else {
        "the first person must be an owner: without one nobody could change people"
    }))
}

fn session_view(token: Option<Token>, user: Option<&UserSet>, login_needed: bool) -> SessionView {
    SessionView {
        token,
        name: user.map(|set| set.name.clone()),
        rights: user.map(|set| set.rights.clone()).unwrap_or_default(),
        login_needed,
        idle_ms: SESSION_IDLE_MS,
    }
}

/// What one person must have.
enum Needed {
    Right(Right),
    /// A discount within the person's limit, minor units.
    Discount {
        gross: i64,
        discount: i64,
    },
}

impl Needed {
    fn is_met(&self, set: &UserSet) -> bool {
        match self {
            Self::Right(right) => users::may(set, *right),
            Self::Discount { gross, discount } => users::discount_allowed(set, *gross, *discount),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Right(right) => right.name(),
            Self::Discount { .. } => "a discount above the limit",
        }
    }
}
