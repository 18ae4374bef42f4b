//! The reference: a map from number to place, as plain as can be.

use std::collections::BTreeMap;
use till_schema::body::Body;
use till_schema::numbering::Ranges;
use till_schema::rows::EntryRef;
use till_schema::{LogId, SpaceId};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum At {
    Held(LogId),
    /// Given by this entry of this log to another.
    Transit(LogId, u64, LogId),
    Issued(LogId),
    Voided(LogId),
}

#[derive(Default)]
pub(super) struct Model {
    places: BTreeMap<(SpaceId, u64), At>,
    custodians: BTreeMap<SpaceId, LogId>,
    /// Custody on its way: the log that gave it, the position, the next custodian.
    moving: BTreeMap<(LogId, u64), (SpaceId, LogId)>,
}

impl Model {
    /// Takes an entry in; says what is wrong with it.
    pub(super) fn wrote(&mut self, entry: &EntryRef, body: &Body) -> Result<(), String> {
        let me = entry.log;
        match body {
            Body::SpaceOpen(open) => {
                self.custodians.insert(open.space.id(), open.custodian);
                Ok(())
            }
            Body::ResolutionImport(import) => {
                let entitled = self.custodians.get(&import.space) == Some(&me);
                for number in import.from..=import.to {
                    self.places.entry((import.space, number)).or_insert(At::Held(me));
                }
                entitled.then_some(()).ok_or_else(|| "minted without custody".to_owned())
            }
            Body::Cede(cede) => {
                let to = At::Transit(me, entry.seq.0, cede.to);
                self.shift(cede.space, &cede.ranges, At::Held(me), to)
            }
            Body::Accept(accept) => {
                let from = At::Transit(accept.giver, accept.giver_seq.0, me);
                if let Some((space, to)) = self.moving.remove(&(accept.giver, accept.giver_seq.0)) {
                    self.custodians.insert(space, to);
                    return (to == me).then_some(()).ok_or_else(|| "not its custody".to_owned());
                }
                let mut any = false;
                for at in self.places.values_mut().filter(|at| **at == from) {
                    *at = At::Held(me);
                    any = true;
                }
                any.then_some(()).ok_or_else(|| "accepted nothing".to_owned())
            }
            Body::Void(void) => self.shift(void.space, &void.ranges, At::Held(me), At::Voided(me)),
            Body::CustodyMove(custody) => {
                self.moving.insert((me, entry.seq.0), (custody.space, custody.to));
                let was = self.custodians.remove(&custody.space);
                (was == Some(me)).then_some(()).ok_or_else(|| "moved foreign custody".to_owned())
            }
            Body::SaleCommitted(sale) => {
                let number = Ranges::span(sale.number, sale.number);
                self.shift(sale.space, &number, At::Held(me), At::Issued(me))
            }
            _ => Ok(()),
        }
    }

    fn shift(&mut self, space: SpaceId, ranges: &Ranges, from: At, to: At) -> Result<(), String> {
        for number in ranges.iter().flat_map(|(first, last)| first..=last) {
            let was = self.places.insert((space, number), to);
            if was != Some(from) {
                return Err(format!("{number} was at {was:?}, not at {from:?}"));
            }
        }
        Ok(())
    }

    /// Who may mint; nobody while custody is on its way.
    pub(super) fn custodian(&self, space: SpaceId) -> Option<LogId> {
        self.custodians.get(&space).copied()
    }

    pub(super) fn place(&self, space: SpaceId, number: u64) -> Option<At> {
        self.places.get(&(space, number)).copied()
    }

    /// The numbers of a space by place.
    pub(super) fn classes(&self, space: SpaceId) -> BTreeMap<At, Ranges> {
        let mut classes: BTreeMap<At, Vec<u64>> = BTreeMap::new();
        for ((_, number), at) in self.places.range((space, 0)..=(space, u64::MAX)) {
            classes.entry(*at).or_default().push(*number);
        }
        classes.into_iter().map(|(at, numbers)| (at, numbers.into_iter().collect())).collect()
    }
}
