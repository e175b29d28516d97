//! A secret is nowhere but in its job (security T8 and T9), with the agent's log at its loudest.

use crate::agent::Running;
use crate::engine::{docker, inspected, process_list, remove_layers};
use crate::meeting::Meeting;
use crate::report::Build;
use crate::world::World;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

const CONFIG: &str = "
script:
  - echo \"a secret of ${#SEALED}, ${#GIVEN} and ${#LISTED} characters\"
  - echo \"$SEALED $GIVEN $LISTED\"; echo \"$SEALED\" | base64
  - exec 9<>$MEET; read -r answer <&9
  - \"false\"
after_failure: echo \"$SEALED\" >&2
";

#[test]
fn a_secret_is_found_nowhere_but_masked() {
    let world = World::of(CONFIG);
    expect_hidden(&world);
    world.finish();
}

#[test]
fn a_secret_of_a_job_with_docker_is_found_nowhere_but_masked() {
    let docker = "services: docker\nbefore_script: docker info | grep Storage\n";
    let world = World::of(&format!("{docker}{CONFIG}"));
    expect_hidden(&world).expect("Storage Driver: ");
    let agent = world.identity();
    world.finish_with(|| remove_layers(&agent));
}

/// Runs the build with three secrets and looks for them wherever something of a job is kept.
fn expect_hidden(world: &World) -> Build {
    let canary = |part: &str| format!("{part}{}", ulid::Ulid::generate());
    let (sealed, given, listed) = (canary("sealed"), canary("given"), canary("listed"));
    world.make_key("small");
    world.seal("small", "SEALED", &sealed);
    world.checkout.commit();
    std::fs::write(world.folder().join("list"), format!("LISTED={listed}\n")).unwrap();
    let mark = world.folder().join("mark");
    std::fs::write(&mark, "").unwrap();
    let since = seconds();

    let meeting = Meeting::new();
    let list = world.folder().join("list").display().to_string();
    let mut options = vec!["run", "--secrets", "-e", "GIVEN", "--env-file", &list];
    let variable = meeting.variable();
    options.extend(["-e", &variable]);
    let mut agent = world.agent(&options);
    agent
        .env("GIVEN", &given)
        .env("AGENT_LOG", "trace")
        .stdout(Stdio::piped());
    let build = Running::start(&mut agent);
    let mut guest = meeting.guest();
    let secrets = [sealed.as_str(), given.as_str(), listed.as_str()];
    let during = [inspected(), process_list()];
    assert!(during[0].contains(&world.identity()), "{}", during[0]);
    expect_unwritten(world, &mark, &secrets);
    guest.say("go on");
    let build = build.end();

    build
        .expect_exit(1)
        .expect("a secret of 32, 31 and 32 characters")
        .expect("[secure] [secure] [secure]");
    assert!(
        build.err.contains("trace: ") || build.err.contains("debug: "),
        "{}",
        build.err
    );
    let until = (seconds() + 1).to_string();
    let events = docker(&["events", "--since", &since.to_string(), "--until", &until]);
    assert!(events.contains(&world.identity()), "{events}");
    for secret in secrets {
        build
            .expect_nothing_of(secret)
            .expect_nothing_of(base64(secret).trim_end_matches('='));
        for text in during.iter().chain([&events]) {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    expect_unwritten(world, &mark, &secrets);
    build
}

/// Fails when the data folder, or anything that the engine wrote since the mark, has a secret.
fn expect_unwritten(world: &World, mark: &Path, secrets: &[&str]) {
    let root = docker(&["info", "--format", "{{.DockerRootDir}}"]);
    let data = world.data().display().to_string();
    for (folder, newer) in [(data, false), (root, true)] {
        let mut find = Command::new("find");
        find.arg(&folder).args(["-xdev", "-type", "f"]);
        if newer {
            find.arg("-newer").arg(mark);
        }
        find.args(["-exec", "grep", "-lF"]);
        for secret in secrets {
            find.args(["-e", secret]);
        }
        let found = find.args(["{}", "+"]).output().unwrap().stdout;
        assert!(found.is_empty(), "{}", String::from_utf8_lossy(&found));
    }
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}
