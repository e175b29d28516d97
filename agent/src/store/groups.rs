//! Groups of `concurrency:` as they are stored: who has one, who waits, whose turn it is now.

use super::sql::{Row, query};
use super::{BuildId, Failed, JobId, RepositoryId, Store, StoreError, Transaction, retry};
use crate::groups::{Active, Build, Job, Unit, look, yields};
use sqlx::AnyConnection;
use std::collections::BTreeMap;

/// A build, or one job of it, that gives way to a newer one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivesWay {
    /// The build.
    pub build: BuildId,
    /// The job's number in it; `None` for all of it.
    pub job: Option<u32>,
    /// The build's turn: a restart makes it a newer one, which gives way to nobody.
    pub turn: u64,
    /// To whom, and why.
    pub why: String,
}

const BUILDS: &str = "SELECT b.id, b.repository, b.number, b.group_key, b.group_cancel, \
    b.group_wants, b.turn, b.in_group, (SELECT count(*) FROM jobs j WHERE j.build = b.id \
    AND j.finished IS NULL AND j.stopping = 0) AS going FROM builds b WHERE b.in_group > 0";

const JOBS: &str = "SELECT j.id, j.repository, j.build, j.number, j.group_key, j.group_cancel, \
    j.gate, j.stopping, b.number AS build_number, b.turn FROM jobs j JOIN builds b ON b.id = j.build \
    WHERE j.group_key IS NOT NULL AND j.state IN ('queued', 'started')";

impl Store {
    /// What the jobs of a repository that wait for a group wait for, as people read it. The same look
    /// as a claim's, so that who is not among them and still waits is next.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read.
    pub async fn group_waits(
        &self,
        repository: RepositoryId,
    ) -> Result<BTreeMap<JobId, String>, StoreError> {
        let (active, gated) = retry(|| async {
            let mut reader = self.reader().await?;
            let active = active(&mut reader, Some(repository)).await?;
            let gated = query("SELECT id, build FROM jobs WHERE state = 'queued'")
                .push(" AND agent IS NULL AND lost = 0 AND gate = 1")
                .push_bind(" AND repository = ", repository);
            Ok((active, gated.all(&mut reader).await?))
        })
        .await?;
        let mut active = active;
        let waiting = active.remove(&repository.0).map(look).unwrap_or_default();
        let mut waits = BTreeMap::new();
        for row in gated {
            let (job, build): (u64, u64) = (row.number("id")?, row.number("build")?);
            let of = |unit| waiting.waiting.get(&unit);
            let wait = of(Unit::Job(job)).or_else(|| of(Unit::Build(build)));
            let text = wait.map_or_else(
                || "it is the next of its group".to_owned(),
                ToString::to_string,
            );
            waits.insert(JobId(job), text);
        }
        Ok(waits)
    }

    /// Who gives way to a newer one of its group by `cancel: true`. Where nobody has said so, this is
    /// one look into two indexes.
    ///
    /// # Errors
    /// The database, or a row that this version cannot read.
    pub async fn giving_way(&self) -> Result<Vec<GivesWay>, StoreError> {
        const ANY: &str = "SELECT (SELECT count(*) FROM builds WHERE in_group > 0 AND group_cancel = 1) \
            + (SELECT count(*) FROM jobs WHERE group_key IS NOT NULL \
            AND state IN ('queued', 'started') AND group_cancel = 1) AS count";
        let all = retry(|| async {
            let mut reader = self.reader().await?;
            if query(ANY).one(&mut reader).await?.int("count")? == 0 {
                return Ok(BTreeMap::new());
            }
            active(&mut reader, None).await
        })
        .await?;
        let named = all.values().flat_map(yields).map(|one| GivesWay {
            build: BuildId(one.build),
            job: one.job,
            turn: one.turn,
            why: one.why,
        });
        Ok(named.collect())
    }

    /// Gives groups that are free to whose turn it is: to be called by one claim at a time. Whether
    /// somebody got one.
    pub(crate) async fn open_gates(&self, transaction: &mut Transaction) -> Result<bool, Failed> {
        let mut opened = false;
        for active in active(transaction, None).await?.into_values() {
            let builds: BTreeMap<u64, u64> =
                active.jobs.iter().map(|job| (job.id, job.build)).collect();
            for unit in look(active).granted {
                let build = match unit {
                    Unit::Build(build) => build,
                    Unit::Job(job) => builds.get(&job).copied().unwrap_or_default(),
                };
                if !self.open_gate(transaction, BuildId(build), unit).await? {
                    // It was canceled or restarted since it was read, and others may hang on it.
                    break;
                }
                opened = true;
            }
        }
        Ok(opened)
    }

    /// Lets one in. The build is locked first, as by every step, and looked at again.
    async fn open_gate(
        &self,
        transaction: &mut Transaction,
        build: BuildId,
        unit: Unit,
    ) -> Result<bool, Failed> {
        let row = query("SELECT id, group_key, in_group FROM builds")
            .push_bind(" WHERE id = ", build)
            .push(self.dialect().for_update())
            .first(transaction)
            .await?;
        let Some(row) = row else { return Ok(false) };
        let (grouped, place) = (
            row.optional_text("group_key")?.is_some(),
            row.int("in_group")?,
        );
        let opened = match unit {
            Unit::Build(_) if place == 1 => {
                let holds =
                    query("UPDATE builds SET in_group = 2").push_bind(" WHERE id = ", build);
                let held = holds.run(transaction).await?;
                query("UPDATE jobs SET gate = 0")
                    .push_bind(" WHERE group_key IS NULL AND build = ", build)
                    .run(transaction)
                    .await?;
                held
            }
            Unit::Job(job) if !grouped || place == 2 => {
                query("UPDATE jobs SET gate = 0 WHERE state = 'queued' AND gate = 1 AND lost = 0")
                    .push_bind(" AND id = ", JobId(job))
                    .run(transaction)
                    .await?
            }
            _ => 0,
        };
        Ok(opened == 1)
    }
}

/// All that hold a group or wait for one, by repository.
async fn active(
    connection: &mut AnyConnection,
    of: Option<RepositoryId>,
) -> Result<BTreeMap<u64, Active>, Failed> {
    let narrow = |text: &'static str, column, order| {
        let all = match of {
            Some(repository) => query(text).push_bind(column, repository),
            None => query(text),
        };
        all.push(order)
    };
    let mut all: BTreeMap<u64, Active> = BTreeMap::new();
    for row in narrow(BUILDS, " AND b.repository = ", " ORDER BY b.id")
        .all(connection)
        .await?
    {
        let active = all.entry(row.number("repository")?).or_default();
        active.builds.push(build(&row)?);
    }
    for row in narrow(JOBS, " AND j.repository = ", " ORDER BY j.id")
        .all(connection)
        .await?
    {
        let active = all.entry(row.number("repository")?).or_default();
        active.jobs.push(job(&row)?);
    }
    Ok(all)
}

fn build(row: &Row) -> Result<Build, StoreError> {
    Ok(Build {
        id: row.number("id")?,
        number: row.number("number")?,
        key: row.text("group_key")?,
        turn: row.number("turn")?,
        cancel: row.truth("group_cancel")?,
        holds: row.int("in_group")? == 2,
        stopping: row.int("going")? == 0,
        // What cannot be read must not keep all others from being claimed.
        wants: row.json("group_wants").unwrap_or_default(),
    })
}

fn job(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.number("id")?,
        number: row.number("number")?,
        build: row.number("build")?,
        build_number: row.number("build_number")?,
        key: row.text("group_key")?,
        turn: row.number("turn")?,
        cancel: row.truth("group_cancel")?,
        holds: !row.truth("gate")?,
        stopping: row.truth("stopping")?,
    })
}
