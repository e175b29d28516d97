//! The options of `agent run` (decision 34).

use crate::engine::{docker, made_by};
use crate::world::World;

const STAGES: &str = "
jobs:
  include:
    - { stage: first, name: one, script: echo one }
    - { name: two, script: echo two }
    - { stage: second, name: three, script: echo three, env: [A=config] }
";

#[test]
fn one_stage_or_one_job_runs_alone() {
    let world = World::of(STAGES);
    let build = world.run(&["--stage", "second"]);
    build
        .expect_exit(0)
        .expect_state("three", "passed")
        .expect_nothing_of("echo one");
    for job in ["2", "two"] {
        let build = world.run(&["--job", job]);
        build
            .expect_exit(0)
            .expect_log("two", "\ntwo\n")
            .expect_nothing_of("echo three");
    }
    let build = world.run(&["--job", "nine"]);
    build.expect_exit(2).expect("nine").expect("three");
    world.finish();
}

#[test]
fn variables_come_from_the_command_line_and_from_files() {
    let world = World::of("env: A=config B=config\nscript: echo \"A=$A B=$B C=$C D=$D\"\n");
    let file = world.folder().join("file");
    std::fs::write(&file, "# a comment\nB=from a file\nC=$HOME\n").unwrap();
    let file = file.display().to_string();
    let build = world.run(&["--env-file", &file, "-e", "A=first=1", "-e", "D="]);
    // What a file holds is masked: it may be secret.
    build
        .expect_exit(0)
        .expect("$ export A=first=1\n")
        .expect("$ export C=[secure]\n")
        .expect("A=first=1 B=[secure] C=[secure] D=");
    let build = world.run(&["-e", "NOT_SET_ANYWHERE"]);
    build
        .expect_exit(2)
        .expect("NOT_SET_ANYWHERE is not set in this environment");
    world.finish();
}

#[test]
fn the_tree_runs_as_it_lies_or_as_committed() {
    let show = "script:\n  - cat file; ls; git status --short\n";
    let world = World::of(show);
    world.checkout.write("file", "committed\n");
    world.checkout.write(".gitignore", "ignored\n");
    world.checkout.commit();
    world.checkout.write("file", "changed\n");
    world.checkout.write("new", "");
    world.checkout.write("ignored", "");
    let build = world.run(&[]);
    let job = build.only_job();
    build.expect_exit(0).expect("as it lies");
    build
        .expect_log(&job, "\nchanged\n")
        .expect_log(&job, "new\n")
        .expect_log(&job, "M file");
    build.expect_not_logged(&job, "ignored");
    let build = world.run(&["--head"]);
    build
        .expect_exit(0)
        .expect_log(&job, "\ncommitted\n")
        .expect_not_logged(&job, "new\n");
    // A job's changes stay in its container.
    assert_eq!(world.checkout.git(&["status", "--short"]), "M file\n?? new");
    world.finish();
}

#[test]
fn a_failed_job_is_kept_for_a_look_where_asked_for() {
    let world = World::of("script: [touch here, 'false']\n");
    world.run(&["--keep"]).expect_exit(1);
    let kept = made_by(&world.identity());
    let container = kept
        .iter()
        .find_map(|one| one.name.strip_prefix("container "));
    let (id, _) = container.unwrap().split_once(' ').unwrap();
    let tree = docker(&["diff", id]);
    assert!(tree.contains("/here"), "{tree}");
    world
        .run(&[])
        .expect_exit(1)
        .expect("Removed what an earlier run left behind");
    world.finish();
}

#[test]
fn nothing_is_deployed_or_opened_unasked() {
    let world =
        World::of("script: echo \"[$SEALED]\"\ndeploy: { provider: script, script: echo never }\n");
    world.make_key("small");
    world.seal("small", "SEALED", "hunter22");
    world.checkout.commit();
    let build = world.run(&[]);
    build
        .expect_exit(0)
        .expect("Secrets stay closed without --secrets.")
        .expect("Nothing is deployed: deploy entries only run with --deploy.")
        .expect("1 encrypted environment variable stays closed.")
        .expect("| []\n")
        .expect_nothing_of("| never");
    world.finish();
}

#[test]
fn a_branch_that_is_not_built_is_skipped() {
    let world = World::of("branches: { only: [master] }\nscript: echo never\n");
    let build = world.run(&["--branch", "other"]);
    build
        .expect_exit(0)
        .expect("Nothing to run")
        .expect("success")
        .expect("Skipped");
    world.finish();
}
