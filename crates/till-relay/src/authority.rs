//! The seam to a tax authority.
//!
//! An adapter translates; it decides nothing. It never retries, and it never turns "I
//! have had this one already" into a result: the relay asks again for the result.

pub mod simulator;

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use crate::code::DocumentCode;

/// A document as it was received, with what the sender said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Hash of the bytes.
    pub code: DocumentCode,
    /// Number space of the issuer, hexadecimal.
    pub issuer: String,
    /// Log of the device that issued it, hexadecimal.
    pub series: String,
    /// Its number in the space.
    pub number: u64,
    /// `application/json` or `application/octet-stream`.
    pub content_type: String,
    /// The document; goes to the authority unchanged.
    pub bytes: Vec<u8>,
}

/// What the authority decided about a document, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It has fiscal effect.
    Accepted {
        /// The authority's identifier.
        id: String,
    },
    /// It has none.
    Rejected {
        /// The authority's identifier.
        id: String,
        /// Why, in the authority's words.
        reason: String,
    },
}

/// The authority's answer to a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitAnswer {
    /// It decided at once.
    Decided(Verdict),
    /// It has had this document before. This is no result: accepted and rejected
    /// documents get the same answer.
    AlreadyProcessed,
}

/// The authority's answer to "what became of this document?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryAnswer {
    /// It decided.
    Known(Verdict),
    /// It has never had it.
    Unknown,
}

/// The authority gave no answer. The document may be registered all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityError {
    /// It cannot be reached or says that it is out of order.
    #[error("the authority is unavailable: {detail}")]
    Unavailable {
        /// What happened.
        detail: String,
        /// When it asked to be called again.
        retry_after: Option<Duration>,
    },
    /// The call was made and no answer came.
    #[error("the authority did not answer in time")]
    TimedOut,
}

/// The future of a call to an authority.
pub type AuthorityCall<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, AuthorityError>> + Send + 'a>>;

/// A tax authority. Calls may be dropped half-way, as a broken connection would do.
pub trait Authority: Send + Sync + 'static {
    /// Hands the document in.
    fn submit(&self, document: Arc<Document>) -> AuthorityCall<'_, SubmitAnswer>;

    /// Asks what became of a document.
    fn query(&self, code: DocumentCode) -> AuthorityCall<'_, QueryAnswer>;
}
