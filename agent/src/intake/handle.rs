//! One delivery from its body to its end.

use super::config::ConfigProblem;
use super::guard::guarded;
use super::imports::Imports;
use super::order::Tried;
use super::plan::{Planned, plan};
use super::trouble::{Next, Trouble};
use super::{Ended, Intake, config, facts, tell};
use crate::github::Slug;
use crate::github::event::{Event, Sha};
use crate::policy::nothing_ran;
use crate::policy::skip::Refusal;
use crate::report::status::{ContextKind, StatusState, plain};
use crate::store::{Delivery, DeliveryOutcome, Repository, StoreError};
use jiff::Timestamp;
use schema::Sources;
use schema::request::{self, Request};

/// An event that could make a build, with all that is known before its config.
pub(super) struct Candidate {
    pub(super) repository: Repository,
    pub(super) request: Request,
    /// Whether its head commit was approved.
    pub(super) approved: bool,
}

impl Intake {
    /// Handles one delivery. What goes wrong is written down with it.
    ///
    /// # Errors
    /// The database would not take what became of it; it waits as it was.
    pub(super) async fn one(
        &self,
        delivery: Delivery,
        now: Timestamp,
    ) -> Result<Tried, StoreError> {
        match guarded(self.end_of(&delivery, now)).await {
            Ok(None) => Ok(Tried::Ended),
            Ok(Some(ended)) => {
                tell::ended(&delivery, &ended);
                self.count(|metrics| metrics.delivery_ended(&ended.outcome));
                self.finish(&delivery, ended, now)
                    .await
                    .map(|()| Tried::Ended)
            }
            Err(trouble) => self.put_off(&delivery, &trouble, now).await,
        }
    }

    /// How a delivery ends; `None` when a build was made, which ends it by itself.
    async fn end_of(&self, delivery: &Delivery, now: Timestamp) -> Result<Option<Ended>, Trouble> {
        let event = match Event::parse(&delivery.new.event, &delivery.new.body) {
            Ok(event) => event,
            Err(error) => {
                let outcome = DeliveryOutcome::Error(error.to_string());
                return Ok(Some(Ended::plain(None, outcome)));
            }
        };
        let Some(told) = event.repository() else {
            let text = match &event {
                Event::Ignored(kind) => format!("{kind} events make no builds"),
                _ => "it is about no repository".to_owned(),
            };
            return Ok(Some(Ended::ignored(text)));
        };
        let Some(repository) = self.store.repository(told.id).await? else {
            let text = format!("{} is not set up here; see `agent repo add`", told.slug);
            return Ok(Some(Ended::ignored(text)));
        };
        match event {
            Event::Push(push) => self.push(delivery, &push, repository, now).await,
            Event::PullRequest(pull) => self.pull_request(delivery, &pull, repository, now).await,
            Event::Repository(change) => self.repository(&change, repository).await.map(Some),
            Event::Ping(_) => Ok(Some(Ended::plain(
                Some(repository),
                DeliveryOutcome::Ignored("the webhook is set up".to_owned()),
            ))),
            Event::Created(change) | Event::Deleted(change) => {
                let text = format!("{}: the push says more", change.name);
                let outcome = DeliveryOutcome::Ignored(text);
                Ok(Some(Ended::plain(Some(repository), outcome)))
            }
            Event::Ignored(kind) => {
                let outcome = DeliveryOutcome::Ignored(format!("{kind} events make no builds"));
                Ok(Some(Ended::plain(Some(repository), outcome)))
            }
        }
    }

    /// Reads the config of a candidate and makes its build, or tells why there is none.
    pub(super) async fn build(
        &self,
        delivery: &Delivery,
        candidate: Candidate,
        now: Timestamp,
    ) -> Result<Option<Ended>, Trouble> {
        let Candidate {
            repository,
            request,
            approved,
        } = &candidate;
        let (Ok(slug), Ok(commit)) = (repository.slug.parse(), request.sha.parse::<Sha>()) else {
            let text = format!("{} at {} is no commit", repository.slug, request.sha);
            let outcome = DeliveryOutcome::Error(text);
            return Ok(Some(Ended::plain(Some(candidate.repository), outcome)));
        };
        let mut seen = self.with_variables(repository, request).await?;
        let config = match &mut seen {
            Ok(seen) => self.config(repository, (&slug, &commit), seen).await?,
            Err(problem) => Err(problem.clone()),
        };
        let event = super::plan::Event {
            repository: repository.id,
            delivery: Some(delivery.id),
            request: seen.as_ref().unwrap_or(request),
            context: self.context(request.event),
            approved: *approved,
        };
        match plan(&event, config) {
            Planned::Skipped(refusal) => self.skipped(candidate, refusal).await.map(Some),
            Planned::Build(build) => {
                // First: where the build is there, making it ends the delivery.
                let wanted = (build.meaning.as_str(), request);
                self.build_again(repository, wanted, now).await?;
                if let Some(row) = self.store.create_build(&build, now).await? {
                    tell::built(delivery, &repository.slug, &row);
                    self.count(|metrics| {
                        metrics.delivery_ended(&DeliveryOutcome::Build(row.id));
                        if row.state.is_final() {
                            metrics.build_ended(row.state);
                        }
                    });
                    self.built.notify_one();
                    // The delivery has ended; older builds that go on do no harm.
                    if let Err(error) = self.cancel_superseded(repository, request, now).await {
                        tracing::warn!(build = %row.id, %error, "older builds were not canceled");
                    }
                }
                Ok(None)
            }
        }
    }

    /// The end of an event that makes no build, and what its commit is told (decision 29).
    pub(super) async fn skipped(
        &self,
        candidate: Candidate,
        refusal: Refusal,
    ) -> Result<Ended, Trouble> {
        let Candidate {
            repository,
            request,
            ..
        } = candidate;
        let base_skips = match (&refusal, &request.pull_request) {
            (Refusal::Config(_) | Refusal::Pages(_), Some(_)) => {
                self.base_skips(&repository, &request).await?
            }
            _ => false,
        };
        let context = self.context(request.event);
        let on_push = self.options.on_push;
        let status = nothing_ran::status(request.event, &refusal, on_push, base_skips, context);
        let sha = facts::status_sha(&request).to_owned();
        Ok(Ended {
            repository: Some(repository),
            outcome: DeliveryOutcome::Skipped(refusal.to_string()),
            status: status.map(|status| (sha, status)),
        })
    }

    /// Whether the config of a pull request's base would have left it out, too: only then may the
    /// pull request pass without having run (decision 29).
    async fn base_skips(
        &self,
        repository: &Repository,
        request: &Request,
    ) -> Result<bool, Trouble> {
        let base = request
            .pull_request
            .as_ref()
            .map(|pull| pull.base_sha.parse::<Sha>());
        let (Ok(slug), Some(Ok(base))) = (repository.slug.parse(), base) else {
            return Ok(false);
        };
        let Ok(mut request) = self.with_variables(repository, request).await? else {
            return Ok(false);
        };
        let config = self
            .config(repository, (&slug, &base), &mut request)
            .await?;
        let event = super::plan::Event {
            repository: repository.id,
            delivery: None,
            request: &request,
            context: String::new(),
            approved: false,
        };
        Ok(matches!(plan(&event, config), Planned::Skipped(_)))
    }

    /// The config of a commit with all that it imports; what it asks of the paths that changed is noted
    /// in the request.
    async fn config(
        &self,
        repository: &Repository,
        (slug, commit): (&Slug, &Sha),
        request: &mut Request,
    ) -> Result<Result<Sources, ConfigProblem>, Trouble> {
        let source = match config::fetch(&self.client, slug, commit).await? {
            Ok(source) => source,
            Err(problem) => return Ok(Err(problem)),
        };
        let asked = (self.client.as_ref(), &self.store);
        let imports = Imports::new(asked, repository, (slug, commit), request);
        let (sources, changes) = imports.gather(source).await?;
        request.changes = changes;
        Ok(Ok(sources))
    }

    pub(super) fn context(&self, event: request::Event) -> String {
        let kind = match event {
            request::Event::Push => ContextKind::Push,
            request::Event::PullRequest => ContextKind::PullRequest,
            request::Event::Cron => ContextKind::Cron,
            request::Event::Api => ContextKind::Api,
        };
        kind.context(&self.options.prefix)
    }

    async fn finish(
        &self,
        delivery: &Delivery,
        ended: Ended,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let repository = ended.repository.as_ref();
        if let (Some(repository), Some((sha, status))) = (repository, &ended.status) {
            // Before the end: once it has ended, nobody looks at the delivery again.
            self.store.put_status(repository, sha, status, now).await?;
        }
        let id = repository.map(|repository| repository.id);
        self.store
            .finish_delivery(delivery.id, id, &ended.outcome, now)
            .await
    }

    async fn put_off(
        &self,
        delivery: &Delivery,
        trouble: &Trouble,
        now: Timestamp,
    ) -> Result<Tried, StoreError> {
        let text = trouble.to_string();
        let next = trouble.next(delivery.tries, delivery.new.received, now);
        tell::put_off(delivery, &text, next);
        match next {
            Next::Again(then) => {
                self.store
                    .postpone_delivery(delivery.id, &text, then)
                    .await?;
                Ok(if trouble.is_its_own() {
                    Tried::Aside(then)
                } else {
                    Tried::Failed(then)
                })
            }
            Next::GiveUp => {
                self.give_up(delivery, text, now).await?;
                Ok(Tried::Ended)
            }
        }
    }

    async fn give_up(
        &self,
        delivery: &Delivery,
        text: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = delivery.new.repository;
        let repository = match id {
            Some(id) => self.store.repository(id).await?,
            None => None,
        };
        if let (Some(repository), Some((sha, event))) = (&repository, told(delivery)) {
            // A required status must not be waited for in silence. What went wrong stands on the
            // page of deliveries, for the operator.
            let text = "The agent could not handle this; see its deliveries";
            let status = plain(self.context(event), StatusState::Error, text);
            self.store
                .put_status(repository, &sha, &status, now)
                .await?;
        }
        let outcome = DeliveryOutcome::Error(text);
        self.count(|metrics| metrics.delivery_ended(&outcome));
        self.store
            .finish_delivery(delivery.id, id, &outcome, now)
            .await
    }
}

/// The commit that waits for an answer to a delivery, and what it is for.
fn told(delivery: &Delivery) -> Option<(String, request::Event)> {
    match Event::parse(&delivery.new.event, &delivery.new.body).ok()? {
        Event::Push(push) => Some((push.commit()?.to_string(), request::Event::Push)),
        Event::PullRequest(pull) => Some((pull.head.sha.to_string(), request::Event::PullRequest)),
        _ => None,
    }
}
