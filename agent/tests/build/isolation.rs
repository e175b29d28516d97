//! Jobs beside each other, and what they can reach (security T12 and T13).

use crate::engine::docker;
use crate::meeting::Meeting;
use crate::world::World;

/// Two jobs that each wait for the other.
const PAIR: &str = "
jobs:
  include:
    - name: one
      script: &meet
        - exec 9<>$MEET; echo $TRAVIS_JOB_NAME $(hostname -i) >&9
        - read -r answer <&9; eval \"$answer\"
    - name: two
      script: *meet
";

#[test]
fn jobs_of_a_stage_overlap_and_do_not_reach_each_other() {
    let world = World::of(PAIR);
    let meeting = Meeting::new();
    let build = world.start(&["--jobs", "2", "-e", &meeting.variable()]);
    // Both are here before either may go on.
    let (mut first, mut second) = (meeting.guest(), meeting.guest());
    let (said, other) = (first.hear(), second.hear());
    assert_ne!(said, other);
    let (_, address) = other.split_once(' ').unwrap();
    // A job that listens, and one that knocks at its address and at its name (security T13).
    second.say("python3 -m http.server 8765 >/dev/null 2>&1 & until exec 8<>/dev/tcp/127.0.0.1/8765; do sleep 0.1; done; echo up >&9; read -r _ <&9");
    assert_eq!(second.hear(), "up");
    let stranger = container(
        &world,
        if other.starts_with("one ") {
            "1.1"
        } else {
            "1.2"
        },
    );
    let knock = |at: &str| {
        format!("if timeout 3 bash -c '</dev/tcp/{at}/8765'; then echo reached {at}; fi; ")
    };
    first.say(&format!(
        "{}{}echo all knocked",
        knock(address),
        knock(&stranger)
    ));
    drop(first);
    build.wait_for("| all knocked");
    second.say("done");
    let build = build.end();
    build.expect_nothing_of("| reached");
    build
        .expect_exit(0)
        .expect_state("one", "passed")
        .expect_state("two", "passed");
    world.finish();
}

/// The container of a job.
fn container(world: &World, job: &str) -> String {
    let agent = format!("label=ci.agent={}", world.identity());
    let job = format!("label=ci.job={job}");
    let filters = ["--filter", &agent, "--filter", &job];
    docker(&[&["ps", "--format", "{{.Names}}"], &filters[..]].concat())
}

#[test]
fn with_one_place_jobs_run_one_after_the_other() {
    let world = World::of(PAIR);
    let meeting = Meeting::new();
    let build = world.start(&["--jobs", "1", "-e", &meeting.variable()]);
    let mut first = meeting.guest();
    first.hear();
    assert!(!meeting.has_another());
    first.say("true");
    meeting.guest().say("true");
    build.end().expect_exit(0);
    world.finish();
}

#[test]
fn the_agent_listens_nowhere() {
    let world = World::of("script: exec 9<>$MEET; read -r _ <&9");
    let meeting = Meeting::new();
    let build = world.start(&["-e", &meeting.variable()]);
    let mut guest = meeting.guest();
    let listening = listeners(build.pid());
    assert!(listening.is_empty(), "{listening:?}");
    guest.say("go on");
    build.end().expect_exit(0);
    world.finish();
}

/// The TCP sockets on which a process listens (security T12).
fn listeners(pid: u32) -> Vec<String> {
    let open: Vec<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let target = std::fs::read_link(entry.path()).ok()?;
            let name = target.to_string_lossy().into_owned();
            Some(
                name.strip_prefix("socket:[")?
                    .trim_end_matches(']')
                    .to_owned(),
            )
        })
        .collect();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6"] {
        let text = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let listens = fields.get(3) == Some(&"0A");
            if listens
                && fields
                    .get(9)
                    .is_some_and(|inode| open.iter().any(|one| one == inode))
            {
                found.push(line.to_owned());
            }
        }
    }
    found
}
