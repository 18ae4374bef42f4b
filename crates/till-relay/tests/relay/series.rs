//! The relay as a witness of how far a device had come.

use reqwest::{Client, StatusCode};
use tempfile::TempDir;
use till_relay::{ProblemBody, SeriesHead, SignedSeries, client::RelayError, serve};

use crate::support::{
    ISSUER, Mortal, SERIES, client, config, document, down, relay, settled, with_bytes,
};

#[tokio::test]
async fn a_device_set_back_learns_how_far_it_had_come() {
    let (dir, handle, client_a) = relay().await;
    assert_eq!(client_a.series(SERIES).await.unwrap(), []);
    for number in [2, 3, 1] {
        settled(&client_a, &document(number)).await;
    }
    let mut elsewhere = with_bytes(7, b"{\"space\":\"another\"}".to_vec());
    elsewhere.issuer = "ff".into();
    settled(&client_a, &elsewhere).await;

    let last = document(3);
    let expected = [
        SeriesHead {
            issuer: ISSUER.into(),
            number: 3,
            hash: blake3::hash(&last.bytes).to_hex().to_string(),
            code: last.code,
            documents: 3,
        },
        SeriesHead {
            issuer: "ff".into(),
            number: 7,
            hash: blake3::hash(&elsewhere.bytes).to_hex().to_string(),
            code: elsewhere.code,
            documents: 1,
        },
    ];
    assert_eq!(client_a.series(SERIES).await.unwrap(), expected);
    assert_eq!(client_a.series("00").await.unwrap(), [], "another device");
    handle.shutdown().await;

    let handle = serve(config(dir.path())).await.unwrap();
    assert_eq!(client(&handle).series(SERIES).await.unwrap(), expected);
    handle.shutdown().await;
}

#[tokio::test]
async fn what_was_received_counts_before_it_is_settled_and_after_a_kill() {
    let dir = TempDir::new().unwrap();
    let mut broken = config(dir.path());
    broken.simulator = down();
    let mortal = Mortal::start(broken).await;
    client(&mortal.handle).put(&document(5)).await.unwrap();
    let heads = client(&mortal.handle).series(SERIES).await.unwrap();
    assert_eq!(heads[0].number, 5);
    mortal.kill().await;
    let handle = serve(config(dir.path())).await.unwrap();
    assert_eq!(client(&handle).series(SERIES).await.unwrap(), heads);
    handle.shutdown().await;
}

#[tokio::test]
async fn the_answer_is_signed_for_this_question() {
    let (_dir, handle, _) = relay().await;
    let url = format!("{}/v1/series/{SERIES}", handle.base_url());
    let ask = async |url: String| Client::new().get(url).send().await.unwrap();
    let plain: SignedSeries = ask(url.clone()).await.json().await.unwrap();
    assert_eq!((plain.nonce.as_str(), plain.complete), ("", true));
    assert_eq!(plain.verify(Some(&handle.public_key)), Ok(()));
    let fresh: SignedSeries = ask(format!("{url}?nonce=5e")).await.json().await.unwrap();
    assert_eq!((fresh.series.as_str(), fresh.nonce.as_str()), (SERIES, "5e"));
    assert_eq!(fresh.verify(Some(&handle.public_key)), Ok(()));

    for (path, code) in [
        ("v1/series/ZZ".to_owned(), "series-malformed"),
        (format!("v1/series/{}", "00".repeat(33)), "series-malformed"),
        (format!("v1/series/{SERIES}?nonce=me"), "query-malformed"),
        (format!("v1/series/{SERIES}?nonce={}", "0".repeat(65)), "query-malformed"),
    ] {
        let answer = ask(format!("{}/{path}", handle.base_url())).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json::<ProblemBody>().await.unwrap().code, code);
    }
    let error = client(&handle).series("ZZ").await.unwrap_err();
    assert!(matches!(&error, RelayError::Refused { code, .. } if code == "series-malformed"));

    let api: serde_json::Value =
        ask(format!("{}/v1/openapi.json", handle.base_url())).await.json().await.unwrap();
    assert!(api["paths"]["/v1/series/{series}"]["get"]["responses"]["200"].is_object());
    assert!(api["components"]["schemas"]["SeriesHead"].is_object());
    handle.shutdown().await;
}
