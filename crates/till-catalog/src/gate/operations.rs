//! The operations of a change, one by one.

use super::{Gate, Refused};
use crate::index::OpId;
use crate::{Actor, ObjectKey, shape};
use automerge::{Change, ChangeHash, ExpandedChange, ObjType, ReadDoc, legacy};
use std::collections::{BTreeMap, BTreeSet};

/// Judges the operations of a change whose header is in order.
pub(super) fn check(
    gate: &Gate<'_>,
    change: &Change,
    expanded: &ExpandedChange,
    actor: Actor,
) -> Result<(), Refused> {
    if expanded.operations.is_empty() {
        return Err(Refused::Place("holds no operation"));
    }
    let mut check = Check {
        gate,
        deps: change.deps(),
        made: BTreeMap::new(),
        filled: BTreeSet::new(),
        seen: BTreeSet::new(),
        written: BTreeMap::new(),
    };
    for (counter, operation) in (change.start_op().get()..).zip(&expanded.operations) {
        check.operation(OpId { counter, actor }, operation)?;
    }
    // Readers would not hear of an object without fields.
    if check.made.keys().any(|map| !check.filled.contains(map)) {
        return Err(Refused::Place("makes an object without fields"));
    }
    Ok(())
}

struct Check<'a, 'b> {
    gate: &'a Gate<'a>,
    deps: &'a [ChangeHash],
    /// Objects this change makes.
    made: BTreeMap<OpId, ObjectKey>,
    /// Those of them that have a field.
    filled: BTreeSet<OpId>,
    /// Maps known to have been there for the author.
    seen: BTreeSet<OpId>,
    /// Keys written so far.
    written: BTreeMap<(OpId, &'b str), Written>,
}

/// What the change has done to a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// Removed all its values. One value may follow: that is how a till
    /// confirms one of several values.
    Emptied,
    /// All there is to do.
    Done,
}

/// Where an operation happens.
enum Place {
    Bucket(u8),
    New(ObjectKey),
    Known(ObjectKey),
}

impl<'b> Check<'_, 'b> {
    fn operation(&mut self, id: OpId, operation: &'b legacy::Op) -> Result<(), Refused> {
        let legacy::Key::Map(key) = &operation.key else {
            return Err(Refused::NotAMapKey);
        };
        if operation.insert {
            return Err(Refused::NotAMapKey);
        }
        let legacy::ObjectId::Id(map) = &operation.obj else {
            return Err(Refused::Place("writes at the root"));
        };
        let map = OpId::from_change(map).ok_or(Refused::UnknownObject)?;
        let place = self.place(map)?;
        let before = self.written.insert((map, key.as_str()), Written::Done);
        if before == Some(Written::Done) {
            return Err(Refused::RepeatedKey);
        }
        match place {
            Place::Bucket(bucket) => self.in_bucket(id, bucket, map, key, operation),
            Place::New(object) => {
                self.filled.insert(map);
                if matches!(operation.action, legacy::OpType::Delete) || !operation.pred.is_empty()
                {
                    return Err(Refused::PredecessorNotVisible);
                }
                self.value(&object, key, operation)
            }
            Place::Known(object) => {
                self.value(&object, key, operation)?;
                let visible = match before {
                    Some(_) => BTreeSet::new(),
                    None => self.visible(map, key)?,
                };
                if predecessors(&visible, operation)? == Written::Emptied {
                    self.written.insert((map, key.as_str()), Written::Emptied);
                }
                Ok(())
            }
        }
    }

    /// Finds where a map is, and that the author had seen it.
    fn place(&mut self, map: OpId) -> Result<Place, Refused> {
        let index = self.gate.index;
        if let Some(bucket) = index.bucket_of(&map) {
            return Ok(Place::Bucket(bucket));
        }
        if let Some(object) = self.made.get(&map) {
            return Ok(Place::New(*object));
        }
        let object = index.object_of(&map).ok_or(Refused::UnknownObject)?;
        if !self.seen.contains(&map) {
            let bucket = index.bucket(shape::bucket_of(&object));
            let visible = self.visible(bucket, &shape::object_name(&object))?;
            if !visible.contains(&map) {
                return Err(Refused::UnknownObject);
            }
            self.seen.insert(map);
        }
        Ok(Place::Known(object))
    }

    /// In a bucket, objects are made and nothing else.
    fn in_bucket(
        &mut self,
        id: OpId,
        bucket: u8,
        map: OpId,
        key: &str,
        operation: &legacy::Op,
    ) -> Result<(), Refused> {
        match operation.action {
            legacy::OpType::Make(ObjType::Map) if operation.pred.is_empty() => {}
            legacy::OpType::Make(ObjType::Map)
            | legacy::OpType::Put(_)
            | legacy::OpType::Delete => return Err(Refused::DeleteObject),
            legacy::OpType::Make(_)
            | legacy::OpType::Increment(_)
            | legacy::OpType::MarkBegin(_)
            | legacy::OpType::MarkEnd(_) => return Err(Refused::ForbiddenAction),
        }
        let object = shape::object_named(bucket, key)
            .ok_or(Refused::Place("makes an object under a key that is not its own"))?;
        // Another map of the object may be here, made by a device that had not
        // seen this one; but not by one that had.
        if !self.gate.index.maps(&object).is_empty() && !self.visible(map, key)?.is_empty() {
            return Err(Refused::ObjectExists);
        }
        self.made.insert(id, object);
        Ok(())
    }

    /// What is written into a field.
    fn value(
        &self,
        object: &ObjectKey,
        field: &str,
        operation: &legacy::Op,
    ) -> Result<(), Refused> {
        match &operation.action {
            legacy::OpType::Put(value) => {
                shape::check_foreign(self.gate.document, object, field, value)
                    .map_err(|fault| Refused::Field { field: field.to_owned(), fault })
            }
            legacy::OpType::Delete => Ok(()),
            legacy::OpType::Make(ObjType::Map) => {
                Err(Refused::Place("makes an object inside of an object"))
            }
            legacy::OpType::Make(_)
            | legacy::OpType::Increment(_)
            | legacy::OpType::MarkBegin(_)
            | legacy::OpType::MarkEnd(_) => Err(Refused::ForbiddenAction),
        }
    }

    /// The values under a key as the author saw them.
    fn visible(&self, map: OpId, key: &str) -> Result<BTreeSet<OpId>, Refused> {
        let values = self.gate.doc.get_all_at(map.to_automerge(), key, self.deps);
        let values = values.map_err(|_| Refused::UnknownObject)?;
        Ok(values.iter().filter_map(|(_, id)| OpId::from_automerge(id)).collect())
    }
}

/// A new value replaces all values its author saw; a deletion at least one.
fn predecessors(visible: &BTreeSet<OpId>, operation: &legacy::Op) -> Result<Written, Refused> {
    let mut replaced = BTreeSet::new();
    for id in operation.pred.iter() {
        let id = OpId::from_change(id).ok_or(Refused::PredecessorNotVisible)?;
        if !visible.contains(&id) || !replaced.insert(id) {
            return Err(Refused::PredecessorNotVisible);
        }
    }
    let all = replaced.len() == visible.len();
    match operation.action {
        legacy::OpType::Delete if replaced.is_empty() => Err(Refused::PredecessorMissing),
        legacy::OpType::Delete if all => Ok(Written::Emptied),
        legacy::OpType::Delete => Ok(Written::Done),
        _ if all => Ok(Written::Done),
        _ => Err(Refused::PredecessorMissing),
    }
}
