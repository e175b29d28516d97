//! Signals, as what they ask for.

use super::lifecycle::Ask;
use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that the daemon heeds.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    hangup: Signal,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To end, in this way.
    End(Ask),
    /// SIGHUP: to read the settings again.
    Reload,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// The system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// What the next one asks for.
    pub async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::End(Ask::Stop),
            _ = self.interrupt.recv() => Wish::End(Ask::Stop),
            _ = self.quit.recv() => Wish::End(Ask::Drain),
            _ = self.hangup.recv() => Wish::Reload,
        }
    }
}
