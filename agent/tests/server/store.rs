//! The same pages over a real database.

use super::rows;
use super::world::{URL, World};
use agent::groups::Groups;
use agent::store::{Location, NewBuild, NewDelivery, Store, Stored};
use axum::Router;
use axum::http::StatusCode;
use schema::source::Source;
use schema::{Outcome, Sources};
use std::sync::Arc;
use tempfile::TempDir;

const CONFIG: &str = "stages: [test, release]\njobs:\n  include:\n  - {stage: test, script: make}\n  \
                      - {stage: release, script: make release}\n";

/// A database with one public repository, one private one, and a build of each.
async fn store(folder: &TempDir) -> Store {
    let location = Location::Sqlite(folder.path().join("agent.db"));
    let store = Store::open(&location).await.unwrap();
    for repository in rows::rows().repositories {
        store
            .put_repository(&repository, rows::at(0))
            .await
            .unwrap();
        let delivery = NewDelivery {
            guid: format!("guid-{}", repository.id),
            event: "push".to_owned(),
            repository: Some(repository.id),
            body: b"{}".to_vec(),
            polled: false,
            received: rows::at(0),
        };
        let Stored::New(delivery) = store.put_delivery(delivery).await.unwrap() else {
            panic!("it is new");
        };
        let request = rows::request("main", "Say hello");
        let compiled = schema::compile(&Sources::new(Source::new(".ci.yml", CONFIG)), &request);
        let Outcome::Plan(plan) = compiled.outcome else {
            panic!("{:?}", compiled.diagnostics);
        };
        let build = NewBuild {
            repository: repository.id,
            delivery: Some(delivery),
            meaning: "push refs/heads/main 1".to_owned(),
            status_sha: request.sha.clone(),
            request,
            sources: vec![(".ci.yml".to_owned(), CONFIG.to_owned())],
            plan: Some(plan),
            skipped: Vec::new(),
            groups: Groups::default(),
            refused: None,
            status: None,
        };
        let made = store.create_build(&build, rows::at(1)).await.unwrap();
        assert_eq!(made.map(|made| made.number), Some(1));
    }
    store
}

#[tokio::test]
async fn pages_read_what_the_store_holds_and_change_none_of_it() {
    let folder = TempDir::new().unwrap();
    let store = store(&folder).await;
    let reader = Arc::new(store.clone());
    let world = World::reading(URL, Router::new(), Some(reader));
    let all = world.anybody().get("/").await;
    assert!(all.body.contains("/octo/hello/builds/1"), "{}", all.body);
    assert!(!all.body.contains(rows::HIDDEN), "{}", all.body);
    for path in [
        "/octo/hello?branch=main&state=created",
        "/octo/hello/builds/1",
        "/octo/hello/jobs/1.2",
        "/octo/hello/deliveries",
    ] {
        let answer = world.anybody().get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(
            answer.body.contains("Say hello") || answer.body.contains("built"),
            "{path}"
        );
        let private = path.replace("hello", rows::HIDDEN);
        let hidden = world.anybody().get(&private).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{private}");
        let operator = world.operator().get(&private).await;
        assert_eq!(operator.status, StatusCode::OK, "{private}");
    }
    let build = world.anybody().get("/octo/hello/builds/1").await.main();
    assert!(build.contains("Stage <bdi>release</bdi>"), "{build}");
    let left = store.unfinished_builds().await.unwrap();
    let states = left.iter().map(|build| build.state.as_str());
    assert_eq!(states.collect::<Vec<_>>(), ["created", "created"]);
}
