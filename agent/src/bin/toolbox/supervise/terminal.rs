//! The job's terminal: a pty whose output goes into the ring.

use super::event::Event;
use super::ring::Ring;
use super::strip::Stripper;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// What a screen usually has; programs fall back to it where they see no size.
const SIZE: Winsize = Winsize {
    ws_row: 24,
    ws_col: 80,
    ws_xpixel: 0,
    ws_ypixel: 0,
};

pub(crate) struct Terminal {
    /// What programs get.
    slave: OwnedFd,
    marks: Sender<u64>,
}

impl Terminal {
    /// Opens a terminal and lets its output flow into the ring.
    pub(crate) fn open(ring: Arc<Ring>, events: Sender<Event>) -> std::io::Result<Self> {
        let secret = super::random_hex::<16>();
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let slave = ioctl_tiocgptpeer(&master, flags)?;
        tcsetwinsize(&slave, SIZE)?;
        let mut stripper = Stripper::new(&secret);
        let mut master = File::from(master);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                match master.read(&mut buffer) {
                    Ok(count) => {
                        let piece = buffer.get(..count).unwrap_or_default();
                        let drained = stripper.feed(piece, |bytes| ring.output_of_job(bytes));
                        for mark in drained {
                            if events.send(Event::Drained(mark)).is_err() {
                                return;
                            }
                        }
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(_) => return,
                }
            }
        });
        Ok(Self {
            marks: write_marks(File::from(slave.try_clone()?), secret),
            slave,
        })
    }

    /// The terminal for one stream of a program.
    pub(crate) fn stdio(&self) -> std::io::Result<Stdio> {
        Ok(self.slave.try_clone()?.into())
    }

    /// Puts a mark behind all that was written so far.
    pub(crate) fn mark(&self, number: u64) {
        let _ = self.marks.send(number);
    }
}

/// A thread of its own, because a write waits while the terminal is full; only a write that may
/// wait is never cut in two by what the job writes.
fn write_marks(mut slave: File, secret: String) -> Sender<u64> {
    let (sender, numbers) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while let Ok(number) = numbers.recv() {
            if slave.write_all(&Stripper::mark(&secret, number)).is_err() {
                return;
            }
        }
    });
    sender
}
