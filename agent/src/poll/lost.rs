//! Deliveries of a repository's webhook that have not come.

use super::{Poller, Trouble};
use crate::github::{GithubError, HookDelivery, Slug};
use crate::store::{NewDelivery, Repository, Stored};
use jiff::Timestamp;
use std::collections::HashSet;

impl Poller {
    /// Stores what the webhook tried to deliver in vain, under its own GUID, and says how many
    /// there were. Without the right to see webhooks there is nothing to be had here; the refs tell.
    pub(super) async fn lost(
        &self,
        repository: &Repository,
        now: Timestamp,
    ) -> Result<usize, Trouble> {
        let Some(hook) = repository.hook else {
            return Ok(0);
        };
        let slug: Slug = repository.slug.parse()?;
        let since = self.unread_since(repository.id, now);
        let listed = match self.client.hook_deliveries(&slug, hook, since).await {
            Err(error @ (GithubError::NotFound { .. } | GithubError::Forbidden { .. })) => {
                tracing::info!(%slug, %error, "the webhook's deliveries cannot be read");
                return Ok(0);
            }
            listed => listed?,
        };
        let mut count = 0;
        for delivery in self.missing(listed).await? {
            let body = self.client.hook_delivery_body(&slug, hook, delivery.id);
            let body = match body.await {
                // One that can't be had must not keep the others from being found.
                Err(error) if error.again(0, now).is_none() => {
                    tracing::warn!(%slug, guid = delivery.guid, %error, "a delivery is lost");
                    continue;
                }
                body => body?,
            };
            let lost = NewDelivery {
                guid: delivery.guid,
                event: delivery.event,
                repository: Some(repository.id),
                body,
                polled: true,
                received: now,
            };
            let stored = self.store.put_delivery(lost).await?;
            count += usize::from(matches!(stored, Stored::New(_)));
        }
        // Only now: what was not read is looked for again.
        self.note_read(repository.id, now);
        Ok(count)
    }

    /// Those that matter and are not stored, each once, oldest first.
    async fn missing(&self, listed: Vec<HookDelivery>) -> Result<Vec<HookDelivery>, Trouble> {
        let mut seen = HashSet::new();
        let mut missing = Vec::new();
        for delivery in listed.into_iter().rev() {
            let new = delivery.matters() && seen.insert(delivery.guid.clone());
            if new && !self.store.has_delivery(&delivery.guid).await? {
                missing.push(delivery);
            }
        }
        Ok(missing)
    }
}
