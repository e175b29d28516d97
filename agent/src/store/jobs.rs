//! Jobs and their attempts.

use super::sql::{Row, query};
use super::{BuildId, JobId, Store, StoreError};
use crate::scheduler::State;
use jiff::Timestamp;
use schema::plan::Job;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A job with its present attempt.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// Its name among all jobs.
    pub id: JobId,
    /// Its build.
    pub build: BuildId,
    /// The position of its stage.
    pub stage: usize,
    /// What it runs, as planned when the build was made.
    pub plan: Job,
    /// Its present attempt; earlier ones are kept.
    pub attempt: Attempt,
    /// Whether it runs and somebody asked it to stop: its holder, or who takes it up, must stop it.
    pub stopping: bool,
    /// Whether its script may hold deployments and was to be handed over under the present lease.
    pub deploying: bool,
    /// Whether it waits in the queue for a group of `concurrency:`, its own or its build's.
    pub gated: bool,
}

/// One attempt at a job. Its log lies in the data folder under the job's and its own number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// How it is.
    pub state: State,
    /// Why it ended so, in one line.
    pub reason: Option<String>,
    /// When it was queued.
    pub queued: Option<Timestamp>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// What it left to be shown.
    pub summary: JobSummary,
    /// Who asked for it, where it is not the first.
    pub asked_by: Option<String>,
    /// Which of the runs that `retry:` gives to the job this is; 0 where it is none of them.
    pub retried: u8,
}

/// What a finished job left to be shown beside its log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobSummary {
    /// What went wrong without counting.
    pub warnings: Vec<String>,
    /// Its commands: name of the phase with the command's number, status, milliseconds.
    pub commands: Vec<(String, i32, u64)>,
    /// The images it pushed: reference and digest (decision 26).
    pub pushed: Vec<(String, String)>,
    /// The image it ran in: reference, and the registry's digest where it has one. None where the agent
    /// that ended it did not begin it.
    pub image: Option<(String, Option<String>)>,
}

/// The columns of a [`JobRow`], and of its lease.
pub(crate) const JOB_COLUMNS: &str = "SELECT id, build, stage, plan, attempt, state, stopping, reason, \
    queued, started, finished, summary, asked_by, retried, number, allow_failure, epoch, agent, \
    deploying, requeues, returns, retry, group_key, gate FROM jobs";

/// Sets that whoever held a job holds it no longer; what it still says is refused.
pub(crate) const NO_LEASE: &str = ", agent = NULL, lease_clock = NULL, lease_until = NULL, \
    epoch = epoch + 1, deploying = 0";

impl JobRow {
    /// Which of the runs that `retry:` gives to the job the present attempt is, and of how many.
    #[must_use]
    pub fn retried(&self) -> Option<(u8, u8)> {
        let count = self.plan.retry.as_ref().map_or(0, |retry| retry.count);
        (self.attempt.retried > 0).then_some((self.attempt.retried, count))
    }

    /// Reads [`JOB_COLUMNS`].
    pub(crate) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: JobId(row.number("id")?),
            build: BuildId(row.number("build")?),
            stage: row.number("stage")?,
            plan: row.json("plan")?,
            attempt: Attempt::read(row)?,
            stopping: row.truth("stopping")?,
            deploying: row.truth("deploying")?,
            gated: row.text("state")? == "queued" && row.truth("gate")?,
        })
    }
}

impl Attempt {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.number("attempt")?,
            state: row.word("state", State::parse)?,
            reason: row.optional_text("reason")?,
            queued: row.optional_time("queued")?,
            started: row.optional_time("started")?,
            finished: row.optional_time("finished")?,
            summary: row.json("summary")?,
            asked_by: row.optional_text("asked_by")?,
            retried: row.number("retried")?,
        })
    }
}

impl Store {
    /// The jobs of a build, by number.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read.
    pub async fn jobs(&self, build: BuildId) -> Result<Vec<JobRow>, StoreError> {
        let jobs = query(JOB_COLUMNS)
            .push_bind(" WHERE build = ", build)
            .push(" ORDER BY number");
        self.all(jobs).await?.iter().map(JobRow::read).collect()
    }

    /// The titles of a build's jobs by number. A job whose plan this version cannot read has none: it
    /// keeps no other of the build from coming to its end.
    ///
    /// # Errors
    /// The database.
    pub async fn titles(
        &self,
        build: BuildId,
    ) -> Result<BTreeMap<u32, (JobId, String, Option<String>)>, StoreError> {
        let plans =
            query("SELECT id, number, plan, reason FROM jobs").push_bind(" WHERE build = ", build);
        let mut titles = BTreeMap::new();
        for row in self.all(plans).await? {
            if let Ok(plan) = row.json::<Job>("plan") {
                let id = JobId(row.number("id")?);
                let reason = row.optional_text("reason")?;
                titles.insert(row.number("number")?, (id, plan.title, reason));
            }
        }
        Ok(titles)
    }

    /// The number of a job in its build. The rest of its row is not read.
    ///
    /// # Errors
    /// The database.
    pub async fn job_number(&self, id: JobId) -> Result<Option<u32>, StoreError> {
        let job = query("SELECT id, number FROM jobs").push_bind(" WHERE id = ", id);
        let row = self.first(job).await?;
        row.map(|row| row.number("number")).transpose()
    }

    /// One job.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read.
    pub async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        let job = query(JOB_COLUMNS).push_bind(" WHERE id = ", id);
        let row = self.first(job).await?;
        row.map(|row| JobRow::read(&row)).transpose()
    }

    /// The earlier attempts of a job, oldest first.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read.
    pub async fn earlier_attempts(&self, id: JobId) -> Result<Vec<Attempt>, StoreError> {
        let attempts = query(
            "SELECT number AS attempt, state, reason, queued, started, finished, summary, asked_by, \
             retried FROM attempts",
        )
        .push_bind(" WHERE job = ", id)
        .push(" ORDER BY number");
        self.all(attempts)
            .await?
            .iter()
            .map(Attempt::read)
            .collect()
    }
}
