//! Secrets that do not open: the place is named, the job errored, and nothing is started for it.

use crate::world::World;

const CONFIG: &str = "script: echo never\n";

#[track_caller]
fn errored(world: &World, words: &[&str]) {
    let build = world.run(&["--secrets"]);
    let job = build.only_job();
    build
        .expect_exit(1)
        .expect_state(&job, "errored")
        .expect_nothing_of("| never");
    for word in words {
        build.expect_reason(&job, "errored", word);
    }
}

#[test]
fn a_key_that_is_not_here_is_named() {
    let world = World::of(CONFIG);
    world.make_key("small");
    world.seal("small", "PASSWORD", "hunter22");
    let kid = kid(&world);
    world.checkout.commit();
    std::fs::remove_dir_all(world.data()).unwrap();
    let build = world.run(&["--secrets", "-r", "example/small"]);
    assert_ne!(build.code, Some(0));
    build
        .expect(&kid)
        .expect(".ci.yml:")
        .expect_nothing_of("| never");
    world.finish();
}

#[test]
fn a_secret_of_another_repository_is_refused_with_its_place() {
    let world = World::of(CONFIG);
    world.make_key("small");
    let other = World::of(CONFIG);
    other.make_key("small");
    other.seal("small", "PASSWORD", "hunter22");
    let config = std::fs::read_to_string(other.checkout.path().join(".ci.yml")).unwrap();
    other.finish();
    world.checkout.write(".ci.yml", &config);
    world.checkout.commit();
    errored(&world, &[".ci.yml:"]);
    world.finish();
}

#[test]
fn a_secret_of_another_slot_is_refused_with_its_place() {
    let world = World::of(CONFIG);
    world.make_key("small");
    world.seal("small", "PASSWORD", "hunter22");
    world.checkout.edit(".ci.yml", |config| {
        let sealed = config.split('"').find(|part| part.starts_with("sec1.")).unwrap();
        format!(
            "script: echo never\ndeploy:\n  provider: script\n  script: echo hello\n  password:\n    secure: \"{sealed}\"\n"
        )
    });
    world.checkout.commit();
    errored(&world, &[".ci.yml:6"]);
    world.finish();
}

#[test]
fn a_damaged_secret_stops_the_build() {
    let world = World::of("env: { global: [{ secure: 'sec1.0123.%%%' }] }\nscript: echo never\n");
    world
        .run(&["--secrets"])
        .expect_exit(3)
        .expect(".ci.yml:1:")
        .expect_nothing_of("| never");
    world.finish();
}

/// The key that the config's secret names.
fn kid(world: &World) -> String {
    let config = std::fs::read_to_string(world.checkout.path().join(".ci.yml")).unwrap();
    let sealed = config
        .split('"')
        .find_map(|part| part.strip_prefix("sec1."));
    sealed.unwrap().split('.').next().unwrap().to_owned()
}
