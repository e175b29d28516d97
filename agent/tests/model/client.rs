//! A caller of the API.

use crate::github_model::GithubModel;
use serde_json::Value;

/// Somebody with a token, or without.
pub(crate) struct Client {
    http: reqwest::Client,
    api: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Client {
    /// With a token that may everything.
    pub(crate) fn new(model: &GithubModel) -> Self {
        Self::with(model, Some(model.token()))
    }

    pub(crate) fn with(model: &GithubModel, token: Option<String>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(5));
        Self {
            http: http.build().unwrap(),
            api: model.api_url(),
            token,
        }
    }

    /// A call with these headers; what the network made of it.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Reply, reqwest::Error> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.api)
        };
        let mut request = self.http.request(method.parse().unwrap(), url);
        if headers.iter().all(|(name, _)| *name != "user-agent") {
            request = request.header("user-agent", "a test");
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Ok(Reply {
            status,
            headers,
            text: answer.text().await?,
        })
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None).await.unwrap()
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(method, path, &[], Some(body.to_string()))
            .await
            .unwrap()
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The address after `rel="name"` of the `Link` header.
    pub(crate) fn link(&self, name: &str) -> Option<String> {
        let rel = format!("rel=\"{name}\"");
        let link = self
            .header("link")?
            .split(", ")
            .find(|link| link.ends_with(&rel))?;
        Some(link.split_once('>')?.0.trim_start_matches('<').to_owned())
    }
}
