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

    /// When it was made or last restarted, among all of its repository.
    pub(super) fn turn(&self) -> Result<u64, StoreError> {
        self.row.number("turn")
    }

    /// Whether the build has a group of its own.
    fn grouped(&self) -> Result<bool, StoreError> {
        Ok(self.row.optional_text("group_key")?.is_some())
    }

    /// Whether a job has to wait for a group before it runs.
    fn gated(&self, job: &Row) -> Result<bool, StoreError> {
        Ok(self.grouped()? || job.optional_text("group_key")?.is_some())
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
            let end = ended(end, (job, false), transition)?.push_bind(" WHERE id = ", job);
            end.run(transaction).await?;
        }
        if begins_anew(old, new) {
            keep_attempt(job).run(transaction).await?;
        }
        let gated = before.gated(row)?;
        job_change((job, gated), old, new, transition, now)?
            .run(transaction)
            .await?;
    }
    let round = save_build(transaction, before, after, (began, transition), now).await?;
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
    (began, transition): (bool, &Transition),
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
    let in_group = in_group(before, after)?;
    let gave_way = transition.gave_way.as_deref().or(build.gave_way.as_deref());
    let gave_way = gave_way.filter(|_| !restarted);
    let changed = after.state() != build.state
        || in_group != before.row.int("in_group")?
        || gave_way != build.gave_way.as_deref()
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
            .push_bind(", in_group = ", in_group)
            .push_bind(", gave_way = ", gave_way)
            .push_bind(" WHERE id = ", build.id)
            .run(transaction)
            .await?;
    }
    if restarted {
        // Behind all that have come by now, and newer than they.
        let turn = query("UPDATE repositories SET next_turn = next_turn + 1")
            .push_bind(" WHERE id = ", build.repository)
            .push(" RETURNING next_turn - 1 AS turn")
            .one(transaction)
            .await?;
        query("UPDATE builds")
            .push_bind(" SET turn = ", turn.int("turn")?)
            .push_bind(" WHERE id = ", build.id)
            .run(transaction)
            .await?;
    }
    Ok(round)
}

/// Whether a build of a group is outside of it (0), waits for it (1) or has it (2): it comes to the group
/// when it begins, and leaves it with its last job. Only a claim gives it the group.
fn in_group(before: &Loaded, after: &BuildState) -> Result<i64, StoreError> {
    let was = before.row.int("in_group")?;
    let over = after.jobs.iter().all(|job| job.state().is_final());
    Ok(match was {
        _ if over || !before.grouped()? => 0,
        0 if after.state() != State::Created => 1,
        was => was,
    })
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
    (job, gated): (JobId, bool),
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
        // By `retry:` it keeps its group.
        if gated && !retried(old, new) {
            change = change.push(", gate = 1");
        }
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
                let canceled = new.state() == State::Canceled;
                let change = change.push_bind(", finished = ", now);
                ended(change, (job, canceled), transition)?
            }
        };
    }
    let gives_way = !begins_anew(old, new) && transition.finished.is_none();
    if let Some(why) = transition.gave_way.as_deref().filter(|_| gives_way) {
        change = change.push_bind(", reason = ", why);
    }
    Ok(change.push_bind(" WHERE id = ", job))
}

/// Adds what a finished job left, where the transition tells of it.
fn ended(
    change: Query,
    (job, canceled): (JobId, bool),
    transition: &Transition,
) -> Result<Query, StoreError> {
    match &transition.finished {
        // Who was stopped for a reason was told it by then.
        Some((finished, reason, summary)) if *finished == job => Ok(change
            .push_bind(
                if canceled {
                    ", reason = coalesce(reason, "
                } else {
                    ", reason = ("
                },
                reason.as_deref(),
            )
            .push(")")
            .push_bind(", summary = ", to_json(summary)?)),
        _ => Ok(change),
    }
}
