//! `concurrency:` from a push to the status: builds of one group wait for each other, and give way.

use crate::agent::{Agent, PULL, PUSH, Ways, hello_with};
use agent::backend::fake::Play;
use agent::protocol::Record;
use std::time::{Duration, Instant};

/// Jobs that run until they are stopped.
fn endless() -> Ways {
    Ways {
        plays: Some(Play {
            output: vec![(Duration::ZERO, Record::hello("/bin/sh").encode())],
            ..Play::default()
        }),
        ..Ways::default()
    }
}

fn config(group: &str) -> String {
    format!("concurrency: {group}\nscript: make\ngit: {{clone: false}}\n")
}

/// Waits until a page says something.
async fn shows(agent: &Agent, path: &str, text: &str) {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let page = agent.http.get(format!("{}{path}", agent.url)).send().await;
        let page = page.unwrap().text().await.unwrap();
        if page.contains(text) {
            return;
        }
        assert!(
            Instant::now() < patience,
            "{path} never says {text}: {page}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_waits_for_its_group_and_says_for_whom_until_a_newer_one_takes_it() {
    let (model, agent, repo) = hello_with(endless()).await;
    let waits = config("deploy");
    let first = repo.push("one", &[(".ci.yml", &waits)], "One");
    shows(&agent, "octo/hello/jobs/1.1", "started").await;
    let second = repo.push("two", &[(".ci.yml", &waits)], "Two");
    let waiting = "waiting for group deploy: build 1";
    shows(&agent, "octo/hello/jobs/2.1", waiting).await;
    shows(&agent, "octo/hello/builds/2", waiting).await;
    let third = repo.push(
        "three",
        &[(".ci.yml", &config("{group: deploy, cancel: true}"))],
        "Three",
    );
    shows(&agent, "octo/hello/jobs/3.1", "started").await;
    for (sha, number) in [(&first, 1), (&second, 2)] {
        repo.expect_status(sha, PUSH, "error").await;
        let why = "Canceled: build 3 took the group deploy; 0 of 1 job passed";
        let told: Vec<String> = repo
            .statuses(sha)
            .into_iter()
            .filter_map(|status| status.description)
            .collect();
        assert!(told.iter().any(|text| text.starts_with(why)), "{told:?}");
        let path = format!("octo/hello/jobs/{number}.1");
        shows(&agent, &path, "build 3 took the group deploy").await;
    }
    repo.expect_status(&third, PUSH, "pending").await;
    agent.stop().await;
    let shas = [first, second, third];
    shas.iter().for_each(|sha| drop(repo.statuses(sha)));
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_neither_blocks_nor_cancels_a_group_of_the_repository() {
    let (model, agent, repo) = hello_with(endless()).await;
    let main = repo.push("main", &[(".ci.yml", &config("deploy"))], "Begin");
    shows(&agent, "octo/hello/jobs/1.1", "started").await;
    let takes = config("{group: deploy, cancel: true}");
    let pull = repo.open_pull_request_from_fork("eve", "fix", &[(".ci.yml", &takes)], "Fix");
    shows(&agent, "octo/hello/jobs/2.1", "started").await;
    // It had its chance: what is made after it waits for the push, not for the fork.
    let topic = repo.push("topic", &[(".ci.yml", &config("deploy"))], "Try");
    let waiting = "waiting for group deploy: build 1";
    shows(&agent, "octo/hello/jobs/3.1", waiting).await;
    for sha in [&main, &topic] {
        repo.expect_status(sha, PUSH, "pending").await;
    }
    repo.expect_status(&pull.head_sha(), PULL, "pending").await;
    agent.stop().await;
    let shas = [main, topic, pull.head_sha()];
    shas.iter().for_each(|sha| drop(repo.statuses(sha)));
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_may_be_named_after_the_branch() {
    let (model, agent, repo) = hello_with(endless()).await;
    let own = config("{group: $TRAVIS_BRANCH, cancel: true}");
    let main = repo.push("main", &[(".ci.yml", &own)], "Begin");
    shows(&agent, "octo/hello/jobs/1.1", "started").await;
    let topic = repo.push("topic", &[("a", "1\n")], "Try");
    shows(&agent, "octo/hello/jobs/2.1", "started").await;
    let next = repo.push("topic", &[("a", "2\n")], "Try again");
    shows(&agent, "octo/hello/jobs/3.1", "started").await;
    repo.expect_status(&topic, PUSH, "error").await;
    for sha in [&main, &next] {
        repo.expect_status(sha, PUSH, "pending").await;
    }
    agent.stop().await;
    let shas = [main, topic, next];
    shas.iter().for_each(|sha| drop(repo.statuses(sha)));
    model.finish();
}
