//! SIGHUP: new settings come into force while the daemon runs (reliability R50).

use crate::agent::{Agent, CONFIG, OPERATOR, PUSH, SECRET, hello};
use crate::github_model::GithubModel;
use agent::settings::{Finding, Severity};

const OTHER: &str = "another-secret-of-webhooks";
const PING: &[u8] = br#"{"zen":"Speak like a human.","hook_id":1}"#;

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_changed_without_a_restart() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let deliver =
        async |guid: &str, secret: &str| agent.deliver("ping", guid, PING, secret).await.0;
    assert_eq!(deliver("1", SECRET).await, 202);
    assert_eq!(deliver("2", OTHER).await, 401);
    // Both for a while, and then the new one alone.
    agent.change(|settings| {
        settings.github.webhook_secrets = vec![OTHER.into(), SECRET.into()];
    });
    assert_eq!(deliver("3", SECRET).await, 202);
    assert_eq!(deliver("4", OTHER).await, 202);
    agent.change(|settings| settings.github.webhook_secrets = vec![OTHER.into()]);
    assert_eq!(deliver("5", SECRET).await, 401);
    assert_eq!(deliver("6", OTHER).await, 202);

    agent.change(|settings| settings.operator_token = Some("the-next-operators-token".into()));
    let former = agent.page_with("deliveries", OPERATOR).await.0;
    let present = agent
        .page_with("deliveries", "the-next-operators-token")
        .await
        .0;
    assert_eq!((former, present), (403, 200));
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_with_a_mistake_leave_the_former_ones_in_force() {
    let (model, agent, repo) = hello().await;
    agent.reload.now(&|| {
        Err(vec![Finding {
            severity: Severity::Error,
            message: "agent.yml:2:9: jobs.pids must be at least 16".to_owned(),
            hint: None,
        }])
    });
    let sha = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&sha, PUSH, "pending").await;
    agent.stop().await;
    model.finish();
}
