//! One job on a backend: from a prepared instance to its end, with a clean-up in any case.
//!
//! Steps: create ► bring its services up ► start ► follow the records ► ask what was pushed ► remove. Cancellation is
//! looked for in each of them. [`run`] takes them all; [`begin`] and [`resume`] leave the removal to
//! a caller that stores the result first, and that may go on with a job another process began.

mod checkpoint;
mod disk;
mod end;
mod follow;
mod progress;
mod services;

pub use checkpoint::Checkpoint;
pub use end::{CommandTime, End, JobEnd, reason};

use crate::backend::{Backend, BackendError, InstanceSpec, PushedImage};
use crate::log::{Masked, Masker};
use crate::protocol::{Cause, CommandId, Phase, Script, Step};
use crate::services::Told;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A job with everything it needs.
pub struct Prepared {
    /// What to make.
    pub spec: InstanceSpec,
    /// What to run; holds secrets.
    pub script: Script,
    /// What the log tells of the services, in their order.
    pub services: Vec<Told>,
    /// Hides the job's secrets.
    pub masker: Masker,
    /// Between asking the job to stop and killing it.
    pub grace: Duration,
}

/// A job whose instance is there already.
pub struct Begun {
    /// The instance.
    pub id: String,
    /// Hides the job's secrets.
    pub masker: Masker,
    /// Between asking the job to stop and killing it.
    pub grace: Duration,
    /// Its limit of memory in bytes, for a message.
    pub memory: u64,
    /// Whether it has services.
    pub services: bool,
    /// Its budget of the engine's disk in bytes.
    pub disk: u64,
}

/// Where a job's log and events go.
#[async_trait]
pub trait Sink: Send {
    /// The container is about to run; `deploys` when its script holds deployments that can run. An
    /// error in words keeps it from running.
    async fn starting(&mut self, _deploys: bool) -> Result<(), String> {
        Ok(())
    }
    /// More of the log.
    async fn log(&mut self, bytes: Masked<'_>);
    /// One of the user's commands begins.
    async fn command(&mut self, _command: CommandId) {}
    /// The job failed for this cause and waits where it stopped until this returns, in its container
    /// with all that is in it. Only where its script says so ([`Script::hold`]).
    async fn held(&mut self, _cause: &Cause) {}
    /// Nothing came for a moment; what is half a line may be shown.
    async fn idle(&mut self) {}
    /// The supervisor is told after this call that it may forget what lies before the checkpoint,
    /// which belongs to what was logged so far.
    async fn checkpoint(&mut self, _at: &Checkpoint) {}
    /// The log is complete.
    async fn closed(&mut self) {}
}

/// Two ways to end a job before its time.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    /// Ask it to stop and give it its grace time.
    pub soft: CancellationToken,
    /// Kill it.
    pub hard: CancellationToken,
}

/// A job that ended. Its containers go away while others go on.
pub struct Finished {
    /// How it ended.
    pub end: JobEnd,
    /// The removal; its error names what was left behind.
    pub cleanup: JoinHandle<Result<(), BackendError>>,
}

/// Runs a job to its end. Never fails: what goes wrong is part of the [`JobEnd`].
///
/// With `keep`, an instance whose job did not pass is stopped but not removed.
pub async fn run(
    backend: &Arc<dyn Backend>,
    job: Prepared,
    sink: &mut dyn Sink,
    cancel: &Cancel,
    keep: bool,
) -> Finished {
    let id = job.spec.id.clone();
    let (mut end, begun) = followed(backend, job, sink, cancel).await;
    let kept = keep && !end.passed();
    if !kept {
        note_pushed(backend, &begun, &mut end).await;
    }
    let backend = Arc::clone(backend);
    let cleanup = tokio::spawn(async move {
        if kept {
            backend.stop(&id, Duration::ZERO).await
        } else {
            backend.remove(&id).await
        }
    });
    Finished { end, cleanup }
}

/// Runs a job to its end and leaves its instance there, to be removed when the end is stored.
pub async fn begin(
    backend: &Arc<dyn Backend>,
    job: Prepared,
    sink: &mut dyn Sink,
    cancel: &Cancel,
) -> JobEnd {
    let (mut end, begun) = followed(backend, job, sink, cancel).await;
    note_pushed(backend, &begun, &mut end).await;
    end
}

/// Goes on with a job that another process began, from its last checkpoint; the log must end where
/// it ended then. Leaves the instance there, as [`begin`] does.
pub async fn resume(
    backend: &Arc<dyn Backend>,
    job: &Begun,
    from: Checkpoint,
    sink: &mut dyn Sink,
    cancel: &Cancel,
) -> JobEnd {
    let mut raw = follow::follow(backend, job, from, sink, cancel).await;
    // From the container's start; which this process has not seen.
    raw.took = Some(Duration::ZERO);
    let mut end = JobEnd::new(raw);
    end.mask(&job.masker);
    sink.closed().await;
    note_pushed(backend, job, &mut end).await;
    end
}

async fn followed(
    backend: &Arc<dyn Backend>,
    job: Prepared,
    sink: &mut dyn Sink,
    cancel: &Cancel,
) -> (JobEnd, Begun) {
    let begun = Begun {
        id: job.spec.id.clone(),
        masker: job.masker.clone(),
        grace: job.grace,
        memory: job.spec.limits.memory,
        services: !job.spec.services.is_empty(),
        disk: job.spec.limits.disk,
    };
    let image = (
        job.spec.image.reference.clone(),
        job.spec.image.digest.clone(),
    );
    let mut end = JobEnd::new(run_steps(backend, job, &begun, sink, cancel).await);
    end.image = Some(image);
    end.mask(&begun.masker);
    sink.closed().await;
    (end, begun)
}

/// Asks before the engine goes away. A job's result does not hang on the answer.
async fn note_pushed(backend: &Arc<dyn Backend>, job: &Begun, end: &mut JobEnd) {
    if end.took.is_none() {
        return;
    }
    let id = &job.id;
    match backend.pushed_images(id).await {
        Ok(pushed) => end.pushed = masked(pushed, &job.masker),
        Err(error) => tracing::warn!(%id, %error, "the pushed images are not known"),
    }
}

/// A job chooses the names that it pushes to.
fn masked(mut pushed: Vec<PushedImage>, masker: &Masker) -> Vec<PushedImage> {
    for image in &mut pushed {
        image.reference = masker.text(&image.reference);
    }
    pushed
}

async fn run_steps(
    backend: &Arc<dyn Backend>,
    mut job: Prepared,
    begun: &Begun,
    sink: &mut dyn Sink,
    cancel: &Cancel,
) -> end::Raw {
    let created = tokio::select! {
        biased;
        () = cancel.soft.cancelled() => return end::Raw::without_run(End::Canceled),
        created = backend.create(&job.spec) => created,
    };
    if let Err(error) = created {
        return end::Raw::without_run(End::Broken(error.with_hint()));
    }
    let deploys = deploys(&job.script);
    if let Err(reason) = sink.starting(deploys).await {
        return end::Raw::without_run(End::Broken(reason));
    }
    let started = Instant::now();
    if begun.services {
        let up = tokio::select! {
            biased;
            () = cancel.soft.cancelled() => return end::Raw::without_run(End::Canceled),
            up = services::bring_up(backend, &mut job, sink) => up,
        };
        if let Err(reason) = up {
            return end::Raw::without_run(End::Broken(reason));
        }
    }
    let script = zeroize::Zeroizing::new(job.script.encode_framed());
    let start = tokio::select! {
        biased;
        () = cancel.soft.cancelled() => return end::Raw::without_run(End::Canceled),
        start = backend.start(&job.spec.id, &script) => start,
    };
    drop(script);
    drop(job);
    if let Err(error) = start {
        let broken = end::Raw::without_run(End::Broken(error.with_hint()));
        // It may have the script all the same.
        return end::Raw {
            deployed: deploys,
            ..broken
        };
    }
    let from = Checkpoint::default();
    let mut raw = follow::follow(backend, begun, from, sink, cancel).await;
    raw.took = Some(started.elapsed());
    // What was not heard to its end may have begun to deploy unheard.
    let unheard = !raw.told && !matches!(raw.end, End::Unrun);
    raw.deployed |= deploys && unheard;
    raw
}

/// Whether a script holds deployments. Those whose conditions are known not to hold are not in it.
fn deploys(script: &Script) -> bool {
    let deploy = |step: &Step| match step {
        Step::Phase(start) => start.phase == Phase::Deploy,
        _ => false,
    };
    script.steps.iter().any(deploy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::fake::{FakeBackend, Play};
    use crate::backend::{DockerAccess, Limits};
    use crate::secrets::Plaintext;
    use std::collections::BTreeMap;

    /// Shows nothing.
    struct Quiet;

    #[async_trait]
    impl Sink for Quiet {
        async fn log(&mut self, _bytes: Masked<'_>) {}
    }

    async fn prepared(backend: &Arc<FakeBackend>) -> (Arc<dyn Backend>, Prepared) {
        let shared: Arc<dyn Backend> = Arc::<FakeBackend>::clone(backend);
        let image = shared.image("any").await.unwrap();
        let job = Prepared {
            spec: InstanceSpec {
                id: "1".into(),
                labels: BTreeMap::new(),
                image,
                env: Vec::new(),
                tree: None,
                limits: Limits {
                    memory: 1 << 30,
                    pids: 10,
                    cpu_millis: 1000,
                    shm: 1 << 20,
                    disk: 1 << 30,
                },
                docker: DockerAccess::None,
                services: Vec::new(),
                ca_file: None,
                hostname: None,
                hosts: Vec::new(),
                proxy: Vec::new(),
            },
            script: Script::default(),
            services: Vec::new(),
            masker: Masker::new(&[Plaintext::new(b"hunter2".to_vec())]),
            grace: Duration::from_secs(1),
        };
        (shared, job)
    }

    /// Runs a job whose supervisor says this, and says why it ended.
    async fn reason(backend: &Arc<FakeBackend>) -> String {
        let (shared, job) = prepared(backend).await;
        let finished = run(&shared, job, &mut Quiet, &Cancel::default(), false).await;
        finished.cleanup.await.unwrap().unwrap();
        assert!(backend.instances().is_empty());
        assert_eq!(finished.end.result(), crate::protocol::JobResult::Errored);
        finished.end.reason().unwrap_or_default()
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_runtime_says_in_place_of_a_supervisor_is_told_without_secrets() {
        let backend = FakeBackend::new(|_, _| Play {
            output: vec![(
                Duration::ZERO,
                b"OCI runtime exec failed:\x1b[2J hunter2\r\n".to_vec(),
            )],
            ..Play::default()
        });
        assert_eq!(
            reason(&backend).await,
            "its supervisor cannot be understood (a length is beyond its limit): \
             OCI runtime exec failed: [2J [secure]"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_engine_that_is_lost_is_told_with_what_to_do() {
        let backend = FakeBackend::new(|_, _| Play::default());
        for method in ["attach", "status"] {
            for _ in 0..9 {
                let gone = BackendError::Unavailable {
                    place: "unix:///there".into(),
                    reason: "there is no such socket".into(),
                };
                backend.fail_next(method, gone);
            }
        }
        let reason = reason(&backend).await;
        assert!(
            reason.starts_with(
                "lost in the middle of the job: Docker does not answer at unix:///there: \
                 there is no such socket; start Docker"
            ),
            "{reason}"
        );
    }

    /// Hears that the job waits, and what its supervisor had heard by then.
    struct Waiting(Arc<FakeBackend>, Vec<(Cause, Vec<u8>)>);

    #[async_trait]
    impl Sink for Waiting {
        async fn log(&mut self, _bytes: Masked<'_>) {}

        async fn held(&mut self, cause: &Cause) {
            self.1.push((cause.clone(), self.0.heard("1")));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_waits_goes_on_when_whoever_was_told_has_done() {
        let cause = Cause::CommandFailed {
            command: CommandId {
                phase: Phase::Script,
                entry: None,
                number: 1,
            },
            status: 3,
        };
        let ended = crate::protocol::Record::Ended(crate::protocol::Outcome {
            result: crate::protocol::JobResult::Failed,
            cause: cause.clone(),
            warnings: Vec::new(),
        });
        let held = crate::protocol::Record::Held(cause.clone());
        let records = [held, ended].map(|record| (Duration::from_secs(1), record.encode()));
        let backend = FakeBackend::new(move |_, _| Play {
            output: records.to_vec(),
            ..Play::default()
        });
        let (shared, job) = prepared(&backend).await;
        let mut sink = Waiting(Arc::clone(&backend), Vec::new());
        let end = begin(&shared, job, &mut sink, &Cancel::default()).await;
        assert_eq!(end.result(), crate::protocol::JobResult::Failed);
        assert_eq!(sink.1, [(cause, Vec::new())]);
        let go = crate::protocol::Frame::Go.encode();
        assert!(backend.heard("1").starts_with(&go));
    }
}
