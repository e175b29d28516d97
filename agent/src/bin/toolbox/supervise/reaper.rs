//! Collects children that ended: those we started and those that lost their parents.

use super::event::Event;
use rustix::process::{WaitId, WaitIdOptions, WaitOptions, WaitStatus, wait, waitid};
use std::process::{Child, Command};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Starts children and tells of their ends.
#[derive(Clone, Default)]
pub(crate) struct Reaper(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Held while a child is being started: a program that can't be run ends as a child too,
    /// and its starter must be the one to see it.
    starting: Mutex<()>,
    started: Condvar,
}

impl Reaper {
    pub(crate) fn run(&self, events: Sender<Event>) {
        let shared = Arc::clone(&self.0);
        std::thread::spawn(move || {
            loop {
                let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                let Ok(Some(_)) = waitid(WaitId::All, look) else {
                    // No children at all: one will come, or an orphan will be handed to us.
                    let guard = shared
                        .starting
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner);
                    drop(
                        shared
                            .started
                            .wait_timeout(guard, Duration::from_millis(200)),
                    );
                    continue;
                };
                let guard = shared
                    .starting
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                let ended = wait(WaitOptions::NOHANG);
                drop(guard);
                let Ok(Some((pid, status))) = ended else {
                    continue;
                };
                let event = Event::Exited {
                    pid: pid.as_raw_nonzero().get(),
                    status: number(status),
                };
                if events.send(event).is_err() {
                    return;
                }
            }
        });
    }

    /// Starts a child. Its end comes as an event.
    pub(crate) fn spawn(&self, command: &mut Command) -> std::io::Result<Child> {
        let guard = self
            .0
            .starting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let child = command.spawn();
        drop(guard);
        self.0.started.notify_all();
        child
    }
}

/// As shells count: 128 and the signal's number for a signal.
fn number(status: WaitStatus) -> i32 {
    status
        .exit_status()
        .or_else(|| status.terminating_signal().map(|signal| 128 + signal))
        .unwrap_or(255)
}
