//! Forms of the operator: restart, cancel, approve. Each leads back to the page it stands on.

use crate::server::actions::{Cancel, Restart};
use crate::server::app::App;
use crate::server::auth::{Own, Viewer};
use crate::server::error::Error;
use crate::server::visible;
use crate::store::{BuildRow, JobRow, Repository};
use axum::extract::{Form, Path, State};
use axum::response::Redirect;
use serde::Deserialize;
use std::sync::Arc;

/// Which jobs of a build are to run again.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Jobs {
    #[default]
    All,
    Failed,
}

/// The form that restarts a build.
#[derive(Debug, Deserialize)]
pub(in crate::server) struct RestartForm {
    #[serde(default)]
    jobs: Jobs,
}

/// The form that approves: the commit that the page showed.
#[derive(Debug, Deserialize)]
pub(in crate::server) struct ApproveForm {
    sha: String,
}

type Names = Path<(String, String, String)>;

/// `POST …/builds/{number}/restart`, `jobs` is `all` or `failed`.
pub(in crate::server) async fn restart_build(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    _own: Own,
    names: Names,
    Form(form): Form<RestartForm>,
) -> Result<Redirect, Error> {
    let (back, build) = build(&app, viewer, names).await?;
    let what = match form.jobs {
        Jobs::All => Restart::Build(build.id),
        Jobs::Failed => Restart::Failed(build.id),
    };
    tracing::info!(build = %build.id, ?what, "the operator restarts");
    app.actions.restart(what).await?;
    Ok(back)
}

/// `POST …/builds/{number}/cancel`
pub(in crate::server) async fn cancel_build(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    _own: Own,
    names: Names,
) -> Result<Redirect, Error> {
    let (back, build) = build(&app, viewer, names).await?;
    tracing::info!(build = %build.id, "the operator cancels a build");
    app.actions.cancel(Cancel::Build(build.id)).await?;
    Ok(back)
}

/// `POST …/builds/{number}/approve`
pub(in crate::server) async fn approve(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    _own: Own,
    names: Names,
    Form(form): Form<ApproveForm>,
) -> Result<Redirect, Error> {
    let (back, build) = build(&app, viewer, names).await?;
    let pull = build.request.pull_request.as_ref();
    let head = pull.map(|pull| pull.head_sha.as_str());
    if head != Some(form.sha.as_str()) {
        let why = "The commit of the form is not the head commit of this build's pull request";
        return Err(Error::Refused(why.to_owned()));
    }
    tracing::info!(build = %build.id, "the operator approves a head commit");
    app.actions.approve(build.id, &form.sha).await?;
    Ok(back)
}

/// `POST …/jobs/{build}.{job}/restart`
pub(in crate::server) async fn restart_job(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    _own: Own,
    names: Names,
) -> Result<Redirect, Error> {
    let (back, build, job) = job(&app, viewer, names).await?;
    tracing::info!(job = %job.id, "the operator restarts a job");
    let what = Restart::Job(build.id, job.plan.number);
    app.actions.restart(what).await?;
    Ok(back)
}

/// `POST …/jobs/{build}.{job}/cancel`
pub(in crate::server) async fn cancel_job(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    _own: Own,
    names: Names,
) -> Result<Redirect, Error> {
    let (back, build, job) = job(&app, viewer, names).await?;
    tracing::info!(job = %job.id, "the operator cancels a job");
    let what = Cancel::Job(build.id, job.plan.number);
    app.actions.cancel(what).await?;
    Ok(back)
}

/// The build of a path and the way back, for the operator only.
async fn build(
    app: &App,
    viewer: Viewer,
    Path((owner, name, number)): Names,
) -> Result<(Redirect, BuildRow), Error> {
    let (repository, build) = visible::build(app, viewer, &(owner, name), &number).await?;
    viewer.must_be_operator()?;
    Ok((back(&repository, "builds", &number), build))
}

/// The job of a path and the way back, for the operator only.
async fn job(
    app: &App,
    viewer: Viewer,
    Path((owner, name, number)): Names,
) -> Result<(Redirect, BuildRow, JobRow), Error> {
    let (repository, build, job) = visible::job(app, viewer, &(owner, name), &number).await?;
    viewer.must_be_operator()?;
    Ok((back(&repository, "jobs", &number), build, job))
}

fn back(repository: &Repository, what: &str, number: &str) -> Redirect {
    Redirect::to(&format!("/{}/{what}/{number}", repository.slug))
}
