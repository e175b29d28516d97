//! A growing log as server-sent events.
//!
//! `items` events hold a JSON list and have the offset after their last whole line as `id`, so a
//! reader that lost its connection goes on exactly there (`Last-Event-ID`). `end` is the last one.
//! Nothing is queued for a reader: what it has not taken stays in the files, and who falls far
//! behind is told how many lines were passed over.

use super::feed::{Feed, Step};
use super::items::{self, Item};
use super::{Which, sgr};
use crate::log::live::Watch;
use crate::log::{Growth, LogError};
use crate::server::app::App;
use crate::server::auth::Viewer;
use crate::server::error::Error;
use crate::server::visible::{self, Slug};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

/// Bytes of a log that one event covers at most.
const EVENT: u64 = 256 << 10;
/// A reader that is further behind than this misses what lies between …
const BEHIND: u64 = 2 << 20;
/// … but for the last so many bytes.
const LAST: u64 = 256 << 10;
/// A pause between two events, so that a fast job does not make thousands.
const PACE: Duration = Duration::from_millis(150);
/// How often it is asked again whether the job still runs and may still be seen.
const RECHECK: Duration = Duration::from_secs(10);

/// Where to begin, for a reader without `Last-Event-ID`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::server) struct Begin {
    from: u64,
}

/// One reader.
struct Reader {
    app: Arc<App>,
    viewer: Viewer,
    slug: Slug,
    number: String,
    which: Which,
    watch: Watch,
    feed: Option<Feed>,
    /// Offset up to which this reader has everything.
    from: u64,
    unfinished: Option<String>,
    is_final: bool,
    checked: Instant,
    stage: Stage,
    _place: OwnedSemaphorePermit,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Following,
    /// The log has been told to its end.
    Ended,
    Over,
}

/// `GET …/jobs/{build}.{job}/log/events`
pub(in crate::server) async fn events(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Path((owner, name, number)): Path<(String, String, String)>,
    Query(which): Query<Which>,
    Query(begin): Query<Begin>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    let slug = (owner, name);
    let place = Arc::clone(&app.viewers).try_acquire_owned();
    let place = place.map_err(|_| Error::Busy)?;
    let (_, _, row) = visible::job(&app, viewer, &slug, &number).await?;
    let earlier = app.reader.earlier_attempts(row.id).await?;
    let attempt = super::attempt(&row, &earlier, which).ok_or(Error::NotFound)?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let mut reader = Reader {
        viewer,
        slug,
        number,
        which: Which {
            attempt: Some(attempt.number),
        },
        watch: app.live.watch(super::id(&row, attempt.number)),
        feed: None,
        from: last.and_then(|id| id.parse().ok()).unwrap_or(begin.from),
        unfinished: None,
        is_final: attempt.state.is_final(),
        checked: Instant::now(),
        stage: Stage::Following,
        app: Arc::clone(&app),
        _place: place,
    };
    app.metrics.log_viewers(app.live.readers());
    let folder = super::id(&row, attempt.number).folder(&app.data);
    let from = reader.from;
    // What this reader has already is read again without a word, for colours, folds and numbers.
    let open = move || {
        let mut feed = Feed::open(&folder)?;
        feed.pass(from.min(feed.end()))?;
        Ok::<_, LogError>(feed)
    };
    reader.feed = Some(tokio::task::spawn_blocking(open).await??);
    let stream = stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

impl Drop for Reader {
    fn drop(&mut self) {
        let others = self.app.live.readers().saturating_sub(1);
        self.app.metrics.log_viewers(others);
    }
}

impl Reader {
    /// The next event; waits for it. `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            match self.stage {
                Stage::Following => (),
                Stage::Ended => {
                    self.stage = Stage::Over;
                    return Some(Event::default().event("end").data("{}"));
                }
                Stage::Over => return None,
            }
            // First how far it is, then the files: what comes in between is told the next time.
            let growth = self.watch.now();
            if self.checked.elapsed() >= RECHECK && !self.recheck().await {
                return None;
            }
            let (items, at_end) = self.read(growth).await?;
            if at_end && (growth.closed || self.is_final) {
                self.stage = Stage::Ended;
            }
            if !items.is_empty() {
                let id = self.feed.as_ref().map_or(self.from, Feed::whole);
                let id = id.max(self.from).to_string();
                let data = Value::Array(items).to_string();
                tokio::time::sleep(PACE).await;
                return Some(Event::default().event("items").id(id).data(data));
            }
            if self.stage == Stage::Following && at_end && !self.wait().await {
                return None;
            }
        }
    }

    /// Waits for more, or for the time to ask again; false when the agent stops.
    async fn wait(&mut self) -> bool {
        let stopping = self.app.stopping.clone();
        tokio::select! {
            () = stopping.cancelled() => false,
            _ = self.watch.changed() => true,
            () = tokio::time::sleep(RECHECK) => true,
        }
    }

    /// Whether the log may still be seen; notes whether the job has ended meanwhile.
    async fn recheck(&mut self) -> bool {
        self.checked = Instant::now();
        let app = &self.app;
        let job = visible::job(app, self.viewer, &self.slug, &self.number).await;
        match job {
            Ok((_, _, row)) => {
                let newest = Some(row.attempt.number) == self.which.attempt;
                self.is_final = !newest || row.attempt.state.is_final();
                true
            }
            Err(Error::Busy) => true,
            Err(_) => false,
        }
    }

    /// Reads on: the items, and whether the log's end was reached. `None` when it cannot be read.
    async fn read(&mut self, growth: Growth) -> Option<(Vec<Value>, bool)> {
        let mut feed = self.feed.take()?;
        let shown = self.unfinished.take();
        let closed = growth.closed || self.is_final;
        let from = self.from;
        let read = tokio::task::spawn_blocking(move || {
            let read = collect(&mut feed, from, closed, shown.as_deref());
            (feed, read)
        });
        match read.await {
            Ok((feed, Ok((items, unfinished, at_end)))) => {
                self.feed = Some(feed);
                self.unfinished = unfinished;
                Some((items, at_end))
            }
            Ok((_, Err(error))) => {
                tracing::error!(%error, "a log cannot be followed");
                None
            }
            Err(error) => {
                tracing::error!(%error, "a log's reader broke");
                None
            }
        }
    }
}

/// The items of one event, the unfinished line, and whether all there is has been read. `shown` is
/// the unfinished line that the reader has.
fn collect(
    feed: &mut Feed,
    from: u64,
    closed: bool,
    shown: Option<&str>,
) -> Result<(Vec<Value>, Option<String>, bool), LogError> {
    let end = feed.refresh()?;
    let mut items = Vec::new();
    if feed.offset() < from {
        // The log is shorter than what the reader has: an agent was restarted and writes the same
        // bytes once more.
        feed.pass(from)?;
    }
    if end.saturating_sub(feed.offset()) > BEHIND {
        feed.skip(end - LAST, |item| items.push(value(item)))?;
    }
    let until = end.min(feed.offset() + EVENT);
    while feed.step(until, |item| items.push(value(item)))? == Step::More {}
    let at_end = feed.offset() >= end;
    if at_end && closed {
        feed.items().end(|item| items.push(value(item)));
        return Ok((items, None, true));
    }
    let unfinished = feed.items().unfinished();
    if unfinished.as_deref() != shown {
        let html = html(unfinished.as_deref().unwrap_or_default());
        items.push(json!(["unfinished", html]));
    }
    Ok((items, unfinished, at_end))
}

/// An item for the script; texts are HTML already.
fn value(item: Item<'_>) -> Value {
    match item {
        Item::Line(number, text) => json!(["line", number, html(text)]),
        Item::Open(number, text) => json!(["open", number, html(text)]),
        Item::Close => json!(["close"]),
        Item::Took(took) => json!(["took", items::took_text(took)]),
        Item::Skipped(1) => json!(["gap", "skipped 1 line, reload to see it"]),
        Item::Skipped(lines) => {
            json!(["gap", format!("skipped {lines} lines, reload to see them")])
        }
        Item::Missing(_) => json!(["gap", items::gap_text(item)]),
    }
}

fn html(text: &str) -> String {
    let mut html = String::new();
    sgr::write(text, &mut html);
    html
}

#[cfg(test)]
mod tests {
    use super::super::feed::tests::append;
    use super::*;

    #[test]
    fn a_reader_that_falls_behind_is_told_how_many_lines_it_missed() {
        let dir = tempfile::tempdir().expect("a folder");
        append(dir.path(), "first\r\n");
        let mut feed = Feed::open(dir.path()).expect("opened");
        let (items, _, at_end) = collect(&mut feed, 0, false, None).expect("read");
        assert_eq!(items, [json!(["line", 1, "first"])]);
        assert!(at_end);
        let lines = 1_000_000;
        append(dir.path(), &"0123456\r\n".repeat(lines));
        let (items, _, _) = collect(&mut feed, 0, false, None).expect("read");
        let text = Value::Array(items.clone()).to_string();
        let skipped = lines as u64 - LAST / 9 - 1;
        let gap = format!("skipped {skipped} lines, reload to see them");
        assert_eq!(items.first(), Some(&json!(["gap", gap])));
        assert!(text.len() < 2 << 20, "an event is bounded: {}", text.len());
    }

    #[test]
    fn half_a_line_is_shown_once_and_then_becomes_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        append(dir.path(), "40%");
        let mut feed = Feed::open(dir.path()).expect("opened");
        let (items, half, _) = collect(&mut feed, 0, false, None).expect("read");
        assert_eq!(items, [json!(["unfinished", "40%"])]);
        let (items, half, _) = collect(&mut feed, 0, false, half.as_deref()).expect("read");
        assert!(items.is_empty(), "{items:?}");
        append(dir.path(), "\r100%\r\n");
        let (items, half, _) = collect(&mut feed, 0, false, half.as_deref()).expect("read");
        assert_eq!(
            items,
            [json!(["line", 1, "100%"]), json!(["unfinished", ""])]
        );
        assert_eq!(half, None);
    }

    #[test]
    fn a_log_that_closes_ends_its_line_and_its_folds() {
        let dir = tempfile::tempdir().expect("a folder");
        append(dir.path(), "travis_fold:start:a\r\x1b[0Kx\r\ny");
        let mut feed = Feed::open(dir.path()).expect("opened");
        let (items, _, at_end) = collect(&mut feed, 0, true, None).expect("read");
        let expected = [
            json!(["open", 1, "x"]),
            json!(["line", 2, "y"]),
            json!(["close"]),
        ];
        assert_eq!(items, expected);
        assert!(at_end);
    }
}
