//! A running `agent`, its lines as they come, and how it ended.

use crate::report::Build;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Nothing here takes that long; only a hang does.
const PATIENCE: Duration = Duration::from_secs(300);

/// What was printed so far, and whether more may come.
#[derive(Default)]
struct Heard {
    out: String,
    err: String,
    open: usize,
}

/// An `agent` that runs.
pub(crate) struct Running {
    child: Child,
    heard: Arc<(Mutex<Heard>, Condvar)>,
    readers: Vec<JoinHandle<()>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let spawned = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.unwrap();
        let heard = Arc::new((Mutex::new(Heard::default()), Condvar::new()));
        let mut readers = Vec::new();
        if let Some(out) = child.stdout.take() {
            readers.push(listen(out, &heard, |heard| &mut heard.out));
        }
        if let Some(err) = child.stderr.take() {
            readers.push(listen(err, &heard, |heard| &mut heard.err));
        }
        Self {
            child,
            heard,
            readers,
        }
    }

    /// Waits until that text was printed, on whichever stream.
    pub(crate) fn wait_for(&self, text: &str) -> &Self {
        let (heard, news) = &*self.heard;
        let mut heard = heard.lock().unwrap();
        let begin = Instant::now();
        while !heard.out.contains(text) && !heard.err.contains(text) {
            let all = || format!("{}\n--- stderr\n{}", heard.out, heard.err);
            if heard.open == 0 || begin.elapsed() > PATIENCE {
                let (all, ended) = (all(), heard.open == 0);
                // Others still want to tell what they have heard.
                drop(heard);
                panic!("no {text:?} (ended: {ended}):\n{all}");
            }
            let waited = news.wait_timeout(heard, Duration::from_secs(1));
            heard = waited.unwrap().0;
        }
        self
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has said so far, on both streams.
    #[allow(dead_code, reason = "for the daemon, in tests/whole")]
    pub(crate) fn heard(&self) -> String {
        let heard = self.heard.0.lock().unwrap();
        format!("{}\n--- stderr\n{}", heard.out, heard.err)
    }

    /// Whether it will say nothing more.
    #[allow(dead_code, reason = "as above")]
    pub(crate) fn has_ended(&self) -> bool {
        self.heard.0.lock().unwrap().open == 0
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) -> &Self {
        self.signal(Signal::INT)
    }

    pub(crate) fn signal(&self, signal: Signal) -> &Self {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Build {
        let begin = Instant::now();
        let (mut said, mut last) = (0, begin);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            let heard = self.heard.0.lock().unwrap();
            if heard.out.len() > said {
                (said, last) = (heard.out.len(), Instant::now());
            }
            // Many jobs in one run may take longer, as long as they go on.
            if last.elapsed() > PATIENCE || begin.elapsed() > 4 * PATIENCE {
                panic!("it hangs:\n{}\n--- stderr\n{}", heard.out, heard.err);
            }
            drop(heard);
            std::thread::sleep(Duration::from_millis(20));
        };
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        let heard = std::mem::take(&mut *self.heard.0.lock().unwrap());
        Build {
            code: status.code(),
            out: heard.out,
            err: heard.err,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // After a test that failed; one that has ended takes no notice.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(
    from: impl Read + Send + 'static,
    heard: &Arc<(Mutex<Heard>, Condvar)>,
    which: fn(&mut Heard) -> &mut String,
) -> JoinHandle<()> {
    heard.0.lock().unwrap().open += 1;
    let heard = Arc::clone(heard);
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from
            .read_until(b'\n', &mut line)
            .is_ok_and(|count| count > 0)
        {
            which(&mut heard.0.lock().unwrap()).push_str(&String::from_utf8_lossy(&line));
            heard.1.notify_all();
            line.clear();
        }
        heard.0.lock().unwrap().open -= 1;
        heard.1.notify_all();
    })
}
