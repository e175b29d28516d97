//! Making repositories by the API.

use crate::client::Client;
use crate::github_model::{GithubModel, Level, Token};
use serde_json::json;

#[tokio::test]
async fn one_belongs_to_the_tokens_owner_or_to_an_organisation() {
    let model = GithubModel::start();
    let client = Client::with(&model, Some(model.add_token(Token::new("me", "octo"))));
    let body = json!({ "name": "hello", "auto_init": true });
    let made = client.call("POST", "/user/repos", body).await;
    let url = format!("{}/repos/octo/hello", model.api_url());
    assert_eq!((made.status, made.header("location")), (201, Some(&*url)));
    assert_eq!(made.json()["full_name"], "octo/hello");
    let repo = model.existing("octo/hello").unwrap();
    let readme = client.get("/repos/octo/hello/contents/README.md").await;
    assert_eq!((readme.status, repo.head("main").len()), (200, 40));

    let body = json!({ "name": "quiet", "private": true });
    let made = client.call("POST", "/orgs/team/repos", body).await;
    assert_eq!((made.status, &made.json()["private"]), (201, &json!(true)));
    let stranger = Client::with(&model, None).get("/repos/team/quiet").await;
    assert_eq!(stranger.status, 404);
}

#[tokio::test]
async fn names_that_are_taken_or_none_and_callers_who_may_not_are_refused() {
    let model = GithubModel::start();
    model.repository("octo/hello");
    let token = |token: Token| Client::with(&model, Some(model.add_token(token)));
    let owner = token(Token::new("me", "octo"));
    let reader = token(Token::new("reader", "octo").with("administration", Level::Read));
    let nobody = Client::with(&model, None);
    for (client, name, status, reason) in [
        (&owner, "Hello", 422, "name already exists on this account"),
        (&owner, "a/b", 422, "name is invalid"),
        (&reader, "new", 403, "Resource not accessible"),
        (&nobody, "new", 401, "Requires authentication"),
    ] {
        let body = json!({ "name": name });
        let refused = client.call("POST", "/user/repos", body).await;
        assert_eq!(refused.status, status, "{name}");
        assert!(refused.text.contains(reason), "{}", refused.text);
    }
    assert_eq!(
        owner.call("POST", "/user/repos", json!({})).await.status,
        422
    );
}
