//! Helper functions (run-time reference §1.7).

use crate::harness::job;
use agent::protocol::{JobResult::*, Phase};

#[test]
fn travis_retry_tries_three_times() {
    let ran = job([
        "CI__SECOND=0",
        "try() { echo tried; return 3; }",
        "travis_retry try a",
        "ok() { test -e mark || { touch mark; return 1; }; }; ci_retry ok",
    ])
    .run();
    assert_eq!(ran.statuses(Phase::Script), [0, 0, 3, 0]);
    assert_eq!(ran.log.matches("tried\n").count(), 3);
    ran.says("The command \"try a\" failed. Retrying, 2 of 3.\n")
        .says("The command \"try a\" failed. Retrying, 3 of 3.\n")
        .says("The command \"try a\" failed 3 times.\n")
        .says("The command \"ok\" failed. Retrying, 2 of 3.\n");
}

#[test]
fn travis_wait_gives_signs_of_life_then_the_log() {
    let ran = job([
        "CI__MINUTE=0.1",
        "travis_wait 30 sh -c 'sleep 0.25; echo done; exit 5'",
        "travis_wait 2 sleep 100",
    ])
    .run();
    assert_eq!(ran.statuses(Phase::Script), [0, 5, 137]);
    ran.says("Still running (2 of 30): sh -c sleep 0.25; echo done; exit 5")
        .says("The command sh -c sleep 0.25; echo done; exit 5 exited with 5.\n")
        .says("\nLog:\n\ndone\n")
        .says("Timeout (2 minutes) reached. Terminating \"sleep 100\"");
}

#[test]
fn folds_and_timers_have_the_right_bytes() {
    let ran = job([
        "travis_fold start mine; echo in; travis_fold end mine",
        "travis_time_start; travis_time_finish; ci_nanoseconds",
    ])
    .run();
    ran.result(Passed);
    assert!(
        ran.raw
            .contains("travis_fold:start:mine\r\x1b[0Kin\r\ntravis_fold:end:mine\r\x1b[0K")
    );
    assert!(ran.raw.contains("\r\x1b[0Ktravis_time:end:"));
}

#[test]
fn the_inner_helpers_work_too() {
    let ran = job([
        "travis_cmd 'echo inner; false' --echo --timing",
        "travis_result 4",
        "travis_cmd false --assert",
        "echo never",
    ])
    .run();
    ran.result(Errored)
        .says("$ echo inner; false\ninner\n")
        .says("The command \"false\" failed and exited with 1.\n\nYour build has been stopped.\n")
        .says_not("echo never");
    assert_eq!(ran.statuses(Phase::Script), [1, 4, 2]);
}
