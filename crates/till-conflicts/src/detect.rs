//! What disagrees now.

use crate::algebra::{Status, live, status};
use crate::{field_subject, parse_field_subject, resolution_prefix};
use std::collections::{BTreeMap, BTreeSet};
use till_books::oversold_evidence;
use till_schema::body::{ConflictKey, ConflictKind, Decision};
use till_schema::catalogue::{DocumentId, FieldValue, customer, product};
use till_schema::rows::{
    AnomalyRow, Candidate, CustomerRow, DeviceRow, DocumentRow, EntryRef, FieldConflictRow,
    ForkRow, HistoryRow, MalformedRow, NumberRow, ProductRow, ProvisionalRow, ResolutionRow, Rows,
    Table, collect_rows, get_row, key,
};
use till_schema::{EntryHash, LogId, OrderId, ProductId};

/// What is noted of an entry whose writer had no right to it.
pub const UNENTITLED: &str = "written without the right to it";

/// A conflict as every device that has applied the same entries lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// Kind and subject.
    pub key: ConflictKey,
    /// State.
    pub status: Status,
    /// Entries that disagree, rising.
    pub evidence: Vec<EntryHash>,
    /// Values or records to choose from; their order is the same everywhere.
    pub candidates: Vec<Candidate>,
    /// What tills use meanwhile, for people.
    pub current: String,
    /// A product's or customer's name, a number.
    pub title: String,
    /// What it is about, in figures or text, by kind.
    pub detail: String,
    /// All decisions, rising by hash.
    pub resolutions: Vec<ResolutionRow>,
}

/// All conflicts: those with evidence now and those decided before, in the
/// order of their keys.
pub fn conflicts(rows: &dyn Rows) -> Vec<Conflict> {
    let mut keys: BTreeSet<ConflictKey> = BTreeSet::new();
    rows.scan(Table::FieldConflicts, &[], &mut |key, _| {
        if let Some(subject) = field_key_subject(key) {
            keys.insert(ConflictKey { kind: ConflictKind::Field, subject });
        }
        true
    });
    rows.scan(Table::Suspects, &[], &mut |key, _| {
        if let Some(kind) = kind_of(key[0]) {
            let subject = String::from_utf8_lossy(&key[1..]).into_owned();
            keys.insert(ConflictKey { kind, subject });
        }
        true
    });
    for (_, row) in collect_rows::<MalformedRow>(rows, Table::Malformed, &[]) {
        let subject = row.entry.hash.to_string();
        keys.insert(ConflictKey { kind: ConflictKind::Malformed, subject });
    }
    rows.scan(Table::Resolutions, &[], &mut |key, _| {
        let length = usize::from(u16::from_be_bytes([key[0], key[1]]));
        if let Ok(conflict) = till_schema::from_bytes(&key[2..2 + length]) {
            keys.insert(conflict);
        }
        true
    });
    keys.into_iter().filter_map(|key| conflict(rows, &key)).collect()
}

/// One conflict, when there is or was one.
pub fn conflict(rows: &dyn Rows, key: &ConflictKey) -> Option<Conflict> {
    let mut resolutions: Vec<ResolutionRow> =
        collect_rows(rows, Table::Resolutions, &resolution_prefix(key))
            .into_iter()
            .map(|(_, row)| row)
            .collect();
    resolutions.sort_by_key(|row| row.entry.hash);
    let facts = facts(rows, key);
    let mut status = status(&facts.evidence, &resolutions)?;
    if key.kind == ConflictKind::Oversold && is_counted_twice(&resolutions) {
        status = Status::Contested;
    }
    Some(Conflict {
        key: key.clone(),
        status,
        evidence: facts.evidence,
        candidates: facts.candidates,
        current: facts.current,
        title: facts.title,
        detail: facts.detail,
        resolutions,
    })
}

/// Whether two people moved stock for one shortage, apart from each other: even
/// equal counts have then moved it twice.
fn is_counted_twice(resolutions: &[ResolutionRow]) -> bool {
    let counts = |row: &&&ResolutionRow| matches!(row.decision, Decision::Other(_));
    live(resolutions).iter().filter(counts).count() > 1
}

#[derive(Default)]
struct Facts {
    evidence: Vec<EntryHash>,
    candidates: Vec<Candidate>,
    current: String,
    title: String,
    detail: String,
}

impl Facts {
    /// Evidence is what set the candidates, once each, rising.
    fn of(candidates: Vec<Candidate>) -> Self {
        let set: BTreeSet<EntryHash> =
            candidates.iter().map(|candidate| candidate.set_by.hash).collect();
        Self { evidence: set.into_iter().collect(), candidates, ..Self::default() }
    }
}

fn facts(rows: &dyn Rows, key: &ConflictKey) -> Facts {
    match key.kind {
        ConflictKind::Field => field(rows, &key.subject),
        ConflictKind::Oversold => oversold(rows, &key.subject),
        ConflictKind::CustomerDuplicate => same_customer(rows, &key.subject),
        ConflictKind::CodeDuplicate => same_code(rows, &key.subject),
        ConflictKind::NumberDuplicate => same_number(rows, &key.subject),
        ConflictKind::FiscalRejected => rejected(rows, &key.subject),
        ConflictKind::Malformed => malformed(rows, &key.subject),
        ConflictKind::OutsideValidity => same_number(rows, &key.subject),
        ConflictKind::ProvisionalOpen => provisional(rows, &key.subject),
        ConflictKind::DoubleFiscalised => fiscalised_twice(rows, &key.subject),
        ConflictKind::DoubleRefund => refunded_twice(rows, &key.subject),
        ConflictKind::Fork => forked(rows, &key.subject),
        ConflictKind::Unentitled => unentitled(rows, &key.subject),
        ConflictKind::AdminFork => recovered_twice(&key.subject),
        // Its evidence is not recorded yet.
        ConflictKind::EditVsArchive => Facts::default(),
    }
}

fn field(rows: &dyn Rows, subject: &str) -> Facts {
    let Some((document, object, name)) = parse_field_subject(subject) else {
        return Facts::default();
    };
    let title = match document {
        DocumentId::Catalogue => product_name(rows, &object),
        DocumentId::Customers => customer_name(rows, &object),
        DocumentId::Settings => name.clone(),
    };
    let row_key = key(&[&[document as u8], &object, name.as_bytes()]);
    match get_row::<FieldConflictRow>(rows, Table::FieldConflicts, &row_key) {
        Some(row) => Facts {
            current: row.winner.to_string(),
            title,
            detail: name,
            ..Facts::of(row.candidates)
        },
        None => Facts { title, detail: name, ..Facts::default() },
    }
}

fn oversold(rows: &dyn Rows, subject: &str) -> Facts {
    let Ok(product) = subject.parse::<ProductId>() else { return Facts::default() };
    Facts {
        evidence: oversold_evidence(rows, product),
        title: product_name(rows, &product.0),
        detail: till_books::stock(rows, product).to_string(),
        ..Facts::default()
    }
}

fn same_customer(rows: &dyn Rows, subject: &str) -> Facts {
    let mut candidates = Vec::new();
    rows.scan(Table::CustomerTaxIds, &key(&[subject.as_bytes(), &[0]]), &mut |found, _| {
        let id = &found[subject.len() + 1..];
        let row: Option<CustomerRow> = get_row(rows, Table::Customers, id);
        let set_by = last_set(rows, DocumentId::Customers, id, customer::TAX_ID);
        if let (Some(row), Some(set_by)) = (row, set_by)
            && !row.archived
        {
            candidates.push(Candidate { value: FieldValue::Text(row.name), set_by });
        }
        true
    });
    several(candidates, subject)
}

fn same_code(rows: &dyn Rows, subject: &str) -> Facts {
    let mut candidates = Vec::new();
    rows.scan(Table::ProductCodes, &key(&[subject.as_bytes(), &[0]]), &mut |found, _| {
        let id = &found[subject.len() + 1..];
        let row: Option<ProductRow> = get_row(rows, Table::Products, id);
        let barcode = format!("{}{subject}", product::BARCODE_PREFIX);
        let set_by = last_set(rows, DocumentId::Catalogue, id, product::SKU)
            .or_else(|| last_set(rows, DocumentId::Catalogue, id, &barcode));
        if let (Some(row), Some(set_by)) = (row, set_by)
            && !row.archived
        {
            candidates.push(Candidate { value: FieldValue::Text(row.name), set_by });
        }
        true
    });
    several(candidates, subject)
}

fn several(mut candidates: Vec<Candidate>, subject: &str) -> Facts {
    candidates.sort();
    let title = subject.to_owned();
    if candidates.len() < 2 {
        return Facts { title, ..Facts::default() };
    }
    Facts { title, ..Facts::of(candidates) }
}

fn same_number(rows: &dyn Rows, subject: &str) -> Facts {
    let Some((space, number)) = subject.split_once('/') else { return Facts::default() };
    let (Ok(space), Ok(number)) = (space.parse::<till_schema::SpaceId>(), number.parse::<u64>())
    else {
        return Facts::default();
    };
    let sales: BTreeMap<EntryHash, EntryRef> =
        collect_rows::<NumberRow>(rows, Table::Numbers, &key(&[&space.0, &number.to_be_bytes()]))
            .into_iter()
            .map(|(_, row)| (row.entry.hash, row.entry))
            .collect();
    Facts {
        evidence: sales.keys().copied().collect(),
        title: number.to_string(),
        ..Facts::default()
    }
}

fn rejected(rows: &dyn Rows, code: &str) -> Facts {
    let row: Option<DocumentRow> = get_row(rows, Table::Documents, code.as_bytes());
    let Some(row) = row else { return Facts::default() };
    if row.outcome != Some(till_schema::body::Outcome::Rejected) {
        return Facts { title: row.number.to_string(), ..Facts::default() };
    }
    Facts {
        evidence: row.settled_by.map(|entry| entry.hash).into_iter().collect(),
        title: row.number.to_string(),
        detail: row.reason,
        ..Facts::default()
    }
}

fn malformed(rows: &dyn Rows, subject: &str) -> Facts {
    let Ok(hash) = subject.parse::<EntryHash>() else { return Facts::default() };
    let row: Option<MalformedRow> = get_row(rows, Table::Malformed, &hash.0);
    row.map_or_else(Facts::default, |row| Facts {
        evidence: vec![hash],
        title: format!("{}:{}", row.entry.log.short(), row.entry.seq),
        detail: row.reason,
        ..Facts::default()
    })
}

fn provisional(rows: &dyn Rows, subject: &str) -> Facts {
    let Some(row) = provisional_row(rows, subject) else { return Facts::default() };
    let open = row.fiscalised.is_empty();
    Facts {
        evidence: open.then_some(row.entry.hash).into_iter().collect(),
        title: format!("{}-{}", row.entry.log.short(), row.ticket),
        ..Facts::default()
    }
}

fn fiscalised_twice(rows: &dyn Rows, subject: &str) -> Facts {
    let Some(row) = provisional_row(rows, subject) else { return Facts::default() };
    let twice = row.fiscalised.len() > 1;
    Facts {
        evidence: row.fiscalised.iter().filter(|_| twice).map(|entry| entry.hash).collect(),
        title: format!("{}-{}", row.entry.log.short(), row.ticket),
        ..Facts::default()
    }
}

/// More came back of an order than was sold: two devices took it back apart.
fn refunded_twice(rows: &dyn Rows, subject: &str) -> Facts {
    let Ok(order) = subject.parse::<OrderId>() else { return Facts::default() };
    let Some(row) = till_books::order(rows, order) else { return Facts::default() };
    let back: i64 = till_books::returns_of(rows, order)
        .iter()
        .fold(0, |sum, note| sum.wrapping_add(note.note.totals.total));
    Facts {
        evidence: till_books::double_refund_evidence(rows, order),
        title: row.number.to_string(),
        detail: row.order.currency.format(back),
        ..Facts::default()
    }
}

fn provisional_row(rows: &dyn Rows, subject: &str) -> Option<ProvisionalRow> {
    let hash = subject.parse::<EntryHash>().ok()?;
    get_row(rows, Table::Provisionals, &hash.0)
}

fn forked(rows: &dyn Rows, subject: &str) -> Facts {
    let Ok(log) = subject.parse::<LogId>() else { return Facts::default() };
    let row: Option<ForkRow> = get_row(rows, Table::Forks, &log.0);
    row.map_or_else(Facts::default, |row| Facts {
        evidence: row.proofs.iter().map(|entry| entry.hash).collect(),
        title: device_name(rows, log),
        detail: row.at.to_string(),
        ..Facts::default()
    })
}

/// Entries of one device that it had no right to.
fn unentitled(rows: &dyn Rows, subject: &str) -> Facts {
    let Ok(log) = subject.parse::<LogId>() else { return Facts::default() };
    let evidence: BTreeSet<EntryHash> = collect_rows::<AnomalyRow>(rows, Table::Anomalies, &[])
        .into_iter()
        .filter(|(_, row)| row.entry.log == log && row.what == UNENTITLED)
        .map(|(_, row)| row.entry.hash)
        .collect();
    Facts {
        detail: evidence.len().to_string(),
        evidence: evidence.into_iter().collect(),
        title: device_name(rows, log),
        ..Facts::default()
    }
}

/// The subject names the recoveries.
fn recovered_twice(subject: &str) -> Facts {
    let evidence = subject.split('+').filter_map(|hash| hash.parse().ok()).collect();
    Facts { evidence, ..Facts::default() }
}

fn device_name(rows: &dyn Rows, log: LogId) -> String {
    get_row::<DeviceRow>(rows, Table::Devices, &log.0).map_or_else(|| log.short(), |row| row.name)
}

/// The entry that set a field last, by the order in which history is kept.
fn last_set(rows: &dyn Rows, document: DocumentId, object: &[u8], field: &str) -> Option<EntryRef> {
    let mut found = None;
    let prefix = key(&[&[document as u8], object, field.as_bytes(), &[0]]);
    rows.scan_back(Table::History, &prefix, &mut |_, value| {
        let row: HistoryRow = till_schema::rows::decode_row(Table::History, value);
        found = Some(row.set_by);
        false
    });
    found
}

fn product_name(rows: &dyn Rows, id: &[u8]) -> String {
    get_row::<ProductRow>(rows, Table::Products, id).map(|row| row.name).unwrap_or_default()
}

fn customer_name(rows: &dyn Rows, id: &[u8]) -> String {
    get_row::<CustomerRow>(rows, Table::Customers, id).map(|row| row.name).unwrap_or_default()
}

/// From the key of a field-conflict row: document, object, field.
fn field_key_subject(key: &[u8]) -> Option<String> {
    let document = DocumentId::ALL.into_iter().find(|known| *known as u8 == key[0])?;
    let object: &[u8; 16] = key[1..17].try_into().ok()?;
    Some(field_subject(document, object, std::str::from_utf8(&key[17..]).ok()?))
}

fn kind_of(number: u8) -> Option<ConflictKind> {
    [
        ConflictKind::Field,
        ConflictKind::Oversold,
        ConflictKind::CustomerDuplicate,
        ConflictKind::CodeDuplicate,
        ConflictKind::NumberDuplicate,
        ConflictKind::FiscalRejected,
        ConflictKind::Malformed,
        ConflictKind::Fork,
        ConflictKind::EditVsArchive,
        ConflictKind::Unentitled,
        ConflictKind::AdminFork,
        ConflictKind::OutsideValidity,
        ConflictKind::ProvisionalOpen,
        ConflictKind::DoubleFiscalised,
        ConflictKind::DoubleRefund,
    ]
    .into_iter()
    .find(|kind| *kind as u8 == number)
}
