//! Why a foreign change is kept out.

use crate::{ChangeHash, FieldFault};

/// Why a foreign change is kept out of a document. Whatever is refused leaves
/// the document as it was. Every rule but [`Self::UnknownDependency`] gives the
/// same answer, by the same name, on every device, whatever else that device
/// has applied: whether an object or value is unknown to this device or only
/// to the change's author makes no difference.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// Compressed chunks are refused before they can be inflated.
    #[error("the change is compressed; send the plain change")]
    Compressed,
    /// The bytes are not exactly one change.
    #[error("the bytes are not an Automerge change")]
    NotAChange,
    /// The change or a key in it is too long.
    #[error("the change is too long; split it")]
    TooLong,
    /// The change claims more operations than any honest one has.
    #[error("the change has too many operations; split it")]
    TooManyOperations,
    /// Checksum and content differ.
    #[error("the change's checksum does not match its content")]
    BadHash,
    /// The change names an actor that its author's log did not announce.
    #[error("the change was made under an actor that is not its author's")]
    WrongActor,
    /// Time before 1970 or after 9999.
    #[error("the change's time is out of range; set that device's clock")]
    Time,
    /// The dependencies are none, out of order or repeated.
    #[error("the change's dependencies are malformed")]
    Dependencies,
    /// The change depends on others that are not here. Not the change's fault:
    /// offer it again after them.
    #[error("the change waits for {} others", .0.len())]
    UnknownDependency(Vec<ChangeHash>),
    /// Not the next change of its actor, or not built upon the one before it.
    #[error("the change does not follow its author's last change")]
    SequenceGap,
    /// The operations are not numbered from the greatest number seen.
    #[error("the change's operations are not numbered in sequence")]
    StartOperation,
    /// An operation on a list or text.
    #[error("the change treats a map as a list")]
    NotAMapKey,
    /// An operation that the documents do without: counters, lists, texts, marks.
    #[error("the change holds an operation that no till makes")]
    ForbiddenAction,
    /// An operation on an object that is not there, or that its author had not seen.
    #[error("the change edits an object that is not there")]
    UnknownObject,
    /// An object would be deleted or replaced; they can only be archived.
    #[error("the change deletes or replaces an object")]
    DeleteObject,
    /// An object would be made though its author had it.
    #[error("the change makes an object that exists")]
    ObjectExists,
    /// A key is written twice.
    #[error("the change writes one field twice")]
    RepeatedKey,
    /// An operation replaces a value its author could not see.
    #[error("the change replaces values that were not there")]
    PredecessorNotVisible,
    /// A new value leaves values standing that its author saw.
    #[error("the change leaves a replaced value standing")]
    PredecessorMissing,
    /// The same operations have another encoding; after loading from disk the
    /// change would have another hash.
    #[error("the change is not in canonical encoding")]
    NotCanonical,
    /// The operation is outside of the documents' shape.
    #[error("the change does not fit the document: it {0}")]
    Place(&'static str),
    /// A field that the shape does not allow.
    #[error("the change does not fit the document: field {field:?} {fault}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong.
        fault: FieldFault,
    },
    /// Automerge refused the change.
    #[error("the change cannot be applied")]
    Rejected,
    /// Automerge panicked over the change. The document was rebuilt without it.
    #[error("the change makes the document library fail")]
    Panic,
}

impl Refused {
    /// Stable name of the rule, for rows and reports.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Compressed => "compressed",
            Self::NotAChange => "not-a-change",
            Self::TooLong => "too-long",
            Self::TooManyOperations => "too-many-ops",
            Self::BadHash => "bad-hash",
            Self::WrongActor => "wrong-actor",
            Self::Time => "time",
            Self::Dependencies => "bad-deps",
            Self::UnknownDependency(_) => "unknown-dep",
            Self::SequenceGap => "seq-gap",
            Self::StartOperation => "start-op",
            Self::NotAMapKey => "not-a-map-key",
            Self::ForbiddenAction => "forbidden-action",
            Self::UnknownObject => "unknown-object",
            Self::DeleteObject => "delete-object",
            Self::ObjectExists => "object-exists",
            Self::RepeatedKey => "repeated-key",
            Self::PredecessorNotVisible => "pred-not-visible",
            Self::PredecessorMissing => "pred-missing",
            Self::NotCanonical => "not-canonical",
            Self::Place(_) | Self::Field { .. } => "shape",
            Self::Rejected => "rejected",
            Self::Panic => "panic",
        }
    }
}
