//! What jobs get: an engine that notes it.

use agent::backend::fake::{FakeBackend, Play};
use agent::protocol::{Cause, JobResult, Outcome, Record};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Everything that jobs were given: containers and scripts, in the order in which they began.
#[derive(Clone, Default)]
pub(crate) struct Given(Arc<Mutex<Vec<String>>>);

impl Given {
    /// An engine on which every job passes, and that notes what it gets.
    pub(crate) fn engine(&self) -> Arc<FakeBackend> {
        let given = Arc::clone(&self.0);
        FakeBackend::new(move |spec, script| {
            let script = String::from_utf8_lossy(script);
            given.lock().unwrap().push(format!("{spec:?}\n{script}"));
            passed()
        })
    }

    /// What the only job since the last look got.
    pub(crate) fn take(&self) -> String {
        let mut given = self.0.lock().unwrap();
        assert_eq!(given.len(), 1, "{given:#?}");
        given.remove(0)
    }

    /// No job began since the last look.
    pub(crate) fn nothing(&self) {
        let given = self.0.lock().unwrap();
        assert!(given.is_empty(), "{given:#?}");
    }
}

fn passed() -> Play {
    let outcome = Outcome {
        result: JobResult::Passed,
        cause: Cause::Finished,
        warnings: Vec::new(),
    };
    let records = [
        Record::hello("/bin/sh"),
        Record::Output(b"done\n".to_vec()),
        Record::Ended(outcome),
    ];
    let output = records.iter().map(|one| (Duration::ZERO, one.encode()));
    Play {
        output: output.collect(),
        // The fake's supervisor waits for nobody: that long somebody has to attach.
        rest: Duration::from_secs(600),
        exit: Some(0),
        ..Play::default()
    }
}
