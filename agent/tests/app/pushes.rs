//! What a push comes to.

use crate::agent::{Agent, CONFIG, PUSH, hello};
use crate::github_model::{GithubModel, Repo};
use crate::outcome;
use agent::conduct;
use agent::scheduler::{Event, State};
use agent::store::RepositorySettings;
use jiff::Timestamp;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_push_waits_with_a_status_that_leads_to_its_page() {
    let (model, agent, repo) = hello().await;
    let sha = repo.push("main", &[CONFIG], "Begin");
    let status = repo.expect_status(&sha, PUSH, "pending").await;
    let target = status.target_url.unwrap_or_default();
    assert_eq!(target, format!("{}octo/hello/builds/1", agent.url));
    let (code, page) = agent.page("octo/hello/builds/1").await;
    assert_eq!(code, 200);
    let commit = format!("{}/octo/hello/commit/{sha}", model.web_url());
    assert!(page.contains(&commit), "{page}");
    assert_eq!(agent.page("readyz").await, (200, "ready\n".to_owned()));
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_config_is_an_error_with_its_line() {
    let (model, agent, repo) = hello().await;
    let broken = (".ci.yml", "script: make\njobs:\n  include: [\n");
    let sha = repo.push("main", &[broken], "Break");
    let status = repo.expect_status(&sha, PUSH, "error").await;
    let text = status.description.unwrap_or_default();
    assert!(text.starts_with(".ci.yml:"), "{text}");
    assert_eq!(agent.built().await, ["main errored"]);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_config_is_an_error_that_says_how_to_start() {
    let (model, agent, repo) = hello().await;
    let sha = repo.push("main", &[("README", "Hello\n")], "Begin");
    let status = repo.expect_status(&sha, PUSH, "error").await;
    let text = status.description.unwrap_or_default();
    assert!(text.contains("script: make test"), "{text}");
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn skip_words_and_filters_build_nothing_and_let_the_commit_pass() {
    let (model, agent, repo) = hello().await;
    let config = (".ci.yml", "script: make\nbranches:\n  only: main\n");
    let skipped = repo.push("main", &[config], "Typo [skip ci]");
    repo.expect_status(&skipped, PUSH, "success").await;
    let other = repo.push("topic", &[("a", "1\n")], "Try");
    repo.expect_status(&other, PUSH, "success").await;
    let ends = outcome::all(&agent.ended(3).await);
    assert!(ends.iter().any(|end| end.contains("[skip ci]")), "{ends:?}");
    assert!(ends.iter().any(|end| end.contains("branch")), "{ends:?}");
    assert_eq!(agent.built().await, [""; 0]);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_may_build_no_pushes() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    let settings = RepositorySettings {
        build_pushes: false,
        ..RepositorySettings::default()
    };
    agent.add_with(&repo, settings).await;
    let sha = repo.push("main", &[CONFIG], "Begin");
    // The push, and that the branch is new.
    agent.ended(2).await;
    assert_eq!(agent.built().await, [""; 0]);
    agent.stop().await;
    assert_eq!(repo.statuses(&sha), []);
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_push_cancels_what_has_not_begun() {
    let (model, agent, repo) = hello().await;
    let old = repo.push("main", &[CONFIG], "One");
    repo.expect_status(&old, PUSH, "pending").await;
    let new = repo.push("main", &[("a", "2\n")], "Two");
    repo.expect_status(&new, PUSH, "pending").await;
    repo.expect_status(&old, PUSH, "error").await;
    assert_eq!(agent.built().await, ["main canceled", "main created"]);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_goes_back_is_built_again_once_the_last_canceled_jobs_have_ended() {
    let (model, agent, repo) = hello().await;
    let two_jobs = (".ci.yml", "script: make\nenv: [A=1, A=2]\n");
    let old = repo.push("main", &[two_jobs], "One");
    repo.expect_status(&old, PUSH, "pending").await;
    let id = agent.builds().await[0].id;
    let tell = async |event| {
        let now = Timestamp::now();
        let told = conduct::apply(&agent.store, "continuous-integration/agent", id, event, now);
        told.await.unwrap().unwrap();
    };
    tell(Event::Begin).await;
    tell(Event::JobStarted(1)).await;
    let new = repo.push("main", &[("a", "2\n")], "Two");
    repo.expect_status(&new, PUSH, "pending").await;
    assert_eq!(agent.built().await, ["main started", "main created"]);
    let all = agent.ended(3).await.len();
    repo.move_branch("main", &old);
    let patience = Instant::now() + Duration::from_secs(30);
    let waits = async || {
        let newest = agent
            .store
            .deliveries(None, None, 1)
            .await
            .unwrap()
            .remove(0);
        newest
            .last_error
            .is_some_and(|error| error.contains("still has to end"))
    };
    while !waits().await {
        assert!(Instant::now() < patience, "{:?}", agent.built().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tell(Event::JobEnded(1, State::Passed)).await;
    assert_eq!(
        outcome::all(&agent.ended(all + 1).await)[all],
        "push skipped: build 1 is the same"
    );
    // What was restarted is under way from then on.
    assert_eq!(agent.built().await, ["main started", "main canceled"]);
    end_with(&repo, [(&old, "pending"), (&new, "error")]).await;
    // And forth again.
    repo.move_branch("main", &new);
    agent.ended(all + 2).await;
    assert_eq!(agent.built().await, ["main canceled", "main started"]);
    end_with(&repo, [(&old, "error"), (&new, "pending")]).await;
    agent.stop().await;
    model.finish();
}

/// Waits until the newest statuses of commits are these, whatever was said in between.
async fn end_with(repo: &Repo, wanted: [(&str, &str); 2]) {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let newest = |sha: &str| repo.statuses(sha).last().map(|status| status.state.clone());
        let is = |(sha, state): (&str, &str)| newest(sha).as_deref() == Some(state);
        if wanted.into_iter().all(is) {
            return;
        }
        assert!(Instant::now() < patience, "{wanted:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
