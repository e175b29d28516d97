//! What `agent serve` says while it works.
//!
//! All tasks run on the test's own thread, which alone has the listener.

use crate::agent::{Agent, PUSH, Ways, hello_with};
use crate::database::Database;
use agent::backend::fake::Play;
use agent::cli::trace::{Dress, Talk, subscriber};
use agent::protocol::{Cause, CommandId, JobResult, Outcome, Phase, Record};
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

/// Two jobs without a work tree, one after the other.
const TWO: (&str, &str) = (
    ".ci.yml",
    "git: {clone: false}\njobs:\n  include:\n    - {stage: one, script: make}\n    - {stage: two, script: make}\n",
);

#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

thread_local! {
    /// Who hears what this thread says.
    static LISTENER: RefCell<Option<Said>> = const { RefCell::new(None) };
}

impl Said {
    /// All that this thread says from now on. The other tests of this process have a listener, too,
    /// who forgets: a place in the code that was first come to without one would stay silent.
    fn by_this_thread() -> Self {
        static BEGIN: Once = Once::new();
        BEGIN.call_once(|| {
            let listener = || LISTENER.with_borrow(Clone::clone).unwrap_or_default();
            let all = subscriber(Talk::Operator.filter(), Dress::Plain, listener);
            tracing::subscriber::set_global_default(all).unwrap();
        });
        let said = Self::default();
        LISTENER.set(Some(said.clone()));
        said
    }

    /// Waits until something was said; all that was said by then.
    async fn until(&self, words: &[&str]) -> String {
        let began = Instant::now();
        while !words.iter().all(|words| self.text().contains(words)) {
            assert!(began.elapsed() < Duration::from_secs(30), "{words:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.text()
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Where the test fails, what was said helps to see why.
impl Drop for Said {
    #[expect(clippy::print_stderr, reason = "what it said belongs to the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() && Arc::strong_count(&self.0) > 1 {
            eprintln!("said so far:\n{}", self.text());
        }
    }
}

/// An agent whose jobs fail.
fn failing() -> Ways {
    Ways {
        plays: Some(fails()),
        ..Ways::default()
    }
}

/// A job that fails.
fn fails() -> Play {
    let command = CommandId {
        phase: Phase::Script,
        entry: None,
        number: 1,
    };
    let outcome = Outcome {
        result: JobResult::Failed,
        cause: Cause::CommandFailed { command, status: 2 },
        warnings: Vec::new(),
    };
    let records = [Record::hello("/bin/sh"), Record::Ended(outcome)];
    let at_once = |record: Record| (Duration::ZERO, record.encode());
    Play {
        output: records.into_iter().map(at_once).collect(),
        // The end is heard before the container is gone, however late somebody listens.
        rest: Duration::from_secs(600),
        exit: Some(0),
        ..Play::default()
    }
}

/// What was said, with what differs from run to run taken out.
fn alike(said: &str, agent: &Agent, folder: &str, sha: &str) -> String {
    let address = agent
        .url
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let said = said
        .replace(address, "ADDRESS")
        .replace(folder, "DATA")
        .replace(&sha[..7], "COMMIT")
        .replace(env!("CARGO_PKG_VERSION"), "VERSION")
        // Two come at once: the push, and that the branch is new.
        .replace("delivery 1", "delivery N")
        .replace("delivery 2", "delivery N");
    let words = |line: &str| {
        if let Some((folder, _)) = line.split_once("; database: ") {
            return format!("{folder}; database: DATABASE");
        }
        let time = |word: &str| {
            let number = word
                .trim_end_matches([',', ';', '"', ')'])
                .trim_end_matches('s');
            word.ends_with(|c: char| c != '.')
                && number.contains('.')
                && number.parse::<f64>().is_ok()
        };
        let words = line.split(' ').map(|word| {
            if time(word) {
                word.replace(|c: char| c.is_ascii_digit(), "0")
            } else {
                word.to_owned()
            }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    said.lines().map(|line| words(line) + "\n").collect()
}

#[tokio::test]
async fn the_operator_reads_what_came_of_a_push() {
    let said = Said::by_this_thread();
    let (model, agent, repo) = hello_with(failing()).await;
    let folder = agent.folder();
    let sha = repo.push("main", &[TWO], "Begin");
    repo.expect_status(&sha, PUSH, "failure").await;
    let heard = said
        .until(&["is failure", "job 1.1 failed", "(create)"])
        .await;
    // Idle: whoever watches the agent is not told of.
    for page in ["healthz", "readyz", "metrics"] {
        assert_eq!(agent.page(page).await.0, 200);
    }
    assert_eq!(said.text(), heard);
    assert!(!heard.contains(&model.token()), "{heard}");
    // Parts of the agent work side by side, and GitHub is told only what lasts for a moment.
    let told = alike(&heard, &agent, &folder, &sha);
    let mut lines: Vec<&str> = told
        .lines()
        .filter(|line| !line.contains("is pending"))
        .collect();
    lines.sort_unstable();
    insta::assert_snapshot!(lines.join("\n"));
    agent.stop().await;
    model.finish();
}

/// Makes the database refuse an end of jobs, until the second of the two is run.
fn refusal(database: &Database) -> (&'static str, &'static str) {
    match database {
        Database::File(_) => (
            "CREATE TRIGGER refuse BEFORE UPDATE ON jobs WHEN new.state = 'failed' BEGIN \
             SELECT raise(ABORT, 'not today'); END",
            "DROP TRIGGER refuse",
        ),
        Database::Server { .. } => (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'not today'; END $$; \
             CREATE TRIGGER refuse BEFORE UPDATE ON jobs FOR EACH ROW \
             WHEN (new.state = 'failed') EXECUTE FUNCTION refuse()",
            "DROP TRIGGER refuse ON jobs",
        ),
    }
}

#[tokio::test]
async fn an_end_that_the_database_refuses_is_named_and_stored_later() {
    let said = Said::by_this_thread();
    let (model, agent, repo) = hello_with(failing()).await;
    let (refuse, take) = refusal(&agent.database);
    agent.database.sql(refuse).await;
    let sha = repo.push("main", &[TWO], "Begin");
    let named = "what octo/hello job 1.1 came to could not be stored";
    // The pauses grow.
    said.until(&[named, "not today", "next try in 2.0s", "next try in 4.0s"])
        .await;
    let ready = async || agent.page("readyz").await;
    assert_eq!(ready().await, (503, "database\n".to_owned()));
    agent.database.sql(take).await;
    repo.expect_status(&sha, PUSH, "failure").await;
    let began = Instant::now();
    while ready().await.0 != 200 {
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    agent.stop().await;
    model.finish();
}
