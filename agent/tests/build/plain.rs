//! Builds without Docker, above all of forks: `fixtures/plain` (security T1).

use crate::world::World;

#[test]
fn a_fork_runs_and_passes_with_no_secret_anywhere() {
    let world = World::plain();
    let canary = format!("canary{}", ulid::Ulid::generate());
    world.seal_plain(&canary);
    let look = "script:\n  - env | sort\n";
    world
        .checkout
        .edit(".ci.yml", |config| config.replace("script:\n", look));
    world.checkout.commit();
    let build = world.run(&["--secrets", "--deploy", "--event", "pull_request", "--fork"]);
    build.expect_exit(0).expect("Build passed");
    let log = build.log(&build.only_job());
    for line in [
        "GREETING=hello",
        "TRAVIS_SECURE_ENV_VARS=false",
        "CI_SECURE_ENV_VARS=false",
    ] {
        assert!(log.lines().any(|one| one == line), "{line}: {log}");
    }
    let notice = "Encrypted environment variables have been removed for security reasons.";
    assert!(log.contains(notice), "{log}");
    assert!(
        log.contains("hello: no secrets here, nothing to report"),
        "{log}"
    );
    build
        .expect_nothing_of("REPORT_TOKEN=")
        .expect_nothing_of("REPORT_USER=");
    build
        .expect_nothing_of(&canary)
        .expect("Pull requests from forks get no secrets");

    // The same commit as a push gets them: the canary was there to be given.
    let trusted = world.run(&["--secrets"]);
    trusted
        .expect_exit(0)
        .expect("reporting as [secure] with a token of 32 characters");
    trusted.expect_nothing_of(&canary);
    world.finish();
}
