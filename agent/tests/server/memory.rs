//! Rows in memory in place of the database, and actions that are only written down.

use agent::server::{ActionError, Actions, Cancel, Forge, Probes, Reader, Restart};
use agent::store::{
    Attempt, BuildFilter, BuildId, BuildRow, Cursor, Delivery, DeliveryId, JobId, JobRow, Outline,
    Repository, RepositoryId, StoreError,
};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// The rows.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) repositories: Vec<Repository>,
    pub(crate) builds: Vec<BuildRow>,
    pub(crate) jobs: Vec<JobRow>,
    pub(crate) earlier: Vec<(JobId, Attempt)>,
    pub(crate) deliveries: Vec<Delivery>,
    /// What jobs wait for, where that is a group.
    pub(crate) waits: BTreeMap<JobId, String>,
    /// Numbers of builds that cannot be read.
    pub(crate) unreadable: Vec<u64>,
    /// What the database says instead of an answer.
    pub(crate) broken: Option<fn() -> StoreError>,
}

impl Rows {
    fn numbered(&self, repository: RepositoryId, number: u64) -> Option<&BuildRow> {
        let mut all = self.builds.iter();
        all.find(|row| row.repository == repository && row.number == number)
    }
}

/// The rows behind a lock, so that tests can change them while a server reads.
#[derive(Default)]
pub(crate) struct Memory(pub(crate) Mutex<Rows>);

impl Memory {
    /// Looks at the rows.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Rows) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    fn read<T>(&self, look: impl FnOnce(&Rows) -> T) -> Result<T, StoreError> {
        self.with(|rows| match rows.broken {
            Some(error) => Err(error()),
            None => Ok(look(rows)),
        })
    }
}

#[async_trait]
impl Reader for Memory {
    async fn repository(&self, id: RepositoryId) -> Result<Option<Repository>, StoreError> {
        self.read(|rows| rows.repositories.iter().find(|row| row.id == id).cloned())
    }

    async fn repository_named(&self, slug: &str) -> Result<Option<Repository>, StoreError> {
        self.read(|rows| {
            let mut all = rows.repositories.iter();
            all.find(|row| row.slug.eq_ignore_ascii_case(slug)).cloned()
        })
    }

    async fn repositories(&self) -> Result<Vec<Repository>, StoreError> {
        self.read(|rows| rows.repositories.clone())
    }

    async fn build(&self, id: BuildId) -> Result<Option<BuildRow>, StoreError> {
        self.read(|rows| rows.builds.iter().find(|row| row.id == id).cloned())
    }

    async fn build_numbered(
        &self,
        repository: RepositoryId,
        number: u64,
    ) -> Result<Option<BuildRow>, StoreError> {
        if self.with(|rows| rows.unreadable.contains(&number)) {
            return Err(StoreError::Damaged {
                what: "request of row 7".to_owned(),
                reason: "a text that <b>stands</b> there".to_owned(),
            });
        }
        self.read(|rows| rows.numbered(repository, number).cloned())
    }

    async fn build_outline(
        &self,
        repository: RepositoryId,
        number: u64,
    ) -> Result<Option<Outline>, StoreError> {
        self.read(|rows| {
            let build = rows.numbered(repository, number)?;
            Some(Outline {
                state: Some(build.state),
                created: Some(build.created),
                finished: build.finished,
                refused: build.refused.clone(),
            })
        })
    }

    async fn builds(
        &self,
        filter: &BuildFilter,
        cursor: Cursor,
        limit: u32,
    ) -> Result<Vec<BuildRow>, StoreError> {
        self.read(|rows| {
            let is_public = |id| {
                let mut all = rows.repositories.iter();
                all.any(|row| row.id == id && !row.private)
            };
            let fits = |row: &&BuildRow| {
                filter.repository.is_none_or(|id| row.repository == id)
                    && filter.state.is_none_or(|state| row.state == state)
                    && cursor.0.is_none_or(|before| row.id < before)
                    && (!filter.public_only || is_public(row.repository))
                    && (filter.branch.as_ref()).is_none_or(|name| row.request.branch == *name)
            };
            let newest_first = rows.builds.iter().rev().filter(fits);
            newest_first.take(limit as usize).cloned().collect()
        })
    }

    async fn jobs(&self, build: BuildId) -> Result<Vec<JobRow>, StoreError> {
        self.read(|rows| {
            let all = rows.jobs.iter().filter(|row| row.build == build);
            all.cloned().collect()
        })
    }

    async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        self.read(|rows| rows.jobs.iter().find(|row| row.id == id).cloned())
    }

    async fn earlier_attempts(&self, id: JobId) -> Result<Vec<Attempt>, StoreError> {
        self.read(|rows| {
            let all = rows.earlier.iter().filter(|(job, _)| *job == id);
            all.map(|(_, attempt)| attempt.clone()).collect()
        })
    }

    async fn group_waits(&self, _: RepositoryId) -> Result<BTreeMap<JobId, String>, StoreError> {
        self.read(|rows| rows.waits.clone())
    }

    async fn deliveries(
        &self,
        repository: Option<RepositoryId>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.read(|rows| {
            let fits = |row: &&Delivery| {
                repository.is_none_or(|id| row.new.repository == Some(id))
                    && before.is_none_or(|before| row.id < before)
            };
            let newest_first = rows.deliveries.iter().rev().filter(fits);
            newest_first.take(limit as usize).cloned().collect()
        })
    }
}

/// What was asked for, and the answer that is given.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) done: Mutex<Vec<String>>,
    pub(crate) answer: Mutex<Option<ActionError>>,
}

impl Asked {
    fn note(&self, what: String) -> Result<(), ActionError> {
        self.done.lock().unwrap().push(what);
        self.answer.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl Actions for Asked {
    async fn restart(&self, what: Restart) -> Result<(), ActionError> {
        self.note(format!("restart {what:?}"))
    }

    async fn cancel(&self, what: Cancel) -> Result<(), ActionError> {
        self.note(format!("cancel {what:?}"))
    }

    async fn approve(&self, build: BuildId, head_sha: &str) -> Result<(), ActionError> {
        self.note(format!("approve {build} {head_sha}"))
    }
}

/// A forge that is nowhere.
pub(crate) struct Nowhere;

impl Forge for Nowhere {
    fn commit(&self, slug: &str, sha: &str) -> String {
        format!("https://forge.example/{slug}/commit/{sha}")
    }

    fn pull_request(&self, slug: &str, number: u64) -> String {
        format!("https://forge.example/{slug}/pull/{number}")
    }
}

/// Parts that answer, or not.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) draining: AtomicBool,
    pub(crate) no_database: AtomicBool,
    pub(crate) no_docker: AtomicBool,
    pub(crate) too_full: AtomicBool,
}

#[async_trait]
impl Probes for Parts {
    fn draining(&self) -> bool {
        self.draining.load(SeqCst)
    }

    async fn database(&self) -> bool {
        !self.no_database.load(SeqCst)
    }

    fn room(&self) -> bool {
        !self.too_full.load(SeqCst)
    }

    async fn docker(&self) -> bool {
        !self.no_docker.load(SeqCst)
    }
}
