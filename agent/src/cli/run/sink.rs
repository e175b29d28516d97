//! A job's log on its way to the terminal and to the data folder.

use super::screen::{Chunk, Output, Stop};
use super::terminal::Prefix;
use crate::log::Masked;
use crate::log::limit::LimitedLog;
use crate::log::lines::{Event, Lines};
use crate::protocol::Cause;
use crate::runner::execute::Sink;
use async_trait::async_trait;
use tokio::sync::oneshot;

/// Where a job waits that failed for a cause.
pub(super) type Stops = Box<dyn Fn(&Cause) -> Stop + Send + Sync>;

/// Shows and keeps one job's log.
pub(super) struct JobSink {
    prefix: Prefix,
    lines: Lines,
    output: Output,
    store: Option<LimitedLog>,
    /// Tells where the job waits when it has failed; none where it does not.
    pub(super) stops: Option<Stops>,
}

impl JobSink {
    pub(super) fn new(prefix: Prefix, output: Output, store: Option<LimitedLog>) -> Self {
        Self {
            prefix,
            lines: Lines::new(),
            output,
            store,
            stops: None,
        }
    }

    /// A line of the agent's own.
    pub(super) async fn say(&self, text: &str) {
        let mut out = Vec::new();
        self.prefix.line(&mut out, text.as_bytes());
        self.send(out).await;
    }

    async fn send(&self, out: Vec<u8>) {
        if !out.is_empty() {
            // The terminal is gone when the command ends early; the job ends with it.
            let _ = self.output.send(Chunk::Lines(out)).await;
        }
    }
}

#[async_trait]
impl Sink for JobSink {
    async fn log(&mut self, bytes: Masked<'_>) {
        if let Some(store) = &mut self.store
            && let Err(error) = store.append(bytes)
        {
            tracing::warn!(%error, "the log cannot be kept");
            self.store = None;
            let text = format!("The log of this job cannot be kept: {error}");
            self.say(&text).await;
        }
        let mut out = Vec::new();
        self.lines.push(bytes, |event| {
            if let Event::Line(line) = event {
                self.prefix.line(&mut out, line.as_bytes());
            }
        });
        self.send(out).await;
    }

    async fn idle(&mut self) {
        let mut out = Vec::new();
        self.lines.flush(|event| {
            if let Event::Line(line) = event {
                self.prefix.line(&mut out, line.as_bytes());
            }
        });
        self.send(out).await;
    }

    async fn held(&mut self, cause: &Cause) {
        let Some(stop) = self.stops.as_ref().map(|stops| stops(cause)) else {
            return;
        };
        self.idle().await;
        let (done, ended) = oneshot::channel();
        // In its turn among the lines: what the job said before is on the screen by then.
        if self.output.send(Chunk::Shell(stop, done)).await.is_ok() {
            let _ = ended.await;
        }
    }

    async fn closed(&mut self) {
        let mut out = Vec::new();
        self.lines.finish(|event| {
            if let Event::Line(line) = event {
                self.prefix.line(&mut out, line.as_bytes());
            }
        });
        self.send(out).await;
        if let Some(mut store) = self.store.take()
            && let Err(error) = store.segments().sync()
        {
            tracing::warn!(%error, "the end of the log may not be on disk");
        }
    }
}
