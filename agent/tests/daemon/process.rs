//! A process of this test program that plays the daemon.

use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The variable that tells a process to play the daemon, and how.
pub(crate) const PART: &str = "DAEMON_TEST_PART";

/// Nothing here takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The process, and what it tells the service manager.
pub(crate) struct Process {
    child: Child,
    manager: UnixDatagram,
    heard: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Process {
    /// Starts the test `name` of this program in a part.
    pub(crate) fn start(name: &str, part: &str, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("notify");
        let manager = UnixDatagram::bind(&socket).unwrap();
        manager.set_read_timeout(Some(PATIENCE)).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(PART, part)
            .env("NOTIFY_SOCKET", &socket)
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            child,
            manager,
            heard: Vec::new(),
            _folder: folder,
        }
    }

    /// Waits until the service manager is told this; the whole message.
    pub(crate) fn hears(&mut self, line: &str) -> String {
        let mut buffer = [0; 1024];
        loop {
            let heard = self
                .heard
                .iter()
                .position(|heard| heard.lines().any(|one| one == line));
            if let Some(at) = heard {
                return self.heard.drain(..=at).next_back().unwrap();
            }
            let length = self.manager.recv(&mut buffer).unwrap_or_else(|error| {
                panic!("{line} was not said ({error}), but {:?}", self.heard)
            });
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            self.heard.push(text);
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end; the exit code, and what it said on stderr.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let start = Instant::now();
        while !self.has_ended() {
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = std::mem::replace(&mut self.child, ended()).wait_with_output();
        let output = output.unwrap();
        let code = ExitStatus::code(&output.status);
        (code, String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// A process for the place of one that is taken out.
fn ended() -> Child {
    Command::new("true").spawn().unwrap()
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The part that this process is to play, if any.
pub(crate) fn part() -> Option<String> {
    std::env::var(PART).ok()
}
