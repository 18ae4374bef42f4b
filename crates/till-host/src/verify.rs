//! Checking everything from the beginning: chains, signatures, projections,
//! numbers.

use crate::device::{Device, OpenError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use till_log::{Head, SigningKey, verify_frame};
use till_node::Config;
use till_node::command::{Command, Reply};
use till_schema::LogId;
use till_schema::rows::{AnomalyRow, MalformedRow, Table, collect_rows, digests};

/// What a full check found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct VerifyReport {
    /// Whether everything is as it should be.
    pub ok: bool,
    /// Logs read.
    pub logs: u64,
    /// Frames whose signature and chain were checked.
    pub frames: u64,
    /// Entries in them.
    pub entries: u64,
    /// Digest of each projection, folded anew from the logs.
    pub digests: BTreeMap<String, String>,
    /// What is wrong, each in words.
    pub failures: Vec<String>,
    /// Entries kept and not applied: no failure of this device.
    pub malformed: u64,
    /// Odd things other devices did.
    pub anomalies: u64,
}

impl Device {
    /// Reads every log, checks every signature and chain, folds the books anew
    /// in memory, compares them with those on disk, and audits the numbers.
    ///
    /// # Errors
    /// When the device's description can't be read; findings are in the report.
    pub fn verify(&mut self) -> Result<VerifyReport, OpenError> {
        let device = self.folder().device()?;
        let mut report = VerifyReport::default();
        let mut at: BTreeMap<LogId, Head> = BTreeMap::new();
        let (logs, books) = self.parts();
        let read = logs.verify_all(&mut |record| {
            let head = at.entry(record.log).or_default();
            let frame = verify_frame(device.shop, record.log, *head, &record.bytes)
                .map_err(|error| error.to_string())?;
            *head = frame.head();
            report.frames += 1;
            report.entries += frame.entries().len() as u64;
            Ok(())
        });
        if let Err(error) = read {
            report.failures.push(error.to_string());
        }
        for (log, head) in logs.heads() {
            if at.get(log).is_none_or(|found| found.seq != head.seq || found.hash != head.hash) {
                report.failures.push(format!("log {} ends elsewhere than its head", log.short()));
            }
        }
        report.logs = at.len() as u64;
        let kept = digests(books);
        report.malformed = collect_rows::<MalformedRow>(books, Table::Malformed, &[]).len() as u64;
        report.anomalies = collect_rows::<AnomalyRow>(books, Table::Anomalies, &[]).len() as u64;
        let config = Config {
            // Only folds: nothing is signed with this key.
            key: SigningKey::from_bytes(&[1; 32]),
            shop: device.shop,
            founder: device.founder,
            entropy: [0; 32],
            heads: BTreeMap::new(),
            relay: false,
            invites: Vec::new(),
            utc_offset_min: 0,
            name: String::new(),
            sponsor: device.sponsor,
            network: false,
            quarantine: None,
        };
        match till_driver::fold_all(config, logs) {
            Ok(rows) => {
                for (name, digest) in digests(&rows) {
                    if kept.get(name) != Some(&digest) {
                        report.failures.push(format!("the books differ from the logs in {name}"));
                    }
                    report.digests.insert(name.to_owned(), digest);
                }
            }
            Err(error) => report.failures.push(error.to_string()),
        }
        if let Ok(Reply::NumbersAudit(audits)) = self.execute(Command::NumbersAudit) {
            for audit in audits.iter().filter(|audit| !audit.balances()) {
                report.failures.push(format!(
                    "numbers of “{}” do not add up: {} duplicates, {} unaccounted",
                    audit.prefix,
                    audit.duplicates.len(),
                    audit.unaccounted
                ));
            }
        }
        report.ok = report.failures.is_empty();
        Ok(report)
    }
}
