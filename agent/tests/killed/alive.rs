//! Watches the containers of one agent: every event counts as news, and a job must never have two of
//! them alive.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

pub(crate) struct Alive {
    client: Child,
    events: Arc<AtomicUsize>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// The running containers of each job.
    running: BTreeMap<String, BTreeSet<String>>,
    /// Jobs that had two at once.
    doubled: BTreeSet<String>,
}

impl Alive {
    pub(crate) fn watch(agent: &str) -> Self {
        let label = format!("label=ci.agent={agent}");
        let form = "{{index .Actor.Attributes \"ci.job\"}} {{.Actor.Attributes.name}} {{.Action}}";
        let mut client = Command::new("docker")
            .args(["events", "--filter", "type=container", "--filter", &label])
            .args(["--format", form])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (events, seen) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Seen>>::default());
        let lines = BufReader::new(client.stdout.take().unwrap()).lines();
        let (count, notes) = (Arc::clone(&events), Arc::clone(&seen));
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                note(&mut notes.lock().unwrap(), &line);
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self {
            client,
            events,
            seen,
        }
    }

    /// How many events there were.
    pub(crate) fn news(&self) -> usize {
        self.events.load(Ordering::Relaxed)
    }

    /// Fails where a job had two running containers at once, or has one still.
    #[track_caller]
    pub(crate) fn expect_one_at_a_time(&self) {
        let seen = self.seen.lock().unwrap();
        assert!(!seen.running.is_empty(), "the engine told of no container");
        assert_eq!(seen.doubled, BTreeSet::new(), "ran twice at once");
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        let _ = self.client.kill();
        let _ = self.client.wait();
    }
}

fn note(seen: &mut Seen, line: &str) {
    let mut words = line.splitn(3, ' ').map(str::to_owned);
    let mut next = || words.next().unwrap_or_default();
    let (job, name, action) = (next(), next(), next());
    let running = seen.running.entry(job.clone()).or_default();
    match action.as_str() {
        "start" => {
            running.insert(name);
            if running.len() > 1 {
                seen.doubled.insert(job);
            }
        }
        "die" => {
            running.remove(&name);
        }
        _ => {}
    }
}
