//! Starting, and why it may be refused.

use tempfile::TempDir;
use till_relay::{RelayConfig, ServeError, serve};

use crate::support::{config, document, relay, settled};

#[tokio::test]
async fn a_busy_port_is_named() {
    let (_dir, handle, _) = relay().await;
    let other = TempDir::new().unwrap();
    let config = RelayConfig::new(other.path(), handle.local_addr);
    let error = serve(config).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, ServeError::AddressInUse(_)), "{text}");
    assert!(text.contains(&handle.local_addr.to_string()), "{text}");
    assert!(text.contains("--listen"), "{text}");
    handle.shutdown().await;
}

#[tokio::test]
async fn a_folder_has_one_relay() {
    let (dir, handle, _) = relay().await;
    let error = serve(config(dir.path())).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, ServeError::DataInUse(_)), "{text}");
    assert!(text.contains(&dir.path().display().to_string()), "{text}");
    assert!(text.contains("--data"), "{text}");

    // The first one is not disturbed, and gives the folder back when it stops.
    handle.shutdown().await;
    serve(config(dir.path())).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn a_ledger_keeps_its_key() {
    let (dir, handle, client) = relay().await;
    settled(&client, &document(1)).await;
    let public_key = handle.public_key.clone();
    handle.shutdown().await;

    let key_file = dir.path().join("relay.key");
    let key = std::fs::read_to_string(&key_file).unwrap();
    std::fs::remove_file(&key_file).unwrap();
    let error = serve(config(dir.path())).await.unwrap_err();
    assert!(error.to_string().contains(&public_key), "{error}");
    std::fs::write(&key_file, format!("{}\n", "07".repeat(32))).unwrap();
    let error = serve(config(dir.path())).await.unwrap_err();
    assert!(matches!(error, ServeError::WrongKey { .. }), "{error}");

    std::fs::write(&key_file, key).unwrap();
    let handle = serve(config(dir.path())).await.unwrap();
    assert_eq!(handle.public_key, public_key);
    handle.shutdown().await;
}
