//! Agents that can be killed, on one database, one data folder each, and one engine.

use agent::backend::Backend;
use agent::backend::fake::{FakeBackend, Play};
use agent::clock::Clock;
use agent::conduct;
use agent::daemon::Lifecycle;
use agent::github::{Client, Options, TokenSource, api_of};
use agent::log::{LimitedLog, Limits, Live, LogId};
use agent::metrics::Metrics;
use agent::protocol::{Cause, CommandId, JobResult, Outcome, Phase, Record};
use agent::queue::Queue;
use agent::scheduler::{Effect, Event, State};
use agent::secrets::MasterSources;
use agent::settings::{Current, DaemonSettings, GithubAccess, Settings};
use agent::store::{
    BuildId, JobRow, Location, NewBuild, Repository, RepositoryId, RepositorySettings, Store,
};
use agent::work::{Handle, Parts, Work};
use jiff::Timestamp;
use schema::plan::{Job, Plan, Stage};
use schema::request::Request;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use url::Url;

/// The fake engine, the database, and the test's own view of both.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) engine: Arc<FakeBackend>,
    pub(crate) store: Store,
    /// Where GitHub is, and the token for it.
    pub(crate) github: (String, String),
}

/// One process of an agent.
pub(crate) struct Agent {
    runtime: Option<Runtime>,
    pub(crate) handle: Handle,
    pub(crate) lifecycle: Lifecycle,
}

impl World {
    pub(crate) async fn new(engine: Arc<FakeBackend>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&database(folder.path())).await.unwrap();
        let repository = Repository {
            id: RepositoryId(7),
            slug: "owner/name".to_owned(),
            private: true,
            default_branch: "main".to_owned(),
            active: true,
            hook: None,
            settings: RepositorySettings::default(),
        };
        store
            .put_repository(&repository, Timestamp::now())
            .await
            .unwrap();
        Self {
            folder,
            engine,
            store,
            github: ("http://127.0.0.1:9".to_owned(), "ghp_token".to_owned()),
        }
    }

    /// Starts an agent in a runtime of its own, so that it can be killed.
    pub(crate) fn agent(&self, name: &str) -> Agent {
        self.agent_with(name, |_| {})
    }

    pub(crate) fn agent_with(&self, name: &str, change: impl FnOnce(&mut Settings)) -> Agent {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let mut settings = settings(&self.folder.path().join(name), &self.github);
        let github = self.github.clone();
        change(&mut settings.settings);
        let location = database(self.folder.path());
        let lifecycle = Lifecycle::new(Duration::from_secs(600));
        let (life, name) = (lifecycle.clone(), name.to_owned());
        let backend: Arc<dyn Backend> = Arc::<FakeBackend>::clone(&self.engine);
        let (tell, told) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let store = Store::open(&location).await.unwrap();
            let work = Work::new(Parts {
                queue: Queue::new(store.clone(), name),
                store,
                backend,
                client: Arc::new(client(&github)),
                settings: Current::new(settings),
                live: Live::new(),
                metrics: Arc::new(Metrics::new()),
                lifecycle: life,
                built: Arc::new(Notify::new()),
                clock: Clock::system(),
            });
            tell.send(work.handle()).unwrap();
            work.run().await.unwrap();
        });
        Agent {
            runtime: Some(runtime),
            handle: told.recv().unwrap(),
            lifecycle,
        }
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
        let new = NewBuild {
            repository: RepositoryId(7),
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
            plan: Some(plan),
            skipped: Vec::new(),
            refused: None,
            status_sha: "5ca1ab1e".to_owned(),
            status: None,
        };
        let made = self.store.create_build(&new, Timestamp::now()).await;
        made.unwrap().unwrap().id
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

    pub(crate) async fn until(&self, what: &str, mut done: impl AsyncFnMut() -> bool) {
        let began = Instant::now();
        while !done().await {
            assert!(
                began.elapsed() < Duration::from_secs(40),
                "waited for {what}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Agent {
    /// As SIGKILL does: nothing of it runs any more.
    pub(crate) async fn kill(mut self) {
        let runtime = self.runtime.take();
        let killed = tokio::task::spawn_blocking(move || {
            runtime.map(|runtime| runtime.shutdown_timeout(Duration::from_secs(5)))
        });
        killed.await.unwrap();
    }

    /// As a second SIGTERM does: it leaves its jobs running.
    pub(crate) async fn stop(self) {
        self.lifecycle.fail();
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.kill().await;
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn database(folder: &Path) -> Location {
    Location::Sqlite(folder.join("agent.db"))
}

fn client((web, token): &(String, String)) -> Client {
    let web: Url = web.parse().unwrap();
    let token = token.clone();
    let token = TokenSource::new("the test", move || Ok(token.as_str().into()));
    Client::new(Options::new(api_of(&web).unwrap(), web, token)).unwrap()
}

fn settings(data: &Path, (web, token): &(String, String)) -> DaemonSettings {
    let web: Url = web.parse().unwrap();
    DaemonSettings {
        settings: Settings::default(),
        data: data.to_owned(),
        public_url: "https://ci.example/".parse().unwrap(),
        github: GithubAccess {
            api: api_of(&web).unwrap(),
            web,
            token: token.as_str().into(),
            webhook_secrets: Vec::new(),
        },
        operator_token: None,
        database: database(data),
        master: MasterSources {
            file: PathBuf::from("/nowhere"),
            credentials: None,
            environment: false,
        },
        secrets: Vec::new(),
    }
}

pub(crate) fn plan(stages: &[u32]) -> Plan {
    let mut number = 0;
    let stages = stages.iter().map(|jobs| {
        let jobs = (0..*jobs).map(|_| {
            number += 1;
            let mut job = Job {
                number,
                title: format!("Job {number}"),
                language: "generic".to_owned(),
                os: "linux".to_owned(),
                ..Job::default()
            };
            job.git.clone = false;
            job
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

/// A job that prints lines, one each `pause`, and ends so.
pub(crate) fn play(lines: &[String], pause: Duration, result: JobResult) -> Play {
    let mut output = vec![(Duration::ZERO, Record::hello("/bin/sh").encode())];
    let print = |line: &String| (pause, Record::Output(line.clone().into_bytes()).encode());
    output.extend(lines.iter().map(print));
    let command = CommandId {
        phase: Phase::Script,
        entry: None,
        number: 1,
    };
    let status = i32::from(result != JobResult::Passed);
    let finished = Record::CommandFinished {
        command,
        status,
        duration: 5_000_000,
    };
    let outcome = Outcome {
        result,
        cause: match result {
            JobResult::Failed => Cause::CommandFailed { command, status },
            _ => Cause::Finished,
        },
        warnings: Vec::new(),
    };
    output.push((pause, finished.encode()));
    output.push((Duration::ZERO, Record::Ended(outcome).encode()));
    Play {
        output,
        rest: Duration::from_millis(100),
        exit: Some(0),
        ..Play::default()
    }
}
