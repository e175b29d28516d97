//! Pull requests from forks: what strangers get, and what they never see (security T1–T4, T8).

use crate::engine::{inspected, process_list};
use crate::meeting::Meeting;
use crate::services::{Services, USER};
use crate::world::{PULL, PUSH, World};
use std::process::Command;

/// What the repository builds: a job that knows a secret and deploys, and for pull requests one
/// that wants Docker.
fn config(registry: &str, meeting: &Meeting) -> String {
    "env: {global: [REGISTRY=ADDRESS, MEET]}
jobs:
  include:
    - name: Plain
      script: echo \"a secret of ${#REGISTRY_PASSWORD} characters\"
      deploy: {provider: script, script: 'echo deployed', on: {all_branches: true}}
    - name: Image
      if: type = pull_request
      services: docker
      script:
        - docker build --tag $REGISTRY/thoughts/server:fork .
        - echo \"secrets $TRAVIS_SECURE_ENV_VARS, password $REGISTRY_PASSWORD\"
        - '! docker push $REGISTRY/thoughts/server:fork'
"
    .replace("ADDRESS", registry)
    .replace("MEET", &meeting.variable())
}

/// What somebody writes who wants the secret.
const CURIOUS: &str = "echo \"[$REGISTRY_PASSWORD]\"; env; cat /proc/*/environ | tr '\\0' '\\n'; \
                       cat .git/config; exec 9<>$MEET; read -r answer <&9";

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_gets_no_secret_and_no_deploy_and_docker_only_when_its_commit_was_approved() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Services::registry(folder.path());
    let world = World::with(&registry.settings);
    let agent = world.serve().await;
    let repo = world.add("octo/thoughts", &["--docker"]);
    let meeting = Meeting::new();
    let secret = registry.password();
    let account = [("REGISTRY_USER", USER), ("REGISTRY_PASSWORD", secret)];
    let plain = config(registry.address("REGISTRY"), &meeting);
    let sealed = world.seal(&repo, &plain, &account);
    let files = [
        (".ci.yml", sealed.as_str()),
        ("Dockerfile", "FROM scratch\nCOPY README /\n"),
    ];
    let main = repo.push("main", &files, "Think");
    repo.expect_status(&main, PUSH, "success").await;
    let log = agent.log("octo/thoughts", "1.1", 1).await;
    let opened = format!("a secret of {} characters", secret.len());
    assert!(
        log.contains(&opened) && log.contains("\ndeployed\r\n"),
        "{log}"
    );

    // A stranger keeps the sealed values, and changes what is done with them.
    let theirs = sealed.replace(
        "echo \"a secret of ${#REGISTRY_PASSWORD} characters\"",
        &format!("'{}'", CURIOUS.replace('\'', "''")),
    );
    assert_ne!(theirs, sealed);
    let files = [(".ci.yml", theirs.as_str())];
    let pull = repo.open_pull_request_from_fork("eve", "fix", &files, "Fix");
    let head = pull.head_sha();
    let mut guest = meeting.guest();
    let during = [inspected(), process_list()];
    assert!(during[0].contains(&world.machine.identity()));
    expect_hidden(&world, &during, secret);
    guest.say("go on");
    let status = repo.expect_status(&head, PULL, "error").await;
    let text = status.description.unwrap();
    assert!(text.starts_with("Errored: Image: "), "{text}");
    let image = agent.job("octo/thoughts", "2.2").await;
    assert_eq!(image.state, "errored");
    let refused = "get no Docker before somebody has approved this very commit";
    assert!(image.reason.contains(refused), "{image:?}");
    pull.merge().await.unwrap_err();

    // Somebody has looked at the commit.
    let form = format!("sha={head}");
    agent.form("octo/thoughts/builds/2/approve", &form).await;
    let mut guest = meeting.guest();
    expect_hidden(&world, &[inspected(), process_list()], secret);
    guest.say("go on");
    repo.expect_status(&head, PULL, "success").await;
    let log = agent.log("octo/thoughts", "3.2", 1).await;
    assert!(log.contains("secrets false, password \r\n"), "{log}");

    for job in ["2.1", "3.1"] {
        let log = agent.log("octo/thoughts", job, 1).await;
        assert!(log.contains("\n[]\r\n"), "{log}");
        assert!(log.contains("TRAVIS_SECURE_ENV_VARS=false\r\n"), "{log}");
        assert!(log.contains("the current build is a pull request"), "{log}");
        assert!(!log.contains("\ndeployed\r\n"), "{log}");
        expect_hidden(&world, &[log], secret);
    }
    assert!(registry.tags().is_empty(), "nothing was pushed");
    let told = repo.statuses(&head);
    let told = told.iter().map(|status| status.line()).collect();
    let said = agent.said();
    expect_hidden(&world, &[told, said, log], secret);
    expect_unwritten(&world, secret);
    world.finish(agent);
}

/// No secret of the repository or of the operator is in any of these texts.
#[track_caller]
fn expect_hidden(world: &World, texts: &[String], secret: &str) {
    for text in texts {
        for hidden in world
            .machine
            .secrets()
            .iter()
            .map(String::as_str)
            .chain([secret])
        {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }
}

/// No file of the data folder holds the secret.
#[track_caller]
fn expect_unwritten(world: &World, secret: &str) {
    let data = world.machine.data();
    let found = Command::new("grep")
        .args(["-rlF", secret])
        .arg(data)
        .output();
    let found = String::from_utf8_lossy(&found.unwrap().stdout).into_owned();
    assert_eq!(found, "");
}
