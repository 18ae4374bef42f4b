//! The three documents together.

use crate::document::{
    Applied, CheckpointError, Document, Edit, EditError, LoadError, LocalChange, Unsaved,
};
use crate::gate::Refused;
use crate::shape::setting_id;
use crate::{Actor, ChangeHash, ObjectKey};
use till_schema::catalogue::{DocumentId, FieldValue};
use till_schema::rows::{CustomerRow, ProductRow};
use till_schema::{CustomerId, ProductId};

/// The shop's documents as far as this device has them.
pub struct Documents {
    catalogue: Document,
    customers: Document,
    settings: Document,
}

impl Documents {
    /// The documents before any edit: the same on every device.
    pub fn genesis() -> Self {
        Self {
            catalogue: Document::genesis(DocumentId::Catalogue),
            customers: Document::genesis(DocumentId::Customers),
            settings: Document::genesis(DocumentId::Settings),
        }
    }

    /// Opens stored documents: the last snapshot of each (in the order of
    /// [`DocumentId::ALL`]; none stands for the genesis) and the changes that
    /// came after it, each after those it depends on. Changes the snapshot
    /// already holds are passed over.
    ///
    /// # Errors
    /// When a snapshot does not load or a change does not apply: the stored
    /// bytes are damaged.
    pub fn load<'a>(
        snapshots: [Option<Vec<u8>>; 3],
        tail: impl IntoIterator<Item = (DocumentId, &'a [u8])>,
    ) -> Result<Self, LoadError> {
        let open = |id, snapshot| match snapshot {
            Some(bytes) => Document::open(id, bytes).ok_or(LoadError::Snapshot(id)),
            None => Ok(Document::genesis(id)),
        };
        let [catalogue, customers, settings] = snapshots;
        let mut documents = Self {
            catalogue: open(DocumentId::Catalogue, catalogue)?,
            customers: open(DocumentId::Customers, customers)?,
            settings: open(DocumentId::Settings, settings)?,
        };
        let mut positions = [0; 3];
        for (document, raw) in tail {
            let position = &mut positions[document as usize];
            documents.get_mut(document).apply(raw, None).map_err(|reason| LoadError::Tail {
                document,
                position: *position,
                reason,
            })?;
            *position += 1;
        }
        Ok(documents)
    }

    /// A document as bytes for [`Self::load`]. Devices with equal documents may
    /// save different bytes: compare [`Self::heads`].
    pub fn save(&self, document: DocumentId) -> Vec<u8> {
        self.get(document).save()
    }

    /// Saves a document, loads the result again to be sure of it, and answers
    /// the bytes. The changes kept in memory for rebuilding the document are
    /// let go. Do this when [`Self::unsaved`] has outgrown the last snapshot;
    /// it takes time in proportion to the document.
    ///
    /// # Errors
    /// When the bytes do not load again; the last snapshot must be kept.
    pub fn checkpoint(&mut self, document: DocumentId) -> Result<&[u8], CheckpointError> {
        self.get_mut(document).checkpoint()
    }

    /// What a document has taken in since its snapshot or last checkpoint.
    pub fn unsaved(&self, document: DocumentId) -> Unsaved {
        self.get(document).unsaved()
    }

    /// Edits a document: one change of those fields that differ from what is
    /// there, or are in conflict; `None` if there are none. It is in the
    /// document when this returns, and must be written to the log before the
    /// next edit is made under the same actor. `time_s` is Unix seconds.
    ///
    /// The size of an edit is judged before it is made, on the safe side: 100
    /// products of ordinary size fit.
    ///
    /// # Errors
    /// When a field or value does not fit the document's shape, or all of it
    /// does not fit into one change. The document is as it was.
    pub fn edit(
        &mut self,
        actor: Actor,
        document: DocumentId,
        edits: &[Edit],
        time_s: i64,
    ) -> Result<Option<LocalChange>, EditError> {
        self.get_mut(document).edit(actor, edits, time_s)
    }

    /// Takes in another device's change, or this one's own from the log.
    /// `actor` is the one the author's log announced. A change that is there
    /// already answers the same again.
    ///
    /// # Errors
    /// When the gate keeps it out; the document is as it was.
    /// [`Refused::UnknownDependency`] means to wait, all others are final.
    pub fn apply(
        &mut self,
        document: DocumentId,
        raw: &[u8],
        actor: Actor,
    ) -> Result<Applied, Refused> {
        self.get_mut(document).apply(raw, Some(actor))
    }

    /// A product as all edits merged show it; missing fields are empty.
    pub fn product(&self, id: ProductId) -> Option<ProductRow> {
        self.catalogue.product(id)
    }

    /// A customer as all edits merged show it; missing fields are empty.
    pub fn customer(&self, id: CustomerId) -> Option<CustomerRow> {
        self.customers.customer(id)
    }

    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Option<FieldValue> {
        self.settings.setting(&setting_id(name)).map(|(_, value)| value)
    }

    /// Name and value of the setting that an object of
    /// [`DocumentId::Settings`] holds.
    pub fn setting_of(&self, object: &ObjectKey) -> Option<(String, FieldValue)> {
        self.settings.setting(object)
    }

    /// The values of a field in conflict: all that were set without knowing of
    /// each other, with the change that set each, rising. Empty when there are
    /// not two different values.
    pub fn candidates(
        &self,
        document: DocumentId,
        object: &ObjectKey,
        field: &str,
    ) -> Vec<(FieldValue, ChangeHash)> {
        self.get(document).candidates(object, field)
    }

    /// The value of a field that tills use, conflict or not: the same on every
    /// device that has the same changes.
    pub fn winner(
        &self,
        document: DocumentId,
        object: &ObjectKey,
        field: &str,
    ) -> Option<FieldValue> {
        self.get(document).winner(object, field)
    }

    /// All objects of a document, rising.
    pub fn object_ids(&self, document: DocumentId) -> impl Iterator<Item = ObjectKey> + '_ {
        self.get(document).objects()
    }

    /// The changes no other change depends on, rising. Equal heads, equal
    /// documents.
    pub fn heads(&self, document: DocumentId) -> Vec<ChangeHash> {
        self.get(document).heads()
    }

    fn get(&self, document: DocumentId) -> &Document {
        match document {
            DocumentId::Catalogue => &self.catalogue,
            DocumentId::Customers => &self.customers,
            DocumentId::Settings => &self.settings,
        }
    }

    pub(crate) fn get_mut(&mut self, document: DocumentId) -> &mut Document {
        match document {
            DocumentId::Catalogue => &mut self.catalogue,
            DocumentId::Customers => &mut self.customers,
            DocumentId::Settings => &mut self.settings,
        }
    }
}
