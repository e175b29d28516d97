//! Logs: raw, live, and hostile ones.

use super::rows;
use super::world::{Asker, World};
use agent::log::LogId;
use axum::body::{Body, BodyDataStream};
use axum::http::header::RANGE;
use axum::http::{HeaderName, Method, StatusCode};
use futures_util::StreamExt;
use std::time::Duration;

/// The log of a job that runs.
pub(crate) const EVENTS: &str = "/octo/hello/jobs/4.1/log/events";
const LOG: LogId = LogId {
    job: 40,
    attempt: 1,
};

/// Server-sent events as they come.
struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn open(asker: &Asker<'_>, path: &str) -> Self {
        let response = asker.open(Method::GET, path, Body::empty()).await;
        assert_eq!(response.status(), StatusCode::OK);
        Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// Name, id and data of the next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<(String, String, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = event.lines();
                    let value = lines.find_map(|line| line.strip_prefix(name));
                    value.unwrap_or_default().trim_start().to_owned()
                };
                let found = (field("event:"), field("id:"), field("data:"));
                self.text = rest.to_owned();
                if found.0.is_empty() {
                    continue;
                }
                return Some(found);
            }
            let more = tokio::time::timeout(Duration::from_secs(30), self.body.next()).await;
            let more = more.expect("an event in time")?.expect("no broken stream");
            self.text.push_str(std::str::from_utf8(&more).unwrap());
        }
    }

    /// All items until the end of the stream, and the last id.
    async fn rest(&mut self) -> (String, String) {
        let (mut all, mut last) = (String::new(), String::new());
        while let Some((name, id, data)) = self.next().await {
            if name == "items" {
                last = id;
                all.push_str(&data);
            } else {
                all.push_str(&format!("<{name}>"));
            }
        }
        (all, last)
    }
}

#[tokio::test]
async fn the_raw_log_is_bytes_and_never_a_page() {
    let world = World::new();
    let text = "<script>alert(1)</script>\r\n\x1b[31mred\x1b[0m\r\n";
    world.write_log(10, 2, text);
    let raw = world.anybody().get("/octo/hello/jobs/1.1/log").await;
    assert_eq!(raw.body, text);
    assert_eq!(raw.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(raw.header("x-content-type-options"), "nosniff");
    assert_eq!(
        raw.header("content-disposition"),
        "inline; filename=\"job-10-2.txt\""
    );
    let none = world.anybody().get("/octo/hello/jobs/4.1/log").await;
    assert_eq!((none.status, none.body.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn a_log_that_is_gone_says_why_on_its_page_and_raw() {
    let world = World::new();
    let (page, raw) = ("/octo/hello/jobs/1.1", "/octo/hello/jobs/1.1/log");
    let elsewhere = "This agent has no log of it";
    let shown = world.anybody().get(page).await.body;
    assert!(
        shown.contains(elsewhere) && !shown.contains("Raw log"),
        "{shown}"
    );
    let answer = world.anybody().get(raw).await;
    assert_eq!(answer.status, StatusCode::GONE);
    assert!(answer.body.starts_with(elsewhere), "{}", answer.body);
    let long_ago = rows::at(-91 * 24 * 60);
    world
        .memory
        .with(|rows| rows.jobs[0].attempt.finished = Some(long_ago));
    let removed = "Its log was removed after 90 days (logs.retention).";
    assert!(world.anybody().get(page).await.body.contains(removed));
    assert_eq!(world.anybody().get(raw).await.body, format!("{removed}\n"));
    // One that still runs has none yet, and one that is there is shown however old its job is.
    let running = world.anybody().get("/octo/hello/jobs/4.1/log").await;
    assert_eq!(
        (running.status, running.body.as_str()),
        (StatusCode::OK, "")
    );
    world.write_log(10, 2, "said\r\n");
    assert_eq!(world.anybody().get(raw).await.body, "said\r\n");
}

#[tokio::test]
async fn a_part_of_the_raw_log_by_range_or_offset() {
    let world = World::new();
    world.write_log(10, 2, "0123456789");
    let path = "/octo/hello/jobs/1.1/log";
    let range = async |range: &str| {
        let answer = world.anybody().with(RANGE, range).get(path).await;
        let status = answer.status.as_u16();
        (status, answer.header("content-range"), answer.body)
    };
    let part = |code: u16, range: &str, body: &str| (code, range.to_owned(), body.to_owned());
    assert_eq!(range("bytes=2-4").await, part(206, "bytes 2-4/10", "234"));
    assert_eq!(range("bytes=-3").await, part(206, "bytes 7-9/10", "789"));
    assert_eq!(range("bytes=10-").await, part(416, "bytes */10", ""));
    assert_eq!(range("bytes=0-1,3-4").await, part(200, "", "0123456789"));
    let from = world.anybody().get("/octo/hello/jobs/1.1/log?from=7").await;
    assert_eq!((from.status, from.body.as_str()), (StatusCode::OK, "789"));
    let beyond = world
        .anybody()
        .get("/octo/hello/jobs/1.1/log?from=99")
        .await;
    assert_eq!(beyond.body, "");
}

#[tokio::test]
async fn a_log_is_followed_as_it_grows_to_its_end() {
    let world = World::new();
    let mut events = Events::open(&world.anybody(), EVENTS).await;
    let writer = world.live.write(LOG, 0);
    let end = world.write_log(40, 1, "$ make\r\n\x1b[31m<b>\x1b[0m\r\n");
    writer.grown(end);
    let (name, id, data) = events.next().await.unwrap();
    assert_eq!((name.as_str(), id), ("items", end.to_string()));
    let expected = r#"[["line",1,"$ make"],["line",2,"<span class=\"f1\">&lt;b&gt;</span>"]]"#;
    assert_eq!(data, expected);
    let half = world.write_log(40, 1, "half");
    writer.grown(half);
    assert_eq!(events.next().await.unwrap().2, r#"[["unfinished","half"]]"#);
    drop(writer);
    let (rest, _) = events.rest().await;
    assert_eq!(rest, r#"[["line",3,"half"]]<end>"#);
    assert!(world.live.is_empty(), "a reader that ends leaves nothing");
}

#[tokio::test]
async fn a_reader_that_comes_back_goes_on_where_it_was() {
    let world = World::new();
    let first = world.write_log(40, 1, "one\r\n\x1b[32mtwo\r\n");
    world.write_log(40, 1, "three\r\n");
    drop(world.live.write(LOG, 0));
    let again = world
        .anybody()
        .with(HeaderName::from_static("last-event-id"), &first.to_string());
    world.memory.with(|rows| {
        let mut all = rows.jobs.iter_mut();
        let job = all.find(|job| job.id.0 == 40).unwrap();
        job.attempt.state = agent::scheduler::State::Passed;
    });
    let expected = r#"[["line",3,"<span class=\"f2\">three</span>"]]<end>"#;
    // The header of a browser that was cut off wins over where the page once began.
    for path in [EVENTS.to_owned(), format!("{EVENTS}?from=0")] {
        let (rest, _) = Events::open(&again, &path).await.rest().await;
        assert_eq!(rest, expected);
    }
    let from = format!("{EVENTS}?attempt=1&from={first}");
    let (rest, _) = Events::open(&world.anybody(), &from).await.rest().await;
    assert_eq!(rest, expected);
}

#[tokio::test]
async fn whatever_the_breaks_a_reader_sees_each_line_once() {
    let world = World::new();
    let writer = world.live.write(LOG, 0);
    let mut seen = String::new();
    let mut last = 0;
    for round in 0..20 {
        let text: String = (0..50).map(|n| format!("line {round}.{n}\r\n")).collect();
        writer.grown(world.write_log(40, 1, &text));
        // Cut off in the middle of a burst, after one event.
        let asker = world
            .anybody()
            .with(HeaderName::from_static("last-event-id"), &last.to_string());
        let mut events = Events::open(&asker, EVENTS).await;
        let (_, id, data) = events.next().await.unwrap();
        last = id.parse::<u64>().unwrap();
        seen.push_str(&data);
    }
    for round in 0..20 {
        for n in 0..50 {
            let line = format!("\"line {round}.{n}\"");
            assert_eq!(seen.matches(&line).count(), 1, "{line}");
        }
    }
}

#[tokio::test]
async fn a_thousand_readers_follow_one_job_and_the_next_ones_wait() {
    let world = World::new();
    let writer = world.live.write(LOG, 0);
    let mut readers = Vec::new();
    for _ in 0..2000 {
        readers.push(Events::open(&world.anybody(), EVENTS).await);
    }
    let refused = world.anybody().get(EVENTS).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    writer.grown(world.write_log(40, 1, "hello\r\n"));
    drop(writer);
    // Half of them never read a byte; the others are served all the same.
    let rest = readers.split_off(1000);
    let ends = readers.iter_mut().map(Events::rest);
    for (seen, _) in futures_util::future::join_all(ends).await {
        assert_eq!(seen, r#"[["line",1,"hello"]]<end>"#);
    }
    drop((readers, rest));
    assert_eq!(world.live.readers(), 0);
}

#[tokio::test]
async fn a_stream_ends_when_the_agent_stops() {
    let world = World::new();
    let mut events = Events::open(&world.anybody(), EVENTS).await;
    world.stopping.cancel();
    assert_eq!(events.rest().await.0, "");
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_a_repository_that_turned_private_breaks_off() {
    let world = World::new();
    let _writer = world.live.write(LOG, 0);
    let mut events = Events::open(&world.anybody(), EVENTS).await;
    world.memory.with(|rows| {
        rows.repositories
            .iter_mut()
            .for_each(|row| row.private = true);
    });
    assert_eq!(events.rest().await.0, "");
}
