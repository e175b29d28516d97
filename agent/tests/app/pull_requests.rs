//! What a pull request comes to.

use crate::agent::{CONFIG, PULL, PUSH, hello};
use crate::outcome;

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_is_told_on_its_head_and_cannot_be_merged_before_it_passes() {
    let (model, agent, repo) = hello().await;
    let main = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&main, PUSH, "pending").await;
    repo.protect("main", &[PULL]);
    let head = repo.push("topic", &[("a", "1\n")], "Add a");
    let pull = repo.open_pull_request("topic", "main", "Add a");
    repo.expect_status(&head, PULL, "pending").await;
    repo.expect_status(&head, PUSH, "pending").await;
    pull.merge().await.unwrap_err();
    let mut built = agent.builds().await.into_iter();
    let built = built.find(|build| build.request.pull_request.is_some());
    let request = built.unwrap().request;
    assert_eq!(Some(request.sha), pull.merge_commit().await);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn skip_words_of_the_head_build_nothing() {
    let (model, agent, repo) = hello().await;
    let main = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&main, PUSH, "pending").await;
    let head = repo.push("topic", &[("a", "1\n")], "Add a [ci skip]");
    repo.open_pull_request("topic", "main", "Add a");
    // Two pushes, two new branches, and the pull request.
    let ends = outcome::all(&agent.ended(5).await);
    let pull = ends.iter().find(|end| end.starts_with("pull_request"));
    let pull = pull.unwrap();
    assert!(
        pull.contains("skipped") && pull.contains("[ci skip]"),
        "{pull}"
    );
    assert_eq!(agent.built().await, ["main created"]);
    // Asked to pass without having run, a pull request stays open (decision 29).
    repo.expect_status(&head, PULL, "pending").await;
    repo.expect_status(&head, PUSH, "success").await;
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_an_error_on_the_head() {
    let (model, agent, repo) = hello().await;
    let base = repo.push("main", &[CONFIG, ("a", "0\n")], "Begin");
    repo.expect_status(&base, PUSH, "pending").await;
    let head = repo.push("topic", &[("a", "1\n")], "One");
    repo.expect_status(&head, PUSH, "pending").await;
    let main = repo.push("main", &[("a", "2\n")], "Two");
    repo.expect_status(&main, PUSH, "pending").await;
    repo.open_pull_request("topic", "main", "One");
    let status = repo.expect_status(&head, PULL, "error").await;
    let text = status.description.unwrap_or_default();
    assert!(text.contains("conflicts with main"), "{text}");
    agent.stop().await;
    repo.statuses(&base);
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_is_built_as_one_and_told_in_the_repository() {
    let (model, agent, repo) = hello().await;
    let main = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&main, PUSH, "pending").await;
    let pull = repo.open_pull_request_from_fork("eve", "fix", &[("a", "1\n")], "Fix");
    repo.expect_status(&pull.head_sha(), PULL, "pending").await;
    let builds = agent.builds().await;
    let request = &builds[1].request;
    assert!(agent::policy::needs_approval(request));
    agent.stop().await;
    model.finish();
}

/// The base may have moved, and GitHub makes another trial merge each time.
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_goes_back_runs_what_was_canceled_for_its_newer_head() {
    let (model, agent, repo) = hello().await;
    let main = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&main, PUSH, "pending").await;
    let pull = repo.open_pull_request_from_fork("eve", "fix", &[("a", "1\n")], "Fix");
    let first = pull.head_sha();
    repo.expect_status(&first, PULL, "pending").await;
    let second = pull.synchronize(&[("a", "2\n")], "Fix more");
    repo.expect_status(&second, PULL, "pending").await;
    repo.expect_status(&first, PULL, "error").await;
    pull.go_back(&first);
    repo.expect_status(&first, PULL, "pending").await;
    repo.expect_status(&second, PULL, "error").await;
    let built = agent.built().await;
    assert_eq!(built, ["main created", "#1 started", "#1 canceled"]);
    agent.stop().await;
    model.finish();
}
