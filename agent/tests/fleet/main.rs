//! Several agents on one PostgreSQL server, and everything that can come between them. Needs the
//! server's address in `AGENT_TEST_POSTGRES`; `script/test fleet` starts one.

#[path = "../database/mod.rs"]
mod database;
mod lost;
mod many;
mod partition;
#[path = "../postgres_server/mod.rs"]
mod postgres_server;
mod proxy;
mod restart;
#[path = "../daemon_jobs/world/mod.rs"]
mod world;

use agent::backend::fake::FakeBackend;
use agent::queue::{Lease, Pace, Queue};
use database::Database;
use std::sync::Arc;
use std::time::Duration;
use world::World;

/// Leases of six seconds. A healthy agent on a busy machine must not lose one.
fn pace() -> Pace {
    Pace::default().faster(10)
}

/// A world on the server, with leases that end soon.
async fn world(engine: &Arc<FakeBackend>) -> World {
    let mut world = World::on(Database::on_server().await, Arc::clone(engine)).await;
    world.pace = pace();
    world
}

impl World {
    /// Waits until an engine was asked so often for this.
    async fn asked(&self, engine: &FakeBackend, method: &str, times: usize) {
        self.until(&format!("{method} {times} times"), async || {
            asked(engine, method) >= times
        })
        .await;
    }

    /// The only lease that an agent holds.
    async fn lease(&self, agent: &str) -> Lease {
        let held = self.queue(agent).held().await.unwrap();
        assert_eq!(held.len(), 1, "{agent} holds {held:?}");
        held[0].0.clone()
    }

    fn queue(&self, agent: &str) -> Queue {
        Queue::with_pace(self.store.clone(), agent.to_owned(), self.pace)
    }
}

/// How often an engine was asked for this.
fn asked(engine: &FakeBackend, method: &str) -> usize {
    let calls = engine.calls();
    calls.iter().filter(|call| call.starts_with(method)).count()
}

/// Some part of a second.
const MOMENT: Duration = Duration::from_millis(5);
