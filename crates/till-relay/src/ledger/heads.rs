//! How far each device has come in each number space: an index over the documents.

use std::collections::BTreeMap;

use redb::{ReadTransaction, ReadableTable as _, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{BODIES, DOCUMENTS, META, Row};
use crate::{
    authority::Document,
    code::DocumentCode,
    series::SeriesHead,
    store::{decode, encode},
};

/// (Series, issuer) → [`HeadRow`].
const HEADS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("series-heads");
/// Key in [`META`]: the version of the index, once it is complete.
const META_KEY: &str = "series-heads";
/// An index of another version is made anew.
const VERSION: &str = "1";
/// Most number spaces in one answer; a device has a handful.
pub(crate) const HEADS_MAX: usize = 1024;

/// The furthest document of a series in a number space.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct HeadRow {
    number: u64,
    code: String,
    hash: String,
    documents: u64,
}

/// Makes the index of a ledger from before there was one.
pub(super) fn build_when_missing(txn: &WriteTransaction) -> Result<(), redb::Error> {
    let mut meta = txn.open_table(META)?;
    if meta.get(META_KEY)?.is_some_and(|version| version.value() == VERSION) {
        return Ok(());
    }
    txn.delete_table(HEADS)?;
    let mut furthest: BTreeMap<(String, String), (u64, DocumentCode, u64)> = BTreeMap::new();
    for entry in txn.open_table(DOCUMENTS)?.iter()? {
        let (code, row) = entry?;
        let row: Row = decode(row.value())?;
        let code = DocumentCode::from_bytes(*code.value());
        let head = furthest.entry((row.series, row.issuer)).or_insert((row.number, code, 0));
        head.2 += 1;
        if row.number > head.0 {
            (head.0, head.1) = (row.number, code);
        }
    }
    let bodies = txn.open_table(BODIES)?;
    let mut heads = txn.open_table(HEADS)?;
    for ((series, issuer), (number, code, documents)) in furthest {
        let body = bodies
            .get(code.as_bytes())?
            .ok_or_else(|| redb::Error::Corrupted(format!("document {code} has no body")))?;
        let hash = blake3::hash(body.value()).to_hex().to_string();
        let row = HeadRow { number, code: code.to_string(), hash, documents };
        heads.insert((series.as_str(), issuer.as_str()), encode(&row).as_slice())?;
    }
    meta.insert(META_KEY, VERSION)?;
    Ok(())
}

/// Counts a document that is new in the ledger.
pub(super) fn count(txn: &WriteTransaction, document: &Document) -> Result<(), redb::Error> {
    let mut heads = txn.open_table(HEADS)?;
    let key = (document.series.as_str(), document.issuer.as_str());
    let before: Option<HeadRow> = match heads.get(key)? {
        Some(row) => Some(decode(row.value())?),
        None => None,
    };
    let documents = before.as_ref().map_or(0, |row| row.documents) + 1;
    // Numbers may arrive in any order.
    let row = match before {
        Some(row) if row.number > document.number => HeadRow { documents, ..row },
        _ => HeadRow {
            number: document.number,
            code: document.code.to_string(),
            hash: blake3::hash(&document.bytes).to_hex().to_string(),
            documents,
        },
    };
    heads.insert(key, encode(&row).as_slice())?;
    Ok(())
}

/// The furthest document in each space of a series, rising by issuer, and whether
/// these are all.
pub(super) fn of_series(
    txn: &ReadTransaction,
    series: &str,
) -> Result<(Vec<SeriesHead>, bool), redb::Error> {
    let table = txn.open_table(HEADS)?;
    let mut heads = Vec::new();
    for entry in table.range((series, "")..)? {
        let (key, row) = entry?;
        let (found, issuer) = key.value();
        if found != series {
            break;
        }
        if heads.len() == HEADS_MAX {
            return Ok((heads, false));
        }
        let HeadRow { number, code, hash, documents } = decode(row.value())?;
        heads.push(SeriesHead { issuer: issuer.to_owned(), number, code, hash, documents });
    }
    Ok((heads, true))
}

#[cfg(test)]
impl super::Ledger {
    /// Makes it look like a ledger from before there was an index.
    pub(super) fn forget_heads(&self) {
        let txn = crate::store::begin(&self.0).expect("a transaction");
        txn.delete_table(HEADS).expect("deleted");
        txn.open_table(META).expect("a table").remove(META_KEY).expect("removed");
        txn.commit().expect("committed");
    }
}
