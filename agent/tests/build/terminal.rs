//! An `agent run` on a terminal of its own: keys go in, and what it shows comes as one text.

use crate::verbs::toolbox;
use crate::world::World;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Nothing here takes that long; only a hang does.
const PATIENCE: Duration = Duration::from_secs(120);

/// The terminal, and what runs on it.
pub(crate) struct Terminal {
    child: Child,
    master: File,
    slave: OwnedFd,
    shown: Arc<(Mutex<Vec<u8>>, Condvar)>,
    /// What was waited for lies before here.
    heard: usize,
}

impl Terminal {
    /// Starts `agent run` with these options.
    pub(crate) fn run(world: &World, options: &[&str]) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = ioctl_tiocgptpeer(&master, flags).unwrap();
        let stdio = || Stdio::from(slave.try_clone().unwrap());
        let agent = world.agent(&[&["run"], options].concat());
        let mut command = Command::new(toolbox());
        command
            .arg("tty-exec")
            .arg(agent.get_program())
            .args(agent.get_args())
            .current_dir(world.checkout.path())
            .env_clear();
        for (name, value) in agent.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let child = command
            .env("TOKEN", "hunter2hunter2")
            .stdin(stdio())
            .stdout(stdio())
            .stderr(stdio())
            .spawn()
            .unwrap();
        let master = File::from(master);
        let shown = Arc::<(Mutex<Vec<u8>>, Condvar)>::default();
        listen(master.try_clone().unwrap(), Arc::clone(&shown));
        Self {
            child,
            master,
            slave,
            shown,
            heard: 0,
        }
    }

    /// Waits until that is shown after what was waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> &mut Self {
        let (shown, news) = &*self.shown;
        let mut shown = shown.lock().unwrap();
        let begin = Instant::now();
        loop {
            let rest = shown.get(self.heard..).unwrap_or_default();
            let at = rest
                .windows(text.len())
                .position(|part| part == text.as_bytes());
            if let Some(at) = at {
                self.heard += at + text.len();
                drop(shown);
                return self;
            }
            if begin.elapsed() > PATIENCE {
                let all = String::from_utf8_lossy(&shown).into_owned();
                drop(shown);
                panic!("no {text:?}:\n{all}");
            }
            shown = news.wait_timeout(shown, Duration::from_secs(1)).unwrap().0;
        }
    }

    pub(crate) fn keys(&mut self, text: &str) -> &mut Self {
        self.master.write_all(text.as_bytes()).unwrap();
        self
    }

    pub(crate) fn resize(&mut self, rows: u16, columns: u16) -> &mut Self {
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&self.slave, size).unwrap();
        self
    }

    pub(crate) fn terminate(&mut self) -> &mut Self {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        self
    }

    /// All that was shown so far.
    pub(crate) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.0.lock().unwrap()).into_owned()
    }

    /// Its exit code, and all that it showed. The terminal must be as it was before.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < PATIENCE, "it hangs:\n{}", self.shown());
            std::thread::sleep(Duration::from_millis(20));
        };
        let modes = tcgetattr(&self.slave).unwrap().local_modes;
        assert!(modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG));
        (status.code(), self.shown())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // After a test that failed; one that has ended takes no notice.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(mut from: File, shown: Arc<(Mutex<Vec<u8>>, Condvar)>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count) = from.read(&mut buffer) {
            shown.0.lock().unwrap().extend_from_slice(&buffer[..count]);
            shown.1.notify_all();
        }
    });
}
