//! `concurrency:` – of one group one build, or one job, holds it at a time.

use super::TestClock;
use super::make::{MANY, at, event, event_with, held_event, new_build, repository};
use crate::database::Database;
use agent::groups::Groups;
use agent::queue::{Expired, LEASE, Lease, Queue};
use agent::scheduler::{Event, Restart, State};
use agent::store::{BuildId, BuildRow, JobRow, NewBuild, RepositoryId, Store, Transition};
use schema::plan::Concurrency;
use std::collections::BTreeSet;

fn said(group: &str) -> Option<Concurrency> {
    let (group, cancel) = match group.strip_suffix('!') {
        Some(group) => (group, true),
        None => (group, false),
    };
    (!group.is_empty()).then(|| Concurrency {
        group: group.to_owned(),
        cancel,
    })
}

/// A build whose root is of a group, and whose jobs are of groups, where they are named; `!` cancels.
fn grouped(of: RepositoryId, meaning: &str, root: &str, jobs: &[&str]) -> NewBuild {
    let mut new = new_build(of, meaning, &[u32::try_from(jobs.len()).unwrap()]);
    if let Some(plan) = &mut new.plan {
        plan.concurrency = said(root);
        for (job, group) in plan.stages[0].jobs.iter_mut().zip(jobs) {
            job.concurrency = said(group);
        }
        new.groups = Groups::of(plan, "own", &[("BRANCH", "main".to_owned())]);
    }
    new
}

async fn begun(
    store: &Store,
    of: RepositoryId,
    meaning: &str,
    root: &str,
    jobs: &[&str],
) -> BuildRow {
    let new = grouped(of, meaning, root, jobs);
    let build = store.create_build(&new, at(0)).await.unwrap().unwrap();
    event(store, build.id, 1, Event::Begin).await;
    build
}

async fn claim(queue: &Queue) -> Option<(Lease, u32)> {
    let claimed = queue.claim(MANY).await.unwrap();
    claimed.map(|(lease, row)| (lease, row.plan.number))
}

/// Claims and starts the next job.
async fn start(store: &Store, queue: &Queue) -> (Lease, u32) {
    let (lease, number) = claim(queue).await.expect("a job may run");
    assert!(
        held_event(store, &lease, 2, Event::JobStarted(number))
            .await
            .is_some()
    );
    (lease, number)
}

async fn end(store: &Store, (lease, number): &(Lease, u32), state: State) {
    let ended = held_event(store, lease, 3, Event::JobEnded(*number, state)).await;
    assert!(ended.is_some());
}

async fn waits(store: &Store, of: RepositoryId) -> Vec<String> {
    let waits = store.group_waits(of).await.unwrap();
    waits.into_values().collect()
}

pub(crate) async fn builds_of_a_group_run_one_after_the_other(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let other = repository(&store, 2).await;
    let queue = Queue::new(store.clone(), "agent".to_owned());
    let first = begun(&store, one, "a", "deploy-$TRAVIS_BRANCH", &["", ""])
        .await
        .id;
    let second = begun(&store, one, "b", "deploy-main", &[""]).await.id;
    let third = begun(&store, one, "c", "deploy-main", &[""]).await.id;
    let free = begun(&store, one, "d", "", &[""]).await.id;
    let elsewhere = begun(&store, other, "a", "deploy-main", &[""]).await.id;
    let a = start(&store, &queue).await;
    let mut running = vec![a.0.build];
    let mut others = Vec::new();
    while let Some(claimed) = claim(&queue).await {
        running.push(claimed.0.build);
        others.push(claimed);
    }
    running.sort();
    assert_eq!(running, [first, first, free, elsewhere]);
    let text = "waiting for group deploy-main: build 1";
    assert_eq!(waits(&store, one).await, [text, text]);
    assert_eq!(queue.waiting().await.unwrap(), (0, 2));
    end(&store, &a, State::Passed).await;
    assert!(claim(&queue).await.is_none(), "its other job still runs");
    let b = others
        .into_iter()
        .find(|(lease, _)| lease.build == first)
        .unwrap();
    held_event(&store, &b.0, 2, Event::JobStarted(b.1)).await;
    end(&store, &b, State::Failed).await;
    let next = start(&store, &queue).await;
    assert_eq!(next.0.build, second);
    assert!(claim(&queue).await.is_none());
    end(&store, &next, State::Passed).await;
    assert_eq!(claim(&queue).await.unwrap().0.build, third);
}

pub(crate) async fn a_group_of_jobs_is_held_by_one_whatever_becomes_of_its_agent(place: &Database) {
    let clock = TestClock::default();
    let store = clock.open(place).await;
    let one = repository(&store, 1).await;
    let queue = Queue::new(store.clone(), "agent".to_owned());
    let first = begun(&store, one, "a", "", &["db", "db", ""]).await.id;
    let second = begun(&store, one, "b", "", &["db"]).await.id;
    let held = start(&store, &queue).await;
    assert_eq!((held.0.build, held.1), (first, 1));
    assert_eq!(claim(&queue).await.unwrap().1, 3);
    assert!(claim(&queue).await.is_none());
    let text = "waiting for group db: job 1.1";
    assert_eq!(waits(&store, one).await, [text, text]);
    if matches!(place, Database::Server { .. }) {
        // The server's clock is not turned.
        let given = queue.give_back(&held.0, at(5)).await.unwrap();
        assert!(matches!(given, Some(Expired::Requeued(_))), "{given:?}");
    } else {
        clock.turn(LEASE);
        assert_eq!(queue.expire(at(90)).await.unwrap().len(), 2);
    }
    // It waits again and nobody passes it: the group is still its own.
    let again = start(&store, &queue).await;
    assert_eq!((again.0.build, again.1), (first, 1));
    assert!(
        held_event(&store, &held.0, 91, Event::JobEnded(1, State::Passed))
            .await
            .is_none()
    );
    while let Some((lease, _)) = claim(&queue).await {
        assert!(lease.build == first, "the group is taken");
    }
    end(&store, &again, State::Passed).await;
    let next = start(&store, &queue).await;
    assert_eq!((next.0.build, next.1), (first, 2));
    end(&store, &next, State::Errored).await;
    assert_eq!(claim(&queue).await.unwrap().0.build, second);
}

pub(crate) async fn a_build_that_is_restarted_comes_to_its_group_as_the_last(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let queue = Queue::new(store.clone(), "agent".to_owned());
    let first = begun(&store, one, "a", "deploy", &["deploy", "deploy"])
        .await
        .id;
    // Its own group does not keep its jobs from running, one by one.
    for number in [1, 2] {
        let job = start(&store, &queue).await;
        assert_eq!(job.1, number);
        assert!(claim(&queue).await.is_none());
        end(&store, &job, State::Failed).await;
    }
    let second = begun(&store, one, "b", "deploy", &[""]).await.id;
    let third = begun(&store, one, "c", "deploy", &[""]).await.id;
    let held = start(&store, &queue).await;
    event(&store, first, 9, Event::Restart(Restart::All))
        .await
        .unwrap();
    assert!(claim(&queue).await.is_none());
    let mut order = vec![held.0.build];
    end(&store, &held, State::Passed).await;
    while order.len() < 4 {
        let job = start(&store, &queue).await;
        order.push(job.0.build);
        end(&store, &job, State::Passed).await;
    }
    assert_eq!(order, [second, third, first, first]);
    assert!(claim(&queue).await.is_none());
}

/// What the daemon does with what gives way.
async fn give_way(store: &Store) -> Vec<(BuildId, Option<u32>, String)> {
    let all = store.giving_way().await.unwrap();
    for one in &all {
        let with = Transition {
            if_turn: Some(one.turn),
            gave_way: Some(one.why.clone()),
            ..Transition::default()
        };
        let canceled = one.job.map_or(Event::GiveWay, Event::JobGivesWay);
        event_with(store, one.build, 5, canceled, with)
            .await
            .unwrap();
    }
    all.into_iter()
        .map(|one| (one.build, one.job, one.why))
        .collect()
}

pub(crate) async fn a_newer_one_cancels_the_older_ones_of_its_group(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let queue = Queue::new(store.clone(), "agent".to_owned());
    let first = begun(&store, one, "a", "deploy", &[""]).await.id;
    let second = begun(&store, one, "b", "deploy", &[""]).await.id;
    let held = start(&store, &queue).await;
    assert_eq!(give_way(&store).await, [], "nobody said cancel");
    let third = begun(&store, one, "c", "deploy!", &[""]).await.id;
    let why = "build 3 took the group deploy".to_owned();
    let expected = [(first, None, why.clone()), (second, None, why.clone())];
    assert_eq!(give_way(&store).await, expected);
    assert_eq!(give_way(&store).await, [], "once is enough");
    assert!(claim(&queue).await.is_none(), "the first still ends");
    let jobs = store.jobs(first).await.unwrap();
    assert!(jobs[0].stopping);
    end(&store, &held, State::Canceled).await;
    for build in [first, second] {
        let row = store.build(build).await.unwrap().unwrap();
        assert_eq!(
            (row.state, row.gave_way),
            (State::Canceled, Some(why.clone()))
        );
        let job: JobRow = store.jobs(build).await.unwrap().remove(0);
        assert_eq!(job.attempt.reason.as_ref(), Some(&why));
    }
    assert_eq!(claim(&queue).await.unwrap().0.build, third);
    // A restart makes the first the newest, which does not cancel by itself.
    event(&store, first, 9, Event::Restart(Restart::All))
        .await
        .unwrap();
    assert_eq!(give_way(&store).await, []);
    let row = store.build(first).await.unwrap().unwrap();
    assert_eq!(row.gave_way, None);
}

pub(crate) async fn what_was_restarted_since_it_was_seen_does_not_give_way(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let first = begun(&store, one, "a", "", &["db"]).await.id;
    begun(&store, one, "b", "", &["db!"]).await;
    let seen = store.giving_way().await.unwrap();
    assert_eq!((seen.len(), seen[0].job), (1, Some(1)));
    event(&store, first, 4, Event::CancelBuild).await.unwrap();
    event(&store, first, 5, Event::Restart(Restart::All))
        .await
        .unwrap();
    let with = Transition {
        if_turn: Some(seen[0].turn),
        ..Transition::default()
    };
    assert_eq!(
        event_with(&store, first, 6, Event::JobGivesWay(1), with).await,
        None
    );
    assert_eq!(store.giving_way().await.unwrap(), []);
}

pub(crate) async fn several_agents_never_hold_one_group_together(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let groups = ["", "a", "b"];
    let mut left = 0;
    for number in 0..18_usize {
        let jobs = [groups[number % 3], groups[(number / 2) % 3]];
        begun(
            &store,
            one,
            &number.to_string(),
            groups[(number / 3) % 3],
            &jobs,
        )
        .await;
        left += jobs.len();
    }
    let mut rounds = 0;
    while left > 0 {
        let mut calls = Vec::new();
        for name in ["a", "b"] {
            let queue = Queue::new(place.of_another_agent(&store).await, name.to_owned());
            for _ in 0..3 {
                let queue = queue.clone();
                calls.push(tokio::spawn(
                    async move { queue.claim(MANY).await.unwrap() },
                ));
            }
        }
        for call in calls {
            call.await.unwrap();
        }
        let mut running = Vec::new();
        for name in ["a", "b"] {
            let queue = Queue::new(store.clone(), name.to_owned());
            running.extend(queue.held().await.unwrap());
        }
        nobody_shares(&store, &running).await;
        // The half of what runs ends, so that others meet what is left.
        let ending = running.len().div_ceil(2);
        for (lease, job) in running.iter().take(ending) {
            let number = job.plan.number;
            held_event(&store, lease, 2, Event::JobStarted(number))
                .await
                .unwrap();
            held_event(&store, lease, 3, Event::JobEnded(number, State::Passed))
                .await
                .unwrap();
        }
        left -= ending;
        rounds += 1;
        assert!(ending > 0 && rounds < 100, "{left} wait for each other");
    }
}

async fn nobody_shares(store: &Store, running: &[(Lease, JobRow)]) {
    let mut of_jobs = BTreeSet::new();
    let mut of_builds = BTreeSet::new();
    let builds: BTreeSet<BuildId> = running.iter().map(|(lease, _)| lease.build).collect();
    for build in builds {
        let row = store.build(build).await.unwrap().unwrap();
        let root = ["", "a", "b"][usize::try_from(row.number - 1).unwrap() / 3 % 3];
        assert!(root.is_empty() || of_builds.insert((root, build)));
    }
    let mut names: Vec<&str> = of_builds.iter().map(|(group, _)| *group).collect();
    names.dedup();
    assert_eq!(names.len(), of_builds.len(), "{of_builds:?}");
    for (lease, job) in running {
        let Some(said) = &job.plan.concurrency else {
            continue;
        };
        assert!(
            of_jobs.insert(said.group.clone()),
            "two jobs hold {}",
            said.group
        );
        let holder = of_builds.iter().find(|(group, _)| *group == said.group);
        assert!(
            holder.is_none_or(|(_, build)| *build == lease.build),
            "{job:?}"
        );
    }
}
