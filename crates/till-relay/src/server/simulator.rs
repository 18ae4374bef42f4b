//! Watching and disturbing the simulated authority.

use std::sync::Arc;

use axum::{
    Json,
    extract::{
        Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
};

use super::{PageQuery, Relay, problem::Problem};
use crate::{
    api::ProblemBody,
    authority::simulator::{SimulatorKnobs, SimulatorLedger},
};

/// The faults in force.
#[utoipa::path(get, path = "/v1/simulator", responses((status = 200, body = SimulatorKnobs)))]
pub(super) async fn get(State(relay): State<Arc<Relay>>) -> Json<SimulatorKnobs> {
    Json(relay.simulator.knobs())
}

/// Replaces all faults; those left out are off.
#[utoipa::path(
    put, path = "/v1/simulator",
    request_body = SimulatorKnobs,
    responses(
        (status = 200, description = "The faults now in force", body = SimulatorKnobs),
        (status = 422, description = "Malformed", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn put(
    State(relay): State<Arc<Relay>>,
    knobs: Result<Json<SimulatorKnobs>, JsonRejection>,
) -> Result<Json<SimulatorKnobs>, Problem> {
    let Json(knobs) = knobs.map_err(|error| Problem::Settings(error.body_text()))?;
    relay.simulator.set_knobs(knobs);
    Ok(Json(relay.simulator.knobs()))
}

/// What the simulated authority has registered.
#[utoipa::path(
    get, path = "/v1/simulator/ledger",
    params(PageQuery),
    responses(
        (status = 200, body = SimulatorLedger),
        (status = 422, description = "Malformed query", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn ledger(
    State(relay): State<Arc<Relay>>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<SimulatorLedger>, Problem> {
    let (after, limit) = PageQuery::read(query)?;
    let simulator = relay.simulator.clone();
    let page = relay.settlement.on_ledger(move |_| simulator.ledger(after, limit)).await?;
    Ok(Json(page))
}
