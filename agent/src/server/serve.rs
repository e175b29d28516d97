//! Taking connections, with bounds on their number and their patience (security T22).
//!
//! ```text
//!  accept ─► connected (cheap) ─► its first byte ─► served (buffers, a request) ─► closed
//!                                                     └► a stream: has a place elsewhere
//! ```
//!
//! A burst of thousands is connected at once and served in the order in which it asked, so that it
//! takes the memory of those who are served.

use super::connection::Hall;
use axum::Router;
use rustix::process::{Resource, getrlimit};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections at once. Beyond that, those that have been waited for are closed for new ones.
const CONNECTED: usize = 8192;
/// Of those, the ones that are served at once.
const SERVED: usize = 512;
/// A pause after the system refused a connection, most likely for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);
/// Answers that have begun may take so long after `stop`.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Serves until `stop`; answers that have begun are then finished, within ten seconds.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    serve_at_most(connections(), listener, router, stop).await;
}

/// The same with another bound on connections, for tests of it.
pub async fn serve_at_most(
    connections: usize,
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) {
    let hall = Hall::new(connections, SERVED.min(connections.div_ceil(2)));
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = hall.accept(&listener) => accepted,
        };
        match accepted {
            Ok((caller, guest)) => {
                tasks.spawn(hall.connection(caller, router.clone(), guest, stop.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was refused by the system");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    tasks.close();
    let _ = tokio::time::timeout(LAST_WORDS, tasks.wait()).await;
}

/// As many as there may be files open, half of which are left to everything else.
fn connections() -> usize {
    let files = getrlimit(Resource::Nofile).current;
    let files = files.and_then(|files| usize::try_from(files / 2).ok());
    files.unwrap_or(CONNECTED).clamp(1, CONNECTED)
}
