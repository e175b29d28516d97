//! Services that do not come up, or not for long.

use crate::world::World;

fn service(command: &str, ready: &str) -> String {
    format!(
        "services:\n- name: poor\n  image: agent-test/services\n  command: [sh, -c, '{command}']\n  \
         ready: {ready}\nscript: sleep 2\n"
    )
}

#[test]
fn one_that_never_gets_ready_is_named_with_what_it_said() {
    let config = service(
        "echo starting; echo still warming up; sleep 1000",
        "{port: 4000, timeout: 2}",
    );
    let world = World::of(&config);
    let build = world.run(&[]);
    build.expect_exit(1);
    let job = build.only_job();
    let reason =
        "the service poor took no connections on port 4000 within 2 s; it said: still warming up";
    build.expect_reason(&job, "errored", reason);
    for line in [
        "poor: agent-test/services (image: in the config), sha256:",
        "The service poor took no connections on port 4000 within 2 s.",
        "The last that it printed:",
        "starting",
        "still warming up",
    ] {
        build.expect_log(&job, line);
    }
    world.finish();
}

#[test]
fn one_whose_check_never_passes_is_named_with_what_the_check_said() {
    let ready = "{command: \"echo not yet; false\", timeout: 1}";
    let world = World::of(&service("sleep 1000", ready));
    let build = world.run(&[]);
    build.expect_exit(1);
    let reason = "the service poor was not ready within 1 s (its check: not yet)";
    build.expect_reason(&build.only_job(), "errored", reason);
    world.finish();
}

#[test]
fn one_that_ends_before_it_is_ready_is_named_with_its_exit_code() {
    let config = service("echo no such database >&2; exit 3", "{port: 4000}");
    let world = World::of(&config);
    let build = world.run(&[]);
    build.expect_exit(1);
    let reason = "the service poor ended with exit code 3; it said: no such database";
    build.expect_reason(&build.only_job(), "errored", reason);
    world.finish();
}

#[test]
fn what_a_service_prints_is_masked() {
    let config = service("echo the word is hunter2hunter2; exit 1", "{port: 4000}");
    let world = World::of(&config);
    let mut agent = world.agent(&["run", "-e", "WORD"]);
    agent.env("WORD", "hunter2hunter2");
    let build = crate::agent::Running::start(agent.stdout(std::process::Stdio::piped())).end();
    build.expect_exit(1).expect("the word is [secure]");
    build.expect_nothing_of("hunter2hunter2");
    world.finish();
}

#[test]
fn one_that_ends_in_the_middle_is_a_warning_on_the_job() {
    // The first connection, which asks whether it is ready, ends it.
    let config = service("nc -l -p 4000 >/dev/null; exit 7", "{port: 4000}");
    let world = World::of(&config);
    let build = world.run(&[]);
    build.expect_exit(0);
    let job = build.only_job();
    let warning = "the service poor ended with exit code 7 while the job ran";
    build.expect_reason(&job, "passed", warning);
    build.expect_log(&job, &format!("Warning: {warning}."));
    world.finish();
}

#[test]
fn one_that_is_killed_for_memory_says_so() {
    let config = service("nc -l -p 4000 >/dev/null; tail /dev/zero", "{port: 4000}");
    let world = World::with_settings(&config, "services: {memory: 32MiB}\n");
    let build = world.run(&[]);
    build.expect_exit(0);
    let warning = "the service poor was killed while the job ran: out of memory";
    build.expect_reason(&build.only_job(), "passed", warning);
    world.finish();
}

#[test]
fn two_of_one_port_are_refused_before_anything_is_made() {
    let world = World::of("services: [mysql, mariadb]\nscript: \"true\"\n");
    let build = world.run(&[]);
    build.expect_exit(1);
    let reason = "its services mysql and mariadb both take port 3306 of the job's localhost";
    build.expect(reason);
    world.finish();
}
