//! The outbox of commit statuses: for each context of a commit, the newest wins (reliability P6).
//!
//! A status is written in the transaction that changes the build's state, so it can be late but
//! never lost, and a pending one can't come after a final one.

use super::sql::{Query, Row, query};
use super::{BuildId, Repository, RepositoryId, Store, StoreError, outbox, retry};
use crate::report::status::{CommitStatus, StatusState};
use jiff::Timestamp;

/// What a status is about; sends for one key are serial.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StatusKey {
    /// The repository.
    pub repository: RepositoryId,
    /// The commit.
    pub sha: String,
    /// `continuous-integration/agent/push` …
    pub context: String,
}

/// A status that GitHub does not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingStatus {
    /// What it is about.
    pub key: StatusKey,
    /// What to say.
    pub status: CommitStatus,
    /// Path of the page it links to, below the public URL, e.g. `/owner/name/builds/12`.
    pub target: String,
    /// Counts the changes; [`Store::status_sent`] names it.
    pub version: u64,
    /// How often sending this version failed.
    pub tries: u32,
    /// When it changed.
    pub changed: Timestamp,
    /// Whether something was sent of this context, this version or an older one, of which nobody
    /// knows what became.
    pub doubt: bool,
}

/// Why a status waits on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsent<'a> {
    /// What went wrong, if anything did.
    pub error: Option<&'a str>,
    /// When to try again; `None` is never.
    pub until: Option<Timestamp>,
    /// As [`PendingStatus::doubt`], from now on.
    pub doubt: bool,
    /// Whether GitHub may have counted it: it takes a thousand.
    pub counts: bool,
}

impl Store {
    /// Puts the status of a commit of which nothing is built into the outbox. It never takes the
    /// place of what a build says of the same commit.
    ///
    /// # Errors
    /// The database.
    pub async fn put_status(
        &self,
        repository: &Repository,
        sha: &str,
        status: &CommitStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            let about = outbox::About {
                repository: repository.id,
                sha,
                build: BuildId(0),
                round: 0,
                target: format!("/{}", repository.slug),
            };
            outbox::put(&mut transaction, self.dialect(), &about, status, now).await?;
            transaction.commit().await
        })
        .await
    }

    /// Statuses that are to be sent and due, longest waiting first.
    ///
    /// # Errors
    /// The database.
    pub async fn unsent_statuses(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<PendingStatus>, StoreError> {
        self.statuses_to_send(unsent().push_bind(" WHERE due <= ", now), limit)
            .await
    }

    /// The same without pending ones whose context was given another one after `calm`: they wait for
    /// a newer word. The first word of a context never waits. Those of the repositories in `without`
    /// are left out.
    ///
    /// # Errors
    /// The database.
    pub async fn calm_statuses(
        &self,
        now: Timestamp,
        calm: Timestamp,
        without: &[RepositoryId],
        limit: u32,
    ) -> Result<Vec<PendingStatus>, StoreError> {
        let mut due = unsent()
            .push_bind(" WHERE due <= ", now)
            .push_bind(" AND (state <> ", StatusState::Pending.as_str())
            .push_bind(" OR sent_at IS NULL OR sent_at <= ", calm)
            .push(")");
        for repository in without {
            due = due.push_bind(" AND repository <> ", *repository);
        }
        self.statuses_to_send(due, limit).await
    }

    async fn statuses_to_send(
        &self,
        due: Query,
        limit: u32,
    ) -> Result<Vec<PendingStatus>, StoreError> {
        let due = due.push_bind(" ORDER BY changed, sha, context LIMIT ", limit);
        self.all(due).await?.iter().map(read).collect()
    }

    /// Takes a status for sending by this agent until then, so that no other agent sends another
    /// version of it meanwhile; false where it is taken, was sent or has changed. It is in doubt
    /// until [`Store::status_sent`] or [`Store::status_unsent`] says otherwise.
    ///
    /// # Errors
    /// The database.
    pub async fn take_status(
        &self,
        (key, agent): (&StatusKey, &str),
        version: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let take = query("UPDATE statuses SET doubt = 1")
            .push_bind(", due = ", until)
            .push_bind(", taken_by = ", agent);
        let take = of_key(take, key)
            .push_bind(" AND version = ", version)
            .push_bind(" AND due <= ", now);
        self.write(take).await.map(|changed| changed == 1)
    }

    /// Makes statuses due that an earlier process of this agent took and did not tell the end of
    /// (reliability R10).
    ///
    /// # Errors
    /// The database.
    pub async fn release_statuses(&self, agent: &str, now: Timestamp) -> Result<(), StoreError> {
        let release = query("UPDATE statuses SET taken_by = NULL")
            .push_bind(", due = ", now)
            .push_bind(" WHERE taken_by = ", agent)
            .push(" AND due IS NOT NULL");
        self.write(release).await.map(|_| ())
    }

    /// Notes that GitHub has this version; whether it had to be posted for that just now. A newer
    /// version stays unsent.
    ///
    /// # Errors
    /// The database.
    pub async fn status_sent(
        &self,
        key: &StatusKey,
        version: u64,
        posted: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sent = query("UPDATE statuses SET doubt = 0, taken_by = NULL")
            .push_bind(", sent_count = sent_count + ", u32::from(posted))
            .push_bind(", sent_at = ", now)
            .push_bind(", sent = CASE WHEN sent < ", version)
            .push_bind(" THEN ", version)
            .push_bind(" ELSE sent END, tries = CASE WHEN version = ", version)
            .push_bind(
                " THEN 0 ELSE tries END, due = CASE WHEN version = ",
                version,
            )
            .push(" THEN NULL ELSE due END");
        self.write(of_key(sent, key)).await.map(|_| ())
    }

    /// Notes why this version waits on. A newer one has not been tried yet.
    ///
    /// # Errors
    /// The database.
    pub async fn status_unsent(
        &self,
        key: &StatusKey,
        version: u64,
        why: &Unsent<'_>,
    ) -> Result<(), StoreError> {
        let unsent = query("UPDATE statuses SET taken_by = NULL")
            .push_bind(", doubt = ", why.doubt)
            .push_bind(", sent_count = sent_count + ", u32::from(why.counts))
            .push_bind(", tries = tries + CASE WHEN version = ", version)
            .push_bind(
                " THEN 1 ELSE 0 END, last_error = CASE WHEN version = ",
                version,
            )
            .push_bind(" THEN ", why.error)
            .push_bind(" ELSE last_error END, due = CASE WHEN version = ", version)
            .push_bind(" THEN ", why.until)
            .push(" ELSE due END");
        self.write(of_key(unsent, key)).await.map(|_| ())
    }

    /// Removes what was said of commits of which nothing was built, where it was said before a time
    /// and is not to be sent any more. What a build says goes with the build.
    ///
    /// # Errors
    /// The database.
    pub async fn remove_statuses(&self, before: Timestamp) -> Result<(), StoreError> {
        let old = query("DELETE FROM statuses")
            .push_bind(" WHERE build = ", BuildId(0))
            .push_bind(" AND due IS NULL AND changed < ", before);
        self.write(old).await.map(|_| ())
    }

    /// How many statuses a commit's context has by our count; GitHub takes a thousand.
    ///
    /// # Errors
    /// The database.
    pub async fn statuses_sent(&self, key: &StatusKey) -> Result<u64, StoreError> {
        let count = of_key(query("SELECT sent_count FROM statuses"), key);
        match self.first(count).await? {
            Some(row) => row.number("sent_count"),
            None => Ok(0),
        }
    }
}

fn unsent() -> Query {
    query(
        "SELECT repository, sha, context, state, description, target, version, tries, changed, \
         doubt FROM statuses",
    )
}

fn of_key(query: Query, key: &StatusKey) -> Query {
    query
        .push_bind(" WHERE repository = ", key.repository)
        .push_bind(" AND sha = ", key.sha.as_str())
        .push_bind(" AND context = ", key.context.as_str())
}

fn read(row: &Row) -> Result<PendingStatus, StoreError> {
    let context = row.text("context")?;
    Ok(PendingStatus {
        key: StatusKey {
            repository: RepositoryId(row.number("repository")?),
            sha: row.text("sha")?,
            context: context.clone(),
        },
        status: CommitStatus {
            context,
            state: row.word("state", StatusState::parse)?,
            description: row.text("description")?,
        },
        target: row.text("target")?,
        version: row.number("version")?,
        tries: row.number("tries")?,
        changed: row.time("changed")?,
        doubt: row.truth("doubt")?,
    })
}
