//! Ctrl-C in every phase, once and twice.

use crate::agent::Running;
use crate::engine::made_by;
use crate::proxy::Proxy;
use crate::world::World;
use rustix::process::Signal;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A job that stops for long in the phase that `AT` names; for `after_failure` its script fails.
pub(crate) const PHASES: &str = "
before_install: test \"$AT\" != before_install || { echo reached; sleep 1000; }
install: test \"$AT\" != install || { echo reached; sleep 1000; }
before_script: test \"$AT\" != before_script || { echo reached; sleep 1000; }
script:
  - test \"$AT\" != script || { echo reached; sleep 1000; }
  - test \"$AT\" != after_failure
before_cache: test \"$AT\" != before_cache || { echo reached; sleep 1000; }
after_success: test \"$AT\" != after_success || { echo reached; sleep 1000; }
after_failure: test \"$AT\" != after_failure || { echo reached; sleep 1000; }
before_deploy: test \"$AT\" != before_deploy || { echo reached; sleep 1000; }
deploy:
  provider: script
  script: test \"$AT\" != deploy || { echo reached; sleep 1000; }
after_deploy: test \"$AT\" != after_deploy || { echo reached; sleep 1000; }
after_script: test \"$AT\" != after_script || { echo reached; sleep 1000; }
";

/// The line as the job prints it, not as the command shows it.
pub(crate) const REACHED: &str = "| reached\n";

#[test]
fn ctrl_c_in_every_phase_ends_the_job_and_leaves_nothing() {
    let world = World::with_settings(PHASES, "jobs: { grace: 3s }\n");
    let phases = [
        "before_install",
        "install",
        "before_script",
        "script",
        "before_cache",
        "after_success",
        "after_failure",
        "before_deploy",
        "deploy",
        "after_deploy",
        "after_script",
    ];
    for phase in phases {
        let build = world.start(&["--deploy", "-e", &format!("AT={phase}")]);
        build.wait_for(REACHED).interrupt();
        let build = build.end();
        build
            .expect_exit(130)
            .expect("Canceling")
            .expect("Build canceled");
        build.expect("Done: Job Cancelled").expect("canceled");
        assert_eq!(made_by(&world.identity()), [], "{phase}");
    }
    world.finish();
}

#[test]
fn a_signal_to_end_is_a_ctrl_c() {
    let world = World::of(PHASES);
    let build = world.start(&["-e", "AT=script"]);
    build.wait_for(REACHED).signal(Signal::TERM);
    build.end().expect_exit(130).expect("Build canceled");
    world.finish();
}

const DEAF: &str = "script:\n  - trap '' TERM INT HUP; echo reached; while :; do sleep 1; done\n";

#[test]
fn a_job_that_does_not_listen_is_killed_after_its_grace_time() {
    let world = World::with_settings(DEAF, "jobs: { grace: 1s }\n");
    let build = world.start(&[]);
    build.wait_for(REACHED).interrupt();
    build.end().expect_exit(130).expect("Build canceled");
    world.finish();
}

#[test]
fn a_second_ctrl_c_kills_at_once() {
    let world = World::with_settings(DEAF, "jobs: { grace: 10m }\n");
    let build = world.start(&[]);
    build.wait_for(REACHED).interrupt();
    build.wait_for("Press Ctrl-C again").interrupt();
    let begin = Instant::now();
    build.end().expect_exit(130).expect("Killing the jobs.");
    assert!(begin.elapsed() < Duration::from_secs(60));
    world.finish();
}

#[test]
fn ctrl_c_while_the_container_is_made_leaves_nothing() {
    for held in [
        "/networks/create",
        "/containers/create",
        "/archive",
        "/start",
    ] {
        let world = World::of("script: echo never");
        let proxy = Proxy::new(world.folder());
        proxy.hold(held);
        let mut agent = world.agent(&["run"]);
        agent
            .env("DOCKER_HOST", proxy.host())
            .stdout(Stdio::piped());
        let build = Running::start(&mut agent);
        proxy.wait_until_held();
        build.interrupt().wait_for("Canceling");
        proxy.let_go();
        build
            .end()
            .expect_exit(130)
            .expect("Build canceled")
            .expect_nothing_of("| never");
        world.finish();
    }
}

#[test]
fn jobs_that_wait_for_a_place_are_canceled_with_the_rest() {
    let world = World::of(
        "
jobs:
  include:
    - { name: one, script: echo reached; sleep 1000 }
    - { name: two, script: echo never }
    - { name: three, stage: last, script: echo never }
",
    );
    let build = world.start(&["--jobs", "1"]);
    build.wait_for(REACHED).interrupt();
    let build = build.end();
    build.expect_exit(130).expect_nothing_of("| never");
    for job in ["one", "two", "three"] {
        build.expect_state(job, "canceled");
    }
    world.finish();
}
