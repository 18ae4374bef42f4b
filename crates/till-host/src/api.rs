//! The local HTTP API of a running device: the same commands as everywhere,
//! on loopback, behind a token that only the data folder's owner can read.

use crate::folder::{Folder, FolderError};
use crate::host::{Handle, Reach};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use till_node::command::{Acting, Command, CommandError, Reply};
use tokio::net::TcpListener;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;

/// File that tells other programs how to reach the running device.
pub const API_FILE: &str = "api.json";
/// Largest request, in bytes: an import of many thousand products.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What [`API_FILE`] says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ApiFile {
    /// Base address, `http://127.0.0.1:PORT`.
    pub url: String,
    /// Goes in `Authorization: Bearer …`.
    pub token: String,
}

/// Header with the token of a session: who acts.
pub const SESSION_HEADER: &str = "tillmesh-session";
/// Header with the token of an approval, used once.
pub const APPROVAL_HEADER: &str = "tillmesh-approval";

/// Body of `POST /v1/proof`; the answer is a [`crate::proof::NumberProof`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProofRequest {
    /// The number as printed, `PREFIX-NUMBER`.
    pub number: String,
}

/// Body of `POST /v1/backup` and `POST /v1/carry`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BackupRequest {
    /// The file to write or read, on the device.
    pub file: PathBuf,
}

/// Answer to `POST /v1/backup`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BackupAnswer {
    /// Frames written.
    pub frames: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// An answer to `POST /v1/execute`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one at a time, and moved once")]
pub enum Answer {
    /// Done.
    Ok(Reply),
    /// Not done; nothing was written.
    Error(CommandError),
}

/// Serves the API until the device stops, and tells how to reach it in the
/// data folder.
///
/// # Errors
/// When the port is taken or the folder can't be written.
pub async fn serve(
    handle: Handle,
    folder: &Path,
    listen: SocketAddr,
) -> Result<(ApiFile, tokio::task::JoinHandle<()>), ApiError> {
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|source| ApiError::Listen { address: listen, source })?;
    let address =
        listener.local_addr().map_err(|source| ApiError::Listen { address: listen, source })?;
    let token = data_encoding::HEXLOWER.encode(&crate::clock::draw::<32>());
    let file = ApiFile { url: format!("http://{address}"), token: token.clone() };
    let json = serde_json::to_vec(&file).expect("plain data writes as JSON");
    Folder::write_beside(folder, API_FILE, &json)?;
    let mut versions = handle.versions();
    let stopped = async move { while versions.changed().await.is_ok() {} };
    let router = router(handle, token);
    let path = folder.join(API_FILE);
    let task = tokio::spawn(async move {
        // Answers under way, that of the stop itself among them, go out first.
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
        if let Err(error) = serving.await {
            tracing::error!(%error, "the local API stopped");
        }
        let _ = std::fs::remove_file(path);
    });
    Ok((file, task))
}

/// Why the API can't be served.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The address.
    #[error(
        "cannot listen on {address} for the local API: {source}; choose another port with --api"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

#[derive(Clone)]
struct Api {
    handle: Handle,
    token: String,
}

fn router(handle: Handle, token: String) -> Router {
    let api = Api { handle, token };
    Router::new()
        .route("/v1/execute", post(execute))
        .route("/v1/verify", post(verify))
        .route("/v1/proof", post(proof))
        .route("/v1/backup", post(backup))
        .route("/v1/carry", post(carry))
        .route("/v1/reach", post(reach))
        .route("/v1/stop", post(stop))
        .route("/v1/health", get(|| async { Json(serde_json::json!({ "status": "ok" })) }))
        .route("/v1/events", get(events))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .layer(middleware::from_fn_with_state(api.clone(), authorize))
        .with_state(api)
}

/// Everything needs the token: other users of the machine have none.
async fn authorize(State(api): State<Api>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let expected = format!("Bearer {}", api.token);
    // Equal time whatever is wrong: compare hashes, not texts.
    if given
        .is_some_and(|given| blake3::hash(given.as_bytes()) == blake3::hash(expected.as_bytes()))
    {
        next.run(request).await
    } else {
        let text = format!("send the token of {API_FILE} as “Authorization: Bearer …”");
        problem(StatusCode::UNAUTHORIZED, "unauthorized", &text)
    }
}

async fn execute(
    State(api): State<Api>,
    headers: HeaderMap,
    Json(command): Json<Command>,
) -> Response {
    let token = |name| headers.get(name).and_then(|value| value.to_str().ok()?.parse().ok());
    let acting = Acting { session: token(SESSION_HEADER), approval: token(APPROVAL_HEADER) };
    match api.handle.execute_as(command, acting).await {
        Ok(reply) => Json(Answer::Ok(reply)).into_response(),
        Err(error) => {
            let status = match &error {
                CommandError::NotFound(_) => StatusCode::NOT_FOUND,
                CommandError::Wrong(_) => StatusCode::UNPROCESSABLE_ENTITY,
                CommandError::NoNumbers(_) => StatusCode::CONFLICT,
                CommandError::NotAllowed(_) => StatusCode::FORBIDDEN,
                // 401 is for the API's own token.
                CommandError::Login(_) => StatusCode::FORBIDDEN,
                CommandError::Storage(_) => StatusCode::INSUFFICIENT_STORAGE,
                CommandError::Busy => StatusCode::TOO_MANY_REQUESTS,
            };
            (status, Json(Answer::Error(error))).into_response()
        }
    }
}

async fn verify(State(api): State<Api>) -> Response {
    match api.handle.verify().await {
        Ok(report) => Json(report).into_response(),
        Err(why) => problem(StatusCode::INTERNAL_SERVER_ERROR, "verify-failed", &why),
    }
}

async fn proof(State(api): State<Api>, Json(request): Json<ProofRequest>) -> Response {
    match api.handle.proof(request.number).await {
        Ok(proof) => Json(proof).into_response(),
        Err(error) => problem(StatusCode::NOT_FOUND, "no-proof", &error.to_string()),
    }
}

async fn backup(State(api): State<Api>, Json(request): Json<BackupRequest>) -> Response {
    match api.handle.backup(request.file).await {
        Ok(done) => Json(BackupAnswer { frames: done.frames, bytes: done.bytes }).into_response(),
        Err(why) => problem(StatusCode::INSUFFICIENT_STORAGE, "backup-failed", &why),
    }
}

async fn carry(State(api): State<Api>, Json(request): Json<BackupRequest>) -> Response {
    match api.handle.carry(request.file).await {
        Ok(carried) => Json(carried).into_response(),
        Err(why) => problem(StatusCode::UNPROCESSABLE_ENTITY, "not-carried", &why),
    }
}

async fn reach(State(api): State<Api>, Json(reach): Json<Reach>) -> Response {
    api.handle.set_reach(reach).await;
    StatusCode::NO_CONTENT.into_response()
}

async fn stop(State(api): State<Api>) -> Response {
    api.handle.stop().await;
    StatusCode::NO_CONTENT.into_response()
}

/// Counters of what changed, as server-sent events.
async fn events(
    State(api): State<Api>,
) -> Sse<impl tokio_stream::Stream<Item = Result<Event, Infallible>>> {
    let stream = WatchStream::new(api.handle.versions()).map(|versions| {
        let json = serde_json::json!({
            "catalogue": versions.catalogue,
            "books": versions.books,
            "links": versions.links,
        });
        Ok(Event::default().event("changed").data(json.to_string()))
    });
    Sse::new(stream)
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, kind, body.to_string()).into_response()
}
