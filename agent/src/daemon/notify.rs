//! What the service manager is told: ready, stopping, alive.

use sd_notify::NotifyState;
use std::time::Duration;

/// Tells the service manager how the daemon is. Without one (no `NOTIFY_SOCKET`) it says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notifier;

impl Notifier {
    /// It serves.
    pub fn ready(self, status: &str) {
        send(&[NotifyState::Ready, NotifyState::Status(status)]);
    }

    /// It reads its settings again; [`ready`](Self::ready) says that it is through.
    pub fn reloading(self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => send(&[NotifyState::Reloading, now]),
            Err(error) => tracing::warn!(%error, "the service manager cannot be told"),
        }
    }

    /// It goes on, in other circumstances.
    pub fn status(self, status: &str) {
        send(&[NotifyState::Status(status)]);
    }

    /// It ends.
    pub fn stopping(self, status: &str) {
        send(&[NotifyState::Stopping, NotifyState::Status(status)]);
    }

    /// It is alive.
    pub fn alive(self) {
        send(&[NotifyState::Watchdog]);
    }

    /// How often [`Notifier::alive`] is to be said: twice as often as the manager asks for.
    #[must_use]
    pub fn watchdog(self) -> Option<Duration> {
        sd_notify::watchdog_enabled()
            .map(|limit| limit / 2)
            .filter(|interval| !interval.is_zero())
    }
}

fn send(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}
