//! The HTTP interface.

mod documents;
mod problem;
mod series;
mod service;
mod simulator;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Query, rejection::QueryRejection},
    routing::get,
};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use utoipa::IntoParams;

use self::problem::Problem;
use crate::{authority::simulator::Simulator, settle::Settlement};

/// The largest document, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;
/// When a client is told to ask again for a document in flight, in milliseconds.
pub const IN_FLIGHT_RETRY_MS: u64 = 1_000;
/// When a client is told to come back after being put off, in milliseconds.
const BUSY_RETRY_MS: u64 = 5_000;
/// The largest page of a ledger.
pub const PAGE_MAX: usize = 500;
/// The page size when none is asked for.
pub const PAGE_DEFAULT: usize = 100;

/// Issuers and series are ids of at most this many bytes.
const ID_BYTES_MAX: usize = 32;

/// Whether a text is an id in its one spelling, so that equal ids are equal texts.
fn is_id(text: &str) -> bool {
    let bytes = HEXLOWER.decode(text.as_bytes());
    bytes.is_ok_and(|bytes| (1..=ID_BYTES_MAX).contains(&bytes.len()))
}

/// What the handlers work on.
pub(crate) struct Relay {
    pub(crate) settlement: Arc<Settlement>,
    pub(crate) simulator: Arc<Simulator>,
}

/// All routes.
pub(crate) fn router(relay: Arc<Relay>) -> Router {
    Router::new()
        .route("/v1/documents", get(documents::list))
        .route("/v1/documents/{code}", get(documents::get).put(documents::put))
        .route("/v1/series/{series}", get(series::get))
        .route("/v1/health", get(service::health))
        .route("/v1/openapi.json", get(service::openapi))
        .route("/v1/simulator", get(simulator::get).put(simulator::put))
        .route("/v1/simulator/ledger", get(simulator::ledger))
        .fallback(async || Problem::NoSuchPath)
        .method_not_allowed_fallback(async || Problem::NoSuchMethod)
        .layer(DefaultBodyLimit::max(DOCUMENT_BYTES_MAX))
        .with_state(relay)
}

/// Which page of a ledger.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// Only what comes after this ordinal; 0 for the beginning.
    #[serde(default)]
    after: u64,
    /// How many at most; 100 when absent, never more than 500.
    limit: Option<usize>,
}

impl PageQuery {
    /// The ordinal and the bounded limit.
    fn read(query: Result<Query<Self>, QueryRejection>) -> Result<(u64, usize), Problem> {
        let Query(page) = query.map_err(|error| Problem::Query(error.body_text()))?;
        let limit = page.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
        Ok((page.after, limit))
    }
}
