//! Branch protection by the API.

use crate::client::Client;
use crate::github_model::GithubModel;
use serde_json::{Value, json};

const PATH: &str = "/repos/octo/hello/branches/main/protection";

#[tokio::test]
async fn required_contexts_are_added_and_taken_away() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "One");
    let client = Client::new(&model);
    let none = client.get(PATH).await;
    assert_eq!(
        (none.status, none.text.contains("Branch not protected")),
        (404, true)
    );
    assert_eq!(
        client
            .call("PUT", PATH, json!({ "enforce_admins": true }))
            .await
            .status,
        422
    );
    let whole = json!({
        "required_status_checks": { "strict": true, "contexts": ["continuous-integration/travis-ci/pr"] },
        "enforce_admins": true,
        "required_pull_request_reviews": { "required_approving_review_count": 2 },
        "restrictions": { "users": ["octo"], "teams": [] },
        "allow_deletions": true,
    });
    assert_eq!(client.call("PUT", PATH, whole).await.status, 200);
    let seen = client.get(PATH).await.json();
    assert_eq!(
        seen["required_status_checks"]["checks"][0]["context"],
        "continuous-integration/travis-ci/pr"
    );
    assert_eq!(
        seen["required_pull_request_reviews"]["required_approving_review_count"],
        2
    );
    assert_eq!(
        client.get("/repos/octo/hello/branches/main").await.json()["protected"],
        true
    );

    assert_eq!(seen["restrictions"]["users"][0]["login"], "octo");
    let on = |name: &str| seen[name]["enabled"] == true;
    assert!(on("allow_deletions") && on("enforce_admins") && !on("allow_force_pushes"));

    let contexts = format!("{PATH}/required_status_checks/contexts");
    let added = client
        .call("POST", &contexts, json!({ "contexts": ["ci/push"] }))
        .await;
    assert_eq!(
        added.json(),
        json!(["ci/push", "continuous-integration/travis-ci/pr"])
    );
    let bare = client.call("DELETE", &contexts, json!(["ci/push"])).await;
    assert_eq!(bare.json(), json!(["continuous-integration/travis-ci/pr"]));
    let checks = format!("{PATH}/required_status_checks");
    let patched = client
        .call(
            "PATCH",
            &checks,
            json!({ "checks": [{ "context": "ci/pr" }] }),
        )
        .await;
    assert_eq!(
        (&patched.json()["contexts"], &patched.json()["strict"]),
        (&json!(["ci/pr"]), &json!(true))
    );
    assert_eq!(repo.required_contexts("main"), ["ci/pr"]);
    assert_eq!(
        client.call("DELETE", &checks, Value::Null).await.status,
        204
    );
    assert_eq!(client.get(&checks).await.status, 404);
    assert_eq!(client.call("DELETE", PATH, Value::Null).await.status, 204);
    assert_eq!(
        client
            .get("/repos/octo/hello/branches/nowhere/protection")
            .await
            .status,
        404
    );
}
