//! An agent that is killed in the middle of a job, and the one that runs after it.

use crate::cancel::{PHASES, REACHED};
use crate::engine::made_by;
use crate::world::World;
use rustix::process::Signal;

#[test]
fn what_a_killed_agent_left_is_named_and_removed_by_the_next() {
    let world = World::of(PHASES);
    let build = world.start(&["-e", "AT=script"]);
    build.wait_for(REACHED).signal(Signal::KILL);
    assert_eq!(build.end().code, None);
    let left = made_by(&world.identity());
    assert_eq!(left.len(), 2, "a container and its network: {left:?}");
    let next = world.run(&[]);
    next.expect_exit(0)
        .expect("Removed what an earlier run left behind: container ci-");
    // Its own, or one that was kept ready.
    next.expect("network ci");
    world.finish();
}

#[test]
fn an_agent_leaves_the_jobs_of_another_alone() {
    let world = World::of(PHASES);
    let first = world.start(&["-e", "AT=script"]);
    first.wait_for(REACHED);
    let second = world.run(&[]);
    second
        .expect_exit(0)
        .expect_nothing_of("Removed what an earlier run");
    first.interrupt();
    first.end().expect_exit(130).expect("Done: Job Cancelled");
    world.finish();
}

#[test]
fn a_docker_daemon_that_a_killed_agent_left_is_removed_and_its_layers_are_used() {
    let world = World::thoughts();
    let build = world.start_real_thing(&["--job", "Unit Tests"]);
    build.wait_for("| Login Succeeded").signal(Signal::KILL);
    assert_eq!(build.end().code, None);
    let left = made_by(&world.identity());
    assert_eq!(
        left.len(),
        5,
        "two containers, a network, two volumes: {left:?}"
    );
    let next = world.real_thing(&["--job", "Static Analysis"]);
    next.expect_exit(0)
        .expect_state("Static Analysis", "passed")
        .expect("Removed what an earlier run left behind: container ci-")
        .expect("volume ci-");
    world.finish();
}

#[test]
fn ctrl_c_ends_a_job_with_its_docker_daemon() {
    let world = World::thoughts();
    let build = world.start_real_thing(&["--branch", "master"]);
    build.wait_for("$ docker-compose run").interrupt();
    build
        .end()
        .expect_exit(130)
        .expect_state("Unit Tests", "canceled")
        .expect_state("Static Analysis", "canceled")
        .expect_state("Server Image", "canceled");
    assert!(world.registry().tags().is_empty());
    world.finish();
}
