//! Builds, as they are made and as they are read.

use super::sql::{Query, Row, query};
use super::{BuildId, DeliveryId, RepositoryId, Store, StoreError};
use crate::groups::Groups;
use crate::report::status::CommitStatus;
use crate::scheduler::{BuildState, JobState, Retry, State};
use jiff::Timestamp;
use schema::plan::Plan;
use schema::request::Request;

/// A build to be made.
#[derive(Clone, Debug)]
pub struct NewBuild {
    /// The repository.
    pub repository: RepositoryId,
    /// The delivery that asked for it.
    pub delivery: Option<DeliveryId>,
    /// What it means, e.g. `push refs/heads/main <sha>`; a second build of the same meaning is not
    /// made (security T20).
    pub meaning: String,
    /// The facts of the event.
    pub request: Request,
    /// The config and its imports as name and text; empty where there is none.
    pub sources: Vec<(String, String)>,
    /// What will run; none where the config was refused.
    pub plan: Option<Plan>,
    /// The numbers of jobs that can't run on any agent (decision 16).
    pub skipped: Vec<u32>,
    /// The groups of `concurrency:` that it and its jobs are of.
    pub groups: Groups,
    /// Why nothing can run, in one line; the build is then errored from the start.
    pub refused: Option<String>,
    /// The commit that its status goes to.
    pub status_sha: String,
    /// Its first status; none where a final one alone is sent.
    pub status: Option<CommitStatus>,
}

/// A build as it is stored.
#[derive(Clone, Debug)]
pub struct BuildRow {
    /// Its name among all builds.
    pub id: BuildId,
    /// Its repository.
    pub repository: RepositoryId,
    /// Its number in the repository, from 1.
    pub number: u64,
    /// The facts of the event.
    pub request: Request,
    /// The config and its imports as name and text.
    pub sources: Vec<(String, String)>,
    /// The names of its stages; a plan without stages has one that is empty.
    pub stages: Vec<Option<String>>,
    /// Why nothing could run.
    pub refused: Option<String>,
    /// The commit that its status goes to.
    pub status_sha: String,
    /// The context under which it was told last, whatever the settings say by now.
    pub context: Option<String>,
    /// To which newer one of its group it gave way, or a job of it.
    pub gave_way: Option<String>,
    /// How it is.
    pub state: State,
    /// When it was made.
    pub created: Timestamp,
    /// When its first job began.
    pub started: Option<Timestamp>,
    /// When its result was known.
    pub finished: Option<Timestamp>,
}

/// Which builds to list. Everything that is set must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildFilter {
    /// Of this repository.
    pub repository: Option<RepositoryId>,
    /// Of this branch (a tag is its own branch). A pull request is of none.
    pub branch: Option<String>,
    /// Of this pull request.
    pub pull_request: Option<u64>,
    /// In this state.
    pub state: Option<State>,
    /// Only of public repositories.
    pub public_only: bool,
    /// Only those whose result is not known.
    pub unfinished: bool,
}

/// Where a list goes on: builds older than this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub Option<BuildId>);

/// The columns of a [`BuildRow`] and what a step needs beside it.
pub(super) const BUILD_COLUMNS: &str = "SELECT id, repository, number, request, sources, stages, \
    fast_finish, refused, status_sha, context, state, created, started, finished, round, \
    superseded, turn, group_key, in_group, gave_way FROM builds";

impl Store {
    /// One build.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read.
    pub async fn build(&self, id: BuildId) -> Result<Option<BuildRow>, StoreError> {
        let build = query(BUILD_COLUMNS).push_bind(" WHERE id = ", id);
        self.first(build).await?.map(|row| read(&row)).transpose()
    }

    /// One by its number in its repository.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read.
    pub async fn build_numbered(
        &self,
        repository: RepositoryId,
        number: u64,
    ) -> Result<Option<BuildRow>, StoreError> {
        let build = query(BUILD_COLUMNS)
            .push_bind(" WHERE repository = ", repository)
            .push_bind(" AND number = ", number);
        self.first(build).await?.map(|row| read(&row)).transpose()
    }

    /// The build of a meaning, with its number in its repository. The rest of its row is not read.
    ///
    /// # Errors
    /// The database.
    pub async fn build_meaning(
        &self,
        repository: RepositoryId,
        meaning: &str,
    ) -> Result<Option<(BuildId, u64)>, StoreError> {
        let build = query("SELECT id, number FROM builds")
            .push_bind(" WHERE repository = ", repository)
            .push_bind(" AND meaning = ", meaning);
        let row = self.first(build).await?;
        row.map(|row| Ok((BuildId(row.number("id")?), row.number("number")?)))
            .transpose()
    }

    /// The newest first, without those that this version cannot read: one must not hide the others.
    ///
    /// # Errors
    /// The database.
    pub async fn builds(
        &self,
        filter: &BuildFilter,
        cursor: Cursor,
        limit: u32,
    ) -> Result<Vec<BuildRow>, StoreError> {
        let readable = |row: &Row| match read(row) {
            Err(error) if error.is_of_one_row() => {
                tracing::warn!(%error, "a build that cannot be read is left out of a list");
                None
            }
            row => Some(row),
        };
        let (mut found, mut cursor) = (Vec::new(), cursor);
        loop {
            let rows = self.all(list(filter, cursor, limit)).await?;
            for build in rows.iter().filter_map(readable) {
                found.push(build?);
            }
            match rows.last() {
                // Others fill the places of those that were left out.
                Some(last) if rows.len() == limit as usize && found.len() < rows.len() => {
                    cursor = Cursor(Some(BuildId(last.number("id")?)));
                }
                _ => {
                    found.truncate(limit as usize);
                    return Ok(found);
                }
            }
        }
    }

    /// The states of a build and its jobs as the scheduler takes them, without a lock.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read.
    pub async fn build_state(&self, id: BuildId) -> Result<Option<BuildState>, StoreError> {
        // Read the jobs last: a step between the two reads shows as jobs that are further along.
        let build = query(BUILD_COLUMNS).push_bind(" WHERE id = ", id);
        let Some(build) = self.first(build).await? else {
            return Ok(None);
        };
        let jobs = query(JOB_STATES).push_bind(" WHERE build = ", id);
        let jobs = self.all(jobs.push(" ORDER BY number")).await?;
        state(&build, &jobs).map(Some)
    }

    /// Builds that are not decided, oldest first: what a start looks at.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read.
    pub async fn unfinished_builds(&self) -> Result<Vec<BuildRow>, StoreError> {
        let builds = query(BUILD_COLUMNS).push(" WHERE finished IS NULL ORDER BY id");
        self.all(builds).await?.iter().map(read).collect()
    }
}

fn list(filter: &BuildFilter, cursor: Cursor, limit: u32) -> Query {
    let mut builds = query(BUILD_COLUMNS).push(" WHERE 1 = 1");
    if let Some(repository) = filter.repository {
        builds = builds.push_bind(" AND repository = ", repository);
    }
    if let Some(branch) = &filter.branch {
        builds = builds.push_bind(" AND branch = ", branch.as_str());
    }
    if let Some(number) = filter.pull_request {
        builds = builds.push_bind(" AND pull_request = ", number);
    }
    if let Some(state) = filter.state {
        builds = builds.push_bind(" AND state = ", state.as_str());
    }
    if filter.public_only {
        builds =
            builds.push(" AND repository IN (SELECT r.id FROM repositories r WHERE r.private = 0)");
    }
    if filter.unfinished {
        builds = builds.push(" AND finished IS NULL");
    }
    if let Some(before) = cursor.0 {
        builds = builds.push_bind(" AND id < ", before);
    }
    builds.push_bind(" ORDER BY id DESC LIMIT ", limit)
}

pub(super) fn read(row: &Row) -> Result<BuildRow, StoreError> {
    Ok(BuildRow {
        id: BuildId(row.number("id")?),
        repository: RepositoryId(row.number("repository")?),
        number: row.number("number")?,
        request: row.json("request")?,
        sources: row.json("sources")?,
        stages: row.json("stages")?,
        refused: row.optional_text("refused")?,
        status_sha: row.text("status_sha")?,
        context: row.optional_text("context")?,
        gave_way: row.optional_text("gave_way")?,
        state: row.word("state", State::parse)?,
        created: row.time("created")?,
        started: row.optional_time("started")?,
        finished: row.optional_time("finished")?,
    })
}

/// The columns of [`state()`]'s jobs.
const JOB_STATES: &str = "SELECT id, number, stage, allow_failure, state, stopping, \
    retry, retried FROM jobs";

/// The scheduler's view of a build and its jobs, which come by number.
pub(super) fn state(build: &Row, jobs: &[Row]) -> Result<BuildState, StoreError> {
    let stages: Vec<Option<String>> = build.json("stages")?;
    let jobs: Result<Vec<JobState>, StoreError> = jobs
        .iter()
        .map(|row| {
            let job = JobState::stored(
                row.number("number")?,
                row.number("stage")?,
                row.truth("allow_failure")?,
                row.word("state", State::parse)?,
            );
            let retry = match row.optional_text("retry")? {
                Some(_) => Retry::of(Some(&row.json("retry")?)),
                None => Retry::default(),
            };
            let job = job.with_retry(retry, row.number("retried")?);
            Ok(job.asked_to_stop(row.truth("stopping")?))
        })
        .collect();
    Ok(BuildState::stored(
        jobs?,
        stages.len(),
        build.truth("fast_finish")?,
        build.word("state", State::parse)?,
    )
    .overtaken(build.truth("superseded")?))
}
