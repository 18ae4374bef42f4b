//! The local API of a running device, as another program uses it.

use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Longest wait for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// A client of a device's API.
#[derive(Debug)]
pub(crate) struct Api {
    url: String,
    token: String,
    /// Who acts: a session, and an approval.
    acting: [Option<String>; 2],
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Api {
    /// The API of the device that runs on a folder.
    #[track_caller]
    pub(crate) fn of(data: &Path) -> Self {
        let file = std::fs::read(data.join("api.json")).expect("a running device tells its API");
        let file: Value = serde_json::from_slice(&file).expect("api.json is JSON");
        let text = |field: &str| file[field].as_str().expect("a text").to_owned();
        Self::at(text("url"), text("token"))
    }

    fn at(url: String, token: String) -> Self {
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self {
            url,
            token,
            acting: [None, None],
            client: client.expect("a client is made"),
            runtime: runtime.expect("a runtime is made"),
        }
    }

    /// The same address with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self::at(self.url.clone(), token.to_owned())
    }

    /// The same, for whoever these tokens name.
    pub(crate) fn acting(&self, session: &str, approval: Option<&str>) -> Self {
        let acting = [Some(session.to_owned()), approval.map(str::to_owned)];
        Self { acting, ..Self::at(self.url.clone(), self.token.clone()) }
    }

    /// Posts a body; the status and what was answered, or nothing when the
    /// device is gone.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.client.post(format!("{}/v1/{path}", self.url));
        let mut request = request.bearer_auth(&self.token).json(body);
        for (name, token) in ["tillmesh-session", "tillmesh-approval"].iter().zip(&self.acting) {
            if let Some(token) = token {
                request = request.header(*name, token);
            }
        }
        self.runtime.block_on(async {
            let answer = request.send().await.ok()?;
            let status = answer.status().as_u16();
            let text = answer.text().await.ok()?;
            Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
        })
    }

    /// Sells pieces of `A1` at 10.00 under this order id; nothing when the
    /// device is gone before it has answered.
    pub(crate) fn sell(&self, order: &str, pieces: i64) -> Option<(u16, Value)> {
        let cart = json!({
            "order": order,
            "lines": [{ "code": "A1", "quantity": pieces * 1000 }],
            "tenders": [{ "kind": "cash", "amount": pieces * 1000, "reference": "" }],
        });
        self.post("execute", &json!({ "sell": cart }))
    }

    /// Sells, and the sale is acknowledged.
    #[track_caller]
    pub(crate) fn sold(&self, order: &str) -> Value {
        let (status, answer) = self.sell(order, 1).expect("the device answers");
        assert_eq!(status, 200, "{answer}");
        answer["ok"]["sold"].clone()
    }

    /// Cuts the device off from these logs; none heals it.
    #[track_caller]
    pub(crate) fn cut(&self, blocked: &[&str]) {
        let reach = json!({ "blocked": blocked, "relay_blocked": false });
        let (status, answer) = self.post("reach", &reach).expect("the device answers");
        assert_eq!(status, 204, "{answer}");
    }
}
