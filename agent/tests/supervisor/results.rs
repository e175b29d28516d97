//! From exit status to result (run-time reference §1.2 to §1.5, §1.9).

use crate::harness::{id, job};
use agent::protocol::{Cause, JobResult::*, Phase, Warning};
use schema::plan;

#[test]
fn a_failing_install_is_errored_and_stops_the_job() {
    let ran = job(["echo never"])
        .phase(|p| &mut p.install, ["echo one", "(exit 7)"])
        .phase(|p| &mut p.after_failure, ["echo never"])
        .phase(|p| &mut p.after_script, ["echo never"])
        .run();
    ran.result(Errored)
        .says("The command \"(exit 7)\" failed and exited with 7 during install (command 2).\n\nYour build has been stopped.\n")
        .says_not("echo never")
        .says_not("Done.")
        .because(&Cause::CommandFailed {
            command: id(Phase::Install, 2),
            status: 7,
        });
}

#[test]
fn all_of_script_runs_and_one_failure_is_enough() {
    let ran = job(["echo one", "false", "echo three"]).run();
    ran.result(Failed).because(&Cause::CommandFailed {
        command: id(Phase::Script, 2),
        status: 1,
    });
    assert_eq!(ran.statuses(Phase::Script), [0, 1, 0]);
    let expected = "$ echo one\none\nThe command \"echo one\" exited with 0.\n\
                    $ false\nThe command \"false\" exited with 1.\n\
                    $ echo three\nthree\nThe command \"echo three\" exited with 0.\n\
                    \nDone. Your build exited with 1.\n";
    assert_eq!(ran.log, expected);
}

#[test]
fn verdicts_are_told_for_script_only() {
    job(["true"])
        .phase(|p| &mut p.before_install, ["echo hello"])
        .phase(|p| &mut p.after_success, ["echo bye"])
        .run()
        .result(Passed)
        .says("$ echo hello\nhello\n$ true\nThe command \"true\" exited with 0.\n$ echo bye\nbye\n")
        .because(&Cause::Finished);
}

#[test]
fn the_result_so_far_can_be_read() {
    job([
        "echo \"[$TRAVIS_TEST_RESULT]\"",
        "echo \"[$TRAVIS_TEST_RESULT]\"; false",
        "sh -c 'echo \"[$CI_TEST_RESULT]\"'",
    ])
    .phase(
        |p| &mut p.after_failure,
        ["echo \"after $TRAVIS_TEST_RESULT\""],
    )
    .run()
    .says("[]\n")
    .says("[0]\n")
    .says("[1]\n")
    .says("after 1\n");
}

#[test]
fn a_skipped_phase_says_so() {
    let mut test = job([]);
    test.job.phases.script = plan::Phase::Skip;
    test.job.phases.install = plan::Phase::Skip;
    test.phase(|p| &mut p.after_success, ["echo \"[$CI_TEST_RESULT]\""])
        .run()
        .result(Passed)
        .says("Skipping the install step, as specified in the configuration.\n")
        .says("Skipping the script step, as specified in the configuration.\n")
        .says("[0]\n");
}

#[test]
fn no_script_is_passed_but_not_silently() {
    job([])
        .run()
        .result(Passed)
        .says("There is no script to run, so this job tests nothing.\n");
}

#[test]
fn a_language_without_a_script_says_so_and_fails() {
    let mut test = job([]);
    test.job.language = "erlang".into();
    test.job.phases.script = plan::Phase::Absent;
    let ran = test
        .phase(|p| &mut p.after_failure, ["echo after failure"])
        .run();
    ran.result(Failed).because(&Cause::CommandFailed {
        command: id(Phase::Script, 1),
        status: 1,
    });
    let expected = "There is no default script for erlang yet. Write what to run under `script:`.\n\
                    The command \"script\" exited with 1.\n\
                    $ echo after failure\nafter failure\n\nDone. Your build exited with 1.\n";
    assert_eq!(ran.log, expected);
}

#[test]
fn a_failing_after_success_is_a_warning_and_nothing_else() {
    job(["true"])
        .phase(|p| &mut p.after_success, ["true", "false"])
        .phase(|p| &mut p.after_failure, ["echo never"])
        .phase(|p| &mut p.after_script, ["echo last"])
        .run()
        .result(Passed)
        .says("Warning: the command \"false\" exited with 1 during after_success (command 2).")
        .says("last\n")
        .says_not("never")
        .warns(&[Warning::CommandFailed {
            command: id(Phase::AfterSuccess, 2),
            status: 1,
        }]);
}

#[test]
fn failures_in_other_late_phases_are_nothing() {
    job(["false"])
        .phase(|p| &mut p.before_cache, ["false"])
        .phase(|p| &mut p.after_failure, ["false"])
        .phase(|p| &mut p.after_script, ["false"])
        .run()
        .result(Failed)
        .says_not("Warning")
        .warns(&[]);
}

#[test]
fn no_late_phase_can_change_the_result() {
    job(["false"])
        .phase(|p| &mut p.after_failure, ["export TRAVIS_TEST_RESULT=0"])
        .phase(|p| &mut p.after_success, ["echo never"])
        .phase(|p| &mut p.after_script, ["echo \"[$TRAVIS_TEST_RESULT]\""])
        .run()
        .result(Failed)
        .says("[0]\n")
        .says_not("never");
    job(["true"])
        .phase(|p| &mut p.after_success, ["export TRAVIS_TEST_RESULT=1"])
        .phase(|p| &mut p.after_failure, ["echo never"])
        .run()
        .result(Passed)
        .says_not("never");
}

#[test]
fn before_cache_runs_after_a_failed_script_and_not_after_a_failed_install() {
    job(["false"])
        .phase(|p| &mut p.before_cache, ["echo pack"])
        .run()
        .says("pack\n");
    job(["true"])
        .phase(|p| &mut p.install, ["false"])
        .phase(|p| &mut p.before_cache, ["echo pack"])
        .run()
        .says_not("pack\n");
}

#[test]
fn what_a_job_leaves_running_does_not_hold_it() {
    let start = std::time::Instant::now();
    job(["sleep 1000 &", "nohup setsid sleep 1000 >/dev/null 2>&1 &"])
        .run()
        .result(Passed);
    assert!(start.elapsed().as_secs() < 5);
}
