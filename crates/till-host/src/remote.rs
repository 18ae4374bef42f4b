//! Talking to a running device from another process.

use crate::api::{
    API_FILE, APPROVAL_HEADER, Answer, ApiFile, BackupAnswer, BackupRequest, ProofRequest,
    SESSION_HEADER,
};
use crate::host::Reach;
use crate::proof::NumberProof;
use crate::verify::VerifyReport;
use std::path::Path;
use std::time::Duration;
use till_node::command::{Acting, Command, CommandError, Reply};

/// Longest wait for an answer: a verification of a large shop.
const ANSWER_WITHIN: Duration = Duration::from_secs(600);
/// Longest wait for a running device to say that it is there.
const HEALTH_WITHIN: Duration = Duration::from_secs(3);

/// Why a running device did not answer.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// It said no.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// It did not answer.
    #[error("the running tillmesh did not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// It answered something else.
    #[error("the running tillmesh answered {0}")]
    Unexpected(String),
}

/// A running device, through its local API.
#[derive(Clone, Debug)]
pub struct Remote {
    api: ApiFile,
    client: reqwest::Client,
}

impl Remote {
    /// The device running on a data folder, if one answers.
    pub async fn find(folder: &Path) -> Option<Self> {
        let bytes = std::fs::read(folder.join(API_FILE)).ok()?;
        let api: ApiFile = serde_json::from_slice(&bytes).ok()?;
        let remote = Self::new(api)?;
        let health = remote.request(reqwest::Method::GET, "health").timeout(HEALTH_WITHIN);
        health.send().await.ok().filter(|answer| answer.status().is_success())?;
        Some(remote)
    }

    /// A device at a known address.
    pub fn new(api: ApiFile) -> Option<Self> {
        // Loopback: a proxy set for the machine has no business here.
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build().ok()?;
        Some(Self { api, client })
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("{}/v1/{path}", self.api.url))
            .bearer_auth(&self.api.token)
    }

    /// Runs a command there.
    ///
    /// # Errors
    /// What the command answers, or that nothing answered.
    pub async fn execute(&self, command: &Command) -> Result<Reply, RemoteError> {
        self.execute_as(command, Acting::default()).await
    }

    /// The same on somebody's word.
    ///
    /// # Errors
    /// What the command answers, or that nothing answered.
    pub async fn execute_as(
        &self,
        command: &Command,
        acting: Acting,
    ) -> Result<Reply, RemoteError> {
        let mut request = self.request(reqwest::Method::POST, "execute");
        if let Some(token) = acting.session {
            request = request.header(SESSION_HEADER, token.to_string());
        }
        if let Some(token) = acting.approval {
            request = request.header(APPROVAL_HEADER, token.to_string());
        }
        let answer = request.json(command).send().await?;
        let status = answer.status();
        match answer.json::<Answer>().await {
            Ok(Answer::Ok(reply)) => Ok(reply),
            Ok(Answer::Error(error)) => Err(error.into()),
            Err(_) => Err(RemoteError::Unexpected(status.to_string())),
        }
    }

    /// Checks everything there.
    ///
    /// # Errors
    /// When it could not be done.
    pub async fn verify(&self) -> Result<VerifyReport, RemoteError> {
        let answer = self.request(reqwest::Method::POST, "verify").send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// The path of one fiscal number there.
    ///
    /// # Errors
    /// What it answers, or that nothing answered.
    pub async fn proof(&self, number: &str) -> Result<NumberProof, RemoteError> {
        let request = self.request(reqwest::Method::POST, "proof");
        let answer = request.json(&ProofRequest { number: number.to_owned() }).send().await?;
        if answer.status().is_success() {
            return Ok(answer.json().await?);
        }
        Err(RemoteError::Unexpected(detail(answer).await))
    }

    /// Writes a backup there.
    ///
    /// # Errors
    /// What it answers, or that nothing answered.
    pub async fn backup(&self, file: &Path) -> Result<BackupAnswer, RemoteError> {
        let request = self.request(reqwest::Method::POST, "backup");
        let answer = request.json(&BackupRequest { file: file.to_path_buf() }).send().await?;
        if answer.status().is_success() {
            return Ok(answer.json().await?);
        }
        Err(RemoteError::Unexpected(detail(answer).await))
    }

    /// Lets it take in a bundle.
    ///
    /// # Errors
    /// What it answers, or that nothing answered.
    pub async fn carry(&self, file: &Path) -> Result<crate::Carried, RemoteError> {
        let request = self.request(reqwest::Method::POST, "carry");
        let answer = request.json(&BackupRequest { file: file.to_path_buf() }).send().await?;
        if answer.status().is_success() {
            return Ok(answer.json().await?);
        }
        Err(RemoteError::Unexpected(detail(answer).await))
    }

    /// Cuts or heals its network by hand.
    ///
    /// # Errors
    /// When nothing answered.
    pub async fn set_reach(&self, reach: &Reach) -> Result<(), RemoteError> {
        let answer = self.request(reqwest::Method::POST, "reach").json(reach).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    /// Stops it.
    ///
    /// # Errors
    /// When nothing answered.
    pub async fn stop(&self) -> Result<(), RemoteError> {
        let answer = self.request(reqwest::Method::POST, "stop").send().await?;
        answer.error_for_status()?;
        Ok(())
    }
}

/// The sentence of a problem answer.
async fn detail(answer: reqwest::Response) -> String {
    let status = answer.status().to_string();
    let body: serde_json::Value = answer.json().await.unwrap_or_default();
    body["detail"].as_str().map_or(status, str::to_owned)
}
