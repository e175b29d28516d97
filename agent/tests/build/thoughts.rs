//! The service of `fixtures/thoughts`: two stages, Docker in jobs, a sealed password, a registry.

use crate::world::World;

#[test]
fn a_push_to_master_pushes_the_commit_and_the_branch() {
    let world = World::thoughts();
    let build = world.push("master");
    build
        .expect_exit(0)
        .expect_state("Unit Tests", "passed")
        .expect_state("Static Analysis", "passed")
        .expect_state("Server Image", "passed");
    expect_pushed(&world, &build, &[&world.checkout.short_sha(), "master"]);
    // The two tests ran at the same time, the push after both.
    let begun = |job| build.position(job, &format!(": {job}"));
    let ended = |job| build.position(job, "passed");
    assert!(begun("Unit Tests") < ended("Static Analysis"));
    assert!(begun("Static Analysis") < ended("Unit Tests"));
    assert!(begun("Server Image") > ended("Unit Tests").max(ended("Static Analysis")));
    build.expect_nothing_of(world.registry().password());
    world.finish();
}

#[test]
fn a_tag_is_pushed_under_its_name() {
    let world = World::thoughts();
    let build = world.push_tag("v1.0.0");
    build.expect_exit(0);
    expect_pushed(&world, &build, &[&world.checkout.short_sha(), "v1.0.0"]);
    world.finish();
}

#[test]
fn another_branch_pushes_the_commit_and_deploys_nothing() {
    let world = World::thoughts();
    let build = world.push("try/this");
    build.expect_exit(0);
    expect_pushed(&world, &build, &[&world.checkout.short_sha()]);
    build.expect_log(
        "Server Image",
        "Skipping a deployment with the script provider",
    );
    world.finish();
}

#[test]
fn a_pull_request_deploys_nothing() {
    let world = World::thoughts();
    let build = world.real_thing(&["--event", "pull_request"]);
    build.expect_exit(0).expect_state("Server Image", "passed");
    expect_pushed(&world, &build, &[&world.checkout.short_sha()]);
    build.expect("the current build is a pull request");
    world.finish();
}

#[test]
fn a_fork_is_refused_with_its_reason_and_starts_nothing() {
    let world = World::thoughts();
    let build = world.real_thing(&["--event", "pull_request", "--fork"]);
    build
        .expect_exit(1)
        .expect("pull requests from forks get no Docker")
        .expect("The build is not run.")
        .expect("continuous-integration/agent/pr  error")
        .expect_nothing_of("Checked out");
    assert!(world.registry().tags().is_empty());
    world.finish();
}

#[test]
fn a_failing_analysis_cancels_the_push() {
    let world = World::thoughts();
    let long = "\n\nNUMBERS = [".to_owned() + &"1, ".repeat(60) + "]\n";
    world.checkout.edit("thoughts/app.py", |text| text + &long);
    world.checkout.commit();
    let build = world.push("master");
    build
        .expect_exit(1)
        .expect_state("Unit Tests", "passed")
        .expect_reason(
            "Static Analysis",
            "failed",
            "script, command 2 exited with 1",
        )
        .expect_state("Server Image", "canceled")
        .expect_log("Static Analysis", "E501 line too long")
        .expect("continuous-integration/agent/push  failure");
    assert!(world.registry().tags().is_empty() && build.pushed().is_empty());
    world.finish();
}

#[test]
fn a_failing_installation_is_an_error() {
    let world = World::thoughts();
    let bad = "COMPOSE_URL=http://127.0.0.1:1/docker-compose";
    let build = world.run(&["--deploy", "--secrets", "--branch", "master", "-e", bad]);
    build
        .expect_exit(1)
        .expect_reason(
            "Unit Tests",
            "errored",
            "before_install, command 1 exited with 7",
        )
        .expect_state("Server Image", "canceled")
        .expect_log("Unit Tests", "Your build has been stopped.")
        .expect("continuous-integration/agent/push  error");
    assert!(world.registry().tags().is_empty());
    world.finish();
}

#[test]
fn a_registry_that_refuses_the_password_is_an_error_and_gets_nothing() {
    let world = World::thoughts();
    let build = world.real_thing(&["--branch", "master", "-e", "REGISTRY_PASSWORD=wrong"]);
    build
        .expect_exit(1)
        .expect_reason(
            "Unit Tests",
            "errored",
            "before_install, command 5 exited with 1",
        )
        .expect_log("Unit Tests", "401 Unauthorized")
        .expect_state("Server Image", "canceled");
    assert!(world.registry().tags().is_empty() && build.pushed().is_empty());
    world.finish();
}

/// The registry holds exactly these tags, with the digests that the build named.
#[track_caller]
fn expect_pushed(world: &World, build: &crate::report::Build, tags: &[&str]) {
    let mut tags = tags.to_vec();
    tags.sort_unstable();
    assert_eq!(world.registry().tags(), tags, "{}", build.all());
    let held: Vec<_> = tags
        .iter()
        .map(|tag| ((*tag).to_owned(), world.registry().digest(tag)))
        .collect();
    assert_eq!(build.pushed(), held, "{}", build.all());
}
