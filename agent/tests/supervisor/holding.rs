//! A job that waits where it failed, for a shell of the user's own (`agent run --shell-on-failure`).

use crate::harness::{Test, id, job};
use agent::protocol::{Cause, Frame, JobResult::*, Phase, Record};
use std::time::{Duration, Instant};

fn holding<const N: usize>(script: [&str; N]) -> Test {
    Test {
        hold: true,
        ..job(script)
    }
}

fn failed(phase: Phase, number: u32, status: i32) -> Cause {
    Cause::CommandFailed {
        command: id(phase, number),
        status,
    }
}

#[test]
fn a_failed_script_waits_after_its_last_command_with_directory_and_variables() {
    let test = holding([
        "mkdir deep && cd deep",
        "export TOKEN=\"it's\" LINES_=$'a\\nb'",
        "false",
        "export LAST=yes",
    ])
    .phase(|p| &mut p.after_failure, ["echo after in ${PWD##*/}"]);
    let running = test.start();
    let mut attached = running.attach(0);
    assert_eq!(attached.read_until_held(), failed(Phase::Script, 3, 1));
    let shown = running.shell(
        (31, 97),
        "stty size; echo \"<$PWD|$TOKEN|$LINES_|$LAST|$CONTAINER|$OF_THE_ENGINE|$TRAVIS_TEST_RESULT>\"\n\
         travis_retry echo helped; ls -l /proc/self/fd | grep -c memfd\nexport TYPED=here; cd /\nexit 3\n",
    );
    let plain = shown.replace('\r', "");
    let deep = running.tree().join("deep");
    let line = format!("<{}|it's|a\nb|yes|yes||1>\n", deep.display());
    assert!(plain.contains("31 97\n"), "{plain}");
    assert!(plain.contains(&line), "{plain}");
    // What the variables came in is closed.
    assert!(plain.contains("helped\n0\n"), "{plain}");
    attached.send(Frame::Go);
    attached.read_to_end();
    let ran = running.finish(&attached);
    ran.result(Failed)
        .because(&failed(Phase::Script, 3, 1))
        .says("after in deep")
        .says_not("TYPED")
        .says_not("helped");
}

#[test]
fn a_command_that_must_not_fail_waits_before_the_job_ends() {
    let running = holding(["echo never"])
        .phase(
            |p| &mut p.install,
            ["export A=1", "exit_with() { return 7; }; exit_with"],
        )
        .start();
    let mut attached = running.attach(0);
    assert_eq!(attached.read_until_held(), failed(Phase::Install, 2, 7));
    let shown = running.shell((24, 80), "echo \"<$A>\"\nexit\n");
    assert!(shown.contains("<1>"), "{shown}");
    attached.send(Frame::Go);
    attached.read_to_end();
    running.finish(&attached).result(Errored).says_not("never");
}

#[test]
fn a_shell_that_ended_or_was_cut_short_leaves_what_the_last_whole_command_left() {
    let running = holding(["export A=1", "export A=2; exit 4"]).start();
    let mut attached = running.attach(0);
    assert!(matches!(
        attached.read_until_held(),
        Cause::ShellEnded { status: 4, .. }
    ));
    let shown = running.shell((24, 80), "echo \"<$A>\"\nexit\n");
    assert!(shown.contains("<1>"), "{shown}");
    attached.send(Frame::Go);
    attached.read_to_end();
    running.finish(&attached).result(Errored);

    let running = holding(["export A=1", "sleep 100"])
        .limits(300, 60_000)
        .start();
    let mut attached = running.attach(0);
    let cause = Cause::SilenceLimit {
        command: Some(id(Phase::Script, 2)),
    };
    assert_eq!(attached.read_until_held(), cause);
    let shown = running.shell((24, 80), "echo \"<$A>\"\nexit\n");
    assert!(shown.contains("<1>"), "{shown}");
    attached.send(Frame::Go);
    attached.read_to_end();
    running.finish(&attached).result(Errored).because(&cause);
}

#[test]
fn before_any_command_has_ended_it_has_what_the_job_begins_with() {
    let running = holding(["exit 1"]).start();
    let mut attached = running.attach(0);
    attached.read_until_held();
    let shown = running.shell((24, 80), "echo \"<$TRAVIS_BRANCH|$PWD>\"\nexit\n");
    let line = format!("<main|{}>", running.tree().display());
    assert!(shown.contains(&line), "{shown}");
    attached.send(Frame::Go);
    attached.read_to_end();
}

#[test]
fn a_posix_shell_serves_as_well() {
    let mut test = holding(["export A='it is'; cd ..", "false"]);
    test.shell = Some("/bin/dash");
    test.has_bash = false;
    let running = test.start();
    let mut attached = running.attach(0);
    attached.read_until_held();
    let shown = running.shell((24, 80), "echo \"<$A|$0|$ENV>\"; pwd\nexit\n");
    assert!(shown.contains("<it is|/bin/dash|>"), "{shown}");
    attached.send(Frame::Go);
    attached.read_to_end();
    running.finish(&attached).result(Failed);
}

#[test]
fn no_limit_counts_while_it_waits_and_each_counts_again_after() {
    let running = holding(["false"])
        .phase(|p| &mut p.after_failure, ["sleep 0.3; echo went on"])
        .phase(|p| &mut p.after_script, ["sleep 100"])
        .limits(800, 2_900)
        .start();
    let mut attached = running.attach(0);
    attached.read_until_held();
    // Longer than either limit.
    let waited = Instant::now();
    running.shell((24, 80), "sleep 3\nexit\n");
    assert!(waited.elapsed() >= Duration::from_secs(3));
    attached.send(Frame::Go);
    attached.read_to_end();
    let ran = running.finish(&attached);
    ran.result(Errored)
        .says("went on")
        .because(&Cause::SilenceLimit {
            command: Some(id(Phase::AfterScript, 1)),
        });
    let held = |record: &&Record| matches!(record, Record::Held(_));
    assert_eq!(ran.records.iter().filter(held).count(), 1, "once a job");
}

#[test]
fn a_cancel_ends_the_wait() {
    let running = holding(["false"])
        .phase(|p| &mut p.after_failure, ["echo never"])
        .start();
    let mut attached = running.attach(0);
    attached.read_until_held();
    attached.send(Frame::Cancel {
        grace: Duration::from_millis(100),
    });
    attached.read_to_end();
    running.finish(&attached).result(Canceled).says_not("never");
}

#[test]
fn a_job_that_passes_does_not_wait_and_nobody_stands_where_none_does() {
    holding(["true"])
        .phase(|p| &mut p.after_success, ["false"])
        .run()
        .result(Passed);
    // Not asked for.
    job(["false"]).run().result(Failed);
    let running = job(["echo begun; read line"]).start();
    running.attach(0).read_until("begun");
    let shown = running.shell((24, 80), "");
    assert!(shown.contains("the job does not wait"), "{shown}");
}

#[test]
fn an_agent_that_lost_its_connection_lets_the_job_go_on_by_the_next_one() {
    let running = holding(["false"])
        .phase(|p| &mut p.after_failure, ["echo went on"])
        .start();
    let mut first = running.attach(0);
    first.acknowledge = false;
    first.read_until_held();
    drop(first);
    let mut attached = running.attach(0);
    attached.read_until_held();
    attached.send(Frame::Go);
    // Once more means nothing.
    attached.send(Frame::Go);
    attached.read_to_end();
    running.finish(&attached).result(Failed).says("went on");
}
