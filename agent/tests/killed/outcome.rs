//! What a build came to, without what differs from run to run.

use crate::pages::JobLine;
use crate::project::{JOBS, Project, SLUG};
use crate::serving::Serving;
use crate::world::PUSH;
use fancy_regex::Regex;
use std::fmt::Write as _;

/// All that a user sees of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    build: String,
    jobs: Vec<JobLine>,
    /// The last word to the commit: state and text.
    status: (String, String),
    logs: Vec<String>,
}

impl Outcome {
    pub(crate) async fn of(project: &Project, agent: &Serving) -> Self {
        let (mut jobs, mut logs) = (Vec::new(), Vec::new());
        for number in JOBS {
            jobs.push(agent.job(SLUG, number).await);
            logs.push(plain(&agent.log(SLUG, number, 1).await, &project.sha));
        }
        Self {
            build: agent.build(SLUG, 1).await,
            jobs,
            status: final_status(project),
            logs,
        }
    }

    /// Bytes of all logs.
    pub(crate) fn log_bytes(&self) -> usize {
        self.logs.iter().map(String::len).sum()
    }

    /// Fails where two builds did not come to the same, and shows where the logs part.
    #[track_caller]
    pub(crate) fn expect_same(&self, undisturbed: &Self) {
        let said = |outcome: &Self| (outcome.build.clone(), outcome.status.clone());
        assert_eq!(said(self), said(undisturbed));
        assert_eq!(self.jobs, undisturbed.jobs);
        let mut differences = String::new();
        for ((number, log), expected) in JOBS.iter().zip(&self.logs).zip(&undisturbed.logs) {
            let parts = |(one, other): &(&str, &str)| one != other;
            let lines = log.lines().zip(expected.lines()).enumerate();
            let first = lines.into_iter().find(|(_, pair)| parts(pair));
            if log != expected {
                let (one, other) = (log.len(), expected.len());
                let _ = writeln!(
                    differences,
                    "{number}: {one} bytes, not {other}; {first:.300?}"
                );
            }
        }
        assert!(differences.is_empty(), "logs differ:\n{differences}");
    }
}

/// No status that is not final may come after one that is, and all final ones are the same word.
fn final_status(project: &Project) -> (String, String) {
    let all = project.repo.statuses(&project.sha);
    let line = |at: usize| (all[at].state.clone(), all[at].description.clone());
    assert!(all.iter().all(|status| status.context == PUSH), "{all:#?}");
    let first = all.iter().position(|status| status.state != "pending");
    let first = first.unwrap_or_else(|| panic!("no final status: {all:#?}"));
    for later in first..all.len() {
        assert_eq!(line(later), line(first), "{all:#?}");
    }
    let (state, text) = line(first);
    let duration = Regex::new(r"(\d+h )?(\d+m )?\d+(\.\d)?s$").unwrap();
    let text = duration.replace(text.as_deref().unwrap_or_default(), "[TIME]");
    (state, text.into_owned())
}

/// A log without times and what stands for the commit.
fn plain(log: &str, sha: &str) -> String {
    let short: String = sha.chars().take(7).collect();
    let log = log.replace(sha, "[SHA]").replace(&short, "[SHA]");
    let timer = Regex::new(r"travis_time:(start|end):[0-9a-z:=,._-]+").unwrap();
    timer.replace_all(&log, "travis_time:$1").into_owned()
}
