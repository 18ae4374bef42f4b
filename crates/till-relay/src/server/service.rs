//! Health and the description of the interface.

use std::sync::Arc;

use axum::{Json, extract::State};
use utoipa::OpenApi;

use super::{Relay, documents, problem::Problem, series, simulator};
use crate::{
    api::{Health, ProblemBody},
    ledger::Ledger,
};

/// The interface as OpenAPI.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "tillmesh fiscal relay",
        description = "Takes fiscal documents from shops, hands each to the tax authority once in effect, and gives signed receipts."
    ),
    paths(
        documents::put,
        documents::get,
        documents::list,
        series::get,
        health,
        simulator::get,
        simulator::put,
        simulator::ledger,
    )
)]
struct Interface;

/// Whether the relay works, from a real look into its ledger.
#[utoipa::path(
    get, path = "/v1/health",
    responses(
        (status = 200, body = Health),
        (status = 503, description = "The relay is out of order", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn health(State(relay): State<Arc<Relay>>) -> Result<Json<Health>, Problem> {
    let settlement = &relay.settlement;
    let (documents, unsettled) = settlement.on_ledger(Ledger::counts).await?;
    Ok(Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        relay: settlement.public_key(),
        authority_reachable: settlement.authority_reachable(),
        documents,
        unsettled,
        unsettled_max: settlement.limits().unsettled_max,
    }))
}

pub(super) async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(Interface::openapi())
}
