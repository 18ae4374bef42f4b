//! The documents' changes as entries, and the rows that show them.

use crate::ancestry;
use till_catalog::{Documents, SearchIndex};
use till_schema::body::{ConflictKind, DocumentChange};
use till_schema::catalogue::DocumentId;
use till_schema::rows::{
    Candidate, CustomerRow, EntryRef, FieldConflictRow, HistoryRow, MalformedRow, ProductRow, Rows,
    Table, WithheldRow, collect_rows, decode_row, get_row, key, put_row, set_suspect,
};
use till_schema::{CustomerId, ProductId};

/// A snapshot is written again when the changes since weigh as much as it
/// does, and at least this much.
const COMPACT_BYTES_MIN: usize = 256 * 1024;
/// And after so many changes in any case.
const COMPACT_CHANGES_MAX: usize = 5_000;

/// The documents as the rows keep them.
///
/// # Errors
/// When the kept bytes do not load.
pub(crate) fn load(rows: &dyn Rows) -> Result<Documents, String> {
    let snapshots = DocumentId::ALL.map(|document| rows.get(Table::Snapshots, &[document as u8]));
    let mut tail: Vec<(DocumentId, Vec<u8>)> = Vec::new();
    rows.scan(Table::SnapshotTail, &[], &mut |key, raw| {
        if let Some(document) = DocumentId::ALL.into_iter().find(|d| *d as u8 == key[0]) {
            tail.push((document, raw.to_vec()));
        }
        true
    });
    let tail = tail.iter().map(|(document, raw)| (*document, raw.as_slice()));
    Documents::load(snapshots, tail).map_err(|error| error.to_string())
}

/// The search index over the product rows.
pub(crate) fn index(rows: &dyn Rows) -> SearchIndex {
    let mut index = SearchIndex::default();
    rows.scan(Table::Products, &[], &mut |_, value| {
        index.upsert(&decode_row::<ProductRow>(Table::Products, value));
        true
    });
    index
}

/// Writes snapshots that have fallen behind their changes.
pub(crate) fn compact(documents: &mut Documents, rows: &mut dyn Rows) {
    for document in DocumentId::ALL {
        let unsaved = documents.unsaved(document);
        let snapshot = rows.get(Table::Snapshots, &[document as u8]).map_or(0, |bytes| bytes.len());
        let heavy = unsaved.bytes >= COMPACT_BYTES_MIN.max(snapshot);
        if !heavy && unsaved.changes < COMPACT_CHANGES_MAX {
            continue;
        }
        // One that does not load again leaves the last in place.
        if let Ok(bytes) = documents.checkpoint(document) {
            rows.put(Table::Snapshots, &[document as u8], bytes);
            for (key, _) in raw_rows(rows, Table::SnapshotTail, &[document as u8]) {
                rows.delete(Table::SnapshotTail, &key);
            }
        }
    }
}

fn raw_rows(rows: &dyn Rows, table: Table, prefix: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    rows.scan(table, prefix, &mut |key, value| {
        found.push((key.to_vec(), value.to_vec()));
        true
    });
    found
}

/// Applies a change, or marks its entry malformed and goes on. One whose author
/// had no right to it is kept back, unless a change that counts builds on it:
/// leaving it out would leave out that one too.
pub(crate) fn changed(
    documents: &mut Documents,
    search: &mut SearchIndex,
    rows: &mut dyn Rows,
    entry: &EntryRef,
    change: &DocumentChange,
    entitled: bool,
) {
    let announced = rows.get(Table::Actors, &entry.log.0).and_then(|actor| actor.try_into().ok());
    let Some(actor) = announced else {
        return malformed(rows, entry, "no-actor");
    };
    if !ancestry::is_declared(rows, entry, change) {
        return malformed(rows, entry, ancestry::UNDECLARED);
    }
    let row = WithheldRow { entry: *entry, change: change.clone(), actor };
    if !entitled {
        let Some(checksum) = ancestry::checksum(&change.change) else {
            return malformed(rows, entry, "not-a-change");
        };
        return put_row(rows, Table::Withheld, &key(&[&checksum, &entry.hash.0]), &row);
    }
    let needed = release(rows, change);
    for row in needed.into_iter().rev().chain([row]) {
        apply(documents, search, rows, &row);
    }
}

/// Takes out what was kept back and a change builds on, the nearest first.
fn release(rows: &mut dyn Rows, change: &DocumentChange) -> Vec<WithheldRow> {
    let mut found: Vec<WithheldRow> = Vec::new();
    let mut next = vec![change.change.clone()];
    while let Some(raw) = next.pop() {
        for dependency in ancestry::dependencies(&raw).unwrap_or_default() {
            for (at, row) in collect_rows::<WithheldRow>(rows, Table::Withheld, &dependency[..4]) {
                rows.delete(Table::Withheld, &at);
                next.push(row.change.change.clone());
                found.push(row);
            }
        }
    }
    found
}

fn apply(
    documents: &mut Documents,
    search: &mut SearchIndex,
    rows: &mut dyn Rows,
    row: &WithheldRow,
) {
    let WithheldRow { entry, change, actor } = row;
    match documents.apply(change.document, &change.change, *actor) {
        Ok(applied) => {
            let document = change.document;
            keep_change(rows, document, &change.change);
            remember(rows, &applied.hash, entry);
            for (object, field, value) in &applied.values {
                let row = HistoryRow { value: value.clone(), set_by: *entry };
                put_row(rows, Table::History, &history_key(document, object, field, entry), &row);
            }
            for (object, field) in &applied.touched {
                field_changed(documents, rows, document, object, field);
            }
            let mut last = None;
            for (object, _) in &applied.touched {
                if last != Some(object) {
                    object_changed(documents, search, rows, document, object);
                    last = Some(object);
                }
            }
        }
        Err(refused) => malformed(rows, entry, refused.reason()),
    }
}

fn malformed(rows: &mut dyn Rows, entry: &EntryRef, reason: &str) {
    let row = MalformedRow { entry: *entry, reason: reason.to_owned() };
    put_row(rows, Table::Malformed, &entry.hash.0, &row);
}

/// Appends to the changes since the snapshot.
fn keep_change(rows: &mut dyn Rows, document: DocumentId, raw: &[u8]) {
    let mut next = 0u64;
    rows.scan_back(Table::SnapshotTail, &[document as u8], &mut |key, _| {
        next = u64::from_be_bytes(key[1..9].try_into().expect("an ordinal")) + 1;
        false
    });
    rows.put(Table::SnapshotTail, &key(&[&[document as u8], &next.to_be_bytes()]), raw);
}

/// Which entry brought a change. Of two that brought the same, the first: both
/// are in the one log that its actor belongs to.
fn remember(rows: &mut dyn Rows, change: &[u8; 32], entry: &EntryRef) {
    if rows.get(Table::Changes, change).is_none() {
        put_row(rows, Table::Changes, change, entry);
    }
}

/// Rising by time within a field, so that the last row was set last.
fn history_key(document: DocumentId, object: &[u8; 16], field: &str, entry: &EntryRef) -> Vec<u8> {
    let time = entry.wall_ms.to_be_bytes();
    key(&[&[document as u8], object, field.as_bytes(), &[0], &time, &entry.hash.0])
}

fn field_changed(
    documents: &Documents,
    rows: &mut dyn Rows,
    document: DocumentId,
    object: &[u8; 16],
    field: &str,
) {
    let candidates = documents.candidates(document, object, field);
    let winner = documents.winner(document, object, field);
    let conflict = key(&[&[document as u8], object, field.as_bytes()]);
    match winner {
        Some(winner) if candidates.len() > 1 => {
            let candidates = candidates
                .into_iter()
                .filter_map(|(value, set_by)| {
                    let set_by = get_row(rows, Table::Changes, &set_by)?;
                    Some(Candidate { value, set_by })
                })
                .collect();
            put_row(
                rows,
                Table::FieldConflicts,
                &conflict,
                &FieldConflictRow { candidates, winner },
            );
        }
        _ => rows.delete(Table::FieldConflicts, &conflict),
    }
}

fn object_changed(
    documents: &Documents,
    search: &mut SearchIndex,
    rows: &mut dyn Rows,
    document: DocumentId,
    object: &[u8; 16],
) {
    match document {
        DocumentId::Catalogue => product_changed(documents, search, rows, ProductId(*object)),
        DocumentId::Customers => customer_changed(documents, rows, CustomerId(*object)),
        DocumentId::Settings => {
            if let Some((name, value)) = documents.setting_of(object) {
                put_row(rows, Table::Settings, name.as_bytes(), &value);
            }
        }
    }
}

fn product_changed(
    documents: &Documents,
    search: &mut SearchIndex,
    rows: &mut dyn Rows,
    id: ProductId,
) {
    let Some(new) = documents.product(id) else { return };
    let old: Option<ProductRow> = get_row(rows, Table::Products, &id.0);
    let (was, is) = (old.as_ref().map(codes).unwrap_or_default(), codes(&new));
    put_row(rows, Table::Products, &id.0, &new);
    search.upsert(&new);
    reindex(rows, Table::ProductCodes, ConflictKind::CodeDuplicate, &id.0, &was, &is);
}

/// Codes by which a product that is not put away is found.
fn codes(row: &ProductRow) -> Vec<String> {
    if row.archived {
        return Vec::new();
    }
    let mut codes = row.barcodes.clone();
    if !row.sku.is_empty() && !codes.contains(&row.sku) {
        codes.push(row.sku.clone());
    }
    codes
}

fn customer_changed(documents: &Documents, rows: &mut dyn Rows, id: CustomerId) {
    let Some(new) = documents.customer(id) else { return };
    let old: Option<CustomerRow> = get_row(rows, Table::Customers, &id.0);
    let (was, is) = (old.as_ref().map(identities).unwrap_or_default(), identities(&new));
    put_row(rows, Table::Customers, &id.0, &new);
    reindex(rows, Table::CustomerTaxIds, ConflictKind::CustomerDuplicate, &id.0, &was, &is);
}

fn identities(row: &CustomerRow) -> Vec<String> {
    if row.archived || row.tax_id.is_empty() {
        return Vec::new();
    }
    vec![identity(&row.tax_id_kind, &row.tax_id)]
}

/// A customer's identity as indexed: kind and number.
pub(crate) fn identity(kind: &str, number: &str) -> String {
    format!("{kind}:{number}")
}

/// Keeps a unique index, and says when it is not unique.
fn reindex(
    rows: &mut dyn Rows,
    table: Table,
    kind: ConflictKind,
    id: &[u8; 16],
    was: &[String],
    is: &[String],
) {
    for code in was.iter().filter(|code| !is.contains(code)) {
        rows.delete(table, &key(&[code.as_bytes(), &[0], id]));
    }
    for code in is.iter().filter(|code| !was.contains(code)) {
        rows.put(table, &key(&[code.as_bytes(), &[0], id]), &[]);
    }
    for code in was.iter().chain(is) {
        let shared = collect_ids(rows, table, code).len() > 1;
        set_suspect(rows, kind, code, shared);
    }
}

/// Ids under one code, rising.
pub(crate) fn collect_ids(rows: &dyn Rows, table: Table, code: &str) -> Vec<[u8; 16]> {
    let mut ids = Vec::new();
    let prefix = key(&[code.as_bytes(), &[0]]);
    rows.scan(table, &prefix, &mut |found, _| {
        ids.extend(<[u8; 16]>::try_from(&found[prefix.len()..]).ok());
        true
    });
    ids
}

/// Steps of one field, oldest first.
pub(crate) fn history(
    rows: &dyn Rows,
    document: DocumentId,
    object: &[u8; 16],
    field: &str,
) -> Vec<HistoryRow> {
    let prefix = key(&[&[document as u8], object, field.as_bytes(), &[0]]);
    collect_rows(rows, Table::History, &prefix).into_iter().map(|(_, row)| row).collect()
}
