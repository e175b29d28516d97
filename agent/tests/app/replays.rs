//! Deliveries that somebody has kept and sends again (threat T20).

use crate::agent::{Agent, CONFIG, PUSH, SECRET};
use crate::github_model::GithubModel;
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_replays_under_names_of_their_own_make_one_build() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
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
