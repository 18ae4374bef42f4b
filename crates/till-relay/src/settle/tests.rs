#![allow(clippy::unwrap_used)]

use std::{collections::VecDeque, path::Path};

use super::*;
use crate::authority::AuthorityCall;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Submit,
    Query,
}

enum Step {
    Submit(Result<SubmitAnswer, AuthorityError>),
    Query(Result<QueryAnswer, AuthorityError>),
    /// The answer to this submission never comes.
    Hang,
}

/// Answers as written down; a call of the wrong kind, or one too many, is an outage
/// that shows in the list of calls.
#[derive(Default)]
struct Script {
    steps: Mutex<VecDeque<Step>>,
    calls: Mutex<Vec<Call>>,
    called: Notify,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Arc::new(Self { steps: Mutex::new(steps.into_iter().collect()), ..Self::default() })
    }

    fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    fn step(&self, call: Call) -> Option<Step> {
        self.calls.lock().unwrap().push(call);
        let step = self.steps.lock().unwrap().pop_front();
        self.called.notify_one();
        step
    }
}

fn off_script<T>() -> Result<T, AuthorityError> {
    Err(AuthorityError::Unavailable { detail: "not in the script".into(), retry_after: None })
}

impl Authority for Script {
    fn submit(&self, _: Arc<Document>) -> AuthorityCall<'_, SubmitAnswer> {
        let step = self.step(Call::Submit);
        Box::pin(async move {
            match step {
                Some(Step::Submit(answer)) => answer,
                Some(Step::Hang) => std::future::pending().await,
                _ => off_script(),
            }
        })
    }

    fn query(&self, _: DocumentCode) -> AuthorityCall<'_, QueryAnswer> {
        let step = self.step(Call::Query);
        Box::pin(async move {
            match step {
                Some(Step::Query(answer)) => answer,
                _ => off_script(),
            }
        })
    }
}

fn limits() -> RelayLimits {
    RelayLimits {
        retry_floor: Duration::from_millis(1),
        retry_cap: Duration::from_millis(5),
        ..RelayLimits::default()
    }
}

fn start(dir: &Path, script: &Arc<Script>, limits: RelayLimits) -> Arc<Settlement> {
    let ledger = Ledger::open(dir).unwrap();
    Settlement::new(ledger, RelayKey::from_seed([1; 32]), script.clone(), limits)
}

fn document() -> Document {
    Document {
        code: DocumentCode::of(b"{}"),
        issuer: "aa".into(),
        series: "bb".into(),
        number: 1,
        content_type: "application/json".into(),
        bytes: b"{}".to_vec(),
    }
}

fn accepted(id: &str) -> Verdict {
    Verdict::Accepted { id: id.into() }
}

/// Hands the document in and waits for its final answer.
async fn settled(settlement: &Arc<Settlement>) -> SignedReceipt {
    let (_, job) = settlement.receive(document()).await.unwrap();
    if let Some(job) = job {
        job.ended(Duration::from_secs(30)).await;
    }
    let code = document().code;
    match settlement.on_ledger(move |ledger| ledger.standing(code)).await.unwrap() {
        Some(Standing::Final(text)) => serde_json::from_str(&text).unwrap(),
        other => panic!("not settled: {other:?}"),
    }
}

/// Plays the script against one document; gives the receipt and the calls made.
async fn play(steps: impl IntoIterator<Item = Step>) -> (SignedReceipt, Vec<Call>) {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::new(steps);
    let settlement = start(dir.path(), &script, limits());
    let receipt = settled(&settlement).await;
    settlement.close().await;
    (receipt, script.calls())
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_not_submitted_again() {
    let (receipt, calls) = play([
        Step::Submit(Err(AuthorityError::TimedOut)),
        Step::Query(Err(AuthorityError::TimedOut)),
        Step::Query(Ok(QueryAnswer::Known(accepted("A")))),
    ])
    .await;
    assert_eq!(receipt.authority_id, "A");
    assert_eq!(calls, [Call::Submit, Call::Query, Call::Query]);
}

#[tokio::test]
async fn only_unknown_leads_to_another_submission() {
    let (receipt, calls) = play([
        Step::Submit(off_script()),
        Step::Query(Ok(QueryAnswer::Unknown)),
        Step::Submit(Ok(SubmitAnswer::Decided(accepted("A")))),
    ])
    .await;
    assert_eq!(receipt.authority_id, "A");
    assert_eq!(calls, [Call::Submit, Call::Query, Call::Submit]);
}

#[tokio::test]
async fn already_processed_is_looked_up_and_never_a_result() {
    let rejected = Verdict::Rejected { id: "R".into(), reason: "no".into() };
    let (receipt, calls) = play([
        Step::Submit(Ok(SubmitAnswer::AlreadyProcessed)),
        // It contradicts itself: not settled by that, asked again.
        Step::Query(Ok(QueryAnswer::Unknown)),
        Step::Query(Ok(QueryAnswer::Known(rejected))),
    ])
    .await;
    assert_eq!((receipt.authority_id.as_str(), receipt.reason.as_str()), ("R", "no"));
    assert_eq!(calls, [Call::Submit, Call::Query, Call::Query]);
}

#[tokio::test]
async fn an_asked_for_pause_is_kept() {
    let pause = Duration::from_millis(300);
    let begun = std::time::Instant::now();
    let (_, calls) = play([
        Step::Submit(Err(AuthorityError::Unavailable {
            detail: "later".into(),
            retry_after: Some(pause),
        })),
        Step::Query(Ok(QueryAnswer::Known(accepted("A")))),
    ])
    .await;
    assert_eq!(calls, [Call::Submit, Call::Query]);
    assert!(begun.elapsed() >= pause);
}

#[tokio::test]
async fn a_call_without_an_answer_ends_at_the_time_limit() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::new([Step::Hang, Step::Query(Ok(QueryAnswer::Known(accepted("A"))))]);
    let limits = RelayLimits { authority_timeout: Duration::from_millis(20), ..limits() };
    let settlement = start(dir.path(), &script, limits);
    assert_eq!(settled(&settlement).await.authority_id, "A");
    assert!(settlement.authority_reachable());
    settlement.close().await;
}

#[tokio::test]
async fn after_a_restart_the_authority_is_asked_first() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::new([Step::Hang]);
    let settlement = start(dir.path(), &script, limits());
    let (reception, _) = settlement.receive(document()).await.unwrap();
    assert_eq!(reception, Reception::New);
    script.called.notified().await;
    settlement.close().await;
    drop(settlement);

    let script = Script::new([Step::Query(Ok(QueryAnswer::Known(accepted("A"))))]);
    let settlement = start(dir.path(), &script, limits());
    settlement.resume().await.unwrap();
    assert_eq!(settled(&settlement).await.authority_id, "A");
    assert_eq!(script.calls(), [Call::Query]);
    settlement.close().await;
}
