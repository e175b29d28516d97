//! A request's body that tells how it comes.

use super::crowd::Guest;
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Where others wait for their turn, a body has so long to be whole, and longer as it comes.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes in a millisecond that keep a sender from being sent away: 32 kB a second.
const PACE: usize = 32;

/// A body whose sender is waited for until all of it has come, or nobody wants it any more.
#[derive(Debug)]
pub(super) struct Heard {
    body: Incoming,
    guest: Arc<Guest>,
}

impl Heard {
    pub(super) fn new(body: Incoming, guest: Arc<Guest>) -> Self {
        if body.is_end_stream() {
            guest.is_busy();
        } else {
            guest.is_awaited(PATIENCE);
        }
        Self { body, guest }
    }
}

impl Body for Heard {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            let longer = u64::try_from(bytes / PACE).unwrap_or(u64::MAX);
            self.guest.is_awaited_longer(Duration::from_millis(longer));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        self.guest.is_busy();
    }
}
