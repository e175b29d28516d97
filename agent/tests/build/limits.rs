//! Limits of a job, and what people read when one is met (security T14, T15, T17, T18).

use crate::agent::Running;
use crate::world::World;
use std::fs;
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_silent_job_is_stopped_with_the_text_people_know() {
    let config = "script: [echo hello, sleep 1000]\nafter_script: echo never\n";
    let world = World::with_settings(config, "jobs: { silence_limit: 2s, grace: 1s }\n");
    let build = world.run(&[]);
    let job = build.only_job();
    build
        .expect_exit(1)
        .expect_reason(
            &job,
            "errored",
            "no output for too long, during script, command 2",
        )
        .expect_log(
            &job,
            "No output has been received in the last 2s, this potentially indicates",
        )
        .expect_log(&job, "The build has been terminated")
        .expect_nothing_of("| never");
    world.finish();
}

#[test]
fn a_job_that_takes_too_long_is_stopped() {
    let config = "script: while :; do echo tick; sleep 0.2; done\n";
    let world = World::with_settings(config, "jobs: { hard_limit: 3s, grace: 1s }\n");
    let build = world.run(&[]);
    let job = build.only_job();
    build
        .expect_exit(1)
        .expect_reason(
            &job,
            "errored",
            "it took longer than a job may, during script, command 1",
        )
        .expect_log(
            &job,
            "The job exceeded the maximum time limit for jobs, and has been terminated.",
        );
    world.finish();
}

#[test]
fn a_kill_for_memory_is_named_though_the_job_passes() {
    let config = "script: python3 -c 'x = b\"x\" * (200 << 20)' || echo survived\n";
    let world = World::with_settings(config, "jobs: { memory: 64MiB }\n");
    let build = world.run(&[]);
    let job = build.only_job();
    build
        .expect_exit(0)
        .expect_reason(&job, "passed", "a process was killed: out of memory")
        .expect_log(&job, "\nsurvived\n")
        .expect_log(&job, "killed: out of memory (the limit is 64 MiB)");
    world.finish();
}

#[test]
fn a_fork_bomb_hurts_nobody_else() {
    let config = "
jobs:
  include:
    - { name: bomb, script: 'bomb() { bomb | bomb & }; bomb; sleep 1000' }
    - { name: other, script: echo fine }
";
    let settings = "jobs: { pids: 100, hard_limit: 15s, grace: 1s }\n";
    let world = World::with_settings(config, settings);
    let build = world.run(&["--jobs", "2"]);
    build.expect_exit(1).expect_state("other", "passed");
    assert!(
        !build.expect("bomb").out.contains("bomb  passed"),
        "{}",
        build.all()
    );
    world.finish();
}

#[test]
fn a_job_that_fills_the_disk_is_stopped_and_the_limit_is_named() {
    let config = "
script:
  - echo begin
  - head -c 200000000 /dev/zero > big; sleep 1000
after_script: echo never
";
    let world = World::with_settings(config, "jobs: { disk: 100MiB }\n");
    let build = world.run(&[]);
    let job = build.only_job();
    build
        .expect_exit(1)
        .expect_reason(
            &job,
            "errored",
            "disk limit: it took more of the disk than a job may, during script, command 2",
        )
        .expect_log(
            &job,
            "The job exceeded the maximum disk space for jobs (100 MiB), and has been terminated.",
        )
        .expect("disk limit: it took more of the disk than a job may, during script, com")
        .expect_nothing_of("| never");
    world.finish();
}

#[test]
fn a_run_does_not_begin_below_the_floor_of_free_space() {
    let settings = "jobs: { free_space: 9000000GiB }\n";
    let world = World::with_settings("script: echo never\n", settings);
    world
        .run(&[])
        .expect_exit(4)
        .expect("jobs begin from 9216000000 MiB on (jobs.free_space)")
        .expect("hint: `docker system df` shows what takes the space")
        .expect_nothing_of("| never");
    world.finish();
}

#[test]
fn output_without_end_costs_neither_disk_nor_memory() {
    let settings = "jobs: { hard_limit: 8s, grace: 1s }\n";
    let world = World::with_settings("script: echo begin; yes\n", settings);
    let mut agent = world.agent(&["run"]);
    let build = Running::start(agent.stdout(Stdio::null()));
    build.wait_for("Logs are kept in");
    let first = peak(build.pid()).unwrap();
    let mut last = first;
    while let Some(now) = peak(build.pid()) {
        last = now;
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    build.end().expect_exit(1);
    let grown = last - first;
    assert!(grown < 64 << 10, "the agent's memory grew by {grown} kB");
    let kept = bytes_below(&world.data().join("runs"));
    // The beginning, the end and some order.
    assert!((4 << 20..22 << 20).contains(&kept), "{kept} bytes of log");
    world.finish();
}

/// The most memory that a process has had, in kB; none once it has ended.
fn peak(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|entry| match entry.metadata().unwrap() {
            data if data.is_dir() => bytes_below(&entry.path()),
            data => data.len(),
        })
        .sum()
}
