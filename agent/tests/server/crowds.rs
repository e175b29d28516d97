//! Bursts, and crowds that mean no good, on a real socket (security T22, reliability R34).

use super::log::EVENTS;
use super::world::{URL, World};
use agent::server::serve_at_most;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

/// For what takes milliseconds, on a busy machine.
const SOON: Duration = Duration::from_secs(5);
/// Less than what the server gives those that nobody wants to take the place of.
const IN_TIME: Duration = Duration::from_secs(20);

/// How many deliveries are taken now, and were at most.
#[derive(Default)]
struct Taken {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// Takes a delivery, which lasts a while.
async fn take(State(taken): State<Arc<Taken>>, _: Bytes) -> StatusCode {
    let now = taken.now.fetch_add(1, Ordering::SeqCst) + 1;
    taken.most.fetch_max(now, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(5)).await;
    taken.now.fetch_sub(1, Ordering::SeqCst);
    StatusCode::ACCEPTED
}

struct Served {
    address: SocketAddr,
    taken: Arc<Taken>,
    _world: World,
    _stop: DropGuard,
}

/// A server that takes so many connections, and serves half of them at once.
async fn served(connections: usize) -> Served {
    let taken = Arc::new(Taken::default());
    let webhook = Router::new()
        .route("/webhook", post(take))
        .with_state(Arc::clone(&taken));
    let world = World::at(URL, webhook);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let router = world.router.clone();
    tokio::spawn(serve_at_most(connections, listener, router, stop.clone()));
    Served {
        address,
        taken,
        _world: world,
        _stop: stop.drop_guard(),
    }
}

/// A delivery of a usual size.
fn delivery() -> Vec<u8> {
    let head = "POST /webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 26000\r\n\r\n";
    [head.as_bytes(), &[b'x'; 26_000]].concat()
}

/// Sends a request on a connection of its own; how the answer begins.
async fn ask(address: SocketAddr, request: &[u8]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Opens a connection, sends this, and says no more.
async fn begins(address: SocketAddr, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    stream
}

/// A delivery by somebody else is taken.
async fn others_are_served(address: SocketAddr, within: Duration) {
    let delivery = delivery();
    let answer = tokio::time::timeout(within, ask(address, &delivery)).await;
    let answer = answer.expect("an answer in time").expect("an answer");
    assert_eq!(answer, "HTTP/1.1 202");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_taken_whole_however_few_are_served_at_once() {
    let served = served(64).await;
    let delivery = delivery();
    let burst = (0..500).map(|_| ask(served.address, &delivery));
    let answers = futures_util::future::join_all(burst).await;
    for answer in answers {
        assert_eq!(answer.unwrap(), "HTTP/1.1 202");
    }
    let most = served.taken.most.load(Ordering::SeqCst);
    assert!((1..=32).contains(&most), "{most}");
}

#[tokio::test(start_paused = true)]
async fn who_begins_a_delivery_and_stops_keeps_nobody_out() {
    let served = served(16).await;
    let delivery = delivery();
    let mut crowd = Vec::new();
    for part in [1, 40, 5_000, 20_000] {
        for _ in 0..4 {
            crowd.push(begins(served.address, &delivery[..part]).await);
        }
    }
    others_are_served(served.address, IN_TIME).await;
}

#[tokio::test(start_paused = true)]
async fn who_drips_keeps_nobody_out() {
    let served = served(16).await;
    let dripping: Vec<_> = (0..16)
        .map(|_| {
            let address = served.address;
            tokio::spawn(async move {
                let mut stream = begins(address, &delivery()[..100]).await;
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            })
        })
        .collect();
    for _ in 0..3 {
        others_are_served(served.address, IN_TIME).await;
    }
    for one in dripping {
        one.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_answered_and_stays_keeps_nobody_out() {
    let served = served(16).await;
    let delivery = delivery();
    let mut crowd = Vec::new();
    for _ in 0..16 {
        let connected = begins(served.address, &delivery);
        crowd.push(tokio::time::timeout(SOON, connected).await.unwrap());
    }
    others_are_served(served.address, SOON).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_a_log_does_not_count_among_those_who_are_served() {
    let served = served(16).await;
    let mut readers = Vec::new();
    for _ in 0..15 {
        let request = format!("GET {EVENTS} HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut reader = begins(served.address, request.as_bytes()).await;
        let mut answer = [0; 12];
        let read = tokio::time::timeout(SOON, reader.read_exact(&mut answer));
        read.await.expect("an answer in time").unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        readers.push(reader);
    }
    others_are_served(served.address, SOON).await;
}

#[tokio::test]
async fn a_head_that_takes_more_than_its_buffer_is_refused() {
    let served = served(4).await;
    let head = |length| {
        format!(
            "GET /healthz HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n",
            "x".repeat(length)
        )
    };
    let usual = ask(served.address, head(8_000).as_bytes()).await.unwrap();
    assert_eq!(usual, "HTTP/1.1 200");
    let huge = ask(served.address, head(64_000).as_bytes()).await;
    // Closed while it was still being sent, it may be reset before it is read.
    assert!(
        huge.as_ref().is_ok_and(|answer| answer == "HTTP/1.1 431") || huge.is_err(),
        "{huge:?}"
    );
}
