//! Deliveries: stored before they are answered, and each ends in exactly one way (reliability P2).

use super::sql::{Query, Row, query};
use super::{BuildId, DeliveryId, RepositoryId, Store, StoreError};
use jiff::Timestamp;

/// A delivery that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// GitHub's `X-GitHub-Delivery`; for findings of the poller a name made of their meaning.
    pub guid: String,
    /// GitHub's `X-GitHub-Event`.
    pub event: String,
    /// The repository that the body names, set up here or not. Deliveries of one are handled in
    /// order.
    pub repository: Option<RepositoryId>,
    /// The body as signed, or what the poller found in the same shape.
    pub body: Vec<u8>,
    /// Whether the poller found it.
    pub polled: bool,
    /// When it came.
    pub received: Timestamp,
}

/// How a delivery came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// GitHub called.
    Webhook,
    /// The poller found it.
    Found,
    /// The operator approved a head commit, which is then looked at again.
    Approval,
}

impl NewDelivery {
    /// Ends the name of a delivery that an approval has made. No GUID of GitHub's holds a blank.
    pub const APPROVED: &str = " approved";

    /// How it came.
    #[must_use]
    pub fn came(&self) -> Came {
        match (self.polled, self.guid.ends_with(Self::APPROVED)) {
            (true, true) => Came::Approval,
            (true, false) => Came::Found,
            (false, _) => Came::Webhook,
        }
    }
}

/// What storing it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is new.
    New(DeliveryId),
    /// One of the same GUID is there already; nothing was changed.
    Known(DeliveryId),
}

/// A stored delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its place in the order of storing.
    pub id: DeliveryId,
    /// What came.
    pub new: NewDelivery,
    /// How it ended; none while it waits.
    pub outcome: Option<DeliveryOutcome>,
    /// How often it was tried in vain.
    pub tries: u32,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// It made a build. The row is written by [`Store::create_build`].
    Build(BuildId),
    /// It could have made a build; why it did not.
    Skipped(String),
    /// It is not of a kind that makes builds; what was done with it.
    Ignored(String),
    /// It should have made a build, and something was wrong.
    Error(String),
}

const COLUMNS: &str = "SELECT id, guid, event, body, polled, received, repository, outcome, \
    outcome_text, build, tries, last_error FROM deliveries";

/// The same without the body, which is large.
const BRIEF_COLUMNS: &str = "SELECT id, guid, event, polled, received, repository, outcome, \
    outcome_text, build, tries, last_error FROM deliveries";

impl Store {
    /// Stores a delivery. Many calls at once share one commit.
    ///
    /// # Errors
    /// The database; the delivery must then not be answered with success.
    pub async fn put_delivery(&self, delivery: NewDelivery) -> Result<Stored, StoreError> {
        self.intake.put(delivery).await
    }

    /// Ends a delivery without a build. One that has ended stays as it is.
    ///
    /// # Errors
    /// The database.
    pub async fn finish_delivery(
        &self,
        id: DeliveryId,
        repository: Option<RepositoryId>,
        outcome: &DeliveryOutcome,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(finish(id, repository, outcome, now))
            .await
            .map(|_| ())
    }

    /// Puts a delivery off after a failure that may pass.
    ///
    /// # Errors
    /// The database.
    pub async fn postpone_delivery(
        &self,
        id: DeliveryId,
        error: &str,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let postpone = query("UPDATE deliveries SET tries = tries + 1")
            .push_bind(", last_error = ", error)
            .push_bind(", due = ", until)
            .push_bind(" WHERE outcome IS NULL AND id = ", id);
        self.write(postpone).await.map(|_| ())
    }

    /// One delivery.
    ///
    /// # Errors
    /// The database.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let delivery = query(COLUMNS).push_bind(" WHERE id = ", id);
        let row = self.first(delivery).await?;
        row.map(|row| read(&row, row.bytes("body")?)).transpose()
    }

    /// Whether a delivery of this GUID is there.
    ///
    /// # Errors
    /// The database.
    pub async fn has_delivery(&self, guid: &str) -> Result<bool, StoreError> {
        let named = query("SELECT id FROM deliveries").push_bind(" WHERE guid = ", guid);
        Ok(self.first(named).await?.is_some())
    }

    /// The newest first, `before` exclusive, of one repository or all; bodies are left out.
    ///
    /// # Errors
    /// The database.
    pub async fn deliveries(
        &self,
        repository: Option<RepositoryId>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut list = query(BRIEF_COLUMNS).push(" WHERE 1 = 1");
        if let Some(repository) = repository {
            list = list.push_bind(" AND repository = ", repository);
        }
        if let Some(before) = before {
            list = list.push_bind(" AND id < ", before);
        }
        let rows = self
            .all(list.push_bind(" ORDER BY id DESC LIMIT ", limit))
            .await?;
        rows.iter().map(|row| read(row, Vec::new())).collect()
    }
}

/// Ends a delivery that has not ended.
pub(super) fn finish(
    id: DeliveryId,
    repository: Option<RepositoryId>,
    outcome: &DeliveryOutcome,
    now: Timestamp,
) -> Query {
    let (word, text, build) = match outcome {
        DeliveryOutcome::Build(build) => ("build", None, Some(build.0)),
        DeliveryOutcome::Skipped(text) => ("skipped", Some(text.as_str()), None),
        DeliveryOutcome::Ignored(text) => ("ignored", Some(text.as_str()), None),
        DeliveryOutcome::Error(text) => ("error", Some(text.as_str()), None),
    };
    query("UPDATE deliveries")
        .push_bind(" SET outcome = ", word)
        .push_bind(", outcome_text = ", text)
        .push_bind(", build = ", build)
        .push_bind(", finished = ", now)
        .push_bind(", repository = coalesce(", repository)
        .push_bind(", repository) WHERE outcome IS NULL AND id = ", id)
}

fn read(row: &Row, body: Vec<u8>) -> Result<Delivery, StoreError> {
    let outcome = match row.optional_text("outcome")?.as_deref() {
        None => None,
        Some("build") => Some(DeliveryOutcome::Build(BuildId(row.number("build")?))),
        Some("skipped") => Some(DeliveryOutcome::Skipped(row.text("outcome_text")?)),
        Some("ignored") => Some(DeliveryOutcome::Ignored(row.text("outcome_text")?)),
        Some("error") => Some(DeliveryOutcome::Error(row.text("outcome_text")?)),
        Some(word) => {
            return Err(row.damaged("outcome", &format_args!("{word:?} is not known")));
        }
    };
    Ok(Delivery {
        id: DeliveryId(row.number("id")?),
        new: NewDelivery {
            guid: row.text("guid")?,
            event: row.text("event")?,
            body,
            repository: row.optional_number("repository")?.map(RepositoryId),
            polled: row.truth("polled")?,
            received: row.time("received")?,
        },
        outcome,
        tries: row.number("tries")?,
        last_error: row.optional_text("last_error")?,
    })
}
