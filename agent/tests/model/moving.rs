//! Repositories that are renamed, transferred, hidden and deleted.

use crate::client::Client;
use crate::github_model::GithubModel;
use crate::receiver::Receiver;

#[tokio::test]
async fn the_old_name_redirects_to_the_id() {
    let (model, receiver) = (GithubModel::start(), Receiver::start().await);
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "One");
    repo.add_hook(&receiver.url, "s");
    repo.rename("goodbye");
    repo.transfer("hexa");
    let client = Client::new(&model);
    let moved = client.get("/repos/octo/hello/contents/a?ref=main").await;
    let target = format!(
        "{}/repositories/{}/contents/a?ref=main",
        model.api_url(),
        repo.id
    );
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, Some(target.as_str()))
    );
    assert_eq!(client.get(&target).await.json()["path"], "a");
    let post = client
        .call("POST", "/repos/octo/hello/hooks", serde_json::json!({}))
        .await;
    assert_eq!(post.status, 307);
    let git = format!(
        "{}/octo/goodbye.git/info/refs?service=git-upload-pack",
        model.web_url()
    );
    assert!(
        client
            .get(&git)
            .await
            .header("location")
            .unwrap()
            .contains("/hexa/goodbye.git/info/refs?")
    );
    repo.privatize();
    repo.delete();
    assert_eq!(
        client
            .get(&format!("/repositories/{}", repo.id))
            .await
            .status,
        404
    );
    model.settled().await;
    assert_eq!(
        receiver.events(),
        [
            "repository renamed",
            "repository transferred",
            "repository privatized",
            "repository deleted"
        ]
    );
    assert_eq!(
        receiver.inbox()[0].json()["changes"]["repository"]["name"]["from"],
        "hello"
    );
}
