//! The server restarts while agents claim and end jobs (reliability R39).

use crate::database::Database;
use crate::postgres_server::Server;
use crate::world::{World, play};
use crate::{asked, pace};
use agent::backend::fake::FakeBackend;
use agent::protocol::JobResult;
use agent::scheduler::State;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_again_and_again_costs_no_job() {
    let server = Server::start(|_| Vec::new());
    let pause = Duration::from_millis(40);
    let engine = FakeBackend::new(move |_, _| play(&["x".to_owned()], pause, JobResult::Passed));
    let other = FakeBackend::new(move |_, _| play(&["x".to_owned()], pause, JobResult::Passed));
    let mut world = World::on(Database::on(&server.url()).await, engine).await;
    world.pace = pace();
    let builds = [
        world.build("one", &[30, 5]).await,
        world.build("two", &[30, 5]).await,
    ];
    let _agents = [world.agent("a"), world.agent_on("b", &other, |_| {})];
    for ended in [5, 20, 40] {
        world
            .until("some jobs", async || {
                asked(&world.engine, "remove") + asked(&other, "remove") >= ended
            })
            .await;
        let server = &server;
        std::thread::scope(|scope| {
            scope.spawn(|| server.restart());
        });
    }
    for build in builds {
        assert_eq!(world.end(build).await, State::Passed);
    }
    let starts = asked(&world.engine, "start") + asked(&other, "start");
    assert_eq!(starts, 70, "each job ran once");
    for build in builds {
        let jobs = world.jobs(build).await;
        assert!(jobs.iter().all(|job| job.attempt.state == State::Passed));
    }
}
