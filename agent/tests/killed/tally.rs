//! Counts what jobs say they begin: scripts and deployments. It outlives every agent and container.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone)]
pub(crate) struct Tally {
    address: String,
    counts: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let addresses = Command::new("hostname").arg("-I").output().unwrap().stdout;
        let addresses = String::from_utf8(addresses).unwrap();
        let here = addresses.split_whitespace().next().unwrap();
        let port = listener.local_addr().unwrap().port();
        let tally = Self {
            address: format!("{here}/{port}"),
            counts: Arc::default(),
        };
        let counts = Arc::clone(&tally.counts);
        // It ends with the process of the tests.
        std::thread::spawn(move || {
            for guest in listener.incoming().flatten() {
                let counts = Arc::clone(&counts);
                std::thread::spawn(move || count(guest, &counts));
            }
        });
        tally
    }

    /// A program `tell WORDS…` for the jobs' work tree: counts its words and prints how often they
    /// have come by now.
    pub(crate) fn program(&self) -> String {
        format!(
            "#!/usr/bin/env bash\nset -e\nexec 9<>/dev/tcp/{}\necho \"$*\" >&9\nread -r times <&9\necho \"$times\"\n",
            self.address
        )
    }

    /// How often these words came.
    pub(crate) fn of(&self, words: &str) -> u32 {
        let counts = self.counts.lock().unwrap();
        counts.get(words).copied().unwrap_or(0)
    }

    /// As if they had come so often more.
    pub(crate) fn add(&self, words: &str, times: u32) {
        *self
            .counts
            .lock()
            .unwrap()
            .entry(words.to_owned())
            .or_default() += times;
    }

    pub(crate) fn all(&self) -> BTreeMap<String, u32> {
        self.counts.lock().unwrap().clone()
    }
}

/// One guest says one line. One that was killed before it had said it has begun nothing.
fn count(guest: TcpStream, counts: &Mutex<BTreeMap<String, u32>>) {
    let _ = guest.set_read_timeout(Some(Duration::from_secs(60)));
    let mut guest = BufReader::new(guest);
    let mut line = String::new();
    if guest.read_line(&mut line).is_err() || !line.ends_with('\n') {
        return;
    }
    let times = {
        let mut counts = counts.lock().unwrap();
        let times = counts.entry(line.trim().to_owned()).or_default();
        *times += 1;
        *times
    };
    let _ = writeln!(guest.get_mut(), "{times}");
}
