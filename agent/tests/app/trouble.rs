//! GitHub on a bad day.

use crate::agent::{Agent, CONFIG, PUSH};
use crate::github_model::{GithubModel, Mischief};

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_fail_twice_are_made_again() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    model.next(2, "GET /repos/*/contents/*", Mischief::Status(502));
    model.next(2, "POST /repos/*/statuses/*", Mischief::Status(502));
    let sha = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&sha, PUSH, "pending").await;
    assert_eq!(agent.built().await, ["main created"]);
    assert_eq!(agent.ended(1).await[0].tries, 2);
    assert_eq!(model.calls_like("POST /repos/*/statuses/*").len(), 3);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_when_it_stopped_is_in_the_database() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    model.next(1000, "POST /repos/*/statuses/*", Mischief::Status(502));
    let sha = repo.push("main", &[CONFIG], "Begin");
    agent.ended(1).await;
    let store = agent.store.clone();
    let _data = agent.stop().await;
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let waiting = store.unsent_statuses(later, 10).await.unwrap();
    let shas: Vec<&str> = waiting.iter().map(|one| one.key.sha.as_str()).collect();
    assert_eq!(shas, [sha]);
    model.finish();
}
