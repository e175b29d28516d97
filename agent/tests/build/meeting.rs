//! A place where jobs and their test meet: a job connects, says something, and waits for an answer.
//! So nothing here has to sleep and hope.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

pub(crate) struct Meeting {
    listener: TcpListener,
}

/// A job that has come.
pub(crate) struct Guest(BufReader<TcpStream>);

impl Meeting {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { listener }
    }

    /// The variable `MEET`, a path for bash: `exec 9<>$MEET` connects.
    pub(crate) fn variable(&self) -> String {
        format!("MEET={}", self.path())
    }

    /// The path alone.
    pub(crate) fn path(&self) -> String {
        let addresses = Command::new("hostname").arg("-I").output().unwrap().stdout;
        let addresses = String::from_utf8(addresses).unwrap();
        let here = addresses.split_whitespace().next().unwrap();
        let port = self.listener.local_addr().unwrap().port();
        format!("/dev/tcp/{here}/{port}")
    }

    /// Waits for a job.
    #[track_caller]
    pub(crate) fn guest(&self) -> Guest {
        let begin = Instant::now();
        loop {
            if let Ok((stream, _)) = self.listener.accept() {
                stream.set_nonblocking(false).unwrap();
                stream
                    .set_read_timeout(Some(Duration::from_secs(120)))
                    .unwrap();
                return Guest(BufReader::new(stream));
            }
            assert!(begin.elapsed() < Duration::from_secs(120), "nobody came");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether a job has come that nobody has met.
    pub(crate) fn has_another(&self) -> bool {
        self.listener.accept().is_ok()
    }
}

impl Guest {
    /// The next line that it says.
    #[track_caller]
    pub(crate) fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Says a line to it.
    pub(crate) fn say(&mut self, text: &str) {
        writeln!(self.0.get_mut(), "{text}").unwrap();
    }
}
