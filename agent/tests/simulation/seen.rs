//! What lies in the database, read while time stands still.

use crate::life::Life;
use agent::scheduler::{BuildState, State};
use agent::store::{BuildFilter, BuildRow, Cursor, Delivery, JobRow, PendingStatus};
use jiff::Timestamp;

/// A build with all that belongs to it.
pub(crate) struct Build {
    pub(crate) row: BuildRow,
    pub(crate) state: BuildState,
    pub(crate) jobs: Vec<JobRow>,
}

impl Build {
    /// The ref that it is of.
    pub(crate) fn name(&self) -> String {
        let request = &self.row.request;
        match &request.tag {
            Some(tag) => format!("refs/tags/{tag}"),
            None => format!("refs/heads/{}", request.branch),
        }
    }

    /// The state that follows from its stages.
    pub(crate) fn expected(&self) -> State {
        let mut stages = (0..self.state.stages).map(|stage| self.state.stage(stage));
        let first = stages.find(|state| *state != State::Passed);
        first.unwrap_or(State::Passed)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.row.state.is_final() && self.jobs.iter().all(|job| job.attempt.state.is_final())
    }
}

/// Everything.
pub(crate) struct Seen {
    pub(crate) builds: Vec<Build>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) unsent: Vec<PendingStatus>,
}

/// A cheap look at whether there is nothing to do.
pub(crate) fn is_idle(life: &Life) -> bool {
    let store = life.store.clone();
    life.ask(async move {
        let waiting = store.repositories_waiting().await.unwrap();
        let unsent = store.unsent_statuses(Timestamp::MAX, 1).await.unwrap();
        waiting.is_empty() && unsent.is_empty()
    })
}

pub(crate) fn all(life: &Life) -> Seen {
    let store = life.store.clone();
    life.ask(async move {
        let every = BuildFilter::default();
        let rows = store.builds(&every, Cursor(None), 100).await.unwrap();
        let mut builds = Vec::new();
        for row in rows.into_iter().rev() {
            let state = store.build_state(row.id).await.unwrap().unwrap();
            let jobs = store.jobs(row.id).await.unwrap();
            builds.push(Build { row, state, jobs });
        }
        Seen {
            builds,
            deliveries: store.deliveries(None, None, 200).await.unwrap(),
            unsent: store.unsent_statuses(Timestamp::MAX, 100).await.unwrap(),
        }
    })
}
