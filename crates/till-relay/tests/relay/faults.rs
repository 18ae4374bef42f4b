//! The authority fails, the relay dies: each document still has one effect and one answer.

use std::{collections::BTreeSet, time::Duration};

use tempfile::TempDir;
use till_relay::{
    Outcome, RelayHandle,
    client::{RelayAnswer, RelayClient},
    serve,
    simulator::SimulatorKnobs,
};

use crate::support::{
    Mortal, PATIENCE, client, config, document, down, relay, settled, settled_by_itself, with_bytes,
};

/// The simulated authority's whole ledger: codes, and how often each was handed in.
async fn registered(client: &RelayClient) -> Vec<(String, u64)> {
    let page = client.simulator_ledger(0, 500).await.unwrap();
    assert_eq!(page.duplicates, 0);
    page.registrations
        .into_iter()
        .map(|registration| (registration.code, registration.submissions))
        .collect()
}

#[tokio::test]
async fn an_authority_that_is_down_is_waited_for() {
    let (_dir, handle, client) = relay().await;
    client.set_simulator(&down()).await.unwrap();
    let document = document(1);
    assert!(matches!(
        client.put(&document).await.unwrap(),
        RelayAnswer::InFlight { retry_after_ms } if retry_after_ms > 0
    ));
    assert!(matches!(
        client.get(&document.code).await.unwrap(),
        Some(RelayAnswer::InFlight { .. })
    ));
    let health = client.health().await.unwrap();
    assert_eq!((health.unsettled, health.authority_reachable), (1, false));

    client.set_simulator(&SimulatorKnobs::default()).await.unwrap();
    let receipt = settled_by_itself(&client, &document.code).await;
    assert_eq!(receipt.outcome, Outcome::Accepted);
    let health = client.health().await.unwrap();
    assert_eq!((health.unsettled, health.authority_reachable), (0, true));
    assert_eq!(registered(&client).await, [(document.code, 1)]);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_lost_answer_ends_accepted_with_one_registration() {
    let (_dir, handle, client) = relay().await;
    let knobs = SimulatorKnobs { drop_answer_every: 1, ..SimulatorKnobs::default() };
    assert_eq!(client.set_simulator(&knobs).await.unwrap(), knobs);
    let document = document(1);
    let receipt = settled(&client, &document).await;
    assert_eq!(receipt.outcome, Outcome::Accepted);
    // Not even handed in twice: the relay asked.
    assert_eq!(registered(&client).await, [(document.code, 1)]);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_rejection_is_final_and_the_next_document_gets_through() {
    let (_dir, handle, client) = relay().await;
    let knobs = SimulatorKnobs {
        reject_containing: Some("poison".into()),
        drop_answer_every: 1,
        ..SimulatorKnobs::default()
    };
    client.set_simulator(&knobs).await.unwrap();
    let poison = with_bytes(1, b"{\"sku\":\"poison\"}".to_vec());
    let rejected = settled(&client, &poison).await;
    assert_eq!(rejected.outcome, Outcome::Rejected);
    assert!(rejected.reason.contains("poison"), "{}", rejected.reason);
    assert_eq!(rejected.verify(Some(&handle.public_key)), Ok(()));

    client.set_simulator(&SimulatorKnobs::default()).await.unwrap();
    assert_eq!(settled(&client, &poison).await, rejected);
    assert_eq!(settled(&client, &document(2)).await.outcome, Outcome::Accepted);
    handle.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_devices_sending_the_same_documents_have_one_effect() {
    const DOCUMENTS: u64 = 50;
    let (_dir, handle, client_a) = relay().await;
    let knobs = SimulatorKnobs { drop_answer_every: 7, ..SimulatorKnobs::default() };
    client_a.set_simulator(&knobs).await.unwrap();
    let send_all = |handle: &RelayHandle, backwards: bool| {
        let client = client(handle);
        tokio::spawn(async move {
            let mut numbers: Vec<u64> = (1..=DOCUMENTS).collect();
            if backwards {
                numbers.reverse();
            }
            let mut receipts = Vec::new();
            for number in numbers {
                receipts.push(settled(&client, &document(number)).await);
            }
            receipts.sort_by(|a, b| a.code.cmp(&b.code));
            receipts
        })
    };
    let (one, two) = (send_all(&handle, false), send_all(&handle, true));
    let (one, two) = (one.await.unwrap(), two.await.unwrap());
    assert_eq!(one, two);

    let registered = registered(&client_a).await;
    let codes: BTreeSet<_> = registered.iter().map(|(code, _)| code.clone()).collect();
    let sent: BTreeSet<_> = (1..=DOCUMENTS).map(|n| document(n).code).collect();
    assert_eq!(codes, sent);
    assert_eq!(registered.len(), codes.len());
    assert!(registered.iter().all(|(_, submissions)| *submissions == 1));
    handle.shutdown().await;
}

#[tokio::test]
async fn a_document_taken_in_survives_a_kill_and_settles() {
    let dir = TempDir::new().unwrap();
    let mut broken = config(dir.path());
    broken.simulator = down();
    let mortal = Mortal::start(broken).await;
    let document = document(1);
    assert!(matches!(
        client(&mortal.handle).put(&document).await.unwrap(),
        RelayAnswer::InFlight { .. }
    ));
    mortal.kill().await;

    let handle = serve(config(dir.path())).await.unwrap();
    // Nobody sends it again.
    let client = client(&handle);
    let receipt = settled_by_itself(&client, &document.code).await;
    assert_eq!(receipt.outcome, Outcome::Accepted);
    assert_eq!(registered(&client).await, [(document.code, 1)]);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_relay_killed_while_the_authority_works_asks_before_it_submits_again() {
    let dir = TempDir::new().unwrap();
    let mut slow = config(dir.path());
    slow.limits.answer_wait = Duration::from_millis(1);
    slow.simulator.slow_ms = 600_000;
    let mortal = Mortal::start(slow).await;
    let before = client(&mortal.handle);
    let document = document(1);
    assert!(matches!(before.put(&document).await.unwrap(), RelayAnswer::InFlight { .. }));
    let registration = async {
        while registered(&before).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, registration).await.unwrap();
    mortal.kill().await;

    let handle = serve(config(dir.path())).await.unwrap();
    let after = client(&handle);
    let receipt = settled_by_itself(&after, &document.code).await;
    assert_eq!(receipt.outcome, Outcome::Accepted);
    assert_eq!(registered(&after).await, [(document.code, 1)]);
    handle.shutdown().await;
}
