//! Addresses and names of a payload: none is used (threat T21).

use crate::agent::{CONFIG, PULL, PUSH, hello};
use serde_json::Value;
use std::net::TcpListener;

/// Puts an address in the place of every other one; tells how many there were.
fn bend(value: &mut Value, to: &str) -> usize {
    match value {
        Value::String(text) if text.contains("://") || text.starts_with("git@") => {
            to.clone_into(text);
            1
        }
        Value::Array(list) => list.iter_mut().map(|one| bend(one, to)).sum(),
        Value::Object(map) => map.values_mut().map(|one| bend(one, to)).sum(),
        _ => 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_of_a_payload_is_asked_and_no_name_of_it_believed() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let to = format!("http://{}/trap", trap.local_addr().unwrap());
    let (model, agent, repo) = hello().await;
    model.hold_deliveries();
    let main = repo.push("main", &[CONFIG], "Begin");
    let pull = repo.open_pull_request_from_fork("eve", "fix", &[("a", "1\n")], "Fix");
    for delivery in repo.deliveries() {
        let mut payload = delivery.payload;
        assert!(bend(&mut payload, &to) > 5, "{payload}");
        // The number is what counts; a name can be another's by now.
        payload["repository"]["full_name"] = "eve/evil".into();
        let body = payload.to_string().into_bytes();
        agent.take(&delivery.event, &delivery.guid, &body).await;
    }
    repo.expect_status(&main, PUSH, "pending").await;
    repo.expect_status(&pull.head_sha(), PULL, "pending").await;
    assert_eq!(agent.built().await, ["main created", "#1 created"]);
    for build in agent.builds().await {
        assert_eq!(build.request.slug, "octo/hello");
    }
    let asked = trap.accept();
    assert!(asked.is_err(), "{asked:?}");
    agent.stop().await;
    model.finish();
}
