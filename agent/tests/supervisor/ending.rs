//! `exit`, `set -e`, `travis_terminate` and signals (decisions 19 to 21).

use crate::harness::{exit_code_after, id, job};
use agent::protocol::{Cause, JobResult, JobResult::*, NO_SCRIPT, Phase, Warning};
use std::path::Path;

fn ended(phase: Phase, number: u32, status: i32, errexit: bool) -> Cause {
    Cause::ShellEnded {
        command: id(phase, number),
        status,
        errexit,
    }
}

#[test]
fn exit_0_in_before_install_passes_the_job_with_a_warning() {
    job(["echo never"])
        .phase(|p| &mut p.before_install, ["exit 0"])
        .phase(|p| &mut p.after_script, ["echo never"])
        .run()
        .result(Passed)
        .says("The shell ended with 0 during before_install (command 1), which ends the job.")
        .says_not("echo never")
        .says_not("Done.")
        .because(&ended(Phase::BeforeInstall, 1, 0, false))
        .warns(&[Warning::PassedUntested {
            command: id(Phase::BeforeInstall, 1),
        }]);
}

#[test]
fn exit_in_script_ends_the_job_with_its_number() {
    let by_number: [(&str, JobResult, i32); 4] = [
        ("exit 0", Passed, 0),
        ("exit 1", Failed, 1),
        ("exit 3", Errored, 3),
        ("kill -9 $$", Errored, 137),
    ];
    for (text, result, status) in by_number {
        let ran = job(["echo before", text, "echo never"])
            .phase(|p| &mut p.after_failure, ["echo never"])
            .phase(|p| &mut p.after_success, ["echo never"])
            .phase(|p| &mut p.after_script, ["echo never"])
            .run();
        ran.result(result)
            .says("before\n")
            .says_not("echo never")
            .because(&ended(Phase::Script, 2, status, false));
    }
}

#[test]
fn with_errexit_a_failing_script_is_failed_and_the_late_phases_run() {
    for (text, status) in [("false", 1), ("(exit 7)", 7), ("exit 9", 9)] {
        let ran = job(["cd sub", "export SEEN=yes", text, "echo never"])
            .phase(|p| &mut p.before_install, ["mkdir sub", "set -e"])
            .phase(
                |p| &mut p.after_failure,
                ["echo \"$SEEN in $(basename \"$PWD\") with $TRAVIS_TEST_RESULT\""],
            )
            .phase(|p| &mut p.after_script, ["echo last"])
            .run();
        ran.result(Failed)
            .says(&format!(
                "The shell ended with {status} during script (command 3) while `set -e` was on"
            ))
            .says("yes in sub with 1\n")
            .says("last\n")
            .says("Done. Your build exited with 1.\n")
            .says_not("echo never")
            .because(&ended(Phase::Script, 3, status, true));
    }
}

#[test]
fn errexit_before_script_ends_the_job_as_in_the_reference() {
    job(["echo never"])
        .phase(|p| &mut p.install, ["set -e", "false"])
        .run()
        .result(Failed)
        .says_not("echo never")
        .because(&ended(Phase::Install, 2, 1, true));
}

#[test]
fn errexit_is_seen_behind_a_trap_of_the_user() {
    job(["trap 'echo trapped' EXIT; set -e", "false", "echo never"])
        .phase(|p| &mut p.after_failure, ["echo after"])
        .run()
        .result(Failed)
        .says("trapped\n")
        .says("after\n");
}

#[test]
fn errexit_spares_commands_that_succeed() {
    let ran = job([
        "set -e",
        "true",
        "if false; then :; fi",
        "false || true",
        "set +e",
        "false",
    ])
    .run();
    assert_eq!(ran.statuses(Phase::Script), [0, 0, 0, 0, 0, 1]);
    ran.result(Failed)
        .says("The command \"false\" exited with 1.");
}

#[test]
fn travis_terminate_keeps_its_own_number() {
    let by_number: [(&str, JobResult); 3] = [("0", Passed), ("1", Failed), ("3", Errored)];
    for (number, result) in by_number {
        job([
            "set -e",
            &format!("travis_terminate {number}"),
            "echo never",
        ])
        .phase(|p| &mut p.after_failure, ["echo never"])
        .run()
        .result(result)
        .says_not("echo never");
    }
    job(["(travis_terminate 1); sleep 10", "echo never"])
        .run()
        .result(Failed)
        .says_not("echo never");
}

#[test]
fn exit_in_a_late_phase_ends_that_phase_with_a_warning() {
    let ran = job(["export A=1", "true"])
        .phase(|p| &mut p.before_cache, ["exit 3", "echo never"])
        .phase(|p| &mut p.after_success, ["cd /", "exit 0", "echo never"])
        .phase(
            |p| &mut p.after_script,
            ["echo \"last $A in $PWD\"", "exit 1"],
        )
        .run();
    let warned = |phase, number, status| Warning::ShellEnded {
        command: id(phase, number),
        status,
    };
    ran.result(Passed)
        .says("The shell ended with 3 during before_cache (command 1); the rest of before_cache does not run.")
        .says("last 1 in /\n")
        .says_not("echo never")
        .says("Done. Your build exited with 0.\n")
        .warns(&[
            warned(Phase::BeforeCache, 1, 3),
            warned(Phase::AfterSuccess, 2, 0),
            warned(Phase::AfterScript, 2, 1),
        ]);
}

#[test]
fn a_new_shell_has_helpers_and_forgets_what_was_unset() {
    job([
        "unset PAGER; export MULTI='a\nb' ODD=\"it's \\$x\"",
        "set -e",
        "false",
    ])
    .phase(
        |p| &mut p.after_failure,
        [
            "echo \"[${PAGER-unset}]\"",
            "test \"$MULTI\" = 'a\nb' && test \"$ODD\" = \"it's \\$x\" && echo same",
            "travis_fold start x; travis_fold end x; echo helped",
        ],
    )
    .run()
    .says("[unset]\n")
    .says("same\n")
    .says("helped\n");
}

#[test]
fn exec_of_another_program_is_an_end_of_the_shell() {
    job(["exec sh -c 'exit 1'", "echo never"])
        .run()
        .result(Failed)
        .says_not("echo never");
}

#[test]
fn a_trap_of_the_user_runs_at_the_end() {
    job(["trap 'echo cleaning up' EXIT"])
        .run()
        .result(Passed)
        .says("cleaning up\n");
}

#[test]
fn a_supervisor_that_never_gets_its_whole_script_runs_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let touch = format!("touch {}", mark.display());
    let script = job([touch.as_str()])
        .script(Path::new("/tmp"))
        .encode_framed();
    for length in [0, 3, 4, script.len() / 2, script.len() - 1] {
        let code = exit_code_after(&script[..length]);
        assert_eq!(code, Some(i32::from(NO_SCRIPT)), "{length} bytes");
    }
    assert!(!mark.exists());
}
