//! The calls that set a repository up: webhooks, what they delivered, and branch protection.

use crate::server::{Server, json, says, slug};
use agent::github::HookSetup;
use agent::github::signature::WebhookSecret;
use agent::store::RepositoryId;
use serde_json::{Value, json};
use url::Url;

fn hook() -> Value {
    json!({"id": 5, "active": true, "events": ["push", "pull_request", "create", "delete", "repository"],
        "config": {"url": "https://ci.example/webhook", "content_type": "json", "secret": "********"}})
}

#[tokio::test]
async fn a_webhook_is_made_listed_changed_and_deleted() {
    let server = Server::start(vec![
        json(201, &hook()),
        json(200, &json!([hook()])),
        json(200, &hook()),
        says(204, &[], ""),
        json(404, &json!({})),
        says(204, &[], ""),
    ])
    .await;
    let client = server.client();
    let url = Url::parse("https://ci.example/webhook").expect("a URL");
    let secret = WebhookSecret::new("hunter2".into()).expect("a secret");
    let setup = HookSetup {
        url: &url,
        secret: &secret,
    };
    assert!(!format!("{setup:?}").contains("hunter2"));
    assert!(
        client
            .create_hook(&slug(), &setup)
            .await
            .expect("made")
            .is_as_it_should_be()
    );
    assert_eq!(client.hooks(&slug()).await.expect("a list")[0].id, 5);
    client
        .update_hook(&slug(), 5, &setup)
        .await
        .expect("changed");
    client.delete_hook(&slug(), 5).await.expect("deleted");
    client
        .delete_hook(&slug(), 5)
        .await
        .expect("it is gone either way");
    client.ping_hook(&slug(), 5).await.expect("pinged");
    let asked = server.asked();
    let lines: Vec<_> = asked.iter().map(|asked| asked.line()).collect();
    assert_eq!(
        lines,
        [
            "POST /api/v3/repos/o/r/hooks",
            "GET /api/v3/repos/o/r/hooks?per_page=100&page=1",
            "PATCH /api/v3/repos/o/r/hooks/5",
            "DELETE /api/v3/repos/o/r/hooks/5",
            "DELETE /api/v3/repos/o/r/hooks/5",
            "POST /api/v3/repos/o/r/hooks/5/pings",
        ]
    );
    let config = json!({"url": "https://ci.example/webhook", "content_type": "json",
        "secret": "hunter2", "insecure_ssl": "0"});
    let events = ["push", "pull_request", "create", "delete", "repository"];
    assert_eq!(
        asked[0].body,
        json!({"name": "web", "active": true, "events": events, "config": config})
    );
    assert_eq!(
        asked[2].body,
        json!({"active": true, "events": events, "config": config})
    );
}

#[test]
fn a_webhook_that_delivers_forms_or_too_little_is_not_as_it_should_be() {
    let good = agent::github::Hook {
        id: 1,
        url: "https://ci.example/webhook".to_owned(),
        active: true,
        events: vec!["*".to_owned()],
        content_type: "json".to_owned(),
    };
    assert!(good.is_as_it_should_be());
    for bad in [
        agent::github::Hook {
            active: false,
            ..good.clone()
        },
        agent::github::Hook {
            content_type: "form".to_owned(),
            ..good.clone()
        },
        agent::github::Hook {
            events: vec!["push".to_owned()],
            ..good
        },
    ] {
        assert!(!bad.is_as_it_should_be(), "{bad:?}");
    }
}

fn delivered(id: u64, at: &str, status: u16) -> Value {
    json!({"id": id, "guid": format!("g{id}"), "delivered_at": at, "redelivery": false, "duration": 0.1,
        "status": "x", "status_code": status, "event": "push", "action": null, "repository_id": 7})
}

#[tokio::test]
async fn deliveries_are_read_back_to_a_time_by_cursor() {
    let first = json!([
        delivered(9, "2026-01-01T00:00:09Z", 200),
        delivered(8, "2026-01-01T00:00:08.5Z", 0)
    ]);
    let second = json!([
        delivered(7, "2026-01-01T00:00:07Z", 502),
        delivered(3, "2026-01-01T00:00:03Z", 200)
    ]);
    let next = |cursor: &str| {
        format!("<http://elsewhere.example/x?cursor={cursor}&per_page=100>; rel=\"next\"")
    };
    let server = Server::start(vec![
        says(200, &[("link", &next("v1_1"))], &first.to_string()),
        says(200, &[("link", &next("v1_2"))], &second.to_string()),
    ])
    .await;
    let since = "2026-01-01T00:00:05Z".parse().expect("a time");
    let found = server
        .client()
        .hook_deliveries(&slug(), 5, since)
        .await
        .expect("a list");
    let ids: Vec<_> = found
        .iter()
        .map(|delivery| (delivery.id, delivery.arrived()))
        .collect();
    assert_eq!(ids, [(9, true), (8, false), (7, false)]);
    assert_eq!(found[0].repository_id, Some(RepositoryId(7)));
    assert_eq!(
        server.lines(),
        [
            "GET /api/v3/repos/o/r/hooks/5/deliveries?per_page=100",
            "GET /api/v3/repos/o/r/hooks/5/deliveries?per_page=100&cursor=v1_1",
        ]
    );
}

#[tokio::test]
async fn the_body_of_a_delivery_can_be_had_again() {
    let deep = format!(
        r#"{{"request":{{"payload":{}{}}}}}"#,
        "[".repeat(500),
        "]".repeat(500)
    );
    let server = Server::start(vec![
        says(200, &[], r#"{"id":9,"request":{"headers":{},"payload":{"ref": "refs/heads/x",  "n":1.50}},"response":{}}"#),
        says(200, &[], &deep),
        json(202, &json!({})),
    ]).await;
    let client = server.client();
    let body = client
        .hook_delivery_body(&slug(), 5, 9)
        .await
        .expect("a body");
    assert_eq!(body, br#"{"ref": "refs/heads/x",  "n":1.50}"#);
    let error = client
        .hook_delivery_body(&slug(), 5, 9)
        .await
        .expect_err("too deep");
    assert!(error.to_string().contains("recursion"), "{error}");
    client.redeliver(&slug(), 5, 9).await.expect("asked for");
    assert_eq!(
        server.lines()[2],
        "POST /api/v3/repos/o/r/hooks/5/deliveries/9/attempts"
    );
}

#[tokio::test]
async fn contexts_are_required_beside_what_is_there() {
    let not_protected = || json(404, &json!({"message": "Branch not protected"}));
    let protected = |contexts: &[&str]| {
        json(
            200,
            &json!({"required_status_checks":
        {"strict": true, "contexts": contexts}, "enforce_admins": {"enabled": true}}),
        )
    };
    let only_admins = json(200, &json!({"enforce_admins": {"enabled": true}}));
    let done = || json(200, &json!({}));
    let server = Server::start(vec![
        not_protected(),
        done(),
        protected(&["lint"]),
        done(),
        protected(&["lint", "ci/pr"]),
        only_admins,
        done(),
        protected(&["lint", "ci/pr"]),
        done(),
        protected(&["lint"]),
        not_protected(),
    ])
    .await;
    let client = server.client();
    for _ in 0..4 {
        client
            .require_contexts(&slug(), "feature/x", &["ci/pr"])
            .await
            .expect("required");
    }
    for _ in 0..3 {
        client
            .unrequire_contexts(&slug(), "feature/x", &["ci/pr"])
            .await
            .expect("not required");
    }
    let asked = server.asked();
    let at = "/api/v3/repos/o/r/branches/feature%2Fx/protection";
    let writes: Vec<_> = asked
        .iter()
        .filter(|asked| asked.method != "GET")
        .map(|asked| (asked.line().replace(at, ""), asked.body.clone()))
        .collect();
    let whole = |admins: bool| {
        json!({"required_status_checks": {"strict": false, "contexts": ["ci/pr"]},
        "enforce_admins": admins, "required_pull_request_reviews": null, "restrictions": null})
    };
    let list = json!({"contexts": ["ci/pr"]});
    assert_eq!(
        writes,
        [
            ("PUT ".to_owned(), whole(false)),
            (
                "POST /required_status_checks/contexts".to_owned(),
                list.clone()
            ),
            ("PUT ".to_owned(), whole(true)),
            ("DELETE /required_status_checks/contexts".to_owned(), list),
        ]
    );
    assert_eq!(asked[0].line(), format!("GET {at}"));
}
