//! The state of a build, its stages and its jobs. Only this room changes it.
//!
//! [`step()`] is pure: a state and an event give the next state and what is to be done. One agent
//! with the state in memory and many on one database run the same code.

mod combine;
#[cfg(test)]
mod properties;
mod restart;
mod retry;
mod step;

pub use combine::combine;
pub use restart::Restart;
pub use retry::Retry;
pub use step::{Effect, Event, step};

use schema::plan::Plan;

/// How a build, a stage or a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Known; it may not run yet.
    Created,
    /// It may run and waits for a place.
    Queued,
    /// It runs.
    Started,
    /// It ended well.
    Passed,
    /// The project's own commands failed.
    Failed,
    /// Something around them failed: set-up, a limit, the agent.
    Errored,
    /// Somebody, or the failure of an earlier stage, canceled it.
    Canceled,
    /// It can't run here and does not count (decision 16).
    Skipped,
}

impl State {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Created | Self::Queued | Self::Started)
    }

    /// The word that people and the API read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Queued => "queued",
            Self::Started => "started",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Canceled => "canceled",
            Self::Skipped => "skipped",
        }
    }

    /// The state of a word of [`as_str`](Self::as_str).
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let mut all = [
            Self::Created,
            Self::Queued,
            Self::Started,
            Self::Passed,
            Self::Failed,
            Self::Errored,
            Self::Canceled,
            Self::Skipped,
        ]
        .into_iter();
        all.find(|state| state.as_str() == word)
    }

    /// How far along a life this is; a state goes back only by [`Event::Restart`] and `retry:`, which
    /// begin a new attempt, and by [`Event::Requeue`], which puts a job whose agent was lost back
    /// into the queue.
    fn rank(self) -> u8 {
        match self {
            Self::Created => 0,
            Self::Queued => 1,
            Self::Started => 2,
            _ => 3,
        }
    }
}

/// A job as the scheduler sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobState {
    /// Its number in the build, from 1.
    pub number: u32,
    /// The position of its stage.
    pub stage: usize,
    /// Whether its failure does not count.
    pub allow_failure: bool,
    /// How it is; changed by [`step()`] only.
    state: State,
    /// Whether it runs and was asked to stop; changed by [`step()`] only.
    stopping: bool,
    /// When it runs again by itself.
    retry: Retry,
    /// How often it has, since it was made or somebody restarted it; changed by [`step()`] only.
    retried: u8,
}

impl JobState {
    /// A job as it was stored.
    #[must_use]
    pub fn stored(number: u32, stage: usize, allow_failure: bool, state: State) -> Self {
        Self {
            number,
            stage,
            allow_failure,
            state,
            stopping: false,
            retry: Retry::default(),
            retried: 0,
        }
    }

    /// The same job, asked to stop or not, as it was stored.
    #[must_use]
    pub fn asked_to_stop(self, stopping: bool) -> Self {
        Self { stopping, ..self }
    }

    /// The same job with its `retry:`, of which so many were used, as it was stored.
    #[must_use]
    pub fn with_retry(self, retry: Retry, retried: u8) -> Self {
        Self {
            retry,
            retried,
            ..self
        }
    }

    /// How often it has run again by itself since it was made or somebody restarted it.
    #[must_use]
    pub fn retried(&self) -> u8 {
        self.retried
    }

    /// Whether it runs and was asked to stop.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.stopping
    }

    /// How it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }
}

/// A build as the scheduler sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildState {
    /// The jobs, in the order of their numbers.
    pub jobs: Vec<JobState>,
    /// How many stages there are.
    pub stages: usize,
    /// Whether the build ends with its last required job (run-time reference §10.6).
    pub fast_finish: bool,
    /// How the build is; changed by [`step()`] only.
    state: State,
    /// Whether jobs were canceled for a newer build; changed by [`step()`] only.
    superseded: bool,
}

impl BuildState {
    /// The first state of a planned build; `skipped` names the jobs that can't run here.
    #[must_use]
    pub fn new(plan: &Plan, skipped: &[u32]) -> Self {
        let jobs = plan.stages.iter().enumerate().flat_map(|(stage, planned)| {
            planned.jobs.iter().map(move |job| JobState {
                number: job.number,
                stage,
                allow_failure: job.allow_failure,
                state: if skipped.contains(&job.number) {
                    State::Skipped
                } else {
                    State::Created
                },
                stopping: false,
                retry: Retry::of(job.retry.as_ref()),
                retried: 0,
            })
        });
        Self {
            jobs: jobs.collect(),
            stages: plan.stages.len(),
            fast_finish: plan.fast_finish,
            state: State::Created,
            superseded: false,
        }
    }

    /// A build that can't run: errored from the start, its jobs skipped, where there are any.
    #[must_use]
    pub fn refused(plan: Option<&Plan>) -> Self {
        let mut build = Self::new(plan.unwrap_or(&Plan::default()), &[]);
        for job in &mut build.jobs {
            job.state = State::Skipped;
        }
        build.state = State::Errored;
        build
    }

    /// A build as it was stored.
    #[must_use]
    pub fn stored(jobs: Vec<JobState>, stages: usize, fast_finish: bool, state: State) -> Self {
        Self {
            jobs,
            stages,
            fast_finish,
            state,
            superseded: false,
        }
    }

    /// The same build, with jobs canceled for a newer one or not, as it was stored.
    #[must_use]
    pub fn overtaken(self, superseded: bool) -> Self {
        Self { superseded, ..self }
    }

    /// Whether jobs of it were canceled because a newer build made them pointless, and nobody has
    /// restarted all of them or canceled the build since. Should it become the newest again, they are
    /// to run.
    #[must_use]
    pub fn superseded(&self) -> bool {
        self.superseded
    }

    /// How the build is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// A job by its number.
    #[must_use]
    pub fn job(&self, number: u32) -> Option<&JobState> {
        self.jobs.iter().find(|job| job.number == number)
    }

    /// The state of a stage: the combination of its jobs once they are decided.
    #[must_use]
    pub fn stage(&self, stage: usize) -> State {
        let jobs: Vec<JobState> = self.of_stage(stage).copied().collect();
        if self.decided(stage) {
            combine(&jobs)
        } else if jobs.iter().any(|job| job.state != State::Created) {
            State::Started
        } else {
            State::Created
        }
    }

    fn of_stage(&self, stage: usize) -> impl Iterator<Item = &JobState> {
        self.jobs.iter().filter(move |job| job.stage == stage)
    }

    /// Whether the result of a stage is known: all its jobs have ended, or, under
    /// `fast_finish`, all that count.
    fn decided(&self, stage: usize) -> bool {
        self.of_stage(stage)
            .all(|job| job.state.is_final() || (self.fast_finish && job.allow_failure))
    }
}
