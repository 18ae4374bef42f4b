//! What each entry does to the numbers.

use crate::rules::Rules;
use crate::{mint, moves, provisional, sales};
use till_schema::LogId;
use till_schema::body::Body;
use till_schema::rows::{EntryRef, Rows, Table};

/// Applies an entry of a log's main chain. Entries about other things are
/// passed over.
///
/// The caller has applied everything the entry saw and never hands in an entry
/// twice; it hands in `SpaceOpen`, `DeclareLost` and `AssignProvisional` only
/// when they have effect. The end of a device's log changes nothing here: a
/// sale or a move of numbers beyond it is a fact all the same (correctness 1.3).
///
/// A move of numbers the writer does not hold has no effect and is noted; a
/// sale is a fact even then.
pub fn apply(rows: &mut dyn Rows, entry: &EntryRef, body: &Body) {
    apply_under(rows, entry, body, Rules::SOUND);
}

/// [`apply`] with rules taken away, for tests of the rules.
#[cfg(feature = "mutants")]
pub fn apply_broken(rows: &mut dyn Rows, entry: &EntryRef, body: &Body, rules: Rules) {
    apply_under(rows, entry, body, rules);
}

/// Applies an entry of a chain that is not the log's main one: the log was
/// copied, and both copies' sales and moves of numbers count.
///
/// The log is in [`Table::Forks`] by then. Nothing is noted as odd: that the log
/// has two histories is the oddness, and it is shown by itself. Which chain a
/// device calls the main one may differ; sales give equal `Numbers` and
/// `Holdings` either way. Custody goes by the main chain alone.
pub fn apply_branch(rows: &mut dyn Rows, entry: &EntryRef, body: &Body) {
    let writer = Writer { entry, copied: true, rules: Rules::SOUND };
    match body {
        Body::ResolutionImport(import) => mint::resolution_import(rows, &writer, import),
        Body::Cede(cede) => moves::give(rows, &writer, cede),
        Body::Accept(accept) => moves::take(rows, &writer, accept),
        Body::Void(void) => moves::give_up(rows, &writer, void),
        Body::SaleCommitted(sale) => sales::issue(rows, &writer, &sale.into()),
        Body::CreditNoteCommitted(note) => sales::issue(rows, &writer, &note.into()),
        Body::SaleProvisional(sale) => provisional::sold(rows, entry, sale),
        Body::SpaceOpen(_)
        | Body::CustodyMove(_)
        | Body::DeclareLost(_)
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
        | Body::ForkTail(_) => {}
    }
}

pub(crate) fn apply_under(rows: &mut dyn Rows, entry: &EntryRef, body: &Body, rules: Rules) {
    let writer = |rows: &dyn Rows| Writer { entry, copied: is_copied(rows, entry.log), rules };
    match body {
        Body::SpaceOpen(open) => mint::space_open(rows, open),
        Body::ResolutionImport(import) => {
            let writer = writer(rows);
            mint::resolution_import(rows, &writer, import);
        }
        Body::Cede(cede) => {
            let writer = writer(rows);
            moves::give(rows, &writer, cede);
        }
        Body::Accept(accept) => {
            let writer = writer(rows);
            moves::take(rows, &writer, accept);
        }
        Body::Void(void) => {
            let writer = writer(rows);
            moves::give_up(rows, &writer, void);
        }
        Body::CustodyMove(custody) => moves::give_custody(rows, entry, custody),
        Body::SaleCommitted(sale) => {
            let writer = writer(rows);
            sales::issue(rows, &writer, &sale.into());
        }
        Body::CreditNoteCommitted(note) => {
            let writer = writer(rows);
            sales::issue(rows, &writer, &note.into());
        }
        Body::SaleProvisional(sale) => provisional::sold(rows, entry, sale),
        Body::AssignProvisional(assign) => provisional::assign(rows, entry, assign),
        Body::DeclareLost(declare) => mint::declare_lost(rows, declare),
        Body::ShopFounded(_)
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
        | Body::ForkTail(_) => {}
    }
}

/// The writer of an entry, as the fold of its numbers needs to know it.
pub(crate) struct Writer<'a> {
    pub(crate) entry: &'a EntryRef,
    /// The log has two histories, so a number may already have left by the other.
    pub(crate) copied: bool,
    pub(crate) rules: Rules,
}

fn is_copied(rows: &dyn Rows, log: LogId) -> bool {
    rows.get(Table::Forks, &log.0).is_some()
}
