//! The agent's own client and the model understand each other: every call is one that the model
//! knows, and every event is read.

use crate::github_model::GithubModel;
use agent::github::event::Event;
use agent::github::signature::WebhookSecret;
use agent::github::{Client, HookSetup, Mergeable, Options, Slug, TokenSource};
use agent::report::status::{CommitStatus, StatusState};
use jiff::Timestamp;

fn client(model: &GithubModel) -> Client {
    let token = model.token();
    let token = TokenSource::new("the test", move || Ok(token.clone().into()));
    let url = |text: String| text.parse().unwrap();
    Client::new(Options::new(
        url(model.api_url()),
        url(model.web_url()),
        token,
    ))
    .unwrap()
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

#[tokio::test]
async fn it_reads_repositories_files_and_pull_requests() {
    let model = GithubModel::start();
    let (repo, client) = (model.repository("octo/hello"), client(&model));
    let first = repo.push("main", &[("dir/.ci.yml", "script: make")], "One");
    let second = repo.push("feature/x", &[("a b", "1")], "Two");
    repo.push_tag("v1");
    let pull = repo.open_pull_request("feature/x", "main", "Better");
    let merge = pull.merge_commit().await;
    repo.rename("goodbye");
    let name = slug("octo/hello");

    let seen = client.repository(&name).await.unwrap();
    assert_eq!((seen.id.0, seen.slug.as_str()), (repo.id, "octo/goodbye"));
    assert!(seen.access.admin && client.user().await.unwrap().login == "agent-bot");
    let shas = |sha: &str| sha.parse().unwrap();
    let file = client
        .file(&name, &shas(&first), "dir/.ci.yml", 100)
        .await
        .unwrap();
    assert_eq!(file.unwrap(), b"script: make");
    assert_eq!(client.branches(&name).await.unwrap().len(), 2);
    assert_eq!(client.tags(&name).await.unwrap().len(), 1);
    let commit = client.commit(&name, "feature/x").await.unwrap().unwrap();
    assert_eq!(
        (commit.sha.as_str(), commit.message.as_str()),
        (second.as_str(), "Two")
    );
    assert_eq!(client.commit(&name, "nowhere").await.unwrap(), None);
    let changes = client
        .changes(&name, &shas(&first), &shas(&second))
        .await
        .unwrap();
    assert_eq!(changes.paths, ["a b"]);
    let one = client.pull_request(&name, pull.number).await.unwrap();
    assert_eq!(one.trial.mergeable, Mergeable::Yes);
    assert_eq!(one.trial.sha.map(|sha| sha.to_string()), merge);
    assert_eq!(client.open_pull_requests(&name).await.unwrap().len(), 1);
    model.finish();
}

#[tokio::test]
async fn it_sets_up_hooks_statuses_and_protection() {
    let model = GithubModel::start();
    let (repo, client, name) = (
        model.repository("octo/hello"),
        client(&model),
        slug("octo/hello"),
    );
    let sha = repo.push("main", &[("a", "1")], "One");
    let secret = WebhookSecret::new("a secret".to_owned().into()).unwrap();
    let url = "http://127.0.0.1:9/webhook".parse().unwrap();
    let setup = HookSetup {
        url: &url,
        secret: &secret,
    };
    let hook = client.create_hook(&name, &setup).await.unwrap();
    assert!(
        client
            .update_hook(&name, hook.id, &setup)
            .await
            .unwrap()
            .is_as_it_should_be()
    );
    client.ping_hook(&name, hook.id).await.unwrap();
    assert_eq!(model.settled().await.len(), 2);
    let all = client
        .hook_deliveries(&name, hook.id, Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    assert!(all.len() == 2 && !all[0].arrived());
    let body = client
        .hook_delivery_body(&name, hook.id, all[0].id)
        .await
        .unwrap();
    assert!(matches!(
        Event::parse("ping", &body).unwrap(),
        Event::Ping(_)
    ));
    client.redeliver(&name, hook.id, all[0].id).await.unwrap();
    client.delete_hook(&name, hook.id).await.unwrap();
    assert_eq!(client.hooks(&name).await.unwrap(), []);

    let status = CommitStatus {
        context: "ci/push".to_owned(),
        state: StatusState::Success,
        description: "The build passed".to_owned(),
    };
    let commit = sha.parse().unwrap();
    client
        .post_status(&name, &commit, &status, Some(&url))
        .await
        .unwrap();
    assert_eq!(client.statuses(&name, &commit).await.unwrap().len(), 1);
    repo.expect_status(&sha, "ci/push", "success").await;

    for contexts in [["ci/push"], ["ci/pr"]] {
        client
            .require_contexts(&name, "main", &contexts)
            .await
            .unwrap();
    }
    assert_eq!(repo.required_contexts("main"), ["ci/pr", "ci/push"]);
    client
        .unrequire_contexts(&name, "main", &["ci/push"])
        .await
        .unwrap();
    let left = client.protection(&name, "main").await.unwrap().unwrap();
    assert_eq!(left.contexts(), ["ci/pr"]);
    model.finish();
}

#[tokio::test]
async fn it_reads_every_event() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.add_hook("http://127.0.0.1:9/", "s");
    repo.push("main", &[("a", "1")], "One");
    repo.push_annotated_tag("v1", "The first");
    repo.open_pull_request_from_fork("mallory", "patch", &[("b", "1")], "Two");
    repo.delete_tag("v1");
    repo.rename("goodbye");
    repo.transfer("hexa");
    repo.privatize();
    let read: Vec<&str> = repo
        .deliveries()
        .iter()
        .map(
            |it| match Event::parse(&it.event, it.payload.to_string().as_bytes()).unwrap() {
                Event::Push(push) if push.deleted() => "gone",
                Event::Push(_) => "push",
                Event::PullRequest(_) => "pull",
                Event::Created(_) => "made",
                Event::Deleted(_) => "deleted",
                Event::Repository(_) => "repository",
                Event::Ping(_) | Event::Ignored(_) => "ignored",
            },
        )
        .collect();
    let moves = ["repository"; 3];
    let rest = ["push", "made", "push", "made", "pull", "gone", "deleted"];
    assert_eq!(read, [&rest[..], &moves[..]].concat());
}
