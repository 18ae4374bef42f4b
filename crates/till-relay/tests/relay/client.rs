//! The client believes a relay, and nobody else.

use std::net::SocketAddr;

use axum::{
    Router,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect},
};
use till_relay::{
    Outcome,
    client::{ClientError, RelayAnswer, RelayClient, RelayError},
};
use tokio::net::TcpListener;

use crate::support::{SERIES, any_port, document, relay, settled};

/// Somebody who answers everything with this.
async fn stranger<R: IntoResponse + Clone + Send + Sync + 'static>(answer: R) -> SocketAddr {
    let listener = TcpListener::bind(any_port()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(move || std::future::ready(answer.clone()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn client(address: SocketAddr, key: Option<&str>) -> RelayClient {
    RelayClient::new(&format!("http://{address}/"), key).unwrap()
}

#[tokio::test]
async fn a_login_page_is_no_relay() {
    let page = Html("<p>Welcome to our hotel</p>");
    for status in [200, 201, 202, 404, 409, 413, 422, 500] {
        let address = stranger((StatusCode::from_u16(status).unwrap(), page)).await;
        let error = client(address, None).put(&document(1)).await.unwrap_err();
        assert!(matches!(error, RelayError::Unreachable(_)), "{status}: {error}");
        let error = client(address, None).get(&document(1).code).await.unwrap_err();
        assert!(matches!(error, RelayError::Unreachable(_)), "{status}: {error}");
    }
    let address = stranger(Redirect::temporary("/login")).await;
    let error = client(address, None).health().await.unwrap_err();
    assert!(matches!(error, RelayError::Unreachable(_)), "{error}");

    let address = stranger((StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "999999999")])).await;
    let error = client(address, None).put(&document(1)).await.unwrap_err();
    // Whoever says so, the pause stays within reason.
    assert_eq!(error, RelayError::Busy { retry_after_ms: 900_000 });
}

#[tokio::test]
async fn only_the_relays_own_signature_over_this_document_counts() {
    let (_dir, handle, relay) = relay().await;
    let key = handle.public_key.clone();
    let document_1 = document(1);
    let good = settled(&relay, &document_1).await;
    let told = |receipt: &till_relay::SignedReceipt| serde_json::to_string(receipt).unwrap();
    let ask = async |body: String, key: Option<&str>| {
        client(stranger(body).await, key).put(&document_1).await
    };
    // Repeated by somebody else it is still the relay's word.
    assert_eq!(ask(told(&good), Some(&key)).await, Ok(RelayAnswer::Final(good.clone())));

    let mut turned = good.clone();
    turned.outcome = Outcome::Rejected;
    let mut unsigned = good.clone();
    unsigned.signature = String::new();
    let of_another = settled(&relay, &document(2)).await;
    for lie in [&turned, &unsigned, &of_another] {
        let error = ask(told(lie), None).await.unwrap_err();
        assert!(matches!(error, RelayError::Unreachable(_)), "{error}");
    }
    let error = ask(told(&good), Some(&"ab".repeat(32))).await.unwrap_err();
    assert!(
        matches!(&error, RelayError::Unreachable(text) if text.contains("another relay")),
        "{error}"
    );
    handle.shutdown().await;
}

#[tokio::test]
async fn an_old_or_foreign_word_on_a_device_is_not_believed() {
    let (_dir, handle, relay) = relay().await;
    let url = format!("{}/v1/series/{SERIES}?nonce=5e", handle.base_url());
    let old = reqwest::get(url).await.unwrap().text().await.unwrap();
    settled(&relay, &document(1)).await;
    for answer in [old, "[]".to_owned(), "<p>Welcome to our hotel</p>".to_owned()] {
        let error = client(stranger(answer).await, None).series(SERIES).await.unwrap_err();
        assert!(matches!(error, RelayError::Unreachable(_)), "{error}");
    }
    let key = "ab".repeat(32);
    let error = client(handle.local_addr, Some(&key)).series(SERIES).await.unwrap_err();
    assert!(
        matches!(&error, RelayError::Unreachable(text) if text.contains("another relay")),
        "{error}"
    );
    handle.shutdown().await;
}

#[tokio::test]
async fn nobody_there_is_said_with_the_cause() {
    let free = TcpListener::bind(any_port()).await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let error = client(address, None).health().await.unwrap_err();
    assert!(
        matches!(&error, RelayError::Unreachable(text) if text.to_lowercase().contains("refused")),
        "{error}"
    );
}

#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    for address in ["", "relay.example:8787", "ftp://relay.example"] {
        let error = RelayClient::new(address, None).unwrap_err();
        assert!(matches!(error, ClientError::Address(_)), "{error}");
    }
    let error = RelayClient::new("http://relay.example", Some("key")).unwrap_err();
    assert_eq!(error, ClientError::Key);
}
