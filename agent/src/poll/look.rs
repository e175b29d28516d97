//! Branches, tags and open pull requests, held against what was noted of them.

use super::{Poller, Trouble, found};
use crate::github::event::{PullRequest, PullRequestAction, Push};
use crate::github::{PullRequestState, Slug, Tip};
use crate::store::{NewDelivery, Repository, Stored};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};

/// What a repository has now.
struct Present {
    tips: Vec<Tip>,
    pulls: Vec<PullRequestState>,
}

impl Present {
    /// Its refs as they are noted.
    fn heads(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let tips = self.tips.iter();
        let tips = tips.map(|tip| (tip.name.to_string(), tip.sha.to_string()));
        let pulls = self.pulls.iter();
        tips.chain(pulls.map(|pull| (head_of(pull), pull.head.sha.to_string())))
    }
}

/// The ref of a pull request's head.
fn head_of(pull: &PullRequestState) -> String {
    format!("refs/pull/{}/head", pull.number)
}

impl Poller {
    /// Makes deliveries of what has changed, and says how many. At the first look there is nothing
    /// to compare with: what is there is noted, and not built.
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
        let mut tips = self.client.branches(&slug).await?;
        tips.extend(self.client.tags(&slug).await?);
        let pulls = self.client.open_pull_requests(&slug).await?;
        let present = Present { tips, pulls };
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
        for gone in noted.keys().filter(|name| !there.contains(*name)) {
            self.store.put_head(repository.id, gone, None, now).await?;
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
            // Who wrote a commit says nothing of who pushed it (security T3).
            sender: None,
        };
        let (name, sha) = (push.full_ref.clone(), tip.sha.to_string());
        self.put(repository, (&name, &sha), found::push(&push, now), now)
            .await
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
        let delivery = found::pull_request(&told, "", now);
        self.put(repository, (&name, &sha), delivery, now).await
    }

    /// Stores what was found. Intake notes the ref; of what was found before, nobody would.
    async fn put(
        &self,
        repository: &Repository,
        (name, sha): (&str, &str),
        delivery: NewDelivery,
        now: Timestamp,
    ) -> Result<usize, Trouble> {
        // A webhook may have told in the meantime.
        if self.store.head(repository.id, name).await?.as_deref() == Some(sha) {
            return Ok(0);
        }
        match self.store.put_delivery(delivery).await? {
            Stored::New(_) => Ok(1),
            Stored::Known(_) => {
                self.store
                    .put_head(repository.id, name, Some(sha), now)
                    .await?;
                Ok(0)
            }
        }
    }
}
