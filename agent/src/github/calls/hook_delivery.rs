//! What a webhook has delivered, or tried to: GitHub does not try again by itself (R32).

use crate::github::client::{Ask, Client, GithubError, next_page};
use crate::github::json;
use crate::github::slug::Slug;
use crate::store::RepositoryId;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// GitHub keeps deliveries for days; so many pages of a hundred are read at most.
const PAGES: usize = 50;
/// A payload, and what is around it.
const LONGEST: usize = 30 << 20;

/// One attempt of a webhook to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HookDelivery {
    /// Its number, for [`Client::hook_delivery_body`] and [`Client::redeliver`].
    pub id: u64,
    /// What the webhook carried as `X-GitHub-Delivery`; a redelivery has the same.
    pub guid: String,
    /// When.
    pub delivered_at: Timestamp,
    /// Whether it was a repetition.
    #[serde(default)]
    pub redelivery: bool,
    /// What the agent answered; 0 where there was no answer.
    #[serde(default)]
    pub status_code: u16,
    /// The event.
    pub event: String,
    /// The event's action.
    pub action: Option<String>,
    /// The repository it is about.
    pub repository_id: Option<RepositoryId>,
}

impl HookDelivery {
    /// Whether it tells of something that the agent acts on.
    #[must_use]
    pub fn matters(&self) -> bool {
        matches!(self.event.as_str(), "push" | "pull_request" | "repository")
    }

    /// Whether the agent said that it has it.
    #[must_use]
    pub fn arrived(&self) -> bool {
        (200..300).contains(&self.status_code)
    }
}

#[derive(Deserialize)]
struct Detail {
    request: Request,
}

#[derive(Deserialize)]
struct Request {
    payload: Box<RawValue>,
}

impl Client {
    /// What a webhook delivered since a time, newest first. Needs `webhooks: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn hook_deliveries(
        &self,
        slug: &Slug,
        hook: u64,
        since: Timestamp,
    ) -> Result<Vec<HookDelivery>, GithubError> {
        let hook = hook.to_string();
        let list = Ask::get(&slug.path(&["hooks", &hook, "deliveries"])).query("per_page", &100);
        let mut all = Vec::new();
        let mut ask = list.clone();
        for _ in 0..PAGES {
            let answer = self.call(&ask).await?;
            let page: Vec<HookDelivery> = answer.json()?;
            let older = page.iter().any(|delivery| delivery.delivered_at < since);
            let new = |delivery: &HookDelivery| delivery.delivered_at >= since;
            all.extend(page.into_iter().filter(new));
            let cursor = next_page(answer.header("link")).and_then(|next| {
                let mut pairs = next.query_pairs();
                pairs
                    .find(|(name, _)| name == "cursor")
                    .map(|(_, cursor)| cursor.into_owned())
            });
            match cursor {
                Some(cursor) if !older => ask = list.clone().query("cursor", &cursor),
                _ => break,
            }
        }
        Ok(all)
    }

    /// The body that a delivery carried: the same JSON, though not the same bytes, so that its
    /// signature says nothing. It comes from GitHub itself. Needs `webhooks: read`.
    ///
    /// # Errors
    /// See [`GithubError`]; a payload that is nested too deeply is [`GithubError::Unprocessable`].
    pub async fn hook_delivery_body(
        &self,
        slug: &Slug,
        hook: u64,
        delivery: u64,
    ) -> Result<Vec<u8>, GithubError> {
        let (hook, delivery) = (hook.to_string(), delivery.to_string());
        let path = slug.path(&["hooks", &hook, "deliveries", &delivery]);
        let ask = Ask::get(&path).up_to(LONGEST);
        let detail: Detail = self.json(&ask).await?;
        let body = detail.request.payload.get().as_bytes();
        json::check(body).map_err(|error| GithubError::Unprocessable {
            ask: ask.name(),
            said: error.to_string(),
        })?;
        Ok(body.to_vec())
    }

    /// Asks GitHub to deliver once more. Needs `webhooks: write`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn redeliver(
        &self,
        slug: &Slug,
        hook: u64,
        delivery: u64,
    ) -> Result<(), GithubError> {
        let (hook, delivery) = (hook.to_string(), delivery.to_string());
        let path = slug.path(&["hooks", &hook, "deliveries", &delivery, "attempts"]);
        self.done(&Ask::post_empty(&path)).await
    }
}
