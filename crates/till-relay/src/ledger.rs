//! The relay's durable memory: documents, how far each has come, final answers.
//!
//! Every change is on the disk when its method returns. All methods block; the server
//! calls them away from its event loop.

mod heads;
#[cfg(test)]
mod tests;

use std::{ops::Bound, path::Path};

use redb::{
    Database, ReadableDatabase as _, ReadableTable, ReadableTableMetadata as _, TableDefinition,
    WriteTransaction,
};
use serde::{Deserialize, Serialize};

use crate::{
    api::{InFlight, LedgerEntry, LedgerPage, StateName},
    authority::Document,
    code::DocumentCode,
    receipt::SignedReceipt,
    series::SeriesHead,
    serve::ServeError,
    server::IN_FLIGHT_RETRY_MS,
    store::{begin, decode, encode, now_ms, open},
};

/// File name in the data folder.
const FILE: &str = "relay.redb";

/// Code → [`Row`].
const DOCUMENTS: TableDefinition<&[u8; 32], &[u8]> = TableDefinition::new("documents");
/// Code → the document's bytes.
const BODIES: TableDefinition<&[u8; 32], &[u8]> = TableDefinition::new("bodies");
/// Code → the final answer's text, sent byte for byte ever after.
const RECEIPTS: TableDefinition<&[u8; 32], &str> = TableDefinition::new("receipts");
/// (Issuer, number) → the one code that may carry this number.
const NUMBERS: TableDefinition<(&str, u64), &[u8; 32]> = TableDefinition::new("numbers");
/// Codes without a final answer.
const UNSETTLED: TableDefinition<&[u8; 32], ()> = TableDefinition::new("unsettled");
/// Ordinal of its latest change → code. Each document stands here once.
const CHANGES: TableDefinition<u64, &[u8; 32]> = TableDefinition::new("changes");
/// `relay` → the public key of the relay that signs for this ledger; and what [`heads`]
/// keeps.
const META: TableDefinition<&str, &str> = TableDefinition::new("meta");

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    ordinal: u64,
    issuer: String,
    series: String,
    number: u64,
    content_type: String,
    size: u64,
    state: StateName,
    attempts: u32,
    received_ms: u64,
    changed_ms: u64,
}

/// Where a known document stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No final answer yet.
    InFlight(InFlight),
    /// The text of the final answer.
    Final(String),
}

/// What became of a document handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reception {
    /// Stored now.
    New,
    /// Stored before.
    Known(Standing),
    /// Its number already belongs to the document with this code.
    NumberTaken(DocumentCode),
    /// The same document was handed in under this other issuer or number.
    OtherNumber { issuer: String, number: u64 },
    /// Too many documents wait already.
    Full,
}

pub(crate) struct Ledger(Database);

impl Ledger {
    /// Opens the ledger of this data folder, or begins one.
    pub(crate) fn open(dir: &Path) -> Result<Self, ServeError> {
        let ledger = Self(open(dir, FILE)?);
        ledger.begin_tables().map_err(|cause| ServeError::Database {
            path: dir.join(FILE),
            cause: Box::new(cause),
        })?;
        Ok(ledger)
    }

    fn begin_tables(&self) -> Result<(), redb::Error> {
        let txn = begin(&self.0)?;
        txn.open_table(DOCUMENTS)?;
        txn.open_table(BODIES)?;
        txn.open_table(RECEIPTS)?;
        txn.open_table(NUMBERS)?;
        txn.open_table(UNSETTLED)?;
        txn.open_table(CHANGES)?;
        txn.open_table(META)?;
        heads::build_when_missing(&txn)?;
        Ok(txn.commit()?)
    }

    /// The public key of the relay this ledger belongs to, once bound.
    pub(crate) fn relay(&self) -> Result<Option<String>, redb::Error> {
        let meta = self.0.begin_read()?.open_table(META)?;
        Ok(meta.get("relay")?.map(|key| key.value().to_owned()))
    }

    /// Binds the ledger to the relay that will sign for it.
    pub(crate) fn bind(&self, relay: &str) -> Result<(), redb::Error> {
        let txn = begin(&self.0)?;
        txn.open_table(META)?.insert("relay", relay)?;
        Ok(txn.commit()?)
    }

    /// Stores a document unless it is known, its number is taken or `unsettled_max`
    /// documents wait. An error means "outcome unknown": ask again.
    pub(crate) fn receive(
        &self,
        document: &Document,
        unsettled_max: u64,
    ) -> Result<Reception, redb::Error> {
        let code = document.code.as_bytes();
        let txn = begin(&self.0)?;
        {
            let documents = txn.open_table(DOCUMENTS)?;
            if let Some(row) = row(&documents, document.code)? {
                if row.issuer != document.issuer || row.number != document.number {
                    return Ok(Reception::OtherNumber { issuer: row.issuer, number: row.number });
                }
                let standing = standing(document.code, &row, &txn.open_table(RECEIPTS)?)?;
                return Ok(Reception::Known(standing));
            }
            let mut numbers = txn.open_table(NUMBERS)?;
            let number = (document.issuer.as_str(), document.number);
            if let Some(holder) = numbers.get(number)? {
                let holder = DocumentCode::from_bytes(*holder.value());
                return Ok(Reception::NumberTaken(holder));
            }
            let mut unsettled = txn.open_table(UNSETTLED)?;
            if unsettled.len()? >= unsettled_max {
                return Ok(Reception::Full);
            }
            numbers.insert(number, code)?;
            unsettled.insert(code, ())?;
            let mut bodies = txn.open_table(BODIES)?;
            bodies.insert(code, document.bytes.as_slice())?;
        }
        heads::count(&txn, document)?;
        let now = now_ms();
        let row = Row {
            ordinal: 0,
            issuer: document.issuer.clone(),
            series: document.series.clone(),
            number: document.number,
            content_type: document.content_type.clone(),
            size: document.bytes.len() as u64,
            state: StateName::Received,
            attempts: 0,
            received_ms: now,
            changed_ms: now,
        };
        put_row(&txn, document.code, row)?;
        txn.commit()?;
        Ok(Reception::New)
    }

    /// Where a document stands; `None` when it was never received.
    pub(crate) fn standing(&self, code: DocumentCode) -> Result<Option<Standing>, redb::Error> {
        let txn = self.0.begin_read()?;
        let Some(row) = row(&txn.open_table(DOCUMENTS)?, code)? else {
            return Ok(None);
        };
        standing(code, &row, &txn.open_table(RECEIPTS)?).map(Some)
    }

    /// An unsettled document and its state; `None` when it is settled or unknown.
    pub(crate) fn unsettled(
        &self,
        code: DocumentCode,
    ) -> Result<Option<(Document, StateName)>, redb::Error> {
        let txn = self.0.begin_read()?;
        let Some(row) = row(&txn.open_table(DOCUMENTS)?, code)? else {
            return Ok(None);
        };
        if row.state == StateName::Final {
            return Ok(None);
        }
        let bodies = txn.open_table(BODIES)?;
        let bytes = bodies
            .get(code.as_bytes())?
            .ok_or_else(|| redb::Error::Corrupted(format!("document {code} has no body")))?
            .value()
            .to_vec();
        let document = Document {
            code,
            issuer: row.issuer,
            series: row.series,
            number: row.number,
            content_type: row.content_type,
            bytes,
        };
        Ok(Some((document, row.state)))
    }

    /// Notes that the authority is about to be called.
    pub(crate) fn submitted(&self, code: DocumentCode) -> Result<(), redb::Error> {
        let txn = begin(&self.0)?;
        let row = row(&txn.open_table(DOCUMENTS)?, code)?;
        if let Some(mut row) = row
            && row.state != StateName::Final
        {
            row.state = StateName::Submitted;
            row.attempts = row.attempts.saturating_add(1);
            row.changed_ms = now_ms();
            put_row(&txn, code, row)?;
            txn.commit()?;
        }
        Ok(())
    }

    /// Stores the final answer. The first one stays: a later one is left out.
    pub(crate) fn settle(
        &self,
        code: DocumentCode,
        receipt: &SignedReceipt,
    ) -> Result<(), redb::Error> {
        let txn = begin(&self.0)?;
        let row = row(&txn.open_table(DOCUMENTS)?, code)?;
        if let Some(mut row) = row
            && row.state != StateName::Final
        {
            let text = serde_json::to_string(receipt).expect("receipts are plain JSON");
            txn.open_table(RECEIPTS)?.insert(code.as_bytes(), text.as_str())?;
            txn.open_table(UNSETTLED)?.remove(code.as_bytes())?;
            row.state = StateName::Final;
            row.changed_ms = now_ms();
            put_row(&txn, code, row)?;
            txn.commit()?;
        }
        Ok(())
    }

    /// How far a device has come in each number space, and whether that is all.
    pub(crate) fn series(&self, series: &str) -> Result<(Vec<SeriesHead>, bool), redb::Error> {
        heads::of_series(&self.0.begin_read()?, series)
    }

    /// All codes without a final answer.
    pub(crate) fn all_unsettled(&self) -> Result<Vec<DocumentCode>, redb::Error> {
        let unsettled = self.0.begin_read()?.open_table(UNSETTLED)?;
        let mut codes = Vec::new();
        for entry in unsettled.iter()? {
            codes.push(DocumentCode::from_bytes(*entry?.0.value()));
        }
        Ok(codes)
    }

    /// How many documents there are, and how many of them are unsettled.
    pub(crate) fn counts(&self) -> Result<(u64, u64), redb::Error> {
        let txn = self.0.begin_read()?;
        let documents = txn.open_table(DOCUMENTS)?.len()?;
        Ok((documents, txn.open_table(UNSETTLED)?.len()?))
    }

    /// The documents that changed after the ordinal `after`, at most `limit`.
    pub(crate) fn page(&self, after: u64, limit: usize) -> Result<LedgerPage, redb::Error> {
        let txn = self.0.begin_read()?;
        let documents = txn.open_table(DOCUMENTS)?;
        let receipts = txn.open_table(RECEIPTS)?;
        let changes = txn.open_table(CHANGES)?;
        let mut entries = Vec::new();
        for change in changes.range((Bound::Excluded(after), Bound::Unbounded))?.take(limit) {
            let (ordinal, code) = change?;
            let code = DocumentCode::from_bytes(*code.value());
            let row = row(&documents, code)?.ok_or_else(|| {
                redb::Error::Corrupted(format!("change {} has no document", ordinal.value()))
            })?;
            let receipt = match receipts.get(code.as_bytes())? {
                Some(text) => Some(decode(text.value().as_bytes())?),
                None => None,
            };
            entries.push(LedgerEntry {
                ordinal: row.ordinal,
                code: code.to_string(),
                issuer: row.issuer,
                series: row.series,
                number: row.number,
                size: row.size,
                state: row.state,
                attempts: row.attempts,
                received_ms: row.received_ms,
                changed_ms: row.changed_ms,
                receipt,
            });
        }
        let next = entries.last().map_or(after, |entry| entry.ordinal);
        Ok(LedgerPage { entries, next })
    }
}

fn row(
    documents: &impl ReadableTable<&'static [u8; 32], &'static [u8]>,
    code: DocumentCode,
) -> Result<Option<Row>, redb::Error> {
    match documents.get(code.as_bytes())? {
        Some(row) => decode(row.value()).map(Some),
        None => Ok(None),
    }
}

fn standing(
    code: DocumentCode,
    row: &Row,
    receipts: &impl ReadableTable<&'static [u8; 32], &'static str>,
) -> Result<Standing, redb::Error> {
    if row.state == StateName::Final {
        let text = receipts
            .get(code.as_bytes())?
            .ok_or_else(|| redb::Error::Corrupted(format!("document {code} has no receipt")))?;
        return Ok(Standing::Final(text.value().to_owned()));
    }
    Ok(Standing::InFlight(InFlight {
        code: code.to_string(),
        state: row.state,
        attempts: row.attempts,
        retry_after_ms: IN_FLIGHT_RETRY_MS,
    }))
}

/// Writes the row under a new ordinal and moves the document there in the feed. The
/// newest ordinal is always in the feed, so the next one is always its successor.
fn put_row(txn: &WriteTransaction, code: DocumentCode, mut row: Row) -> Result<(), redb::Error> {
    let mut changes = txn.open_table(CHANGES)?;
    let newest = changes.last()?.map_or(0, |(ordinal, _)| ordinal.value());
    changes.remove(row.ordinal)?;
    row.ordinal = newest + 1;
    changes.insert(row.ordinal, code.as_bytes())?;
    txn.open_table(DOCUMENTS)?.insert(code.as_bytes(), encode(&row).as_slice())?;
    Ok(())
}
