//! The log within a page, written as it is read: memory is one block, whatever the log's size.

use super::feed::{Feed, Step};
use super::items::{self, Item};
use super::sgr;
use crate::log::LogError;
use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use std::io;
use std::path::PathBuf;

/// Bytes of a log's beginning and of its end that a page shows; a phone bears no more.
const SHOWN: u64 = 2 << 20;

/// What is still to be written.
enum State {
    Head(String),
    Log,
    End,
}

struct Writer {
    state: State,
    folder: PathBuf,
    /// Opened when the log's turn comes.
    feed: Option<Feed>,
    /// Whether the log is whole.
    is_final: bool,
    /// Where the rest of a log that grows comes from.
    events: String,
    foot: String,
}

/// The page as a stream: head, log, foot. `events` is the address of the log's stream, with a
/// query, for a script to go on where the page ends.
pub(in crate::server) fn page(
    folder: PathBuf,
    is_final: bool,
    events: String,
    head: String,
    foot: String,
) -> impl Stream<Item = Result<Bytes, io::Error>> {
    let writer = Writer {
        state: State::Head(head),
        folder,
        feed: None,
        is_final,
        events,
        foot,
    };
    stream::unfold(Some(writer), |writer| async move {
        let mut writer = writer?;
        let next = tokio::task::spawn_blocking(move || writer.next().map(|html| (html, writer)));
        match next.await {
            Ok(Ok((Some(html), writer))) => Some((Ok(html.into()), Some(writer))),
            Ok(Ok((None, _))) => None,
            Ok(Err(error)) => {
                tracing::error!(%error, "a log cannot be shown");
                Some((Err(io::Error::other("the log cannot be read")), None))
            }
            Err(error) => Some((Err(io::Error::other(error)), None)),
        }
    })
}

impl Writer {
    fn next(&mut self) -> Result<Option<String>, LogError> {
        match std::mem::replace(&mut self.state, State::Log) {
            State::Head(head) => Ok(Some(head)),
            State::Log => self.log().map(Some),
            State::End => {
                self.state = State::End;
                Ok(None)
            }
        }
    }

    /// Some more of the log; with the last of it the foot.
    fn log(&mut self) -> Result<String, LogError> {
        let feed = match &mut self.feed {
            Some(feed) => feed,
            none => none.insert(Feed::open(&self.folder)?),
        };
        let mut html = String::new();
        let tell = |item: Item<'_>| items::write(item, &mut html);
        let end = feed.end();
        let rest = end.saturating_sub(feed.offset());
        if feed.offset() >= SHOWN && rest > SHOWN {
            feed.skip(end - SHOWN, tell)?;
            return Ok(html);
        }
        let until = if rest > SHOWN && end > 2 * SHOWN {
            SHOWN
        } else {
            end
        };
        if feed.step(until, tell)? == Step::More {
            return Ok(html);
        }
        self.end(&mut html);
        Ok(html)
    }

    fn end(&mut self, html: &mut String) {
        if let Some(feed) = &mut self.feed {
            if self.is_final {
                feed.items().end(|item| items::write(item, html));
            } else {
                rest(feed, &self.events, html);
            }
        }
        html.push_str(&self.foot);
        self.state = State::End;
    }
}

/// What a script needs to go on: where, and in how many folds; and the line that is being written.
fn rest(feed: &mut Feed, events: &str, html: &mut String) {
    let from = feed.whole();
    let depth = feed.items().depth();
    if let Some(line) = feed.items().unfinished() {
        html.push_str("<p class=\"unfinished\">");
        sgr::write(&line, html);
        html.push_str("</p>\n");
    }
    html.push_str(&"</details>\n".repeat(depth));
    html.push_str("<p id=\"more\" data-events=\"");
    sgr::escape(&format!("{events}&from={from}"), html);
    html.push_str(&format!(
        "\" data-depth=\"{depth}\">The job still runs; reload the page to see more.</p>\n"
    ));
}

#[cfg(test)]
mod tests {
    use super::super::feed::tests::append;
    use super::*;
    use futures_util::StreamExt;
    use std::path::Path;

    async fn whole(folder: &Path, is_final: bool) -> String {
        let events = "/o/n/jobs/1.1/log/events?attempt=1".to_owned();
        let page = page(
            folder.to_owned(),
            is_final,
            events,
            "<h>".into(),
            "<f>".into(),
        );
        let parts: Vec<_> = page.collect().await;
        let parts = parts.into_iter().map(|part| part.expect("a part").to_vec());
        String::from_utf8(parts.flatten().collect()).expect("text")
    }

    #[tokio::test]
    async fn a_finished_log_is_whole_and_its_folds_are_closed() {
        let dir = tempfile::tempdir().expect("a folder");
        append(
            dir.path(),
            "travis_fold:start:a\r\x1b[0Kfirst\r\nlast without end",
        );
        let html = whole(dir.path(), true).await;
        assert!(
            html.starts_with("<h><details><summary id=\"L1\">"),
            "{html}"
        );
        assert!(
            html.ends_with("last without end</p>\n</details>\n<f>"),
            "{html}"
        );
    }

    #[tokio::test]
    async fn a_running_log_says_where_it_goes_on() {
        let dir = tempfile::tempdir().expect("a folder");
        append(dir.path(), "travis_fold:start:a\r\x1b[0Kfirst\r\nhalf");
        let html = whole(dir.path(), false).await;
        assert!(
            html.contains("<p class=\"unfinished\">half</p>\n</details>"),
            "{html}"
        );
        let more =
            "data-events=\"/o/n/jobs/1.1/log/events?attempt=1&amp;from=31\" data-depth=\"1\"";
        assert!(html.contains(more), "{html}");
    }

    #[tokio::test]
    async fn a_job_without_a_log_has_an_empty_one() {
        let dir = tempfile::tempdir().expect("a folder");
        assert_eq!(whole(&dir.path().join("7/1"), true).await, "<h><f>");
    }

    #[tokio::test]
    async fn of_a_huge_log_beginning_and_end_are_shown_with_their_numbers() {
        let dir = tempfile::tempdir().expect("a folder");
        let line = format!("{}\r\n", "x".repeat(98));
        append(dir.path(), &line.repeat(100_000));
        let html = whole(dir.path(), true).await;
        assert!(html.len() < 8 << 20, "{}", html.len());
        assert!(html.contains("id=\"L1\"") && html.contains("id=\"L100000\""));
        assert!(html.contains("lines are not shown here") && !html.contains("id=\"L50000\""));
    }
}
