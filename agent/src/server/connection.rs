//! One connection, from its first byte to its last answer.

use super::crowd::{Crowd, Guest};
use super::heard::Heard;
use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::{Body as _, Incoming};
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

/// A request's head must be there by then.
const HEAD: Duration = Duration::from_secs(10);
/// Bytes of a head, and of what is read or written at once.
const BUFFER: usize = 16 << 10;
/// What was sent must have been taken by then, in milliseconds.
const UNTAKEN: u32 = 30_000;
/// Logs that are being read, beside those who are served.
const STREAMS: usize = 2304;
/// Where others wait, a connection has so long for its first byte.
const SILENT: Duration = Duration::from_millis(500);
/// Where others wait for their turn, a head has so long to be whole: it mostly comes at once.
const BEGUN: Duration = Duration::from_millis(250);
/// The same for a connection that was answered and may ask again.
const IDLE: Duration = Duration::from_secs(5);

/// Whoever has connected.
#[derive(Debug)]
pub(super) struct Caller {
    stream: TcpStream,
    peer: SocketAddr,
}

/// Where connections are, and where they are served.
#[derive(Clone, Debug)]
pub(super) struct Hall {
    connected: Crowd,
    served: Crowd,
    streams: Crowd,
}

impl Hall {
    pub(super) fn new(connected: usize, served: usize) -> Self {
        Self {
            connected: Crowd::of(connected),
            served: Crowd::of(served),
            streams: Crowd::of(STREAMS),
        }
    }

    /// The next connection, once there is a place for it.
    pub(super) async fn accept(&self, listener: &TcpListener) -> io::Result<(Caller, Guest)> {
        let guest = self.connected.enter().await;
        let guest = guest.ok_or_else(|| io::Error::other("the server is ending"))?;
        let (stream, peer) = listener.accept().await?;
        Ok((Caller { stream, peer }, guest))
    }

    /// Serves a connection until it ends. It costs little before its first byte has come and it has
    /// its turn.
    pub(super) fn connection(
        &self,
        caller: Caller,
        router: Router,
        guest: Guest,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + use<> {
        let hall = self.clone();
        async move {
            guest.is_awaited(SILENT);
            let mut first = [0];
            tokio::select! {
                biased;
                // It stays there to be read.
                _ = caller.stream.peek(&mut first) => {}
                () = guest.sent_away() => {
                    tracing::debug!("a silent connection was closed for others");
                    return;
                }
                () = tokio::time::sleep(HEAD) => return,
                () = stop.cancelled() => return,
            }
            guest.is_busy();
            let turn = tokio::select! {
                turn = hall.served.enter() => turn,
                () = stop.cancelled() => return,
            };
            if let Some(turn) = turn {
                // Apart, so that those who wait need no memory for it.
                Box::pin(serve(caller, router, Arc::new(turn), hall, stop)).await;
            }
        }
    }

    /// In a crowd it is the last answer. A stream is, too, and leaves its place to others while there
    /// is one for streams.
    fn answered(&self, answer: &mut Response<axum::body::Body>, guest: &Guest) {
        let is_stream = answer.body().size_hint().exact().is_none();
        if is_stream || self.served.is_dense() {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(header::CONNECTION, close);
        }
        if !(is_stream && guest.moves(&self.streams)) {
            guest.is_awaited(IDLE);
        }
    }
}

async fn serve(
    Caller { stream, peer }: Caller,
    router: Router,
    guest: Arc<Guest>,
    hall: Hall,
    stop: CancellationToken,
) {
    // Without these two the connection still works, only less well.
    let _ = stream.set_nodelay(true);
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, UNTAKEN);
    guest.is_awaited(BEGUN);
    let service = TowerToHyperService::new(router);
    let speaker = Arc::clone(&guest);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let speaker = Arc::clone(&speaker);
        let hall = hall.clone();
        let heard = Arc::clone(&speaker);
        let answer = service.call(Heard::of(request, heard));
        async move {
            let mut answer = answer.await?;
            hall.answered(&mut answer, &speaker);
            Ok::<_, std::convert::Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        // First, so that what has come is read before it is sent away.
        biased;
        ended = connection.as_mut() => ended,
        () = guest.sent_away() => {
            tracing::debug!("a connection that was waited for was closed for others");
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
