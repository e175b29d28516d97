use super::make::{at, begun, delivery, event, new_build, repository, status};
use crate::database::Database;
use agent::report::status::StatusState;
use agent::scheduler::{Event, State};
use agent::store::{
    BuildFilter, BuildId, BuildRow, Cursor, DeliveryOutcome, RepositoryId, Store, Stored,
};
use schema::request::{Event as What, PullRequest};
use std::collections::BTreeSet;

pub(crate) async fn builds_count_from_one_in_each_repository(place: &Database) {
    let store = place.open().await;
    let (one, two) = (repository(&store, 1).await, repository(&store, 2).await);
    let calls = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let new = new_build(one, &format!("push {number}"), &[1]);
            store
                .create_build(&new, at(0))
                .await
                .unwrap()
                .unwrap()
                .number
        })
    });
    let mut numbers = BTreeSet::new();
    for call in calls.collect::<Vec<_>>() {
        numbers.insert(call.await.unwrap());
    }
    assert_eq!(numbers, (1..=20).collect());
    assert_eq!(begun(&store, two, "push 0", &[1]).await.number, 1);
    let third = store.build_numbered(one, 3).await.unwrap().unwrap();
    assert_eq!(third.number, 3);
    assert!(store.build_numbered(one, 21).await.unwrap().is_none());
}

pub(crate) async fn one_meaning_builds_once_however_many_ask(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let calls = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let stored = store.put_delivery(delivery(&format!("{number}"))).await;
            let Stored::New(id) = stored.unwrap() else {
                panic!("known")
            };
            let mut new = new_build(one, "push refs/heads/main 5ca1ab1e", &[2]);
            new.delivery = Some(id);
            let made = store.create_build(&new, at(0)).await.unwrap();
            let outcome = store.delivery(id).await.unwrap().unwrap().outcome.unwrap();
            (made.map(|build| build.id), outcome)
        })
    });
    let mut made = Vec::new();
    let mut outcomes = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        let (build, outcome) = call.await.unwrap();
        made.extend(build);
        outcomes.push(outcome);
    }
    assert_eq!(made.len(), 1);
    let skipped = DeliveryOutcome::Skipped("build 1 is the same".to_owned());
    assert_eq!(outcomes.iter().filter(|&one| *one == skipped).count(), 19);
    assert!(outcomes.contains(&DeliveryOutcome::Build(made[0])));
    let all = list(&store, &BuildFilter::default()).await;
    assert_eq!(all, made);
    assert_eq!(store.jobs(made[0]).await.unwrap().len(), 2);
    // Nobody has lost a number.
    assert_eq!(begun(&store, one, "another", &[1]).await.number, 2);
}

pub(crate) async fn the_delivery_that_made_a_build_is_answered_with_it_again(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let Stored::New(id) = store.put_delivery(delivery("a")).await.unwrap() else {
        panic!("known")
    };
    let mut new = new_build(one, "push", &[1]);
    new.delivery = Some(id);
    let first = store.create_build(&new, at(0)).await.unwrap().unwrap();
    let second = store.create_build(&new, at(1)).await.unwrap().unwrap();
    assert_eq!(first.id, second.id);
    assert_eq!(second.created, at(0));
}

pub(crate) async fn a_refused_build_is_errored_from_the_start(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let mut new = new_build(one, "push", &[]);
    new.plan = None;
    new.refused = Some(".ci.yml:1:1: no such key".to_owned());
    new.status = Some(status(StatusState::Error, "The config was refused"));
    let build = store.create_build(&new, at(5)).await.unwrap().unwrap();
    assert_eq!(build.state, State::Errored);
    assert_eq!(build.refused, new.refused);
    assert_eq!(build.finished, Some(at(5)));
    assert_eq!(store.jobs(build.id).await.unwrap().len(), 0);
    assert_eq!(store.unfinished_builds().await.unwrap().len(), 0);
    let unsent = store.unsent_statuses(at(5), 9).await.unwrap();
    assert_eq!(unsent[0].status, new.status.unwrap());
    assert_eq!(unsent[0].target, "/owner/Name-1/builds/1");
}

pub(crate) async fn a_build_reads_as_it_was_made(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let mut new = new_build(one, "push", &[2, 1]);
    let mut plan = new.plan.take().unwrap();
    plan.fast_finish = true;
    plan.stages[0].name = Some("Test".to_owned());
    plan.stages[0].jobs[1].allow_failure = true;
    plan.stages[1].jobs[0].os = "osx".to_owned();
    new.plan = Some(plan.clone());
    new.skipped = vec![3];
    let build = store.create_build(&new, at(0)).await.unwrap().unwrap();
    assert_eq!(build.request, new.request);
    assert_eq!(build.sources, new.sources);
    assert_eq!(build.stages, [Some("Test".to_owned()), None]);
    assert_eq!(build.state, State::Created);
    let jobs = store.jobs(build.id).await.unwrap();
    let planned: Vec<_> = plan.stages.iter().flat_map(|stage| &stage.jobs).collect();
    assert_eq!(
        jobs.iter().map(|job| &job.plan).collect::<Vec<_>>(),
        planned
    );
    assert_eq!(
        jobs.iter().map(|job| job.stage).collect::<Vec<_>>(),
        [0, 0, 1]
    );
    assert_eq!(jobs[2].attempt.state, State::Skipped);
    let why = jobs[2].attempt.reason.clone().unwrap();
    assert!(why.contains("osx"), "{why}");
    let job = store.job(jobs[1].id).await.unwrap().unwrap();
    assert_eq!((job.build, &job.plan), (build.id, planned[1]));
    let state = store.build_state(build.id).await.unwrap().unwrap();
    assert!(state.fast_finish && state.jobs[1].allow_failure);
    assert_eq!((state.stages, state.jobs.len()), (2, 3));
}

pub(crate) async fn lists_keep_to_their_filters(place: &Database) {
    let store = place.open().await;
    // Even numbers are private.
    let (one, two) = (repository(&store, 1).await, repository(&store, 2).await);
    let push = begun(&store, one, "push", &[1]).await.id;
    let hidden = begun(&store, two, "push", &[1]).await.id;
    let mut pull = new_build(one, "pull request", &[1]);
    pull.request.event = What::PullRequest;
    pull.request.pull_request = Some(PullRequest {
        number: 7,
        ..PullRequest::default()
    });
    let pull = store.create_build(&pull, at(0)).await.unwrap().unwrap().id;
    event(&store, push, 2, Event::CancelBuild).await;
    let any = BuildFilter::default;
    let canceled = Some(State::Canceled);
    for (filter, expected) in [
        (any(), vec![pull, hidden, push]),
        (
            BuildFilter {
                repository: Some(one),
                ..any()
            },
            vec![pull, push],
        ),
        (
            BuildFilter {
                branch: Some("main".to_owned()),
                ..any()
            },
            vec![hidden, push],
        ),
        (
            BuildFilter {
                pull_request: Some(7),
                ..any()
            },
            vec![pull],
        ),
        (
            BuildFilter {
                state: canceled,
                ..any()
            },
            vec![push],
        ),
        (
            BuildFilter {
                public_only: true,
                ..any()
            },
            vec![pull, push],
        ),
        (
            BuildFilter {
                repository: Some(two),
                public_only: true,
                ..any()
            },
            vec![],
        ),
        (
            BuildFilter {
                repository: Some(RepositoryId(u64::MAX)),
                ..any()
            },
            vec![],
        ),
    ] {
        assert_eq!(list(&store, &filter).await, expected, "{filter:?}");
    }
    let older = Cursor(Some(pull));
    let older = store.builds(&any(), older, 1).await.unwrap();
    assert_eq!(ids(&older), [hidden]);
    let unfinished = store.unfinished_builds().await.unwrap();
    assert_eq!(ids(&unfinished), [hidden, pull]);
}

async fn list(store: &Store, filter: &BuildFilter) -> Vec<BuildId> {
    ids(&store.builds(filter, Cursor::default(), 100).await.unwrap())
}

fn ids(builds: &[BuildRow]) -> Vec<BuildId> {
    builds.iter().map(|build| build.id).collect()
}
