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
        let unsent = query(
            "SELECT repository, sha, context, state, description, target, version, tries, changed \
             FROM statuses",
        )
        .push_bind(" WHERE due <= ", now)
        .push_bind(" ORDER BY changed, sha, context LIMIT ", limit);
        self.all(unsent).await?.iter().map(read).collect()
    }

    /// Takes a status for sending by this agent until then: newer versions wait meanwhile, and no
    /// other agent sends any; false where it is taken, was sent or has changed.
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
        let take = query("UPDATE statuses")
            .push_bind(" SET due = ", until)
            .push_bind(", taken = ", until)
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
        let release = query("UPDATE statuses SET taken_by = NULL, taken = NULL")
            .push_bind(", due = ", now)
            .push_bind(" WHERE taken_by = ", agent)
            .push(" AND due IS NOT NULL");
        self.write(release).await.map(|_| ())
    }

    /// Notes that GitHub has this version. A newer version stays unsent. Where another agent has
    /// taken the status over meanwhile, nobody knows which of the two came last: the newest is then
    /// sent once more.
    ///
    /// # Errors
    /// The database.
    pub async fn status_sent(
        &self,
        (key, agent): (&StatusKey, &str),
        version: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sent = query("UPDATE statuses SET sent_count = sent_count + 1")
            .push_bind(", sent_at = ", now)
            .push_bind(", sent = CASE WHEN sent < ", version)
            .push_bind(" THEN ", version)
            .push_bind(" ELSE sent END, tries = CASE WHEN version = ", version)
            .push(" THEN 0 ELSE tries END");
        let sent = given_back(sent, (version, agent), now, None);
        self.write(of_key(sent, key)).await.map(|_| ())
    }

    /// Notes a failed attempt; with `until` it is tried again then, without it never. As uncertain as
    /// [`Self::status_sent`] where another agent has taken the status over.
    ///
    /// # Errors
    /// The database.
    pub async fn status_failed(
        &self,
        (key, agent): (&StatusKey, &str),
        version: u64,
        (error, until): (&str, Option<Timestamp>),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // A newer version has not been tried yet.
        let failed = query("UPDATE statuses")
            .push_bind(" SET tries = CASE WHEN version = ", version)
            .push_bind(
                " THEN tries + 1 ELSE tries END, last_error = CASE WHEN version = ",
                version,
            )
            .push_bind(" THEN ", error)
            .push(" ELSE last_error END");
        let failed = given_back(failed, (version, agent), now, until);
        self.write(of_key(failed, key)).await.map(|_| ())
    }

    /// How many statuses were sent to a commit's context; GitHub takes a thousand.
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

/// Ends the sending of a version: it is due again at `until`, or never; a newer one is due now.
fn given_back(
    update: Query,
    (version, agent): (u64, &str),
    now: Timestamp,
    until: Option<Timestamp>,
) -> Query {
    let mine = " CASE WHEN taken_by = ";
    update
        .push(", due =")
        .push_bind(mine, agent)
        .push_bind(" THEN CASE WHEN version = ", version)
        .push_bind(" THEN ", until)
        .push_bind(" ELSE ", now)
        .push_bind(" END WHEN taken > ", now)
        .push_bind(" THEN taken ELSE ", now)
        .push(" END, version =")
        .push_bind(mine, agent)
        .push(" THEN version ELSE version + 1 END, taken =")
        .push_bind(mine, agent)
        .push(" THEN NULL ELSE taken END, taken_by =")
        .push_bind(mine, agent)
        .push(" THEN NULL ELSE taken_by END")
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
    })
}
