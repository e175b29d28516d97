//! What `agent run` says before and after the jobs.

use super::setup::Setup;
use super::summary::{self, Row};
use crate::cli::Printer;
use crate::cli::plan::view::title;
use crate::error::Exit;
use crate::jobs::refusal;
use crate::local::BuildEnd;
use crate::log::clean;
use crate::policy::nothing_ran::{self, OnPush};
use crate::policy::skip::Refusal;
use crate::report::status::{self, CommitStatus, ContextKind, DEFAULT_PREFIX, StatusState};
use crate::runner::execute::{CommandTime, JobEnd};
use crate::runner::script::CommandTexts;
use crate::scheduler::{BuildState, JobState, State};
use schema::plan::{Job, Plan, SkippedThing};
use schema::request::{Event, Request};
use std::time::Duration;

/// How many of a job's commands the table names.
const SLOWEST: usize = 3;
/// Quicker commands are not worth a line.
const WORTH_NAMING: Duration = Duration::from_secs(1);

/// Where the statuses of a request go.
fn context(request: &Request) -> String {
    let kind = match request.event {
        Event::Push => ContextKind::Push,
        Event::PullRequest => ContextKind::PullRequest,
        Event::Cron => ContextKind::Cron,
        Event::Api => ContextKind::Api,
    };
    kind.context(DEFAULT_PREFIX)
}

/// What would be posted for a build that does not run (decision 29).
pub(super) fn not_run(printer: &mut Printer, request: &Request, reason: &str) {
    let refusal = Refusal::Config(reason.to_owned());
    let on_push = OnPush::default();
    // What the base branch's config says is not looked at here.
    let status = nothing_ran::status(request.event, &refusal, on_push, false, context(request));
    statuses(printer, status.as_slice());
}

/// Names what the plan leaves out.
pub(super) fn skipped(printer: &mut Printer, plan: &Plan) {
    for skipped in &plan.skipped {
        let what = match &skipped.what {
            SkippedThing::Build => "the build".to_owned(),
            SkippedThing::Stage(name) => format!("stage {name}"),
            SkippedThing::Job(name) => format!("job {name}"),
            SkippedThing::Notification(_) | SkippedThing::Import(_) => continue,
        };
        printer.note(clean(&format!("Skipping {what}: {}", skipped.reason)));
    }
}

/// Refuses a build with jobs that may not run; the exit code, when it is refused.
pub(super) fn refused(printer: &mut Printer, setup: &Setup, plan: &Plan) -> Option<Exit> {
    let jobs = || plan.stages.iter().flat_map(|stage| &stage.jobs);
    let refusals: Vec<String> = jobs()
        .filter_map(|job| {
            let reason = refusal(job, &setup.grants)?;
            Some(format!(
                "{} ({}): {reason}",
                setup.number(job.number),
                title(job)
            ))
        })
        .collect();
    let cant_run = setup.cant_run(plan);
    let text = if let Some(first) = refusals.first() {
        for refusal in &refusals {
            printer.warn(refusal);
        }
        first.clone()
    } else if cant_run.len() == jobs().count() {
        for (number, reason) in &cant_run {
            printer.warn(format!("{}: {reason}", setup.number(*number)));
        }
        "no job of this build can run here".to_owned()
    } else {
        return None;
    };
    printer.note("The build is not run.");
    let status = status::plain(context(&setup.request), StatusState::Error, &text);
    statuses(printer, &[status]);
    Some(Exit::BuildFailed)
}

/// The table, the images, the statuses.
pub(super) fn end(
    printer: &mut Printer,
    setup: &Setup,
    plan: &Plan,
    end: &BuildEnd,
    cant_run: &[(u32, String)],
) {
    let name = |number: u32| {
        let mut jobs = plan.stages.iter().flat_map(|stage| &stage.jobs);
        let job = jobs.find(|job| job.number == number);
        let title = job.map(title).unwrap_or_default();
        let reason = end.jobs.get(&number).and_then(JobEnd::reason);
        status::of_job(&end.state, number, &title, reason.as_deref())
    };
    let context = context(&setup.request);
    let waiting = BuildState::new(plan, &[]);
    let pending = status::of_build(context.clone(), &waiting, Duration::ZERO, name);
    let last = status::of_build(context, &end.state, end.took, name);
    let rows: Vec<Row> = plan
        .stages
        .iter()
        .flat_map(|stage| &stage.jobs)
        .map(|job| row(setup, job, end, cant_run))
        .collect();
    let text = summary::render(&rows, &[pending, last], end.state.state(), end.took);
    printer.data(text.as_bytes());
}

fn row(setup: &Setup, job: &Job, end: &BuildEnd, cant_run: &[(u32, String)]) -> Row {
    let ended = end.jobs.get(&job.number);
    let state = end
        .state
        .job(job.number)
        .map_or(State::Created, JobState::state);
    let not_here = cant_run.iter().find(|(number, _)| *number == job.number);
    Row {
        number: setup.number(job.number),
        title: title(job),
        stage: job.stage.clone(),
        reason: ended
            .and_then(JobEnd::reason)
            .or_else(|| not_here.map(|(_, reason)| reason.clone())),
        retried: retried(job, end),
        state,
        allow_failure: job.allow_failure,
        took: ended.and_then(|end| end.took),
        slowest: ended
            .map(|end| slowest(job, &end.commands))
            .unwrap_or_default(),
        warnings: ended.map(JobEnd::warnings).unwrap_or_default(),
        pushed: ended.map(|end| end.pushed.clone()).unwrap_or_default(),
    }
}

/// How often a job has run again by its `retry:`, and how often it might have.
fn retried(job: &Job, end: &BuildEnd) -> Option<(u8, u8)> {
    let count = job.retry.as_ref()?.count;
    let retried = end.state.job(job.number).map_or(0, JobState::retried);
    (retried > 0).then_some((retried, count))
}

fn slowest(job: &Job, commands: &[CommandTime]) -> Vec<(String, Duration)> {
    let mut times: Vec<&CommandTime> = commands
        .iter()
        .filter(|time| time.took >= WORTH_NAMING)
        .collect();
    times.sort_by_key(|time| std::cmp::Reverse(time.took));
    let texts = CommandTexts::of(job);
    let slowest = times.into_iter().take(SLOWEST);
    slowest
        .map(|time| (texts.text(time.command), time.took))
        .collect()
}

fn statuses(printer: &mut Printer, statuses: &[CommitStatus]) {
    printer.line("Statuses a daemon would post");
    for status in statuses {
        let (context, state) = (&status.context, status.state.as_str());
        let description = clean(&status.description);
        printer.line(format!("  {context}  {state}  {description}"));
    }
}
