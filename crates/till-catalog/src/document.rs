//! One document: its Automerge state, the index of its objects, and what is
//! needed to build it again should Automerge fail.

mod edit;
mod read;

pub use edit::{Edit, EditError, LocalChange};

use crate::gate::{Authors, Gate, Refused};
use crate::index::{Index, OpId};
use crate::limits::{TAIL_CHANGE_OVERHEAD, TAIL_WEIGHT_MAX};
use crate::{Actor, ChangeHash, ObjectKey, genesis, shape};
use automerge::{ActorId, Automerge, Change, ExpandedChange, SaveOptions, legacy};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use till_schema::catalogue::{DocumentId, FieldValue};

/// The fields a change wrote, rising: all that has to be read again after it.
pub type Touched = Vec<(ObjectKey, String)>;

/// A foreign change that was taken in, or had been before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applied {
    /// The change's hash.
    pub hash: ChangeHash,
    /// What it wrote.
    pub touched: Touched,
    /// The values it set, as it set them, whatever the merge makes of them.
    pub values: Vec<(ObjectKey, String, FieldValue)>,
}

/// Why stored documents cannot be opened. Delete the snapshot and fold the
/// log again.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LoadError {
    /// The snapshot is damaged, or not of this document.
    #[error("the snapshot of the {} is damaged; rebuild it from the log", .0.name())]
    Snapshot(DocumentId),
    /// A change after the snapshot does not apply.
    #[error("change {position} after the snapshot of the {} does not apply ({reason}); rebuild it from the log", .document.name())]
    Tail {
        /// The document.
        document: DocumentId,
        /// Place among the document's changes, from 0.
        position: usize,
        /// Why.
        reason: Refused,
    },
}

/// A saved document did not load again. The document itself goes on; the last
/// good snapshot must be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the new snapshot of the {} does not load again; keep the last one", .0.name())]
pub struct CheckpointError(pub DocumentId);

/// What a document has taken in since it was opened or its last checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unsaved {
    /// How many changes.
    pub changes: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// One document.
pub(crate) struct Document {
    id: DocumentId,
    doc: Automerge,
    index: Index,
    authors: Authors,
    /// A saved document that has been loaded, or the genesis.
    base: Vec<u8>,
    /// All changes applied to `base` since, in order.
    tail: Vec<Vec<u8>>,
    unsaved: Unsaved,
    /// Weight of what came in since a checkpoint was last tried.
    weight: usize,
    /// Makes the next application panic half-way.
    #[cfg(test)]
    pub(crate) panic_next: bool,
}

impl Document {
    /// The document before any edit.
    pub(crate) fn genesis(id: DocumentId) -> Self {
        Self::open(id, genesis::bytes(id).to_vec()).expect("the genesis bytes are pinned by a test")
    }

    /// Opens a snapshot. `None` when it does not load or has another shape.
    pub(crate) fn open(id: DocumentId, base: Vec<u8>) -> Option<Self> {
        let doc = read_document(id, &base)?;
        let index = Index::of(id, &doc)?;
        let mut authors = Authors::new();
        for meta in doc.get_changes_meta(&[]) {
            let last = authors.entry(meta.actor.to_bytes().try_into().ok()?).or_default();
            if meta.seq > last.0 {
                *last = (meta.seq, meta.hash.0);
            }
        }
        Some(Self {
            id,
            doc,
            index,
            authors,
            base,
            tail: Vec::new(),
            unsaved: Unsaved::default(),
            weight: 0,
            #[cfg(test)]
            panic_next: false,
        })
    }

    /// The document as bytes that [`Self::open`] reads.
    pub(crate) fn save(&self) -> Vec<u8> {
        // Changes without their dependencies never get in; were one there, it
        // would make the snapshot unreadable.
        self.doc.save_with_options(SaveOptions { deflate: true, retain_orphans: false })
    }

    /// Takes in a change of another device. See [`Gate::admit`].
    pub(crate) fn apply(
        &mut self,
        raw: &[u8],
        announced: Option<Actor>,
    ) -> Result<Applied, Refused> {
        let Self { id, doc, index, authors, .. } = self;
        let gate = Gate { document: *id, doc, index, authors };
        let admitted = gate.admit(raw, announced)?;
        let hash = admitted.change.hash();
        if !admitted.known {
            #[cfg(test)]
            let panic_next = std::mem::take(&mut self.panic_next);
            let change = admitted.change.clone();
            // One change per call: a batch on a loaded document keeps memory
            // in the order of its values for each change of the batch.
            let outcome = self.contained(|doc| {
                let outcome = doc.apply_changes([change]);
                #[cfg(test)]
                assert!(!panic_next, "asked for by a test");
                outcome.is_ok() && doc.get_change_meta_by_hash(&hash).is_some()
            });
            match outcome {
                Some(true) => self.took_in(&admitted.change, &admitted.expanded),
                Some(false) => {
                    self.rebuild();
                    return Err(Refused::Rejected);
                }
                None => return Err(Refused::Panic),
            }
        }
        let touched = self.touched(&admitted.expanded);
        let values = self.written(&admitted.expanded);
        Ok(Applied { hash: hash.0, touched, values })
    }

    /// Saves the document, makes sure that the result loads and is the same
    /// document, and forgets the changes kept for rebuilding it. Takes time in
    /// proportion to the document.
    pub(crate) fn checkpoint(&mut self) -> Result<&[u8], CheckpointError> {
        self.rebase()?;
        self.unsaved = Unsaved::default();
        Ok(&self.base)
    }

    /// Makes the present state the one to rebuild from.
    fn rebase(&mut self) -> Result<(), CheckpointError> {
        self.weight = 0;
        let saved =
            catch_unwind(AssertUnwindSafe(|| self.save())).map_err(|_| CheckpointError(self.id))?;
        let again = read_document(self.id, &saved).ok_or(CheckpointError(self.id))?;
        if again.get_heads() != self.doc.get_heads() {
            return Err(CheckpointError(self.id));
        }
        // The loaded document holds less memory than the one edited so far.
        self.doc = again;
        self.base = saved;
        self.tail.clear();
        Ok(())
    }

    /// What came in since the last checkpoint.
    pub(crate) fn unsaved(&self) -> Unsaved {
        self.unsaved
    }

    /// Runs something that changes the document. A panic leaves Automerge's
    /// state in ruins, so the document is built again without it.
    fn contained<T>(&mut self, work: impl FnOnce(&mut Automerge) -> T) -> Option<T> {
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut self.doc)));
        if outcome.is_err() {
            self.rebuild();
        }
        outcome.ok()
    }

    /// Builds the document from the base and all changes that were applied to
    /// it. The index and the authors name only changes that are among those.
    fn rebuild(&mut self) {
        let mut doc =
            read_document(self.id, &self.base).expect("the base was loaded when it was taken");
        for raw in &self.tail {
            let change = Change::try_from(raw.as_slice()).expect("the change was parsed before");
            doc.apply_changes([change]).expect("the change was applied to the same state before");
        }
        self.doc = doc;
    }

    /// Keeps the books about a change that is now part of the document.
    fn took_in(&mut self, change: &Change, expanded: &ExpandedChange) {
        let actor: Actor = change
            .actor_id()
            .to_bytes()
            .try_into()
            .expect("the gate and local edits know actors of 16 bytes only");
        self.authors.insert(actor, (change.seq(), change.hash().0));
        for (counter, operation) in (change.start_op().get()..).zip(&expanded.operations) {
            if let legacy::OpType::Make(_) = operation.action
                && let (legacy::ObjectId::Id(map), legacy::Key::Map(key)) =
                    (&operation.obj, &operation.key)
                && let Some(bucket) = OpId::from_change(map).and_then(|m| self.index.bucket_of(&m))
                && let Some(object) = shape::object_named(bucket, key)
            {
                self.index.add(object, OpId { counter, actor });
            }
        }
        let raw = change.raw_bytes().to_vec();
        self.unsaved.changes += 1;
        self.unsaved.bytes += raw.len();
        self.weight += raw.len() + TAIL_CHANGE_OVERHEAD;
        self.tail.push(raw);
        if self.weight >= TAIL_WEIGHT_MAX {
            // Should it fail, the changes are kept and it is tried again after
            // as many more.
            let _ = self.rebase();
        }
    }

    /// The values a change set. Of several for one field, the last.
    fn written(&self, expanded: &ExpandedChange) -> Vec<(ObjectKey, String, FieldValue)> {
        let mut values = BTreeMap::new();
        for operation in &expanded.operations {
            if let (legacy::ObjectId::Id(map), legacy::Key::Map(field)) =
                (&operation.obj, &operation.key)
                && let legacy::OpType::Put(scalar) = &operation.action
                && let Some(value) = shape::from_scalar(scalar)
                && let Some(object) = OpId::from_change(map).and_then(|m| self.index.object_of(&m))
            {
                values.insert((object, field.to_string()), value);
            }
        }
        values.into_iter().map(|((object, field), value)| (object, field, value)).collect()
    }

    /// The fields that a change of this document wrote.
    fn touched(&self, expanded: &ExpandedChange) -> Touched {
        let mut touched = BTreeSet::new();
        for operation in &expanded.operations {
            if let (legacy::ObjectId::Id(map), legacy::Key::Map(field)) =
                (&operation.obj, &operation.key)
                && let Some(object) = OpId::from_change(map).and_then(|m| self.index.object_of(&m))
            {
                touched.insert((object, field.to_string()));
            }
        }
        touched.into_iter().collect()
    }
}

/// Loads a document; `None` when it is damaged or does not descend from the
/// genesis.
fn read_document(id: DocumentId, bytes: &[u8]) -> Option<Automerge> {
    let doc = catch_unwind(|| Automerge::load(bytes)).ok()?.ok()?;
    let genesis = Change::try_from(genesis::bytes(id)).ok()?;
    doc.get_change_meta_by_hash(&genesis.hash())?;
    // A new document draws an actor at random; nothing is written under it.
    Some(doc.with_actor(ActorId::from(&genesis::ACTOR[..])))
}
