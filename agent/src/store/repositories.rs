//! Repositories that the agent builds.

use super::sql::{Row, query, to_json};
use super::{RepositoryId, Store, StoreError, retry};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A repository, as GitHub last described it and as the operator set it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// GitHub's number.
    pub id: RepositoryId,
    /// `owner/name`, as it is called now.
    pub slug: String,
    /// Whether it is private; pages and logs follow it from one request to the next (security T5).
    pub private: bool,
    /// Its default branch.
    pub default_branch: String,
    /// Whether deliveries for it make builds.
    pub active: bool,
    /// The number of its webhook, where the agent made it.
    pub hook: Option<u64>,
    /// What the operator chose for it.
    pub settings: RepositorySettings,
}

/// What an operator can choose for one repository (run-time reference §10.1, §10.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RepositorySettings {
    /// Whether pushes make builds.
    pub build_pushes: bool,
    /// Whether pull requests make builds.
    pub build_pull_requests: bool,
    /// Whether a newer push cancels older builds of its branch that have not begun.
    pub auto_cancel_pushes: bool,
    /// The same for new commits of a pull request.
    pub auto_cancel_pull_requests: bool,
    /// Whether jobs may ask for a Docker daemon of their own (decision 15).
    pub docker: bool,
    /// Whether layers of those daemons are kept from one build to the next.
    pub docker_cache: bool,
    /// Whether private repositories of the same owner may import configs from it, where it is
    /// private itself.
    pub config_imports: bool,
    /// How many of its jobs may run at once; none means the agent's limit only.
    pub max_jobs: Option<u32>,
    /// Bytes of memory of each of its jobs; none means the agent's limit, here and below.
    pub memory: Option<u64>,
    /// Bytes that each of its jobs may take on the disk.
    pub disk: Option<u64>,
    /// Seconds without any output after which a job of it is stopped.
    pub silence_limit: Option<u64>,
    /// Seconds after which a job of it is stopped in any case.
    pub hard_limit: Option<u64>,
    /// Bytes that are kept of the beginning of its jobs' logs.
    pub log_head: Option<u64>,
    /// Bytes that are kept of their end.
    pub log_tail: Option<u64>,
    /// Whether jobs see `TRAVIS=true` (decision 12); where nothing is said, those of a
    /// `.travis.yml` do.
    pub travis: Option<bool>,
}

impl RepositorySettings {
    /// Whether jobs of a config see `TRAVIS=true`.
    #[must_use]
    pub fn travis(&self, compat: bool) -> bool {
        self.travis.unwrap_or(compat)
    }
}

impl Default for RepositorySettings {
    fn default() -> Self {
        Self {
            build_pushes: true,
            build_pull_requests: true,
            auto_cancel_pushes: true,
            auto_cancel_pull_requests: true,
            docker: false,
            docker_cache: true,
            config_imports: false,
            max_jobs: None,
            memory: None,
            disk: None,
            silence_limit: None,
            hard_limit: None,
            log_head: None,
            log_tail: None,
            travis: None,
        }
    }
}

const COLUMNS: &str =
    "SELECT id, slug, private, default_branch, active, hook, settings FROM repositories";

impl Store {
    /// Adds a repository, or brings it up to date; its build numbers go on where they were. One
    /// that was switched off and is on again is looked at by the poller as if for the first time.
    ///
    /// # Errors
    /// The database.
    pub async fn put_repository(
        &self,
        repository: &Repository,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let put = query(
            "INSERT INTO repositories (id, slug, slug_lower, private, default_branch, active, hook, \
             settings, max_jobs, created, described) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
             (SELECT coalesce(max(described), 0) + 1 FROM repositories)) \
             ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, slug_lower = excluded.slug_lower, \
             private = excluded.private, default_branch = excluded.default_branch, \
             active = excluded.active, hook = excluded.hook, settings = excluded.settings, \
             max_jobs = excluded.max_jobs, described = excluded.described, looked = CASE \
             WHEN repositories.active = 0 AND excluded.active = 1 THEN NULL \
             ELSE repositories.looked END",
        )
        .bind(repository.id)
        .bind(repository.slug.as_str())
        .bind(repository.slug.to_lowercase())
        .bind(repository.private)
        .bind(repository.default_branch.as_str())
        .bind(repository.active)
        .bind(repository.hook)
        .bind(to_json(&repository.settings)?)
        .bind(repository.settings.max_jobs)
        .bind(now);
        self.write(put).await.map(|_| ())
    }

    /// Notes a new name, visibility or default branch; settings and hook stay.
    ///
    /// # Errors
    /// The database.
    pub async fn describe_repository(
        &self,
        id: RepositoryId,
        slug: &str,
        private: bool,
        default_branch: &str,
    ) -> Result<(), StoreError> {
        let describe = query(
            "UPDATE repositories SET slug = $2, slug_lower = $3, private = $4, default_branch = $5, \
             described = (SELECT max(described) + 1 FROM repositories) WHERE id = $1",
        )
        .bind(id)
        .bind(slug)
        .bind(slug.to_lowercase())
        .bind(private)
        .bind(default_branch);
        self.write(describe).await.map(|_| ())
    }

    /// Switches builds for a repository on or off; all else stays as it is.
    ///
    /// # Errors
    /// The database.
    pub async fn switch_repository(
        &self,
        id: RepositoryId,
        active: bool,
    ) -> Result<(), StoreError> {
        let switch = query("UPDATE repositories")
            .push_bind(" SET active = ", active)
            .push_bind(" WHERE id = ", id);
        self.write(switch).await.map(|_| ())
    }

    /// Changes settings, whatever else is changed at that time; what they were before, or `None`
    /// where there is no such repository. `change` may run more than once.
    ///
    /// # Errors
    /// The database; nothing has changed then.
    pub async fn change_settings(
        &self,
        id: RepositoryId,
        change: impl Fn(&mut RepositorySettings),
    ) -> Result<Option<RepositorySettings>, StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            let row = query("SELECT settings FROM repositories")
                .push_bind(" WHERE id = ", id)
                .push(self.dialect().for_update())
                .first(&mut transaction)
                .await?;
            let Some(row) = row else {
                return Ok(None);
            };
            let before: RepositorySettings = row.json("settings")?;
            let mut after = before.clone();
            change(&mut after);
            query("UPDATE repositories")
                .push_bind(" SET settings = ", to_json(&after)?)
                .push_bind(", max_jobs = ", after.max_jobs)
                .push_bind(" WHERE id = ", id)
                .run(&mut transaction)
                .await?;
            transaction.commit().await?;
            Ok(Some(before))
        })
        .await
    }

    /// One by its number.
    ///
    /// # Errors
    /// The database.
    pub async fn repository(&self, id: RepositoryId) -> Result<Option<Repository>, StoreError> {
        let repository = query(COLUMNS).push_bind(" WHERE id = ", id);
        self.first(repository)
            .await?
            .map(|row| read(&row))
            .transpose()
    }

    /// One by its present name, without regard to case.
    ///
    /// # Errors
    /// The database.
    pub async fn repository_named(&self, slug: &str) -> Result<Option<Repository>, StoreError> {
        // A repository that was renamed without our hearing of it still has its old name here.
        let repository = query(COLUMNS)
            .push_bind(" WHERE slug_lower = ", slug.to_lowercase())
            .push(" ORDER BY described DESC LIMIT 1");
        self.first(repository)
            .await?
            .map(|row| read(&row))
            .transpose()
    }

    /// All, by name.
    ///
    /// # Errors
    /// The database.
    pub async fn repositories(&self) -> Result<Vec<Repository>, StoreError> {
        let repositories = query(COLUMNS).push(" ORDER BY slug_lower, id");
        self.all(repositories).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Repository, StoreError> {
    Ok(Repository {
        id: RepositoryId(row.number("id")?),
        slug: row.text("slug")?,
        private: row.truth("private")?,
        default_branch: row.text("default_branch")?,
        active: row.truth("active")?,
        hook: row.optional_number("hook")?,
        settings: row.json("settings")?,
    })
}
