//! An image without bash: the same promises with a POSIX shell (decision 11).

use crate::harness::{Test, job};
use agent::protocol::{JobResult::*, Phase};

fn posix<const N: usize>(script: [&str; N]) -> Test {
    let mut test = job(script);
    test.shell = Some("/bin/sh");
    test.has_bash = false;
    test
}

#[test]
fn commands_persist_return_and_fail_alike() {
    let ran = posix([
        "cd sub; export A=1; B=2",
        "test \"$A$B$(basename \"$PWD\")\" = 12sub",
        "return 4",
        "echo \"was $?\"",
        "(exit 3)",
        "# nothing",
    ])
    .phase(|p| &mut p.before_install, ["mkdir sub"])
    .run();
    assert_eq!(ran.statuses(Phase::Script), [0, 0, 4, 0, 3, 0]);
    ran.result(Failed).says("was 4\n");
}

#[test]
fn bad_syntax_is_status_2_and_the_shell_lives() {
    let ran = posix(["A=kept", "if true; then", "echo \"still $A\""]).run();
    assert_eq!(ran.statuses(Phase::Script), [0, 2, 0]);
    ran.says("still kept\n");
}

#[test]
fn errexit_and_exit_mean_the_same() {
    posix(["export A='it'\"'\"'s'", "set -e", "false", "echo never"])
        .phase(|p| &mut p.after_failure, ["echo \"after $A\""])
        .run()
        .result(Failed)
        .says("after it's\n")
        .says_not("echo never");
    posix(["exit 3"]).run().result(Errored);
    posix(["travis_terminate 1"]).run().result(Failed);
}

#[test]
fn helpers_work() {
    let ran = posix([
        "CI__SECOND=0 travis_retry false",
        "ci_fold start x; ci_fold end x",
    ])
    .run();
    assert_eq!(ran.statuses(Phase::Script), [1, 0]);
    ran.says("The command \"false\" failed 3 times.");
}
