//! Which images a job pushed (decision 26): the engine's own events tell, and the image's record
//! in the engine has the digest that the registry answered.

use super::super::Inner;
use super::super::engine::{Engine, QUICK};
use super::super::names::Names;
use super::super::stop::state;
use super::super::toolbox::PROGRAM;
use super::SOCKET;
use crate::backend::reference::{digest, is_reference};
use crate::backend::{BackendError, PushedImage};
use bollard::container::LogOutput;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::StreamExt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// The longest that is taken in before a line has ended, in bytes. A job can put an engine of its
/// making in the place of its own, so neither this nor the list may grow with what it says.
const LINE: usize = 1 << 20;
/// Images beyond this are not noted.
const MOST: usize = 1000;

/// Listens to a job's own engine. An image that is pushed and deleted at once would not be known
/// any more at the end.
#[derive(Debug)]
pub(in super::super) struct Pushes {
    seen: Arc<Mutex<Vec<PushedImage>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Pushes {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pushes {
    /// Begins to listen.
    pub(super) fn listen(engine: &Engine, container: &str) -> Self {
        let seen = Arc::default();
        let (engine, container) = (engine.clone(), container.to_owned());
        let task = tokio::spawn(listen(engine, container, Arc::clone(&seen)));
        Self { seen, task }
    }

    fn seen(&self) -> Vec<PushedImage> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn listen(engine: Engine, container: String, seen: Arc<Mutex<Vec<PushedImage>>>) {
    let command = [PROGRAM, "docker-pushes", SOCKET];
    let Ok(mut running) = engine.spawn(&container, &command, (None, false)).await else {
        return;
    };
    let mut rest = Vec::new();
    while let Some(Ok(piece)) = running.output.next().await {
        let LogOutput::StdOut { message } = piece else {
            continue;
        };
        if rest.len() + message.len() > LINE {
            rest.clear();
            continue;
        }
        rest.extend(message);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            if let Some(image) = pushed(&line) {
                note(
                    &mut seen.lock().unwrap_or_else(PoisonError::into_inner),
                    image,
                );
            }
        }
    }
}

/// Reads a line of the toolbox: reference, tabulator, digests.
fn pushed(line: &[u8]) -> Option<PushedImage> {
    let line = String::from_utf8_lossy(line);
    let (reference, digests) = line.trim().split_once('\t')?;
    let digests: Vec<String> = digests.split(' ').map(str::to_owned).collect();
    checked(reference, &digests)
}

/// The image, where its name and digest are such: both come from the job's engine and are shown.
fn checked(reference: &str, digests: &[String]) -> Option<PushedImage> {
    let digest = digest(reference, digests)?;
    (is_reference(reference) && is_reference(&digest)).then(|| PushedImage {
        reference: reference.to_owned(),
        digest,
    })
}

/// All that the job pushed, in order; of a tag that was pushed twice the last.
pub(in super::super) async fn pushed_images(
    inner: &Inner,
    id: &str,
) -> Result<Vec<PushedImage>, BackendError> {
    let names = Names::of(id);
    let seen = inner.held(id, |held| held.pushes.as_ref().map(Pushes::seen));
    let mut images = seen.flatten().unwrap_or_default();
    match state(inner, &names.daemon).await? {
        Some(daemon) if daemon.running == Some(true) => {
            // The listener may be a moment behind; the engine remembers its last events.
            let command = [PROGRAM, "docker-pushes", SOCKET, "past"];
            let past = inner.engine.exec(&names.daemon, &command, QUICK).await;
            let said = match past {
                Ok(past) if past.code == 0 => past.out,
                // Without its words: nobody masks them here.
                Ok(past) => failed(id, &format!("it ended with exit code {}", past.code)),
                Err(_) => failed(id, &"its engine cannot be asked"),
            };
            for image in said.split(|byte| *byte == b'\n').filter_map(pushed) {
                note(&mut images, image);
            }
        }
        Some(_) => {}
        None => images.extend(on_the_host(inner, &names).await?),
    }
    Ok(images)
}

/// What the listener heard is known all the same.
fn failed(id: &str, error: &dyn std::fmt::Display) -> Vec<u8> {
    tracing::warn!("{id}: its last pushes are not known: {error}");
    Vec::new()
}

fn note(images: &mut Vec<PushedImage>, image: PushedImage) {
    let known = images
        .iter_mut()
        .find(|known| known.reference == image.reference);
    if let Some(known) = known {
        *known = image;
    } else if images.len() < MOST {
        images.push(image);
    }
}

/// What the lent engine says was pushed while the job ran; other users' pushes are among it.
async fn on_the_host(inner: &Inner, names: &Names) -> Result<Vec<PushedImage>, BackendError> {
    let engine = &inner.engine;
    let request = engine.docker.inspect_container(&names.job, None);
    let Some(job) = engine
        .find("looking at the container", QUICK, request)
        .await?
    else {
        return Ok(Vec::new());
    };
    let lent = job
        .mounts
        .iter()
        .flatten()
        .any(|mount| mount.destination.as_deref() == Some("/var/run/docker.sock"));
    let begin = job
        .state
        .and_then(|state| state.started_at)
        .and_then(|time| time.parse::<jiff::Timestamp>().ok());
    let (true, Some(begin)) = (lent, begin) else {
        return Ok(Vec::new());
    };
    let options = EventsOptionsBuilder::new()
        .since(&begin.as_second().to_string())
        .until(&now().to_string())
        .filters(&HashMap::from([
            ("type", vec!["image"]),
            ("event", vec!["push"]),
        ]))
        .build();
    let events = async {
        let events = engine.docker.events(Some(options));
        Ok(events
            .filter_map(|event| async { event.ok() })
            .collect::<Vec<_>>()
            .await)
    };
    let mut images = Vec::new();
    for event in engine
        .call("reading the engine's events", QUICK, events)
        .await?
    {
        let Some(reference) = event.actor.and_then(|actor| actor.id) else {
            continue;
        };
        let request = engine.docker.inspect_image(&reference);
        let image = engine.find("looking for an image", QUICK, request).await?;
        let digests = image
            .and_then(|image| image.repo_digests)
            .unwrap_or_default();
        if let Some(image) = checked(&reference, &digests) {
            note(&mut images, image);
        }
    }
    Ok(images)
}

/// The next whole second, so that events of this one are in.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_reference_and_digest() {
        let image = pushed(b"h:1/x:v1\ta@sha256:1 h:1/x@sha256:2\n").unwrap();
        assert_eq!(
            (image.reference.as_str(), image.digest.as_str()),
            ("h:1/x:v1", "sha256:2")
        );
        for bad in [
            &b""[..],
            b"x",
            b"x\t",
            b"x\ty@sha256:1",
            b"x\x1b[2J:1\tx\x1b[2J@sha256:1",
            b"x:1\tx@sha256:\x1b[2J",
        ] {
            assert_eq!(pushed(bad), None);
        }
    }

    #[test]
    fn of_a_tag_that_was_pushed_twice_the_last_counts() {
        let image = |digest: &str| PushedImage {
            reference: "x:1".into(),
            digest: digest.into(),
        };
        let mut images = vec![image("a")];
        note(&mut images, image("b"));
        assert_eq!(images, [image("b")]);
        for number in 0..2 * MOST {
            let reference = format!("x:{number}");
            note(
                &mut images,
                PushedImage {
                    reference,
                    digest: "a".into(),
                },
            );
        }
        assert_eq!(images.len(), MOST);
    }
}
