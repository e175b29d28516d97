//! Writing a status into the outbox, in the transaction that changes the build.

use super::sql::query;
use super::{BuildId, Dialect, Failed, RepositoryId, Transaction};
use crate::report::status::{CommitStatus, StatusState};
use jiff::Timestamp;

/// What the status is about.
pub(super) struct About<'a> {
    pub(super) repository: RepositoryId,
    pub(super) sha: &'a str,
    pub(super) build: BuildId,
    /// When the build was made or last restarted.
    pub(super) round: i64,
    /// Path of the page it links to.
    pub(super) target: String,
}

/// The newest wins: a status of the build that was made or restarted last stays against those of
/// others, and a final one against a pending one of the same round. One that says nothing new is
/// not sent again.
pub(super) async fn put(
    transaction: &mut Transaction,
    dialect: Dialect,
    about: &About<'_>,
    status: &CommitStatus,
    now: Timestamp,
) -> Result<(), Failed> {
    // First of all a row to lock, since two builds may speak of one commit for the first time.
    query(
        "INSERT INTO statuses (repository, sha, context, build, round, state, description, target, \
         version, changed) VALUES ($1, $2, $3, 0, 0, '', '', '', 0, $4) \
         ON CONFLICT (repository, sha, context) DO NOTHING",
    )
    .bind(about.repository)
    .bind(about.sha)
    .bind(status.context.as_str())
    .bind(now)
    .run(transaction)
    .await?;
    let old = query("SELECT build, round, state, description, target, version FROM statuses")
        .push_bind(" WHERE repository = ", about.repository)
        .push_bind(" AND sha = ", about.sha)
        .push_bind(" AND context = ", status.context.as_str())
        .push(dialect.for_update())
        .one(transaction)
        .await?;
    let present = (old.int("round")?, BuildId(old.number("build")?));
    let mine = (about.round, about.build);
    let word = old.text("state")?;
    if present > mine || (present == mine && stays(&word, status.state, about.build)) {
        return Ok(());
    }
    let mut update = query("UPDATE statuses")
        .push_bind(" SET build = ", about.build)
        .push_bind(", round = ", about.round);
    let same = word == status.state.as_str()
        && old.text("description")? == status.description
        && old.text("target")? == about.target;
    if !same {
        update = update
            .push(", version = version + 1, tries = 0, last_error = NULL")
            .push_bind(", state = ", status.state.as_str())
            .push_bind(", description = ", status.description.as_str())
            .push_bind(", target = ", about.target.as_str())
            .push_bind(", changed = ", now)
            .push_bind(", due = ", now);
        transaction.has_status();
    }
    update
        .push_bind(" WHERE repository = ", about.repository)
        .push_bind(" AND sha = ", about.sha)
        .push_bind(" AND context = ", status.context.as_str())
        .run(transaction)
        .await?;
    Ok(())
}

/// Whether a word of the same round stays against a later one. Of a build the final one stays. Words
/// about commits of which nothing was built come from several pull requests that may share a commit:
/// there the one that holds the merge up stays (decision 29).
fn stays(word: &str, later: StatusState, build: BuildId) -> bool {
    // The row was made a moment ago and says nothing yet.
    if word.is_empty() {
        return false;
    }
    let pending = word == StatusState::Pending.as_str();
    if build == BuildId(0) {
        pending && later == StatusState::Success
    } else {
        !pending && later == StatusState::Pending
    }
}
