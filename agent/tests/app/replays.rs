//! Deliveries that somebody has kept and sends again (threat T20).

use crate::agent::{CONFIG, PUSH, SECRET, hello};
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_replays_under_names_of_their_own_make_one_build() {
    let (model, agent, repo) = hello().await;
    model.hold_deliveries();
    let sha = repo.push("main", &[CONFIG], "Begin");
    let mut pushes = repo.deliveries().into_iter();
    let push = pushes.rfind(|one| one.event == "push").unwrap();
    let body = push.payload.to_string();
    // The name of a delivery is in a header, which the signature says nothing of.
    let names: Vec<String> = (0..100).map(|number| format!("replay-{number}")).collect();
    for some in names.chunks(10) {
        let sent = some
            .iter()
            .map(|name| agent.deliver("push", name, body.as_bytes(), SECRET));
        for (status, text) in join_all(sent).await {
            assert_eq!(status, 202, "{text}");
        }
    }
    repo.expect_status(&sha, PUSH, "pending").await;
    agent.ended(names.len()).await;
    assert_eq!(agent.built().await, ["main created"]);
    agent.stop().await;
    model.finish();
}

/// It follows on what the branch points to, and would take it where it no longer is.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_from_when_the_branch_once_went_back_cancels_nothing_of_now() {
    let (model, agent, repo) = hello().await;
    let one = repo.push("main", &[CONFIG], "One");
    repo.expect_status(&one, PUSH, "pending").await;
    let two = repo.push("main", &[("a", "2\n")], "Two");
    repo.expect_status(&two, PUSH, "pending").await;
    repo.expect_status(&one, PUSH, "error").await;
    repo.move_branch("main", &one);
    repo.expect_status(&one, PUSH, "pending").await;
    repo.expect_status(&two, PUSH, "error").await;
    let mut pushes = repo.deliveries().into_iter();
    let back = pushes.rfind(|one| one.event == "push").unwrap();
    repo.move_branch("main", &two);
    repo.expect_status(&two, PUSH, "pending").await;
    repo.expect_status(&one, PUSH, "error").await;
    let count = agent.ended(0).await.len();
    let body = back.payload.to_string();
    agent.take("push", "replay", body.as_bytes()).await;
    agent.ended(count + 1).await;
    assert_eq!(agent.built().await, ["main canceled", "main started"]);
    agent.stop().await;
    model.finish();
}

/// Nothing was built of it before, and it follows on what is noted.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_comes_when_it_was_taken_back_is_built_and_cancels_nothing_of_now() {
    let (model, agent, repo) = hello().await;
    let one = repo.push("main", &[CONFIG], "One");
    repo.expect_status(&one, PUSH, "pending").await;
    let count = agent.ended(2).await.len();
    model.hold_deliveries();
    let two = repo.push("main", &[("a", "2\n")], "Two");
    let mut pushes = repo.deliveries().into_iter();
    let late = pushes.rfind(|one| one.event == "push").unwrap();
    repo.move_branch("main", &one);
    let body = late.payload.to_string();
    agent.take("push", &late.guid, body.as_bytes()).await;
    repo.expect_status(&two, PUSH, "error").await;
    agent.ended(count + 1).await;
    assert_eq!(agent.built().await, ["main created", "main canceled"]);
    agent.stop().await;
    repo.statuses(&two);
    model.finish();
}

/// An administrator of the repository can see what was delivered, signature included.
#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_the_operator_has_removed_is_not_built_again_by_an_old_delivery() {
    let (model, agent, repo) = hello().await;
    let id = agent::store::RepositoryId(repo.id);
    let mut stored = agent.store.repository(id).await.unwrap().unwrap();
    let told = format!(
        r#"{{"action":"unarchived","repository":{{"id":{},"full_name":"octo/hello","private":false}}}}"#,
        repo.id
    );
    for (hook, comes_back) in [(Some(7), true), (None, false)] {
        stored.hook = hook;
        stored.active = false;
        agent.put(&stored).await;
        let name = format!("again-{comes_back}");
        agent.take("repository", &name, told.as_bytes()).await;
        agent.ended(1 + usize::from(!comes_back)).await;
        let now = agent.store.repository(id).await.unwrap().unwrap();
        assert_eq!(now.active, comes_back);
    }
    agent.stop().await;
    model.finish();
}
