//! The socket that attachments connect to.

use super::event::Event;
use super::greeting::{Answer, Greeting};
use super::held::Held;
use super::processes;
use super::ring::Ring;
use crate::place::is_init;
use crate::protocol::Frame;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::SendFlags;
use std::io::Read;
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a waiting writer looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(200);

/// Writes closer together than this are put together.
const GATHER: Duration = Duration::from_millis(2);

/// Bytes written at once.
const CHUNK: usize = 64 * 1024;

#[derive(Clone)]
struct Server {
    ring: Arc<Ring>,
    events: Sender<Event>,
    /// The newest attachment; it takes over from all older ones.
    newest: Arc<AtomicU64>,
    /// Connections whose end tells that the supervisor is gone.
    stopping: Arc<Mutex<Vec<UnixStream>>>,
    held: Held,
}

/// Listens from now on.
pub(crate) fn serve(
    path: &Path,
    ring: Arc<Ring>,
    events: Sender<Event>,
    held: Held,
) -> std::io::Result<()> {
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path)?;
    let server = Server {
        ring,
        events,
        newest: Arc::default(),
        stopping: Arc::default(),
        held,
    };
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let server = server.clone();
            std::thread::spawn(move || server.answer(connection));
        }
    });
    Ok(())
}

impl Server {
    fn answer(&self, connection: UnixStream) {
        let Ok(Some((greeting, file))) = Greeting::receive(&connection) else {
            return;
        };
        if !is_from_the_agent(&connection) {
            let _ = Answer::Refused.send(&connection);
            return;
        }
        match greeting {
            Greeting::Attach(from) => self.attach(connection, from, file),
            Greeting::Shell => {
                let _ = self.held.tell(&connection);
            }
            Greeting::Stop(grace) => {
                let _ = self.events.send(Event::Stop(grace));
                self.stopping
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(connection);
            }
        }
    }

    fn attach(&self, connection: UnixStream, from: u64, file: Option<OwnedFd>) {
        if !self.ring.holds(from) {
            let _ = Answer::Dropped.send(&connection);
            return;
        }
        let turn = self.newest.fetch_add(1, Ordering::SeqCst) + 1;
        let Ok(mut frames) = connection.try_clone() else {
            return;
        };
        if Answer::Welcome.send(&connection).is_err() {
            return;
        }
        let writer = self.clone();
        std::thread::spawn(move || {
            writer.write(&connection, file.as_ref(), from, turn);
            drop(file);
            let _ = connection.shutdown(Shutdown::Both);
        });
        let mut bytes = [0; Frame::LENGTH];
        while frames.read_exact(&mut bytes).is_ok() {
            match Frame::decode(bytes) {
                Some(Frame::Ack(offset)) => self.ring.acknowledge(offset),
                Some(Frame::Cancel { grace }) => {
                    let _ = self.events.send(Event::Cancel(grace));
                }
                Some(Frame::Go) => {
                    let _ = self.events.send(Event::Go);
                }
                None => {}
            }
        }
    }

    /// Writes records until the connection ends, a newer one comes, or the offset is gone.
    fn write(&self, connection: &UnixStream, file: Option<&OwnedFd>, from: u64, turn: u64) {
        let mut buffer = vec![0; CHUNK];
        let mut offset = from;
        let mut last = Instant::now();
        while self.newest.load(Ordering::SeqCst) == turn && !hung_up(connection) {
            let Some(mut count) = self.ring.read(offset, &mut buffer, LOOK) else {
                return;
            };
            if (1..CHUNK / 2).contains(&count) && last.elapsed() < GATHER {
                // Output is streaming: few big writes cost everyone less than many small ones.
                std::thread::sleep(GATHER / 2);
                count = self.ring.read(offset, &mut buffer, LOOK).unwrap_or(0);
            }
            let mut rest = buffer.get(..count).unwrap_or_default();
            while !rest.is_empty() {
                let written = match file {
                    Some(file) => rustix::io::write(file, rest),
                    None => {
                        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
                        rustix::net::send(connection, rest, flags)
                    }
                };
                match written {
                    Ok(count) => {
                        offset += count as u64;
                        rest = rest.get(count..).unwrap_or_default();
                    }
                    Err(Errno::AGAIN) => {
                        if self.newest.load(Ordering::SeqCst) != turn
                            || !wait_for_room(connection, file)
                        {
                            return;
                        }
                    }
                    Err(Errno::INTR) => {}
                    Err(_) => return,
                }
                last = Instant::now();
            }
        }
    }
}

/// Whether the other side came into the container from outside. A process of the job could drop
/// what the agent has not read yet, or take its place.
fn is_from_the_agent(connection: &UnixStream) -> bool {
    !is_init()
        || rustix::net::sockopt::socket_peercred(connection)
            .is_ok_and(|peer| processes::came_from_outside(peer.pid))
}

fn hung_up(connection: &UnixStream) -> bool {
    let mut fds = [PollFd::new(connection, PollFlags::empty())];
    let _ = poll(&mut fds, Some(&Timespec::default()));
    fds.iter()
        .any(|fd| fd.revents().intersects(PollFlags::HUP | PollFlags::ERR))
}

/// Waits a moment for room to write; `false` when nobody reads any more.
fn wait_for_room(connection: &UnixStream, file: Option<&OwnedFd>) -> bool {
    let target = file.map_or_else(|| connection.as_fd(), AsFd::as_fd);
    let patience = Timespec::try_from(LOOK).unwrap_or_default();
    let mut fds = [
        PollFd::from_borrowed_fd(target, PollFlags::OUT),
        PollFd::new(connection, PollFlags::empty()),
    ];
    match poll(&mut fds, Some(&patience)) {
        Ok(_) | Err(Errno::INTR) => !fds
            .iter()
            .any(|fd| fd.revents().intersects(PollFlags::HUP | PollFlags::ERR)),
        Err(_) => false,
    }
}
