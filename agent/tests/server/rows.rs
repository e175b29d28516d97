//! The rows that the tests start with: a public repository with one build of each kind, and a
//! private one.

use super::memory::Rows;
use agent::scheduler::State;
use agent::store::{
    Attempt, BuildId, BuildRow, Delivery, DeliveryId, DeliveryOutcome, JobId, JobRow, JobSummary,
    NewDelivery, Repository, RepositoryId, RepositorySettings,
};
use jiff::{Timestamp, ToSpan};
use schema::plan::Job;
use schema::request::{Event, PullRequest, Request};

pub(crate) const HELLO: RepositoryId = RepositoryId(1);
pub(crate) const SECRET: RepositoryId = RepositoryId(2);
/// A word that stands in every text of the private repository.
pub(crate) const HIDDEN: &str = "hush";
const SHA: &str = "8f14e45fceea167a5a36dedd4bea2543c2a3b1f0";
const HEAD: &str = "45c48cce2e2d7fbdea1afc51c7c6ad26c9ae3d51";

/// Minutes after a day's beginning.
pub(crate) fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    start.checked_add(minute.minutes()).unwrap()
}

pub(crate) fn now() -> Timestamp {
    at(120)
}

pub(crate) fn rows() -> Rows {
    let mut rows = Rows {
        repositories: vec![
            repository(HELLO, "octo/hello", false),
            repository(SECRET, &format!("octo/{HIDDEN}"), true),
        ],
        ..Rows::default()
    };
    passed(&mut rows);
    fork(&mut rows);
    refused(&mut rows);
    running(&mut rows);
    private(&mut rows);
    deliveries(&mut rows);
    rows
}

pub(crate) fn repository(id: RepositoryId, slug: &str, private: bool) -> Repository {
    Repository {
        id,
        slug: slug.to_owned(),
        private,
        default_branch: "main".to_owned(),
        active: true,
        hook: None,
        settings: RepositorySettings::default(),
    }
}

pub(crate) fn request(branch: &str, message: &str) -> Request {
    Request {
        slug: "octo/hello".to_owned(),
        default_branch: "main".to_owned(),
        branch: branch.to_owned(),
        sha: SHA.to_owned(),
        commit_message: message.to_owned(),
        sender: "mona".to_owned(),
        ..Request::default()
    }
}

pub(crate) fn build(id: u64, repository: RepositoryId, number: u64, state: State) -> BuildRow {
    BuildRow {
        id: BuildId(id),
        repository,
        number,
        request: request("main", "Say hello\n\nIt was silent before."),
        sources: vec![(".ci.yml".to_owned(), "script: make\n".to_owned())],
        stages: vec![None],
        refused: None,
        status_sha: SHA.to_owned(),
        context: None,
        gave_way: None,
        state,
        created: at(i64::try_from(id).unwrap() * 10),
        started: Some(at(i64::try_from(id).unwrap() * 10 + 1)),
        finished: state
            .is_final()
            .then(|| at(i64::try_from(id).unwrap() * 10 + 4)),
    }
}

pub(crate) fn attempt(number: u32, state: State) -> Attempt {
    Attempt {
        number,
        state,
        reason: None,
        queued: Some(at(11)),
        started: Some(at(12)),
        finished: state.is_final().then(|| at(13)),
        summary: JobSummary::default(),
        asked_by: None,
        retried: 0,
    }
}

pub(crate) fn job(id: u64, build: u64, number: u32, title: &str, state: State) -> JobRow {
    JobRow {
        id: JobId(id),
        build: BuildId(build),
        stage: 0,
        plan: Job {
            number,
            title: title.to_owned(),
            ..Job::default()
        },
        attempt: attempt(1, state),
        stopping: false,
        deploying: false,
        gated: false,
    }
}

/// Build 1: two stages, a restarted job, an image, a warning, a job that may fail and did.
fn passed(rows: &mut Rows) {
    let mut row = build(1, HELLO, 1, State::Passed);
    row.stages = vec![Some("Test".to_owned()), Some("Release".to_owned())];
    row.sources = vec![(
        ".ci.yml".to_owned(),
        "jobs:\n  include:\n  - script: make\n  - {name: Nightly, if: type = cron, script: make}\n"
            .to_owned(),
    )];
    rows.builds.push(row);
    let mut unit = job(10, 1, 1, "Unit tests", State::Passed);
    unit.plan.stage = Some("Test".to_owned());
    unit.attempt.number = 2;
    unit.attempt.asked_by = Some("operator".to_owned());
    unit.attempt.summary = JobSummary {
        warnings: vec!["after_success.1 ended with 1".to_owned()],
        commands: vec![
            ("install.1".to_owned(), 0, 4_200),
            ("script.1".to_owned(), 0, 83_000),
            ("after_success.1".to_owned(), 1, 300),
        ],
        pushed: Vec::new(),
        image: Some(("python:3.12".to_owned(), Some("sha256:0123".to_owned()))),
    };
    let mut first = attempt(1, State::Errored);
    first.reason = Some("the registry did not answer".to_owned());
    rows.earlier.push((JobId(10), first));
    let mut nightly = job(11, 1, 2, "Nightly toolchain", State::Failed);
    nightly.plan.allow_failure = true;
    nightly.attempt.reason = Some("script.1 ended with 101".to_owned());
    let mut release = job(12, 1, 3, "Push image", State::Passed);
    release.stage = 1;
    release.attempt.summary.pushed = vec![(
        "registry.example/octo/hello:1.0".to_owned(),
        "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824".to_owned(),
    )];
    rows.jobs.extend([unit, nightly, release]);
}

/// Build 2: a pull request from a fork.
fn fork(rows: &mut Rows) {
    let mut row = build(2, HELLO, 2, State::Failed);
    row.request = Request {
        event: Event::PullRequest,
        fork: true,
        sender: "stranger".to_owned(),
        pull_request: Some(PullRequest {
            number: 7,
            head_branch: "fix".to_owned(),
            head_sha: HEAD.to_owned(),
            head_slug: "stranger/hello".to_owned(),
            ..PullRequest::default()
        }),
        ..request("main", "Try something")
    };
    row.status_sha = HEAD.to_owned();
    rows.builds.push(row);
    rows.jobs.push(job(20, 2, 1, "make", State::Failed));
}

/// Build 3: the config was refused.
fn refused(rows: &mut Rows) {
    let mut row = build(3, HELLO, 3, State::Errored);
    let config = "script: make\nif: branch =\n";
    row.sources = vec![(".ci.yml".to_owned(), config.to_owned())];
    row.stages = Vec::new();
    row.started = None;
    row.refused = Some(".ci.yml has a mistake that stops the build".to_owned());
    rows.builds.push(row);
}

/// Build 4: runs.
fn running(rows: &mut Rows) {
    let mut row = build(4, HELLO, 4, State::Started);
    row.request = request("feature/x", "Work on x");
    rows.builds.push(row);
    rows.jobs.push(job(40, 4, 1, "make", State::Started));
    let mut queued = job(41, 4, 2, "make slow", State::Queued);
    queued.attempt.started = None;
    rows.jobs.push(queued);
}

/// Build 5: of the private repository.
fn private(rows: &mut Rows) {
    let mut row = build(5, SECRET, 1, State::Passed);
    row.request = request(HIDDEN, HIDDEN);
    rows.builds.push(row);
    rows.jobs.push(job(50, 5, 1, HIDDEN, State::Passed));
}

fn deliveries(rows: &mut Rows) {
    let outcomes = [
        (
            Some(HELLO),
            "push",
            Some(DeliveryOutcome::Build(BuildId(1))),
        ),
        (
            Some(HELLO),
            "push",
            Some(DeliveryOutcome::Skipped(
                "the commit message says [ci skip]".to_owned(),
            )),
        ),
        (
            Some(HELLO),
            "watch",
            Some(DeliveryOutcome::Ignored("no builds come of it".to_owned())),
        ),
        (
            Some(SECRET),
            "push",
            Some(DeliveryOutcome::Error(format!("{HIDDEN} has no config"))),
        ),
        (Some(HELLO), "pull_request", None),
        (
            None,
            "ping",
            Some(DeliveryOutcome::Ignored("a greeting".to_owned())),
        ),
    ];
    for (n, (repository, event, outcome)) in (1..).zip(outcomes) {
        rows.deliveries.push(Delivery {
            id: DeliveryId(n),
            new: NewDelivery {
                guid: format!("72d3162e-cc78-11e3-81ab-4c9367dc09{n:02}"),
                event: event.to_owned(),
                repository,
                body: Vec::new(),
                polled: n == 2,
                received: at(i64::try_from(n).unwrap()),
            },
            tries: if outcome.is_none() { 3 } else { 0 },
            last_error: outcome.is_none().then(|| "GitHub answered 502".to_owned()),
            outcome,
        });
    }
}
