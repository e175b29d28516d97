//! Services of one job are out of another's reach, and may do less than a job.

use crate::IMAGES;
use crate::world::World;

#[test]
fn two_jobs_at_once_do_not_meet_in_the_same_service() {
    let config = r#"
services: redis
env:
  jobs: [WHO=first, WHO=second]
script:
- redis-cli set "$WHO" here
- sleep 3
- 'test "$(redis-cli keys "*")" = "$WHO" && echo "$WHO is alone"'
"#;
    let world = World::with_settings(config, IMAGES);
    let build = world.run(&["--jobs", "2"]);
    build.expect_exit(0);
    build.expect("first is alone").expect("second is alone");
    world.finish();
}

#[test]
fn a_service_may_do_little_and_sees_nothing_of_the_job() {
    let look = "grep -E \"^(CapBnd|NoNewPrivs|Seccomp):\" /proc/self/status; env | sort; ls -d /home/travis; \
                ls /var/run/docker.sock; echo ---";
    let config = format!(
        "services:\n- name: watcher\n  image: agent-test/services\n  \
         command: [sh, -c, '({look}) >/tmp/seen 2>&1; while :; do nc -N -l -p 4000 </tmp/seen; done']\n  \
         ready: {{port: 4000}}\nenv: CANARY=yellow\nscript: nc -d localhost 4000\n"
    );
    let world = World::with_settings(&config, "");
    let build = world.run(&[]);
    build.expect_exit(0);
    let log = build.log(&build.only_job());
    assert!(
        log.contains("NoNewPrivs:\t1") && log.contains("Seccomp:\t2"),
        "{log}"
    );
    // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, NET_BIND_SERVICE, SYS_CHROOT.
    assert!(log.contains("CapBnd:\t00000000000404fb"), "{log}");
    assert!(log.contains("cannot access '/home/travis'"), "{log}");
    assert!(
        log.contains("cannot access '/var/run/docker.sock'"),
        "{log}"
    );
    let seen = log.split("CapBnd").nth(1).unwrap_or_default();
    assert!(
        !seen.contains("yellow") && !seen.contains("TRAVIS"),
        "{log}"
    );
    world.finish();
}
