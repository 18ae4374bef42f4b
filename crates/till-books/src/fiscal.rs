//! Documents on their way to the authority. Answers join as a lattice:
//! accepted above rejected above none, whoever brought them and in any order.

use till_schema::body::{ConflictKind, CreditNoteCommitted, FiscalReceipt, Outcome, SaleCommitted};
use till_schema::rows::{DocumentRow, EntryRef, Rows, Table, get_row, key, put_row, set_suspect};
use till_schema::{LogId, SpaceId};

/// A document as an entry brought it.
pub(crate) struct Issued<'a> {
    space: SpaceId,
    number: u64,
    code: &'a str,
    document: &'a [u8],
}

impl<'a> From<&'a SaleCommitted> for Issued<'a> {
    fn from(sale: &'a SaleCommitted) -> Self {
        let SaleCommitted { space, number, code, document, .. } = sale;
        Self { space: *space, number: *number, code, document }
    }
}

impl<'a> From<&'a CreditNoteCommitted> for Issued<'a> {
    fn from(note: &'a CreditNoteCommitted) -> Self {
        let CreditNoteCommitted { space, number, code, document, .. } = note;
        Self { space: *space, number: *number, code, document }
    }
}

pub(crate) fn issued(rows: &mut dyn Rows, entry: &EntryRef, sale: &Issued<'_>) {
    let mut row = document(rows, sale.code);
    let before = state(&row);
    if row.entry.is_some_and(|held| held.hash <= entry.hash) {
        return;
    }
    if let Some(queued) = queue_key(sale.code, &row) {
        rows.delete(Table::Unsettled, &queued);
    }
    row.entry = Some(*entry);
    row.space = Some(sale.space);
    row.number = sale.number;
    row.document = sale.document.to_vec();
    write(rows, sale.code, &row, before);
}

pub(crate) fn settled(rows: &mut dyn Rows, entry: &EntryRef, receipt: &FiscalReceipt) {
    let mut row = document(rows, &receipt.code);
    let before = state(&row);
    let better = match row.outcome.cmp(&Some(receipt.outcome)) {
        std::cmp::Ordering::Less => true,
        std::cmp::Ordering::Equal => row.settled_by.is_none_or(|settled| entry.hash < settled.hash),
        std::cmp::Ordering::Greater => false,
    };
    if better {
        row.outcome = Some(receipt.outcome);
        row.authority_id = receipt.authority_id.clone();
        row.reason = receipt.reason.clone();
        row.settled_by = Some(*entry);
        write(rows, &receipt.code, &row, before);
    }
}

fn document(rows: &dyn Rows, code: &str) -> DocumentRow {
    get_row(rows, Table::Documents, code.as_bytes()).unwrap_or(DocumentRow {
        entry: None,
        space: None,
        number: 0,
        outcome: None,
        authority_id: String::new(),
        reason: String::new(),
        settled_by: None,
        document: Vec::new(),
    })
}

/// Which of the counts a document is in: only those whose sale is known.
fn state(row: &DocumentRow) -> Option<u8> {
    row.entry?;
    Some(match row.outcome {
        None => 0,
        Some(Outcome::Rejected) => 1,
        Some(Outcome::Accepted) => 2,
    })
}

/// How many documents wait, were refused, were accepted.
pub fn counts(rows: &dyn Rows) -> [u64; 3] {
    [0, 1, 2].map(|state: u8| get_row(rows, Table::FiscalCounts, &[state]).unwrap_or_default())
}

fn count(rows: &mut dyn Rows, state: Option<u8>, by: i64) {
    let Some(state) = state else { return };
    let known: u64 = get_row(rows, Table::FiscalCounts, &[state]).unwrap_or_default();
    match known.wrapping_add_signed(by) {
        // As if it had never been: rows are the same in whatever order.
        0 => rows.delete(Table::FiscalCounts, &[state]),
        more => put_row(rows, Table::FiscalCounts, &[state], &more),
    }
}

fn write(rows: &mut dyn Rows, code: &str, row: &DocumentRow, before: Option<u8>) {
    put_row(rows, Table::Documents, code.as_bytes(), row);
    let now = state(row);
    if before != now {
        count(rows, before, -1);
        count(rows, now, 1);
    }
    let Some(key) = queue_key(code, row) else {
        return; // The answer came before the sale; the sale will look here.
    };
    match row.outcome {
        None => rows.put(Table::Unsettled, &key, &[]),
        Some(_) => rows.delete(Table::Unsettled, &key),
    }
    let rejected = row.outcome == Some(Outcome::Rejected);
    set_suspect(rows, ConflictKind::FiscalRejected, code, rejected);
}

fn queue_key(code: &str, row: &DocumentRow) -> Option<Vec<u8>> {
    let (entry, space) = (row.entry?, row.space?);
    Some(key(&[&space.0, &entry.log.0, &row.number.to_be_bytes(), code.as_bytes()]))
}

/// A document that waits for its answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsettled {
    /// Space of its number.
    pub space: SpaceId,
    /// The device that issued it.
    pub log: LogId,
    /// Its number.
    pub number: u64,
    /// Its code.
    pub code: String,
}

/// The first documents without an answer, at most `limit` of each series, in
/// the order of their numbers; a series is one space issued by one device.
pub fn unsettled(rows: &dyn Rows, limit_per_series: usize) -> Vec<Unsettled> {
    let mut found: Vec<Unsettled> = Vec::new();
    let mut from: Vec<u8> = Vec::new();
    // Jump from series to series instead of walking a long queue.
    loop {
        let mut next = None;
        let mut series: Option<Vec<u8>> = None;
        let mut taken = 0;
        rows.scan_from(Table::Unsettled, &[], &from, &mut |key, _| {
            let this = &key[..48];
            if series.is_none() {
                series = Some(this.to_vec());
            }
            if series.as_deref() != Some(this) || taken == limit_per_series {
                next = series.clone();
                return false;
            }
            taken += 1;
            found.push(parse(key));
            true
        });
        match next {
            Some(series) => {
                from = series;
                from.extend([0xff; 9]);
            }
            None => return found,
        }
    }
}

fn parse(key: &[u8]) -> Unsettled {
    Unsettled {
        space: SpaceId(key[..16].try_into().expect("a space")),
        log: LogId(key[16..48].try_into().expect("a log")),
        number: u64::from_be_bytes(key[48..56].try_into().expect("a number")),
        code: String::from_utf8_lossy(&key[56..]).into_owned(),
    }
}
