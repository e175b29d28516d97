//! Following a job's records to their end, over broken connections too.

use super::disk;
use super::end::{End, Raw};
use super::progress::Progress;
use super::{Begun, Cancel, Checkpoint, Sink, services};
use crate::backend::{Attachment, Backend, InstanceState, said};
use crate::log::MaskedBuf;
use crate::protocol::{DecodeError, Frame, NO_SCRIPT, RecordReader, Warning};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Bytes that may be unacknowledged; far less than the supervisor's ring holds.
const ACK_EVERY: u64 = 1 << 20;
/// Quiet time after which half a line is shown.
const IDLE: Duration = Duration::from_millis(200);
/// How often a connection may break without a single record in between.
const ATTEMPTS: u32 = 5;

/// Follows the records of a started instance until it has ended.
pub(super) async fn follow(
    backend: &Arc<dyn Backend>,
    job: &Begun,
    from: Checkpoint,
    sink: &mut dyn Sink,
    cancel: &Cancel,
) -> Raw {
    let id = &job.id;
    let mut progress = Progress::new(&job.masker, from);
    let budget = Arc::clone(&progress.budget);
    let lost = if progress.outcome.is_some() {
        None
    } else {
        let records = attach_until_ended(backend, id, &mut progress, sink);
        let stopping = async {
            tokio::select! {
                () = stop_when_canceled(backend, job, cancel) => {}
                () = disk::stop_when_spent(backend, job, &budget) => {}
            }
        };
        tokio::pin!(records, stopping);
        tokio::select! {
            biased;
            lost = &mut records => lost,
            () = &mut stopping => {
                // Stopped: what is left of the records comes at once, or never.
                let rest = tokio::time::timeout(Duration::from_secs(5), &mut records).await;
                rest.unwrap_or(None)
            }
        }
    };
    progress.finish();
    sink.log(progress.masked.as_masked()).await;
    let status = backend.status(id).await;
    // The supervisor counts for its container; the engine for that of the job's daemon too, and
    // for jobs whose supervisor can tell nothing any more.
    let told = progress.outcome.as_ref();
    let out_of_memory = told.is_some_and(|told| told.warnings.contains(&Warning::OutOfMemory))
        || status.as_ref().is_ok_and(|status| status.out_of_memory);
    if out_of_memory {
        own_words(&out_of_memory_line(job.memory), job, sink).await;
    }
    let by_itself = progress.outcome.is_some() && !cancel.soft.is_cancelled();
    let services = match job.services && by_itself {
        true => services::ended(backend, job, sink).await,
        false => Vec::new(),
    };
    if budget.is_spent() {
        own_words(&disk::line(job.disk), job, sink).await;
    }
    let running = progress.running;
    let told = progress.outcome.is_some();
    let end = match (progress.outcome, lost) {
        (Some(outcome), _) => End::Told(outcome),
        (None, _) if budget.is_spent() => End::Told(disk::outcome(running)),
        (None, _) if cancel.soft.is_cancelled() => End::Canceled,
        (None, Some(end)) => end,
        (None, None) => End::Lost("its container is gone".to_owned()),
    };
    // A process that was killed for memory is named in the log and on the job even when the job's
    // commands all ended with 0 (security T15); the result stays what they gave.
    Raw {
        end,
        commands: progress.commands,
        deployed: progress.deployed,
        told,
        took: None,
        out_of_memory,
        services,
    }
}

/// Writes words of the agent's own into the log.
async fn own_words(words: &str, job: &Begun, sink: &mut dyn Sink) {
    let mut text = MaskedBuf::new();
    let mut own = job.masker.stream();
    own.push(words.as_bytes(), &mut text);
    own.finish(&mut text);
    sink.log(text.as_masked()).await;
}

/// Follows until the last record; tells the end of a job that came before it.
async fn attach_until_ended(
    backend: &Arc<dyn Backend>,
    id: &str,
    progress: &mut Progress,
    sink: &mut dyn Sink,
) -> Option<End> {
    let mut failures = 0;
    loop {
        let before = progress.offset;
        let broke = one_connection(backend, id, progress, sink).await;
        if progress.outcome.is_some() {
            return None;
        }
        failures = if progress.offset > before {
            0
        } else {
            failures + 1
        };
        let mut reason = match broke {
            Ok(()) => "the connection to its supervisor ended".to_owned(),
            Err(reason) => reason,
        };
        match backend.status(id).await.map(|status| status.state) {
            Ok(InstanceState::Exited(code)) if code == i64::from(NO_SCRIPT) => {
                return Some(End::Unrun);
            }
            Ok(InstanceState::Exited(code)) => {
                return Some(End::Broken(format!(
                    "its container ended with {code} in the middle of the job"
                )));
            }
            Ok(InstanceState::Gone) => {
                return Some(End::Lost("its container was removed".to_owned()));
            }
            Ok(InstanceState::Created | InstanceState::Running) => {}
            Err(error) => reason = format!("lost in the middle of the job: {}", error.with_hint()),
        }
        if failures >= ATTEMPTS {
            return Some(End::Lost(reason));
        }
        // Without the reason: what came from inside is not masked here.
        tracing::warn!(%id, offset = progress.offset, "attaching again");
        tokio::time::sleep(Duration::from_millis(200 << failures)).await;
    }
}

/// One attachment, from the current offset to its end, or why it broke.
async fn one_connection(
    backend: &Arc<dyn Backend>,
    id: &str,
    progress: &mut Progress,
    sink: &mut dyn Sink,
) -> Result<(), String> {
    let broken = |_| "the connection to its supervisor broke".to_owned();
    let attached = backend.attach(id, progress.offset).await;
    let mut attachment = attached.map_err(|error| error.with_hint())?;
    let mut reader = RecordReader::new(progress.offset);
    let mut acknowledged = progress.checkpoint().from;
    let mut buffer = vec![0; 1 << 18];
    let mut idle = false;
    if progress.let_go {
        // The connection may have broken before the job heard of it; once more does no harm.
        go_on(&mut attachment).await.map_err(broken)?;
    }
    loop {
        let read = attachment.output.read(&mut buffer);
        let count = if idle {
            read.await.map_err(broken)?
        } else {
            match tokio::time::timeout(IDLE, read).await {
                Ok(count) => count.map_err(broken)?,
                Err(_) => {
                    sink.idle().await;
                    idle = true;
                    continue;
                }
            }
        };
        idle = false;
        if count == 0 {
            return Ok(());
        }
        reader.feed(buffer.get(..count).unwrap_or_default());
        while let Some((offset, record)) = reader
            .next()
            .map_err(|error| no_records(error, reader.rest()))?
        {
            if let Some(command) = progress.take(record, offset) {
                sink.command(command).await;
            }
        }
        sink.log(progress.masked.as_masked()).await;
        progress.masked.clear();
        if let Some(cause) = progress.stopped.take() {
            sink.held(&cause).await;
            progress.let_go = true;
            go_on(&mut attachment).await.map_err(broken)?;
        }
        let ended = progress.outcome.is_some();
        let due = progress.offset - acknowledged >= ACK_EVERY;
        let at = (ended || due).then(|| progress.checkpoint());
        if let Some(at) = at.filter(|at| ended || at.from > acknowledged) {
            sink.checkpoint(&at).await;
            acknowledged = at.from;
            let frame = Frame::Ack(acknowledged).encode();
            let sent = attachment.input.write_all(&frame).await;
            let sent = sent.and(attachment.input.flush().await);
            if ended {
                return Ok(());
            }
            sent.map_err(broken)?;
        }
    }
}

/// Lets a job go on that waits where it stopped.
async fn go_on(attachment: &mut Attachment) -> std::io::Result<()> {
    attachment.input.write_all(&Frame::Go.encode()).await?;
    attachment.input.flush().await
}

/// What came is no record: where the toolbox could not be started, the runtime's words.
fn no_records(error: DecodeError, bytes: &[u8]) -> String {
    let said = said(bytes);
    format!("its supervisor cannot be understood ({error}): {said}")
}

/// Ends when the job was canceled and its instance has stopped; otherwise never.
async fn stop_when_canceled(backend: &Arc<dyn Backend>, job: &Begun, cancel: &Cancel) {
    cancel.soft.cancelled().await;
    let id = &job.id;
    let stop = async {
        if let Err(error) = backend.stop(id, job.grace).await {
            tracing::warn!(%id, %error, "stopping failed");
        }
    };
    tokio::select! {
        () = stop => {}
        () = cancel.hard.cancelled() => {
            if let Err(error) = backend.stop(id, Duration::ZERO).await {
                tracing::warn!(%id, %error, "killing failed");
            }
        }
    }
}

fn out_of_memory_line(limit: u64) -> String {
    format!(
        "\r\n\x1b[31;1mA process of this job was killed: out of memory (the limit is {} MiB).\x1b[0m\r\n",
        limit >> 20
    )
}
