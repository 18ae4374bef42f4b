//! The simulated authority's ledger file.

use std::{ops::Bound, path::Path};

use redb::{Database, ReadableDatabase as _, ReadableTable, TableDefinition, WriteTransaction};

use super::{Registration, SimulatorLedger};
use crate::{
    authority::Document,
    code::DocumentCode,
    receipt::Outcome,
    serve::ServeError,
    store::{begin, decode, encode, open},
};

/// File name in the data folder.
const FILE: &str = "authority.redb";

/// Ordinal → [`Registration`]. Rows are only ever added.
const REGISTRATIONS: TableDefinition<u64, &[u8]> = TableDefinition::new("registrations");
/// Code → ordinal.
const CODES: TableDefinition<&[u8; 32], u64> = TableDefinition::new("codes");
/// (Issuer, number) → how many documents were registered with it.
const NUMBERS: TableDefinition<(&str, u64), u64> = TableDefinition::new("numbers");
/// The two sums over the whole ledger.
const SUMS: TableDefinition<&str, u64> = TableDefinition::new("sums");
const DUPLICATES: &str = "duplicates";
const RESUBMISSIONS: &str = "resubmissions";

/// What a submission did.
pub(super) enum Submission {
    /// Entered in the ledger.
    Registered(Registration),
    /// Nothing: it was there.
    Again,
}

pub(super) struct Registry(Database);

impl Registry {
    pub(super) fn open(dir: &Path) -> Result<Self, ServeError> {
        let registry = Self(open(dir, FILE)?);
        registry.begin_tables().map_err(|cause| ServeError::Database {
            path: dir.join(FILE),
            cause: Box::new(cause),
        })?;
        Ok(registry)
    }

    fn begin_tables(&self) -> Result<(), redb::Error> {
        let txn = begin(&self.0)?;
        txn.open_table(REGISTRATIONS)?;
        txn.open_table(CODES)?;
        txn.open_table(NUMBERS)?;
        txn.open_table(SUMS)?;
        Ok(txn.commit()?)
    }

    /// Registers the document, as rejected when there is a reason. A known one is only
    /// counted.
    pub(super) fn submit(
        &self,
        document: &Document,
        reason: Option<String>,
    ) -> Result<Submission, redb::Error> {
        let txn = begin(&self.0)?;
        let known =
            txn.open_table(CODES)?.get(document.code.as_bytes())?.map(|ordinal| ordinal.value());
        let submission = match known {
            Some(ordinal) => {
                let mut registration = load(&txn.open_table(REGISTRATIONS)?, ordinal)?;
                registration.submissions += 1;
                put(&txn, &registration)?;
                count(&txn, RESUBMISSIONS)?;
                Submission::Again
            }
            None => Submission::Registered(register(&txn, document, reason)?),
        };
        txn.commit()?;
        Ok(submission)
    }

    pub(super) fn find(&self, code: DocumentCode) -> Result<Option<Registration>, redb::Error> {
        let txn = self.0.begin_read()?;
        let codes = txn.open_table(CODES)?;
        match codes.get(code.as_bytes())? {
            Some(ordinal) => load(&txn.open_table(REGISTRATIONS)?, ordinal.value()).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn page(&self, after: u64, limit: usize) -> Result<SimulatorLedger, redb::Error> {
        let txn = self.0.begin_read()?;
        let table = txn.open_table(REGISTRATIONS)?;
        let mut registrations = Vec::new();
        for row in table.range((Bound::Excluded(after), Bound::Unbounded))?.take(limit) {
            registrations.push(decode(row?.1.value())?);
        }
        let sums = txn.open_table(SUMS)?;
        let sum = |name| Ok::<_, redb::Error>(sums.get(name)?.map_or(0, |sum| sum.value()));
        Ok(SimulatorLedger {
            registrations,
            duplicates: sum(DUPLICATES)?,
            resubmissions: sum(RESUBMISSIONS)?,
        })
    }
}

fn register(
    txn: &WriteTransaction,
    document: &Document,
    reason: Option<String>,
) -> Result<Registration, redb::Error> {
    let ordinal =
        txn.open_table(REGISTRATIONS)?.last()?.map_or(0, |(ordinal, _)| ordinal.value()) + 1;
    let registration = Registration {
        ordinal,
        code: document.code.to_string(),
        issuer: document.issuer.clone(),
        number: document.number,
        authority_id: format!("SIM-{ordinal:08}"),
        outcome: match reason {
            Some(_) => Outcome::Rejected,
            None => Outcome::Accepted,
        },
        reason: reason.unwrap_or_default(),
        submissions: 1,
    };
    put(txn, &registration)?;
    txn.open_table(CODES)?.insert(document.code.as_bytes(), ordinal)?;
    let mut numbers = txn.open_table(NUMBERS)?;
    let number = (document.issuer.as_str(), document.number);
    let before = numbers.get(number)?.map_or(0, |count| count.value());
    numbers.insert(number, before + 1)?;
    if before > 0 {
        count(txn, DUPLICATES)?;
    }
    Ok(registration)
}

fn load(
    table: &impl ReadableTable<u64, &'static [u8]>,
    ordinal: u64,
) -> Result<Registration, redb::Error> {
    match table.get(ordinal)? {
        Some(row) => decode(row.value()),
        None => Err(redb::Error::Corrupted(format!("registration {ordinal} is missing"))),
    }
}

fn put(txn: &WriteTransaction, registration: &Registration) -> Result<(), redb::Error> {
    txn.open_table(REGISTRATIONS)?.insert(registration.ordinal, encode(registration).as_slice())?;
    Ok(())
}

fn count(txn: &WriteTransaction, sum: &str) -> Result<(), redb::Error> {
    let mut sums = txn.open_table(SUMS)?;
    let before = sums.get(sum)?.map_or(0, |sum| sum.value());
    sums.insert(sum, before + 1)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn document(number: u64, text: &str) -> Document {
        Document {
            code: DocumentCode::of(text.as_bytes()),
            issuer: "aa".into(),
            series: "bb".into(),
            number,
            content_type: "application/json".into(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_document_is_registered_once_and_a_number_used_twice_is_counted() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let first = document(1, "first");
        assert!(matches!(registry.submit(&first, None).unwrap(), Submission::Registered(_)));
        // The second time is no registration, even if it would be rejected now.
        assert!(matches!(registry.submit(&first, Some("no".into())).unwrap(), Submission::Again));
        let page = registry.page(0, 9).unwrap();
        assert_eq!(page.registrations.len(), 1);
        assert_eq!(page.registrations[0].submissions, 2);
        assert_eq!(page.registrations[0].outcome, Outcome::Accepted);
        assert_eq!((page.duplicates, page.resubmissions), (0, 1));

        registry.submit(&document(1, "same number"), Some("no".into())).unwrap();
        let page = registry.page(1, 9).unwrap();
        assert_eq!(page.registrations[0].outcome, Outcome::Rejected);
        assert_eq!((page.duplicates, page.resubmissions), (1, 1));
        assert!(registry.find(DocumentCode::of(b"never")).unwrap().is_none());
    }
}
