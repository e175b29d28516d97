//! What the operator asks for on a page.

use crate::agent::{Agent, CONFIG, PULL, PUSH, Ways, hello};
use crate::github_model::Mischief;
use agent::store::{Came, DeliveryOutcome};

#[tokio::test(flavor = "multi_thread")]
async fn a_canceled_build_can_be_restarted() {
    let (model, agent, repo) = hello().await;
    let sha = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&sha, PUSH, "pending").await;
    let restart = "octo/hello/builds/1/restart";
    let (code, why) = agent.form(restart, "jobs=all").await;
    assert!(
        code == 409 && why.contains("has not ended"),
        "{code}: {why}"
    );
    let (code, _) = agent.form("octo/hello/builds/1/cancel", "").await;
    assert_eq!(code, 303);
    repo.expect_status(&sha, PUSH, "error").await;
    for path in ["octo/hello/builds/1/cancel", "octo/hello/jobs/1.1/cancel"] {
        let (code, why) = agent.form(path, "").await;
        assert!(
            code == 409 && why.contains("ended already"),
            "{code}: {why}"
        );
    }
    assert_eq!(agent.form(restart, "jobs=failed").await.0, 303);
    repo.expect_status(&sha, PUSH, "pending").await;
    let jobs = agent.store.jobs(agent.builds().await[0].id).await.unwrap();
    assert_eq!(jobs[0].attempt.number, 2);
    assert_eq!(jobs[0].attempt.asked_by.as_deref(), Some("the operator"));
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_whose_config_was_refused_cannot_be_restarted() {
    let (model, agent, repo) = hello().await;
    let sha = repo.push("main", &[("README", "\n")], "Begin");
    repo.expect_status(&sha, PUSH, "error").await;
    let (code, why) = agent.form("octo/hello/builds/1/restart", "jobs=all").await;
    assert!(code == 409 && why.contains("no .ci.yml"), "{code}: {why}");
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_head_is_built_again_and_another_head_is_not_approved() {
    let (model, agent, repo) = hello().await;
    let main = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&main, PUSH, "pending").await;
    let pull = repo.open_pull_request_from_fork("eve", "fix", &[("a", "1\n")], "Fix");
    let first = pull.head_sha();
    repo.expect_status(&first, PULL, "pending").await;
    let form = |sha: &str| -> &'static str { format!("sha={sha}").leak() };
    let approve = "octo/hello/builds/2/approve";
    assert_eq!(agent.form(approve, form(&first)).await.0, 303);
    assert_eq!(
        agent.form(approve, form(&first)).await.0,
        303,
        "twice does no harm"
    );
    repo.expect_status(&first, PULL, "pending").await;
    let pulls = |built: Vec<String>| built.iter().filter(|one| one.starts_with('#')).count();
    assert_eq!(pulls(agent.built().await), 2);
    // A commit that came after is another one (security T4).
    let second = pull.synchronize(&[("a", "2\n")], "More");
    repo.expect_status(&second, PULL, "pending").await;
    let (code, why) = agent.form(approve, form(&first)).await;
    assert!(
        code == 409 && why.contains("other commits"),
        "{code}: {why}"
    );
    let id = agent::store::RepositoryId(repo.id);
    let approved = agent.store.approvals(id).await.unwrap();
    let heads: Vec<&str> = approved.iter().map(|one| one.head_sha.as_str()).collect();
    assert_eq!(heads, [first.as_str()]);
    agent.stop().await;
    repo.statuses(&first);
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_came_to_an_error_can_be_given_again() {
    let (model, agent, repo) = hello().await;
    let main = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&main, PUSH, "pending").await;
    let pull = repo.open_pull_request_from_fork("eve", "fix", &[("a", "1\n")], "Fix");
    let head = pull.head_sha();
    repo.expect_status(&head, PULL, "pending").await;
    let sha: &'static str = format!("sha={head}").leak();
    let approve = async || agent.form("octo/hello/builds/2/approve", sha).await.0;
    let approvals = async || {
        let all = agent.ended(2).await.into_iter();
        let approvals = all.filter(|one| one.new.came() == Came::Approval);
        approvals
            .map(|one| one.outcome.unwrap())
            .collect::<Vec<_>>()
    };
    // Twice: what follows an error can end in one, too.
    for errors in 1..=2 {
        model.next(1, "GET /repos/*/contents/*", Mischief::Status(410));
        assert_eq!(approve().await, 303);
        let ended = approvals().await;
        let all = ended.iter();
        let of_error = |one: &&DeliveryOutcome| matches!(one, DeliveryOutcome::Error(_));
        assert_eq!(all.filter(of_error).count(), errors, "{ended:?}");
        assert_eq!(ended.len(), errors);
    }
    assert_eq!(approve().await, 303);
    repo.expect_status(&head, PULL, "pending").await;
    assert_eq!(approve().await, 303, "once more does no harm");
    let ended = approvals().await;
    assert!(
        matches!(ended[2..], [DeliveryOutcome::Build(_)]),
        "{ended:?}"
    );
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_ends_under_the_name_that_was_told_pending_and_is_restarted_under_the_present_one()
{
    let (model, agent, repo) = hello().await;
    let sha = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&sha, PUSH, "pending").await;
    let (_data, database) = agent.stop().await;
    let ways = Ways {
        database: Some(database),
        prefix: Some("ci".to_owned()),
        ..Ways::default()
    };
    let agent = Agent::start_with(&model, ways).await;
    assert_eq!(agent.form("octo/hello/builds/1/cancel", "").await.0, 303);
    repo.expect_status(&sha, PUSH, "error").await;
    let restart = "octo/hello/builds/1/restart";
    assert_eq!(agent.form(restart, "jobs=all").await.0, 303);
    repo.expect_status(&sha, "ci/push", "pending").await;
    assert_eq!(agent.form("octo/hello/builds/1/cancel", "").await.0, 303);
    repo.expect_status(&sha, "ci/push", "error").await;
    let told = repo.statuses(&sha).into_iter();
    let told: Vec<String> = told
        .map(|one| format!("{} {}", one.context, one.state))
        .collect();
    let formerly = |state: &str| format!("{PUSH} {state}");
    assert_eq!(
        told,
        [
            formerly("pending"),
            formerly("error"),
            "ci/push pending".into(),
            "ci/push error".into()
        ]
    );
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_without_a_build_is_told_why_under_a_new_name_too() {
    let (model, agent, repo) = hello().await;
    let main = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&main, PUSH, "pending").await;
    let pull = repo.open_pull_request_from_fork("eve", "fix", &[("a", "1\n")], "Fix [skip ci]");
    let head = pull.head_sha();
    let told = repo.expect_status(&head, PULL, "pending").await;
    let (_data, database) = agent.stop().await;
    let ways = Ways {
        database: Some(database),
        prefix: Some("ci".to_owned()),
        ..Ways::default()
    };
    let agent = Agent::start_with(&model, ways).await;
    let again = repo.expect_status(&head, "ci/pr", "pending").await;
    assert_eq!(again.description, told.description);
    agent.stop().await;
    // What a build said stays its own.
    assert_eq!(repo.statuses(&main).len(), 1);
    model.finish();
}
