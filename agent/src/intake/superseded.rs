//! Older builds that a newer one makes pointless (run-time reference §10.7).
//!
//! Several agents may handle the deliveries of a branch at once, and each may stand still at any
//! moment. So whether a build is the newest is looked at in the transaction that cancels it or runs
//! it again, after its row was locked; and what a ref points to is noted before its builds are looked
//! at.

use super::trouble::Trouble;
use super::{Intake, head};
use crate::conduct::apply_with;
use crate::scheduler::{Effect, Event};
use crate::store::{BuildFilter, BuildId, BuildRow, Cursor, Head, Repository, Transition};
use jiff::Timestamp;
use schema::request::{self, Request};

/// Builds that are looked at; more than that are never under way for one branch.
const MOST: u32 = 100;

impl Intake {
    /// Cancels what has not begun of all builds of a branch or pull request but the newest, where the
    /// repository wants it. Tags are all built. The newest always runs: it is the one of what the
    /// branch points to, however late the others were told. Of a branch that is gone, that one build
    /// is canceled of which was just told.
    pub(super) async fn cancel_superseded(
        &self,
        repository: &Repository,
        told: &Request,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let wanted = match told.event {
            request::Event::PullRequest => repository.settings.auto_cancel_pull_requests,
            request::Event::Push => told.tag.is_none() && repository.settings.auto_cancel_pushes,
            request::Event::Cron | request::Event::Api => false,
        };
        if !wanted {
            return Ok(());
        }
        let of_told = head::of(told);
        let there = self.store.head(repository.id, &of_told.name).await?;
        if let Some(sha) = there.as_ref().filter(|sha| **sha != of_told.sha)
            && told.pull_request.is_none()
        {
            // A commit of which nothing is built makes no build pointless; once it is built, it looks.
            let meaning = format!("push {} {sha}", of_told.name);
            let known = self.store.build_meaning(repository.id, &meaning).await?;
            if known.is_none() {
                return Ok(());
            }
        }
        let filter = unfinished(repository, told);
        let builds = self.store.builds(&filter, Cursor(None), MOST).await?;
        for build in builds.iter().filter(|build| same_kind(build, told)) {
            let of_build = head::of(&build.request);
            if there.is_none() && of_build != of_told {
                continue;
            }
            let with = Transition {
                unless_head: Some(of_build),
                ..Transition::default()
            };
            self.apply(build.id, Event::CancelWaiting, &with, now)
                .await?;
        }
        Ok(())
    }

    /// A branch went back to a commit whose build was canceled for a newer one: that build runs now,
    /// since the newest always does. One that a person canceled stays so. Of one that was canceled
    /// while some of its jobs ran, the end of those is waited for. To be asked twice does no harm.
    pub(super) async fn build_again(
        &self,
        repository: &Repository,
        (meaning, wanted): (&str, &Request),
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let known = self.store.build_meaning(repository.id, meaning).await?;
        let Some((id, number)) = known else {
            return Ok(());
        };
        match self.again(id, head::of(wanted), now).await {
            Ok(Again::Runs) => {
                self.built.notify_one();
                self.cancel_superseded(repository, wanted, now).await
            }
            Ok(Again::StillEnds) => Err(Trouble::StillEnding(number)),
            Ok(Again::No) => Ok(()),
            // It has ended with that reason, and nobody can run it.
            Err(Trouble::Store(error)) if error.is_of_one_row() => {
                tracing::warn!(build = %id, %error, "a build cannot be read, nor run again");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn again(&self, id: BuildId, newest: Head, now: Timestamp) -> Result<Again, Trouble> {
        let with = Transition {
            if_head: Some(newest),
            ..Transition::default()
        };
        match self.apply(id, Event::NewestAgain, &with, now).await? {
            Some(effects) if !effects.is_empty() => Ok(Again::Runs),
            Some(_) => {
                let state = self.store.build_state(id).await?;
                let superseded = state.is_some_and(|state| state.superseded());
                Ok(if superseded {
                    Again::StillEnds
                } else {
                    Again::No
                })
            }
            None => Ok(Again::No),
        }
    }

    async fn apply(
        &self,
        build: BuildId,
        event: Event,
        with: &Transition,
        now: Timestamp,
    ) -> Result<Option<Vec<Effect>>, Trouble> {
        let prefix = &self.options.prefix;
        let effects = apply_with(&self.store, prefix, build, event, with, now).await?;
        for effect in effects.iter().flatten() {
            if let Effect::BuildEnded(state) = effect {
                self.count(|metrics| metrics.build_ended(*state));
            }
        }
        Ok(effects)
    }
}

/// What becomes of a build whose commit is told of again.
enum Again {
    /// It runs again.
    Runs,
    /// It is to run again once its last jobs have ended.
    StillEnds,
    /// It was not canceled for another one, or is not the newest.
    No,
}

/// The builds of the same branch or pull request whose result is not known.
fn unfinished(repository: &Repository, request: &Request) -> BuildFilter {
    let pull_request = request.pull_request.as_ref().map(|pull| pull.number);
    BuildFilter {
        repository: Some(repository.id),
        branch: pull_request.is_none().then(|| request.branch.clone()),
        pull_request,
        unfinished: true,
        ..BuildFilter::default()
    }
}

/// A tag may be called like a branch.
fn same_kind(build: &BuildRow, told: &Request) -> bool {
    build.request.event == told.event && build.request.tag == told.tag
}
