//! What a stored job runs with: from its build, its repository and the operator's word.

use super::limits;
use super::shared::Shared;
use crate::github::Slug;
use crate::jobs::{Context, JobFacts, from_settings};
use crate::policy::{self, Allowed, Approval, DaemonAllowed, Facts, Grants, trusted};
use crate::queue::Lease;
use crate::runner::facts::BuildFacts;
use crate::runner::opened;
use crate::runner::script::FromSettings;
use crate::secrets::{Keyring, MasterKeys, Opener};
use crate::settings::Settings;
use crate::store::{BuildRow, JobRow, Repository, StoreError};
use crate::variables::{self, BadVariable, Masters};
use schema::source::Source;
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// A job that was claimed, with its build and repository.
pub(super) struct Claimed {
    pub(super) lease: Lease,
    pub(super) row: JobRow,
    pub(super) build: BuildRow,
    pub(super) repository: Repository,
}

/// Why a claimed job can't be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    #[error(transparent)]
    Database(#[from] StoreError),
    #[error("its {0} is not in the database")]
    Missing(&'static str),
}

impl Claimed {
    /// Reads what belongs to a claimed job.
    ///
    /// # Errors
    /// The database, or a row that is not there.
    pub(super) async fn read(shared: &Shared, lease: Lease, row: JobRow) -> Result<Self, Unread> {
        let store = &shared.parts.store;
        let build = store.build(row.build).await?;
        let build = build.ok_or(Unread::Missing("build"))?;
        let repository = store.repository(build.repository).await?;
        Ok(Self {
            lease,
            row,
            repository: repository.ok_or(Unread::Missing("repository"))?,
            build,
        })
    }

    /// Everything but the work tree, which a job that runs already does not need.
    ///
    /// # Errors
    /// In words: the keys, or the repository's name.
    pub(super) async fn context(&self, shared: &Shared) -> Result<Context, String> {
        let parts = &shared.parts;
        let settings = parts.settings.get();
        let request = &self.build.request;
        let approvals = parts.store.approvals(self.repository.id).await;
        let approvals = approvals.map_err(|error| error.to_string())?;
        let allowed = Allowed::Daemon(self.allowed(shared, &approvals));
        let grants = policy::decide(&Facts::of(request), &allowed);
        let slug = self.slug()?;
        let page = page(&settings.public_url, &self.repository.slug);
        let sources = self.build.sources.iter();
        let config = self.build.sources.first().map(|(name, _)| name.as_str());
        let variables = self.variables(shared, &grants).await?;
        Ok(Context {
            backend: Arc::clone(&parts.backend),
            settings: self.settings(shared),
            opener: self.opener(shared, &grants).await?,
            grants,
            request: request.clone(),
            repository: self.repository.slug.clone(),
            // Another repository may have the name tomorrow.
            layers_of: (self.repository.settings.docker_cache)
                .then(|| self.repository.id.to_string()),
            sources: sources
                .map(|(name, text)| Source::new(name.as_str(), text.as_str()))
                .collect(),
            trees: None,
            origin: parts.client.clone_url(&slug).to_string(),
            build: BuildFacts {
                id: self.build.id.0.to_string(),
                number: self.build.number,
                url: format!("{page}/builds/{}", self.build.number),
            },
            variables,
            former: Vec::new(),
            given: Vec::new(),
            pinned: None,
            travis: self
                .repository
                .settings
                .travis(config == Some(".travis.yml")),
            tree: format!("commit {}", request.sha.chars().take(7).collect::<String>()),
        })
    }

    /// The same with the work trees, fetched where the job wants one.
    ///
    /// # Errors
    /// As [`Self::context`], and when the commit can't be fetched.
    pub(super) async fn context_with_trees(&self, shared: &Shared) -> Result<Context, String> {
        let mut context = self.context(shared).await?;
        if self.row.plan.git.clone {
            let from = (&shared.parts.client, context.origin.as_str());
            let data = &shared.parts.settings.get().data;
            let sha = &self.build.request.sha;
            let trees = shared.trees.of(self.build.id, from, sha, data).await?;
            context.trees = Some(trees);
        }
        Ok(context)
    }

    /// The operator's word for this repository's jobs.
    pub(super) fn settings(&self, shared: &Shared) -> Settings {
        let settings = shared.parts.settings.get();
        limits::of_repository(&settings.settings, &self.repository.settings)
    }

    /// What the job is called.
    pub(super) fn names(&self, shared: &Shared) -> JobFacts {
        let settings = shared.parts.settings.get();
        let page = page(&settings.public_url, &self.repository.slug);
        let attempt = &self.row.attempt;
        let number = format!("{}.{}", self.build.number, self.row.plan.number);
        JobFacts {
            id: self.row.id.0.to_string(),
            url: format!("{page}/jobs/{number}"),
            restarted: (attempt.number > 1).then(|| attempt.asked_by.clone().unwrap_or_default()),
            retried: self.row.retried(),
            instance: shared.instance(&self.lease),
            labels: BTreeMap::from([
                ("ci.job".to_owned(), self.row.id.0.to_string()),
                ("ci.attempt".to_owned(), self.lease.attempt.to_string()),
                ("ci.epoch".to_owned(), self.lease.epoch.to_string()),
            ]),
        }
    }

    /// As [`Self::context`], for a job that runs already: it may print secrets that it was given and
    /// that were replaced since.
    ///
    /// # Errors
    /// As [`Self::context`], and a former secret that does not open.
    pub(super) async fn context_of_running(&self, shared: &Shared) -> Result<Context, String> {
        let mut context = self.context(shared).await?;
        if context.grants.secrets().given() {
            let former = shared
                .parts
                .store
                .former_variables(self.repository.id)
                .await;
            let former = former.map_err(|error| error.to_string())?;
            let open = move |masters: &_| variables::former(&former, masters);
            context.former = with_masters(shared, open).await?;
        }
        Ok(context)
    }

    /// The variables of the repository's settings as they are now.
    async fn variables(&self, shared: &Shared, grants: &Grants) -> Result<FromSettings, String> {
        let all = shared.parts.store.variables(self.repository.id).await;
        let all = all.map_err(|error| error.to_string())?;
        if all.is_empty() {
            return Ok(FromSettings::default());
        }
        let (branch, secrets) = (self.build.request.branch.clone(), grants.secrets().given());
        let open = move |masters: &_| {
            let chosen = variables::choose(&all, &branch);
            variables::given(&chosen, secrets, masters)
        };
        Ok(from_settings(with_masters(shared, open).await?, grants))
    }

    fn slug(&self) -> Result<Slug, String> {
        let slug = self.repository.slug.parse::<Slug>();
        slug.map_err(|error| error.to_string())
    }

    /// What the operator, by settings and approvals, lets the build have.
    fn allowed<'a>(&self, shared: &Shared, approvals: &'a [Approval]) -> DaemonAllowed<'a> {
        let settings = shared.parts.settings.get();
        let list = &settings.settings.docker.trusted_repositories;
        DaemonAllowed {
            docker: trusted(list, &self.repository.slug) || self.repository.settings.docker,
            approvals,
        }
    }

    /// Opens the repository's secrets, where the job has some and may have them.
    async fn opener(&self, shared: &Shared, grants: &Grants) -> Result<Option<Opener>, String> {
        if !grants.secrets().given() || opened::count(&self.row.plan) == 0 {
            return Ok(None);
        }
        let settings = shared.parts.settings.get();
        let id = self.repository.id.0;
        let opener = tokio::task::spawn_blocking(move || {
            let keyring = Keyring::open(&settings.data.join("keys"));
            let keyring = keyring.map_err(|error| format!("the keys cannot be read: {error}"))?;
            let masters = MasterKeys::load(&settings.master);
            let host = settings.github.host();
            Ok(Some(Opener::new(&keyring, &masters, &host, id)))
        });
        opener
            .await
            .map_err(|error| format!("reading the keys broke: {error}"))?
    }
}

/// Opens variables with the master key as it is now.
async fn with_masters<T: Send + 'static>(
    shared: &Shared,
    open: impl FnOnce(&Masters) -> Result<T, BadVariable> + Send + 'static,
) -> Result<T, String> {
    let master = shared.parts.settings.get().master.clone();
    let opened = tokio::task::spawn_blocking(move || open(&MasterKeys::load(&master))).await;
    let opened = opened.map_err(|error| format!("opening the variables broke: {error}"))?;
    opened.map_err(|error| error.to_string())
}

/// The page of a repository.
fn page(public: &Url, slug: &str) -> String {
    format!("{}/{slug}", public.as_str().trim_end_matches('/'))
}
