//! Variables of the settings of a repository that was added on this machine, in `agent run`.

use crate::added::Variable;
use crate::world::World;
use ::agent::store::RepositorySettings;

fn secret(name: &str, value: &str) -> Variable {
    Variable {
        name: name.to_owned(),
        value: value.to_owned(),
        public: false,
        branch: None,
    }
}

#[test]
fn a_secret_of_the_settings_is_given_only_when_asked_for_and_only_here() {
    let world = World::of("script: echo \"${#TOKEN} characters, $TOKEN\"\n");
    let canary = format!("canary{}", ulid::Ulid::generate());
    world.add_repository(&[secret("TOKEN", &canary)], RepositorySettings::default());
    let here = ["-r", "example/small"];
    let closed = world.run(&here);
    let notice = "1 encrypted environment variable stays closed.";
    closed
        .expect_exit(0)
        .expect(notice)
        .expect("0 characters, ");
    closed.expect("Secrets stay closed without --secrets.");
    let open = world.run(&[&here[..], &["--secrets"]].concat());
    let shown = "export TOKEN=[secure]";
    open.expect_exit(0)
        .expect("32 characters, [secure]")
        .expect(shown);
    open.expect("Setting environment variables from repository settings");
    let fork = ["--secrets", "--event", "pull_request", "--fork"];
    let fork = world.run(&[&here[..], &fork].concat());
    let notice = "Encrypted environment variables have been removed for security reasons.";
    fork.expect_exit(0).expect(notice).expect("0 characters, ");
    // Another repository gets nothing.
    let other = world.run(&["-r", "example/other", "--secrets"]);
    other.expect_exit(0).expect("0 characters, ");
    for build in [closed, open, fork, other] {
        build.expect_nothing_of(&canary);
    }
    world.finish();
}

#[test]
fn variables_that_do_not_open_are_said_before_anything_runs() {
    let world = World::of("script: echo ran\n");
    world.add_repository(&[secret("TOKEN", "hunter2")], RepositorySettings::default());
    std::fs::remove_file(world.data().join("master-key")).unwrap();
    let here = ["-r", "example/small", "--secrets"];
    let build = world.run(&here);
    build
        .expect_exit(2)
        .expect("variable TOKEN of the repository's settings");
    build.expect_nothing_of("echo ran");
    world.finish();
}
