//! How many bytes of bodies that nobody has vouched for are held at once.

use super::{LONGEST_BODY, Refused};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What nearly every delivery fits into.
const SMALL: usize = 1 << 20;
/// Bytes for the beginnings of bodies: deliveries pass by the thousand.
const FOR_SMALL: usize = 32 << 20;
/// Bytes for what goes beyond. Senders who fill it and stop keep each other out, and nobody whose
/// delivery is small.
const FOR_LARGE: usize = 2 * LONGEST_BODY;
/// A body waits so long for the room that others hold: a burst passes, and GitHub waits ten seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Room for bodies; clones share it.
#[derive(Clone, Debug)]
pub(super) struct Room {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

/// Room that one body holds; given back when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Held {
    small: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            small: Arc::new(Semaphore::new(FOR_SMALL)),
            large: Arc::new(Semaphore::new(FOR_LARGE)),
        }
    }
}

impl Room {
    /// Takes room for more of a body of which `before` bytes have come, and waits for it in vain only
    /// so long: bodies that are not whole could wait for each other.
    ///
    /// # Errors
    /// There is none.
    pub(super) async fn take(
        &self,
        held: &mut Held,
        before: usize,
        more: usize,
    ) -> Result<(), Refused> {
        let (room, place) = if before + more <= SMALL {
            (&self.small, &mut held.small)
        } else {
            (&self.large, &mut held.large)
        };
        let more = u32::try_from(more).map_err(|_| Refused::TooLong)?;
        let taken = Arc::clone(room).acquire_many_owned(more);
        let taken = tokio::time::timeout(PATIENCE, taken).await;
        let taken = taken.ok().and_then(Result::ok).ok_or(Refused::Busy)?;
        match place {
            Some(place) => place.merge(taken),
            None => *place = Some(taken),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: usize = LONGEST_BODY - SMALL;

    /// Room for a body of the greatest length.
    async fn longest(room: &Room) -> Result<Held, Refused> {
        let mut held = Held::default();
        room.take(&mut held, 0, SMALL).await?;
        room.take(&mut held, SMALL, REST).await?;
        Ok(held)
    }

    #[tokio::test(start_paused = true)]
    async fn large_bodies_that_stop_keep_no_small_one_out() {
        let room = Room::default();
        let mut stopped = Vec::new();
        let refused = loop {
            match longest(&room).await {
                Ok(held) => stopped.push(held),
                Err(refused) => break refused,
            }
        };
        assert!(matches!(refused, Refused::Busy));
        assert_eq!(stopped.len(), 2);
        let mut small = Held::default();
        assert!(room.take(&mut small, 0, 26_000).await.is_ok());
        stopped.pop();
        assert!(longest(&room).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_waits_until_others_have_passed() {
        let room = Room::default();
        let mut passing = Vec::new();
        for _ in 0..FOR_SMALL / SMALL {
            let mut held = Held::default();
            assert!(room.take(&mut held, 0, SMALL).await.is_ok());
            passing.push(held);
        }
        let mut held = Held::default();
        let waits = room.take(&mut held, 0, 26_000);
        let pass = async {
            tokio::time::sleep(PATIENCE / 2).await;
            passing.pop();
        };
        assert!(tokio::join!(waits, pass).0.is_ok());
    }
}
