//! Bringing the tables up to date.
//!
//! All steps run in one transaction with the version's row, so that a stop in the middle leaves the
//! old tables (reliability R47).

use super::sql::query;
use super::{Dialect, StoreError};
use sqlx::AnyConnection;

/// The steps in their order; the version is how many of them were taken. Never change one that was
/// released.
const STEPS: &[(&str, &str)] = &[
    (
        include_str!("../../migrations/sqlite/0001_first.sql"),
        include_str!("../../migrations/postgres/0001_first.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0002_approvals.sql"),
        include_str!("../../migrations/postgres/0002_approvals.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0003_first_look.sql"),
        include_str!("../../migrations/postgres/0003_first_look.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0004_returns.sql"),
        include_str!("../../migrations/postgres/0004_returns.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0005_doubt.sql"),
        include_str!("../../migrations/postgres/0005_doubt.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0006_superseded.sql"),
        include_str!("../../migrations/postgres/0006_superseded.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0007_age.sql"),
        include_str!("../../migrations/postgres/0007_age.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0008_context.sql"),
        include_str!("../../migrations/postgres/0008_context.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0009_variables.sql"),
        include_str!("../../migrations/postgres/0009_variables.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0010_retry.sql"),
        include_str!("../../migrations/postgres/0010_retry.sql"),
    ),
    (
        include_str!("../../migrations/sqlite/0011_groups.sql"),
        include_str!("../../migrations/postgres/0011_groups.sql"),
    ),
];

/// The version that this agent brings the tables to.
pub(super) fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The version of the tables; 0 where there are none. Changes nothing.
pub(super) async fn found(
    connection: &mut AnyConnection,
    dialect: Dialect,
) -> Result<i64, StoreError> {
    let tables = match dialect {
        Dialect::Sqlite => {
            "SELECT count(*) AS count FROM sqlite_schema WHERE type = 'table' AND name = 'agent_tables'"
        }
        Dialect::Postgres => {
            "SELECT count(*) AS count FROM pg_class WHERE oid = to_regclass('agent_tables')"
        }
    };
    if query(tables).one(connection).await?.int("count")? == 0 {
        return Ok(0);
    }
    let row = query("SELECT coalesce(max(version), 0) AS version FROM agent_tables")
        .one(connection)
        .await?;
    row.int("version")
}

/// Takes the steps that are missing. `place` is named where the tables are newer than this agent.
pub(super) async fn run(
    connection: &mut AnyConnection,
    dialect: Dialect,
    place: &str,
) -> Result<(), StoreError> {
    // Several agents may start at once on PostgreSQL: one takes the steps, the others wait for it,
    // however long that takes. Limits and lock end with the transaction.
    if dialect == Dialect::Postgres {
        let wait = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
            SELECT pg_advisory_xact_lock(6001)";
        sqlx::raw_sql(wait).execute(&mut *connection).await?;
    }
    let found = found(connection, dialect).await?;
    if found > known() {
        return Err(StoreError::Newer {
            place: place.to_owned(),
            found,
            known: known(),
        });
    }
    let taken = usize::try_from(found).unwrap_or(0);
    for (index, (sqlite, postgres)) in STEPS.iter().enumerate().skip(taken) {
        let text = match dialect {
            Dialect::Sqlite => *sqlite,
            Dialect::Postgres => *postgres,
        };
        if index == 0 {
            query("CREATE TABLE agent_tables (version BIGINT NOT NULL PRIMARY KEY)")
                .run(connection)
                .await?;
        }
        sqlx::raw_sql(text).execute(&mut *connection).await?;
        query("INSERT INTO agent_tables (version) VALUES ($1)")
            .bind(i64::try_from(index + 1).unwrap_or(i64::MAX))
            .run(connection)
            .await?;
    }
    Ok(())
}
