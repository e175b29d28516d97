//! Branches, tags and open pull requests, held against what was noted of them.

use super::present::{Present, head_of};
use super::{Poller, Trouble, found};
use crate::github::event::{PullRequest, PullRequestAction, Push, RefName};
use crate::github::{PullRequestState, Slug, Tip};
use crate::store::{DeliveryOutcome, NewDelivery, Repository, Stored};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

impl Poller {
    /// Makes deliveries of what has changed, and says how many. Where nobody has looked before, as
    /// `agent repo add` does, there is nothing to compare with: what is there is noted, and not built.
    pub(super) async fn changed(
        &self,
        repository: &Repository,
        now: Timestamp,
    ) -> Result<usize, Trouble> {
        let slug: Slug = repository.slug.parse()?;
        // Before GitHub is asked: what is noted meanwhile must not look like a ref that is gone.
        let was_looked_at = self.store.was_looked_at(repository.id).await?;
        let noted: HashMap<String, String> =
            self.store.heads(repository.id).await?.into_iter().collect();
        let present = Present::ask(&self.client, &slug).await?;
        if !was_looked_at {
            let heads: Vec<(String, String)> = present.heads().collect();
            self.store
                .put_first_look(repository.id, &heads, now)
                .await?;
            return Ok(0);
        }
        self.forget(repository, &noted, &present, now).await?;
        let mut count = 0;
        for tip in present.tips {
            let before = noted.get(&tip.name.to_string());
            if before.is_none_or(|before| *before != tip.sha.to_string()) {
                count += self.moved(repository, &slug, &tip, before, now).await?;
            }
        }
        for pull in present.pulls {
            let before = noted.get(&head_of(&pull));
            if before.is_none_or(|before| *before != pull.head.sha.to_string()) {
                let is_known = before.is_some();
                count += self.asked(repository, pull, is_known, now).await?;
            }
        }
        Ok(count)
    }

    /// Refs that are gone are noted as such; nothing is built of that.
    async fn forget(
        &self,
        repository: &Repository,
        noted: &HashMap<String, String>,
        present: &Present,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let there: HashSet<String> = present.heads().map(|(name, _)| name).collect();
        for (name, sha) in noted.iter().filter(|(name, _)| !there.contains(*name)) {
            let gone = (Some(sha.as_str()), None);
            self.store
                .replace_head(repository.id, name, gone, now)
                .await?;
        }
        Ok(())
    }

    /// A branch or tag that is new or has moved.
    async fn moved(
        &self,
        repository: &Repository,
        slug: &Slug,
        tip: &Tip,
        before: Option<&String>,
        now: Timestamp,
    ) -> Result<usize, Trouble> {
        // Its message may hold skip words. A commit that is gone has been pushed over since.
        let Some(commit) = self.client.commit(slug, tip.sha.as_str()).await? else {
            return Ok(0);
        };
        let push = Push {
            repository: found::described(repository)?,
            full_ref: tip.name.to_string(),
            before: before.and_then(|before| before.parse().ok()),
            after: Some(tip.sha.clone()),
            forced: false,
            head: Some(crate::github::event::HeadCommit {
                sha: tip.sha.clone(),
                message: commit.message,
            }),
            sender: match &tip.name {
                RefName::Branch(branch) => self.client.pusher(slug, branch, &tip.sha).await?,
                // Who wrote a commit says nothing of who pushed it (security T3), and of tags GitHub
                // tells no more.
                RefName::Tag(_) => None,
            },
        };
        let (name, sha) = (push.full_ref.clone(), tip.sha.to_string());
        let delivery = |reason: &str| found::push(&push, reason, now);
        self.put(repository, (&name, &sha), delivery, now).await
    }

    /// A pull request that is new or has a new head.
    async fn asked(
        &self,
        repository: &Repository,
        pull: PullRequestState,
        is_known: bool,
        now: Timestamp,
    ) -> Result<usize, Trouble> {
        let action = if is_known {
            PullRequestAction::Synchronize
        } else {
            PullRequestAction::Opened
        };
        let (name, sha) = (head_of(&pull), pull.head.sha.to_string());
        let told = PullRequest::found(found::described(repository)?, pull, action);
        let delivery = |reason: &str| found::pull_request(&told, reason, now);
        self.put(repository, (&name, &sha), delivery, now).await
    }

    /// Stores what was found; intake notes the ref. A ref that came back to where it was once before
    /// is found under another name than then, which tells what it comes after: agents that find it at
    /// once store it once.
    async fn put(
        &self,
        repository: &Repository,
        (name, sha): (&str, &str),
        delivery: impl Fn(&str) -> NewDelivery,
        now: Timestamp,
    ) -> Result<usize, Trouble> {
        // A webhook may have told in the meantime.
        let noted = self.store.head(repository.id, name).await?;
        if noted.as_deref() == Some(sha) {
            return Ok(0);
        }
        let mut reason = String::new();
        loop {
            let Stored::Known(id) = self.store.put_delivery(delivery(&reason)).await? else {
                return Ok(1);
            };
            let known = self.store.delivery(id).await?;
            match known.map(|known| known.outcome) {
                // Not handled yet.
                Some(None) => return Ok(0),
                // The same once more would end as that did; it must not be found for ever.
                Some(Some(DeliveryOutcome::Error(_))) => {
                    let moved = (noted.as_deref(), Some(sha));
                    self.store
                        .replace_head(repository.id, name, moved, now)
                        .await?;
                    return Ok(0);
                }
                _ => reason = format!(" after {id}"),
            }
        }
    }
}
