//! Taking connections, with bounds on their number and their patience (security T22).

use super::crowd::{Crowd, Guest};
use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections at once. Beyond that, silent ones are closed for new ones.
const CONNECTIONS: usize = 4096;
/// A request's head must be there by then.
const HEAD: Duration = Duration::from_secs(10);
/// What was sent must have been taken by then, in milliseconds.
const UNTAKEN: u32 = 30_000;
/// A pause after the system refused a connection, most likely for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);
/// Answers that have begun may take so long after `stop`.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Serves until `stop`; answers that have begun are then finished, within ten seconds.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    serve_at_most(CONNECTIONS, listener, router, stop).await;
}

/// The same with another bound on connections, for tests of it.
pub async fn serve_at_most(
    connections: usize,
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) {
    let crowd = Crowd::of(connections);
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &crowd) => accepted,
        };
        match accepted {
            Ok((stream, peer, guest)) => {
                let router = router.clone().layer(axum::Extension(ConnectInfo(peer)));
                tasks.spawn(connection(stream, router, Arc::new(guest), stop.clone()));
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

async fn accept(
    listener: &TcpListener,
    crowd: &Crowd,
) -> io::Result<(TcpStream, SocketAddr, Guest)> {
    let place = crowd.place().await;
    let place = place.ok_or_else(|| io::Error::other("the server is ending"))?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, crowd.enter(place)))
}

async fn connection(stream: TcpStream, router: Router, guest: Arc<Guest>, stop: CancellationToken) {
    // Without these two the connection still works, only less well.
    let _ = stream.set_nodelay(true);
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, UNTAKEN);
    let service = TowerToHyperService::new(router);
    let speaker = Arc::clone(&guest);
    let service = service_fn(move |request| {
        speaker.speaks();
        service.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = guest.sent_away() => {
            tracing::debug!("a silent connection was closed for others");
            return;
        }
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
