//! Errors as `application/problem+json`.

use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};

use super::{BUSY_RETRY_MS, DOCUMENT_BYTES_MAX, ID_BYTES_MAX};
use crate::{
    api::ProblemBody,
    code::{CodeError, DocumentCode},
    settle::Fault,
};

/// Everything a request can be refused with. The codes in [`Problem::code`] never change.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error(
        "the code in the address is malformed: a document code is 64 lower-case hexadecimal digits"
    )]
    Code,
    #[error("the document's bytes have the code {0}; send the bytes unchanged")]
    CodeMismatch(DocumentCode),
    #[error(
        "the series in the address is malformed: it is the log of a device, lower-case hexadecimal, 1 to {ID_BYTES_MAX} bytes"
    )]
    Series,
    #[error("the header {0}")]
    Header(String),
    #[error("the content type must be application/json or application/octet-stream")]
    ContentType,
    #[error("the document is not JSON, though its content type says so: {0}")]
    NotJson(String),
    #[error("the document is empty")]
    Empty,
    #[error("the body could not be read whole: {0}; send it again")]
    Body(String),
    #[error("the body is larger than {DOCUMENT_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the query is malformed: {0}")]
    Query(String),
    #[error("the settings are malformed: {0}")]
    Settings(String),
    #[error(
        "this issuer's number already belongs to the document {0}; this one was not and will not be forwarded"
    )]
    NumberTaken(DocumentCode),
    #[error("this document was handed in as number {number} of issuer {issuer}, not as this one")]
    OtherNumber { issuer: String, number: u64 },
    #[error("there is no document with this code here")]
    UnknownDocument,
    #[error("there is nothing at this address")]
    NoSuchPath,
    #[error("this address does not know this method")]
    NoSuchMethod,
    #[error(
        "too many documents wait for the authority; the document was not taken in, send it later"
    )]
    Busy,
    #[error("{0}")]
    Fault(#[from] Fault),
}

impl From<CodeError> for Problem {
    fn from(_: CodeError) -> Self {
        Self::Code
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::Code
            | Self::CodeMismatch(_)
            | Self::Series
            | Self::Header(_)
            | Self::ContentType
            | Self::NotJson(_)
            | Self::Empty
            | Self::Query(_)
            | Self::Settings(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NumberTaken(_) | Self::OtherNumber { .. } => StatusCode::CONFLICT,
            Self::UnknownDocument | Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Code => "code-malformed",
            Self::CodeMismatch(_) => "code-mismatch",
            Self::Series => "series-malformed",
            Self::Header(_) => "header-malformed",
            Self::ContentType => "content-type",
            Self::NotJson(_) => "not-json",
            Self::Empty => "empty",
            Self::Body(_) => "body-incomplete",
            Self::TooLarge => "too-large",
            Self::Query(_) => "query-malformed",
            Self::Settings(_) => "settings-malformed",
            Self::NumberTaken(_) => "number-taken",
            Self::OtherNumber { .. } => "other-number",
            Self::UnknownDocument => "unknown-document",
            Self::NoSuchPath => "no-such-path",
            Self::NoSuchMethod => "no-such-method",
            Self::Busy => "busy",
            Self::Fault(_) => "relay-fault",
        }
    }

    fn title(&self) -> &'static str {
        match self.status() {
            StatusCode::UNPROCESSABLE_ENTITY => "The request is malformed",
            StatusCode::BAD_REQUEST => "The request is incomplete",
            StatusCode::PAYLOAD_TOO_LARGE => "The document is too large",
            StatusCode::CONFLICT => "The number is on two documents",
            StatusCode::NOT_FOUND => "Not found",
            StatusCode::METHOD_NOT_ALLOWED => "No such method here",
            StatusCode::TOO_MANY_REQUESTS => "The relay is busy",
            _ => "The relay is out of order",
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        if let Self::Fault(fault) = &self {
            tracing::error!("{fault}");
        }
        let body = ProblemBody {
            kind: format!("{}{}", ProblemBody::KIND, self.code()),
            title: self.title().to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
            code: self.code().to_owned(),
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if matches!(self, Self::Busy | Self::Fault(_)) {
            headers.insert(RETRY_AFTER, retry_after(BUSY_RETRY_MS));
        }
        response
    }
}

/// The header counts whole seconds.
pub(super) fn retry_after(ms: u64) -> HeaderValue {
    HeaderValue::from(ms.div_ceil(1000))
}
