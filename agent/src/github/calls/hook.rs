//! The webhooks of a repository.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::signature::WebhookSecret;
use crate::github::slug::Slug;
use serde::{Deserialize, Serialize};
use url::Url;

/// The events that the agent wants to hear of.
const EVENTS: [&str; 5] = ["push", "pull_request", "create", "delete", "repository"];

/// A webhook as GitHub shows it; its secret is never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Its number.
    pub id: u64,
    /// Where it delivers to.
    pub url: String,
    /// Whether it delivers.
    pub active: bool,
    /// What it delivers.
    pub events: Vec<String>,
    /// `json`, or `form`, which is refused.
    pub content_type: String,
}

/// A webhook as it should be.
#[derive(Clone, Debug)]
pub struct HookSetup<'a> {
    /// The agent's address, with its path.
    pub url: &'a Url,
    /// What deliveries are signed with.
    pub secret: &'a WebhookSecret,
}

#[derive(Deserialize)]
struct Raw {
    id: u64,
    active: bool,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    config: RawConfig,
}

#[derive(Default, Deserialize)]
struct RawConfig {
    url: Option<String>,
    content_type: Option<String>,
}

#[derive(Serialize)]
struct New<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    active: bool,
    events: [&'static str; 5],
    config: Config<'a>,
}

#[derive(Serialize)]
struct Config<'a> {
    url: &'a str,
    content_type: &'static str,
    secret: &'a str,
    insecure_ssl: &'static str,
}

impl Hook {
    /// Whether it delivers what the agent needs in the form that it reads.
    #[must_use]
    pub fn is_as_it_should_be(&self) -> bool {
        let wanted = |event: &str| self.events.iter().any(|has| has == event || has == "*");
        self.active && self.content_type == "json" && EVENTS.into_iter().all(wanted)
    }
}

impl From<Raw> for Hook {
    fn from(raw: Raw) -> Self {
        Self {
            id: raw.id,
            url: raw.config.url.unwrap_or_default(),
            active: raw.active,
            events: raw.events,
            content_type: raw.config.content_type.unwrap_or_else(|| "form".to_owned()),
        }
    }
}

impl<'a> HookSetup<'a> {
    fn body(&self, name: Option<&'static str>) -> New<'a> {
        New {
            name,
            active: true,
            events: EVENTS,
            config: Config {
                url: self.url.as_str(),
                content_type: "json",
                secret: self.secret.expose(),
                insecure_ssl: "0",
            },
        }
    }
}

impl Client {
    /// All webhooks of a repository. Needs `webhooks: read`.
    ///
    /// # Errors
    /// See [`GithubError`]; without the right to see them they are not found.
    pub async fn hooks(&self, slug: &Slug) -> Result<Vec<Hook>, GithubError> {
        let ask = Ask::get(&slug.path(&["hooks"]));
        self.pages(&ask, |page: Vec<Raw>| {
            page.into_iter().map(Hook::from).collect()
        })
        .await
    }

    /// Makes a webhook. Needs `webhooks: write`.
    ///
    /// # Errors
    /// [`GithubError::Unprocessable`] when there is one for the same address, and what else
    /// [`GithubError`] names.
    pub async fn create_hook(
        &self,
        slug: &Slug,
        setup: &HookSetup<'_>,
    ) -> Result<Hook, GithubError> {
        let ask = Ask::post(&slug.path(&["hooks"]), &setup.body(Some("web")));
        self.json::<Raw>(&ask).await.map(Hook::from)
    }

    /// Brings a webhook to what it should be, its secret included. Needs `webhooks: write`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn update_hook(
        &self,
        slug: &Slug,
        id: u64,
        setup: &HookSetup<'_>,
    ) -> Result<Hook, GithubError> {
        let id = id.to_string();
        let ask = Ask::patch(&slug.path(&["hooks", &id]), &setup.body(None));
        self.json::<Raw>(&ask).await.map(Hook::from)
    }

    /// Deletes a webhook; one that is gone already is no error. Needs `webhooks: write`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn delete_hook(&self, slug: &Slug, id: u64) -> Result<(), GithubError> {
        let id = id.to_string();
        let ask = Ask::delete(&slug.path(&["hooks", &id]));
        self.maybe(&ask).await.map(|_| ())
    }

    /// Has a webhook deliver a ping. Needs `webhooks: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn ping_hook(&self, slug: &Slug, id: u64) -> Result<(), GithubError> {
        let id = id.to_string();
        let ask = Ask::post_empty(&slug.path(&["hooks", &id, "pings"]));
        self.done(&ask).await
    }
}
