//! Handles what waits: repositories beside each other, the deliveries of one after each other.

use super::Intake;
use super::order::{Look, Pass, Tried};
use crate::store::{DeliveryId, RepositoryId, StoreError, Waiting};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// Repositories at once. Most of the time they wait for GitHub.
const AT_ONCE: usize = 16;
/// Deliveries of one repository before others have their turn.
const IN_A_ROW: usize = 32;
/// Deliveries that are looked at together.
const PAGE: u32 = 32;
/// The database is looked at so often where nobody rings.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after looks that failed.
const LONGEST: Duration = Duration::from_secs(30);
/// Between two looks at the database, however often somebody rings.
const BREATH: Duration = Duration::from_millis(10);
/// Deliveries that come in are answered before others are handled, for so long at a time.
const MAKES_WAY: Duration = Duration::from_millis(100);
/// What could not be written is tried again after so long.
const UNWRITTEN: SignedDuration = SignedDuration::from_secs(1);

/// A repository; `None` is for the deliveries that name none.
type Key = Option<RepositoryId>;

/// What is known of each repository of which something waits.
#[derive(Debug, Default)]
struct Lanes {
    known: HashMap<Key, Lane>,
    /// The one that was begun last: the next in order has its turn.
    last: Key,
}

#[derive(Debug)]
struct Lane {
    /// None while it is at work.
    pass: Option<Pass>,
    /// The newest delivery when it was begun.
    newest: DeliveryId,
    /// Not before then, unless something newer comes.
    wake: Option<Timestamp>,
}

impl Lanes {
    /// Those that have something to do now, at most so many.
    fn begin(
        &mut self,
        mut waiting: Vec<(Key, DeliveryId)>,
        now: Timestamp,
        room: usize,
    ) -> Vec<(Key, Pass)> {
        let there: HashMap<Key, DeliveryId> = waiting.iter().copied().collect();
        self.known
            .retain(|key, lane| lane.pass.is_none() || there.contains_key(key));
        // Whoever was last begins last.
        let turn = waiting.partition_point(|(key, _)| *key <= self.last);
        waiting.rotate_left(turn);
        let mut begun = Vec::new();
        for (key, newest) in waiting {
            if begun.len() == room {
                break;
            }
            let lane = self.known.entry(key).or_insert_with(|| Lane {
                pass: Some(Pass::eager()),
                newest,
                wake: None,
            });
            if newest == lane.newest && lane.wake.is_some_and(|wake| wake > now) {
                continue;
            }
            if let Some(pass) = lane.pass.take() {
                lane.newest = newest;
                self.last = key;
                begun.push((key, pass));
            }
        }
        begun
    }

    /// One has come to an end, and has no more to do before `wake`.
    fn end(&mut self, (key, pass, wake): Ended) {
        if let Some(lane) = self.known.get_mut(&key) {
            lane.pass = Some(pass.next());
            lane.wake = wake;
        }
    }
}

type Ended = (Key, Pass, Option<Timestamp>);

impl Intake {
    /// Handles deliveries until `stop`: when `bell` rings, and what was put off. What the database
    /// does not take is tried again ever later; nothing of it ends the task.
    pub async fn run(self, bell: &Notify, stop: &CancellationToken) {
        let intake = Arc::new(self);
        let mut lanes = Lanes::default();
        let mut at_work = JoinSet::new();
        let mut failures = 0;
        while !stop.is_cancelled() {
            let mut pause = PAUSE;
            if at_work.len() < AT_ONCE {
                match intake.store.repositories_waiting().await {
                    Ok(waiting) => {
                        failures = 0;
                        let room = AT_ONCE - at_work.len();
                        for (key, pass) in lanes.begin(waiting, intake.clock.now(), room) {
                            at_work.spawn(Arc::clone(&intake).lane(key, pass, stop.clone()));
                        }
                    }
                    Err(error) => {
                        tracing::error!(%error, "waiting deliveries cannot be read");
                        failures += 1;
                        pause = (PAUSE * failures).min(LONGEST);
                    }
                }
            }
            tokio::select! {
                Some(ended) = at_work.join_next() => lanes.end(whole(ended)),
                () = bell.notified(), if at_work.len() < AT_ONCE => {
                    tokio::time::sleep(BREATH).await;
                }
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
        // A delivery that was begun ends by itself: what it did in part would be done again.
        while at_work.join_next().await.is_some() {}
    }

    /// Handles what waits of one repository, as far as it can be.
    async fn lane(self: Arc<Self>, key: Key, mut pass: Pass, stop: CancellationToken) -> Ended {
        let wake = match self.pass(key, &mut pass, &stop).await {
            Ok(true) => None,
            Ok(false) => pass.wake(),
            Err(error) => {
                tracing::warn!(%error, "a repository's deliveries wait");
                self.clock.now().checked_add(UNWRITTEN).ok()
            }
        };
        (key, pass, wake)
    }

    /// One pass; whether there may be more to do at once.
    async fn pass(
        &self,
        key: Key,
        pass: &mut Pass,
        stop: &CancellationToken,
    ) -> Result<bool, StoreError> {
        let mut after = None;
        let mut handled = 0;
        loop {
            let page = self.store.waiting_deliveries(key, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(false);
            };
            after = Some(last.id);
            for waiting in page {
                if handled >= IN_A_ROW || stop.is_cancelled() {
                    return Ok(true);
                }
                if !self.in_order(pass, waiting, &mut handled).await? {
                    return Ok(false);
                }
            }
        }
    }

    /// Does about a delivery what the order says; whether the pass goes on.
    async fn in_order(
        &self,
        pass: &mut Pass,
        waiting: Waiting,
        handled: &mut usize,
    ) -> Result<bool, StoreError> {
        loop {
            let (id, again) = match pass.look(&waiting, self.clock.now()) {
                Look::Try => (waiting.id, false),
                Look::First(older) => (older, true),
                Look::Leave => return Ok(true),
                Look::Stop => return Ok(false),
            };
            self.store.after_the_rush(MAKES_WAY).await;
            let delivery = self.store.delivery(id).await?;
            // Another agent on the same database may have been quicker.
            let Some(delivery) = delivery.filter(|delivery| delivery.outcome.is_none()) else {
                pass.tried(id, 0, Tried::Ended);
                if again {
                    continue;
                }
                return Ok(true);
            };
            *handled += 1;
            let tries = delivery.tries;
            let came = self.one(delivery, self.clock.now()).await?;
            if !pass.tried(id, tries, came) {
                return Ok(false);
            }
            if !again {
                return Ok(true);
            }
        }
    }
}

/// A lane's end. One that panicked takes the task with it, which the daemon says and ends by.
fn whole(ended: Result<Ended, JoinError>) -> Ended {
    ended.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        // Nobody else has a handle to stop it by.
        Err(_) => (None, Pass::eager(), None),
    })
}
