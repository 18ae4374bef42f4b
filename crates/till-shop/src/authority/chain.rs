//! The admin chain: which entries have effect, in which order.

use super::{Item, Logs};
use ed25519_dalek::{Signature, VerifyingKey};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use till_schema::body::{AdminRecover, Body};
use till_schema::rows::EntryRef;
use till_schema::{LogId, Seq, ShopId};

/// An entry with effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Link {
    pub(super) item: Item,
    pub(super) epoch: u64,
}

/// The entries with effect, and where the administration is after them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Chain {
    pub(super) links: Vec<Link>,
    pub(super) epoch: u64,
    pub(super) admin: LogId,
    pub(super) moving_to: Option<LogId>,
    pub(super) fork: Vec<EntryRef>,
}

/// Valid recoveries, by the epoch that each ends.
type Recoveries<'a> = BTreeMap<u64, Vec<(&'a Item, &'a AdminRecover)>>;

/// Follows the administration from the founding on, epoch by epoch.
///
/// It ends: within an epoch positions of one log rise, an epoch that begins by
/// an accept goes on above all that was walked of that log, and each recovery
/// ends one epoch number, which never comes again.
pub(super) fn walk(shop: ShopId, founder: LogId, logs: &Logs) -> Chain {
    let mut chain =
        Chain { links: Vec::new(), epoch: 0, admin: founder, moving_to: None, fork: Vec::new() };
    let Some((mut begin, recovery_key)) = founding(shop, founder, logs) else { return chain };
    let recoveries = recoveries(shop, recovery_key, logs);
    loop {
        chain.run_epoch(begin, logs);
        let recovery = chain.recover(recoveries.get(&chain.epoch));
        let Some(next) = recovery.or_else(|| chain.acceptance(logs)) else { break };
        chain.epoch += 1;
        chain.moving_to = None;
        begin = next;
    }
    chain.fork.sort_by_key(|entry| entry.hash);
    chain
}

/// The founding entry that makes this shop's id, and its recovery key.
fn founding(shop: ShopId, founder: LogId, logs: &Logs) -> Option<(&Item, Option<[u8; 32]>)> {
    logs.get(&founder)?.iter().find_map(|item| match &item.body {
        Body::ShopFounded(founded) if founded.shop_id(founder) == shop => {
            Some((item, founded.recovery_key))
        }
        _ => None,
    })
}

/// All recoveries that the recovery key signed.
fn recoveries(shop: ShopId, key: Option<[u8; 32]>, logs: &Logs) -> Recoveries<'_> {
    let mut found = Recoveries::new();
    let Some(key) = key.and_then(|key| VerifyingKey::from_bytes(&key).ok()) else { return found };
    for item in logs.values().flatten() {
        let Body::AdminRecover(recover) = &item.body else { continue };
        let digest = recover.digest(shop, item.entry.log);
        if key.verify_strict(&digest, &Signature::from_bytes(&recover.signature)).is_ok() {
            found.entry(recover.epoch).or_default().push((item, recover));
        }
    }
    found
}

impl Chain {
    /// Appends the entry that begins the epoch and what its log says after it,
    /// up to a move of the administration.
    fn run_epoch(&mut self, begin: &Item, logs: &Logs) {
        self.admin = begin.entry.log;
        self.push(begin);
        let items = logs.get(&begin.entry.log).into_iter().flatten();
        for item in items.filter(|item| item.entry.seq > begin.entry.seq) {
            if !goes_on(&item.body) {
                continue;
            }
            self.push(item);
            if let Body::AdminMove(moved) = &item.body {
                self.moving_to = Some(moved.to);
                return;
            }
        }
    }

    fn push(&mut self, item: &Item) {
        self.links.push(Link { item: item.clone(), epoch: self.epoch });
    }

    /// If the epoch was recovered: takes back what is beyond the cut, and says
    /// what begins the next epoch.
    fn recover<'a>(
        &mut self,
        candidates: Option<&Vec<(&'a Item, &'a AdminRecover)>>,
    ) -> Option<&'a Item> {
        // All are measured against the epoch as it was before any of them.
        let valid: Vec<(usize, &Item, u64)> = candidates?
            .iter()
            .filter_map(|(item, recover)| {
                self.links_kept(item, recover).map(|kept| (kept, *item, recover.counter))
            })
            .collect();
        let (kept, item, _) = valid
            .iter()
            .min_by_key(|(_, item, counter)| (Reverse(*counter), item.entry.hash))
            .copied()?;
        if valid.len() > 1 {
            self.fork.extend(valid.iter().map(|(_, item, _)| item.entry));
        }
        self.links.truncate(kept);
        Some(item)
    }

    /// How many entries a recovery leaves; `None` when its cut is not of the
    /// epoch, or lies beyond the recovery in its own log.
    fn links_kept(&self, item: &Item, recover: &AdminRecover) -> Option<usize> {
        let cut = self
            .links
            .iter()
            .position(|link| link.epoch == self.epoch && link.item.id() == recover.cut)?;
        let walked = walked(&self.links[..=cut], item.entry.log);
        (item.entry.seq > walked).then_some(cut + 1)
    }

    /// The accept of the move that ended the epoch.
    fn acceptance<'a>(&self, logs: &'a Logs) -> Option<&'a Item> {
        let to = self.moving_to?;
        let moved = self.links.last()?.item.id();
        let walked = walked(&self.links, to);
        logs.get(&to)?.iter().find(|item| {
            item.entry.seq > walked
                && matches!(&item.body, Body::AdminAccept(accept) if accept.moved == moved)
        })
    }
}

/// The last position of a log that the links have.
fn walked(links: &[Link], log: LogId) -> Seq {
    let of_log = links.iter().filter(|link| link.item.entry.log == log);
    of_log.map(|link| link.item.entry.seq).max().unwrap_or_default()
}

/// Kinds that have effect in the log that administers. The ones that begin an
/// epoch have none in the middle of it.
fn goes_on(body: &Body) -> bool {
    match body {
        Body::DeviceAdd(_)
        | Body::SpaceOpen(_)
        | Body::RoleSet(_)
        | Body::EndOf(_)
        | Body::AcceptTail(_)
        | Body::AdminMove(_)
        | Body::Reinstate(_)
        | Body::DeclareLost(_)
        | Body::AssignProvisional(_) => true,
        Body::ShopFounded(_)
        | Body::Start(_)
        | Body::LogEnd(_)
        | Body::AdminAccept(_)
        | Body::AdminRecover(_)
        | Body::Suspend(_)
        | Body::DocumentChange(_)
        | Body::UserSet(_)
        | Body::ResolutionImport(_)
        | Body::Cede(_)
        | Body::Accept(_)
        | Body::Void(_)
        | Body::CustodyMove(_)
        | Body::SaleCommitted(_)
        | Body::StockMoved(_)
        | Body::SaleProvisional(_)
        | Body::CreditNoteCommitted(_)
        | Body::CartHeld(_)
        | Body::CartDropped(_)
        | Body::Reprinted(_)
        | Body::AccountPaid(_)
        | Body::ShiftOpened(_)
        | Body::DrawerOpened(_)
        | Body::ShiftHandedOver(_)
        | Body::ShiftClosed(_)
        | Body::FiscalReceipt(_)
        | Body::Resolution(_)
        | Body::ForkProof(_)
        | Body::ForkTail(_) => false,
    }
}
