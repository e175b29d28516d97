//! `agent run --from`: a job of the daemon once more, in a developer's checkout.

use crate::agent::Running;
use crate::world::{PUSH, World};
use std::process::{Command, Stdio};

const CONFIG: &str = "
env: { global: [A=one] }
jobs:
  include:
  - { name: First, script: echo first }
  - name: Second
    env: B=two
    script:
    - echo \"<$TRAVIS_JOB_NUMBER|$TRAVIS_BUILD_NUMBER|$TRAVIS_BUILD_ID|$TRAVIS_JOB_ID|$TRAVIS_EVENT_TYPE>\"
    - echo \"<$TRAVIS_BRANCH|$TRAVIS_COMMIT|$TRAVIS_COMMIT_RANGE|$TRAVIS_PULL_REQUEST|$TRAVIS_JOB_WEB_URL>\"
    - echo \"<$A|$B|$TRAVIS_REPO_SLUG|$TRAVIS_BUILD_WEB_URL|$(cat file)|${TOKEN:-closed}>\"
    deploy: { provider: script, script: echo deployed, on: { branch: main } }
";

fn git(folder: &std::path::Path, args: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::null());
    let done = git.output().unwrap();
    assert!(done.status.success(), "{args:?}: {done:?}");
}

/// The lines that a job printed in angle brackets.
fn told(log: &str) -> Vec<String> {
    let lines = log.lines().filter_map(|line| {
        let at = line.find('<').filter(|_| !line.contains("echo"))?;
        line.trim_end()
            .ends_with('>')
            .then(|| line[at..].trim_end().to_owned())
    });
    lines.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_the_daemon_runs_again_in_a_checkout_with_its_numbers_event_and_commit() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let sealed = world.seal(&repo, CONFIG, &[("TOKEN", "hunter2hunter2")]);
    let first = repo.push("main", &[(".ci.yml", "script: echo old\n")], "Old");
    repo.expect_status(&first, PUSH, "success").await;
    let files = [(".ci.yml", sealed.as_str()), ("file", "then")];
    let sha = repo.push("main", &files, "Work");
    repo.expect_status(&sha, PUSH, "success").await;
    let there = told(&agent.log("octo/hello", "2.2", 1).await);
    assert_eq!(there.len(), 3, "{there:?}");
    assert!(there[0].starts_with("<2.2|2|"), "{there:?}");

    // The checkout has gone on since.
    let home = tempfile::tempdir().unwrap();
    git(home.path(), &["clone", "-q", &repo.clone_url(), "hello"]);
    let checkout = home.path().join("hello");
    std::fs::write(checkout.join("file"), "now").unwrap();
    std::fs::write(checkout.join(".ci.yml"), "script: echo newer\n").unwrap();
    let run = |job: &str, from: &str| {
        let mut command = world
            .machine
            .command(&["run", "--job", job, "--from", from]);
        command
            .current_dir(&checkout)
            .env("AGENT_DATA", home.path().join("data"));
        Running::start(&mut command).end()
    };
    let page = format!("{}/octo/hello/builds/2", agent.url);
    for from in [page.as_str(), "2"] {
        let said = run("2.2", from);
        said.expect_exit(0);
        let here = told(&said.out);
        assert_eq!(here[..2], there[..2], "{}", said.all());
        // The daemon opened the secret, which its log hides.
        assert_eq!(here[2], there[2].replace("[secure]", "closed"));
        said.expect("commit ")
            .expect("its secrets stay closed")
            .expect("deployments are only listed")
            .expect_nothing_of("hunter2")
            .expect_nothing_of("first");
    }
    run("2.3", &page).expect_exit(2).expect("has no job 3");
    run("9.1", &format!("{}/octo/hello/builds/9", agent.url))
        .expect_exit(2)
        .expect("there is no such build");
    world.finish(agent);
}
