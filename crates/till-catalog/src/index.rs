//! Which Automerge map belongs to which object.
//!
//! Automerge can tell the path of a map only by walking the document, so the
//! way from a map to its object, and back, is kept here.

use crate::{Actor, ObjectKey, shape};
use automerge::{ActorId, Automerge, ObjId, ROOT, ReadDoc, Value, legacy};
use std::collections::BTreeMap;
use till_schema::catalogue::DocumentId;

/// Identity of an operation, and of the map it made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct OpId {
    /// Position in the shop's edits. Compared before the actor, as Automerge does.
    pub(crate) counter: u64,
    /// Who made it.
    pub(crate) actor: Actor,
}

impl OpId {
    /// As Automerge names it. The hint for the actor's place is left at 0;
    /// Automerge looks the actor up when the hint is wrong.
    pub(crate) fn to_automerge(self) -> ObjId {
        ObjId::Id(self.counter, ActorId::from(&self.actor[..]), 0)
    }

    /// From Automerge's name; `None` for the root and for actors of other lengths.
    pub(crate) fn from_automerge(id: &ObjId) -> Option<Self> {
        match id {
            ObjId::Root => None,
            ObjId::Id(counter, actor, _) => {
                Some(Self { counter: *counter, actor: actor.to_bytes().try_into().ok()? })
            }
        }
    }

    /// From the name in a decoded change; `None` for actors of other lengths.
    pub(crate) fn from_change(id: &legacy::OpId) -> Option<Self> {
        Some(Self { counter: id.counter(), actor: id.actor().to_bytes().try_into().ok()? })
    }
}

/// The maps of one document. Equal for equal documents.
#[derive(Debug, Default)]
pub(crate) struct Index {
    buckets: BTreeMap<u8, OpId>,
    bucket_of: BTreeMap<OpId, u8>,
    maps: BTreeMap<ObjectKey, Vec<OpId>>,
    object_of: BTreeMap<OpId, ObjectKey>,
}

impl Index {
    /// Reads the index from a document. `None` when the document has not the
    /// shape that its genesis gives it.
    pub(crate) fn of(document: DocumentId, doc: &Automerge) -> Option<Self> {
        let mut index = Self::default();
        let (value, collection) = doc.get(ROOT, document.collection()).ok()??;
        if !value.is_object() {
            return None;
        }
        for bucket in 0..=u8::MAX {
            let (_, id) = doc.get(&collection, shape::bucket_name(bucket)).ok()??;
            let map = OpId::from_automerge(&id)?;
            index.buckets.insert(bucket, map);
            index.bucket_of.insert(map, bucket);
            for item in doc.map_range(&id, ..) {
                let object = shape::object_named(bucket, &item.key)?;
                if item.conflict {
                    for (value, map) in doc.get_all(&id, item.key.as_ref()).ok()? {
                        index.add_value(object, &value, &map)?;
                    }
                } else {
                    index.add(object, OpId::from_automerge(&item.id())?);
                }
            }
        }
        Some(index)
    }

    fn add_value(&mut self, object: ObjectKey, value: &Value<'_>, map: &ObjId) -> Option<()> {
        if !value.is_object() {
            return None;
        }
        self.add(object, OpId::from_automerge(map)?);
        Some(())
    }

    /// Adds a map to an object.
    pub(crate) fn add(&mut self, object: ObjectKey, map: OpId) {
        if self.object_of.insert(map, object).is_none() {
            let maps = self.maps.entry(object).or_default();
            maps.push(map);
            maps.sort_unstable();
        }
    }

    /// The map of a bucket.
    pub(crate) fn bucket(&self, bucket: u8) -> OpId {
        self.buckets[&bucket]
    }

    /// The bucket whose map this is.
    pub(crate) fn bucket_of(&self, map: &OpId) -> Option<u8> {
        self.bucket_of.get(map).copied()
    }

    /// All maps of an object, oldest first; none if the object is not there.
    pub(crate) fn maps(&self, object: &ObjectKey) -> &[OpId] {
        self.maps.get(object).map_or(&[], Vec::as_slice)
    }

    /// The object a map belongs to.
    pub(crate) fn object_of(&self, map: &OpId) -> Option<ObjectKey> {
        self.object_of.get(map).copied()
    }

    /// All objects, rising.
    pub(crate) fn objects(&self) -> impl Iterator<Item = ObjectKey> + '_ {
        self.maps.keys().copied()
    }
}
