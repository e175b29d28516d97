//! An agent that cannot reach the database, while everybody else can (reliability R38).

use crate::proxy::Proxy;
use crate::world::play;
use crate::{MOMENT, asked, world};
use agent::backend::fake::{FakeBackend, Play};
use agent::daemon::Ask;
use agent::protocol::{JobResult, Record};
use agent::scheduler::State;
use std::sync::Arc;
use std::time::Duration;

/// The first job runs until it is stopped, later ones pass.
fn stuck_once() -> Arc<FakeBackend> {
    let first = std::sync::atomic::AtomicBool::new(true);
    FakeBackend::new(move |_, _| {
        if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
            return Play {
                output: vec![(Duration::ZERO, Record::hello("/bin/sh").encode())],
                ..Play::default()
            };
        }
        play(&["again".to_owned()], MOMENT, JobResult::Passed)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_cut_off_stops_its_job_before_another_takes_it_and_comes_back_by_itself() {
    let other = FakeBackend::new(|_, _| play(&["b".to_owned()], MOMENT, JobResult::Passed));
    let one = stuck_once();
    let world = world(&other).await;
    let proxy = Proxy::start(world.database.url().unwrap()).await;
    let build = world.build("push", &[1]).await;
    let cut_off = world.agent_on("a", &one, |settings| {
        settings.database = agent::store::Location::Postgres(proxy.url().into());
    });
    world.asked(&one, "attach", 1).await;
    let neighbour = world.agent("b");
    proxy.part();
    world.asked(&one, "remove", 1).await;
    assert_eq!(asked(&other, "create"), 0, "both had the job at once");
    assert_eq!(world.end(build).await, State::Passed);
    assert_eq!(world.log("b", &world.jobs(build).await[0]), "b");
    // The connections of before are dead for good, and nobody says so.
    proxy.heal();
    neighbour.lifecycle.ask(Ask::Drain);
    let build = world.build("push again", &[3]).await;
    assert_eq!(world.end(build).await, State::Passed);
    assert_eq!((asked(&one, "create"), asked(&other, "create")), (4, 1));
    drop(cut_off);
}
