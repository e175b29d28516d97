//! An engine, an image or a disk that is not to be had: before a build and in the middle of one.

use crate::agent::Running;
use crate::engine::made_by;
use crate::meeting::Meeting;
use crate::proxy::Proxy;
use crate::verbs::toolbox;
use crate::world::World;
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[test]
fn without_docker_the_place_and_the_way_out_are_named() {
    let world = World::of("script: make\n");
    let mut agent = world.agent(&["run"]);
    agent
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .stdout(Stdio::piped());
    let build = Running::start(&mut agent).end();
    build
        .expect_exit(4)
        .expect("Docker does not answer at unix:///nowhere/docker.sock")
        .expect("hint:")
        .expect("DOCKER_HOST");
    world.finish();
}

#[test]
fn an_engine_on_another_machine_is_refused_with_the_way_out() {
    let world = World::of("script: make\n");
    let mut agent = world.agent(&["run"]);
    agent
        .env("DOCKER_HOST", "tcp://127.0.0.1:1")
        .stdout(Stdio::piped());
    let build = Running::start(&mut agent).end();
    build
        .expect_exit(4)
        .expect("The Docker engine at tcp://127.0.0.1:1 cannot be used")
        .expect("hint: unset DOCKER_HOST, or set it to unix:///var/run/docker.sock");
    world.finish();
}

#[test]
fn an_image_that_is_not_to_be_had_is_named_and_other_jobs_run() {
    let world = World::of(
        "
jobs:
  include:
    - { name: bad, image: '127.0.0.1:1/nothing:here', script: echo never }
    - { name: good, script: echo fine }
",
    );
    let build = world.run(&[]);
    build
        .expect_exit(1)
        .expect_reason("bad", "errored", "127.0.0.1:1/nothing:here")
        .expect_state("good", "passed")
        .expect_nothing_of("| never");
    world.finish();
}

#[test]
fn docker_that_goes_away_in_the_middle_ends_the_build_with_its_reason() {
    let world = World::of("script: exec 9<>$MEET; read -r _ <&9; echo never\n");
    let meeting = Meeting::new();
    let proxy = Proxy::new(world.folder());
    let variable = meeting.variable();
    let mut agent = world.agent(&["run", "-e", &variable]);
    agent
        .env("DOCKER_HOST", proxy.host())
        .stdout(Stdio::piped());
    let build = Running::start(&mut agent);
    let guest = meeting.guest();
    proxy.cut();
    let build = build.end();
    let job = build.only_job();
    build
        .expect_exit(1)
        .expect_reason(
            &job,
            "errored",
            &format!(
                "lost in the middle of the job: Docker does not answer at {}: there is no such \
                 socket (looking at the container); start Docker",
                proxy.host()
            ),
        )
        .expect("not removed: ")
        .expect("the next run tries again");
    assert!(!made_by(&world.identity()).is_empty());
    drop(guest);
    // The next run, with the engine back, removes what this one could not.
    let next = world.run(&["-e", "MEET=/dev/null"]);
    next.expect_exit(0)
        .expect("Removed what an earlier run left behind");
    world.finish();
}

#[test]
fn docker_that_goes_away_before_the_container_is_made_is_an_error() {
    let world = World::of("script: echo never\n");
    let proxy = Proxy::new(world.folder());
    proxy.hold("/containers/create");
    let mut agent = world.agent(&["run"]);
    agent
        .env("DOCKER_HOST", proxy.host())
        .stdout(Stdio::piped());
    let build = Running::start(&mut agent);
    proxy.wait_until_held();
    proxy.cut();
    let build = build.end();
    let job = build.only_job();
    build
        .expect_exit(1)
        .expect_reason(&job, "errored", "the connection broke (")
        .expect_nothing_of("| never");
    world.run(&[]).expect_exit(0);
    world.finish();
}

/// A file system of few bytes.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn new(folder: PathBuf, bytes: u64) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        let size = format!("size={bytes}");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&folder);
        assert!(mount.status().unwrap().success());
        Self(folder)
    }
}

/// The largest thing in a data folder.
fn toolbox_size() -> u64 {
    std::fs::metadata(toolbox()).unwrap().len()
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_costs_the_log_and_is_said() {
    let config = "script: head -c 30000000 /dev/urandom | base64\n";
    let world = World::with_settings(config, "jobs: { free_space: 0 }\n");
    let disk = SmallDisk::new(world.data().to_owned(), toolbox_size() + (3 << 20));
    let build = world.run(&[]);
    let job = build.only_job();
    build
        .expect_exit(0)
        .expect_state(&job, "passed")
        .expect("The log of this job cannot be kept");
    build.expect("no space left to write the job log");
    world.finish_with(|| drop(disk));
}

#[test]
fn a_disk_that_is_full_before_says_so() {
    let config = "script: echo never\n";
    let world = World::with_settings(config, "jobs: { free_space: 0 }\n");
    let disk = SmallDisk::new(world.data().to_owned(), toolbox_size() / 2);
    let build = world.run(&[]);
    build
        .expect_exit(4)
        .expect("The data folder cannot be used: ")
        .expect("No space left on device")
        .expect("hint: free some space on its disk, or name another folder with AGENT_DATA")
        .expect_nothing_of("script/build");
    world.finish_with(|| drop(disk));
}
