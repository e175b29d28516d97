//! What nobody told, found by asking.

use crate::agent::{Agent, CONFIG, PULL, PUSH, Ways};
use crate::github_model::{GithubModel, Loss, Repo};
use agent::store::RepositoryId;
use std::time::Duration;

/// An agent that asks often, and a repository that it has looked at once.
async fn asking(model: &GithubModel) -> (Agent, Repo) {
    let poll = Some(Duration::from_millis(200));
    let agent = Agent::start_with(
        model,
        Ways {
            poll,
            ..Ways::default()
        },
    )
    .await;
    let repo = model.repository("octo/hello");
    repo.push("main", &[CONFIG], "Before");
    repo.push("old", &[("a", "1\n")], "Before, too");
    agent.add(&repo).await;
    looked_at(&agent, &repo).await;
    (agent, repo)
}

async fn looked_at(agent: &Agent, repo: &Repo) {
    let looked = async {
        let id = RepositoryId(repo.id);
        while !agent.store.was_looked_at(id).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let looked = tokio::time::timeout(Duration::from_secs(20), looked);
    looked.await.expect("nobody has looked");
}

/// Waits until the agent has looked at its only repository two more times.
async fn looks_twice(model: &GithubModel) {
    // What comes last in a look; one may have begun before.
    let listed = || model.calls_like("GET /repos/*/pulls*").len();
    let enough = listed() + 3;
    let looked = async {
        while listed() < enough {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let looked = tokio::time::timeout(Duration::from_secs(20), looked);
    looked.await.expect("it looks no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_webhook_is_found_and_built_once() {
    let model = GithubModel::start();
    let (agent, repo) = asking(&model).await;
    model.lose_deliveries(1, Loss::Failed);
    let sha = repo.push("main", &[("b", "1\n")], "Lost");
    repo.expect_status(&sha, PUSH, "pending").await;
    // Two more looks find nothing.
    looks_twice(&model).await;
    assert_eq!(agent.built().await, ["main created"]);
    let found = agent.ended(1).await;
    let guids: Vec<String> = repo.deliveries().into_iter().map(|one| one.guid).collect();
    assert!(found[0].new.polled && guids.contains(&found[0].new.guid));
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_never_delivered_is_found_by_its_refs() {
    let model = GithubModel::start();
    let (agent, repo) = asking(&model).await;
    model.lose_deliveries(2, Loss::Vanished);
    let repo = repo.by("ann");
    let sha = repo.push("topic", &[("b", "1\n")], "Vanished");
    let pull = repo.open_pull_request("topic", "main", "Vanished, too");
    repo.expect_status(&sha, PUSH, "pending").await;
    repo.expect_status(&pull.head_sha(), PULL, "pending").await;
    looks_twice(&model).await;
    let mut built = agent.built().await;
    built.sort();
    assert_eq!(built, ["#1 created", "topic created"]);
    // GitHub remembers who moved a branch, and who opened a pull request.
    let senders = agent.builds().await.into_iter();
    let senders: Vec<String> = senders.map(|build| build.request.sender).collect();
    assert_eq!(senders, ["ann", "ann"]);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_goes_back_and_forth_unheard_is_built_where_it_stands() {
    let model = GithubModel::start();
    let (agent, repo) = asking(&model).await;
    model.lose_deliveries(100, Loss::Vanished);
    let one = repo.push("main", &[("b", "1\n")], "One");
    repo.expect_status(&one, PUSH, "pending").await;
    let two = repo.push("main", &[("b", "2\n")], "Two");
    repo.expect_status(&two, PUSH, "pending").await;
    // The same moves again and again are news each time.
    for _ in 0..2 {
        for (to, from) in [(&one, &two), (&two, &one)] {
            repo.move_branch("main", to);
            repo.expect_status(to, PUSH, "pending").await;
            repo.expect_status(from, PUSH, "error").await;
        }
    }
    assert_eq!(agent.built().await, ["main canceled", "main started"]);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn four_tags_pushed_at_once_are_all_built() {
    let model = GithubModel::start();
    let (agent, repo) = asking(&model).await;
    let sha = repo.head("main");
    let tags = repo.push_tags(4);
    repo.expect_status(&sha, PUSH, "pending").await;
    agent.ended(4).await;
    let mut built = agent.built().await;
    built.sort();
    let expected: Vec<String> = tags.iter().map(|tag| format!("{tag} created")).collect();
    assert_eq!(built, expected);
    agent.stop().await;
    repo.statuses(&sha);
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_look_builds_nothing_and_later_ones_nothing_old() {
    let model = GithubModel::start();
    let (agent, _repo) = asking(&model).await;
    looks_twice(&model).await;
    assert_eq!(agent.ended(0).await, []);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_gone_keeps_nobody_from_looking_at_the_others() {
    let model = GithubModel::start();
    let poll = Some(Duration::from_millis(200));
    let agent = Agent::start_with(
        &model,
        Ways {
            poll,
            ..Ways::default()
        },
    )
    .await;
    let gone = model.repository("octo/gone");
    agent.add(&gone).await;
    model.hold_deliveries();
    gone.delete();
    let repo = model.repository("octo/hello");
    repo.push("main", &[CONFIG], "Before");
    agent.add(&repo).await;
    looked_at(&agent, &repo).await;
    assert!(
        !agent
            .store
            .was_looked_at(RepositoryId(gone.id))
            .await
            .unwrap()
    );
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_was_hidden_is_hidden_though_nobody_told() {
    let model = GithubModel::start();
    let (agent, repo) = asking(&model).await;
    model.lose_deliveries(1, Loss::Vanished);
    repo.privatize();
    let hidden = async {
        while agent.page("octo/hello").await.0 != 404 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let hidden = tokio::time::timeout(Duration::from_secs(20), hidden);
    hidden.await.expect("it can still be seen");
    agent.stop().await;
    model.finish();
}

/// Statuses must not wait for the next hour because many repositories were looked at.
#[tokio::test(flavor = "multi_thread")]
async fn looking_leaves_requests_for_everything_else_and_goes_round() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let names = ["octo/a", "octo/b", "octo/c", "octo/d", "octo/e", "octo/f"];
    let repos = names.map(|name| model.repository(name));
    for repo in &repos {
        repo.push("main", &[CONFIG], "Before");
        agent.add(repo).await;
    }
    let poller = agent.poller(&model);
    let looked = async || {
        let mut looked = 0;
        for repo in &repos {
            let id = RepositoryId(repo.id);
            looked += usize::from(agent.store.was_looked_at(id).await.unwrap());
        }
        looked
    };
    model.leave_calls(500, Duration::from_secs(3600));
    // Up to four at once, as long as no answer has told how many are left; then one each time.
    let (mut before, mut turns) = (0, 0);
    while before < repos.len() {
        poller.turn(jiff::Timestamp::now()).await.unwrap();
        let now = looked().await;
        assert!((1..=4).contains(&(now - before)), "{before}, then {now}");
        (before, turns) = (now, turns + 1);
    }
    assert!(turns > 1);
    agent.stop().await;
    model.finish();
}
