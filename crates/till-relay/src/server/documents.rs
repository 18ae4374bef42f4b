//! Documents: handing in, asking, the ledger.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{BytesRejection, PathRejection, QueryRejection},
    },
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use serde::de::IgnoredAny;

use super::{
    ID_BYTES_MAX, PageQuery, Relay, is_id,
    problem::{Problem, retry_after},
};
use crate::{
    api::{InFlight, LedgerPage, ProblemBody},
    authority::Document,
    code::DocumentCode,
    ledger::{Reception, Standing},
    receipt::SignedReceipt,
};

const ISSUER: HeaderName = HeaderName::from_static("tillmesh-issuer");
const NUMBER: HeaderName = HeaderName::from_static("tillmesh-number");
const SERIES: HeaderName = HeaderName::from_static("tillmesh-series");

/// Hands a document in. It is durable before anything is answered, and handing it in
/// again, by whomever, changes nothing.
#[utoipa::path(
    put, path = "/v1/documents/{code}",
    params(
        ("code" = String, Path, description = "BLAKE3 of the body in the context `tillmesh document v1`, hexadecimal"),
        ("Tillmesh-Issuer" = String, Header, description = "Number space of the issuer, hexadecimal"),
        ("Tillmesh-Number" = u64, Header, description = "The document's number in the space"),
        ("Tillmesh-Series" = String, Header, description = "Log of the issuing device, hexadecimal"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The document, at most 256 KiB; application/json too"),
    responses(
        (status = 201, description = "Received now and final", body = SignedReceipt),
        (status = 200, description = "Final; the same bytes every time", body = SignedReceipt),
        (status = 202, description = "Durable here, not final; ask again", body = InFlight),
        (status = 409, description = "The number belongs to another document", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Malformed", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many documents wait", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The relay is out of order", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn put(
    State(relay): State<Arc<Relay>>,
    code: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let document = read_document(read_code(code)?, &headers, body)?;
    let code = document.code;
    let (reception, job) = relay.settlement.receive(document).await?;
    let first = reception == Reception::New;
    match reception {
        Reception::New | Reception::Known(Standing::InFlight(_)) => {}
        Reception::Known(standing) => return Ok(answer(standing, false)),
        Reception::NumberTaken(holder) => return Err(Problem::NumberTaken(holder)),
        Reception::OtherNumber { issuer, number } => {
            return Err(Problem::OtherNumber { issuer, number });
        }
        Reception::Full => return Err(Problem::Busy),
    }
    if let Some(job) = job {
        job.ended(relay.settlement.limits().answer_wait).await;
    }
    Ok(answer(standing(&relay, code).await?, first))
}

/// Asks how a document stands.
#[utoipa::path(
    get, path = "/v1/documents/{code}",
    params(("code" = String, Path, description = "Code of the document")),
    responses(
        (status = 200, description = "Final; the same bytes every time", body = SignedReceipt),
        (status = 202, description = "Not final; ask again", body = InFlight),
        (status = 404, description = "Never received", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Malformed code", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The relay is out of order", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(
    State(relay): State<Arc<Relay>>,
    code: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    Ok(answer(standing(&relay, read_code(code)?).await?, false))
}

/// The ledger as a feed of changes: every document once, at its latest change.
#[utoipa::path(
    get, path = "/v1/documents",
    params(PageQuery),
    responses(
        (status = 200, body = LedgerPage),
        (status = 422, description = "Malformed query", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The relay is out of order", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(
    State(relay): State<Arc<Relay>>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<LedgerPage>, Problem> {
    let (after, limit) = PageQuery::read(query)?;
    let page = relay.settlement.on_ledger(move |ledger| ledger.page(after, limit)).await?;
    Ok(Json(page))
}

async fn standing(relay: &Relay, code: DocumentCode) -> Result<Standing, Problem> {
    relay
        .settlement
        .on_ledger(move |ledger| ledger.standing(code))
        .await?
        .ok_or(Problem::UnknownDocument)
}

fn answer(standing: Standing, first: bool) -> Response {
    match standing {
        // The stored text itself, so that it is the same for everybody and for ever.
        Standing::Final(text) => {
            let status = if first { StatusCode::CREATED } else { StatusCode::OK };
            (status, [(CONTENT_TYPE, "application/json")], text).into_response()
        }
        Standing::InFlight(state) => {
            let wait = retry_after(state.retry_after_ms);
            (StatusCode::ACCEPTED, [(RETRY_AFTER, wait)], Json(state)).into_response()
        }
    }
}

fn read_code(code: Result<Path<String>, PathRejection>) -> Result<DocumentCode, Problem> {
    let Path(code) = code.map_err(|_| Problem::Code)?;
    Ok(code.parse()?)
}

fn read_document(
    code: DocumentCode,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Document, Problem> {
    let bytes = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => Problem::Body(error.body_text()),
    })?;
    if bytes.is_empty() {
        return Err(Problem::Empty);
    }
    let actual = DocumentCode::of(&bytes);
    if actual != code {
        return Err(Problem::CodeMismatch(actual));
    }
    let content_type = content_type(headers)?;
    if content_type == "application/json"
        && let Err(error) = serde_json::from_slice::<IgnoredAny>(&bytes)
    {
        return Err(Problem::NotJson(error.to_string()));
    }
    Ok(Document {
        code,
        issuer: id(headers, &ISSUER)?,
        series: id(headers, &SERIES)?,
        number: number(headers)?,
        content_type: content_type.to_owned(),
        bytes: bytes.to_vec(),
    })
}

/// The media type, without parameters such as a character set.
fn content_type(headers: &HeaderMap) -> Result<&'static str, Problem> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = value.and_then(|value| value.split(';').next()).map(str::trim);
    ["application/json", "application/octet-stream"]
        .into_iter()
        .find(|known| media.is_some_and(|media| media.eq_ignore_ascii_case(known)))
        .ok_or(Problem::ContentType)
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, Problem> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Problem::Header(format!("{name} is missing or unreadable")))
}

/// An id in a header.
fn id(headers: &HeaderMap, name: &HeaderName) -> Result<String, Problem> {
    let text = header(headers, name)?;
    if is_id(text) {
        return Ok(text.to_owned());
    }
    Err(Problem::Header(format!(
        "{name} must be lower-case hexadecimal, 1 to {ID_BYTES_MAX} bytes"
    )))
}

fn number(headers: &HeaderMap) -> Result<u64, Problem> {
    header(headers, &NUMBER)?
        .parse()
        .map_err(|_| Problem::Header(format!("{NUMBER} must be a whole number from 0")))
}
