//! One instance of the fake and its life in tokio's time.

use super::{Author, Play, ServicePlay};
use crate::backend::{
    Attachment, InstanceSpec, InstanceState, InstanceStatus, PushedImage, ServiceEnd, ServiceSpec,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::watch;
use tokio::time::Instant;

/// Bytes on their way between a client and the play.
const BUFFER: usize = 64 * 1024;

pub(super) struct Instance {
    spec: InstanceSpec,
    /// What the services play, once all of them were ready.
    up: Option<Vec<ServicePlay>>,
    run: Option<Run>,
    heard: Arc<Mutex<Vec<u8>>>,
}

/// A play that was begun.
struct Run {
    play: Arc<Play>,
    begun: Instant,
    /// True once it was stopped.
    stopped: watch::Sender<bool>,
}

impl Run {
    fn length(&self) -> Duration {
        self.play
            .output
            .iter()
            .map(|(wait, _)| *wait)
            .sum::<Duration>()
            + self.play.rest
    }

    fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }
}

impl Instance {
    pub(super) fn new(spec: InstanceSpec) -> Self {
        Self {
            spec,
            up: None,
            run: None,
            heard: Arc::default(),
        }
    }

    pub(super) fn services(&self) -> Vec<ServiceSpec> {
        self.spec.services.clone()
    }

    pub(super) fn up(&mut self, services: Vec<ServicePlay>) {
        self.up = Some(services);
    }

    pub(super) fn is_up(&self) -> bool {
        self.up.is_some()
    }

    pub(super) fn ended_services(&self) -> Vec<ServiceEnd> {
        let plays = self.up.iter().flatten();
        plays.filter_map(|play| play.ends.clone()).collect()
    }

    pub(super) fn start(&mut self, author: &Author, script: &[u8]) {
        self.run = Some(Run {
            play: Arc::new(author(&self.spec, script)),
            begun: Instant::now(),
            stopped: watch::Sender::new(false),
        });
    }

    pub(super) fn status(&self) -> InstanceStatus {
        let (state, out_of_memory) = match &self.run {
            // Also where it is up: a supervisor that nobody hands a script ends as if it never began.
            None => (InstanceState::Created, false),
            Some(run) => {
                let over = run.begun.elapsed() >= run.length();
                let state = match run.play.exit {
                    Some(code) if over => InstanceState::Exited(code),
                    _ if run.is_stopped() => InstanceState::Exited(137),
                    _ => InstanceState::Running,
                };
                (state, run.play.out_of_memory)
            }
        };
        InstanceStatus {
            state,
            out_of_memory,
        }
    }

    /// Whether a stop takes all of its grace.
    pub(super) fn is_deaf(&self) -> bool {
        self.status().state == InstanceState::Running
            && self.run.as_ref().is_some_and(|run| run.play.deaf)
    }

    pub(super) fn end_now(&self) {
        if let Some(run) = &self.run {
            run.stopped.send_replace(true);
        }
    }

    pub(super) fn pushed(&self) -> Vec<PushedImage> {
        self.run
            .as_ref()
            .map(|run| run.play.pushed.clone())
            .unwrap_or_default()
    }

    pub(super) fn disk_use(&self) -> u64 {
        let Some(run) = &self.run else { return 0 };
        let since = run.begun.elapsed();
        let taken = run.play.disk.iter().rfind(|(after, _)| *after <= since);
        taken.map_or(0, |(_, bytes)| *bytes)
    }

    pub(super) fn heard(&self) -> Vec<u8> {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A client of the running supervisor; `None` where none runs.
    pub(super) fn attach(&self, from: u64) -> Option<Attachment> {
        let run = self
            .run
            .as_ref()
            .filter(|_| self.status().state == InstanceState::Running)?;
        let (output, to_client) = tokio::io::duplex(BUFFER);
        let (input, from_client) = tokio::io::duplex(BUFFER);
        let told = tell(Arc::clone(&run.play), run.begun, from, to_client);
        let mut stopped = run.stopped.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                () = told => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
        });
        tokio::spawn(listen(Arc::clone(&self.heard), from_client));
        Some(Attachment {
            output: Box::pin(output),
            input: Box::pin(input),
        })
    }
}

/// Tells the play from an offset on, what is due at once and the rest at its time, and keeps the
/// stream open to the end.
async fn tell(play: Arc<Play>, begun: Instant, from: u64, mut client: DuplexStream) {
    let mut due = begun;
    let mut offset = 0;
    for (wait, bytes) in &play.output {
        due += *wait;
        tokio::time::sleep_until(due).await;
        let skip = usize::try_from(from.saturating_sub(offset)).unwrap_or(usize::MAX);
        offset += bytes.len() as u64;
        let unseen = bytes.get(skip..).unwrap_or_default();
        if client.write_all(unseen).await.is_err() {
            return;
        }
    }
    match play.exit {
        Some(_) => tokio::time::sleep_until(due + play.rest).await,
        None => std::future::pending().await,
    }
}

async fn listen(heard: Arc<Mutex<Vec<u8>>>, mut client: DuplexStream) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = client.read(&mut buffer).await {
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extend(buffer.get(..count).unwrap_or_default());
    }
}
