//! One job under its lease: begun or taken up again, to an end that is stored.

use super::checkpoint::{self, Saved};
use super::context::Claimed;
use super::patience::Patience;
use super::shared::Shared;
use super::sink::JobLog;
use super::unread::give_up;
use crate::backend::InstanceState;
use crate::jobs::{Ready, masker, prepare};
use crate::log::LogId;
use crate::protocol::{JobResult, NO_SCRIPT};
use crate::queue::Expired;
use crate::report::duration::short;
use crate::runner::execute::{Begun, Cancel, Checkpoint, CommandTime, End, JobEnd, begin, resume};
use crate::scheduler::{Event, State};
use crate::services::in_containers;
use crate::store::{JobId, JobSummary, StoreError, Transition};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Between two looks at an engine that may come up.
const AGAIN: Duration = Duration::from_secs(2);
/// An engine that does not answer for so long after a start has lost its jobs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a job waits again of which nothing has run.
const UNRUN: &str = "the agent was stopped before the job began";

/// A job in this agent's hands.
pub(super) struct Task {
    pub(super) shared: Arc<Shared>,
    pub(super) claimed: Claimed,
    pub(super) cancel: Cancel,
    /// Cancelled when the lease must be let go.
    pub(super) lost: CancellationToken,
}

/// What became of a job here.
enum Left {
    /// It ended; its result is to be stored.
    Ended(Box<JobEnd>, Option<String>),
    /// Its instance is gone.
    Gone(String),
    /// Nothing of it has run: what there is of its instance never got a script.
    Unrun,
    /// It is no longer ours, or never began: canceled, or taken over.
    Nothing,
}

impl Task {
    /// Runs the job to its end; leaves it running where the daemon stops.
    pub(super) async fn run(self) {
        let stopping = self.shared.parts.lifecycle.stopping().clone();
        let left = tokio::select! {
            biased;
            () = self.lost.cancelled() => return self.let_go().await,
            () = stopping.cancelled() => return,
            left = self.to_end() => left,
        };
        // With its end a lease is given up, which must not be taken for its loss.
        tokio::select! {
            biased;
            () = stopping.cancelled() => {}
            () = self.conclude(left) => {}
        }
    }

    async fn to_end(&self) -> Left {
        match self.claimed.row.attempt.state {
            State::Queued => self.begin().await,
            _ => self.take_up().await,
        }
    }

    async fn conclude(&self, left: Left) {
        match left {
            Left::Ended(end, trouble) => match &end.end {
                End::Lost(reason) => self.give_back(reason, true).await,
                End::Unrun => self.give_back(UNRUN, false).await,
                _ => self.store_end(&end, trouble).await,
            },
            Left::Gone(reason) => self.give_back(&reason, true).await,
            Left::Unrun => self.give_back(UNRUN, false).await,
            Left::Nothing => {}
        }
    }

    /// From the claim on.
    async fn begin(&self) -> Left {
        let started = self.apply(Event::JobStarted(self.number()), None).await;
        if !started {
            return Left::Nothing;
        }
        let waited = self
            .waited()
            .map(|waited| format!(" after waiting for {}", short(waited)));
        self.tell_begun(&format!("started{}", waited.unwrap_or_default()));
        let mut log = self.log(None);
        let prepared = tokio::select! {
            biased;
            () = self.cancel.soft.cancelled() => Err(JobEnd::canceled()),
            prepared = self.prepare(&mut log) => prepared.map_err(JobEnd::refused),
        };
        let end = match prepared {
            Ok(ready) => {
                // The archive of the work tree lives until the job has ended.
                let _tree = ready.tree;
                let backend = &self.shared.parts.backend;
                begin(backend, ready.job, &mut log, &self.cancel).await
            }
            Err(end) => end,
        };
        Left::Ended(Box::new(end), log.trouble())
    }

    async fn prepare(&self, log: &mut JobLog) -> Result<Ready, String> {
        let context = self.claimed.context_with_trees(&self.shared).await?;
        let names = self.claimed.names(&self.shared);
        prepare(&context, &self.claimed.row.plan, &names, log).await
    }

    /// Goes on with what an earlier process began.
    async fn take_up(&self) -> Left {
        let instance = self.instance();
        let saved = checkpoint::read(&self.folder(), self.claimed.lease.epoch);
        let over = saved
            .as_ref()
            .is_some_and(|saved| saved.at.outcome.is_some());
        match self.instance_state(&instance).await {
            Ok(_) if over => {}
            Ok(InstanceState::Running) => {}
            // The script is handed over after the start.
            Ok(InstanceState::Created) => return Left::Unrun,
            Ok(InstanceState::Exited(code)) if code == i64::from(NO_SCRIPT) => return Left::Unrun,
            Ok(InstanceState::Gone) if saved.is_none() && !self.claimed.row.deploying => {
                return Left::Unrun;
            }
            Ok(_) => return Left::Gone("its container did not outlive the agent".to_owned()),
            Err(reason) => return Left::Gone(reason),
        }
        let context = self.claimed.context_of_running(&self.shared).await;
        let masker = context.and_then(|context| masker(&context, &self.claimed.row.plan));
        let masker = match masker {
            Ok(masker) => masker,
            Err(reason) => {
                let reason = format!("it cannot be gone on with: {reason}");
                return Left::Ended(Box::new(JobEnd::refused(reason)), None);
            }
        };
        let jobs = self.claimed.settings(&self.shared).jobs;
        let begun = Begun {
            id: instance,
            masker,
            grace: jobs.grace,
            memory: jobs.memory,
            services: in_containers(&self.claimed.row.plan).next().is_some(),
            disk: jobs.disk,
        };
        self.tell_begun("is taken up again");
        let mut log = self.log(saved.as_ref());
        let at = saved.map_or_else(Checkpoint::default, |saved| saved.at);
        let backend = &self.shared.parts.backend;
        let end = resume(backend, &begun, at, &mut log, &self.cancel).await;
        Left::Ended(Box::new(end), log.trouble())
    }

    /// How the instance is; waits for an engine that comes up after the agent.
    async fn instance_state(&self, id: &str) -> Result<InstanceState, String> {
        let began = Instant::now();
        loop {
            match self.shared.parts.backend.status(id).await {
                Ok(status) => return Ok(status.state),
                Err(error) if began.elapsed() >= PATIENCE => return Err(error.with_hint()),
                Err(error) => tracing::warn!(%id, %error, "a running job cannot be reached yet"),
            }
            sleep(AGAIN).await;
        }
    }

    /// Stores the end; the instance is removed after it, so that a result can't be lost (R9).
    async fn store_end(&self, end: &JobEnd, trouble: Option<String>) {
        let state = match end.result() {
            JobResult::Passed => State::Passed,
            JobResult::Failed => State::Failed,
            JobResult::Errored => State::Errored,
            JobResult::Canceled => State::Canceled,
        };
        let reason = end.reason();
        let finished = (self.claimed.row.id, reason.clone(), summary(end, trouble));
        // What an earlier process has seen of it is known by its lease only.
        let event = if end.deployed || self.claimed.row.deploying {
            Event::JobDeployed(self.number(), state)
        } else {
            Event::JobEnded(self.number(), state)
        };
        if self.apply(event, Some(finished)).await {
            self.shared.parts.metrics.job_ended(state, end.took);
            self.tell_end(state, end.took, reason.as_deref());
        }
        if let Err(error) = checkpoint::remove(&self.folder()) {
            tracing::warn!(%error, "the checkpoint of a finished job cannot be removed");
        }
        self.remove_instance().await;
    }

    /// The job can't be brought to its end here: once it waits again, in deploy it is over. One that
    /// never ran waits again in any case.
    async fn give_back(&self, reason: &str, ran: bool) {
        let lease = &self.claimed.lease;
        // Before others can claim it: they would run it beside what may be left of it.
        self.remove_instance().await;
        let mut patience = self.patience();
        loop {
            let (queue, now) = (&self.shared.parts.queue, self.shared.parts.clock.now());
            let given = match ran {
                true => queue.give_back(lease, now).await,
                false => queue.give_back_unrun(lease, now).await,
            };
            match given {
                Ok(Some(Expired::Lost(_))) => return self.lose(reason).await,
                Ok(Some(Expired::Requeued(_))) => {
                    tracing::warn!("{} waits again: {reason}", self.title());
                    return self.shared.handle.look();
                }
                Ok(_) => return,
                Err(error) if self.is_given_up(&error).await => return,
                Err(error) => patience.wait(&error).await,
            }
        }
    }

    /// Whether the build cannot be read for so long that it was ended.
    async fn is_given_up(&self, error: &StoreError) -> bool {
        let build = self.claimed.lease.build;
        error.is_of_one_row() && matches!(give_up(&self.shared, build, error).await, Ok(true))
    }

    async fn lose(&self, reason: &str) {
        tracing::warn!("{} is lost: {reason}", self.title());
        let summary = JobSummary::default();
        let reason = Some(format!("{reason}; it is not repeated by itself"));
        let with = Transition {
            finished: Some((self.claimed.row.id, reason, summary)),
            ..Transition::default()
        };
        let event = Event::JobLost(self.number());
        let build = self.claimed.lease.build;
        if let Err(error) = self.shared.apply(build, event, &with).await {
            // It is told again to whoever looks for expired leases.
            tracing::warn!(%error, "the loss of a job cannot be stored yet");
        }
    }

    /// Others may take the job: what runs of it here must end before they do.
    async fn let_go(&self) {
        let id = self.instance();
        self.shared.parts.metrics.lease_lost();
        tracing::warn!("{}: its lease is lost; stopping it", self.title());
        if let Err(error) = self.shared.parts.backend.stop(&id, Duration::ZERO).await {
            tracing::warn!(%id, %error, "stopping failed");
        }
        self.remove_instance().await;
    }

    async fn remove_instance(&self) {
        let id = self.instance();
        if let Err(error) = self.shared.parts.backend.remove(&id).await {
            tracing::warn!(%id, %error, "not removed; the next sweep tries again");
        }
    }

    /// Applies an event under the lease, however long the database takes; false where it came too
    /// late: the lease is another's, or the job was canceled.
    async fn apply(&self, event: Event, finished: Option<Finished>) -> bool {
        let lease = &self.claimed.lease;
        let with = Transition {
            finished,
            epoch: Some((lease.job, lease.epoch)),
            ..Transition::default()
        };
        let mut patience = self.patience();
        loop {
            match self.shared.apply(lease.build, event, &with).await {
                Ok(applied) => return applied.is_some(),
                Err(error) if self.is_given_up(&error).await => return false,
                Err(error) => patience.wait(&error).await,
            }
        }
    }

    fn patience(&self) -> Patience {
        let what = format!("what {} came to", self.title());
        Patience::new(what, &self.shared.handle.unstored)
    }

    fn log(&self, saved: Option<&Saved>) -> JobLog {
        let parts = &self.shared.parts;
        let settings = parts.settings.get();
        let limits = self.claimed.settings(&self.shared).logs.limits();
        let to = (&parts.queue, &parts.metrics);
        let lease = &self.claimed.lease;
        JobLog::open(&settings.data, limits, &parts.live, to, lease, saved)
    }

    fn folder(&self) -> PathBuf {
        let id = LogId {
            job: self.claimed.lease.job.0,
            attempt: self.claimed.lease.attempt,
        };
        id.folder(&self.shared.parts.settings.get().data)
    }

    fn instance(&self) -> String {
        self.shared.instance(&self.claimed.lease)
    }

    fn number(&self) -> u32 {
        self.claimed.row.plan.number
    }
}

type Finished = (JobId, Option<String>, JobSummary);

/// What is shown beside the log.
fn summary(end: &JobEnd, trouble: Option<String>) -> JobSummary {
    let command = |one: &CommandTime| {
        let phase = one.command.phase.name();
        let millis = u64::try_from(one.took.as_millis()).unwrap_or(u64::MAX);
        (
            format!("{phase} {}", one.command.number),
            one.status,
            millis,
        )
    };
    let mut warnings = end.warnings();
    warnings.extend(trouble);
    JobSummary {
        warnings,
        commands: end.commands.iter().map(command).collect(),
        pushed: end
            .pushed
            .iter()
            .map(|image| (image.reference.clone(), image.digest.clone()))
            .collect(),
        image: end.image.clone(),
    }
}
