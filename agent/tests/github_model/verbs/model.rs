//! The model itself: its start, its addresses, its tokens, its end.

use super::super::http::{Listener, Wire, serve};
use super::super::shared::Shared;
use super::super::state::World;
use super::super::token::Token;
use super::super::{Call, Delivery, postman};
use super::Repo;
use axum::Router;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;

/// GitHub, until it is dropped; then whatever was wrong fails the test.
pub(crate) struct GithubModel {
    pub(super) shared: Arc<Shared>,
    runtime: Option<Runtime>,
    strict: bool,
    _folder: TempDir,
}

impl GithubModel {
    /// On a free port.
    pub(crate) fn start() -> Self {
        Self::start_at("127.0.0.1:0").unwrap_or_else(|error| panic!("the model: {error}"))
    }

    /// # Errors
    /// If nobody can listen there.
    pub(crate) fn start_at(address: &str) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("github-model")
            .enable_all()
            .build()?;
        let folder = tempfile::tempdir()?;
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let web = format!("http://{}", listener.local_addr()?);
        let (outgoing, queue) = unbounded_channel();
        let world = World::new(web, folder.path().to_owned(), outgoing);
        let shared = Shared::new(world, runtime.handle().clone());
        let router = Router::new()
            .fallback(serve)
            .with_state(Arc::clone(&shared));
        let _inside = runtime.enter();
        let listener = Listener(tokio::net::TcpListener::from_std(listener)?);
        let service = router.into_make_service_with_connect_info::<Wire>();
        runtime.spawn(async move { axum::serve(listener, service).await });
        runtime.spawn(postman::run(Arc::clone(&shared), queue));
        drop(_inside);
        Ok(Self {
            shared,
            runtime: Some(runtime),
            strict: true,
            _folder: folder,
        })
    }

    /// Where pages and repositories are: `{web_url}/owner/name.git`.
    pub(crate) fn web_url(&self) -> String {
        self.shared.with(|world| world.web.clone())
    }

    /// Where the API is, below a path as with GitHub Enterprise. It is at [`Self::web_url`] too.
    pub(crate) fn api_url(&self) -> String {
        self.shared.with(|world| world.api())
    }

    /// A new token that may everything everywhere.
    pub(crate) fn token(&self) -> String {
        self.add_token(Token::new("agent", "agent-bot"))
    }

    /// Hands a token out; returns its value.
    pub(crate) fn add_token(&self, token: Token) -> String {
        let value = token.value.clone();
        self.shared.change(|world| {
            world.user(&token.login);
            world.tokens.insert(value.clone(), token);
        });
        value
    }

    /// The token is worth nothing from now on.
    pub(crate) fn expire_token(&self, value: &str) {
        self.shared.change(|world| {
            if let Some(token) = world.tokens.get_mut(value) {
                token.expired = true;
            }
        });
    }

    /// The repository `owner/name`, made public and empty when there is none. Its owner acts.
    pub(crate) fn repository(&self, full_name: &str) -> Repo {
        let (owner, name) = full_name.split_once('/').unwrap_or((full_name, ""));
        let id = self.shared.change(|world| {
            world
                .find(owner, name)
                .unwrap_or_else(|| world.create(full_name, None))
        });
        Repo::new(Arc::clone(&self.shared), id, owner)
    }

    /// The repository `owner/name`, if there is one.
    pub(crate) fn existing(&self, full_name: &str) -> Option<Repo> {
        let (owner, name) = full_name.split_once('/')?;
        let id = self.shared.with(|world| world.find(owner, name))?;
        Some(Repo::new(Arc::clone(&self.shared), id, owner))
    }

    /// Every call so far, oldest first.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.shared.with(|world| world.calls.clone())
    }

    /// The calls like `pattern`, for example `POST /repos/*/statuses/*`.
    pub(crate) fn calls_like(&self, pattern: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| super::super::calls::like(pattern, &call.line()));
        calls
    }

    /// Every attempt of a delivery so far, oldest first.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.shared.with(|world| world.deliveries.clone())
    }

    /// Waits until every delivery that was sent is answered; returns all.
    ///
    /// # Panics
    /// If one is not within the patience.
    pub(crate) async fn settled(&self) -> Vec<Delivery> {
        let patience = self.shared.with(|world| world.patience);
        let settled = self.shared.until(patience, |world| {
            let held = world.held.clone().unwrap_or_default();
            let mut open = world.deliveries.iter().filter(|it| !held.contains(&it.id));
            open.all(|it| it.response.is_some()).then_some(())
        });
        assert!(
            settled.await.is_some(),
            "a delivery is still on its way after {patience:?}"
        );
        self.deliveries()
    }

    /// How long `expect_…` and the like wait before they fail. It is 30 seconds.
    pub(crate) fn patience(&self, patience: Duration) {
        self.shared.change(|world| world.patience = patience);
    }

    /// What is wrong so far: unknown calls and fields, statuses that nobody has looked at.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.shared.with(|world| {
            let mut all = world.complaints.clone();
            let forgotten = world.statuses.iter().filter(|status| !status.looked_at);
            all.extend(forgotten.map(|status| {
                format!(
                    "no test looked at the status {} of {}",
                    status.line(),
                    status.sha
                )
            }));
            all
        })
    }

    /// Nothing that is wrong fails anything any more: for servers run by hand.
    pub(crate) fn lenient(mut self) -> Self {
        self.strict = false;
        self
    }

    /// The end of a test.
    ///
    /// # Panics
    /// If something was wrong.
    pub(crate) fn finish(mut self) {
        self.strict = false;
        let complaints = self.complaints();
        assert!(
            complaints.is_empty(),
            "the GitHub model complains:\n{}",
            complaints.join("\n")
        );
    }
}

impl Drop for GithubModel {
    fn drop(&mut self) {
        let complaints = self.complaints();
        if let Some(runtime) = self.runtime.take() {
            // Does not wait, which a test's own runtime would not allow.
            runtime.shutdown_background();
        }
        let wrong = self.strict && !complaints.is_empty() && !std::thread::panicking();
        assert!(
            !wrong,
            "the GitHub model complains:\n{}",
            complaints.join("\n")
        );
    }
}
