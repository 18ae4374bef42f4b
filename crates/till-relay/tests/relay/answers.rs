//! What the relay answers, status by status.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use till_relay::{
    DOCUMENT_BYTES_MAX, Outcome, ProblemBody, StateName,
    client::{RelayAnswer, RelayError},
    serve,
    simulator::SimulatorKnobs,
};

use crate::support::{
    client, config, copy_files, document, down, raw_put, relay, settled, with_bytes,
};

async fn text(response: Response, status: StatusCode) -> String {
    assert_eq!(response.status(), status);
    response.text().await.unwrap()
}

/// The code of a problem answer, after a look at its form.
async fn problem(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let body: ProblemBody = response.json().await.unwrap();
    assert_eq!(body.status, status);
    assert_eq!(body.kind, format!("urn:tillmesh:problem:{}", body.code));
    assert!(!body.title.is_empty() && !body.detail.is_empty());
    (status, body.code)
}

#[tokio::test]
async fn the_same_document_gets_the_same_bytes_for_ever() {
    let (dir, handle, client_a) = relay().await;
    let document = document(1);
    let url = format!("{}/v1/documents/{}", handle.base_url(), document.code);
    let sent = raw_put(&handle, &document).send().await.unwrap();
    let first = text(sent, StatusCode::CREATED).await;
    let again = raw_put(&handle, &document).send().await.unwrap();
    assert_eq!(text(again, StatusCode::OK).await, first);
    let asked = Client::new().get(&url).send().await.unwrap();
    assert_eq!(text(asked, StatusCode::OK).await, first);
    let RelayAnswer::Final(receipt) = client_a.put(&document).await.unwrap() else {
        panic!("it is final");
    };
    assert_eq!(receipt, serde_json::from_str(&first).unwrap());
    assert_eq!(receipt.outcome, Outcome::Accepted);
    handle.shutdown().await;

    let handle = serve(config(dir.path())).await.unwrap();
    let after = raw_put(&handle, &document).send().await.unwrap();
    assert_eq!(text(after, StatusCode::OK).await, first);
    handle.shutdown().await;
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let (dir, handle, client_a) = relay().await;
    let settled_document = document(1);
    let receipt = settled(&client_a, &settled_document).await;
    let crashed = TempDir::new().unwrap();
    copy_files(dir.path(), crashed.path());

    let survivor = serve(config(crashed.path())).await.unwrap();
    assert_eq!(survivor.public_key, handle.public_key);
    assert_eq!(
        client(&survivor).get(&settled_document.code).await.unwrap(),
        Some(RelayAnswer::Final(receipt))
    );
    survivor.shutdown().await;
    handle.shutdown().await;
}

#[tokio::test]
async fn a_number_on_two_documents_is_never_forwarded() {
    let (_dir, handle, client) = relay().await;
    settled(&client, &document(1)).await;

    let other = with_bytes(1, b"{\"other\":true}".to_vec());
    let sent = raw_put(&handle, &other).send().await.unwrap();
    assert_eq!(problem(sent).await, (409, "number-taken".into()));
    let error = client.put(&other).await.unwrap_err();
    assert!(
        matches!(&error, RelayError::Conflict(text) if text.contains(&document(1).code)),
        "{error}"
    );

    let mut renumbered = document(1);
    renumbered.number = 2;
    let sent = raw_put(&handle, &renumbered).send().await.unwrap();
    assert_eq!(problem(sent).await, (409, "other-number".into()));

    assert_eq!(client.get(&other.code).await.unwrap(), None);
    let registered = client.simulator_ledger(0, 9).await.unwrap();
    assert_eq!(registered.registrations.len(), 1);
    // The same number of another issuer is another number.
    let mut elsewhere = other;
    elsewhere.issuer = "ff".into();
    settled(&client, &elsewhere).await;
    handle.shutdown().await;
}

#[tokio::test]
async fn malformed_requests_are_refused_and_leave_nothing() {
    let (_dir, handle, client) = relay().await;
    let good = document(1);
    let base = handle.base_url();

    let mut wrong_code = good.clone();
    wrong_code.code = document(2).code;
    let mut short_code = good.clone();
    short_code.code.truncate(10);
    let mut loud_issuer = good.clone();
    loud_issuer.issuer = "0A0B".into();
    let mut long_series = good.clone();
    long_series.series = "00".repeat(33);
    let not_json = with_bytes(1, b"{\"open\":".to_vec());
    let empty = with_bytes(1, Vec::new());
    for (document, code) in [
        (wrong_code, "code-mismatch"),
        (short_code, "code-malformed"),
        (loud_issuer, "header-malformed"),
        (long_series, "header-malformed"),
        (not_json, "not-json"),
        (empty, "empty"),
    ] {
        let sent = raw_put(&handle, &document).send().await.unwrap();
        assert_eq!(problem(sent).await, (422, code.into()));
    }
    let url = format!("{base}/v1/documents/{}", good.code);
    let http = Client::new();
    let bare = http.put(&url).body(good.bytes.clone()).send().await.unwrap();
    assert_eq!(problem(bare).await, (422, "content-type".into()));
    let unnumbered = http
        .put(&url)
        .header("Content-Type", "application/octet-stream")
        .header("Tillmesh-Issuer", "aa")
        .header("Tillmesh-Series", "bb")
        .header("Tillmesh-Number", "-1")
        .body(good.bytes.clone());
    let sent = unnumbered.send().await.unwrap();
    assert_eq!(problem(sent).await, (422, "header-malformed".into()));

    for (path, status, code) in [
        (format!("v1/documents/{}", good.code), 404, "unknown-document"),
        ("v1/documents/zz".into(), 422, "code-malformed"),
        ("v1/documents?after=x".into(), 422, "query-malformed"),
        ("v2".into(), 404, "no-such-path"),
    ] {
        let asked = http.get(format!("{base}/{path}")).send().await.unwrap();
        assert_eq!(problem(asked).await, (status, code.into()));
    }
    let deleted = http.delete(&url).send().await.unwrap();
    assert_eq!(problem(deleted).await, (405, "no-such-method".into()));

    let error = client.put(&with_bytes(1, Vec::new())).await.unwrap_err();
    assert!(matches!(&error, RelayError::Refused { code, .. } if code == "empty"), "{error}");
    assert_eq!(client.health().await.unwrap().documents, 0);
    handle.shutdown().await;
}

#[tokio::test]
async fn the_size_of_a_document_has_a_bound() {
    let (_dir, handle, client) = relay().await;
    let largest = with_bytes(1, vec![b'7'; DOCUMENT_BYTES_MAX]);
    settled(&client, &largest).await;

    let larger = with_bytes(2, vec![b'7'; DOCUMENT_BYTES_MAX + 1]);
    let sent = raw_put(&handle, &larger).send().await.unwrap();
    assert_eq!(problem(sent).await, (413, "too-large".into()));
    let error = client.put(&larger).await.unwrap_err();
    assert!(matches!(&error, RelayError::Refused { code, .. } if code == "too-large"), "{error}");
    handle.shutdown().await;
}

#[tokio::test]
async fn a_full_queue_puts_new_documents_off() {
    let dir = TempDir::new().unwrap();
    let mut config = config(dir.path());
    config.simulator = down();
    config.limits.unsettled_max = 1;
    config.limits.answer_wait = Duration::from_millis(1);
    let handle = serve(config).await.unwrap();
    let client = client(&handle);

    let sent = raw_put(&handle, &document(1)).send().await.unwrap();
    assert_eq!(sent.headers()["retry-after"], "1");
    text(sent, StatusCode::ACCEPTED).await;
    let sent = raw_put(&handle, &document(2)).send().await.unwrap();
    assert_eq!(sent.headers()["retry-after"], "5");
    assert_eq!(problem(sent).await, (429, "busy".into()));
    assert_eq!(client.put(&document(2)).await, Err(RelayError::Busy { retry_after_ms: 5_000 }));
    assert_eq!(client.get(&document(2).code).await.unwrap(), None);

    client.set_simulator(&SimulatorKnobs::default()).await.unwrap();
    settled(&client, &document(1)).await;
    settled(&client, &document(2)).await;
    handle.shutdown().await;
}

#[tokio::test]
async fn the_ledger_health_and_description_tell_the_same_story() {
    let (_dir, handle, client) = relay().await;
    for number in 1..=3 {
        settled(&client, &document(number)).await;
    }
    let first = client.ledger(0, 2).await.unwrap();
    let second = client.ledger(first.next, 2).await.unwrap();
    let entries: Vec<_> = first.entries.iter().chain(&second.entries).collect();
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert!(entries.is_sorted_by(|a, b| a.ordinal < b.ordinal));
    for entry in entries {
        assert_eq!((entry.state, entry.attempts), (StateName::Final, 1));
        let receipt = entry.receipt.as_ref().unwrap();
        assert_eq!(receipt.verify(Some(&handle.public_key)), Ok(()));
        assert_eq!(receipt.code, entry.code);
    }

    let health = client.health().await.unwrap();
    assert_eq!((health.documents, health.unsettled), (3, 0));
    assert_eq!(health.relay, handle.public_key);
    assert!(health.authority_reachable);

    let url = format!("{}/v1/openapi.json", handle.base_url());
    let api: Value = Client::new().get(url).send().await.unwrap().json().await.unwrap();
    let put = &api["paths"]["/v1/documents/{code}"]["put"]["responses"];
    for status in ["200", "201", "202", "409", "413", "422", "429", "503"] {
        assert!(put[status].is_object(), "{status} is not described");
    }
    assert!(api["components"]["schemas"]["SignedReceipt"].is_object());
    handle.shutdown().await;
}
