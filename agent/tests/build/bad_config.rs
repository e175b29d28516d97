//! Configs that no build comes from: said at once, with exit code 3, and nothing is started.

use crate::world::World;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Runs it and gives what it said, less the checks that all of these share.
#[track_caller]
fn refused(config: &str, words: &[&str]) {
    let world = World::of(config);
    let begin = Instant::now();
    let build = world.run(&[]);
    assert!(begin.elapsed() < Duration::from_secs(10));
    build.expect_exit(3);
    for word in words {
        build.expect(word);
    }
    assert!(build.out.is_empty(), "{}", build.out);
    assert!(!world.data().exists());
    world.finish();
}

#[test]
fn a_config_that_is_no_yaml_names_line_and_column() {
    refused("script: [make\njobs: 1\n", &["error", ".ci.yml:2:"]);
}

#[test]
fn a_config_that_is_too_large_names_the_limit() {
    let mut config = "script:\n".to_owned();
    for number in 0..8000 {
        let _ = writeln!(config, "  - echo {number}");
    }
    refused(&config, &["64"]);
}

#[test]
fn a_config_that_grows_without_bounds_is_refused() {
    let mut config = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = writeln!(config, "a{level}: &a{level} [{below}]");
    }
    config.push_str("script: make\n");
    refused(&config, &["alias"]);
    refused(&"[".repeat(20_000), &["error"]);
}

#[test]
fn a_job_that_would_run_nothing_is_refused() {
    refused("language: generic\n", &["script"]);
}

#[test]
fn a_checkout_without_a_config_says_how_to_start() {
    let world = World::of("script: make\n");
    std::fs::remove_file(world.checkout.path().join(".ci.yml")).unwrap();
    let build = world.run(&[]);
    build
        .expect_exit(3)
        .expect("There is no .ci.yml")
        .expect("script: make test");
    world.finish();
}

#[test]
fn settings_that_say_something_unknown_are_refused() {
    let world = World::with_settings("script: make\n", "jobs:\n  memroy: 1GiB\n");
    world
        .run(&[])
        .expect_exit(2)
        .expect("memroy")
        .expect(":2:3: ");
    world.finish();
}
