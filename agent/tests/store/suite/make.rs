//! Short ways to what most cases need.

use agent::groups::Groups;
use agent::queue::{Lease, Limits};
use agent::report::status::{CommitStatus, StatusState};
use agent::scheduler::{Effect, Event, step};
use agent::store::{
    BuildId, BuildRow, NewBuild, NewDelivery, Repository, RepositoryId, RepositorySettings, Store,
    Transition,
};
use jiff::Timestamp;
use schema::plan::{Job, Plan, Stage};
use schema::request::Request;

/// So many seconds after a certain moment.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(crate) async fn repository(store: &Store, id: u64) -> RepositoryId {
    repository_with(store, id, RepositorySettings::default()).await
}

pub(crate) async fn repository_with(
    store: &Store,
    id: u64,
    settings: RepositorySettings,
) -> RepositoryId {
    let repository = Repository {
        id: RepositoryId(id),
        slug: format!("owner/Name-{id}"),
        private: id.is_multiple_of(2),
        default_branch: "main".to_owned(),
        active: true,
        hook: None,
        settings,
    };
    store.put_repository(&repository, at(0)).await.unwrap();
    RepositoryId(id)
}

pub(crate) fn delivery(guid: &str) -> NewDelivery {
    NewDelivery {
        guid: guid.to_owned(),
        event: "push".to_owned(),
        repository: None,
        body: format!("{{\"guid\": \"{guid}\"}}").into_bytes(),
        polled: false,
        received: at(0),
    }
}

/// A plan with so many jobs in each of its stages.
pub(crate) fn plan(stages: &[u32]) -> Plan {
    let mut number = 0;
    let stages = stages.iter().map(|jobs| {
        let jobs = (0..*jobs).map(|_| {
            number += 1;
            Job {
                number,
                title: format!("Job {number}"),
                os: "linux".to_owned(),
                ..Job::default()
            }
        });
        Stage {
            name: None,
            jobs: jobs.collect(),
        }
    });
    Plan {
        stages: stages.collect(),
        ..Plan::default()
    }
}

pub(crate) fn new_build(repository: RepositoryId, meaning: &str, stages: &[u32]) -> NewBuild {
    NewBuild {
        repository,
        delivery: None,
        meaning: meaning.to_owned(),
        request: Request {
            branch: "main".to_owned(),
            ..Request::default()
        },
        sources: vec![(".ci.yml".to_owned(), "script: make".to_owned())],
        plan: Some(plan(stages)),
        skipped: Vec::new(),
        groups: Groups::default(),
        refused: None,
        status_sha: "5ca1ab1e".to_owned(),
        status: Some(status(StatusState::Pending, "Waiting")),
    }
}

pub(crate) fn status(state: StatusState, description: &str) -> CommitStatus {
    CommitStatus {
        context: "continuous-integration/agent/push".to_owned(),
        state,
        description: description.to_owned(),
    }
}

/// A build that has begun: its first stage's jobs are queued.
pub(crate) async fn begun(
    store: &Store,
    repository: RepositoryId,
    meaning: &str,
    stages: &[u32],
) -> BuildRow {
    let new = new_build(repository, meaning, stages);
    let build = store.create_build(&new, at(0)).await.unwrap().unwrap();
    event(store, build.id, 1, Event::Begin).await;
    build
}

/// One step without anything beside it.
pub(crate) async fn event(
    store: &Store,
    build: BuildId,
    second: i64,
    event: Event,
) -> Option<Vec<Effect>> {
    event_with(store, build, second, event, Transition::default()).await
}

pub(crate) async fn event_with(
    store: &Store,
    build: BuildId,
    second: i64,
    event: Event,
    transition: Transition,
) -> Option<Vec<Effect>> {
    let step = |_: &BuildRow, state: &mut _| (transition.clone(), step(state, event));
    store.transition(build, at(second), step).await.unwrap()
}

/// The same by the holder of a lease.
pub(crate) async fn held_event(
    store: &Store,
    lease: &Lease,
    second: i64,
    event: Event,
) -> Option<Vec<Effect>> {
    let transition = Transition {
        epoch: Some((lease.job, lease.epoch)),
        ..Transition::default()
    };
    event_with(store, lease.build, second, event, transition).await
}

pub(crate) const MANY: Limits = Limits {
    agent: 1000,
    repository: None,
};
