//! Starting a machine's program on what its disk holds, in the order in which
//! `till-host` does.

use super::{Device, Off};
use std::collections::BTreeMap;
use std::sync::Arc;
use till_driver::Driver;
use till_node::Config;
use till_store::{Disk, LogStore};

/// What a start found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opened {
    /// Bytes of unfinished writes that were cut off.
    pub cut_off_bytes: u64,
    /// Logs of other devices that were damaged and are fetched again.
    pub damaged_logs: u32,
    /// The books could not be used or were ahead of the logs.
    pub books_rebuilt: bool,
    /// A fence raised an alarm.
    pub alarm: bool,
}

/// Why a machine's program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The disk stopped again while it was opened.
    #[error("the machine stopped while it was starting")]
    Crashed,
    /// Something a person has to see to.
    #[error("{0}")]
    Broken(String),
    /// The disk refused something; it may not the next time.
    #[error("{0}")]
    Refused(String),
}

impl Device {
    /// Starts the program.
    ///
    /// # Errors
    /// When it cannot start; the machine is then off.
    pub fn start(&mut self, entropy: [u8; 32]) -> Result<Opened, StartError> {
        self.starts += 1;
        self.wake_at = None;
        match self.open(entropy) {
            Ok((driver, opened)) => {
                self.running = Ok(Box::new(driver));
                Ok(opened)
            }
            Err(_) if self.disk.crashed() => {
                self.running = Err(Off::Waiting);
                Err(StartError::Crashed)
            }
            Err(error) if disk_refused(&error) => {
                self.running = Err(Off::Waiting);
                Err(StartError::Refused(error.to_string()))
            }
            Err(error) => {
                self.running = Err(Off::Broken(error.to_string()));
                Err(StartError::Broken(error.to_string()))
            }
        }
    }

    fn open(&mut self, entropy: [u8; 32]) -> anyhow::Result<(Driver, Opened)> {
        let mut opened = Opened::default();
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let (logs, found) = LogStore::open_with(disk.clone(), self.log, self.options)?;
        opened.cut_off_bytes = found.logs.values().map(|report| report.cut_off_bytes).sum();
        opened.damaged_logs = found.logs.values().filter(|r| r.damaged.is_some()).count() as u32;
        let judged = self.fences.judge(self.log, self.shop, &logs);
        #[cfg(feature = "mutants")]
        let judged =
            judged.or_else(|alarm| if crate::mutants::is_unfenced() { Ok(()) } else { Err(alarm) });
        if let Err(alarm) = judged {
            opened.alarm = true;
            self.quarantine.get_or_insert_with(|| till_node::stopped(&alarm.to_string()));
        }
        let (driver, notes) = Driver::open(&disk, logs, self.config(entropy))?;
        opened.books_rebuilt = !notes.is_empty();
        Ok((driver, opened))
    }

    fn config(&self, entropy: [u8; 32]) -> Config {
        Config {
            key: self.key.clone(),
            shop: self.shop,
            founder: self.founder,
            entropy,
            heads: BTreeMap::new(),
            relay: self.relay,
            invites: self.invites.clone(),
            utc_offset_min: -300,
            name: self.name.clone(),
            sponsor: self.sponsor,
            network: self.network,
            quarantine: self.quarantine.clone(),
        }
    }
}

/// Whether the disk answered with an error, rather than with damaged contents.
fn disk_refused(error: &anyhow::Error) -> bool {
    let of_logs = error.downcast_ref::<till_store::OpenError>();
    let of_books = error.downcast_ref::<till_driver::OpenError>();
    of_logs.is_some_and(|error| matches!(error, till_store::OpenError::Io(_)))
        || of_books.is_some_and(|error| matches!(error, till_driver::OpenError::Books(_)))
}
