//! One event of a stored build: the scheduler's step and the status that follows from it, in one
//! transaction.

use crate::report::duration::short;
use crate::report::status::{ContextKind, gave_way, of_build, of_job};
use crate::scheduler::{Effect, Event, State, step};
use crate::store::{BuildId, BuildRow, Store, StoreError, Transition};
use jiff::Timestamp;
use schema::request;
use std::time::Duration;

/// Applies an event to a build; `None` where there is no such build.
///
/// # Errors
/// The database; nothing has changed then.
pub async fn apply(
    store: &Store,
    prefix: &str,
    build: BuildId,
    event: Event,
    now: Timestamp,
) -> Result<Option<Vec<Effect>>, StoreError> {
    apply_with(store, prefix, build, event, &Transition::default(), now).await
}

/// As [`apply`], and writes what else the event brings: a job's end, the lease it is told under, who
/// asked. `None` also where that lease is lost: then nothing has changed.
///
/// # Errors
/// The database; nothing has changed then.
pub async fn apply_with(
    store: &Store,
    prefix: &str,
    build: BuildId,
    event: Event,
    with: &Transition,
    now: Timestamp,
) -> Result<Option<Vec<Effect>>, StoreError> {
    // Titles never change, and reasons not without a step, so they may be read outside of the
    // transaction.
    let mut named = store.titles(build).await?;
    if let Some((ended, reason, _)) = &with.finished {
        let mut jobs = named.values_mut();
        if let Some(job) = jobs.find(|(id, ..)| id == ended) {
            job.2.clone_from(reason);
        }
    }
    let mut told = None;
    let transition = store.transition(build, now, |row, state| {
        let before = state.clone();
        let effects = step(state, event);
        told = tell(row, &effects, took(row, now));
        let mut transition = with.clone();
        if let Event::JobEnded(_, state) = event {
            transition.came_to = Some(state);
        }
        if *state != before {
            let title = |number| match named.get(&number) {
                Some((_, title, reason)) => of_job(state, number, title, reason.as_deref()),
                None => String::new(),
            };
            let restarted = before.state().is_final() && !state.state().is_final();
            let context = context(row, restarted, prefix);
            let status = of_build(context, state, took(row, now), title);
            let why = with.gave_way.as_ref().or(row.gave_way.as_ref());
            transition.status = Some(match why {
                Some(why) if state.state() == State::Canceled => gave_way(status, why),
                _ => status,
            });
        }
        (transition, effects)
    });
    let effects = transition.await?;
    // What was not stored did not happen.
    if let (Some(told), Some(_)) = (told, &effects) {
        tracing::info!("{told}");
    }
    Ok(effects)
}

/// What the log says of a build that begins or has its result.
fn tell(row: &BuildRow, effects: &[Effect], took: Duration) -> Option<String> {
    let name = format!("{} build {}", row.request.slug, row.number);
    effects.iter().find_map(|effect| match effect {
        Effect::BuildEnded(state) if row.started.is_none() => {
            Some(format!("{name} {}", state.as_str()))
        }
        Effect::BuildEnded(state) => {
            Some(format!("{name} {} after {}", state.as_str(), short(took)))
        }
        _ => None,
    })
}

/// The context of a build's status (decision 30). What was told pending is told its end under the same
/// name, even where the prefix has changed since; a restart begins anew.
fn context(build: &BuildRow, restarted: bool, prefix: &str) -> String {
    let kind = match build.request.event {
        request::Event::Push => ContextKind::Push,
        request::Event::PullRequest => ContextKind::PullRequest,
        request::Event::Cron => ContextKind::Cron,
        request::Event::Api => ContextKind::Api,
    };
    let told = build.context.clone().filter(|_| !restarted);
    told.unwrap_or_else(|| kind.context(prefix))
}

/// From the first job's start to the result.
fn took(build: &BuildRow, now: Timestamp) -> Duration {
    let since = build.started.unwrap_or(now);
    // Jobs that may fail can end after the result was known.
    let end = build.finished.unwrap_or(now);
    Duration::try_from(end.duration_since(since)).unwrap_or_default()
}
