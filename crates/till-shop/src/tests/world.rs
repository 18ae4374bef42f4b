//! A shop whose entries about rights are written by hand.

use crate::recovery::{Entropy, public, recover, recovery_key};
use crate::{Authority, Need, Reason, Verdict};
use std::collections::BTreeMap;
use till_schema::body::{
    AcceptTail, AdminAccept, AdminMove, Body, DeviceAdd, EndOf, EndReason, Reinstate, Role,
    RoleSet, ShopFounded, Suspend,
};
use till_schema::rows::{AdminRow, EntryRef};
use till_schema::{Currency, EntryHash, EntryId, LogId, Seq, ShopId, Vector};

pub(crate) const ENTROPY: Entropy = [7; 16];
pub(crate) const CUT: Verdict = Verdict::Unentitled(Reason::Cut);
pub(crate) const ROLE: Verdict = Verdict::Unentitled(Reason::Role);
pub(crate) const SUSPENDED: Verdict = Verdict::Unentitled(Reason::Suspended);
pub(crate) const NOT_ADMIN: Verdict = Verdict::Unentitled(Reason::NotAdmin);
pub(crate) const NOT_IN_SHOP: Verdict = Verdict::Unentitled(Reason::NotInShop);

pub(crate) fn log(device: u8) -> LogId {
    LogId([device; 32])
}

/// The hash of the entry at a position of a device's log.
pub(crate) fn hash(device: u8, seq: u64) -> EntryHash {
    EntryHash(*blake3::hash(&[&[device][..], &seq.to_be_bytes()].concat()).as_bytes())
}

pub(crate) fn reference(device: u8, seq: u64) -> EntryRef {
    EntryRef { log: log(device), seq: Seq(seq), hash: hash(device, seq), wall_ms: 0 }
}

pub(crate) fn founded() -> ShopFounded {
    ShopFounded {
        nonce: [1; 16],
        name: "La Esquina".into(),
        currency: Currency::Cop,
        country: "co".into(),
        tax_id: "900123456".into(),
        recovery_key: Some(public(&ENTROPY)),
    }
}

pub(crate) fn shop_id() -> ShopId {
    founded().shop_id(log(0))
}

pub(crate) fn row(entry: EntryRef, admin_pos: u64, body: &Body) -> AdminRow {
    AdminRow { entry, admin_pos: Seq(admin_pos), kind: body.kind(), body: body.to_bytes() }
}

pub(crate) fn device_add(device: u8, roles: &[Role]) -> Body {
    let name = format!("Caja {device}");
    DeviceAdd { log: log(device), name, roles: roles.to_vec(), replaces: None }.into()
}

pub(crate) fn end_of(device: u8, at: u64) -> Body {
    let (at_seq, at_hash) = (Seq(at), hash(device, at));
    EndOf { log: log(device), at_seq, at_hash, reason: EndReason::Lost }.into()
}

pub(crate) fn accept_tail(device: u8, to: u64) -> Body {
    AcceptTail { log: log(device), to_seq: Seq(to), to_hash: hash(device, to) }.into()
}

pub(crate) fn role_set(device: u8, roles: &[Role], cut: u64) -> Body {
    RoleSet { log: log(device), roles: roles.to_vec(), cut: Seq(cut) }.into()
}

pub(crate) fn suspend(device: u8, cut: u64) -> Body {
    Suspend { log: log(device), cut: Seq(cut), reason: "gone".into() }.into()
}

/// Entries in the order in which they were written; devices by small numbers,
/// 0 founds the shop and is an owner and a register.
pub(crate) struct Shop {
    pub(crate) rows: Vec<AdminRow>,
    heads: BTreeMap<LogId, Seq>,
}

impl Shop {
    pub(crate) fn found() -> Self {
        let mut shop = Self { rows: Vec::new(), heads: BTreeMap::new() };
        shop.write(0, founded());
        shop.write(0, device_add(0, &[Role::Owner, Role::Register]));
        shop
    }

    /// Of entries that were written elsewhere.
    pub(crate) fn with(rows: Vec<AdminRow>) -> Self {
        let mut heads = BTreeMap::<LogId, Seq>::new();
        for row in &rows {
            let head = heads.entry(row.entry.log).or_default();
            *head = (*head).max(row.entry.seq);
        }
        Self { rows, heads }
    }

    /// With owners 0 and 1 and registers 2 and 3.
    pub(crate) fn of_four() -> Self {
        let mut shop = Self::found();
        shop.write(0, device_add(1, &[Role::Owner]));
        shop.write(0, device_add(2, &[Role::Register]));
        shop.write(0, device_add(3, &[Role::Register]));
        shop
    }

    /// Writes an entry that knows the whole chain.
    pub(crate) fn write(&mut self, device: u8, body: impl Into<Body>) -> EntryRef {
        let known = self.authority().len().0;
        self.write_knowing(device, known, body)
    }

    pub(crate) fn write_knowing(
        &mut self,
        device: u8,
        admin_pos: u64,
        body: impl Into<Body>,
    ) -> EntryRef {
        let head = self.heads.entry(log(device)).or_default();
        *head = head.next();
        let entry = reference(device, head.0);
        self.rows.push(row(entry, admin_pos, &body.into()));
        entry
    }

    /// Other entries that are of no concern here.
    pub(crate) fn sell(&mut self, device: u8, times: u64) {
        self.heads.entry(log(device)).or_default().0 += times;
    }

    pub(crate) fn head(&self, device: u8) -> u64 {
        self.heads.get(&log(device)).map_or(0, |head| head.0)
    }

    pub(crate) fn heads(&self) -> Vector {
        self.heads.clone()
    }

    pub(crate) fn move_admin(&mut self, from: u8, to: u8) -> EntryRef {
        self.write(from, AdminMove { to: log(to) })
    }

    pub(crate) fn accept_admin(&mut self, device: u8, moved: EntryRef) -> EntryRef {
        self.write(device, AdminAccept { moved: id(moved) })
    }

    pub(crate) fn recover(
        &mut self,
        device: u8,
        epoch: u64,
        cut: EntryRef,
        counter: u64,
    ) -> EntryRef {
        let key = recovery_key(&ENTROPY);
        self.write(device, recover(&key, shop_id(), log(device), (epoch, id(cut)), counter))
    }

    pub(crate) fn reinstate(&mut self, device: u8, suspensions: &[EntryRef]) -> EntryRef {
        let suspensions = suspensions.iter().map(|entry| entry.hash).collect();
        self.write(device, Reinstate { suspensions })
    }

    pub(crate) fn authority(&self) -> Authority {
        Authority::compute(shop_id(), log(0), &self.rows)
    }

    pub(crate) fn verdict(&self, device: u8, seq: u64, admin_pos: u64, need: Need) -> Verdict {
        self.authority().verdict(log(device), Seq(seq), Seq(admin_pos), need)
    }

    pub(crate) fn counts(&self, entry: EntryRef) -> bool {
        self.authority().contains(&entry.hash)
    }
}

pub(crate) fn id(entry: EntryRef) -> EntryId {
    crate::authority::id_of(&entry)
}
