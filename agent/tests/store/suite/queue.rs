use super::make::{MANY, begun, event, held_event, repository, repository_with};
use crate::database::Database;
use agent::queue::{Lease, Limits, Queue};
use agent::scheduler::{Event, State};
use agent::store::{JobRow, RepositorySettings};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) async fn the_repository_with_the_fewest_running_jobs_comes_first(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let two = repository(&store, 2).await;
    let limited = RepositorySettings {
        max_jobs: Some(1),
        ..RepositorySettings::default()
    };
    let three = repository_with(&store, 3, limited).await;
    let a = begun(&store, one, "a", &[3]).await.id;
    let b = begun(&store, one, "b", &[1]).await.id;
    let c = begun(&store, two, "c", &[2]).await.id;
    let d = begun(&store, three, "d", &[3]).await.id;
    let queue = Queue::new(store.clone(), "agent".to_owned());
    let mut order = Vec::new();
    while let Some((lease, job)) = queue.claim(MANY).await.unwrap() {
        assert_eq!((lease.job, lease.attempt, lease.epoch), (job.id, 1, 1));
        order.push((lease.build, job.plan.number));
    }
    assert_eq!(
        order,
        [(a, 1), (c, 1), (d, 1), (a, 2), (c, 2), (a, 3), (b, 1)]
    );
    assert_eq!(queue.held().await.unwrap().len(), 7);
}

pub(crate) async fn concurrent_claims_keep_limits_and_give_no_job_twice(place: &Database) {
    let store = place.open().await;
    for id in 1..=3 {
        let repository = repository(&store, id).await;
        begun(&store, repository, "a", &[12]).await;
    }
    let limits = Limits {
        agent: 4,
        repository: Some(2),
    };
    let mut given = BTreeSet::new();
    // Each round, two agents claim from many tasks, and then one job of each build ends.
    while given.len() < 36 {
        let mut calls = Vec::new();
        for name in ["a", "b"] {
            let other = place.of_another_agent(&store).await;
            let queue = Queue::new(other, name.to_owned());
            for _ in 0..8 {
                let queue = queue.clone();
                let claim = async move { queue.claim(limits).await.unwrap() };
                calls.push((name, tokio::spawn(claim)));
            }
        }
        let before = given.len();
        for (_, call) in calls {
            if let Some((lease, _)) = call.await.unwrap() {
                assert!(given.insert(lease.job), "{lease:?} was given before");
            }
        }
        assert!(given.len() > before, "nothing was given at {before}");
        let mut running: Vec<(Lease, JobRow)> = Vec::new();
        for name in ["a", "b"] {
            let held = Queue::new(store.clone(), name.to_owned())
                .held()
                .await
                .unwrap();
            assert!(held.len() <= 4, "{} jobs on {name}", held.len());
            running.extend(held);
        }
        let mut builds = BTreeMap::new();
        for (lease, _) in &running {
            *builds.entry(lease.build).or_insert(0) += 1;
        }
        assert!(builds.values().all(|&jobs| jobs <= 2), "{builds:?}");
        // One of each build, so that every repository has room for another.
        let mut ending = BTreeSet::new();
        running.retain(|(lease, _)| ending.insert(lease.build));
        for (lease, job) in &running {
            let number = job.plan.number;
            held_event(&store, lease, 1, Event::JobStarted(number)).await;
            let end = Event::JobEnded(number, State::Passed);
            assert!(held_event(&store, lease, 2, end).await.is_some());
        }
    }
}

pub(crate) async fn a_canceled_job_is_not_claimed(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "a", &[2]).await.id;
    let queue = Queue::new(store.clone(), "agent".to_owned());
    let (lease, _) = queue.claim(MANY).await.unwrap().unwrap();
    event(&store, build, 3, Event::CancelBuild).await;
    assert_eq!(
        held_event(&store, &lease, 4, Event::JobStarted(1)).await,
        None
    );
    assert!(queue.claim(MANY).await.unwrap().is_none());
    assert_eq!(
        queue.renew(std::slice::from_ref(&lease)).await.unwrap(),
        [lease]
    );
}
