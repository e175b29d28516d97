//! A repository was renamed, transferred, hidden, shown or deleted.

use super::trouble::Trouble;
use super::{Ended, Intake};
use crate::github::GithubError;
use crate::github::event::{RepositoryAction, RepositoryChange};
use crate::store::{DeliveryOutcome, Repository};

impl Intake {
    /// Notes what changed. Builds go on: they hang on the repository's number, not on its name.
    pub(super) async fn repository(
        &self,
        change: &RepositoryChange,
        repository: Repository,
    ) -> Result<Ended, Trouble> {
        if change.repository.private && !repository.private {
            // At once, whatever GitHub answers later (security T5).
            let (slug, branch) = (&repository.slug, &repository.default_branch);
            self.store
                .describe_repository(repository.id, slug, true, branch)
                .await?;
        }
        // A delivery can be old, or sent again by somebody who has kept it (security T20): what holds
        // is what GitHub says now.
        let (slug, gone) = match self.client.repository_by_id(repository.id).await {
            Ok(now) => {
                let slug = now.slug.to_string();
                let (private, branch) = (now.private, &now.default_branch);
                self.store
                    .describe_repository(repository.id, &slug, private, branch)
                    .await?;
                (slug, now.archived)
            }
            Err(GithubError::NotFound { .. } | GithubError::Gone { .. })
                if change.action == RepositoryAction::Deleted =>
            {
                (repository.slug.clone(), true)
            }
            Err(error @ (GithubError::NotFound { .. } | GithubError::Gone { .. })) => {
                // The poller asks again; a private repository is private already.
                let outcome = DeliveryOutcome::Error(error.to_string());
                return Ok(Ended::plain(Some(repository), outcome));
            }
            Err(error) => return Err(error.into()),
        };
        let active = match change.action {
            RepositoryAction::Deleted | RepositoryAction::Archived if gone => Some(false),
            // One that the operator has removed has no webhook here: it stays off, whoever unarchives
            // it or sends an old delivery of that again.
            RepositoryAction::Unarchived if !gone && repository.hook.is_some() => Some(true),
            _ => None,
        };
        if let Some(active) = active {
            self.store.switch_repository(repository.id, active).await?;
        }
        let note = if gone {
            "; no more builds are made for it"
        } else {
            ""
        };
        let text = format!("noted: {slug} was {}{note}", word(change.action));
        Ok(Ended::plain(
            Some(repository),
            DeliveryOutcome::Ignored(text),
        ))
    }
}

fn word(action: RepositoryAction) -> &'static str {
    match action {
        RepositoryAction::Renamed => "renamed",
        RepositoryAction::Transferred => "transferred",
        RepositoryAction::Privatized => "made private",
        RepositoryAction::Publicized => "made public",
        RepositoryAction::Deleted => "deleted",
        RepositoryAction::Archived => "archived",
        RepositoryAction::Unarchived => "unarchived",
        RepositoryAction::Edited => "edited",
    }
}
