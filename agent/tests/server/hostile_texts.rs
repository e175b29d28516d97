//! Threat T33: texts that want to be more than text, and rows that have them everywhere.

use super::memory::Rows;
use super::rows::{self, HELLO};
use agent::scheduler::State;
use agent::store::{Delivery, DeliveryId, DeliveryOutcome, JobId, JobSummary, NewDelivery};
use schema::request::{Event, PullRequest, Request};

/// One text a line in a log; line feeds are added.
pub(crate) const TEXTS: &[&str] = &[
    "<script>alert('pwned')</script>",
    "\"><img src=x onerror=alert('pwned')>",
    "'><svg/onload=alert('pwned')>",
    "</title><script>alert('pwned')</script>",
    "</textarea></select></details></p><iframe src=\"javascript:alert('pwned')\">",
    "<!--log--><b>comment</b> --> ]]>",
    "&lt;script&gt;alert('pwned')&lt;/script&gt;",
    "\x1b]8;;javascript:alert('pwned')\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x1b[38;5;</span><script>alert('pwned')</script>",
    "\x1b[31;\"onmouseover=alert('pwned')m coloured",
    "\x1b[",
    "\u{202e}gnirts desrever\u{202c}",
    "nul\0nul",
    "\u{9b}31m\u{9d}8;;javascript:alert('pwned')\u{9c}x",
    "{{7*7}} {% include \"/etc/passwd\" %} ${7*7}",
    "javascript:alert('pwned')",
    "a\u{2028}b\u{feff}c",
];

/// A log of all of them, in folds of their names too.
pub(crate) fn log() -> String {
    let mut log = String::new();
    for text in TEXTS {
        log.push_str(&format!("travis_fold:start:{text}\r\x1b[0K{text}\r\n"));
        log.push_str(&format!("travis_time:end:{text}:duration=1\r\x1b[0K\n"));
    }
    log.push_str("travis_fold:start:a\r\x1b[0Kin a fold\r\n");
    log.push_str("half <b>");
    log
}

/// Puts a text into every place of a build 100, job 1000, and a delivery that others can fill.
pub(crate) fn everywhere(rows: &mut Rows, text: &str) {
    let mut build = rows::build(100, HELLO, 100, State::Started);
    build.request = Request {
        event: Event::PullRequest,
        sender: text.to_owned(),
        fork: true,
        pull_request: Some(PullRequest {
            number: 7,
            head_branch: text.to_owned(),
            head_sha: text.to_owned(),
            head_slug: text.to_owned(),
            ..PullRequest::default()
        }),
        ..rows::request(text, &format!("{text}\n\n{text}"))
    };
    build.status_sha = text.to_owned();
    build.refused = Some(text.to_owned());
    build.stages = vec![Some(text.to_owned())];
    let config = format!("script: make\n{text:?}: 1\n");
    build.sources = vec![(format!("{text}.ci.yml"), config)];
    rows.builds.retain(|row| row.id != build.id);
    rows.builds.push(build);
    let mut job = rows::job(1000, 100, 1, text, State::Started);
    job.plan.stage = Some(text.to_owned());
    job.attempt.number = 2;
    job.attempt.reason = Some(text.to_owned());
    job.attempt.asked_by = Some(text.to_owned());
    job.attempt.summary = JobSummary {
        warnings: vec![text.to_owned()],
        commands: vec![(text.to_owned(), 0, 1), (text.to_owned(), 1, 2000)],
        pushed: vec![(text.to_owned(), text.to_owned())],
        image: Some((text.to_owned(), Some(text.to_owned()))),
    };
    rows.earlier.retain(|(id, _)| *id != JobId(1000));
    rows.earlier
        .push((JobId(1000), rows::attempt(1, State::Failed)));
    rows.jobs.retain(|row| row.id != job.id);
    rows.jobs.push(job);
    rows.deliveries.push(Delivery {
        id: DeliveryId(rows.deliveries.len() as u64 + 1),
        new: NewDelivery {
            guid: text.to_owned(),
            event: text.to_owned(),
            repository: Some(HELLO),
            body: Vec::new(),
            polled: false,
            received: rows::now(),
        },
        outcome: Some(DeliveryOutcome::Error(text.to_owned())),
        tries: 0,
        last_error: None,
    });
}

/// The pages that show them.
pub(crate) const PAGES: &[&str] = &[
    "/",
    "/octo/hello",
    "/octo/hello/builds/100",
    "/octo/hello/jobs/100.1",
    "/octo/hello/jobs/100.1?attempt=1",
    "/octo/hello/deliveries",
];

/// The elements that our pages are made of.
pub(crate) const ELEMENTS: &[&str] = &[
    "a", "bdi", "body", "button", "code", "dd", "details", "div", "dl", "dt", "form", "h1", "h2",
    "head", "header", "html", "input", "label", "li", "link", "main", "meta", "nav", "option", "p",
    "pre", "script", "section", "select", "small", "span", "summary", "table", "tbody", "td", "th",
    "thead", "time", "title", "tr", "ul",
];
