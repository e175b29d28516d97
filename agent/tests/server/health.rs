//! Whether the agent lives, takes work, and what it counts.

use super::rows::HIDDEN;
use super::world::World;
use agent::scheduler::State;
use axum::http::StatusCode;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

#[tokio::test(start_paused = true)]
async fn readiness_says_in_a_word_what_is_wrong() {
    let world = World::new();
    let ready = async || {
        // An answer is given again for a second.
        tokio::time::advance(std::time::Duration::from_secs(2)).await;
        let answer = world.anybody().get("/readyz").await;
        (answer.status.as_u16(), answer.body)
    };
    let says = |code: u16, word: &str| (code, format!("{word}\n"));
    let set = |part: &AtomicBool, to: bool| part.store(to, SeqCst);
    assert_eq!(ready().await, says(200, "ready"));
    set(&world.parts.too_full, true);
    assert_eq!(ready().await, says(503, "disk"));
    let notice = "Too little space is free on the agent's disks";
    assert!(world.anybody().get("/").await.body.contains(notice));
    set(&world.parts.no_docker, true);
    assert_eq!(ready().await, says(503, "docker"));
    set(&world.parts.no_database, true);
    assert_eq!(ready().await, says(503, "database"));
    set(&world.parts.draining, true);
    assert_eq!(ready().await, says(503, "draining"));
    assert_eq!(world.anybody().get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn figures_are_for_the_operator_and_name_no_repository() {
    let world = World::new();
    world.metrics.build_ended(State::Failed);
    let anybody = world.anybody().get("/metrics").await;
    assert_eq!(anybody.status, StatusCode::NOT_FOUND);
    let figures = world.operator().get("/metrics").await;
    assert!(
        figures
            .body
            .contains("agent_builds_total{state=\"failed\"} 1")
    );
    assert!(!figures.body.contains("octo") && !figures.body.contains(HIDDEN));
    assert!(figures.header("content-type").contains("openmetrics"));
}
