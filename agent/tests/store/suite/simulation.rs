//! Two agents, a clock that is turned by hand, and everything that can happen in any order.

use super::TestClock;
use super::make::{at, begun, event, held_event, repository};
use crate::database::Database;
use agent::queue::{Expired, FENCE, Lease, Limits, Queue};
use agent::scheduler::{Event, State};
use agent::store::{JobId, Store};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
enum Act {
    Claim(usize),
    Start(usize),
    Deploy(usize),
    End(usize),
    Renew(usize),
    /// The agent's process is gone, and what it knew with it.
    Crash(usize),
    /// Its new process finds its leases.
    TakeUp(usize),
    Expire(usize),
    Turn(u64),
}

fn any_act() -> impl Strategy<Value = Act> {
    let agent = 0..2usize;
    prop_oneof![
        4 => agent.clone().prop_map(Act::Claim),
        4 => agent.clone().prop_map(Act::Start),
        1 => agent.clone().prop_map(Act::Deploy),
        3 => agent.clone().prop_map(Act::End),
        3 => agent.clone().prop_map(Act::Renew),
        1 => agent.clone().prop_map(Act::Crash),
        1 => agent.clone().prop_map(Act::TakeUp),
        2 => agent.prop_map(Act::Expire),
        3 => (1..40u64).prop_map(Act::Turn),
    ]
}

const LIMITS: Limits = Limits {
    agent: 3,
    repository: Some(3),
};

/// What an agent believes.
struct Agent {
    queue: Queue,
    /// Its leases, whether their jobs began, and when it last knew them to be its own.
    held: Vec<(Lease, bool, Duration)>,
}

struct World {
    store: Store,
    clock: TestClock,
    agents: Vec<Agent>,
    begins: BTreeMap<JobId, u32>,
    deploys: BTreeMap<JobId, u32>,
    ended: BTreeSet<JobId>,
}

impl World {
    async fn act(&mut self, act: Act) {
        let now = self.clock.now();
        match act {
            Act::Turn(seconds) => self.clock.turn(Duration::from_secs(seconds)),
            Act::Claim(agent) => {
                let agent = &mut self.agents[agent];
                if let Some((lease, _)) = agent.queue.claim(LIMITS).await.unwrap() {
                    agent.held.push((lease, false, now));
                }
            }
            Act::Start(agent) => {
                let waiting = self.agents[agent].held.iter_mut().find(|held| !held.1);
                let Some((lease, began, _)) = waiting else {
                    return;
                };
                *began = true;
                let number = number(&self.store, lease).await;
                if held_event(&self.store, lease, 0, Event::JobStarted(number))
                    .await
                    .is_some()
                {
                    *self.begins.entry(lease.job).or_default() += 1;
                }
            }
            Act::Deploy(agent) => {
                let held = self.agents[agent].held.iter().find(|held| held.1);
                let Some((lease, ..)) = held else { return };
                // A job asks once: the phase is noted when the first answer is yes.
                let before = self.deploys.get(&lease.job).copied().unwrap_or(0);
                if before == 0 && self.agents[agent].queue.deploying(lease).await.unwrap() {
                    self.deploys.insert(lease.job, before + 1);
                }
            }
            Act::End(agent) => {
                let held = &mut self.agents[agent].held;
                let Some(at) = held.iter().position(|held| held.1) else {
                    return;
                };
                let (lease, ..) = held.remove(at);
                self.end(&lease).await;
            }
            Act::Renew(agent) => {
                let agent = &mut self.agents[agent];
                let leases: Vec<Lease> = agent.held.iter().map(|held| held.0.clone()).collect();
                let gone = agent.queue.renew(&leases).await.unwrap();
                agent.held.retain(|held| !gone.contains(&held.0));
                agent.held.iter_mut().for_each(|held| held.2 = now);
            }
            Act::Crash(agent) => self.agents[agent].held.clear(),
            Act::TakeUp(agent) => {
                let agent = &mut self.agents[agent];
                let found = agent.queue.held().await.unwrap();
                let began = |state| state == State::Started;
                let found = found
                    .into_iter()
                    .map(|(lease, job)| (lease, began(job.attempt.state), now));
                agent.held = found.collect();
                Box::pin(self.act_renew_all()).await;
            }
            Act::Expire(agent) => {
                for expired in self.agents[agent].queue.expire(at(0)).await.unwrap() {
                    if let Expired::Lost(lease) = expired {
                        let number = number(&self.store, &lease).await;
                        event(&self.store, lease.build, 0, Event::JobLost(number)).await;
                        self.ended.insert(lease.job);
                    }
                }
            }
        }
        self.check().await;
    }

    async fn act_renew_all(&mut self) {
        for agent in 0..self.agents.len() {
            let known: Vec<Lease> = self.agents[agent]
                .held
                .iter()
                .map(|held| held.0.clone())
                .collect();
            let gone = self.agents[agent].queue.renew(&known).await.unwrap();
            let now = self.clock.now();
            let held = &mut self.agents[agent].held;
            held.retain(|held| !gone.contains(&held.0));
            held.iter_mut().for_each(|held| held.2 = now);
        }
    }

    async fn end(&mut self, lease: &Lease) {
        let end = Event::JobEnded(number(&self.store, lease).await, State::Passed);
        if held_event(&self.store, lease, 0, end).await.is_some() {
            assert!(self.ended.insert(lease.job), "{lease:?} ended twice");
        }
    }

    /// What holds at every moment.
    async fn check(&mut self) {
        let now = self.clock.now();
        let mut believed = BTreeSet::new();
        for agent in &mut self.agents {
            // Who could not renew for so long stops its job (reliability P5).
            agent.held.retain(|held| now - held.2 < FENCE);
            for (lease, ..) in &agent.held {
                assert!(
                    believed.insert(lease.job),
                    "two agents hold {:?}",
                    lease.job
                );
            }
            let held = agent.queue.held().await.unwrap();
            assert!(held.len() <= 3, "{} jobs on one agent", held.len());
        }
        assert!(
            self.begins.values().all(|&begins| begins <= 2),
            "{:?}",
            self.begins
        );
        assert!(self.deploys.values().all(|&deploys| deploys <= 1));
    }
}

async fn number(store: &Store, lease: &Lease) -> u32 {
    store.job(lease.job).await.unwrap().unwrap().plan.number
}

async fn play(store: Store, clock: TestClock, repository_id: u64, acts: Vec<Act>) {
    let repository = repository(&store, repository_id).await;
    let builds = [
        begun(&store, repository, "a", &[2, 1]).await.id,
        begun(&store, repository, "b", &[3]).await.id,
    ];
    let agents = ["a", "b"].map(|name| Agent {
        queue: Queue::new(store.clone(), name.to_owned()),
        held: Vec::new(),
    });
    let mut world = World {
        store: store.clone(),
        clock,
        agents: agents.into(),
        begins: BTreeMap::new(),
        deploys: BTreeMap::new(),
        ended: BTreeSet::new(),
    };
    for act in acts {
        world.act(act).await;
    }
    // Whatever happened, with time all jobs come to an end.
    for _ in 0..40 {
        world.act(Act::Turn(70)).await;
        for act in [Act::Expire(0), Act::Claim(0), Act::Start(0), Act::End(0)] {
            world.act(act).await;
        }
    }
    for build in builds {
        let row = store.build(build).await.unwrap().unwrap();
        assert!(row.state.is_final(), "{row:?}");
        let jobs = store.jobs(build).await.unwrap();
        assert!(
            jobs.iter().all(|job| job.attempt.state.is_final()),
            "{jobs:?}"
        );
    }
}

pub(crate) async fn no_job_is_lost_run_twice_or_deployed_twice(place: &Database) {
    let clock = TestClock::default();
    let store = clock.open(place).await;
    let runtime = tokio::runtime::Handle::current();
    let played = tokio::task::spawn_blocking(move || {
        let cases = std::env::var("PROPTEST_CASES")
            .ok()
            .and_then(|cases| cases.parse().ok());
        let config = Config {
            cases: cases.unwrap_or(24),
            max_shrink_iters: 200,
            failure_persistence: None,
            ..Config::default()
        };
        let next = std::cell::Cell::new(0);
        TestRunner::new(config).run(&proptest::collection::vec(any_act(), 0..60), |acts| {
            // All jobs of earlier plays have ended: the next has the agents to itself.
            next.set(next.get() + 1);
            runtime.block_on(play(store.clone(), clock.clone(), next.get(), acts));
            Ok(())
        })
    });
    if let Err(error) = played.await.unwrap() {
        panic!("{error}");
    }
}
