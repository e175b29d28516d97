//! Variables of repositories' settings, as sealed bytes: who opens them is not the store's matter.

use super::sql::{Query, Row, query};
use super::{Failed, RepositoryId, Store, StoreError, Transaction, retry};
use jiff::Timestamp;

/// Clocks of agents and of the machine that a command runs on may differ by so much, in milliseconds.
const SKEW: i64 = 5 * 60_000;

/// The number of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariableId(u64);

/// A variable of a repository's settings, its value sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The repository.
    pub repository: RepositoryId,
    /// The name.
    pub name: String,
    /// The branch that it is for; none for all.
    pub branch: Option<String>,
    /// Whether logs may show the value.
    pub public: bool,
    /// The value, sealed.
    pub sealed: Vec<u8>,
}

const COLUMNS: &str = "SELECT id, repository, name, branch, public, sealed FROM variables";

impl Store {
    /// The variables of a repository as they are now, by name, that for all branches first.
    ///
    /// # Errors
    /// The database.
    pub async fn variables(&self, repository: RepositoryId) -> Result<Vec<Variable>, StoreError> {
        let present = query(COLUMNS)
            .push_bind(" WHERE repository = ", repository)
            .push(" AND replaced IS NULL ORDER BY name, branch");
        self.all(present).await?.iter().map(read).collect()
    }

    /// Those that were changed or removed while jobs ran that may have them still.
    ///
    /// # Errors
    /// The database.
    pub async fn former_variables(
        &self,
        repository: RepositoryId,
    ) -> Result<Vec<Variable>, StoreError> {
        let former = query(COLUMNS)
            .push_bind(" WHERE repository = ", repository)
            .push(" AND replaced IS NOT NULL ORDER BY id");
        self.all(former).await?.iter().map(read).collect()
    }

    /// Sets a variable, in place of one of the same name and branch; whether there was one.
    ///
    /// # Errors
    /// The database; nothing has changed then.
    pub async fn put_variable(
        &self,
        variable: &Variable,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        retry(|| self.try_put(variable, now)).await
    }

    async fn try_put(&self, variable: &Variable, now: Timestamp) -> Result<bool, Failed> {
        let mut transaction = self.begin().await?;
        // Two who set the same variable at once take turns.
        query("SELECT id FROM repositories")
            .push_bind(" WHERE id = ", variable.repository)
            .push(self.dialect().for_update())
            .one(&mut transaction)
            .await?;
        let branch = variable.branch.as_deref().unwrap_or_default();
        let replaced = replace(variable.repository, &variable.name, Some(branch), now)
            .run(&mut transaction)
            .await?;
        query(
            "INSERT INTO variables (repository, name, branch, public, sealed, changed) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(variable.repository)
        .bind(variable.name.as_str())
        .bind(branch)
        .bind(variable.public)
        .bind(variable.sealed.as_slice())
        .bind(now)
        .run(&mut transaction)
        .await?;
        forget(&mut transaction).await?;
        transaction.commit().await?;
        Ok(replaced > 0)
    }

    /// Removes a variable: that for one branch, or all of the name; how many there were.
    ///
    /// # Errors
    /// The database; nothing has changed then.
    pub async fn remove_variable(
        &self,
        repository: RepositoryId,
        name: &str,
        branch: Option<&str>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            let removed = replace(repository, name, branch, now)
                .run(&mut transaction)
                .await?;
            forget(&mut transaction).await?;
            transaction.commit().await?;
            Ok(removed)
        })
        .await
    }

    /// All variables of all repositories, former ones among them, to be sealed anew.
    ///
    /// # Errors
    /// The database.
    pub async fn all_variables(&self) -> Result<Vec<(VariableId, Variable)>, StoreError> {
        let all = query(COLUMNS).push(" ORDER BY id");
        let rows = self.all(all).await?;
        rows.iter()
            .map(|row| Ok((VariableId(row.number("id")?), read(row)?)))
            .collect()
    }

    /// Replaces sealed values by the same ones sealed anew, all or none of them. A variable that was
    /// removed meanwhile stays so.
    ///
    /// # Errors
    /// The database; nothing has changed then.
    pub async fn reseal_variables(&self, anew: &[(VariableId, Vec<u8>)]) -> Result<(), StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            for (id, sealed) in anew {
                query("UPDATE variables")
                    .push_bind(" SET sealed = ", sealed.as_slice())
                    .push_bind(" WHERE id = ", id.0)
                    .run(&mut transaction)
                    .await?;
            }
            transaction.commit().await?;
            Ok(())
        })
        .await
    }

    /// Deletes variables that were replaced, and that no job that runs can have any more.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_variables(&self) -> Result<(), StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            forget(&mut transaction).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
}

/// Marks present variables as replaced; with a branch, only that one's.
fn replace(repository: RepositoryId, name: &str, branch: Option<&str>, now: Timestamp) -> Query {
    let replace = query("UPDATE variables")
        .push_bind(" SET replaced = ", now)
        .push_bind(" WHERE repository = ", repository)
        .push_bind(" AND name = ", name);
    let replace = match branch {
        Some(branch) => replace.push_bind(" AND branch = ", branch),
        None => replace,
    };
    replace.push(" AND replaced IS NULL")
}

/// A job reads its variables after its start was noted.
async fn forget(transaction: &mut Transaction) -> Result<(), Failed> {
    query("DELETE FROM variables WHERE replaced IS NOT NULL AND NOT EXISTS (")
        .push("SELECT 1 FROM jobs j WHERE j.repository = variables.repository ")
        .push("AND j.finished IS NULL AND j.started IS NOT NULL ")
        .push_bind("AND j.started <= variables.replaced + ", SKEW)
        .push(")")
        .run(transaction)
        .await?;
    Ok(())
}

fn read(row: &Row) -> Result<Variable, StoreError> {
    Ok(Variable {
        repository: RepositoryId(row.number("repository")?),
        name: row.text("name")?,
        branch: Some(row.text("branch")?).filter(|branch| !branch.is_empty()),
        public: row.truth("public")?,
        sealed: row.bytes("sealed")?,
    })
}
