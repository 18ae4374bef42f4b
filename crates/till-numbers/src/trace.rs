//! The proof of where one number is: the entries of its path.
//!
//! A path says by itself where its number is; that the entries are in their
//! logs is what their hash chains say, and the caller has checked that.

use std::collections::BTreeMap;
use till_schema::body::{Accept, Body, Cede, CustodyMove, ResolutionImport};
use till_schema::rows::EntryRef;
use till_schema::{EntryHash, LogId, OrderId, Seq, SpaceId};

/// Where a number is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// One log may issue it.
    Held {
        /// The log.
        by: LogId,
    },
    /// Ceded, and not accepted on this path.
    InTransit {
        /// Who gave it.
        from: LogId,
        /// Who may accept it.
        to: LogId,
    },
    /// On a receipt.
    Issued {
        /// The log that issued it.
        by: LogId,
        /// The sale.
        entry: EntryRef,
        /// Its order.
        order: OrderId,
    },
    /// Never to be issued.
    Voided {
        /// The log that gave it up.
        by: LogId,
        /// Why, as typed.
        reason: String,
    },
}

/// The entry at which a path does not hold.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{misfit}")]
pub struct Broken {
    /// The entry; `None` when the path as a whole lacks something.
    pub entry: Option<EntryRef>,
    /// What does not fit.
    pub misfit: Misfit,
}

/// Why an entry does not fit into the path before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Misfit {
    /// Nothing on the path mints the number.
    #[error("nothing on the path mints the number")]
    NeverMinted,
    /// The entry says nothing of the number.
    #[error("the entry has nothing to do with the number")]
    Unrelated,
    /// An entry of the same log at the same or a later position came before.
    #[error("the entry stands before one of its log that came earlier on the path")]
    OutOfOrder,
    /// The space was opened before.
    #[error("the space was opened before")]
    OpenedTwice,
    /// The writer had no custody of the space.
    #[error("the writer had no right to mint")]
    NotCustodian,
    /// The writer did not hold the number.
    #[error("the writer did not hold the number")]
    NotHolder,
    /// A cede, or custody, to the writer itself.
    #[error("the writer gave it to itself")]
    ToItself,
    /// What is accepted is not what was given, or not to the writer.
    #[error("nothing of the kind was on its way to the writer")]
    NotOnItsWay,
}

/// Whether an entry belongs to the path of a number. An [`Accept`] names
/// neither space nor number: the caller decides it by the entry it
/// [`accepts`], which belongs or does not.
pub fn concerns(space: SpaceId, number: u64, body: &Body) -> bool {
    match body {
        Body::SpaceOpen(open) => open.space.id() == space,
        Body::CustodyMove(custody) => custody.space == space,
        Body::ResolutionImport(import) => {
            import.space == space && import.from <= number && number <= import.to
        }
        Body::Cede(cede) => cede.space == space && cede.ranges.contains(number),
        Body::Void(void) => void.space == space && void.ranges.contains(number),
        Body::SaleCommitted(sale) => sale.space == space && sale.number == number,
        Body::CreditNoteCommitted(note) => note.space == space && note.number == number,
        Body::Accept(_)
        | Body::DeclareLost(_)
        | Body::SaleProvisional(_)
        | Body::AssignProvisional(_)
        | Body::ShopFounded(_)
        | Body::Start(_)
        | Body::LogEnd(_)
        | Body::DeviceAdd(_)
        | Body::RoleSet(_)
        | Body::EndOf(_)
        | Body::AcceptTail(_)
        | Body::AdminMove(_)
        | Body::AdminAccept(_)
        | Body::AdminRecover(_)
        | Body::Suspend(_)
        | Body::Reinstate(_)
        | Body::DocumentChange(_)
        | Body::UserSet(_)
        | Body::StockMoved(_)
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

/// The entry that an accept takes: giver, position, hash. `None` for any other body.
pub fn accepts(body: &Body) -> Option<(LogId, Seq, EntryHash)> {
    match body {
        Body::Accept(accept) => Some((accept.giver, accept.giver_seq, accept.giver_hash)),
        _ => None,
    }
}

/// Follows one number through the entries of its path, in an order in which each
/// comes after what it saw: the opening of the space, moves of custody, imports,
/// cedes and their accepts, the sale or void.
///
/// # Errors
/// The first entry that does not fit, or that nothing mints the number: [`Broken`].
pub fn trace(space: SpaceId, number: u64, entries: &[(EntryRef, Body)]) -> Result<Place, Broken> {
    let mut path = Path::default();
    for (entry, body) in entries {
        let related = accepts(body).is_some() || concerns(space, number, body);
        let step = if related { path.step(entry, body) } else { Err(Misfit::Unrelated) };
        step.map_err(|misfit| Broken { entry: Some(*entry), misfit })?;
    }
    path.place.ok_or(Broken { entry: None, misfit: Misfit::NeverMinted })
}

/// Something given by an entry to one log.
#[derive(Clone, Copy)]
struct Gift {
    by: EntryRef,
    to: LogId,
}

impl Gift {
    fn is_taken_by(&self, entry: &EntryRef, accept: &Accept) -> bool {
        self.to == entry.log
            && self.by.log == accept.giver
            && self.by.seq == accept.giver_seq
            && self.by.hash == accept.giver_hash
    }
}

#[derive(Default)]
struct Path {
    heads: BTreeMap<LogId, Seq>,
    custodian: Option<LogId>,
    custody_moving: Option<Gift>,
    ceded: Option<Gift>,
    place: Option<Place>,
}

impl Path {
    fn step(&mut self, entry: &EntryRef, body: &Body) -> Result<(), Misfit> {
        if self.heads.insert(entry.log, entry.seq).is_some_and(|head| head >= entry.seq) {
            return Err(Misfit::OutOfOrder);
        }
        match body {
            Body::SpaceOpen(open) => {
                let first = self.custodian.replace(open.custodian).is_none();
                if first { Ok(()) } else { Err(Misfit::OpenedTwice) }
            }
            Body::CustodyMove(custody) => self.give_custody(entry, custody),
            Body::ResolutionImport(import) => self.mint(entry, import),
            Body::Cede(cede) => self.give(entry, cede),
            Body::Accept(accept) => self.take(entry, accept),
            Body::SaleCommitted(sale) => self
                .end(entry, Place::Issued { by: entry.log, entry: *entry, order: sale.order.id }),
            Body::CreditNoteCommitted(note) => {
                self.end(entry, Place::Issued { by: entry.log, entry: *entry, order: note.note.id })
            }
            Body::Void(void) => {
                self.end(entry, Place::Voided { by: entry.log, reason: void.reason.clone() })
            }
            _ => Err(Misfit::Unrelated),
        }
    }

    fn mints(&self, log: LogId) -> bool {
        self.custodian == Some(log) && self.custody_moving.is_none()
    }

    fn give_custody(&mut self, entry: &EntryRef, custody: &CustodyMove) -> Result<(), Misfit> {
        if !self.mints(entry.log) {
            return Err(Misfit::NotCustodian);
        }
        if custody.to == entry.log {
            return Err(Misfit::ToItself);
        }
        self.custody_moving = Some(Gift { by: *entry, to: custody.to });
        Ok(())
    }

    /// A second import is a renewal: the number stays where it is.
    fn mint(&mut self, entry: &EntryRef, _: &ResolutionImport) -> Result<(), Misfit> {
        if !self.mints(entry.log) {
            return Err(Misfit::NotCustodian);
        }
        self.place.get_or_insert(Place::Held { by: entry.log });
        Ok(())
    }

    fn holds(&self, log: LogId) -> Result<(), Misfit> {
        let holds = self.place == Some(Place::Held { by: log });
        if holds { Ok(()) } else { Err(Misfit::NotHolder) }
    }

    fn give(&mut self, entry: &EntryRef, cede: &Cede) -> Result<(), Misfit> {
        self.holds(entry.log)?;
        if cede.to == entry.log {
            return Err(Misfit::ToItself);
        }
        self.ceded = Some(Gift { by: *entry, to: cede.to });
        self.place = Some(Place::InTransit { from: entry.log, to: cede.to });
        Ok(())
    }

    fn take(&mut self, entry: &EntryRef, accept: &Accept) -> Result<(), Misfit> {
        let is_this = |gift: &mut Gift| gift.is_taken_by(entry, accept);
        if self.ceded.take_if(is_this).is_some() {
            self.place = Some(Place::Held { by: entry.log });
        } else if self.custody_moving.take_if(is_this).is_some() {
            self.custodian = Some(entry.log);
        } else {
            return Err(Misfit::NotOnItsWay);
        }
        Ok(())
    }

    fn end(&mut self, entry: &EntryRef, place: Place) -> Result<(), Misfit> {
        self.holds(entry.log)?;
        self.place = Some(place);
        Ok(())
    }
}
