//! A build comes into being: number, rows, first status and the end of its delivery, or none of it.

use super::builds::{BUILD_COLUMNS, NewBuild, read};
use super::sql::{query, to_json};
use super::{
    BuildId, BuildRow, DeliveryId, DeliveryOutcome, Failed, Store, StoreError, Transaction, outbox,
    retry,
};
use crate::groups::Group;
use crate::scheduler::{BuildState, State};
use jiff::Timestamp;
use schema::request::Event;
use std::collections::{BTreeMap, BTreeSet};

impl Store {
    /// Makes a build with its jobs and first status, gives it the next number of its repository, and
    /// ends its delivery, in one transaction (reliability R3). `None` where a build of this meaning
    /// is there already; its delivery then ends as skipped, naming that build. The delivery that
    /// made the build is answered with it again, so that a caller that lost the answer can ask twice.
    ///
    /// # Errors
    /// The database, or no such repository.
    pub async fn create_build(
        &self,
        build: &NewBuild,
        now: Timestamp,
    ) -> Result<Option<BuildRow>, StoreError> {
        retry(|| self.try_create(build, now)).await
    }

    async fn try_create(&self, new: &NewBuild, now: Timestamp) -> Result<Option<BuildRow>, Failed> {
        let mut transaction = self.begin().await?;
        let repository = query("SELECT id, slug, next_build, next_turn FROM repositories")
            .push_bind(" WHERE id = ", new.repository)
            .push(self.dialect().for_update());
        let Some(repository) = repository.first(&mut transaction).await? else {
            let text = format!("there is no repository {}; add it first", new.repository);
            return Err(StoreError::Refused(text).into());
        };
        let known = query("SELECT id, number, delivery FROM builds")
            .push_bind(" WHERE repository = ", new.repository)
            .push_bind(" AND meaning = ", new.meaning.as_str());
        if let Some(known) = known.first(&mut transaction).await? {
            let id = BuildId(known.number("id")?);
            let same = known.optional_number("delivery")?.map(DeliveryId);
            if same.is_some() && same == new.delivery {
                let row = one(&mut transaction, id).await?;
                return Ok(Some(row));
            }
            let text = format!("build {} is the same", known.int("number")?);
            let outcome = DeliveryOutcome::Skipped(text);
            end_delivery(&mut transaction, new, &outcome, now).await?;
            transaction.commit().await?;
            return Ok(None);
        }
        let number: u64 = repository.number("next_build")?;
        let turn: u64 = repository.number("next_turn")?;
        query("UPDATE repositories SET next_build = next_build + 1, next_turn = next_turn + 1")
            .push_bind(" WHERE id = ", new.repository)
            .run(&mut transaction)
            .await?;
        let state = match (&new.refused, &new.plan) {
            (None, Some(plan)) => BuildState::new(plan, &new.skipped),
            (_, plan) => BuildState::refused(plan.as_ref()),
        };
        let id = insert(&mut transaction, new, (number, turn), &state, now).await?;
        let keys = Keys::of(new, id, number);
        keys.insert(&mut transaction, id).await?;
        insert_jobs(&mut transaction, (new, &keys), id, &state, now).await?;
        if let Some(status) = &new.status {
            let about = outbox::About {
                repository: new.repository,
                sha: &new.status_sha,
                build: id,
                round: now.as_millisecond(),
                target: format!("/{}/builds/{number}", repository.text("slug")?),
            };
            outbox::put(&mut transaction, self.dialect(), &about, status, now).await?;
        }
        end_delivery(&mut transaction, new, &DeliveryOutcome::Build(id), now).await?;
        let row = one(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(Some(row))
    }
}

async fn insert(
    transaction: &mut Transaction,
    new: &NewBuild,
    (number, turn): (u64, u64),
    state: &BuildState,
    now: Timestamp,
) -> Result<BuildId, Failed> {
    let stages: Vec<Option<&str>> = match &new.plan {
        Some(plan) => plan
            .stages
            .iter()
            .map(|stage| stage.name.as_deref())
            .collect(),
        None => Vec::new(),
    };
    let pull_request = new.request.pull_request.as_ref();
    let is_pull_request = new.request.event == Event::PullRequest;
    let row = query(
        "INSERT INTO builds (repository, number, delivery, meaning, request, sources, stages, \
         fast_finish, refused, status_sha, branch, pull_request, state, created, round, finished, context, turn) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $17) \
         RETURNING id",
    )
    .bind(new.repository)
    .bind(number)
    .bind(new.delivery.map(|id| id.0))
    .bind(new.meaning.as_str())
    .json(&new.request)?
    .json(&new.sources)?
    .json(&stages)?
    .bind(state.fast_finish)
    .bind(new.refused.as_deref())
    .bind(new.status_sha.as_str())
    .bind((!is_pull_request).then_some(new.request.branch.as_str()))
    .bind(pull_request.map(|pull_request| pull_request.number))
    .bind(state.state().as_str())
    .bind(now)
    .bind(state.state().is_final().then_some(now))
    .bind(new.status.as_ref().map(|status| status.context.as_str()))
    .bind(turn)
    .one(transaction)
    .await?;
    Ok(BuildId(row.number("id")?))
}

/// The groups of a build that has its numbers, by their stored names.
struct Keys {
    build: Option<(String, bool)>,
    jobs: BTreeMap<u32, (String, bool)>,
}

impl Keys {
    fn of(new: &NewBuild, id: BuildId, number: u64) -> Self {
        let named = |group: &Group| Some((group.key(id.0, number)?, group.cancel));
        let jobs = new.groups.jobs.iter();
        Self {
            build: new.groups.build.as_ref().and_then(named),
            jobs: jobs
                .filter_map(|(job, group)| Some((*job, named(group)?)))
                .collect(),
        }
    }

    /// Whether a job has to wait for a group.
    fn gate(&self, job: u32) -> bool {
        self.build.is_some() || self.jobs.contains_key(&job)
    }

    async fn insert(&self, transaction: &mut Transaction, id: BuildId) -> Result<(), Failed> {
        let Some((key, cancel)) = &self.build else {
            return Ok(());
        };
        let wants: BTreeSet<&String> = self.jobs.values().map(|(key, _)| key).collect();
        query("UPDATE builds")
            .push_bind(" SET group_key = ", key.as_str())
            .push_bind(", group_cancel = ", *cancel)
            .push_bind(", group_wants = ", to_json(&wants)?)
            .push_bind(" WHERE id = ", id)
            .run(transaction)
            .await?;
        Ok(())
    }
}

async fn insert_jobs(
    transaction: &mut Transaction,
    (new, keys): (&NewBuild, &Keys),
    build: BuildId,
    state: &BuildState,
    now: Timestamp,
) -> Result<(), Failed> {
    let mut jobs = Vec::new();
    for (at, stage) in new
        .plan
        .iter()
        .flat_map(|plan| plan.stages.iter().enumerate())
    {
        jobs.extend(stage.jobs.iter().map(|job| (at, job)));
    }
    for (stage, job) in jobs {
        let state = state
            .job(job.number)
            .map_or(State::Created, |job| job.state());
        let group = keys.jobs.get(&job.number);
        let retry = job.retry.as_ref().map(to_json).transpose()?;
        query(
            "INSERT INTO jobs (build, repository, number, stage, plan, allow_failure, state, \
             reason, finished, retry, group_key, group_cancel, gate) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(build)
        .bind(new.repository)
        .bind(job.number)
        .bind(u64::try_from(stage).unwrap_or(u64::MAX))
        .bind(to_json(job)?)
        .bind(job.allow_failure)
        .bind(state.as_str())
        .bind(
            job.foreign_os()
                .filter(|_| state == State::Skipped)
                .as_deref(),
        )
        .bind(state.is_final().then_some(now))
        .bind(retry.as_deref())
        .bind(group.map(|(key, _)| key.as_str()))
        .bind(group.is_some_and(|(_, cancel)| *cancel))
        .bind(keys.gate(job.number))
        .run(transaction)
        .await?;
    }
    Ok(())
}

async fn end_delivery(
    transaction: &mut Transaction,
    new: &NewBuild,
    outcome: &DeliveryOutcome,
    now: Timestamp,
) -> Result<(), Failed> {
    if let Some(delivery) = new.delivery {
        super::deliveries::finish(delivery, Some(new.repository), outcome, now)
            .run(transaction)
            .await?;
    }
    Ok(())
}

async fn one(transaction: &mut Transaction, id: BuildId) -> Result<BuildRow, Failed> {
    let build = query(BUILD_COLUMNS).push_bind(" WHERE id = ", id);
    Ok(read(&build.one(transaction).await?)?)
}
