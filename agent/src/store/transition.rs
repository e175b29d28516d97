//! One step of a build in one transaction: load, let the scheduler step, save with the status.

use super::sql::query;
use super::{
    BuildId, BuildRow, Failed, Head, JOB_COLUMNS, JobId, JobSummary, Store, StoreError,
    Transaction, Tries, builds, heads, save,
};
use crate::report::status::CommitStatus;
use crate::scheduler::{BuildState, State};
use jiff::Timestamp;

/// What a step wants to be written beside the states themselves.
#[derive(Clone, Debug, Default)]
pub struct Transition {
    /// The status that GitHub is to have now.
    pub status: Option<CommitStatus>,
    /// A finished job's reason and summary.
    pub finished: Option<(JobId, Option<String>, JobSummary)>,
    /// A job that begins with its lease's epoch; refused when the epoch is not the job's present one.
    pub epoch: Option<(JobId, u64)>,
    /// What a job came to that runs again by itself: the state of the attempt that is kept.
    pub came_to: Option<State>,
    /// Refused unless the ref is noted to point there.
    pub if_head: Option<Head>,
    /// Refused where the ref is noted to point there.
    pub unless_head: Option<Head>,
    /// Refused unless it is still the build's turn of its group that was seen: it was not restarted since.
    pub if_turn: Option<u64>,
    /// To whom the build or job gives way, and why: the reason of all jobs that end or are stopped by it.
    pub gave_way: Option<String>,
    /// Who asked for a restart.
    pub asked_by: Option<String>,
}

impl Store {
    /// Loads a build's state with its row locked, hands both to `step`, and writes what it changed:
    /// states with their times, new attempts, the status. `step` may run again after a conflict and
    /// must not do anything outside; what it returns comes back after the commit.
    ///
    /// `None` where there is no such build, the epoch named in the transition is not the job's (a late
    /// word of an agent that lost its lease), or a ref is not as the transition wants it: nothing was
    /// written.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read. After an error that is temporary the
    /// step may have been written all the same: a commit's answer can be lost. The same step again
    /// then finds the states as it left them.
    pub async fn transition<T, F>(
        &self,
        build: BuildId,
        now: Timestamp,
        mut step: F,
    ) -> Result<Option<T>, StoreError>
    where
        T: Send,
        F: FnMut(&BuildRow, &mut BuildState) -> (Transition, T) + Send,
    {
        let mut tries = Tries::default();
        loop {
            match self.try_transition(build, now, &mut step).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => tries.wait(failed).await?,
            }
        }
    }

    async fn try_transition<T, F>(
        &self,
        build: BuildId,
        now: Timestamp,
        step: &mut F,
    ) -> Result<Option<T>, Failed>
    where
        T: Send,
        F: FnMut(&BuildRow, &mut BuildState) -> (Transition, T) + Send,
    {
        let mut transaction = self.begin().await?;
        let answer = self.step(&mut transaction, build, now, step).await?;
        if answer.is_some() {
            transaction.commit().await?;
        }
        Ok(answer)
    }

    /// One step within a transaction that the caller commits, unless the answer is `None`.
    pub(crate) async fn step<T, F>(
        &self,
        transaction: &mut Transaction,
        build: BuildId,
        now: Timestamp,
        step: &mut F,
    ) -> Result<Option<T>, Failed>
    where
        T: Send,
        F: FnMut(&BuildRow, &mut BuildState) -> (Transition, T) + Send,
    {
        let lock = self.dialect().for_update();
        let row = query(builds::BUILD_COLUMNS)
            .push_bind(" WHERE id = ", build)
            .push(lock)
            .first(transaction)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        // Always in this order, so that two transactions can't wait for each other.
        let jobs = query(JOB_COLUMNS)
            .push_bind(" WHERE build = ", build)
            .push(" ORDER BY id")
            .push(lock)
            .all(transaction)
            .await?;
        let before = save::Loaded::read(row, jobs)?;
        let mut state = before.state()?;
        let turn = before.turn()?;
        let (transition, answer) = step(&before.build, &mut state);
        if let Some((job, epoch)) = transition.epoch
            && !before.holds(job, epoch)?
        {
            return Ok(None);
        }
        if transition.if_turn.is_some_and(|seen| seen != turn) {
            return Ok(None);
        }
        if !self
            .heads_agree(transaction, &before.build, &transition)
            .await?
        {
            return Ok(None);
        }
        save::save(
            transaction,
            self.dialect(),
            &before,
            &state,
            &transition,
            now,
        )
        .await?;
        Ok(Some(answer))
    }

    /// Whether the refs are as a transition wants them. They are looked at once the build is locked:
    /// whoever moves a ref notes that first and looks at its builds after, under the same lock. So
    /// either the new place of the ref is seen here, or what is written here is seen there.
    async fn heads_agree(
        &self,
        transaction: &mut Transaction,
        build: &BuildRow,
        transition: &Transition,
    ) -> Result<bool, Failed> {
        for (head, wanted) in [
            (&transition.if_head, true),
            (&transition.unless_head, false),
        ] {
            let Some(Head { name, sha }) = head else {
                continue;
            };
            let noted = heads::noted(build.repository, name)
                .first(transaction)
                .await?;
            let noted = noted.map(|row| row.text("sha")).transpose()?;
            if (noted.as_ref() == Some(sha)) != wanted {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
