//! The drawer of one device. A shift lies in one log, so its rows follow from that
//! log alone: whatever arrives from elsewhere, and when, a closing stays.
//!
//! Sales without an open shift are no part of any. Of a log with two histories,
//! only what lies before the fork counts here.

use crate::sums::kept;
use till_schema::body::{
    AccountPaid, CartDropped, CreditNote, DrawerOpened, DrawerReason, ShiftClosed, ShiftHandedOver,
    ShiftOpened, ShiftSums, TenderSum,
};
use till_schema::order::{Order, TaxTotal, Tender, TenderKind};
use till_schema::rows::{
    ClosedShift, EntryRef, Handover, Rows, ShiftRow, Table, get_row, key, put_anomaly, put_row,
};
use till_schema::{LogId, ShiftId, UserId};

pub(crate) fn opened(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    user: Option<UserId>,
    opened: &ShiftOpened,
) {
    if open_shift(rows, entry.log).is_some() {
        put_anomaly(rows, entry, "opened a shift while another was open");
    }
    let row = ShiftRow {
        shift: opened.shift,
        log: entry.log,
        number: opened.number,
        opened: *entry,
        opened_by: user,
        holder: user,
        float: opened.float,
        sums: ShiftSums::default(),
        handovers: Vec::new(),
        closed: None,
    };
    put_row(rows, Table::Shifts, &opened.shift.0, &row);
    put_row(rows, Table::OpenShifts, &entry.log.0, &opened.shift);
    let by_number = key(&[&entry.log.0, &opened.number.to_be_bytes()]);
    put_row(rows, Table::ShiftsByNumber, &by_number, &opened.shift);
}

/// The open shift of a device.
pub fn open_shift(rows: &dyn Rows, log: LogId) -> Option<ShiftRow> {
    let shift: ShiftId = get_row(rows, Table::OpenShifts, &log.0)?;
    get_row(rows, Table::Shifts, &shift.0)
}

/// The shifts of a device, or of all, newest first of each device.
pub fn shifts(rows: &dyn Rows, log: Option<LogId>, limit: usize) -> Vec<ShiftRow> {
    let mut found = Vec::new();
    let prefix = log.map(|log| log.0.to_vec()).unwrap_or_default();
    rows.scan_back(Table::ShiftsByNumber, &prefix, &mut |_, value| {
        let shift: ShiftId = till_schema::rows::decode_row(Table::ShiftsByNumber, value);
        found.extend(get_row::<ShiftRow>(rows, Table::Shifts, &shift.0));
        found.len() < limit
    });
    found
}

/// The number of a device's last shift, and of its last closing.
pub fn last_numbers(rows: &dyn Rows, log: LogId) -> (u64, u64) {
    let newest = shifts(rows, Some(log), 2);
    let number = newest.first().map_or(0, |row| row.number);
    let z = newest.iter().filter_map(|row| row.closed.as_ref()).map(|closed| closed.report.z);
    (number, z.max().unwrap_or_default())
}

fn in_shift(rows: &mut dyn Rows, log: LogId, change: impl FnOnce(&mut ShiftSums)) {
    if let Some(mut row) = open_shift(rows, log) {
        change(&mut row.sums);
        put_row(rows, Table::Shifts, &row.shift.0, &row);
    }
}

fn add(sum: &mut i64, more: i64) {
    *sum = sum.wrapping_add(more);
}

fn add_tenders(sums: &mut Vec<TenderSum>, tenders: &[Tender], change: i64) {
    for (kind, amount) in kept(tenders, change) {
        match sums.binary_search_by_key(&kind, |sum| sum.kind) {
            Ok(at) => {
                add(&mut sums[at].amount, amount);
                sums[at].count += 1;
            }
            Err(at) => sums.insert(at, TenderSum { kind, amount, count: 1 }),
        }
    }
}

/// Adds rows of one tax table to another, rising.
pub(crate) fn add_taxes(table: &mut Vec<TaxTotal>, more: &[TaxTotal]) {
    for tax in more {
        let place = |row: &TaxTotal| {
            (row.tax.as_str(), row.rate_bp, row.treatment, row.per_unit).cmp(&(
                tax.tax.as_str(),
                tax.rate_bp,
                tax.treatment,
                tax.per_unit,
            ))
        };
        match table.binary_search_by(place) {
            Ok(at) => {
                add(&mut table[at].base, tax.base);
                add(&mut table[at].amount, tax.amount);
            }
            Err(at) => table.insert(at, tax.clone()),
        }
    }
}

pub(crate) fn sold(rows: &mut dyn Rows, log: LogId, order: &Order) {
    in_shift(rows, log, |sums| {
        sums.sales += 1;
        add(&mut sums.gross, order.totals.gross);
        add(&mut sums.discount, order.totals.discount);
        add(&mut sums.total, order.totals.total);
        add(&mut sums.tips, order.tip);
        add(&mut sums.rounding, order.rounding);
        add_taxes(&mut sums.taxes, &order.totals.taxes);
        add_tenders(&mut sums.taken, &order.tenders, order.change);
    });
}

pub(crate) fn returned(rows: &mut dyn Rows, log: LogId, note: &CreditNote) {
    in_shift(rows, log, |sums| {
        sums.returns += 1;
        sums.voids += u64::from(note.void);
        add(&mut sums.returned, note.totals.total);
        add(&mut sums.returned_rounding, note.rounding);
        add_taxes(&mut sums.returned_taxes, &note.totals.taxes);
        add_tenders(&mut sums.refunded, &note.tenders, 0);
    });
}

pub(crate) fn collected(rows: &mut dyn Rows, log: LogId, paid: &AccountPaid) {
    in_shift(rows, log, |sums| add_tenders(&mut sums.collected, &paid.tenders, paid.change));
}

pub(crate) fn drawer_opened(rows: &mut dyn Rows, log: LogId, drawer: &DrawerOpened) {
    in_shift(rows, log, |sums| match drawer.reason {
        DrawerReason::PayIn => add(&mut sums.pay_in, drawer.amount),
        DrawerReason::PayOut => add(&mut sums.pay_out, drawer.amount),
        DrawerReason::NoSale => sums.no_sales += 1,
    });
}

pub(crate) fn dropped(rows: &mut dyn Rows, log: LogId, cart: &CartDropped) {
    in_shift(rows, log, |sums| {
        sums.dropped += 1;
        add(&mut sums.dropped_total, cart.total);
    });
}

pub(crate) fn copied(rows: &mut dyn Rows, log: LogId) {
    in_shift(rows, log, |sums| sums.copies += 1);
}

pub(crate) fn handed_over(rows: &mut dyn Rows, entry: &EntryRef, over: &ShiftHandedOver) {
    let Some(mut row) = open_shift(rows, entry.log).filter(|row| row.shift == over.shift) else {
        return put_anomaly(rows, entry, "handed over a shift that was not open");
    };
    let expected = row.float.wrapping_add(row.sums.expected(TenderKind::Cash));
    let from = row.holder.replace(over.to);
    let counted = over.counted;
    row.handovers.push(Handover { entry: *entry, from, to: over.to, expected, counted });
    put_row(rows, Table::Shifts, &row.shift.0, &row);
}

pub(crate) fn closed(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    user: Option<UserId>,
    report: &ShiftClosed,
) {
    let Some(mut row) = open_shift(rows, entry.log).filter(|row| row.shift == report.shift) else {
        return put_anomaly(rows, entry, "closed a shift that was not open");
    };
    if row.sums != report.sums {
        put_anomaly(rows, entry, "closed a shift with other sums than its log has");
    }
    row.closed = Some(ClosedShift { entry: *entry, by: user, report: report.clone() });
    put_row(rows, Table::Shifts, &row.shift.0, &row);
    rows.delete(Table::OpenShifts, &entry.log.0);
}
