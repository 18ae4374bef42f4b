//! Bringing every received document to its final answer.
//!
//! One task per unsettled document, from its reception (or the start of the relay) to
//! its final answer. The tasks are bounded by the ledger's bound on unsettled documents,
//! their calls to the authority by [`AUTHORITY_CALLS_MAX`].

mod backoff;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, Semaphore, watch},
    task::JoinSet,
};

use self::backoff::Backoff;
use crate::{
    api::StateName,
    authority::{Authority, AuthorityError, Document, QueryAnswer, SubmitAnswer, Verdict},
    code::DocumentCode,
    key::RelayKey,
    ledger::{Ledger, Reception, Standing},
    receipt::SignedReceipt,
    series::{SeriesFacts, SignedSeries},
    serve::RelayLimits,
    store::now_ms,
};

/// How many calls to the authority run at the same time.
pub const AUTHORITY_CALLS_MAX: usize = 8;

/// The longest pause an authority can ask for; longer ones are cut to it.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(15 * 60);

/// The relay's own memory failed. The outcome of the operation is unknown.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the relay's own ledger failed: {0}; restart the relay and look at its disk")]
pub(crate) struct Fault(String);

/// Why a document is not settled yet.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    #[error(transparent)]
    Ledger(#[from] Fault),
    #[error("the authority says it has processed the document, and that it does not know it")]
    Contradiction,
}

/// Resolves when the task for a document has ended.
pub(crate) struct Job(watch::Receiver<()>);

impl Job {
    /// Waits for the task's end, at most `limit`.
    pub(crate) async fn ended(mut self, limit: Duration) {
        // Nothing is ever sent: the wait ends when the task drops its sender.
        let _ = tokio::time::timeout(limit, self.0.changed()).await;
    }
}

#[derive(Default)]
struct Jobs {
    running: HashMap<DocumentCode, watch::Receiver<()>>,
    tasks: JoinSet<()>,
    closed: bool,
}

/// The engine between the ledger and the authority.
pub(crate) struct Settlement {
    ledger: Arc<Ledger>,
    key: RelayKey,
    authority: Arc<dyn Authority>,
    limits: RelayLimits,
    calls: Semaphore,
    unreachable: AtomicBool,
    recovered: Notify,
    jobs: Mutex<Jobs>,
}

impl Settlement {
    pub(crate) fn new(
        ledger: Ledger,
        key: RelayKey,
        authority: Arc<dyn Authority>,
        limits: RelayLimits,
    ) -> Arc<Self> {
        Arc::new(Self {
            ledger: Arc::new(ledger),
            key,
            authority,
            limits,
            calls: Semaphore::new(AUTHORITY_CALLS_MAX),
            unreachable: AtomicBool::new(false),
            recovered: Notify::new(),
            jobs: Mutex::default(),
        })
    }

    /// Takes up what an earlier run left unsettled.
    pub(crate) async fn resume(self: &Arc<Self>) -> Result<(), Fault> {
        for code in self.on_ledger(Ledger::all_unsettled).await? {
            self.ensure(code);
        }
        Ok(())
    }

    /// Stores a document, durably, and starts to settle it. The job is there unless the
    /// document is final or was not taken in.
    pub(crate) async fn receive(
        self: &Arc<Self>,
        document: Document,
    ) -> Result<(Reception, Option<Job>), Fault> {
        let this = self.clone();
        let max = self.limits.unsettled_max;
        // The job begins where the document became durable, so that a sender that hangs
        // up in between does not leave it lying.
        self.on_ledger(move |ledger| {
            let reception = ledger.receive(&document, max)?;
            let job = match &reception {
                Reception::New | Reception::Known(Standing::InFlight(_)) => {
                    Some(this.ensure(document.code))
                }
                _ => None,
            };
            Ok((reception, job))
        })
        .await
    }

    /// Runs a piece of ledger work where it may block.
    pub(crate) async fn on_ledger<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger) -> Result<T, redb::Error> + Send + 'static,
    ) -> Result<T, Fault> {
        let ledger = self.ledger.clone();
        match tokio::task::spawn_blocking(move || work(&ledger)).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(Fault(error.to_string())),
            Err(error) => Err(Fault(error.to_string())),
        }
    }

    /// False after the authority could not be reached, until it answers.
    pub(crate) fn authority_reachable(&self) -> bool {
        !self.unreachable.load(Ordering::Relaxed)
    }

    pub(crate) fn limits(&self) -> &RelayLimits {
        &self.limits
    }

    /// Signs what the ledger says of a device.
    pub(crate) fn sign_series(&self, facts: SeriesFacts) -> SignedSeries {
        SignedSeries::sign(facts, now_ms(), &self.key)
    }

    pub(crate) fn public_key(&self) -> String {
        self.key.public_hex()
    }

    /// Ends all tasks; what they had begun is taken up by the next run.
    pub(crate) async fn close(&self) {
        let mut tasks = {
            let mut jobs = self.jobs();
            jobs.closed = true;
            std::mem::take(&mut jobs.tasks)
        };
        tasks.shutdown().await;
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The task that settles this document; starts it when there is none.
    fn ensure(self: &Arc<Self>, code: DocumentCode) -> Job {
        let mut jobs = self.jobs();
        if let Some(running) = jobs.running.get(&code) {
            return Job(running.clone());
        }
        let (sender, receiver) = watch::channel(());
        if !jobs.closed {
            while jobs.tasks.try_join_next().is_some() {}
            jobs.running.insert(code, receiver.clone());
            let end = JobEnd { settlement: self.clone(), code, _sender: sender };
            jobs.tasks.spawn(async move {
                end.settlement.settle(code).await;
            });
        }
        Job(receiver)
    }

    /// Tries until the document is final. The number of tries has no bound: a document
    /// that was taken in is never given up.
    async fn settle(&self, code: DocumentCode) {
        let mut backoff = Backoff::new(self.limits.retry_floor, self.limits.retry_cap);
        loop {
            let trouble = match self.advance(code).await {
                Ok(()) => return,
                Err(trouble) => trouble,
            };
            let asked = match &trouble {
                Trouble::Authority(AuthorityError::Unavailable { retry_after, .. }) => *retry_after,
                _ => None,
            };
            let pause = match asked {
                Some(asked) => asked.min(RETRY_AFTER_MAX),
                None => backoff.pause(),
            };
            tracing::warn!(%code, ?pause, "not settled yet: {trouble}");
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                // Somebody else's call got through. An asked-for pause is kept.
                () = self.recovered.notified(), if asked.is_none() => {}
            }
        }
    }

    /// One try, from whatever state the document is in.
    async fn advance(&self, code: DocumentCode) -> Result<(), Trouble> {
        let _permit = self.calls.acquire().await.expect("the semaphore is never closed");
        let found = self.on_ledger(move |ledger| ledger.unsettled(code)).await?;
        let Some((document, state)) = found else {
            return Ok(());
        };
        let verdict = match state {
            StateName::Received => self.submit(document).await?,
            // An earlier call may have had its effect: ask first, always.
            _ => match self.query(code).await? {
                QueryAnswer::Known(verdict) => verdict,
                QueryAnswer::Unknown => self.submit(document).await?,
            },
        };
        let receipt = SignedReceipt::sign(code.to_string(), verdict, now_ms(), &self.key);
        tracing::info!(%code, outcome = receipt.outcome.as_str(), "settled");
        Ok(self.on_ledger(move |ledger| ledger.settle(code, &receipt)).await?)
    }

    async fn submit(&self, document: Document) -> Result<Verdict, Trouble> {
        let code = document.code;
        self.on_ledger(move |ledger| ledger.submitted(code)).await?;
        match self.call(self.authority.submit(Arc::new(document))).await? {
            SubmitAnswer::Decided(verdict) => Ok(verdict),
            SubmitAnswer::AlreadyProcessed => match self.query(code).await? {
                QueryAnswer::Known(verdict) => Ok(verdict),
                QueryAnswer::Unknown => Err(Trouble::Contradiction),
            },
        }
    }

    async fn query(&self, code: DocumentCode) -> Result<QueryAnswer, AuthorityError> {
        self.call(self.authority.query(code)).await
    }

    /// A call within the time limit; its result tells whether the authority is there.
    async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, AuthorityError>>,
    ) -> Result<T, AuthorityError> {
        let answer = tokio::time::timeout(self.limits.authority_timeout, call)
            .await
            .unwrap_or(Err(AuthorityError::TimedOut));
        match &answer {
            Ok(_) => {
                if self.unreachable.swap(false, Ordering::Relaxed) {
                    self.recovered.notify_waiters();
                }
            }
            Err(AuthorityError::Unavailable { .. }) => {
                self.unreachable.store(true, Ordering::Relaxed);
            }
            // One lost answer says nothing about the next call.
            Err(AuthorityError::TimedOut) => {}
        }
        answer
    }
}

/// Takes the task out of the list when it ends, in whatever way, and then tells those
/// who wait (by the sender's drop).
struct JobEnd {
    settlement: Arc<Settlement>,
    code: DocumentCode,
    _sender: watch::Sender<()>,
}

impl Drop for JobEnd {
    fn drop(&mut self) {
        self.settlement.jobs().running.remove(&self.code);
    }
}
