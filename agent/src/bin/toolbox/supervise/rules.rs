//! What an end of the shell means, by phase (decisions 19 and 20). Pure.

use crate::protocol::{Failure, JobResult, Phase};

/// How a shell ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShellEnd {
    /// Its status; 128 and the signal's number for a signal.
    pub(crate) status: i32,
    /// Whether `set -e` was on.
    pub(crate) errexit: bool,
    /// Whether it was `travis_terminate`, which keeps its own number.
    pub(crate) terminated: bool,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The job ends at once with this result; nothing else runs.
    JobEnds(JobResult),
    /// `script` ends as failed; the phases after it run in a new shell.
    ScriptFailed,
    /// The phase ends, with a warning.
    PhaseEnds,
    /// The deployment failed; only `after_script` runs.
    DeployFailed,
    /// The deployment failed and may.
    DeployTolerated,
    /// The deploy entry does not go on, with a warning.
    EntryEnds,
    /// As if the command had ended with 0; the next one gets a new shell.
    Fine,
}

/// What an end of the shell means in a phase, for a command with this meaning of failure.
pub(crate) fn meaning(phase: Phase, failure: &Failure, end: ShellEnd) -> Meaning {
    let tolerated = matches!(failure, Failure::Deploy { tolerated: true });
    match (phase, end.status) {
        (Phase::Addons | Phase::Checkout | Phase::Setup, _) => Meaning::JobEnds(JobResult::Errored),
        (Phase::BeforeInstall | Phase::Install | Phase::BeforeScript, status) => {
            Meaning::JobEnds(result_of(status))
        }
        (Phase::Script, status) if end.errexit && !end.terminated && status != 0 => {
            Meaning::ScriptFailed
        }
        (Phase::Script, status) => Meaning::JobEnds(result_of(status)),
        (Phase::BeforeDeploy, 0) => Meaning::EntryEnds,
        (Phase::Deploy, 0) => Meaning::Fine,
        (Phase::BeforeDeploy | Phase::Deploy, _) if tolerated => Meaning::DeployTolerated,
        (Phase::BeforeDeploy | Phase::Deploy, _) => Meaning::DeployFailed,
        (
            Phase::BeforeCache
            | Phase::AfterSuccess
            | Phase::AfterFailure
            | Phase::AfterDeploy
            | Phase::AfterScript,
            _,
        ) => Meaning::PhaseEnds,
    }
}

/// A whole job's exit status as a result (run-time reference §1.2).
fn result_of(status: i32) -> JobResult {
    match status {
        0 => JobResult::Passed,
        1 => JobResult::Failed,
        _ => JobResult::Errored,
    }
}

/// The number in the log's last line.
pub(crate) fn number_of(result: JobResult) -> i32 {
    match result {
        JobResult::Passed => 0,
        JobResult::Failed => 1,
        JobResult::Errored | JobResult::Canceled => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(phase: Phase, status: i32, errexit: bool) -> Meaning {
        let end = ShellEnd {
            status,
            errexit,
            terminated: false,
        };
        meaning(phase, &Failure::Ignore, end)
    }

    #[test]
    fn exit_before_and_in_script_ends_the_job_with_its_number() {
        for phase in [
            Phase::BeforeInstall,
            Phase::Install,
            Phase::BeforeScript,
            Phase::Script,
        ] {
            let by_number = [
                (0, JobResult::Passed),
                (1, JobResult::Failed),
                (3, JobResult::Errored),
                (137, JobResult::Errored),
            ];
            for (status, result) in by_number {
                assert_eq!(ended(phase, status, false), Meaning::JobEnds(result));
            }
        }
    }

    #[test]
    fn with_errexit_any_other_end_in_script_is_failed() {
        for status in [1, 7, 137] {
            assert_eq!(ended(Phase::Script, status, true), Meaning::ScriptFailed);
        }
        assert_eq!(
            ended(Phase::Script, 0, true),
            Meaning::JobEnds(JobResult::Passed)
        );
    }

    #[test]
    fn travis_terminate_keeps_its_own_number() {
        let end = ShellEnd {
            status: 3,
            errexit: true,
            terminated: true,
        };
        assert_eq!(
            meaning(Phase::Script, &Failure::Record, end),
            Meaning::JobEnds(JobResult::Errored)
        );
    }

    #[test]
    fn after_script_only_the_phase_ends() {
        for phase in [
            Phase::BeforeCache,
            Phase::AfterSuccess,
            Phase::AfterFailure,
            Phase::AfterDeploy,
            Phase::AfterScript,
        ] {
            for status in [0, 1, 2] {
                assert_eq!(ended(phase, status, false), Meaning::PhaseEnds);
            }
        }
    }

    #[test]
    fn in_a_deployment_only_zero_is_fine() {
        assert_eq!(ended(Phase::Deploy, 0, false), Meaning::Fine);
        assert_eq!(ended(Phase::Deploy, 1, false), Meaning::DeployFailed);
        assert_eq!(ended(Phase::BeforeDeploy, 0, false), Meaning::EntryEnds);
        assert_eq!(ended(Phase::BeforeDeploy, 1, false), Meaning::DeployFailed);
        let end = ShellEnd {
            status: 1,
            errexit: false,
            terminated: false,
        };
        let tolerated = Failure::Deploy { tolerated: true };
        assert_eq!(
            meaning(Phase::Deploy, &tolerated, end),
            Meaning::DeployTolerated
        );
    }
}
