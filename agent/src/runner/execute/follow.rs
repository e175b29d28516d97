//! Following a job's records to their end, over broken connections too.

use super::end::{CommandTime, End, Raw};
use super::{Cancel, Prepared, Sink};
use crate::backend::{Backend, BackendError, InstanceState};
use crate::log::{MaskStream, MaskedBuf};
use crate::protocol::{Frame, Outcome, Record, RecordReader, Warning};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Bytes that may be unacknowledged; far less than the supervisor's ring holds.
const ACK_EVERY: u64 = 1 << 20;
/// Quiet time after which half a line is shown.
const IDLE: Duration = Duration::from_millis(200);
/// How often a connection may break without a single record in between.
const ATTEMPTS: u32 = 5;

/// What is known so far.
struct Progress {
    offset: u64,
    mask: MaskStream,
    masked: MaskedBuf,
    commands: Vec<CommandTime>,
    outcome: Option<Outcome>,
}

/// Follows the records of a started instance until it has ended.
pub(super) async fn follow(
    backend: &Arc<dyn Backend>,
    job: &Prepared,
    sink: &mut dyn Sink,
    cancel: &Cancel,
) -> Raw {
    let id = &job.spec.id;
    let mut progress = Progress {
        offset: 0,
        mask: job.masker.stream(),
        masked: MaskedBuf::new(),
        commands: Vec::new(),
        outcome: None,
    };
    let lost = {
        let records = attach_until_ended(backend, id, &mut progress, sink);
        let stopping = stop_when_canceled(backend, job, cancel);
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
    progress.mask.finish(&mut progress.masked);
    sink.log(progress.masked.as_masked()).await;
    let status = backend.status(id).await;
    // The supervisor counts for its container; the engine for that of the job's daemon too, and
    // for jobs whose supervisor can tell nothing any more.
    let told = progress.outcome.as_ref();
    let out_of_memory = told.is_some_and(|told| told.warnings.contains(&Warning::OutOfMemory))
        || status.as_ref().is_ok_and(|status| status.out_of_memory);
    if out_of_memory {
        let line = out_of_memory_line(job.spec.limits.memory);
        let mut text = MaskedBuf::new();
        let mut own = job.masker.stream();
        own.push(line.as_bytes(), &mut text);
        own.finish(&mut text);
        sink.log(text.as_masked()).await;
    }
    let end = match (progress.outcome, lost) {
        (Some(outcome), _) => End::Told(outcome),
        (None, _) if cancel.soft.is_cancelled() => End::Canceled,
        (None, Some(reason)) => End::Broken(reason),
        (None, None) => End::Broken("its container is gone".to_owned()),
    };
    // A process that was killed for memory is named in the log and on the job even when the job's
    // commands all ended with 0 (security T15); the result stays what they gave.
    Raw {
        end,
        commands: progress.commands,
        took: None,
        out_of_memory,
    }
}

/// Follows until the last record; `Some(reason)` when the job was lost before it.
async fn attach_until_ended(
    backend: &Arc<dyn Backend>,
    id: &str,
    progress: &mut Progress,
    sink: &mut dyn Sink,
) -> Option<String> {
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
        let reason = match broke {
            Ok(()) => "the connection to its supervisor ended".to_owned(),
            Err(error) => error.to_string(),
        };
        match backend.status(id).await.map(|status| status.state) {
            Ok(InstanceState::Exited(code)) => {
                return Some(format!(
                    "its container ended with {code} in the middle of the job"
                ));
            }
            Ok(InstanceState::Gone) => return Some("its container was removed".to_owned()),
            Ok(InstanceState::Created | InstanceState::Running) | Err(_) => {}
        }
        if failures >= ATTEMPTS {
            return Some(reason);
        }
        tracing::warn!(%id, %reason, offset = progress.offset, "attaching again");
        tokio::time::sleep(Duration::from_millis(200 << failures)).await;
    }
}

/// One attachment, from the current offset to its end.
async fn one_connection(
    backend: &Arc<dyn Backend>,
    id: &str,
    progress: &mut Progress,
    sink: &mut dyn Sink,
) -> Result<(), BackendError> {
    let broken = |error: &dyn std::fmt::Display| BackendError::Gone {
        id: id.to_owned(),
        reason: error.to_string(),
    };
    let mut attachment = backend.attach(id, progress.offset).await?;
    let mut reader = RecordReader::new(progress.offset);
    let mut acknowledged = progress.offset;
    let mut buffer = vec![0; 1 << 18];
    let mut idle = false;
    loop {
        let read = attachment.output.read(&mut buffer);
        let count = if idle {
            read.await.map_err(|error| broken(&error))?
        } else {
            match tokio::time::timeout(IDLE, read).await {
                Ok(count) => count.map_err(|error| broken(&error))?,
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
        while let Some((offset, record)) = reader.next().map_err(|error| broken(&error))? {
            progress.offset = offset;
            take(record, progress, sink).await;
        }
        sink.log(progress.masked.as_masked()).await;
        progress.masked.clear();
        let ended = progress.outcome.is_some();
        if ended || progress.offset - acknowledged >= ACK_EVERY {
            acknowledged = progress.offset;
            let frame = Frame::Ack(acknowledged).encode();
            let sent = attachment.input.write_all(&frame).await;
            let sent = sent.and(attachment.input.flush().await);
            if ended {
                return Ok(());
            }
            sent.map_err(|error| broken(&error))?;
        }
    }
}

async fn take(record: Record, progress: &mut Progress, sink: &mut dyn Sink) {
    match record {
        Record::Output(bytes) => progress.mask.push(&bytes, &mut progress.masked),
        Record::CommandStarted(command) => sink.command(command).await,
        Record::CommandFinished {
            command,
            status,
            duration,
        } => progress.commands.push(CommandTime {
            command,
            status,
            took: Duration::from_nanos(duration),
        }),
        Record::Ended(outcome) => progress.outcome = Some(outcome),
        Record::Hello { .. }
        | Record::PhaseStarted { .. }
        | Record::EntrySkipped { .. }
        | Record::Unknown(_) => {}
    }
}

/// Ends when the job was canceled and its instance has stopped; otherwise never.
async fn stop_when_canceled(backend: &Arc<dyn Backend>, job: &Prepared, cancel: &Cancel) {
    cancel.soft.cancelled().await;
    let id = &job.spec.id;
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
