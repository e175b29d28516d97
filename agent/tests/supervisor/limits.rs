//! Limits, cancel and stop (run-time reference §5, decision 17).

use crate::harness::{id, job};
use agent::protocol::{Cause, Frame, JobResult::*, Phase};
use std::time::{Duration, Instant};

#[test]
fn silence_ends_the_job_as_errored() {
    let start = Instant::now();
    job(["echo hello; sleep 100", "echo never"])
        .phase(|p| &mut p.after_script, ["echo never"])
        .limits(400, 10_000)
        .run()
        .result(Errored)
        .says("hello\n\n\nNo output has been received in the last 0.4s")
        .says("The build has been terminated\n\n")
        .says_not("echo never")
        .because(&Cause::SilenceLimit {
            command: Some(id(Phase::Script, 1)),
        });
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn any_byte_breaks_the_silence() {
    job(["for i in 1 2 3 4 5 6; do printf .; sleep 0.2; done"])
        .limits(600, 10_000)
        .run()
        .result(Passed);
}

#[test]
fn the_hard_limit_holds_for_a_talkative_job() {
    job(["while :; do echo x; sleep 0.05; done"])
        .limits(5_000, 500)
        .run()
        .result(Errored)
        .says("The job exceeded the maximum time limit for jobs, and has been terminated.\n")
        .because(&Cause::HardLimit {
            command: Some(id(Phase::Script, 1)),
        });
}

#[test]
fn limits_without_end_are_none() {
    job(["true"])
        .limits(u64::MAX, u64::MAX)
        .run()
        .result(Passed);
}

#[test]
fn a_cancel_reaches_every_phase() {
    for phase in [
        |p| &mut p.before_install,
        |p| &mut p.install,
        |p| &mut p.before_script,
        |p| &mut p.script,
        |p| &mut p.before_cache,
        |p| &mut p.after_success,
        |p| &mut p.after_script,
    ] as [fn(&mut schema::plan::Phases) -> &mut schema::plan::Phase; 7]
    {
        let running = job(["true"]).phase(phase, ["echo now; sleep 100"]).start();
        let mut attached = running.attach(0);
        attached.read_until("\nnow");
        attached.send(Frame::Cancel {
            grace: Duration::from_millis(100),
        });
        attached.read_to_end();
        running
            .finish(&attached)
            .result(Canceled)
            .says("\n\nDone: Job Cancelled\n\n")
            .because(&Cause::Canceled);
    }
}

#[test]
fn a_cancel_lets_the_job_clean_up_and_then_kills_it() {
    let test = job(["trap 'echo cleaning; exit 0' TERM; echo ready; while :; do sleep 0.05; done"]);
    let running = test.start();
    let mut attached = running.attach(0);
    attached.read_until("\nready");
    let grace = Duration::from_secs(10);
    attached.send(Frame::Cancel { grace });
    attached.read_to_end();
    let start = Instant::now();
    running
        .finish(&attached)
        .result(Canceled)
        .says("cleaning\n");
    assert!(start.elapsed() < Duration::from_secs(5));

    let stubborn = job(["trap '' TERM; echo ready; while :; do sleep 0.05; done"]);
    let running = stubborn.start();
    let mut attached = running.attach(0);
    attached.read_until("\nready");
    let grace = Duration::from_millis(200);
    attached.send(Frame::Cancel { grace });
    attached.read_to_end();
    running.finish(&attached).result(Canceled);
}

#[test]
fn stop_ends_everything_even_when_nobody_listens() {
    let mut running = job(["setsid sleep 100 & echo $! > pid; sleep 100"]).start();
    let tree = running.tree();
    let pid = loop {
        let text = std::fs::read_to_string(tree.join("pid")).unwrap_or_default();
        if let Ok(pid) = text.trim().parse::<i32>() {
            break pid;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    running.stop(100);
    assert_eq!(running.wait(), 3);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn stop_after_the_end_releases_the_supervisor() {
    let mut running = job(["true"]).start();
    let mut attached = running.attach(0);
    attached.acknowledge = false;
    attached.read_to_end();
    std::thread::sleep(Duration::from_millis(100));
    assert!(running.is_running(), "nothing was acknowledged");
    running.stop(0);
    assert_eq!(running.wait(), 0);
}
