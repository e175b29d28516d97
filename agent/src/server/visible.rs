//! Finding what a path names, as far as the asker may see it. Every path that names a repository
//! goes through here, so that none can forget to ask (security T5).

use super::app::App;
use super::auth::Viewer;
use super::error::Error;
use super::pages;
use crate::store::{BuildRow, JobId, JobRow, Repository, StoreError};
use std::collections::BTreeMap;

/// `owner/name` in a path.
pub(super) type Slug = (String, String);

/// A repository by the name in a path.
///
/// # Errors
/// There is none, or the asker may not see it: the same to them.
pub(super) async fn repository(
    app: &App,
    viewer: Viewer,
    (owner, name): &Slug,
) -> Result<Repository, Error> {
    let found = app
        .reader
        .repository_named(&format!("{owner}/{name}"))
        .await?;
    found
        .filter(|repository| viewer.sees(repository))
        .ok_or(Error::NotFound)
}

/// A build by its number in its repository.
///
/// # Errors
/// There is none, or the asker may not see it.
pub(super) async fn build(
    app: &App,
    viewer: Viewer,
    slug: &Slug,
    number: &str,
) -> Result<(Repository, BuildRow), Error> {
    let repository = repository(app, viewer, slug).await?;
    let number = number.parse().map_err(|_| Error::NotFound)?;
    match app.reader.build_numbered(repository.id, number).await {
        Ok(build) => Ok((repository, build.ok_or(Error::NotFound)?)),
        Err(error) => Err(unreadable(app, viewer, (&repository, number), error).await),
    }
}

/// The jobs of a build that the asker may see.
///
/// # Errors
/// One of them cannot be read.
pub(super) async fn jobs(
    app: &App,
    viewer: Viewer,
    (repository, build): (&Repository, &BuildRow),
) -> Result<Vec<JobRow>, Error> {
    match app.reader.jobs(build.id).await {
        Ok(jobs) => Ok(jobs),
        Err(error) => Err(unreadable(app, viewer, (repository, build.number), error).await),
    }
}

/// What those of these jobs wait for that wait for a group of `concurrency:`.
///
/// # Errors
/// The database.
pub(super) async fn waits(
    app: &App,
    repository: &Repository,
    jobs: &[JobRow],
) -> Result<BTreeMap<JobId, String>, Error> {
    if !jobs.iter().any(|job| job.gated) {
        return Ok(BTreeMap::new());
    }
    Ok(app.reader.group_waits(repository.id).await?)
}

/// What is answered where a build of a visible repository, or a job of it, cannot be read.
async fn unreadable(
    app: &App,
    viewer: Viewer,
    build: (&Repository, u64),
    error: StoreError,
) -> Error {
    match pages::unreadable::page(app, viewer, build, &error).await {
        Some(page) => Error::Unreadable(Box::new(page)),
        None => error.into(),
    }
}

/// A job by `BUILD.JOB`.
///
/// # Errors
/// There is none, or the asker may not see it.
pub(super) async fn job(
    app: &App,
    viewer: Viewer,
    slug: &Slug,
    name: &str,
) -> Result<(Repository, BuildRow, JobRow), Error> {
    let (build_number, job_number) = name.split_once('.').unwrap_or((name, ""));
    let (repository, build) = build(app, viewer, slug, build_number).await?;
    let number: u32 = job_number.parse().map_err(|_| Error::NotFound)?;
    let jobs = jobs(app, viewer, (&repository, &build)).await?;
    let job = jobs.into_iter().find(|job| job.plan.number == number);
    Ok((repository, build, job.ok_or(Error::NotFound)?))
}
