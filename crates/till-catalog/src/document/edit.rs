//! Edits made on this device.

use super::{Document, Touched};
use crate::index::OpId;
use crate::limits::{CHANGE_BYTES_MAX, CHANGE_OPERATIONS_MAX, TIME_S_MAX};
use crate::shape::setting;
use crate::{Actor, ChangeHash, FieldFault, ObjectKey, genesis, shape};
use automerge::hydrate;
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, AutomergeError, Change, ReadDoc};
use std::collections::{BTreeMap, HashMap};
use till_schema::catalogue::FieldValue;

/// A field to set. The first edit of an object makes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// The object.
    pub object: ObjectKey,
    /// The field.
    pub field: String,
    /// Its new value.
    pub value: FieldValue,
}

impl Edit {
    /// Sets a field.
    pub fn new(object: ObjectKey, field: impl Into<String>, value: FieldValue) -> Self {
        Self { object, field: field.into(), value }
    }

    /// Gives a setting a value.
    pub fn setting(name: &str, value: FieldValue) -> [Self; 2] {
        let object = shape::setting_id(name);
        [
            Self::new(object, setting::NAME, FieldValue::Text(name.to_owned())),
            Self::new(object, setting::VALUE, value),
        ]
    }
}

/// A change made here; it is part of the document already and has to be
/// written to the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalChange {
    /// The raw change for the log entry, at most
    /// [`CHANGE_BYTES_MAX`](crate::limits::CHANGE_BYTES_MAX).
    pub bytes: Vec<u8>,
    /// Its hash.
    pub hash: ChangeHash,
    /// What it wrote.
    pub touched: Touched,
}

/// Why an edit was not made. The document is as it was.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EditError {
    /// A field or value the document does not allow.
    #[error("field {field:?} {fault}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong with it.
        fault: FieldFault,
    },
    /// More than one change may hold.
    #[error("too much for one edit; split it")]
    TooLarge,
    /// Before 1970 or after 9999.
    #[error("the time is out of range; set this device's clock")]
    Time,
    /// The actor of the genesis edits nothing.
    #[error("the actor must be drawn at random")]
    Actor,
    /// Automerge panicked; the document was rebuilt without the edit.
    #[error("the edit makes the document library fail; nothing was changed")]
    Panic,
}

/// Most bytes a change takes beyond what its operations hold: header,
/// dependencies, columns.
const HEADER_BYTES: usize = 2 * 1024;
/// Most bytes an operation takes beyond its key and value.
const OPERATION_BYTES: usize = 24;
/// Most bytes of an integer.
const INTEGER_BYTES: usize = 10;
/// Most bytes that name one more replaced operation.
const REFERENCE_BYTES: usize = 12;
/// Bytes that name an actor, once in a change.
const ACTOR_BYTES: usize = 1 + size_of::<Actor>();

/// What to write: only objects and fields that differ.
type Plan<'a> = BTreeMap<ObjectKey, BTreeMap<&'a str, &'a FieldValue>>;

impl Document {
    /// Makes one change of the edits that change anything; `None` if none does.
    /// An edit that confirms one of several values of a field does: it clears
    /// the others. If a field is set twice, the last edit counts.
    pub(crate) fn edit(
        &mut self,
        actor: Actor,
        edits: &[Edit],
        time_s: i64,
    ) -> Result<Option<LocalChange>, EditError> {
        if actor == genesis::ACTOR {
            return Err(EditError::Actor);
        }
        if !(0..=TIME_S_MAX).contains(&time_s) {
            return Err(EditError::Time);
        }
        let plan = self.plan(edits)?;
        if plan.is_empty() {
            return Ok(None);
        }
        self.check_size(&plan)?;
        let targets: Vec<_> = plan
            .into_iter()
            .map(|(object, fields)| Target {
                object,
                bucket: self.index.bucket(shape::bucket_of(&object)),
                maps: self.index.maps(&object).to_vec(),
                fields,
            })
            .collect();
        let written = self.contained(|doc| write(doc, actor, &targets, time_s));
        let change = match written {
            Some(Ok(Some(change))) => change,
            // A transaction that was dropped has been rolled back.
            Some(Ok(None)) => return Ok(None),
            Some(Err(_)) => {
                self.rebuild();
                return Err(EditError::Panic);
            }
            None => return Err(EditError::Panic),
        };
        let expanded = change.decode();
        self.took_in(&change, &expanded);
        Ok(Some(LocalChange {
            bytes: change.raw_bytes().to_vec(),
            hash: change.hash().0,
            touched: self.touched(&expanded),
        }))
    }

    fn plan<'a>(&self, edits: &'a [Edit]) -> Result<Plan<'a>, EditError> {
        let mut plan = Plan::new();
        for Edit { object, field, value } in edits {
            shape::check_known(self.id, object, field, value)
                .map_err(|fault| EditError::Field { field: field.clone(), fault })?;
            plan.entry(*object).or_default().insert(field, value);
        }
        for (object, fields) in &mut plan {
            fields.retain(|field, value| !self.agrees(object, field, value));
        }
        plan.retain(|_, fields| !fields.is_empty());
        Ok(plan)
    }

    /// Whether all values of a field are this one.
    fn agrees(&self, object: &ObjectKey, field: &str, value: &FieldValue) -> bool {
        let values = self.values(object, field);
        !values.is_empty() && values.iter().all(|(found, _)| found.as_ref() == Some(value))
    }

    /// An upper bound of the change's size, found before anything is written.
    fn check_size(&self, plan: &Plan<'_>) -> Result<(), EditError> {
        let mut bytes = HEADER_BYTES + self.doc.get_heads().len() * size_of::<ChangeHash>();
        let mut operations = 0;
        // Operations of the past that are named; each may be of another actor.
        let mut references = 0;
        for (object, fields) in plan {
            let maps = self.index.maps(object).len();
            references += maps;
            if maps == 0 {
                operations += 1;
                bytes += OPERATION_BYTES + 2 * size_of::<ObjectKey>();
            }
            for (field, value) in fields {
                let value = match value {
                    FieldValue::Text(text) => text.len(),
                    FieldValue::Int(_) => INTEGER_BYTES,
                    FieldValue::Flag(_) => 0,
                };
                let replaced = self.values(object, field).len();
                references += replaced;
                // A field in conflict is removed from each map and then written.
                let writes = if replaced > 1 { maps + 1 } else { maps.max(1) };
                operations += writes;
                bytes += writes * (OPERATION_BYTES + field.len())
                    + value
                    + replaced.saturating_sub(1) * REFERENCE_BYTES;
            }
        }
        bytes += references.min(self.authors.len()) * ACTOR_BYTES;
        if bytes > CHANGE_BYTES_MAX || operations as u64 > CHANGE_OPERATIONS_MAX {
            return Err(EditError::TooLarge);
        }
        Ok(())
    }
}

/// An object and what to write into it.
struct Target<'a> {
    object: ObjectKey,
    bucket: OpId,
    maps: Vec<OpId>,
    fields: BTreeMap<&'a str, &'a FieldValue>,
}

/// Writes the change. `None` if there was nothing to write after all.
fn write(
    doc: &mut Automerge,
    actor: Actor,
    targets: &[Target<'_>],
    time_s: i64,
) -> Result<Option<Change>, AutomergeError> {
    if doc.get_actor().to_bytes() != actor {
        doc.set_actor(ActorId::from(&actor[..]));
    }
    let mut tx = doc.transaction();
    for Target { object, bucket, maps, fields } in targets {
        let Some((first, others)) = maps.split_first() else {
            // The map is sorted by the library before it is written.
            let fields: HashMap<&str, hydrate::Value> = fields
                .iter()
                .map(|(field, value)| (*field, hydrate::Value::Scalar(shape::to_scalar(value))))
                .collect();
            let value = hydrate::Value::Map(fields.into());
            tx.batch_create_object(
                bucket.to_automerge(),
                shape::object_name(object),
                &value,
                false,
            )?;
            continue;
        };
        for (field, value) in fields {
            // Putting the value that counts already would only remove the others,
            // and lose against another choice made elsewhere. A choice between
            // several values is to be a new value, so that two choices are seen.
            let mut several = tx.get_all(first.to_automerge(), *field)?.len() > 1;
            for other in others {
                let other = other.to_automerge();
                if tx.get(&other, *field)?.is_some() {
                    tx.delete(&other, *field)?;
                    several = true;
                }
            }
            if several && tx.get(first.to_automerge(), *field)?.is_some() {
                tx.delete(first.to_automerge(), *field)?;
            }
            tx.put(first.to_automerge(), *field, shape::to_scalar(value))?;
        }
    }
    let (hash, _) = tx.commit_with(CommitOptions::default().with_time(time_s));
    Ok(hash.and_then(|_| doc.get_last_local_change()))
}
