//! How many bytes of bodies that nobody has vouched for are held at once.

use super::{LONGEST_BODY, Refused};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What nearly every delivery fits into.
const SMALL: usize = 1 << 20;
/// Bytes for the beginnings of bodies: deliveries pass by the thousand.
const FOR_SMALL: usize = 64 << 20;
/// Bytes for what goes beyond. Senders who fill it and stop keep each other out, and nobody whose
/// delivery is small.
const FOR_LARGE: usize = 4 * LONGEST_BODY;

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
    /// Takes room for more of a body of which `before` bytes have come.
    ///
    /// # Errors
    /// There is none now.
    pub(super) fn take(&self, held: &mut Held, before: usize, more: usize) -> Result<(), Refused> {
        let (room, place) = if before + more <= SMALL {
            (&self.small, &mut held.small)
        } else {
            (&self.large, &mut held.large)
        };
        let more = u32::try_from(more).map_err(|_| Refused::TooLong)?;
        let taken = Arc::clone(room).try_acquire_many_owned(more);
        let taken = taken.map_err(|_| Refused::Busy)?;
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

    #[test]
    fn large_bodies_that_stop_keep_no_small_one_out() {
        let room = Room::default();
        let mut stopped = Vec::new();
        let refused = loop {
            let mut held = Held::default();
            let begun = room.take(&mut held, 0, SMALL);
            let taken = begun.and_then(|()| room.take(&mut held, SMALL, LONGEST_BODY - SMALL));
            match taken {
                Ok(()) => stopped.push(held),
                Err(refused) => break refused,
            }
        };
        assert!(matches!(refused, Refused::Busy));
        assert_eq!(stopped.len(), 4);
        let mut small = Held::default();
        assert!(room.take(&mut small, 0, 26_000).is_ok());
        stopped.pop();
        let mut large = Held::default();
        assert!(room.take(&mut large, SMALL, LONGEST_BODY - SMALL).is_ok());
    }
}
