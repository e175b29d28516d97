//! Deliveries at the door: who is let in, and what comes twice.

use crate::agent::{Agent, CONFIG, PUSH, hello};
use crate::github_model::{GithubModel, Repo};
use crate::outcome;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The body of the repository's last delivery of an event.
fn body(repo: &Repo, event: &str) -> (String, Vec<u8>) {
    let deliveries = repo.deliveries();
    let last = deliveries.iter().rfind(|one| one.event == event).unwrap();
    (last.guid.clone(), last.payload.to_string().into_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_signature_is_refused_and_nothing_is_stored() {
    let (model, agent, repo) = hello().await;
    model.hold_deliveries();
    repo.push("main", &[CONFIG], "Begin");
    let (guid, body) = body(&repo, "push");
    let (status, text) = agent.deliver("push", &guid, &body, "another secret").await;
    assert_eq!(status, 401);
    assert!(!text.contains("octo"), "{text}");
    assert_eq!(agent.ended(0).await, []);
    // A forged delivery must not keep the real one out.
    assert_eq!(agent.take("push", &guid, &body).await, 202);
    repo.expect_status(&repo.head("main"), PUSH, "pending")
        .await;
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_delivery_twenty_times_makes_one_build() {
    let (model, agent, repo) = hello().await;
    model.hold_deliveries();
    let sha = repo.push("main", &[CONFIG], "Begin");
    let (guid, body) = body(&repo, "push");
    let all = (0..20).map(|_| agent.take("push", &guid, &body));
    let mut statuses = futures_util::future::join_all(all).await;
    statuses.sort_unstable();
    assert_eq!(statuses[18..], [200, 202]);
    repo.expect_status(&sha, PUSH, "pending").await;
    // The header is not signed: another GUID is another delivery of the same meaning.
    agent.take("push", "another", &body).await;
    let ends = outcome::all(&agent.ended(2).await);
    assert_eq!(ends, ["push build", "push skipped: build 1 is the same"]);
    assert_eq!(agent.built().await, ["main created"]);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_push_that_is_replayed_changes_nothing() {
    let (model, agent, repo) = hello().await;
    let old = repo.push("main", &[CONFIG], "One");
    repo.expect_status(&old, PUSH, "pending").await;
    let (_, body) = body(&repo, "push");
    let new = repo.push("main", &[("a", "2\n")], "Two");
    repo.expect_status(&new, PUSH, "pending").await;
    repo.expect_status(&old, PUSH, "error").await;
    let before = agent.built().await;
    agent.take("push", "replayed", &body).await;
    agent.ended(4).await;
    assert_eq!(agent.built().await, before);
    let head = agent
        .store
        .head(agent::store::RepositoryId(repo.id), "refs/heads/main");
    assert_eq!(head.await.unwrap(), Some(new));
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_of_a_repository_that_is_not_set_up_is_noted_and_ignored() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    repo.add_hook(&agent.webhook(), crate::agent::SECRET);
    repo.push("main", &[CONFIG], "Begin");
    model.settled().await;
    let ends = outcome::all(&agent.ended(1).await);
    assert!(
        ends.iter().all(|end| end.contains("agent repo add")),
        "{ends:?}"
    );
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_names_the_delivery() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let body = br#"{"zen":"Keep it logically awesome.","hook_id":1}"#;
    let (status, text) = agent
        .deliver("ping", "first", body, crate::agent::SECRET)
        .await;
    let stored = agent.ended(1).await;
    assert_eq!((status, text), (202, format!("{}\n", stored[0].id)));
    let read: Value = serde_json::from_slice(
        &agent
            .store
            .delivery(stored[0].id)
            .await
            .unwrap()
            .unwrap()
            .new
            .body,
    )
    .unwrap();
    assert_eq!(read["hook_id"], 1);
    agent.stop().await;
    model.finish();
}

/// What is answered, while the connection stays open.
async fn first_line(stream: &mut TcpStream) -> String {
    let mut answer = [0; 512];
    let length = stream.read(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer[..length]);
    text.lines().next().unwrap_or_default().to_owned()
}

/// At the real door, with all of the server's layers before it.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_six_megabytes_are_refused_before_they_are_sent_and_others_are_served() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let address = agent.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address.trim_end_matches('/'))
        .await
        .unwrap();
    let head = format!(
        "POST /webhook HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nx-github-event: push\r\nx-github-delivery: large\r\n\
         x-hub-signature-256: sha256={}\r\n\r\n",
        26 << 20,
        "0".repeat(64)
    );
    let body = vec![b' '; 26 << 20];
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(
        first_line(&mut stream).await,
        "HTTP/1.1 413 Payload Too Large"
    );
    // A proxy goes on sending until it sees that, and may see a closed connection first.
    stream.write_all(&body).await.unwrap();
    assert_eq!(agent.take("ping", "small", br#"{"zen":"."}"#).await, 202);
    assert_eq!(agent.ended(1).await.len(), 1);
    agent.stop().await;
    model.finish();
}
