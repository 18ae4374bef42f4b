//! The gate: foreign changes are judged here before Automerge applies them.
//!
//! Automerge trusts well-formed changes. Hostile ones make it panic, spend
//! gigabytes, or save a document that does not load again. A change passes
//! only if it is one that an honest till could have made: a plain chunk of
//! bounded size, its author's next change, built on changes that are here,
//! which makes objects and sets fields of the known shape, and replaces just
//! what its author saw. The rules look at the change and its ancestors alone,
//! never at what else this device has applied, so that all devices agree.

mod operations;
mod prescan;
mod refused;

pub use refused::Refused;

use crate::index::Index;
use crate::limits::TIME_S_MAX;
use crate::{Actor, ChangeHash, genesis};
use automerge::{Automerge, Change, ExpandedChange};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use till_schema::catalogue::DocumentId;

/// Bytes of the chunk's checksum: the first of the change's hash.
const CHECKSUM: std::ops::Range<usize> = 4..8;

/// The last change of each actor: its sequence number and hash.
pub(crate) type Authors = BTreeMap<Actor, (u64, ChangeHash)>;

/// What the gate looks at.
pub(crate) struct Gate<'a> {
    pub(crate) document: DocumentId,
    pub(crate) doc: &'a Automerge,
    pub(crate) index: &'a Index,
    pub(crate) authors: &'a Authors,
}

/// A change that may come in.
pub(crate) struct Admitted {
    pub(crate) change: Change,
    pub(crate) expanded: ExpandedChange,
    /// The document has it already.
    pub(crate) known: bool,
}

impl Gate<'_> {
    /// Judges a change. `announced` is the actor that the author's log
    /// announced; `None` for changes read back from this device's own rows.
    pub(crate) fn admit(&self, raw: &[u8], announced: Option<Actor>) -> Result<Admitted, Refused> {
        prescan::prescan(raw)?;
        // Parsing and decoding panic on some inputs. Nothing is changed by
        // them, so a panic here only means that the bytes are no change.
        catch_unwind(AssertUnwindSafe(|| self.judge(raw, announced)))
            .unwrap_or(Err(Refused::NotAChange))
    }

    fn judge(&self, raw: &[u8], announced: Option<Actor>) -> Result<Admitted, Refused> {
        let change = Change::try_from(raw).map_err(|_| Refused::NotAChange)?;
        // The parser leaves the checksum unchecked.
        if raw[CHECKSUM] != change.hash().0[..CHECKSUM.len()] {
            return Err(Refused::BadHash);
        }
        let actor = self.check_author(&change, announced)?;
        let expanded = change.decode();
        let known = self.doc.get_change_meta_by_hash(&change.hash()).is_some();
        if !known {
            check_header(&change)?;
            self.check_history(&change, actor)?;
            operations::check(self, &change, &expanded, actor)?;
            let encoded_again = Change::from(expanded.clone());
            if encoded_again.raw_bytes() != raw || !change.extra_bytes().is_empty() {
                return Err(Refused::NotCanonical);
            }
        }
        Ok(Admitted { change, expanded, known })
    }

    fn check_author(&self, change: &Change, announced: Option<Actor>) -> Result<Actor, Refused> {
        let actor: Actor =
            change.actor_id().to_bytes().try_into().map_err(|_| Refused::WrongActor)?;
        if actor == genesis::ACTOR || announced.is_some_and(|announced| announced != actor) {
            return Err(Refused::WrongActor);
        }
        Ok(actor)
    }

    /// Dependencies, sequence, and the numbers of the operations.
    fn check_history(&self, change: &Change, actor: Actor) -> Result<(), Refused> {
        let mut unknown = Vec::new();
        let mut greatest_seen = 0;
        for dep in change.deps() {
            match self.doc.get_change_meta_by_hash(dep) {
                Some(meta) => greatest_seen = greatest_seen.max(meta.max_op),
                None => unknown.push(dep.0),
            }
        }
        if !unknown.is_empty() {
            return Err(Refused::UnknownDependency(unknown));
        }
        // Automerge names the author's previous change as a dependency, which
        // makes this rule independent of what else has arrived.
        let follows = match self.authors.get(&actor) {
            None => change.seq() == 1,
            Some((seq, hash)) => {
                change.seq() == seq + 1 && change.deps().iter().any(|dep| dep.0 == *hash)
            }
        };
        if !follows {
            return Err(Refused::SequenceGap);
        }
        if change.start_op().get() != greatest_seen + 1 {
            return Err(Refused::StartOperation);
        }
        Ok(())
    }
}

/// What can be said of a change's header without the document.
fn check_header(change: &Change) -> Result<(), Refused> {
    if !(0..=TIME_S_MAX).contains(&change.timestamp()) {
        return Err(Refused::Time);
    }
    let deps = change.deps();
    if deps.is_empty() || !deps.is_sorted_by(|a, b| a < b) {
        return Err(Refused::Dependencies);
    }
    Ok(())
}
