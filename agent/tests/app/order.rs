//! Deliveries of one repository are handled as they came; repositories do not wait for each other.

use crate::agent::{Agent, CONFIG, PUSH, hello};
use crate::github_model::{GithubModel, Mischief, Repo};
use crate::outcome;
use agent::store::Delivery;
use std::time::{Duration, Instant};

/// The branches of the builds, in the order of their numbers.
async fn branches(agent: &Agent) -> Vec<String> {
    let builds = agent.builds().await.into_iter();
    let mut all: Vec<(u64, String)> = builds
        .map(|build| (build.number, build.request.branch))
        .collect();
    all.sort_unstable();
    all.into_iter().map(|(_, branch)| branch).collect()
}

/// Waits until pushes were tried so often in vain, all together; those that were tried.
async fn tried_pushes(agent: &Agent, times: u32) -> Vec<Delivery> {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let all = agent.store.deliveries(None, None, 100).await.unwrap();
        let pushes = all.into_iter().filter(|one| one.new.event == "push");
        let tried: Vec<Delivery> = pushes.filter(|one| one.tries > 0).collect();
        if tried.iter().map(|one| one.tries).sum::<u32>() >= times {
            return tried;
        }
        assert!(Instant::now() < patience, "{tried:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn builds_are_numbered_as_was_pushed_though_github_is_slow_for_the_first() {
    let (model, agent, repo) = hello().await;
    model.hold_deliveries();
    let mut shas = Vec::new();
    let names: Vec<String> = (1..=6).map(|number| format!("branch-{number}")).collect();
    for name in &names {
        shas.push(repo.push(name, &[CONFIG, ("name", name)], "Begin"));
    }
    let slow = Mischief::Delay(Duration::from_millis(700));
    model.next(1, "GET /repos/*/contents/*", slow);
    // The second one fails at first, and keeps its place.
    model.next(2, "GET /repos/*/contents/*", Mischief::Status(502));
    for delivery in repo.deliveries() {
        let body = delivery.payload.to_string().into_bytes();
        agent.take(&delivery.event, &delivery.guid, &body).await;
    }
    for sha in &shas {
        repo.expect_status(sha, PUSH, "pending").await;
    }
    agent.ended(6).await;
    assert_eq!(branches(&agent).await, names);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_for_which_github_is_slow_holds_no_other_back() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let (slow, quick) = (
        model.repository("octo/slow"),
        model.repository("octo/quick"),
    );
    agent.add(&slow).await;
    agent.add(&quick).await;
    let fails = Mischief::Status(503);
    model.next(1000, "GET /repos/octo/slow/contents/*", fails);
    let waits = slow.push("main", &[CONFIG], "Begin");
    for number in 0..10 {
        let branch = format!("branch-{number}");
        let sha = quick.push(&branch, &[CONFIG, ("a", &branch)], "Go on");
        quick.expect_status(&sha, PUSH, "pending").await;
    }
    assert_eq!(slow.statuses(&waits), []);
    model.behave();
    slow.expect_status(&waits, PUSH, "pending").await;
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_waits_for_its_merge_holds_no_push_back() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    repo.push("main", &[CONFIG], "Begin");
    agent.add(&repo).await;
    // Longer than the test.
    model.merge_delay(Duration::from_secs(3600));
    repo.push("topic", &[("a", "1\n")], "Try [skip ci]");
    let pull = repo.open_pull_request("topic", "main", "Please");
    let sha = repo.push("main", &[("b", "1\n")], "Go on");
    repo.expect_status(&sha, PUSH, "pending").await;
    let waiting = agent.store.deliveries(None, None, 100).await.unwrap();
    let mut pulls = waiting.iter().filter(|one| one.new.event == "pull_request");
    assert_eq!(pulls.next().unwrap().outcome, None);
    agent.stop().await;
    repo.statuses(&pull.head_sha());
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_that_come_in_the_wrong_order_end_right() {
    let (model, agent, repo) = hello().await;
    let first = repo.push("main", &[CONFIG], "One");
    repo.expect_status(&first, PUSH, "pending").await;
    model.hold_deliveries();
    let second = repo.push("main", &[("a", "2\n")], "Two");
    let third = repo.push("main", &[("a", "3\n")], "Three");
    model.release_deliveries(true);
    repo.expect_status(&third, PUSH, "pending").await;
    repo.expect_status(&second, PUSH, "error").await;
    repo.expect_status(&first, PUSH, "error").await;
    let ends = outcome::all(&agent.ended(3).await);
    assert!(ends.iter().all(|end| !end.contains("error")), "{ends:?}");
    let states: Vec<(String, &str)> = agent
        .builds()
        .await
        .into_iter()
        .map(|build| (build.request.sha, build.state.as_str()))
        .collect();
    assert_eq!(
        states,
        [
            (first, "canceled"),
            (third.clone(), "created"),
            (second, "canceled")
        ]
    );
    let head = agent
        .store
        .head(agent::store::RepositoryId(repo.id), "refs/heads/main");
    assert_eq!(head.await.unwrap(), Some(third));
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_github_changes_nothing_in_the_order() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let (one, two) = (model.repository("octo/one"), model.repository("octo/two"));
    agent.add(&one).await;
    agent.add(&two).await;
    model.next(100_000, "*", Mischief::Reset);
    let mut shas = Vec::new();
    let names: Vec<String> = (1..=4).map(|number| format!("branch-{number}")).collect();
    for name in &names {
        for repo in [&one, &two] {
            shas.push((repo, repo.push(name, &[CONFIG, ("name", name)], "Begin")));
        }
    }
    model.settled().await;
    // Each repository's first is tried again, and the others keep their places behind it.
    let tried = tried_pushes(&agent, 4).await;
    let mut tried: Vec<&str> = tried.iter().map(|one| one.new.guid.as_str()).collect();
    let first = |repo: &Repo| {
        let deliveries = repo.deliveries();
        let push = deliveries.iter().find(|one| one.event == "push");
        push.unwrap().guid.clone()
    };
    let mut expected = [first(&one), first(&two)];
    tried.sort_unstable();
    expected.sort_unstable();
    assert_eq!(tried, expected);
    model.behave();
    for (repo, sha) in &shas {
        repo.expect_status(sha, PUSH, "pending").await;
    }
    let mut twice = names.clone();
    twice.extend(names);
    let mut built: Vec<(u64, u64, String)> = agent
        .builds()
        .await
        .into_iter()
        .map(|build| (build.repository.0, build.number, build.request.branch))
        .collect();
    built.sort_unstable();
    let built: Vec<String> = built.into_iter().map(|(_, _, branch)| branch).collect();
    assert_eq!(built, twice);
    agent.stop().await;
    model.finish();
}
