//! Older builds that a newer one makes pointless (run-time reference §10.7).

use super::Intake;
use super::trouble::Trouble;
use crate::scheduler::{BuildState, Effect, Event, Restart};
use crate::store::{BuildFilter, BuildId, BuildRow, Cursor, NewBuild, Repository};
use jiff::Timestamp;
use schema::request::{self, Request};

/// Builds that are looked at; more than that are never under way for one branch.
const MOST: u32 = 100;

impl Intake {
    /// Cancels what has not begun of the older builds of the same branch or pull request, where the
    /// repository wants it. Tags are all built. The newest always runs.
    pub(super) async fn cancel_superseded(
        &self,
        repository: &Repository,
        newest: &BuildRow,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let request = &newest.request;
        let wanted = match request.event {
            request::Event::PullRequest => repository.settings.auto_cancel_pull_requests,
            request::Event::Push => request.tag.is_none() && repository.settings.auto_cancel_pushes,
            request::Event::Cron | request::Event::Api => false,
        };
        if !wanted {
            return Ok(());
        }
        if !self.is_newest(repository, newest).await? {
            // Told late: the newest was built before it.
            return self.apply(newest.id, Event::CancelWaiting, now).await;
        }
        let filter = of_branch(repository, request);
        let older = self
            .store
            .builds(&filter, Cursor(Some(newest.id)), MOST)
            .await?;
        for build in older.iter().filter(|build| same_kind(build, newest)) {
            // The branch may have gone back to it since.
            if build.state.is_final() || self.is_newest(repository, build).await? {
                continue;
            }
            self.apply(build.id, Event::CancelWaiting, now).await?;
        }
        Ok(())
    }

    /// A branch went back to a commit whose build was canceled for a newer one: that build runs now,
    /// since the newest always does. One that a person canceled stays so. Of one that was canceled
    /// while some of its jobs ran, the end of those is waited for. To be asked twice does no harm.
    pub(super) async fn build_again(
        &self,
        repository: &Repository,
        wanted: &NewBuild,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        // The newest first.
        let filter = of_branch(repository, &wanted.request);
        let builds = self.store.builds(&filter, Cursor(None), MOST).await?;
        let same = |build: &&BuildRow| {
            build.request.sha == wanted.request.sha && build.status_sha == wanted.status_sha
        };
        let Some(known) = builds.iter().find(same) else {
            return Ok(());
        };
        if !self.is_newest(repository, known).await? {
            return Ok(());
        }
        let state = self.store.build_state(known.id).await?;
        let Some(state) = state.filter(BuildState::superseded) else {
            return Ok(());
        };
        if !state.jobs.iter().all(|job| job.state().is_final()) {
            return Err(Trouble::StillEnding(known.number));
        }
        let again = Event::Restart(Restart::All);
        self.apply(known.id, again, now).await?;
        self.built.notify_one();
        let others = builds
            .iter()
            .filter(|build| build.id != known.id && same_kind(build, known));
        for build in others.filter(|build| !build.state.is_final()) {
            self.apply(build.id, Event::CancelWaiting, now).await?;
        }
        Ok(())
    }

    async fn apply(&self, build: BuildId, event: Event, now: Timestamp) -> Result<(), Trouble> {
        let prefix = &self.options.prefix;
        let effects = crate::conduct::apply(&self.store, prefix, build, event, now).await?;
        for effect in effects.iter().flatten() {
            if let Effect::BuildEnded(state) = effect {
                self.count(|metrics| metrics.build_ended(*state));
            }
        }
        Ok(())
    }

    /// Whether the build is of what its branch or pull request points to, as noted.
    async fn is_newest(&self, repository: &Repository, build: &BuildRow) -> Result<bool, Trouble> {
        let request = &build.request;
        let (name, sha) = match &request.pull_request {
            Some(pull) => (format!("refs/pull/{}/head", pull.number), &pull.head_sha),
            None => (format!("refs/heads/{}", request.branch), &request.sha),
        };
        let noted = self.store.head(repository.id, &name).await?;
        Ok(noted.as_ref() == Some(sha))
    }
}

/// The builds of the same branch or pull request.
fn of_branch(repository: &Repository, request: &Request) -> BuildFilter {
    let pull_request = request.pull_request.as_ref().map(|pull| pull.number);
    BuildFilter {
        repository: Some(repository.id),
        branch: pull_request.is_none().then(|| request.branch.clone()),
        pull_request,
        ..BuildFilter::default()
    }
}

/// A tag may be called like a branch.
fn same_kind(older: &BuildRow, newest: &BuildRow) -> bool {
    older.request.event == newest.request.event && older.request.tag == newest.request.tag
}
