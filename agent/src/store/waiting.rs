//! Deliveries that wait, by repository: each repository's are handled in the order of storing.

use super::sql::query;
use super::{DeliveryId, Dialect, RepositoryId, Store, StoreError};
use jiff::Timestamp;

/// A delivery that waits, without its body, which may be large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which one.
    pub id: DeliveryId,
    /// When it is to be tried; in the future once it was put off.
    pub due: Timestamp,
    /// How often it was tried in vain.
    pub tries: u32,
}

impl Store {
    /// The repositories of which deliveries wait, by number, each with its newest; first `None`
    /// where some wait that name no repository. Takes two looks into an index for each, however many
    /// deliveries wait.
    ///
    /// # Errors
    /// The database.
    pub async fn repositories_waiting(
        &self,
    ) -> Result<Vec<(Option<RepositoryId>, DeliveryId)>, StoreError> {
        let index = by_index(self.dialect());
        let nameless = query(format!(
            "SELECT id AS newest FROM deliveries{index} \
             WHERE outcome IS NULL AND repository IS NULL ORDER BY id DESC LIMIT 1"
        ));
        let mut all = Vec::new();
        if let Some(row) = self.first(nameless).await? {
            all.push((None, DeliveryId(row.number("newest")?)));
        }
        let named = query(format!(
            "WITH RECURSIVE found (repository) AS (\
             SELECT (SELECT min(repository) FROM deliveries{index} \
              WHERE outcome IS NULL AND repository IS NOT NULL) \
             UNION ALL \
             SELECT (SELECT min(d.repository) FROM deliveries AS d{index} \
              WHERE d.outcome IS NULL AND d.repository > found.repository) \
             FROM found WHERE found.repository IS NOT NULL) \
             SELECT repository, (SELECT max(d.id) FROM deliveries AS d{index} \
              WHERE d.outcome IS NULL AND d.repository = found.repository) AS newest \
             FROM found WHERE repository IS NOT NULL"
        ));
        for row in self.all(named).await? {
            let repository = RepositoryId(row.number("repository")?);
            all.push((Some(repository), DeliveryId(row.number("newest")?)));
        }
        Ok(all)
    }

    /// The oldest waiting deliveries of a repository, or of none, `after` exclusive, due or not.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting_deliveries(
        &self,
        of: Option<RepositoryId>,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<Waiting>, StoreError> {
        let index = by_index(self.dialect());
        let waiting = query(format!(
            "SELECT id, due, tries FROM deliveries{index} WHERE outcome IS NULL"
        ));
        let waiting = match of {
            Some(id) => waiting.push_bind(" AND repository = ", id),
            None => waiting.push(" AND repository IS NULL"),
        };
        let waiting = waiting
            .push_bind(" AND id > ", after.unwrap_or(DeliveryId(0)))
            .push_bind(" ORDER BY id LIMIT ", limit);
        let rows = self.all(waiting).await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    id: DeliveryId(row.number("id")?),
                    due: row.time("due")?,
                    tries: row.number("tries")?,
                })
            })
            .collect()
    }
}

/// SQLite takes the index of all deliveries of a repository for as good as that of the waiting ones,
/// and would walk through those that have ended. PostgreSQL knows how small the latter is.
fn by_index(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => " INDEXED BY deliveries_waiting_of_repository",
        Dialect::Postgres => "",
    }
}
