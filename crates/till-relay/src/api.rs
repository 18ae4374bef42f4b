//! The JSON shapes of the relay's HTTP interface. Fields are only ever added.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::receipt::SignedReceipt;

/// How far a document has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StateName {
    /// Durable here; the authority has not been called.
    Received,
    /// The authority was, or was about to be, called; its answer is not known.
    Submitted,
    /// The authority has decided.
    Final,
}

/// Answer for a document whose outcome is not known yet. It is no promise of any outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InFlight {
    /// Code of the document.
    pub code: String,
    /// `received` or `submitted`.
    pub state: StateName,
    /// How often it was submitted to the authority.
    pub attempts: u32,
    /// When to ask again, in milliseconds.
    pub retry_after_ms: u64,
}

/// One document in the ledger. It stands under the ordinal of its latest change only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerEntry {
    /// Position of the latest change; rises over all changes of all documents.
    pub ordinal: u64,
    /// Code of the document.
    pub code: String,
    /// Number space of the issuer, hexadecimal.
    pub issuer: String,
    /// Log of the device that issued it, hexadecimal.
    pub series: String,
    /// Its number in the space.
    pub number: u64,
    /// Size of the document in bytes.
    pub size: u64,
    /// How far it has come.
    pub state: StateName,
    /// How often it was submitted to the authority.
    pub attempts: u32,
    /// When it was received, in milliseconds since 1970.
    pub received_ms: u64,
    /// When it last changed, in milliseconds since 1970.
    pub changed_ms: u64,
    /// The final answer, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<SignedReceipt>,
}

/// A page of the ledger, in rising ordinals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerPage {
    /// The documents that changed after the ordinal asked for, at most the limit.
    pub entries: Vec<LedgerEntry>,
    /// What to pass as `after` for the next page.
    pub next: u64,
}

/// Whether the relay works and how it stands with the authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Always `ok` in an answer.
    pub status: String,
    /// Version of the program.
    pub version: String,
    /// Public key of the relay, hexadecimal.
    pub relay: String,
    /// False after the authority could not be reached, until it answers again.
    pub authority_reachable: bool,
    /// Documents in the ledger.
    pub documents: u64,
    /// Documents without a final answer.
    pub unsettled: u64,
    /// From this many unsettled documents on, new ones are put off (429).
    pub unsettled_max: u64,
}

/// An error as `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemBody {
    /// `urn:tillmesh:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of problem it is, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong here and what to do.
    pub detail: String,
    /// What kind of problem it is, for programs; never renamed.
    pub code: String,
}

impl ProblemBody {
    /// How every problem of a relay begins, so that a stranger's error page is told apart.
    pub(crate) const KIND: &str = "urn:tillmesh:problem:";
}
