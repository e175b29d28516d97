//! An agent on a free port, for a GitHub.

use crate::database::Database;
use crate::github_model::{GithubModel, Repo};
use agent::backend::fake::{FakeBackend, Play};
use agent::clock::Clock;
use agent::daemon::{Ask, Daemon, DaemonError, Lifecycle, Notifier, Parts, Reload, Rooms, Signals};
use agent::github::{self, Client, TokenSource};
use agent::poll::Poller;
use agent::secrets::MasterSources;
use agent::settings::{Current, DaemonSettings, GithubAccess, Settings};
use agent::store::{
    BuildFilter, BuildRow, Cursor, Delivery, Repository, RepositoryId, RepositorySettings, Store,
};
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

/// What deliveries are signed with.
pub(crate) const SECRET: &str = "0123456789abcdef";
/// What the operator signs in with.
pub(crate) const OPERATOR: &str = "operators-token-of-some-length";
/// The context of pushes.
pub(crate) const PUSH: &str = "continuous-integration/agent/push";
/// The context of pull requests.
pub(crate) const PULL: &str = "continuous-integration/agent/pr";

/// A config of one job.
pub(crate) const CONFIG: (&str, &str) = (".ci.yml", "script: make\n");

pub(crate) struct Agent {
    pub(crate) url: String,
    pub(crate) store: Store,
    /// Asks the agent as anybody may. Making one reads all certificates of the system.
    pub(crate) http: reqwest::Client,
    pub(crate) reload: Reload,
    settings: Current,
    lifecycle: Lifecycle,
    running: JoinHandle<Result<(), DaemonError>>,
    /// What names the forge in keys.
    pub(crate) host: String,
    pub(crate) data: TempDir,
    pub(crate) database: Database,
}

/// How an agent differs from the usual.
#[derive(Default)]
pub(crate) struct Ways {
    /// How often it asks GitHub.
    pub(crate) poll: Option<Duration>,
    pub(crate) database: Option<Database>,
    /// What its jobs do; none runs unless this or an engine is given.
    pub(crate) plays: Option<Play>,
    /// The engine on which its jobs run.
    pub(crate) engine: Option<Arc<FakeBackend>>,
    /// The address that people open, where it is not the agent's own.
    pub(crate) public: Option<Url>,
    /// Of the contexts of statuses, where it is not the usual one.
    pub(crate) prefix: Option<String>,
}

/// A GitHub with one repository, and an agent for which it is set up.
pub(crate) async fn hello() -> (GithubModel, Agent, Repo) {
    hello_with(Ways::default()).await
}

/// The same with an agent that differs from the usual.
pub(crate) async fn hello_with(ways: Ways) -> (GithubModel, Agent, Repo) {
    let model = GithubModel::start();
    let agent = Agent::start_with(&model, ways).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    (model, agent, repo)
}

impl Agent {
    /// For the model, told by webhooks alone.
    pub(crate) async fn start(model: &GithubModel) -> Self {
        Self::start_with(model, Ways::default()).await
    }

    pub(crate) async fn start_with(model: &GithubModel, ways: Ways) -> Self {
        Self::at(&model.api_url(), &model.web_url(), model.token(), ways).await
    }

    /// The same with an engine, on which its jobs run.
    pub(crate) async fn start_on(model: &GithubModel, engine: Arc<FakeBackend>) -> Self {
        Self::start_behind(model, engine, None).await
    }

    /// The same, where people open another address than the agent's own.
    pub(crate) async fn start_behind(
        model: &GithubModel,
        engine: Arc<FakeBackend>,
        public: Option<Url>,
    ) -> Self {
        let ways = Ways {
            engine: Some(engine),
            public,
            ..Ways::default()
        };
        Self::start_with(model, ways).await
    }

    /// For any GitHub.
    pub(crate) async fn at(api: &str, web: &str, token: String, ways: Ways) -> Self {
        let plays = ways.plays;
        let played = plays.map(|play| FakeBackend::new(move |_, _| play.clone()));
        let engine = ways.engine.or(played);
        let data = tempfile::tempdir().unwrap();
        // A folder is never empty for long, and its size is told from the start.
        std::fs::write(data.path().join("note"), "of the tests\n").unwrap();
        let mut settings = Settings::default();
        settings.poll.enabled = ways.poll.is_some();
        settings.poll.interval = ways.poll.unwrap_or_default();
        settings.jobs.parallel = 2;
        settings.status.prefix = ways.prefix.unwrap_or(settings.status.prefix);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let database = match ways.database {
            Some(database) => database,
            None => Database::new().await,
        };
        let (api, web) = (api.parse().unwrap(), format!("{web}/").parse().unwrap());
        let source = TokenSource::new("the test", {
            let token = token.clone();
            move || Ok(token.clone().into())
        });
        let mut options = github::Options::new(api, web, source);
        // Many tests at once must not look like a secondary limit.
        options.patience = Duration::from_secs(2);
        let settings = DaemonSettings {
            settings,
            data: data.path().to_owned(),
            public_url: ways.public.unwrap_or_else(|| url.parse().unwrap()),
            github: GithubAccess {
                api: options.api.clone(),
                web: options.web.clone(),
                token: token.into(),
                webhook_secrets: vec![SECRET.to_owned().into()],
            },
            operator_token: Some(OPERATOR.to_owned().into()),
            database: database.location(),
            master: master_key(data.path()),
            secrets: Vec::new(),
        };
        let host = settings.github.host();
        let settings = Current::new(settings);
        let store = database.open().await;
        let parts = Parts {
            settings: settings.clone(),
            store: store.clone(),
            backend: engine
                .clone()
                .unwrap_or_else(|| FakeBackend::new(|_, _| Play::default())),
            client: Arc::new(Client::new(options).unwrap()),
            agent: "test".to_owned(),
            clock: Clock::system(),
        };
        parts.tell(&listener).await;
        let lifecycle = Lifecycle::new(Duration::from_secs(1));
        let daemon = Daemon::new(lifecycle.clone());
        let rooms = Rooms::new(parts, &lifecycle);
        let reload = rooms.reload();
        match engine {
            Some(_) => rooms.start(&daemon, listener),
            None => rooms.start_without_jobs(&daemon, listener),
        }
        let running = tokio::spawn(daemon.run(Signals::listen().unwrap(), Notifier));
        Self {
            url,
            store,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            reload,
            settings,
            lifecycle,
            running,
            host,
            data,
            database,
        }
    }

    /// Where GitHub delivers to.
    pub(crate) fn webhook(&self) -> String {
        format!("{}webhook", self.url)
    }

    /// As if its settings were changed so and SIGHUP came.
    pub(crate) fn change(&self, change: impl Fn(&mut DaemonSettings) + Send + Sync) {
        self.reload.now(&|| {
            let mut new = (*self.settings.get()).clone();
            change(&mut new);
            Ok(new)
        });
    }

    /// Its data folder.
    pub(crate) fn folder(&self) -> String {
        self.data.path().display().to_string()
    }

    /// Sets a repository up, with its webhook.
    pub(crate) async fn add(&self, repo: &Repo) {
        self.add_with(repo, RepositorySettings::default()).await;
    }

    pub(crate) async fn add_with(&self, repo: &Repo, settings: RepositorySettings) {
        let hook = Some(repo.add_hook(&self.webhook(), SECRET));
        self.put(&Repository {
            id: RepositoryId(repo.id),
            slug: repo.full_name(),
            private: false,
            default_branch: repo.default_branch(),
            active: true,
            hook,
            settings,
        })
        .await;
    }

    pub(crate) async fn put(&self, repository: &Repository) {
        let put = self.store.put_repository(repository, Timestamp::now());
        put.await.unwrap();
    }

    /// A poller of its own, for a test that says when it looks.
    pub(crate) fn poller(&self, model: &GithubModel) -> Poller {
        let token = model.token();
        let source = TokenSource::new("the test", move || Ok(token.clone().into()));
        let (api, web) = (model.api_url(), format!("{}/", model.web_url()));
        let options = github::Options::new(api.parse().unwrap(), web.parse().unwrap(), source);
        let client = Arc::new(Client::new(options).unwrap());
        Poller::new(self.store.clone(), client, Arc::default())
    }

    /// All builds, oldest first.
    pub(crate) async fn builds(&self) -> Vec<BuildRow> {
        let builds = self
            .store
            .builds(&BuildFilter::default(), Cursor(None), 100)
            .await;
        let mut builds = builds.unwrap();
        builds.reverse();
        builds
    }

    /// The numbers, meanings and states of all builds would be too much: what each is of.
    pub(crate) async fn built(&self) -> Vec<String> {
        let builds = self.builds().await.into_iter();
        let of = |build: BuildRow| match build.request.pull_request {
            Some(pull) => format!("#{} {}", pull.number, build.state.as_str()),
            None => format!("{} {}", build.request.branch, build.state.as_str()),
        };
        builds.map(of).collect()
    }

    /// Waits until so many deliveries have ended, and tells all, oldest first.
    pub(crate) async fn ended(&self, count: usize) -> Vec<Delivery> {
        let patience = Instant::now() + Duration::from_secs(30);
        loop {
            let mut all = self.store.deliveries(None, None, 200).await.unwrap();
            all.reverse();
            let ended = all.iter().filter(|one| one.outcome.is_some()).count();
            if ended >= count && ended == all.len() {
                return all;
            }
            assert!(
                Instant::now() < patience,
                "{count} deliveries should have ended: {:?}",
                all.iter()
                    .map(|one| (&one.new.event, &one.outcome, &one.last_error))
                    .collect::<Vec<_>>()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// SIGTERM; it must end as asked. What it stored is gone when the answer is dropped.
    pub(crate) async fn stop(self) -> (TempDir, Database) {
        self.lifecycle.ask(Ask::Stop);
        self.running.await.unwrap().unwrap();
        (self.data, self.database)
    }
}

/// Where the agent looks for the master key; there is none unless a test makes it.
pub(crate) fn master_key(data: &Path) -> MasterSources {
    MasterSources {
        file: data.join("master-key"),
        credentials: None,
        environment: false,
    }
}
