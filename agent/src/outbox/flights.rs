//! Statuses on their way to GitHub: a few at once, and none waits for another.

use super::Outbox;
use crate::clock::Clock;
use crate::store::{PendingStatus, RepositoryId, StatusKey, StoreError};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Statuses on their way at once; GitHub asks for few concurrent calls.
const AT_ONCE: usize = 8;
/// Of one repository at once: one that takes them slowly leaves room for the others.
const OF_ONE: usize = 4;
/// What other agents left, and what waited for a newer word, is looked for so often.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after trouble with the database.
const LONGEST: Duration = Duration::from_secs(30);

/// What is on its way.
#[derive(Default)]
struct Flights<'a> {
    keys: Vec<StatusKey>,
    ends: FuturesUnordered<BoxFuture<'a, (StatusKey, Result<bool, StoreError>)>>,
}

impl Flights<'_> {
    /// How many more may be begun.
    fn room(&self) -> usize {
        AT_ONCE.saturating_sub(self.keys.len())
    }

    fn of(&self, repository: RepositoryId) -> usize {
        let same = |key: &&StatusKey| key.repository == repository;
        self.keys.iter().filter(same).count()
    }

    /// Repositories that have as much on its way as they may.
    fn full(&self) -> Vec<RepositoryId> {
        let mut full: Vec<RepositoryId> = self.keys.iter().map(|key| key.repository).collect();
        full.retain(|&repository| self.of(repository) >= OF_ONE);
        full.sort();
        full.dedup();
        full
    }

    /// Whether it may be begun now. Sends of one context come one after the other.
    fn admits(&self, status: &PendingStatus) -> bool {
        let key = &status.key;
        self.room() > 0 && !self.keys.contains(key) && self.of(key.repository) < OF_ONE
    }

    /// The next end; waits for it. `None` where nothing is on its way.
    async fn next(&mut self) -> Option<Result<bool, StoreError>> {
        let (key, end) = self.ends.next().await?;
        self.keys.retain(|one| *one != key);
        Some(end)
    }
}

/// How long the database is left alone after it has failed, ever longer.
#[derive(Default)]
struct Rest {
    failures: u32,
    until: Option<Instant>,
}

impl Rest {
    fn failed(&mut self, error: &StoreError) {
        tracing::error!(%error, "statuses cannot be read or noted");
        self.failures += 1;
        self.until = Some(Instant::now() + (PAUSE * self.failures).min(LONGEST));
    }

    fn is_over(&self) -> bool {
        self.until.is_none_or(|until| until <= Instant::now())
    }
}

impl Outbox {
    /// Sends statuses as they become due, until `stop`; then what is due at that moment. `bell` is
    /// rung when there may be one. Trouble with the database ends nothing: what is to be sent lies
    /// there.
    pub async fn run(&self, bell: &Notify, clock: &Clock, stop: &CancellationToken) {
        let mut flights = Flights::default();
        let mut rest = Rest::default();
        while !stop.is_cancelled() {
            if rest.is_over() {
                match self.begin(&mut flights, clock.now()).await {
                    Ok(()) => rest = Rest::default(),
                    Err(error) => rest.failed(&error),
                }
            }
            tokio::select! {
                Some(end) = flights.next() => {
                    if let Err(error) = end {
                        rest.failed(&error);
                    }
                }
                () = bell.notified() => {}
                () = sleep(PAUSE) => {}
                () = stop.cancelled() => {}
            }
        }
        if let Err(error) = self.last(flights, clock.now()).await {
            // The next start sends what is left.
            tracing::error!(%error, "not every status was sent");
        }
    }

    /// Sends what is due, as much as may be on its way at once, and says how many GitHub took.
    ///
    /// # Errors
    /// The database; what was sent without being noted is in doubt (R20).
    pub async fn turn(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.last(Flights::default(), now).await
    }

    async fn last<'a>(
        &'a self,
        mut flights: Flights<'a>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut end = self.begin(&mut flights, now).await;
        let mut count = 0;
        // What is on its way is to be noted, whatever became of the others.
        while let Some(sent) = flights.next().await {
            match sent {
                Ok(sent) => count += usize::from(sent),
                Err(error) => end = Err(error),
            }
        }
        end.map(|()| count)
    }

    /// Begins to send what is due, as far as there is room.
    async fn begin<'a>(
        &'a self,
        flights: &mut Flights<'a>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        loop {
            let before = flights.keys.len();
            if flights.room() == 0 {
                return Ok(());
            }
            for status in self.due(&flights.full(), now).await? {
                if flights.admits(&status) {
                    flights.keys.push(status.key.clone());
                    flights.ends.push(Box::pin(async move {
                        let key = status.key.clone();
                        (key, self.one(status, now).await)
                    }));
                }
            }
            // Those of other repositories may stand behind those of one that is full.
            if flights.keys.len() == before {
                return Ok(());
            }
        }
    }

    async fn due(
        &self,
        full: &[RepositoryId],
        now: Timestamp,
    ) -> Result<Vec<PendingStatus>, StoreError> {
        let calm = now.checked_sub(super::CALM).unwrap_or(now);
        // Those that are being taken just now are among them.
        let most = u32::try_from(2 * AT_ONCE).unwrap_or(u32::MAX);
        self.store.calm_statuses(now, calm, full, most).await
    }
}
