//! Agents that can be killed, on one database, one data folder each, and one engine.

#![allow(dead_code, reason = "each target takes what it needs")]

mod agent;
mod play;

pub(crate) use self::agent::Agent;
pub(crate) use self::play::{deploying, plan, play};

use crate::database::Database;
use ::agent::backend::fake::FakeBackend;
use ::agent::conduct;
use ::agent::groups::Groups;
use ::agent::log::{LimitedLog, Limits, LogId};
use ::agent::queue::Pace;
use ::agent::scheduler::{Effect, Event, State};
use ::agent::secrets::{MasterKeys, Plaintext};
use ::agent::settings::{DaemonSettings, Settings};
use ::agent::store::{
    BuildId, JobRow, NewBuild, Repository, RepositoryId, RepositorySettings, Store,
};
use ::agent::variables::{Given, seal};
use jiff::Timestamp;
use schema::plan::Plan;
use schema::request::Request;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The fake engine, the database, and the test's own view of both.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) database: Database,
    pub(crate) engine: Arc<FakeBackend>,
    pub(crate) store: Store,
    /// Where GitHub is, and the token for it.
    pub(crate) github: (String, String),
    /// The times of leases.
    pub(crate) pace: Pace,
}

impl World {
    pub(crate) async fn new(engine: Arc<FakeBackend>) -> Self {
        Self::on(Database::new().await, engine).await
    }

    pub(crate) async fn on(database: Database, engine: Arc<FakeBackend>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = database.open().await;
        put_repository(&store, RepositoryId(7)).await;
        Self {
            folder,
            database,
            engine,
            store,
            github: ("http://127.0.0.1:9".to_owned(), "ghp_token".to_owned()),
            pace: Pace::default(),
        }
    }

    /// Starts an agent in a runtime of its own, so that it can be killed.
    pub(crate) fn agent(&self, name: &str) -> Agent {
        self.agent_with(name, |_| {})
    }

    pub(crate) fn agent_with(&self, name: &str, change: impl FnOnce(&mut Settings)) -> Agent {
        self.agent_on(name, &self.engine, |settings| {
            change(&mut settings.settings);
        })
    }

    /// An agent with an engine of its own.
    pub(crate) fn agent_on(
        &self,
        name: &str,
        engine: &Arc<FakeBackend>,
        change: impl FnOnce(&mut DaemonSettings),
    ) -> Agent {
        let data = self.folder.path().join(name);
        let mut settings = agent::settings(&data, self.database.location(), &self.github);
        change(&mut settings);
        Agent::start(name, engine, settings, self.pace)
    }

    /// A build with so many jobs in each stage.
    pub(crate) async fn build(&self, meaning: &str, stages: &[u32]) -> BuildId {
        self.build_of(meaning, plan(stages)).await
    }

    pub(crate) async fn build_of(&self, meaning: &str, plan: Plan) -> BuildId {
        let sha = "5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e";
        self.build_at(meaning, plan, sha).await
    }

    pub(crate) async fn build_at(&self, meaning: &str, plan: Plan, sha: &str) -> BuildId {
        self.make(RepositoryId(7), meaning, plan, sha).await
    }

    /// A build of another repository.
    pub(crate) async fn build_for(&self, id: u64, meaning: &str, stages: &[u32]) -> BuildId {
        put_repository(&self.store, RepositoryId(id)).await;
        let sha = "5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e";
        self.make(RepositoryId(id), meaning, plan(stages), sha)
            .await
    }

    async fn make(&self, id: RepositoryId, meaning: &str, plan: Plan, sha: &str) -> BuildId {
        let new = NewBuild {
            repository: id,
            delivery: None,
            meaning: meaning.to_owned(),
            request: Request {
                slug: "owner/name".to_owned(),
                branch: "main".to_owned(),
                default_branch: "main".to_owned(),
                sha: sha.to_owned(),
                ..Request::default()
            },
            sources: vec![(".ci.yml".to_owned(), "script: make".to_owned())],
            groups: Groups::of(&plan, "own", &[]),
            plan: Some(plan),
            skipped: Vec::new(),
            refused: None,
            status_sha: "5ca1ab1e".to_owned(),
            status: None,
        };
        let made = self.store.create_build(&new, Timestamp::now()).await;
        made.unwrap().unwrap().id
    }

    /// Sets a secret variable of the repository, as `agent env set` does with an agent's master key.
    pub(crate) async fn variable(&self, agent: &str, name: &str, value: &str) {
        let data = self.folder.path().join(agent);
        std::fs::create_dir_all(&data).unwrap();
        let sources = agent::master(&data);
        let masters = MasterKeys::load(&sources).or_else(|_| MasterKeys::create(&sources));
        let given = Given {
            name: name.to_owned(),
            value: Plaintext::new(value.as_bytes().to_vec()),
            public: false,
        };
        let sealed = seal(RepositoryId(7), &given, None, &masters.unwrap()).unwrap();
        let put = self.store.put_variable(&sealed, Timestamp::now());
        put.await.unwrap();
    }

    /// Waits until a build has ended and nothing of it is left on the engine.
    pub(crate) async fn end(&self, build: BuildId) -> State {
        let mut state = State::Created;
        self.until("the end of a build", async || {
            state = self.state(build).await;
            state.is_final() && self.engine.instances().is_empty()
        })
        .await;
        state
    }

    pub(crate) async fn state(&self, build: BuildId) -> State {
        self.store.build(build).await.unwrap().unwrap().state
    }

    pub(crate) async fn jobs(&self, build: BuildId) -> Vec<JobRow> {
        self.store.jobs(build).await.unwrap()
    }

    /// Cancels as the server does, without a way to the agent that runs the jobs.
    pub(crate) async fn cancel(&self, build: BuildId) -> Vec<Effect> {
        let now = Timestamp::now();
        let done = conduct::apply(&self.store, "ci", build, Event::CancelBuild, now).await;
        done.unwrap().unwrap()
    }

    /// What an agent has of a job's log.
    pub(crate) fn log(&self, agent: &str, job: &JobRow) -> String {
        let id = LogId {
            job: job.id.0,
            attempt: job.attempt.number,
        };
        let folder = id.folder(&self.folder.path().join(agent));
        let mut out = Vec::new();
        let log = LimitedLog::open(&folder, Limits::default()).unwrap();
        log.copy_to(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// How often the engine was asked for this.
    pub(crate) fn calls(&self, method: &str) -> usize {
        let calls = self.engine.calls();
        calls.iter().filter(|call| call.starts_with(method)).count()
    }

    pub(crate) async fn until(&self, what: &str, done: impl AsyncFnMut() -> bool) {
        self.until_within(Duration::from_secs(60), what, done).await;
    }

    pub(crate) async fn until_within(
        &self,
        patience: Duration,
        what: &str,
        mut done: impl AsyncFnMut() -> bool,
    ) {
        let began = Instant::now();
        while !done().await {
            assert!(began.elapsed() < patience, "waited for {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn put_repository(store: &Store, id: RepositoryId) {
    let repository = Repository {
        id,
        slug: match id.0 {
            7 => "owner/name".to_owned(),
            other => format!("owner/name-{other}"),
        },
        private: true,
        default_branch: "main".to_owned(),
        active: true,
        hook: None,
        settings: RepositorySettings::default(),
    };
    let put = store.put_repository(&repository, Timestamp::now());
    put.await.unwrap();
}
