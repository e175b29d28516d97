//! The services of a job: waited for before it gets its script, and looked at when it has ended.

use super::{Begun, Prepared, Sink};
use crate::backend::{Backend, BackendError, ServiceEnd};
use crate::log::{MaskedBuf, Masker};
use crate::runner::script::{Note, add_note, lines};
use crate::services::{self, Told};
use std::sync::Arc;

/// Waits until all are ready, which the log will begin with. One that does not get ready is told in
/// the log at once, since nothing else will be; the error is the reason in words.
pub(super) async fn bring_up(
    backend: &Arc<dyn Backend>,
    job: &mut Prepared,
    sink: &mut dyn Sink,
) -> Result<(), String> {
    match backend.bring_up(&job.spec.id).await {
        Ok(took) => {
            let note = Note {
                fold: Some("services".to_owned()),
                lines: services::ready(&job.services, &took),
            };
            add_note(&mut job.script, &note);
            Ok(())
        }
        Err(error) => {
            if let Some(text) = trouble(&job.services, &error) {
                log(&text, &job.masker, sink).await;
            }
            Err(error.with_hint())
        }
    }
}

fn trouble(services: &[Told], error: &BackendError) -> Option<Vec<u8>> {
    let BackendError::Service { name, reason, said } = error else {
        return None;
    };
    let told = services::failed(services, name, reason, said);
    Some(lines(&told.join("\n")))
}

/// The services that ended in the middle of a job that has ended by itself; each has a line in the
/// log.
pub(super) async fn ended(
    backend: &Arc<dyn Backend>,
    job: &Begun,
    sink: &mut dyn Sink,
) -> Vec<ServiceEnd> {
    let id = &job.id;
    let ends = match backend.ended_services(id).await {
        Ok(ends) => ends,
        Err(error) => {
            tracing::warn!(%id, %error, "how its services are is not known");
            return Vec::new();
        }
    };
    for end in &ends {
        let line = format!("\n\x1b[33;1mWarning: {}.\x1b[0m", services::ended(end));
        log(&lines(&line), &job.masker, sink).await;
    }
    ends
}

/// What services are called and print comes from the job.
async fn log(text: &[u8], masker: &Masker, sink: &mut dyn Sink) {
    let mut masked = MaskedBuf::new();
    let mut stream = masker.stream();
    stream.push(text, &mut masked);
    stream.finish(&mut masked);
    sink.log(masked.as_masked()).await;
}
