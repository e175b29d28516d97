//! A request's body that tells how it comes.

use super::crowd::Guest;
use axum::http::Request;
use axum::http::header::EXPECT;
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::runtime::Handle;

/// Where others wait for their turn, a body has so long to be whole, and longer as it comes.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes in a millisecond that keep a sender from being sent away: 32 kB a second.
const PACE: usize = 32;

/// What nobody wanted is still taken from its sender, so long and so much of it: one who is still
/// sending when the connection is closed may never see the answer.
const UNWANTED: (Duration, usize) = (Duration::from_secs(10), 32 << 20);
/// Who sends no more of it for so long has seen the answer.
const PAUSE: Duration = Duration::from_secs(3);

/// A body whose sender is waited for until all of it has come, or nobody wants it any more.
#[derive(Debug)]
pub(super) struct Heard {
    /// Until it has ended, or this is dropped.
    body: Option<Incoming>,
    guest: Arc<Guest>,
    asks: bool,
}

impl Heard {
    pub(super) fn of(request: Request<Incoming>, guest: Arc<Guest>) -> Request<Self> {
        // Who asks first sends nothing that is not wanted.
        let asks = request.headers().contains_key(EXPECT);
        request.map(|body| Self::new(body, guest, asks))
    }

    fn new(body: Incoming, guest: Arc<Guest>, asks: bool) -> Self {
        if body.is_end_stream() {
            guest.is_busy();
        } else {
            guest.is_awaited(PATIENCE);
        }
        Self {
            body: Some(body),
            guest,
            asks,
        }
    }
}

impl Body for Heard {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = ready!(Pin::new(body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                let longer = u64::try_from(bytes / PACE).unwrap_or(u64::MAX);
                self.guest.is_awaited_longer(Duration::from_millis(longer));
            }
            // The end of a body of unknown length, or of its connection.
            _ => self.body = None,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let body = self.body.as_ref();
        body.map_or_else(SizeHint::default, Incoming::size_hint)
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        match self.body.take().filter(|body| !body.is_end_stream()) {
            Some(rest) if !self.asks => {
                // Its sender stays awaited: others may have the place.
                if let Ok(runtime) = Handle::try_current() {
                    drop(runtime.spawn(pass_by(rest)));
                }
            }
            _ => self.guest.is_busy(),
        }
    }
}

async fn pass_by(mut rest: Incoming) {
    let (time, most) = UNWANTED;
    let all = async {
        let mut bytes = 0;
        while bytes < most {
            let frame = poll_fn(|context| Pin::new(&mut rest).poll_frame(context));
            let Ok(Some(Ok(frame))) = tokio::time::timeout(PAUSE, frame).await else {
                return;
            };
            bytes += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    // Whatever is left when the time is over goes down with the connection.
    let _ = tokio::time::timeout(time, all).await;
}
