//! A pull request that has something new to build.

use super::handle::Candidate;
use super::trouble::Trouble;
use super::{Ended, Intake, LAG, facts};
use crate::github::event::PullRequest;
use crate::github::{GithubError, Mergeable, PullRequestState, Slug};
use crate::policy::is_approved;
use crate::policy::skip::{self, before_config};
use crate::report::status::{StatusState, plain};
use crate::store::{Delivery, DeliveryOutcome, Repository};
use jiff::Timestamp;
use schema::request::Event;

impl Intake {
    /// A pull request: a build of GitHub's trial merge, reported to its head.
    pub(super) async fn pull_request(
        &self,
        delivery: &Delivery,
        told: &PullRequest,
        repository: Repository,
        now: Timestamp,
    ) -> Result<Option<Ended>, Trouble> {
        let skip = |repository, text: String| {
            Ok(Some(Ended::plain(
                Some(repository),
                DeliveryOutcome::Skipped(text),
            )))
        };
        let Ok(slug) = repository.slug.parse::<Slug>() else {
            return skip(repository, "its repository has no proper name".to_owned());
        };
        let name = format!("refs/pull/{}/head", told.number);
        let noted = self.store.head(repository.id, &name).await?;
        let pull = match self.client.pull_request(&slug, told.number).await {
            Ok(pull) => pull,
            Err(GithubError::NotFound { .. }) => {
                // Or the token sees nothing of the repository, which somebody can put right.
                self.client.repository(&slug).await?;
                return skip(
                    repository,
                    format!("there is no pull request {}", told.number),
                );
            }
            Err(error) => return Err(error.into()),
        };
        if pull.head.sha != told.head.sha {
            if now.duration_since(delivery.new.received) < LAG {
                return Err(Trouble::OldHead);
            }
            let text = format!("its head is {} by now", pull.head.sha);
            return skip(repository, text);
        }
        if !pull.open {
            return skip(repository, "the pull request is closed".to_owned());
        }
        let heads = (noted.as_deref(), Some(pull.head.sha.as_str()));
        self.note(repository.id, &name, heads, now).await?;
        let merge = match (pull.trial.mergeable, &pull.trial.sha) {
            (Mergeable::Yes, Some(merge)) => merge.to_string(),
            (Mergeable::No, _) => return Ok(Some(self.conflict(repository, &pull))),
            (Mergeable::Unknown, _) | (Mergeable::Yes, None) => return Err(Trouble::NoMergeYet),
        };
        self.merge(delivery, told, &pull, &merge, repository, now)
            .await
    }

    async fn merge(
        &self,
        delivery: &Delivery,
        told: &PullRequest,
        pull: &PullRequestState,
        merge: &str,
        repository: Repository,
        now: Timestamp,
    ) -> Result<Option<Ended>, Trouble> {
        // The head's own message decides about skip words. A fork's commit is found in the
        // repository it asks to change, too.
        let slug = repository.slug.parse::<Slug>();
        let message = match slug {
            Ok(slug) => self.client.commit(&slug, pull.head.sha.as_str()).await?,
            Err(_) => None,
        };
        let message = message.map(|commit| commit.message).unwrap_or_default();
        let sender = told.sender.as_ref();
        let request = facts::of_pull_request(pull, merge, &message, sender, &repository);
        let refusal = before_config(&skip::Candidate {
            request: &request,
            head_message: &message,
            deleted: false,
            repository: &repository,
        });
        let approvals = self.store.approvals(repository.id).await?;
        let candidate = Candidate {
            approved: is_approved(&request, &approvals),
            repository,
            request,
        };
        match refusal {
            Some(refusal) => self.skipped(candidate, refusal).await.map(Some),
            None => self.build(delivery, candidate, now).await,
        }
    }

    /// A pull request in conflict has nothing that could be built; its head says so, so that nobody
    /// waits for a result.
    fn conflict(&self, repository: Repository, pull: &PullRequestState) -> Ended {
        let text = format!(
            "conflicts with {}: there is no merge to build",
            pull.base.branch
        );
        let status = plain(self.context(Event::PullRequest), StatusState::Error, &text);
        Ended {
            repository: Some(repository),
            outcome: DeliveryOutcome::Skipped(text),
            status: Some((pull.head.sha.to_string(), status)),
        }
    }
}
