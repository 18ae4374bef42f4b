//! Disagreements that need a person, and what decisions do to them.
//!
//! A conflict is a kind and a subject. Its evidence is a set of entries that
//! only the merged state decides, so every device lists the same. A resolution
//! is an entry that names the evidence and the resolutions its author saw; two
//! that did not see each other and differ leave the conflict contested, never
//! silently won. Nothing here blocks a sale.

mod algebra;
mod detect;

pub use algebra::{Status, live, status};
pub use detect::{Conflict, UNENTITLED, conflict, conflicts};

use till_schema::body::{ConflictKey, Resolution};
use till_schema::catalogue::DocumentId;
use till_schema::rows::{EntryRef, ResolutionRow, Rows, Table, key, put_row};

/// Applies a resolution whose author was entitled to write it.
pub fn apply(rows: &mut dyn Rows, entry: &EntryRef, resolution: &Resolution) {
    let row = ResolutionRow {
        entry: *entry,
        covers: resolution.covers.clone(),
        supersedes: resolution.supersedes.clone(),
        decision: resolution.decision.clone(),
        note: resolution.note.clone(),
    };
    let key = key(&[&resolution_prefix(&resolution.conflict), &entry.hash.0]);
    put_row(rows, Table::Resolutions, &key, &row);
}

/// Where the resolutions of a conflict are kept: its key's length and bytes,
/// so that no key is the beginning of another.
pub(crate) fn resolution_prefix(conflict: &ConflictKey) -> Vec<u8> {
    let bytes = till_schema::to_bytes(conflict);
    key(&[&(bytes.len() as u16).to_be_bytes(), &bytes])
}

/// Subject of a field conflict: `catalogue/<object>/price`.
pub fn field_subject(document: DocumentId, object: &[u8; 16], field: &str) -> String {
    let object: String = object.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}/{object}/{field}", document.name())
}

/// The reverse of [`field_subject`].
pub fn parse_field_subject(subject: &str) -> Option<(DocumentId, [u8; 16], String)> {
    let mut parts = subject.splitn(3, '/');
    let document = parts.next()?;
    let document = DocumentId::ALL.into_iter().find(|known| known.name() == document)?;
    let object: till_schema::ProductId = parts.next()?.parse().ok()?;
    Some((document, object.0, parts.next()?.to_owned()))
}

#[cfg(test)]
mod tests;
