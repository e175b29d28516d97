//! What the agent's own memory holds of a secret (security T-D8): all of it while the job runs,
//! nothing when the job has ended, though the process lives on.

use crate::agent::Running;
use crate::meeting::Meeting;
use crate::proxy::Proxy;
use crate::world::World;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The secret passes every part: the script, the masker's needles, and buffers of a log that is
/// long enough to make them grow.
const CONFIG: &str = "
script:
  - for i in $(seq 3000); do echo \"$i $SEALED\"; done; echo \"$SEALED\" | base64 -w0; echo
  - exec 9<>$MEET; read -r answer <&9
";

#[test]
fn a_secret_is_not_in_memory_when_its_job_has_ended() {
    let world = World::of(CONFIG);
    let canary = format!("canary{}", ulid::Ulid::generate());
    world.make_key("small");
    world.seal("small", "SEALED", &canary);
    world.checkout.commit();
    let (meeting, proxy) = (Meeting::new(), Proxy::new(world.folder()));
    let variable = meeting.variable();
    let mut agent = world.agent(&["run", "--secrets", "-e", &variable]);
    agent
        .env("DOCKER_HOST", proxy.host())
        .stdout(Stdio::piped());
    let build = Running::start(&mut agent);
    let mut guest = meeting.guest();
    assert_ne!(places(build.pid(), &canary), [""; 0], "the search sees it");

    // The job ends, and the agent waits for its container to go.
    proxy.hold("DELETE /");
    guest.say("go on");
    proxy.wait_until_held();
    build.wait_for("Job 1.1 passed");
    let begin = Instant::now();
    let mut found = places(build.pid(), &canary);
    while !found.is_empty() && begin.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(100));
        found = places(build.pid(), &canary);
    }
    found.truncate(5);
    assert_eq!(found, [""; 0], "{canary}");
    proxy.let_go();
    build.end().expect_exit(0).expect("[secure]");
    world.finish();
}

/// Where a process has the text, or its base64: the mapping and what stands around it.
fn places(pid: u32, text: &str) -> Vec<String> {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    let encoded = encoded.trim_end_matches('=');
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (Some(range), Some(rights)) = (fields.next(), fields.next()) else {
            continue;
        };
        let (from, to) = range.split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let length = usize::try_from(number(to) - number(from)).unwrap();
        let mut bytes = vec![0; length];
        // A mapping may go while we look, and the kernel's own cannot be read.
        if !rights.starts_with("rw") || memory.read_exact_at(&mut bytes, number(from)).is_err() {
            continue;
        }
        for needle in [text, encoded] {
            for at in memchr::memmem::find_iter(&bytes, needle) {
                let around = &bytes[at.saturating_sub(24)..(at + 64).min(length)];
                found.push(format!("{line}: {:?}", String::from_utf8_lossy(around)));
            }
        }
    }
    found
}
