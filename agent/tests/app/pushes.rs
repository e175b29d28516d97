//! What a push comes to.

use crate::agent::{Agent, CONFIG, PUSH};
use crate::github_model::GithubModel;
use crate::outcome;
use agent::store::RepositorySettings;

#[tokio::test(flavor = "multi_thread")]
async fn a_push_waits_with_a_status_that_leads_to_its_page() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
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
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
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
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    let sha = repo.push("main", &[("README", "Hello\n")], "Begin");
    let status = repo.expect_status(&sha, PUSH, "error").await;
    let text = status.description.unwrap_or_default();
    assert!(text.contains("script: make test"), "{text}");
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn skip_words_and_filters_build_nothing_and_let_the_commit_pass() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
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
    agent.ended(1).await;
    assert_eq!(agent.built().await, [""; 0]);
    agent.stop().await;
    assert_eq!(repo.statuses(&sha), []);
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_push_cancels_what_has_not_begun() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    let old = repo.push("main", &[CONFIG], "One");
    repo.expect_status(&old, PUSH, "pending").await;
    let new = repo.push("main", &[("a", "2\n")], "Two");
    repo.expect_status(&new, PUSH, "pending").await;
    repo.expect_status(&old, PUSH, "error").await;
    assert_eq!(agent.built().await, ["main canceled", "main created"]);
    agent.stop().await;
    model.finish();
}
