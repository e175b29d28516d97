//! One job of `agent run`, with its lines on the terminal and its log on disk.

use super::screen::{Output, Stop};
use super::setup::Setup;
use super::sink::{JobSink, Stops};
use super::summary::first_line;
use super::terminal::Prefix;
use crate::cli::plan::view::title;
use crate::groups::Groups;
use crate::jobs::prepare;
use crate::local::Jobs;
use crate::log::clean;
use crate::log::limit::{LimitedLog, Limits};
use crate::protocol::Cause;
use crate::runner::env::of_event;
use crate::runner::execute::{Cancel, Finished, JobEnd, reason, run};
use crate::runner::script::CommandTexts;
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

    /// Where this job would wait for a shell.
    fn stops(&self, job: &Job, instance: &str) -> Stops {
        let (job, instance) = (job.clone(), instance.to_owned());
        let number = self.setup.number(job.number);
        Box::new(move |cause| Stop {
            instance: instance.clone(),
            words: words(&number, &job, cause),
        })
    }

    fn sink(&self, number: u32, attempt: u32) -> JobSink {
        let prefix = Prefix::new(self.setup.build(), number, self.jobs);
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
            Ok(mut ready) => {
                if setup.shell {
                    ready.job.script.hold = true;
                    sink.stops = Some(self.stops(job, &names.instance));
                }
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
                Prefix::new(self.setup.build(), number, self.jobs),
                self.output.clone(),
                None,
            );
            sink.say("Canceled").await;
        }
    }
}

/// Which job stopped, where and why, and how to go on.
fn words(number: &str, job: &Job, cause: &Cause) -> String {
    let why = reason(cause).unwrap_or_default();
    let command = match cause {
        Cause::CommandFailed { command, .. }
        | Cause::ShellEnded { command, .. }
        | Cause::DeployFailed { command, .. } => Some(*command),
        Cause::SilenceLimit { command } | Cause::HardLimit { command } => *command,
        _ => None,
    };
    let text = command.filter(|command| command.number > 0).map(|command| {
        let text = CommandTexts::of(job).text(command);
        format!(": {}", clean(&first_line(&text)))
    });
    format!(
        "Job {number} ({}) stopped: {why}{}\n\
         This is a shell in its container; `exit` or Ctrl-D ends it, and the job goes on to its end.",
        title(job),
        text.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{CommandId, Phase};
    use schema::plan::Command;
    use schema::source::Span;

    #[test]
    fn a_shell_begins_with_the_job_the_phase_the_command_and_its_status() {
        let mut job = Job {
            number: 3,
            name: Some("Unit".to_owned()),
            ..Job::default()
        };
        job.phases.script = schema::plan::Phase::Commands(vec![Command {
            text: "make \u{1b}[2Jtest\nmake more".to_owned(),
            span: Span::default(),
        }]);
        let command = CommandId {
            phase: Phase::Script,
            entry: None,
            number: 1,
        };
        let cause = Cause::CommandFailed { command, status: 2 };
        insta::assert_snapshot!(words("12.3", &job, &cause), @r"
        Job 12.3 (Unit) stopped: script, command 1 exited with 2: make test …
        This is a shell in its container; `exit` or Ctrl-D ends it, and the job goes on to its end.
        ");
    }
}
