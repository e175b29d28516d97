//! What a step changed, written back.

use super::sql::{Query, Row, query, to_json};
use super::{
    BuildRow, Dialect, Failed, JobId, NO_LEASE, StoreError, Transaction, Transition, builds, outbox,
};
use crate::scheduler::{BuildState, JobState, State};
use jiff::Timestamp;

/// A build with its jobs as they were before the step, locked.
pub(super) struct Loaded {
    pub(super) build: BuildRow,
    row: Row,
    jobs: Vec<Row>,
}

impl Loaded {
    pub(super) fn read(row: Row, jobs: Vec<Row>) -> Result<Self, StoreError> {
        let build = builds::read(&row)?;
        Ok(Self { build, row, jobs })
    }

    pub(super) fn state(&self) -> Result<BuildState, StoreError> {
        builds::state(&self.row, &self.jobs)
    }

    /// Whether somebody holds the job's lease by this epoch.
    pub(super) fn holds(&self, job: JobId, epoch: u64) -> Result<bool, StoreError> {
        for row in &self.jobs {
            if JobId(row.number("id")?) == job {
                let present: u64 = row.number("epoch")?;
                return Ok(present == epoch && row.optional_text("agent")?.is_some());
            }
        }
        Ok(false)
    }
}

/// Writes states with their times, attempts and the status.
pub(super) async fn save(
    transaction: &mut Transaction,
    dialect: Dialect,
    before: &Loaded,
    after: &BuildState,
    transition: &Transition,
    now: Timestamp,
) -> Result<(), Failed> {
    let mut began = false;
    let old = before.state()?;
    for (row, old) in before.jobs.iter().zip(&old.jobs) {
        let Some(new) = after.job(old.number).filter(|new| *new != old) else {
            continue;
        };
        began |= new.state() == State::Started && old.state() != State::Started;
        let job = JobId(row.number("id")?);
        if retried(old, new) {
            let state = transition.came_to.unwrap_or(State::Errored);
            let end = query("UPDATE jobs")
                .push_bind(" SET state = ", state.as_str())
                .push_bind(", finished = ", now);
            let end = ended(end, job, transition)?.push_bind(" WHERE id = ", job);
            end.run(transaction).await?;
        }
        if begins_anew(old, new) {
            keep_attempt(job).run(transaction).await?;
        }
        job_change(job, old, new, transition, now)?
            .run(transaction)
            .await?;
    }
    let round = save_build(transaction, before, after, began, now).await?;
    if let Some(status) = &transition.status {
        if before.build.context.as_ref() != Some(&status.context) {
            query("UPDATE builds")
                .push_bind(" SET context = ", status.context.as_str())
                .push_bind(" WHERE id = ", before.build.id)
                .run(transaction)
                .await?;
        }
        let slug = query("SELECT slug FROM repositories")
            .push_bind(" WHERE id = ", before.build.repository)
            .one(transaction)
            .await?
            .text("slug")?;
        let about = outbox::About {
            repository: before.build.repository,
            sha: &before.build.status_sha,
            build: before.build.id,
            round,
            target: format!("/{slug}/builds/{}", before.build.number),
        };
        outbox::put(transaction, dialect, &about, status, now).await?;
    }
    Ok(())
}

/// Writes the build's own row, and tells its round.
async fn save_build(
    transaction: &mut Transaction,
    before: &Loaded,
    after: &BuildState,
    began: bool,
    now: Timestamp,
) -> Result<i64, Failed> {
    let build = &before.build;
    let round = before.row.int("round")?;
    let restarted = build.state.is_final() && !after.state().is_final();
    // Even where the clock went back, a new round comes after the last one.
    let round = if restarted {
        now.as_millisecond().max(round + 1)
    } else {
        round
    };
    let started = build
        .started
        .filter(|_| !restarted)
        .or(began.then_some(now));
    let finished = match build.finished {
        _ if !after.state().is_final() => None,
        Some(at) if !restarted => Some(at),
        _ => Some(now),
    };
    let changed = after.state() != build.state
        || started != build.started
        || finished != build.finished
        || after.superseded() != before.row.truth("superseded")?;
    if changed {
        query("UPDATE builds")
            .push_bind(" SET state = ", after.state().as_str())
            .push_bind(", started = ", started)
            .push_bind(", finished = ", finished)
            .push_bind(", round = ", round)
            .push_bind(", superseded = ", after.superseded())
            .push_bind(" WHERE id = ", build.id)
            .run(transaction)
            .await?;
    }
    Ok(round)
}

/// Copies what a job came to, before it begins anew.
fn keep_attempt(job: JobId) -> Query {
    query(
        "INSERT INTO attempts (job, number, state, reason, queued, started, finished, summary, \
         asked_by, retried) SELECT id, attempt, state, reason, queued, started, finished, summary, \
         asked_by, retried FROM jobs",
    )
    .push_bind(" WHERE id = ", job)
}

/// Whether a job runs again by its `retry:`.
fn retried(old: &JobState, new: &JobState) -> bool {
    new.retried() > old.retried()
}

/// Whether a new attempt of a job begins.
fn begins_anew(old: &JobState, new: &JobState) -> bool {
    retried(old, new) || (old.state().is_final() && !new.state().is_final())
}

fn job_change(
    job: JobId,
    old: &JobState,
    new: &JobState,
    transition: &Transition,
    now: Timestamp,
) -> Result<Query, StoreError> {
    let mut change = query("UPDATE jobs")
        .push_bind(" SET state = ", new.state().as_str())
        .push_bind(", stopping = ", new.stopping());
    if begins_anew(old, new) {
        change = change
            .push(", attempt = attempt + 1, reason = NULL, started = NULL, finished = NULL")
            .push(", summary = '{}', requeues = 0, returns = 0, lost = 0")
            .push(NO_LEASE)
            .push_bind(", retried = ", u32::from(new.retried()))
            .push_bind(", asked_by = ", transition.asked_by.as_deref())
            .push_bind(", queued = ", (new.state() == State::Queued).then_some(now));
    } else if old.state() != new.state() {
        change = match new.state() {
            State::Created => change,
            State::Queued if old.state() == State::Started => change
                .push(", started = NULL")
                .push(NO_LEASE)
                .push_bind(", queued = ", now),
            State::Queued => change.push_bind(", queued = ", now),
            State::Started => change.push_bind(", started = ", now),
            _ => {
                let change = change.push(NO_LEASE).push(", lost = 0");
                ended(change.push_bind(", finished = ", now), job, transition)?
            }
        };
    }
    Ok(change.push_bind(" WHERE id = ", job))
}

/// Adds what a finished job left, where the transition tells of it.
fn ended(change: Query, job: JobId, transition: &Transition) -> Result<Query, StoreError> {
    match &transition.finished {
        Some((finished, reason, summary)) if *finished == job => Ok(change
            .push_bind(", reason = ", reason.as_deref())
            .push_bind(", summary = ", to_json(summary)?)),
        _ => Ok(change),
    }
}
