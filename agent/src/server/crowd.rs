//! Who has a place, and who leaves when all are taken: whoever has been waited for longest, so that
//! those who say nothing, or never come to an end, keep nobody out (security T22).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as Door, Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Between two looks at who may be sent away.
const LOOK: Duration = Duration::from_millis(20);

/// Places; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Crowd {
    size: usize,
    places: Arc<Semaphore>,
    /// Those who want a place stand in line; only the first of them sends others away.
    door: Arc<Door<()>>,
    awaited: Arc<Mutex<Awaited>>,
}

/// Those who hold a place and are waited for, by when their time is over.
#[derive(Debug, Default)]
struct Awaited {
    last: u64,
    guests: BTreeMap<(Instant, u64), Arc<Leave>>,
}

/// How a guest hears that it is to leave.
#[derive(Debug, Default)]
struct Leave {
    told: Notify,
    /// Whether it is still to leave.
    leaves: AtomicBool,
}

/// Whoever holds a place; it is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Guest {
    number: u64,
    /// When its time is over; none while it is not waited for.
    until: Mutex<Option<Instant>>,
    leave: Arc<Leave>,
    awaited: Arc<Mutex<Awaited>>,
    place: Mutex<OwnedSemaphorePermit>,
}

impl Crowd {
    pub(super) fn of(size: usize) -> Self {
        Self {
            size,
            places: Arc::new(Semaphore::new(size)),
            door: Arc::default(),
            awaited: Arc::default(),
        }
    }

    /// Whether more than half of the places are taken.
    pub(super) fn is_dense(&self) -> bool {
        2 * self.places.available_permits() < self.size
    }

    /// Waits for a place, behind those who came before. Where all are taken, one whose time is over
    /// is sent away for it, the longest awaited first; others are not.
    pub(super) async fn enter(&self) -> Option<Guest> {
        let _first = self.door.lock().await;
        loop {
            if self.places.available_permits() == 0 {
                self.send_one_away();
            }
            let place = Arc::clone(&self.places).acquire_owned();
            if let Ok(place) = tokio::time::timeout(LOOK, place).await {
                return Some(self.guest(place.ok()?));
            }
        }
    }

    fn guest(&self, place: OwnedSemaphorePermit) -> Guest {
        let number = {
            let mut awaited = lock(&self.awaited);
            awaited.last += 1;
            awaited.last
        };
        Guest {
            number,
            until: Mutex::default(),
            leave: Arc::default(),
            awaited: Arc::clone(&self.awaited),
            place: Mutex::new(place),
        }
    }

    fn send_one_away(&self) {
        let mut awaited = lock(&self.awaited);
        let first = awaited.guests.first_entry();
        if let Some(first) = first.filter(|first| first.key().0 <= Instant::now()) {
            let leave = first.remove();
            leave.leaves.store(true, Ordering::Release);
            leave.told.notify_one();
        }
    }
}

impl Guest {
    /// From now on it is waited for, for so long where others want its place.
    pub(super) fn is_awaited(&self, patience: Duration) {
        self.set(Some(Instant::now() + patience));
    }

    /// Part of what is waited for has come: it may take longer by so much.
    pub(super) fn is_awaited_longer(&self, by: Duration) {
        let until = *lock(&self.until);
        if let Some(until) = until {
            self.set(Some(until + by));
        }
    }

    /// It is not waited for: it stays.
    pub(super) fn is_busy(&self) {
        self.set(None);
    }

    /// Gives its place back for one elsewhere, where it stays; whether there is one.
    pub(super) fn moves(&self, to: &Crowd) -> bool {
        let Ok(place) = Arc::clone(&to.places).try_acquire_owned() else {
            return false;
        };
        self.set(None);
        *lock(&self.place) = place;
        true
    }

    /// Waits until it is to leave for others.
    pub(super) async fn sent_away(&self) {
        loop {
            self.leave.told.notified().await;
            // What it was waited for may have come in the meantime.
            if self.leave.leaves.load(Ordering::Acquire) {
                return;
            }
        }
    }

    fn set(&self, until: Option<Instant>) {
        let mut awaited = lock(&self.awaited);
        let mut own = lock(&self.until);
        if let Some(old) = std::mem::replace(&mut *own, until) {
            awaited.guests.remove(&(old, self.number));
        }
        let is_over = until.is_some_and(|until| until <= Instant::now());
        if is_over && self.leave.leaves.load(Ordering::Acquire) {
            return;
        }
        self.leave.leaves.store(false, Ordering::Release);
        if let Some(until) = until {
            let leave = Arc::clone(&self.leave);
            awaited.guests.insert((until, self.number), leave);
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.is_busy();
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change is whole, so a panic elsewhere leaves nothing half done.
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    const SECOND: Duration = Duration::from_secs(1);

    async fn full(size: usize) -> (Crowd, Vec<Guest>) {
        let crowd = Crowd::of(size);
        let mut guests = Vec::new();
        for _ in 0..size {
            guests.push(crowd.enter().await.unwrap());
        }
        (crowd, guests)
    }

    fn away(guests: &[Guest]) -> Vec<bool> {
        let away = guests.iter().map(|guest| guest.sent_away().now_or_never());
        away.map(|away| away.is_some()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_awaited_leaves_once_its_time_is_over_and_nobody_who_is_busy() {
        let (crowd, mut guests) = full(3).await;
        guests[1].is_awaited(2 * SECOND);
        guests[2].is_awaited(SECOND);
        let next = crowd.enter();
        tokio::pin!(next);
        assert!(tokio::time::timeout(SECOND / 2, &mut next).await.is_err());
        assert_eq!(away(&guests), [false, false, false]);
        assert!(tokio::time::timeout(SECOND, &mut next).await.is_err());
        assert_eq!(away(&guests), [false, false, true]);
        guests.remove(2);
        assert!(next.await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_to_an_end_in_time_stays_and_who_goes_on_dripping_does_not() {
        let (crowd, mut guests) = full(2).await;
        for guest in &guests {
            guest.is_awaited(SECOND);
        }
        let next = crowd.enter();
        tokio::pin!(next);
        assert!(tokio::time::timeout(2 * SECOND, &mut next).await.is_err());
        // Both were told; one has brought what it was waited for before it heard so.
        guests[0].is_busy();
        guests[1].is_awaited_longer(Duration::from_millis(1));
        assert_eq!(away(&guests), [false, true]);
        guests.remove(1);
        assert!(next.await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_in_which_all_are_busy_makes_others_wait_in_their_order() {
        let (crowd, guests) = full(1).await;
        let first = crowd.enter();
        let second = crowd.enter();
        tokio::pin!(first, second);
        assert!(tokio::time::timeout(SECOND, &mut first).await.is_err());
        assert!(tokio::time::timeout(SECOND, &mut second).await.is_err());
        let elsewhere = Crowd::of(1);
        assert!(guests[0].moves(&elsewhere) && !guests[0].moves(&elsewhere));
        assert!(tokio::time::timeout(SECOND, &mut second).await.is_err());
        let first = first.await;
        assert!(first.is_some() && crowd.is_dense());
        drop(first);
        assert!(second.await.is_some());
    }
}
