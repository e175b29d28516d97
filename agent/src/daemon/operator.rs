//! What the operator asks for on a page, done.

use crate::clock::Clock;
use crate::conduct::apply_with;
use crate::github::event::{PullRequest, PullRequestAction};
use crate::github::{Client, GithubError, Slug};
use crate::metrics::Metrics;
use crate::policy::{Approval, needs_approval};
use crate::poll::found;
use crate::scheduler::{self, Effect, Event};
use crate::server::{ActionError, Actions, Cancel, Restart};
use crate::store::{
    BuildId, BuildRow, DeliveryOutcome, NewDelivery, Store, StoreError, Stored, Transition,
};
use crate::work::Handle;
use async_trait::async_trait;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::Notify;

/// How the operator is called where it is noted who asked.
const OPERATOR: &str = "the operator";

/// Does what the operator asks for.
pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) client: Arc<Client>,
    /// The prefix of the contexts of statuses.
    pub(super) prefix: String,
    /// Reaches jobs that run here.
    pub(super) work: Handle,
    /// Told of builds that end so.
    pub(super) metrics: Arc<Metrics>,
    /// Rung when there is something for intake.
    pub(super) came: Arc<Notify>,
    pub(super) clock: Clock,
}

#[async_trait]
impl Actions for Desk {
    async fn restart(&self, what: Restart) -> Result<(), ActionError> {
        let (id, which) = match what {
            Restart::Build(id) => (id, scheduler::Restart::All),
            Restart::Failed(id) => (id, scheduler::Restart::Failed),
            Restart::Job(id, job) => (id, scheduler::Restart::One(job)),
        };
        let build = self.build(id).await?;
        if let Some(reason) = &build.refused {
            let text = format!("Nothing of this build can run: {reason}");
            return Err(ActionError::Refused(text));
        }
        let effects = self.apply(id, Event::Restart(which)).await?;
        if !effects.is_empty() {
            return Ok(());
        }
        let why = if build.state.is_final() {
            "There is nothing to restart: a job still runs, every job has passed, or an earlier \
             stage failed and has to be restarted first"
        } else {
            "The build has not ended; cancel it first"
        };
        Err(ActionError::Refused(why.to_owned()))
    }

    async fn cancel(&self, what: Cancel) -> Result<(), ActionError> {
        let (id, event) = match what {
            Cancel::Build(id) => (id, Event::CancelBuild),
            Cancel::Job(id, job) => (id, Event::CancelJob(job)),
        };
        let state = self.store.build_state(id).await.map_err(action)?;
        let state = state.ok_or_else(gone)?;
        let ended = match what {
            Cancel::Build(_) => state.jobs.iter().all(|job| job.state().is_final()),
            Cancel::Job(_, job) => state.job(job).ok_or_else(gone)?.state().is_final(),
        };
        if ended {
            return Err(ActionError::Refused("It has ended already".to_owned()));
        }
        self.apply(id, event).await.map(|_| ())
    }

    async fn approve(&self, id: BuildId, head_sha: &str) -> Result<(), ActionError> {
        let build = self.build(id).await?;
        let Some(pull) = build.request.pull_request.as_ref() else {
            let why = "Only pull requests need an approval";
            return Err(ActionError::Refused(why.to_owned()));
        };
        if !needs_approval(&build.request) {
            let why = "This pull request comes from the repository itself: it needs no approval";
            return Err(ActionError::Refused(why.to_owned()));
        }
        let repository = self.store.repository(build.repository).await;
        let repository = repository.map_err(action)?.ok_or_else(gone)?;
        let broken = |error: crate::github::BadSlug| ActionError::Broken(error.to_string());
        let slug: Slug = repository.slug.parse().map_err(broken)?;
        let present = self.client.pull_request(&slug, pull.number).await;
        let present = present.map_err(|error| asking(&error, self.clock.now()))?;
        if present.head.sha.as_str() != head_sha || !present.open {
            let why = "The pull request is closed or has other commits by now; look at those first";
            return Err(ActionError::Refused(why.to_owned()));
        }
        let now = self.clock.now();
        let approval = Approval {
            pull_request: pull.number,
            head_sha: head_sha.to_owned(),
        };
        let noted = self
            .store
            .put_approval(repository.id, &approval, OPERATOR, now);
        noted.await.map_err(action)?;
        // It is built again by the way of all events: it may have more now.
        let described = found::described(&repository).map_err(broken)?;
        let told = PullRequest::found(described, present, PullRequestAction::Synchronize);
        self.look_again(&told, now).await.map_err(action)?;
        self.came.notify_one();
        Ok(())
    }
}

impl Desk {
    async fn build(&self, id: BuildId) -> Result<BuildRow, ActionError> {
        self.store.build(id).await.map_err(action)?.ok_or_else(gone)
    }

    /// Stores the event that an approved pull request comes by, once however often it is approved;
    /// once more where what an earlier approval stored has ended in an error.
    async fn look_again(&self, told: &PullRequest, now: Timestamp) -> Result<(), StoreError> {
        let mut reason = NewDelivery::APPROVED.to_owned();
        loop {
            let delivery = found::pull_request(told, &reason, now);
            let Stored::Known(id) = self.store.put_delivery(delivery).await? else {
                return Ok(());
            };
            let known = self.store.delivery(id).await?;
            match known.and_then(|known| known.outcome) {
                Some(DeliveryOutcome::Error(_)) => {
                    reason = format!(" after {id}{}", NewDelivery::APPROVED);
                }
                _ => return Ok(()),
            }
        }
    }

    async fn apply(&self, build: BuildId, event: Event) -> Result<Vec<Effect>, ActionError> {
        let transition = Transition {
            asked_by: matches!(event, Event::Restart(_)).then(|| OPERATOR.to_owned()),
            ..Transition::default()
        };
        let now = self.clock.now();
        let applied = apply_with(&self.store, &self.prefix, build, event, &transition, now);
        let effects = applied.await.map_err(action)?.ok_or_else(gone)?;
        for effect in &effects {
            match effect {
                Effect::Stop(job) => self.work.stop(build, *job),
                Effect::BuildEnded(state) => self.metrics.build_ended(*state),
                _ => {}
            }
        }
        self.work.look();
        Ok(effects)
    }
}

fn gone() -> ActionError {
    ActionError::Refused("It is not there any more".to_owned())
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of map_err"
)]
fn action(error: StoreError) -> ActionError {
    if error.is_temporary() {
        ActionError::Busy(error.to_string())
    } else {
        ActionError::Broken(error.to_string())
    }
}

fn asking(error: &GithubError, now: Timestamp) -> ActionError {
    match error.again(0, now) {
        Some(_) => ActionError::Busy(error.to_string()),
        None => ActionError::Refused(format!("The pull request cannot be looked at: {error}")),
    }
}
