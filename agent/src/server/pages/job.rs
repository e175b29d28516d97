//! One job: what it is, its commands, and its log, which is written into the page as it is read.

use super::Page;
use super::words::{self, Time};
use crate::report::duration;
use crate::server::app::App;
use crate::server::auth::Viewer;
use crate::server::error::Error;
use crate::server::log::{self, Which};
use crate::server::visible;
use crate::store::{Attempt, BuildRow, JobRow, Repository};
use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Where the log goes in the page. It is a comment, which no escaped text can hold.
const LOG: &str = "<!--log-->";
/// Commands that are called the slowest.
const SLOWEST: usize = 3;

#[derive(Template)]
#[template(path = "job.html")]
struct JobPage {
    page: Page,
    job: Job,
}

/// A job as its page shows it.
struct Job {
    slug: String,
    build: u64,
    name: String,
    title: String,
    stage: Option<String>,
    state: &'static str,
    is_final: bool,
    stopping: bool,
    may_fail: bool,
    subject: String,
    source: String,
    reason: Option<String>,
    /// What it waits for, where that is a group.
    waits: Option<String>,
    queued: Option<Time>,
    started: Option<Time>,
    took: Option<String>,
    asked_by: Option<String>,
    /// Which run by `retry:` this is, e.g. `1 of 2`.
    retried: Option<String>,
    warnings: Vec<String>,
    pushed: Vec<(String, String)>,
    commands: Vec<Command>,
    slowest: Vec<String>,
    /// The attempt that is shown, and the newest.
    attempt: u32,
    newest: u32,
    attempts: Vec<Other>,
    /// Why there is no log to show.
    no_log: Option<String>,
}

struct Command {
    name: String,
    status: i32,
    took: String,
    slow: bool,
}

/// An attempt that is not shown here.
struct Other {
    number: u32,
    state: &'static str,
    took: Option<String>,
}

/// `GET /{owner}/{name}/jobs/{build}.{job}`, with `?attempt=` for an earlier one.
pub(in crate::server) async fn show(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((owner, name, number)): Path<(String, String, String)>,
    Query(which): Query<Which>,
) -> Result<Response, Error> {
    let slug = (owner, name);
    let (repository, build, row) = visible::job(&app, viewer, &slug, &number).await?;
    let earlier = app.reader.earlier_attempts(row.id).await?;
    let shown = log::attempt(&row, &earlier, which).ok_or(Error::NotFound)?;
    let folder = log::id(&row, shown.number).folder(&app.data);
    let mut job = view(&repository, &build, &row, &earlier, shown, app.clock.now());
    let waits = visible::waits(&app, &repository, std::slice::from_ref(&row)).await?;
    if job.attempt == job.newest {
        job.waits = waits.get(&row.id).map(|text| words::line(text));
    }
    job.no_log = log::missing::why(&app, shown, folder.clone()).await?;
    let is_final = job.is_final;
    let events = format!(
        "/{}/jobs/{}/log/events?attempt={}",
        job.slug, job.name, job.attempt
    );
    let title = format!("{} {} – {}", job.slug, job.name, job.state);
    let page = Page::new(&app, viewer, title);
    let html = JobPage { page, job }.render()?;
    let (head, foot) = html.split_once(LOG).unwrap_or((&html, ""));
    let log = log::page(folder, is_final, events, head.to_owned(), foot.to_owned());
    let html = [(CONTENT_TYPE, "text/html; charset=utf-8")];
    Ok((html, Body::from_stream(log)).into_response())
}

fn view(
    repository: &Repository,
    build: &BuildRow,
    row: &JobRow,
    earlier: &[Attempt],
    shown: &Attempt,
    now: Timestamp,
) -> Job {
    let request = &build.request;
    let summary = &shown.summary;
    let commands = commands(&summary.commands);
    let slow = commands.iter().filter(|command| command.slow);
    let slowest = slow.map(|command| format!("{} {}", command.name, command.took));
    let others = earlier.iter().chain([&row.attempt]);
    let others = others.filter(|attempt| attempt.number != shown.number);
    Job {
        slug: repository.slug.clone(),
        build: build.number,
        name: format!("{}.{}", build.number, row.plan.number),
        title: words::line(&row.plan.title),
        stage: row.plan.stage.as_deref().map(words::line),
        state: shown.state.as_str(),
        is_final: shown.state.is_final(),
        stopping: row.stopping && shown.number == row.attempt.number,
        may_fail: row.plan.allow_failure,
        subject: words::line(&request.commit_message),
        source: words::source(request),
        reason: shown.reason.as_deref().map(words::line),
        waits: None,
        queued: shown.queued.map(Time::of),
        started: shown.started.map(Time::of),
        took: words::took(shown.started, shown.finished, now),
        asked_by: shown.asked_by.as_deref().map(words::line),
        retried: (shown.retried > 0).then(|| retried(row, shown)),
        warnings: summary
            .warnings
            .iter()
            .map(|text| words::line(text))
            .collect(),
        pushed: summary
            .pushed
            .iter()
            .map(|(image, digest)| (words::line(image), words::line(digest)))
            .collect(),
        slowest: slowest.collect(),
        commands,
        attempt: shown.number,
        newest: row.attempt.number,
        attempts: others
            .map(|attempt| Other {
                number: attempt.number,
                state: attempt.state.as_str(),
                took: words::took(attempt.started, attempt.finished, now),
            })
            .collect(),
        no_log: None,
    }
}

/// Which of its runs by `retry:` an attempt is.
fn retried(row: &JobRow, shown: &Attempt) -> String {
    let count = row.plan.retry.as_ref().map_or(0, |retry| retry.count);
    format!("{} of {count}", shown.retried)
}

/// In the order they ran, the slowest marked; one command alone is not the slowest of any.
fn commands(all: &[(String, i32, u64)]) -> Vec<Command> {
    let mut times: Vec<u64> = all.iter().map(|(_, _, took)| *took).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    let limit = times.get(SLOWEST.min(times.len() / 2)).copied();
    let command = |(name, status, took): &(String, i32, u64)| Command {
        name: words::line(name),
        status: *status,
        took: duration::short(Duration::from_millis(*took)),
        slow: limit.is_some_and(|limit| *took > limit),
    };
    all.iter().map(command).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_commands_are_few_and_slower_than_the_rest() {
        let slow = |times: &[u64]| {
            let rows: Vec<_> = times.iter().map(|t| ("c".to_owned(), 0, *t)).collect();
            let marked = commands(&rows).into_iter().map(|command| command.slow);
            marked.collect::<Vec<_>>()
        };
        assert_eq!(slow(&[]), [] as [bool; 0]);
        assert_eq!(slow(&[5]), [false]);
        assert_eq!(slow(&[5, 9]), [false, true]);
        assert_eq!(slow(&[5, 5, 5, 5]), [false; 4]);
        let many = slow(&[1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(many, [false, false, false, false, false, true, true, true]);
    }
}
