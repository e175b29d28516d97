//! One job of `agent run`, with its lines on the terminal and its log on disk.

use super::setup::Setup;
use super::sink::{JobSink, Output};
use super::terminal::Prefix;
use crate::cli::plan::view::title;
use crate::groups::Groups;
use crate::jobs::prepare;
use crate::local::Jobs;
use crate::log::limit::{LimitedLog, Limits};
use crate::runner::env::of_event;
use crate::runner::execute::{Cancel, Finished, JobEnd, run};
use crate::scheduler::State;
use async_trait::async_trait;
use schema::plan::{Job, Plan};
use std::sync::Arc;

/// The jobs of a build on this machine.
pub(super) struct LocalJobs {
    setup: Arc<Setup>,
    jobs: usize,
    groups: Groups,
    output: Output,
}

impl LocalJobs {
    pub(super) fn new(setup: Arc<Setup>, plan: &Plan, output: Output) -> Self {
        let jobs = plan.stages.iter().flat_map(|stage| &stage.jobs);
        let groups = Groups::of(plan, "own", &of_event(&setup.context.request));
        Self {
            groups,
            setup,
            jobs: jobs.map(|job| job.number as usize).max().unwrap_or(0),
            output,
        }
    }

    fn sink(&self, number: u32, attempt: u32) -> JobSink {
        let prefix = Prefix::new(self.setup.dir.number(), number, self.jobs);
        let store = match LimitedLog::open(&self.setup.dir.log(number, attempt), Limits::default())
        {
            Ok(store) => Some(store),
            Err(error) => {
                tracing::warn!(%error, "the log cannot be kept");
                None
            }
        };
        JobSink::new(prefix, self.output.clone(), store)
    }
}

#[async_trait]
impl Jobs for LocalJobs {
    async fn run(&self, job: &Job, retried: u8, cancel: &Cancel) -> Finished {
        let setup = &self.setup;
        let names = setup.names(job, retried);
        let mut sink = self.sink(job.number, 1 + u32::from(retried));
        sink.say(&format!("Job {}: {}", setup.number(job.number), title(job)))
            .await;
        let prepared = tokio::select! {
            biased;
            () = cancel.soft.cancelled() => Err(None),
            prepared = prepare(&setup.context, job, &names, &mut sink) => {
                prepared.map_err(Some)
            }
        };
        let finished = match prepared {
            Ok(ready) => {
                let backend = &setup.context.backend;
                // The archive of the work tree lives until the job has ended.
                let _tree = ready.tree;
                run(backend, ready.job, &mut sink, cancel, setup.keep).await
            }
            Err(reason) => Finished {
                end: reason.map_or_else(JobEnd::canceled, JobEnd::refused),
                cleanup: tokio::spawn(async { Ok(()) }),
            },
        };
        let end = &finished.end;
        let state = crate::local::state_word(end.result());
        let line = match end.reason() {
            Some(reason) => format!("Job {} {state}: {reason}", setup.number(job.number)),
            None => format!("Job {} {state}", setup.number(job.number)),
        };
        sink.say(&line).await;
        finished
    }

    /// The build is alone: only its jobs wait for each other.
    fn group(&self, job: &Job) -> Option<String> {
        let build = &self.setup.context.build;
        let id = build.id.parse().unwrap_or(build.number);
        self.groups.jobs.get(&job.number)?.key(id, build.number)
    }

    async fn changed(&self, number: u32, state: State) {
        if state == State::Canceled {
            let sink = JobSink::new(
                Prefix::new(self.setup.dir.number(), number, self.jobs),
                self.output.clone(),
                None,
            );
            sink.say("Canceled").await;
        }
    }
}
