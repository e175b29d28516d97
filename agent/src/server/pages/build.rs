//! One build.

use super::Page;
use super::messages::{self, Messages};
use super::words::{self, Time};
use crate::policy;
use crate::scheduler::{BuildState, JobState};
use crate::server::app::{App, Forge};
use crate::server::auth::Viewer;
use crate::server::error::Error;
use crate::server::visible;
use crate::store::{BuildRow, JobId, JobRow, Repository};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use jiff::Timestamp;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "build.html")]
struct BuildPage {
    page: Page,
    build: Build,
    messages: Messages,
}

/// A build as its page shows it.
struct Build {
    slug: String,
    private: bool,
    number: u64,
    state: &'static str,
    is_final: bool,
    subject: String,
    body: String,
    source: String,
    event: &'static str,
    sha: String,
    commit_url: String,
    pull_request_url: Option<String>,
    sender: String,
    created: Time,
    finished: Option<Time>,
    took: Option<String>,
    refused: Option<String>,
    /// The head commit that somebody may approve.
    approvable: Option<String>,
    stages: Vec<Stage>,
    warnings: Vec<(String, String)>,
    pushed: Vec<(String, String, String)>,
}

struct Stage {
    name: String,
    state: &'static str,
    jobs: Vec<Job>,
}

struct Job {
    id: JobId,
    name: String,
    title: String,
    state: &'static str,
    stopping: bool,
    may_fail: bool,
    attempt: u32,
    took: Option<String>,
    reason: Option<String>,
    /// What it waits for, where that is a group.
    waits: Option<String>,
}

/// `GET /{owner}/{name}/builds/{number}`
pub(in crate::server) async fn show(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((owner, name, number)): Path<(String, String, String)>,
) -> Result<Html<String>, Error> {
    let slug = (owner, name);
    let (repository, row) = visible::build(&app, viewer, &slug, &number).await?;
    let jobs = visible::jobs(&app, viewer, (&repository, &row)).await?;
    let waits = visible::waits(&app, &repository, &jobs).await?;
    let mut build = view(
        &repository,
        &row,
        &jobs,
        app.forge.as_ref(),
        app.clock.now(),
    );
    for job in build.stages.iter_mut().flat_map(|stage| &mut stage.jobs) {
        job.waits = waits.get(&job.id).map(|text| words::line(text));
    }
    let compile = move || messages::of(&row.sources, &row.request);
    let messages = tokio::task::spawn_blocking(compile).await?;
    let title = format!("{} #{} – {}", build.slug, build.number, build.state);
    let page = Page::new(&app, viewer, title);
    let view = BuildPage {
        page,
        build,
        messages,
    };
    Ok(Html(view.render()?))
}

fn view(
    repository: &Repository,
    row: &BuildRow,
    jobs: &[JobRow],
    forge: &dyn Forge,
    now: Timestamp,
) -> Build {
    let request = &row.request;
    let message = request.commit_message.trim();
    let body = message.split_once('\n').map_or("", |(_, body)| body.trim());
    let pull = request.pull_request.as_ref();
    let approvable = pull.filter(|_| policy::needs_approval(request));
    let name = |job: &JobRow| format!("{}.{}", row.number, job.plan.number);
    let warnings = jobs.iter().flat_map(|job| {
        let all = job.attempt.summary.warnings.iter();
        all.map(move |warning| (name(job), words::line(warning)))
    });
    let pushed = jobs.iter().flat_map(|job| {
        let all = job.attempt.summary.pushed.iter();
        all.map(move |(image, digest)| (name(job), words::line(image), words::line(digest)))
    });
    Build {
        slug: repository.slug.clone(),
        private: repository.private,
        number: row.number,
        state: row.state.as_str(),
        is_final: row.state.is_final(),
        subject: words::line(message),
        body: body.lines().map(words::line).collect::<Vec<_>>().join("\n"),
        source: words::source(request),
        event: words::event(request),
        sha: words::short_sha(&row.status_sha),
        commit_url: forge.commit(&repository.slug, &words::line(&row.status_sha)),
        pull_request_url: pull.map(|pull| forge.pull_request(&repository.slug, pull.number)),
        sender: words::line(&request.sender),
        created: Time::of(row.created),
        finished: row.finished.map(Time::of),
        took: words::took(row.started, row.finished, now),
        refused: row.refused.as_deref().map(words::line),
        approvable: approvable.map(|pull| words::line(&pull.head_sha)),
        stages: stages(row, jobs, now),
        warnings: warnings.collect(),
        pushed: pushed.collect(),
    }
}

fn stages(row: &BuildRow, jobs: &[JobRow], now: Timestamp) -> Vec<Stage> {
    let states = jobs.iter().map(|job| {
        let plan = &job.plan;
        JobState::stored(
            plan.number,
            job.stage,
            plan.allow_failure,
            job.attempt.state,
        )
    });
    let state = BuildState::stored(states.collect(), row.stages.len(), false, row.state);
    let stage = |(at, name): (usize, &Option<String>)| Stage {
        name: name.as_deref().map(words::line).unwrap_or_default(),
        state: state.stage(at).as_str(),
        jobs: jobs
            .iter()
            .filter(|job| job.stage == at)
            .map(|job| line(row.number, job, now))
            .collect(),
    };
    row.stages.iter().enumerate().map(stage).collect()
}

fn line(build: u64, row: &JobRow, now: Timestamp) -> Job {
    let attempt = &row.attempt;
    Job {
        id: row.id,
        name: format!("{build}.{}", row.plan.number),
        title: words::line(&row.plan.title),
        state: attempt.state.as_str(),
        stopping: row.stopping,
        may_fail: row.plan.allow_failure,
        attempt: attempt.number,
        took: words::took(attempt.started, attempt.finished, now),
        reason: attempt.reason.as_deref().map(words::line),
        waits: None,
    }
}
