//! A push of a branch or tag.

use super::handle::Candidate;
use super::trouble::Trouble;
use super::{Ended, Intake, facts};
use crate::github::event::{Push, RefName};
use crate::policy::skip::{self, before_config};
use crate::store::{Delivery, DeliveryOutcome, Repository};
use jiff::Timestamp;
use schema::request::Request;

impl Intake {
    /// A push: a build of what was pushed, unless something speaks against it.
    pub(super) async fn push(
        &self,
        delivery: &Delivery,
        push: &Push,
        repository: Repository,
        now: Timestamp,
    ) -> Result<Option<Ended>, Trouble> {
        let Some(name) = push.name() else {
            let text = format!("{} is neither a branch nor a tag", push.full_ref);
            return Ok(Some(Ended::plain(
                Some(repository),
                DeliveryOutcome::Ignored(text),
            )));
        };
        let request = facts::of_push(push, &name, &repository);
        let meaning = facts::meaning(&request, false);
        let present = self
            .note_head(push, (&name, &meaning), &repository, now)
            .await?;
        // What the branch went back to was perhaps told before this.
        if let Some(sha) = present.filter(|sha| *sha != request.sha) {
            let there = Request {
                sha,
                ..request.clone()
            };
            let meaning = facts::meaning(&there, false);
            self.build_again(&repository, (&meaning, &there), now)
                .await?;
        }
        let refusal = before_config(&skip::Candidate {
            request: &request,
            head_message: &request.commit_message,
            deleted: push.deleted(),
            repository: &repository,
        });
        let candidate = Candidate {
            repository,
            request,
            approved: false,
        };
        match refusal {
            Some(refusal) => self.skipped(candidate, refusal).await.map(Some),
            None => self.build(delivery, candidate, now).await,
        }
    }

    /// Notes what the ref points to now, and tells it. Old news, told late or again, moves nothing backwards:
    /// where the push does not follow on what is noted, or something was built of it before, GitHub
    /// is asked (security T20).
    async fn note_head(
        &self,
        push: &Push,
        (name, meaning): (&RefName, &str),
        repository: &Repository,
        now: Timestamp,
    ) -> Result<Option<String>, Trouble> {
        let noted = self.store.head(repository.id, &push.full_ref).await?;
        let told = push.commit().map(ToString::to_string);
        if noted == told {
            return Ok(told);
        }
        let before = push.before.as_ref().map(ToString::to_string);
        let follows = noted.is_none() || noted == before;
        let is_news = follows
            && self
                .store
                .build_meaning(repository.id, meaning)
                .await?
                .is_none();
        let present = match repository.slug.parse() {
            Ok(slug) if !is_news => {
                let name = match name {
                    RefName::Branch(branch) => format!("heads/{branch}"),
                    RefName::Tag(tag) => format!("tags/{tag}"),
                };
                let found = self.client.commit(&slug, &name).await?;
                if found.is_none() {
                    // Deleted, unless the token sees nothing of the repository.
                    self.client.repository(&slug).await?;
                }
                found.map(|commit| commit.sha.to_string())
            }
            _ => told,
        };
        let heads = (noted.as_deref(), present.as_deref());
        self.note(repository.id, &push.full_ref, heads, now).await?;
        Ok(present)
    }
}
