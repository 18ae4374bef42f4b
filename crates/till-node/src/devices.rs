//! Commands about devices: who is in, with which roles, and who is gone.

use crate::Node;
use crate::command::{CommandError, DeviceView, JoinView, Reply};
use crate::io::Now;
use crate::job::{Caller, InFlight};
use crate::limits::JOINS_REMEMBERED;
use crate::sell::{Done, wrong};
use till_schema::body::{
    AcceptTail, AdminMove, Body, DeviceAdd, EndOf, EndReason, LogEnd, Reinstate, Role, RoleSet,
    Suspend,
};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::rows::{AdminRow, ForkRow, Rows, Table, collect_rows, get_row, key};
use till_schema::{EntryHash, LogId};
use till_shop::{Need, recovery};

impl Node {
    pub(crate) fn set_roles(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        device: &str,
        roles: Vec<Role>,
    ) -> Done {
        self.administers()?;
        let device = self.device(device)?;
        if roles.is_empty() {
            return Err(wrong("give at least one role; to stop a device, suspend or remove it"));
        }
        if device.log == self.me && !roles.contains(&Role::Owner) {
            return Err(wrong(
                "the administering device stays an owner; move the administration first",
            ));
        }
        let cut = self.head_of(device.log).seq;
        self.write_done(now, rows, caller, vec![RoleSet { log: device.log, roles, cut }.into()])
    }

    pub(crate) fn end_device(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        device: &str,
        reason: EndReason,
    ) -> Done {
        self.administers()?;
        let device = self.device(device)?;
        if device.log == self.me {
            return Err(wrong(
                "this device cannot take itself out; use `tillmesh shop retire`, after moving the \
                 administration",
            ));
        }
        if device.ended.is_some() {
            return Err(wrong(format!("“{}” is out of the shop already", device.name)));
        }
        let body = self.end_of(device.log, reason);
        self.write_done(now, rows, caller, vec![body.into()])
    }

    /// The end of a device at the last entry of it that is here.
    pub(crate) fn end_of(&self, log: LogId, reason: EndReason) -> EndOf {
        let head = self.head_of(log);
        EndOf { log, at_seq: head.seq, at_hash: head.hash, reason }
    }

    pub(crate) fn accept_tail(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        device: &str,
    ) -> Done {
        self.administers()?;
        let device = self.device(device)?;
        if device.ended.is_none() {
            return Err(wrong(format!("“{}” is in the shop; nothing is cut off", device.name)));
        }
        let head = self.head_of(device.log);
        let body = AcceptTail { log: device.log, to_seq: head.seq, to_hash: head.hash };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    pub(crate) fn suspend(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        device: &str,
        reason: String,
    ) -> Done {
        self.entitled(Need::Suspend)?;
        let device = self.device(device)?;
        if device.log == self.me {
            return Err(wrong("a device does not stop itself; close it instead"));
        }
        if reason.trim().is_empty() || reason.len() > TEXT_BYTES_MAX {
            return Err(wrong("say in a few words why"));
        }
        let cut = self.head_of(device.log).seq;
        let body = Suspend { log: device.log, cut, reason: reason.trim().to_owned() };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    pub(crate) fn reinstate(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        device: &str,
    ) -> Done {
        self.administers()?;
        let device = self.device(device)?;
        let suspensions = suspensions(rows, device.log);
        if suspensions.is_empty() {
            return Err(wrong(format!("“{}” is not stopped", device.name)));
        }
        self.write_done(now, rows, caller, vec![Reinstate { suspensions }.into()])
    }

    pub(crate) fn move_admin(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        to: &str,
    ) -> Done {
        self.administers()?;
        let to = self.device(to)?;
        if to.log == self.me {
            return Err(wrong("this device administers the shop already"));
        }
        if !to.is_live() {
            return Err(wrong(format!("“{}” is not in the shop any more", to.name)));
        }
        let mut bodies: Vec<Body> = Vec::new();
        if !to.roles.contains(&Role::Owner) {
            let mut roles = to.roles.clone();
            roles.push(Role::Owner);
            bodies.push(RoleSet { log: to.log, roles, cut: self.head_of(to.log).seq }.into());
        }
        bodies.push(AdminMove { to: to.log }.into());
        self.write_done(now, rows, caller, bodies)
    }

    /// Whoever has the paper with the words goes on with the administration.
    pub(crate) fn recover(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        words: &str,
    ) -> Done {
        let entropy = recovery::parse(words).map_err(|error| wrong(error.to_string()))?;
        let (known, cut) = self.recovery_key(rows).zip(self.authority.last()).ok_or_else(|| {
            wrong("this shop has no recovery words, or its first entries have not arrived")
        })?;
        if recovery::public(&entropy) != known {
            return Err(wrong("these are the recovery words of another shop"));
        }
        if self.authority.admin() == self.me && self.authority.moving_to().is_none() {
            return Err(wrong("this device administers the shop already"));
        }
        let key = recovery::recovery_key(&entropy);
        let epoch = self.authority.epoch();
        // A recovery that is known has ended its epoch: this is the first of the next.
        let recover = recovery::recover(&key, self.shop, self.me, (epoch, cut), 1);
        let mut bodies: Vec<Body> = vec![recover.into()];
        let roles = vec![Role::Owner, Role::Register];
        match self.devices.get(&self.me) {
            None => {
                let name = self.own_name.clone();
                bodies.push(DeviceAdd { log: self.me, name, roles, replaces: None }.into());
            }
            Some(row) if !row.roles.contains(&Role::Owner) => {
                let mut roles = row.roles.clone();
                roles.push(Role::Owner);
                let cut = self.drafter.head().seq;
                bodies.push(RoleSet { log: self.me, roles, cut }.into());
            }
            Some(_) => {}
        }
        self.write_done(now, rows, caller, bodies)
    }

    /// Gives everything back and leaves.
    pub(crate) fn retire(&mut self, now: Now, rows: &mut dyn Rows, caller: Caller) -> Done {
        if self.authority.admin() == self.me {
            return Err(CommandError::NotAllowed(
                "this device administers the shop; move the administration first \
                 (`tillmesh shop admin move`)"
                    .to_owned(),
            ));
        }
        let plan = till_numbers::retire(rows, self.me);
        let mut bodies = plan.map_err(|error| {
            CommandError::NotAllowed(format!("{error}; see `tillmesh numbers status`"))
        })?;
        bodies.push(LogEnd {}.into());
        let then = InFlight {
            reply: Some((caller.ticket, Reply::Done)),
            reserved: true,
            who: caller.who,
            ..InFlight::default()
        };
        self.write(now, rows, bodies, then)
    }

    /// Public half of the key of the recovery words, as the founding says.
    fn recovery_key(&self, rows: &dyn Rows) -> Option<[u8; 32]> {
        let founding = key(&[&self.founder.0, &1u64.to_be_bytes()]);
        let row: AdminRow = get_row(rows, Table::Admin, &founding)?;
        match Body::decode(row.kind, &row.body) {
            Ok(Some(Body::ShopFounded(founded))) => founded.recovery_key,
            _ => None,
        }
    }

    pub(crate) fn head_of(&self, log: LogId) -> till_log::Head {
        self.heads.get(&log).copied().unwrap_or_default()
    }

    /// Remembers for people who joined, with the number on its screen.
    pub(crate) fn remember_join(&mut self, join: JoinView) {
        if self.joins.len() == JOINS_REMEMBERED {
            self.joins.remove(0);
        }
        self.joins.push(join);
    }

    pub(crate) fn device_views(&self, rows: &dyn Rows) -> Vec<DeviceView> {
        self.authority
            .devices()
            .into_iter()
            .map(|row| DeviceView {
                seq: self.head_of(row.log).seq,
                this: row.log == self.me,
                admin: row.log == self.authority.admin(),
                forked: get_row::<ForkRow>(rows, Table::Forks, &row.log.0).is_some(),
                log: row.log,
                name: row.name,
                roles: row.roles,
                ended: row.ended,
                suspended: row.suspended,
                retired: row.retired,
                replaces: row.replaces,
            })
            .collect()
    }
}

/// The entries that stop a device, whether or not they still hold: to lift one
/// that does not is harmless.
fn suspensions(rows: &dyn Rows, device: LogId) -> Vec<EntryHash> {
    let all = collect_rows::<AdminRow>(rows, Table::Admin, &[]);
    let of_device = all.into_iter().filter(|(_, row)| {
        matches!(Body::decode(row.kind, &row.body), Ok(Some(Body::Suspend(stop))) if stop.log == device)
    });
    of_device.map(|(_, row)| row.entry.hash).collect()
}
