//! What the jobs of a simulated repository are, and what they print. A job's only command says it,
//! so that whoever has its script knows.

use crate::chance::Chance;
use agent::backend::fake::Play;
use agent::protocol::{Cause, CommandId, JobResult, Outcome, Phase, Record};
use std::fmt::Write as _;
use std::time::Duration;

/// How a job goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    pub(crate) passes: bool,
    lines: u64,
    /// Between two lines.
    pause: Duration,
    /// Bytes of a line at least.
    size: usize,
    pub(crate) deploys: bool,
}

/// The config of a commit: three stages; jobs of the last may deploy. Build and jobs may be of groups.
pub(crate) fn config(chance: &Chance) -> String {
    let mut text = "language: generic\ngit:\n  clone: false\n".to_owned();
    if chance.one_in(3) {
        text.push_str(&group(chance));
    }
    text.push_str("jobs:\n  include:\n");
    for stage in ["one", "two", "three"] {
        for _ in 0..chance.range(1, 3) {
            let result = if chance.one_in(8) { "fail" } else { "pass" };
            let size = if chance.one_in(25) { 300_000 } else { 30 };
            let (lines, pause) = (chance.range(1, 9), chance.range(10, 1500));
            let _ = writeln!(text, "    - stage: {stage}");
            let _ = writeln!(text, "      script: play-{result}-{lines}-{pause}-{size}");
            if chance.one_in(4) {
                let _ = write!(text, "      {}", group(chance));
            }
            if stage == "three" && !chance.one_in(3) {
                text.push_str("      deploy:\n        provider: script\n        script: deploy-now\n        on:\n          all_branches: true\n");
            }
        }
    }
    text
}

/// One of a few groups, so that they meet.
fn group(chance: &Chance) -> String {
    let names = ["deploy", "$TRAVIS_BRANCH", "database"];
    let (name, cancel) = (chance.pick(&names).unwrap(), chance.one_in(3));
    format!("concurrency: {{group: {name}, cancel: {cancel}}}\n")
}

impl Script {
    /// Reads it from what the supervisor is handed.
    pub(crate) fn read(script: &[u8]) -> Self {
        let text = String::from_utf8_lossy(script);
        let at = text.find("play-").expect("a job of the simulation");
        let word: String = text[at..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let parts: Vec<&str> = word.split('-').collect();
        let number = |at: usize| parts[at].parse::<u64>().unwrap();
        Self {
            passes: parts[1] == "pass",
            lines: number(2),
            pause: Duration::from_millis(number(3)),
            size: usize::try_from(number(4)).unwrap(),
            deploys: text.contains("deploy-now"),
        }
    }

    /// All that an instance prints.
    pub(crate) fn output(&self, id: &str) -> Vec<String> {
        let line = |number| format!("{id} {number} {}\r\n", "x".repeat(self.size));
        (0..self.lines).map(line).collect()
    }

    /// The records of an instance. Its supervisor keeps them until it is removed.
    pub(crate) fn play(&self, id: &str) -> Play {
        let mut output = vec![(Duration::ZERO, Record::hello("/bin/sh").encode())];
        let print = |line: String| (self.pause, Record::Output(line.into_bytes()).encode());
        output.extend(self.output(id).into_iter().map(print));
        let command = CommandId {
            phase: Phase::Script,
            entry: None,
            number: 1,
        };
        let status = i32::from(!self.passes);
        let finished = Record::CommandFinished {
            command,
            status,
            duration: 5_000_000,
        };
        let outcome = Outcome {
            result: if self.passes {
                JobResult::Passed
            } else {
                JobResult::Failed
            },
            cause: if self.passes {
                Cause::Finished
            } else {
                Cause::CommandFailed { command, status }
            },
            warnings: Vec::new(),
        };
        output.push((self.pause, finished.encode()));
        output.push((Duration::ZERO, Record::Ended(outcome).encode()));
        Play {
            output,
            rest: Duration::from_secs(24 * 3600),
            exit: Some(0),
            ..Play::default()
        }
    }
}
