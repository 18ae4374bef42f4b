//! The relay as a witness: what it has seen of a device.

use std::sync::Arc;

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Relay, is_id, problem::Problem};
use crate::{
    api::ProblemBody,
    series::{SeriesFacts, SignedSeries},
};

/// The longest nonce, in characters.
const NONCE_CHARS_MAX: usize = 64;

/// What makes the answer a fresh one.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FreshQuery {
    /// Comes back in the signed answer; at most 64 hexadecimal digits.
    #[serde(default)]
    nonce: String,
}

/// Asks for the highest number received from a device in each number space. A device
/// never heard of has an empty list.
#[utoipa::path(
    get, path = "/v1/series/{series}",
    params(
        ("series" = String, Path, description = "Log of the device, lower-case hexadecimal"),
        FreshQuery,
    ),
    responses(
        (status = 200, description = "Signed by the relay", body = SignedSeries),
        (status = 422, description = "Malformed", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The relay is out of order", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(
    State(relay): State<Arc<Relay>>,
    series: Result<Path<String>, PathRejection>,
    query: Result<Query<FreshQuery>, QueryRejection>,
) -> Result<Json<SignedSeries>, Problem> {
    let Path(series) = series.map_err(|_| Problem::Series)?;
    if !is_id(&series) {
        return Err(Problem::Series);
    }
    let Query(FreshQuery { nonce }) = query.map_err(|error| Problem::Query(error.body_text()))?;
    if nonce.len() > NONCE_CHARS_MAX || !nonce.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::Query(format!(
            "the nonce must be at most {NONCE_CHARS_MAX} hexadecimal digits"
        )));
    }
    let asked = series.clone();
    let (heads, complete) = relay.settlement.on_ledger(move |ledger| ledger.series(&asked)).await?;
    Ok(Json(relay.settlement.sign_series(SeriesFacts { series, nonce, heads, complete })))
}
