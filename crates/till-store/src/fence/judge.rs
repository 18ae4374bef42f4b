//! Whether the own log may go on, judged by its fences.

use super::{Mark, UNKNOWN_MACHINE};
use till_schema::{EntryHash, LogId, Seq};

/// Why the own log must not go on. Whatever the reason, the device takes a new key:
/// the numbers it sold between the two states are known to nobody else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Alarm {
    /// The data folder was set back.
    #[error(
        "its data folder was set back: it ends at entry {has}, and the device had written entry {had}"
    )]
    RolledBack {
        /// Where the log ends; zero when it is empty.
        has: Seq,
        /// How far it had come at least.
        had: Seq,
    },
    /// The log went on in two ways.
    #[error("entry {at} is not the one that the device had written: a copy of its folder went on")]
    Forked {
        /// An entry that differs.
        at: Seq,
    },
    /// The folder last ran on another machine.
    #[error("its data folder was copied: it last ran on another machine, which may still run")]
    Cloned,
    /// Nothing is left that says how far the log had come.
    #[error(
        "nothing on this machine says how far the device had come, though it has been used: its \
         data folder may have been copied"
    )]
    FencesMissing,
}

/// Judges the own log by what its fences say. Pure.
///
/// `own_head` is the end of the log, `hash_at` tells the hash of one of its entries
/// (none counts as another hash), `machine` is the fingerprint of this machine, and
/// `first_run` says that this device was made just now, so that there can be no
/// fence yet. A fence of another log counts as missing. Each fence is judged on its
/// own, so one that was set back with the data does not silence the other.
///
/// # Errors
/// The gravest [`Alarm`] that any fence raises.
pub fn judge(
    own_head: Option<Seq>,
    hash_at: impl Fn(Seq) -> Option<EntryHash>,
    marks: &[Option<Mark>],
    machine: &str,
    log: LogId,
    first_run: bool,
) -> Result<(), Alarm> {
    let has = own_head.unwrap_or_default();
    let own: Vec<&Mark> = marks.iter().flatten().filter(|mark| mark.log == log).collect();
    if own.is_empty() {
        let is_new = first_run || has == Seq(0);
        return if is_new { Ok(()) } else { Err(Alarm::FencesMissing) };
    }
    if let Some(had) = own.iter().map(|mark| mark.seq).filter(|seq| *seq > has).max() {
        return Err(Alarm::RolledBack { has, had });
    }
    // An empty log has no hash to compare.
    let marked = own.iter().filter(|mark| mark.seq > Seq(0));
    let forked = marked.filter(|mark| hash_at(mark.seq) != Some(mark.hash));
    if let Some(at) = forked.map(|mark| mark.seq).min() {
        return Err(Alarm::Forked { at });
    }
    let elsewhere = |other: &str| ![machine, other].contains(&UNKNOWN_MACHINE) && other != machine;
    if own.iter().any(|mark| elsewhere(&mark.machine)) {
        return Err(Alarm::Cloned);
    }
    Ok(())
}
