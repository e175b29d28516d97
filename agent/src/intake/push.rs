//! A push of a branch or tag.

use super::handle::Candidate;
use super::trouble::Trouble;
use super::{Ended, Intake, LAG, facts};
use crate::github::Slug;
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
            .note_head(delivery, push, (&name, &meaning), &repository, now)
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

    /// Notes what the ref points to now, and tells it. Old news, told late or again, moves nothing
    /// backwards (security T20). A branch may have gone back since, so that even what follows on what
    /// is noted can be old: GitHub is asked, unless the ref is new.
    async fn note_head(
        &self,
        delivery: &Delivery,
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
        let known = self.store.build_meaning(repository.id, meaning);
        let is_new = noted.is_none() && known.await?.is_none();
        let present = match repository.slug.parse() {
            Ok(slug) if !is_new => self.present(&slug, name).await?,
            _ => told.clone(),
        };
        let before = push.before.as_ref().map(ToString::to_string);
        let unchanged = present == noted && noted == before && present != told;
        let fresh = now.duration_since(delivery.new.received) < LAG && !delivery.new.polled;
        if unchanged && fresh {
            // It went back, or GitHub answers as it did before the push.
            return Err(Trouble::OldHead);
        }
        let present = match present {
            Some(sha) if told.as_ref() != Some(&sha) && noted.as_ref() != Some(&sha) => {
                let place = self.told_of(repository, &push.full_ref, sha).await?;
                place.or_else(|| if noted == before { told } else { noted.clone() })
            }
            present => present,
        };
        let heads = (noted.as_deref(), present.as_deref());
        self.note(repository.id, &push.full_ref, heads, now).await?;
        Ok(present)
    }

    /// A place that somebody has told of: of another one a delivery or the poller will tell, and noted
    /// before that, nobody would find it.
    async fn told_of(
        &self,
        repository: &Repository,
        full_ref: &str,
        sha: String,
    ) -> Result<Option<String>, Trouble> {
        let meaning = format!("push {full_ref} {sha}");
        let known = self.store.build_meaning(repository.id, &meaning).await?;
        Ok(known.map(|_| sha))
    }

    /// What GitHub says that a ref points to.
    async fn present(&self, slug: &Slug, name: &RefName) -> Result<Option<String>, Trouble> {
        let name = match name {
            RefName::Branch(branch) => format!("heads/{branch}"),
            RefName::Tag(tag) => format!("tags/{tag}"),
        };
        let found = self.client.commit(slug, &name).await?;
        if found.is_none() {
            // Deleted, unless the token sees nothing of the repository.
            self.client.repository(slug).await?;
        }
        Ok(found.map(|commit| commit.sha.to_string()))
    }
}
