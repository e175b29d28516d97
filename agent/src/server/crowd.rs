//! Who may be connected at once, and who leaves when there are too many: whoever has been silent
//! for longest, so that a crowd that says nothing keeps nobody out (security T22).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Places for connections; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Crowd {
    places: Arc<Semaphore>,
    silent: Arc<Mutex<Silent>>,
}

/// Connections that have not asked for anything yet, by their order of coming.
#[derive(Debug, Default)]
struct Silent {
    last: u64,
    guests: BTreeMap<u64, CancellationToken>,
}

/// A connection's place; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Guest {
    number: u64,
    leave: CancellationToken,
    silent: Arc<Mutex<Silent>>,
    _place: OwnedSemaphorePermit,
}

impl Crowd {
    pub(super) fn of(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            silent: Arc::default(),
        }
    }

    /// Waits for a place. Where all are taken, one who is silent is sent away for it; those who have
    /// asked for something are not.
    pub(super) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        if let Some((_, leave)) = lock(&self.silent).guests.pop_first() {
            leave.cancel();
        }
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    /// Somebody has taken a place.
    pub(super) fn enter(&self, place: OwnedSemaphorePermit) -> Guest {
        let leave = CancellationToken::new();
        let mut silent = lock(&self.silent);
        silent.last += 1;
        let number = silent.last;
        silent.guests.insert(number, leave.clone());
        Guest {
            number,
            leave,
            silent: Arc::clone(&self.silent),
            _place: place,
        }
    }
}

impl Guest {
    /// It has asked for something.
    pub(super) fn speaks(&self) {
        lock(&self.silent).guests.remove(&self.number);
    }

    /// Waits until it is to leave for others.
    pub(super) async fn sent_away(&self) {
        self.leave.cancelled().await;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.speaks();
    }
}

fn lock(silent: &Mutex<Silent>) -> MutexGuard<'_, Silent> {
    // Each change of it is whole, so a panic elsewhere leaves nothing half done.
    silent.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn the_oldest_silent_one_leaves_and_nobody_who_has_asked() {
        let crowd = Crowd::of(3);
        let mut guests = Vec::new();
        for _ in 0..3 {
            guests.push(crowd.enter(crowd.place().await.unwrap()));
        }
        guests[0].speaks();
        let next = crowd.place();
        tokio::pin!(next);
        assert!(next.as_mut().now_or_never().is_none());
        let away: Vec<bool> = guests
            .iter()
            .map(|guest| guest.sent_away().now_or_never().is_some())
            .collect();
        assert_eq!(away, [false, true, false]);
        guests.remove(1);
        assert!(next.await.is_some());
    }

    #[tokio::test]
    async fn a_crowd_in_which_all_have_asked_makes_others_wait() {
        let crowd = Crowd::of(1);
        let guest = crowd.enter(crowd.place().await.unwrap());
        guest.speaks();
        assert!(crowd.place().now_or_never().is_none());
        assert!(guest.sent_away().now_or_never().is_none());
        drop(guest);
        assert!(crowd.place().now_or_never().is_some());
    }
}
