//! Plans of jobs, and what the engine makes of them.

use agent::backend::fake::Play;
use agent::protocol::{Cause, CommandId, JobResult, Outcome, Phase, Record};
use schema::plan::{Deploy, DeployOn, DeployValue, Job, Plan, Stage};
use std::time::Duration;

pub(crate) fn plan(stages: &[u32]) -> Plan {
    let mut number = 0;
    let stages = stages.iter().map(|jobs| {
        let jobs = (0..*jobs).map(|_| {
            number += 1;
            let mut job = Job {
                number,
                title: format!("Job {number}"),
                language: "generic".to_owned(),
                os: "linux".to_owned(),
                ..Job::default()
            };
            job.git.clone = false;
            job
        });
        Stage {
            name: None,
            jobs: jobs.collect(),
        }
    });
    Plan {
        stages: stages.collect(),
        ..Plan::default()
    }
}

/// A job that prints lines, one each `pause`, and ends so.
pub(crate) fn play(lines: &[String], pause: Duration, result: JobResult) -> Play {
    let mut output = vec![(Duration::ZERO, Record::hello("/bin/sh").encode())];
    let print = |line: &String| (pause, Record::Output(line.clone().into_bytes()).encode());
    output.extend(lines.iter().map(print));
    let command = CommandId {
        phase: Phase::Script,
        entry: None,
        number: 1,
    };
    let status = i32::from(result != JobResult::Passed);
    let finished = Record::CommandFinished {
        command,
        status,
        duration: 5_000_000,
    };
    let outcome = Outcome {
        result,
        cause: match result {
            JobResult::Failed => Cause::CommandFailed { command, status },
            _ => Cause::Finished,
        },
        warnings: Vec::new(),
    };
    output.push((pause, finished.encode()));
    output.push((Duration::ZERO, Record::Ended(outcome).encode()));
    Play {
        output,
        // A supervisor stays until its last record is acknowledged, however long an agent is away.
        rest: Duration::from_secs(600),
        exit: Some(0),
        ..Play::default()
    }
}

/// One job that may deploy.
pub(crate) fn deploying() -> Plan {
    let mut plan = plan(&[1]);
    let script = DeployValue::Text("./deploy".to_owned());
    plan.stages[0].jobs[0].deploy.push(Deploy {
        provider: "script".to_owned(),
        options: vec![("script".to_owned(), script)],
        on: DeployOn {
            all_branches: true,
            ..DeployOn::default()
        },
        ..Deploy::default()
    });
    plan
}
