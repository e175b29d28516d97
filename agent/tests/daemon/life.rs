//! Signals, and what the service manager is told.

use super::process::{Process, part};
use agent::daemon::{Daemon, Lifecycle, Notifier, Signals};
use rustix::process::Signal;
use std::time::Duration;

/// A daemon whose only task runs so many jobs until it is told to stop, or for a moment longer than
/// it drains.
#[expect(
    clippy::exit,
    clippy::print_stderr,
    reason = "the process is the daemon, not the tests"
)]
fn play(part: &str) -> ! {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let end = runtime.block_on(async {
        let daemon = Daemon::new(Lifecycle::new(Duration::from_secs(3600)));
        let life = daemon.lifecycle().clone();
        let read = life.clone();
        let job = (part != "idle").then(|| life.begin_job().unwrap());
        let short = part == "short job";
        daemon.task("queue", async move {
            life.draining().cancelled().await;
            if short {
                tokio::time::sleep(Duration::from_millis(300)).await;
                drop(job);
            }
            life.stopping().cancelled().await;
            Ok(())
        });
        let daemon = daemon.on_reload(move || {
            let jobs = read.jobs();
            eprintln!("read again, while {jobs} job runs");
        });
        daemon.run(Signals::listen().unwrap(), Notifier).await
    });
    std::process::exit(i32::from(end.is_err()));
}

fn start(name: &str, part: &str) -> Process {
    Process::start(name, part, &[("WATCHDOG_USEC", "200000")])
}

#[test]
fn the_service_manager_hears_when_it_serves_lives_and_stops() {
    if let Some(part) = part() {
        play(&part);
    }
    let name = "life::the_service_manager_hears_when_it_serves_lives_and_stops";
    let mut daemon = start(name, "idle");
    daemon.hears("READY=1");
    daemon.hears("WATCHDOG=1");
    daemon.hears("WATCHDOG=1");
    daemon.signal(Signal::TERM);
    daemon.hears("STOPPING=1");
    assert_eq!(daemon.end().0, Some(0));
}

#[test]
fn sighup_reads_the_settings_and_the_service_manager_waits_for_it() {
    if let Some(part) = part() {
        play(&part);
    }
    let name = "life::sighup_reads_the_settings_and_the_service_manager_waits_for_it";
    let mut daemon = start(name, "endless job");
    daemon.hears("READY=1");
    daemon.signal(Signal::HUP);
    let told = daemon.hears("RELOADING=1");
    // Both stand in one message, as systemd wants it.
    let time = told
        .lines()
        .find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
    assert!(
        time.is_some_and(|time| time.parse::<u64>().is_ok()),
        "{told}"
    );
    daemon.hears("READY=1");
    assert!(!daemon.has_ended());
    daemon.signal(Signal::TERM);
    daemon.hears("STATUS=draining, jobs running: 1");
    daemon.signal(Signal::TERM);
    let (code, said) = daemon.end();
    assert_eq!(code, Some(0));
    assert!(said.contains("read again, while 1 job runs"), "{said}");
}

#[test]
fn sigterm_waits_for_a_job_and_a_second_one_does_not() {
    if let Some(part) = part() {
        play(&part);
    }
    for (first, second) in [
        (Signal::TERM, Signal::TERM),
        (Signal::INT, Signal::INT),
        (Signal::INT, Signal::TERM),
    ] {
        let name = "life::sigterm_waits_for_a_job_and_a_second_one_does_not";
        let mut daemon = start(name, "endless job");
        daemon.hears("READY=1");
        daemon.signal(first);
        daemon.hears("STATUS=draining, jobs running: 1");
        // Alive while it drains, so that a watchdog does not end the jobs.
        daemon.hears("WATCHDOG=1");
        daemon.hears("WATCHDOG=1");
        assert!(!daemon.has_ended());
        daemon.signal(second);
        daemon.hears("STOPPING=1");
        assert_eq!(daemon.end().0, Some(0));
    }
}

#[test]
fn sigquit_waits_until_the_last_job_has_ended() {
    if let Some(part) = part() {
        play(&part);
    }
    let name = "life::sigquit_waits_until_the_last_job_has_ended";
    let mut daemon = start(name, "short job");
    daemon.hears("READY=1");
    daemon.signal(Signal::QUIT);
    daemon.hears("STATUS=draining, jobs running: 1");
    daemon.hears("STOPPING=1");
    assert_eq!(daemon.end().0, Some(0));
}
