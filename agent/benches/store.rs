//! Storing deliveries from 32 callers at once, 26 kB each (aim at least 1,000 a second), and
//! claiming among 100,000 queued jobs of 20 repositories (aim below 20 ms).

use agent::groups::Groups;
use agent::queue::{Limits, Queue};
use agent::scheduler::{Event, step};
use agent::store::{
    BuildRow, Location, NewBuild, NewDelivery, Repository, RepositoryId, RepositorySettings, Store,
    Transition,
};
use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::Timestamp;
use schema::plan::{Job, Plan, Stage};
use schema::request::Request;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

fn open() -> (Runtime, TempDir, Store) {
    let runtime = Runtime::new().expect("a runtime");
    let folder = TempDir::new().expect("a folder");
    let location = Location::Sqlite(folder.path().join("agent.db"));
    let store = runtime.block_on(Store::open(&location)).expect("a store");
    (runtime, folder, store)
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn put_delivery(bencher: Bencher<'_, '_>) {
    const EACH: u64 = 64;
    let (runtime, _folder, store) = open();
    let next = AtomicU64::new(0);
    let bencher = bencher.counter(ItemsCount::new(32 * EACH));
    bencher.bench_local(|| {
        runtime.block_on(async {
            let callers = (0..32).map(|_| {
                let (store, first) = (store.clone(), next.fetch_add(EACH, Ordering::Relaxed));
                tokio::spawn(async move {
                    for number in first..first + EACH {
                        let delivery = NewDelivery {
                            guid: number.to_string(),
                            event: "push".to_owned(),
                            repository: Some(RepositoryId(1)),
                            body: vec![b'x'; 26_000],
                            polled: false,
                            received: Timestamp::UNIX_EPOCH,
                        };
                        store.put_delivery(delivery).await.expect("stored");
                    }
                })
            });
            for caller in callers.collect::<Vec<_>>() {
                caller.await.expect("no panic");
            }
        });
    });
}

#[divan::bench(sample_count = 200, sample_size = 1)]
fn claim(bencher: Bencher<'_, '_>) {
    let (runtime, _folder, store) = open();
    runtime.block_on(fill(&store));
    let queue = Queue::new(store, "agent".to_owned());
    let limits = Limits {
        agent: u32::MAX,
        repository: None,
    };
    bencher.bench_local(|| {
        let claimed = runtime.block_on(queue.claim(limits));
        assert!(claimed.expect("an answer").is_some());
    });
}

/// 20 repositories with 25 builds of 200 jobs each.
async fn fill(store: &Store) {
    let now = Timestamp::UNIX_EPOCH;
    let jobs = (1..=200).map(|number| Job {
        number,
        ..Job::default()
    });
    let plan = Plan {
        stages: vec![Stage {
            name: None,
            jobs: jobs.collect(),
        }],
        ..Plan::default()
    };
    for id in 1..=20 {
        let repository = Repository {
            id: RepositoryId(id),
            slug: format!("owner/name-{id}"),
            private: false,
            default_branch: "main".to_owned(),
            active: true,
            hook: None,
            settings: RepositorySettings::default(),
        };
        let put = store.put_repository(&repository, now).await;
        put.expect("a repository");
        for build in 0..25 {
            let new = NewBuild {
                repository: repository.id,
                delivery: None,
                meaning: build.to_string(),
                request: Request::default(),
                sources: Vec::new(),
                plan: Some(plan.clone()),
                skipped: Vec::new(),
                groups: Groups::default(),
                refused: None,
                status_sha: String::new(),
                status: None,
            };
            let made = store.create_build(&new, now).await.expect("a build");
            let begin =
                |_: &BuildRow, state: &mut _| (Transition::default(), step(state, Event::Begin));
            let begun = store.transition(made.expect("new").id, now, begin).await;
            begun.expect("begun");
        }
    }
}
