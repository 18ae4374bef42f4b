//! Logs carried by hand: a bundle that one device wrote is taken in by another as
//! if its devices had met on a network.

use crate::backup::BackupError;
use crate::device::Device;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use till_driver::Effect;
use till_node::Input;
use till_schema::{LogId, Seq};
use till_store::bundle::BundleReader;

/// Bytes of frames handed in at a time.
const PART_BYTES: usize = 240 * 1024;
/// Goes through a bundle at most. Each may teach of devices whose logs the next
/// one takes in.
const PASSES_MAX: usize = 16;

/// What a bundle brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Carried {
    /// Entries that were new here.
    pub entries: u64,
    /// Logs that have grown.
    pub logs: u64,
    /// Entries of logs that this device does not know, or that do not follow
    /// what it holds: meet the others, or bring another bundle.
    pub left: u64,
}

/// Why a bundle was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// The file.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Another shop's.
    #[error("the bundle is of another shop")]
    OtherShop,
    /// It knows more of this device's log than the device does.
    #[error(
        "the bundle knows more of this device's log than the device itself: its storage was set \
         back. It must not sell under its key; let it join again (`tillmesh shop join --again`)"
    )]
    SetBack,
}

impl Device {
    /// Takes in what a bundle has and this device lacks. What it wants done
    /// outside because of that is for whoever runs it.
    ///
    /// # Errors
    /// When the bundle is damaged or of another shop; nothing is taken in then.
    pub fn carry(&mut self, file: &Path) -> Result<(Carried, Vec<Effect>), CarryError> {
        let (header, _) = BundleReader::check(file).map_err(BackupError::from)?;
        if header.shop != self.shop() {
            return Err(CarryError::OtherShop);
        }
        let ends = ends(file)?;
        let me = self.me();
        let mut effects = Vec::new();
        if ends.get(&me).is_some_and(|end| *end > self.held(me)) {
            self.push(Input::Twin { why: CarryError::SetBack.to_string() });
            self.work(&mut effects);
            return Err(CarryError::SetBack);
        }
        let before: BTreeMap<LogId, Seq> = ends.keys().map(|log| (*log, self.held(*log))).collect();
        for _ in 0..PASSES_MAX {
            let held: Vec<Seq> = ends.keys().map(|log| self.held(*log)).collect();
            self.pass(file, &mut effects)?;
            if held == ends.keys().map(|log| self.held(*log)).collect::<Vec<_>>() {
                break;
            }
        }
        let mut carried = Carried::default();
        for (log, end) in &ends {
            let (was, is) = (before[log], self.held(*log));
            carried.entries += is.0 - was.0;
            carried.logs += u64::from(is > was);
            carried.left += end.0.saturating_sub(is.0);
        }
        Ok((carried, effects))
    }

    fn pass(&mut self, file: &Path, effects: &mut Vec<Effect>) -> Result<(), CarryError> {
        let mut part: (Option<LogId>, Vec<Vec<u8>>, usize) = (None, Vec::new(), 0);
        for frame in BundleReader::open(file).map_err(BackupError::from)? {
            let frame = frame.map_err(BackupError::from)?;
            if frame.last <= self.held(frame.log) {
                continue;
            }
            if part.0 != Some(frame.log) || part.2 >= PART_BYTES {
                self.hand_in(&mut part, effects);
                part.0 = Some(frame.log);
            }
            part.2 += frame.bytes.len();
            part.1.push(frame.bytes);
        }
        self.hand_in(&mut part, effects);
        Ok(())
    }

    fn hand_in(
        &mut self,
        part: &mut (Option<LogId>, Vec<Vec<u8>>, usize),
        effects: &mut Vec<Effect>,
    ) {
        let (Some(log), frames) = (part.0, std::mem::take(&mut part.1)) else { return };
        part.2 = 0;
        if !frames.is_empty() {
            self.push(Input::Carried { log, frames });
            self.work(effects);
        }
    }

    fn work(&mut self, effects: &mut Vec<Effect>) {
        while self.is_busy() {
            effects.extend(self.advance());
        }
    }
}

/// The last position of each log in a bundle.
fn ends(file: &Path) -> Result<BTreeMap<LogId, Seq>, BackupError> {
    let mut ends: BTreeMap<LogId, Seq> = BTreeMap::new();
    for frame in BundleReader::open(file)? {
        let frame = frame?;
        let end = ends.entry(frame.log).or_default();
        *end = (*end).max(frame.last);
    }
    Ok(ends)
}
