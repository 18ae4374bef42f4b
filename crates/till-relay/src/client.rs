//! The thin client a shop's devices use. It never retries: when to try again is decided
//! by the forwarder, which knows the whole queue.

use std::time::Duration;

use data_encoding::HEXLOWER;
use reqwest::{Method, RequestBuilder, StatusCode, Url, header::RETRY_AFTER, redirect::Policy};
use serde::de::DeserializeOwned;

use crate::{
    api::{Health, InFlight, LedgerPage, ProblemBody},
    authority::simulator::{SimulatorKnobs, SimulatorLedger},
    receipt::SignedReceipt,
    series::{SeriesHead, SignedSeries},
    server::DOCUMENT_BYTES_MAX,
    settle::RETRY_AFTER_MAX,
};

/// How long making a connection may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a whole request may take, with its answer.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer that is read, in bytes; enough for a full page of a ledger.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// When to come back after being put off without a time, in milliseconds.
pub const BUSY_RETRY_DEFAULT_MS: u64 = 5_000;

/// A document to hand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingDocument {
    /// [`document_code`](crate::document_code) of the bytes.
    pub code: String,
    /// Number space of the issuer, lower-case hexadecimal.
    pub issuer: String,
    /// Log of the issuing device, lower-case hexadecimal.
    pub series: String,
    /// The document's number in the space.
    pub number: u64,
    /// The document.
    pub bytes: Vec<u8>,
}

/// How a document stands at the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayAnswer {
    /// Decided. The signature was checked.
    Final(SignedReceipt),
    /// Durable at the relay, not decided.
    InFlight {
        /// When to ask again, in milliseconds.
        retry_after_ms: u64,
    },
}

/// Why a request had no such answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// The relay was not reached: no connection, or the answer is not from the relay
    /// (unsigned, wrongly signed, not JSON: a hotel's log-in page, a proxy). Says
    /// nothing about the document; send it again later.
    #[error("the relay was not reached: {0}")]
    Unreachable(String),
    /// The relay is busy or out of order; send it again later.
    #[error("the relay is busy; try again in {retry_after_ms} ms")]
    Busy {
        /// When to come back, in milliseconds.
        retry_after_ms: u64,
    },
    /// The number is on another document, or the document under another number. Sending
    /// it again will not help.
    #[error("the relay has another document with this number: {0}")]
    Conflict(String),
    /// The request is malformed or too large. Sending it again will not help.
    #[error("the relay refused the request ({code}): {detail}")]
    Refused {
        /// What kind of problem, for programs.
        code: String,
        /// What is wrong, for people.
        detail: String,
    },
}

/// Why there can be no client with these settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// No usable address.
    #[error("\"{0}\" is no address of a relay; it looks like https://relay.example:8787")]
    Address(String),
    /// No usable key.
    #[error(
        "the relay's public key must be 64 hexadecimal digits, as the relay prints it at its start"
    )]
    Key,
    /// The HTTP client could not be made.
    #[error("cannot set up HTTP: {0}")]
    Http(String),
}

/// A connection to one relay. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RelayClient {
    http: reqwest::Client,
    base: String,
    relay: Option<String>,
}

/// An answer read whole.
struct Answer {
    status: StatusCode,
    retry_after_ms: Option<u64>,
    body: Vec<u8>,
}

impl RelayClient {
    /// A client of the relay at `base_url`. With `relay_public_key_hex`, receipts of any
    /// other relay are not believed; without, only their consistency is checked.
    pub fn new(base_url: &str, relay_public_key_hex: Option<&str>) -> Result<Self, ClientError> {
        let address = || ClientError::Address(base_url.to_owned());
        let url = Url::parse(base_url).map_err(|_| address())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(address());
        }
        if relay_public_key_hex
            .is_some_and(|key| key.len() != 64 || !key.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            return Err(ClientError::Key);
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            // A relay does not redirect; a log-in page does.
            .redirect(Policy::none())
            .build()
            .map_err(|error| ClientError::Http(chain(&error)))?;
        Ok(Self {
            http,
            base: base_url.trim_end_matches('/').to_owned(),
            relay: relay_public_key_hex.map(str::to_owned),
        })
    }

    /// Hands a document in. Safe to repeat, by any device, as often as needed.
    pub async fn put(&self, document: &OutgoingDocument) -> Result<RelayAnswer, RelayError> {
        if document.bytes.len() > DOCUMENT_BYTES_MAX {
            // The relay would hang up in the middle, which looks like a broken line.
            return Err(RelayError::Refused {
                code: "too-large".to_owned(),
                detail: format!("the document is larger than {DOCUMENT_BYTES_MAX} bytes"),
            });
        }
        let request = self
            .request(Method::PUT, &format!("/v1/documents/{}", document.code))
            .header("Content-Type", "application/octet-stream")
            .header("Tillmesh-Issuer", &document.issuer)
            .header("Tillmesh-Series", &document.series)
            .header("Tillmesh-Number", document.number)
            .body(document.bytes.clone());
        self.standing(&document.code, send(request).await?)
    }

    /// Asks how a document stands; `None` when the relay never received it.
    pub async fn get(&self, code: &str) -> Result<Option<RelayAnswer>, RelayError> {
        let request = self.request(Method::GET, &format!("/v1/documents/{code}"));
        let answer = send(request).await?;
        if answer.status == StatusCode::NOT_FOUND
            && answer.problem().is_some_and(|problem| problem.code == "unknown-document")
        {
            return Ok(None);
        }
        self.standing(code, answer).map(Some)
    }

    /// Whether the relay works.
    pub async fn health(&self) -> Result<Health, RelayError> {
        self.json("/v1/health").await
    }

    /// The documents that changed after the ordinal `after`; see [`LedgerPage::next`].
    pub async fn ledger(&self, after: u64, limit: usize) -> Result<LedgerPage, RelayError> {
        self.json(&format!("/v1/documents?after={after}&limit={limit}")).await
    }

    /// What the relay has seen of the device with this log (lower-case hexadecimal): the
    /// highest number in each number space. Empty when it never heard of it. Signed, and
    /// no older than the question.
    ///
    /// # Errors
    /// Among others [`RelayError::Refused`] with `series-incomplete` when the device has
    /// more number spaces than an answer holds; what is missing could be what matters.
    pub async fn series(&self, series: &str) -> Result<Vec<SeriesHead>, RelayError> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| {
            RelayError::Unreachable(format!("this machine gives no random numbers: {error}"))
        })?;
        let nonce = HEXLOWER.encode(&nonce);
        let path = format!("/v1/series/{series}?nonce={nonce}");
        let answer = send(self.request(Method::GET, &path)).await?;
        if answer.status != StatusCode::OK {
            return Err(answer.error());
        }
        let signed: SignedSeries = answer.json()?;
        if signed.series != series || signed.nonce != nonce {
            return Err(answer.stranger());
        }
        signed
            .verify(self.relay.as_deref())
            .map_err(|error| RelayError::Unreachable(error.to_string()))?;
        if !signed.complete {
            return Err(RelayError::Refused {
                code: "series-incomplete".to_owned(),
                detail: format!("the device has more than {} number spaces", signed.heads.len()),
            });
        }
        Ok(signed.heads)
    }

    /// The simulated authority's ledger after the ordinal `after`.
    pub async fn simulator_ledger(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<SimulatorLedger, RelayError> {
        self.json(&format!("/v1/simulator/ledger?after={after}&limit={limit}")).await
    }

    /// The simulated authority's faults.
    pub async fn simulator(&self) -> Result<SimulatorKnobs, RelayError> {
        self.json("/v1/simulator").await
    }

    /// Replaces the simulated authority's faults.
    pub async fn set_simulator(
        &self,
        knobs: &SimulatorKnobs,
    ) -> Result<SimulatorKnobs, RelayError> {
        read(send(self.request(Method::PUT, "/v1/simulator").json(knobs)).await?)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, RelayError> {
        read(send(self.request(Method::GET, path)).await?)
    }

    /// Reads an answer about one document; believes a final one only when it is signed.
    fn standing(&self, code: &str, answer: Answer) -> Result<RelayAnswer, RelayError> {
        match answer.status {
            StatusCode::OK | StatusCode::CREATED => {
                let receipt: SignedReceipt = answer.json()?;
                if receipt.code != code {
                    return Err(answer.stranger());
                }
                receipt
                    .verify(self.relay.as_deref())
                    .map_err(|error| RelayError::Unreachable(error.to_string()))?;
                Ok(RelayAnswer::Final(receipt))
            }
            StatusCode::ACCEPTED => {
                let state: InFlight = answer.json()?;
                if state.code != code {
                    return Err(answer.stranger());
                }
                Ok(RelayAnswer::InFlight { retry_after_ms: bounded(state.retry_after_ms) })
            }
            _ => Err(answer.error()),
        }
    }
}

impl Answer {
    fn json<T: DeserializeOwned>(&self) -> Result<T, RelayError> {
        serde_json::from_slice(&self.body).map_err(|_| self.stranger())
    }

    /// The problem, when it is one of a relay's.
    fn problem(&self) -> Option<ProblemBody> {
        serde_json::from_slice(&self.body)
            .ok()
            .filter(|problem: &ProblemBody| problem.kind.starts_with(ProblemBody::KIND))
    }

    /// What an answer other than success means.
    fn error(&self) -> RelayError {
        match (self.status, self.problem()) {
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => {
                RelayError::Busy {
                    retry_after_ms: self.retry_after_ms.map_or(BUSY_RETRY_DEFAULT_MS, bounded),
                }
            }
            (StatusCode::CONFLICT, Some(problem)) => RelayError::Conflict(problem.detail),
            (StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY, Some(problem)) => {
                RelayError::Refused { code: problem.code, detail: problem.detail }
            }
            _ => self.stranger(),
        }
    }

    fn stranger(&self) -> RelayError {
        RelayError::Unreachable(format!(
            "the answer ({}) is not a relay's; look whether this network asks for a log-in, \
             and whether the relay's address is right",
            self.status
        ))
    }
}

fn read<T: DeserializeOwned>(answer: Answer) -> Result<T, RelayError> {
    if answer.status == StatusCode::OK { answer.json() } else { Err(answer.error()) }
}

async fn send(request: RequestBuilder) -> Result<Answer, RelayError> {
    let unreachable = |error: reqwest::Error| RelayError::Unreachable(chain(&error));
    let mut response = request.send().await.map_err(unreachable)?;
    let retry_after_ms = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
        .map(|seconds| seconds.saturating_mul(1000));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(RelayError::Unreachable(format!(
                "the answer is larger than {ANSWER_BYTES_MAX} bytes, which no relay's is"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status(), retry_after_ms, body })
}

fn bounded(ms: u64) -> u64 {
    ms.min(RETRY_AFTER_MAX.as_millis() as u64)
}

/// An error with its causes; the cause is what a person needs.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
