//! An authority for demonstrations and tests, with faults to order.
//!
//! It keeps its own ledger in its own file, so that "exactly once in effect" is checked
//! against somebody who does not believe the relay.

mod registry;

use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::registry::{Registry, Submission};
use super::{
    Authority, AuthorityCall, AuthorityError, Document, QueryAnswer, SubmitAnswer, Verdict,
};
use crate::{code::DocumentCode, receipt::Outcome, serve::ServeError};

/// The longest delay that can be ordered, in milliseconds.
pub const SLOW_MAX_MS: u64 = 600_000;

/// The faults of the simulated authority. They last until changed or restarted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SimulatorKnobs {
    /// Every call is refused.
    pub down: bool,
    /// Answers leave this late, in milliseconds, at most [`SLOW_MAX_MS`]. A document is
    /// registered when it arrives, so who does not wait does not undo it.
    pub slow_ms: u64,
    /// Of every n-th registration the answer is lost on the way; 0: of none.
    pub drop_answer_every: u32,
    /// Documents that contain this text are rejected; empty or absent: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject_containing: Option<String>,
}

/// One document in the simulated authority's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Registration {
    /// Position in the ledger, from 1.
    pub ordinal: u64,
    /// Code of the document.
    pub code: String,
    /// Number space of the issuer, hexadecimal.
    pub issuer: String,
    /// Its number in the space.
    pub number: u64,
    /// The authority's identifier of its decision.
    pub authority_id: String,
    /// What it decided.
    pub outcome: Outcome,
    /// Why it was rejected; empty when accepted.
    pub reason: String,
    /// How often the document was handed in. Only the first time has an effect.
    pub submissions: u64,
}

/// A page of the simulated authority's ledger, in the order of registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SimulatorLedger {
    /// The registrations after the ordinal asked for, at most the limit.
    pub registrations: Vec<Registration>,
    /// Registrations, in the whole ledger, whose number had already been registered with
    /// another document. More than 0 is a sale with two fiscal effects.
    pub duplicates: u64,
    /// Submissions, over the whole ledger, of documents that were registered already:
    /// without effect, but each one was a query too few.
    pub resubmissions: u64,
}

/// The simulated authority.
pub struct Simulator {
    registry: Arc<Registry>,
    knobs: RwLock<SimulatorKnobs>,
}

impl Simulator {
    /// Opens the ledger `authority.redb` in `dir`, or begins one.
    pub(crate) fn open(dir: &Path, knobs: SimulatorKnobs) -> Result<Self, ServeError> {
        Ok(Self { registry: Arc::new(Registry::open(dir)?), knobs: RwLock::new(knobs) })
    }

    /// The faults in force.
    pub fn knobs(&self) -> SimulatorKnobs {
        self.knobs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the faults for the calls that come from now on.
    pub fn set_knobs(&self, knobs: SimulatorKnobs) {
        *self.knobs.write().unwrap_or_else(PoisonError::into_inner) = knobs;
    }

    /// The registrations after the ordinal `after`, at most `limit`. Blocks on the disk.
    pub(crate) fn ledger(&self, after: u64, limit: usize) -> Result<SimulatorLedger, redb::Error> {
        self.registry.page(after, limit)
    }

    /// The knobs for one call, unless it is refused.
    fn admit(&self) -> Result<SimulatorKnobs, AuthorityError> {
        let knobs = self.knobs();
        if knobs.down {
            return Err(unavailable("the simulated authority is switched off"));
        }
        Ok(knobs)
    }

    async fn on_registry<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Registry) -> Result<T, redb::Error> + Send + 'static,
    ) -> Result<T, AuthorityError> {
        let registry = self.registry.clone();
        match tokio::task::spawn_blocking(move || work(&registry)).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(unavailable(error)),
            Err(error) => Err(unavailable(error)),
        }
    }
}

impl Authority for Simulator {
    fn submit(&self, document: Arc<Document>) -> AuthorityCall<'_, SubmitAnswer> {
        Box::pin(async move {
            let knobs = self.admit()?;
            let rejected_text = knobs.reject_containing.clone();
            let submission = self
                .on_registry(move |registry| {
                    let reason = rejected_text.and_then(|text| rejection(&document.bytes, &text));
                    registry.submit(&document, reason)
                })
                .await?;
            delay(&knobs).await;
            match submission {
                Submission::Again => Ok(SubmitAnswer::AlreadyProcessed),
                Submission::Registered(registration) => {
                    let every = u64::from(knobs.drop_answer_every);
                    if every > 0 && registration.ordinal.is_multiple_of(every) {
                        return Err(AuthorityError::TimedOut);
                    }
                    Ok(SubmitAnswer::Decided(verdict(registration)))
                }
            }
        })
    }

    fn query(&self, code: DocumentCode) -> AuthorityCall<'_, QueryAnswer> {
        Box::pin(async move {
            let knobs = self.admit()?;
            let found = self.on_registry(move |registry| registry.find(code)).await?;
            delay(&knobs).await;
            Ok(found.map_or(QueryAnswer::Unknown, |registration| {
                QueryAnswer::Known(verdict(registration))
            }))
        })
    }
}

async fn delay(knobs: &SimulatorKnobs) {
    tokio::time::sleep(Duration::from_millis(knobs.slow_ms.min(SLOW_MAX_MS))).await;
}

fn unavailable(detail: impl ToString) -> AuthorityError {
    AuthorityError::Unavailable { detail: detail.to_string(), retry_after: None }
}

fn rejection(document: &[u8], text: &str) -> Option<String> {
    let found =
        !text.is_empty() && document.windows(text.len()).any(|window| window == text.as_bytes());
    found.then(|| format!("the document contains \"{text}\""))
}

fn verdict(registration: Registration) -> Verdict {
    let id = registration.authority_id;
    match registration.outcome {
        Outcome::Accepted => Verdict::Accepted { id },
        Outcome::Rejected => Verdict::Rejected { id, reason: registration.reason },
    }
}
