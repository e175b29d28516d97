//! The server on a real socket: slow clients, many connections, an orderly end.

use super::world::World;
use agent::server::serve;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

async fn served(world: &World) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let server = tokio::spawn(serve(listener, world.router.clone(), stop.clone()));
    Served {
        address,
        stop,
        server,
    }
}

async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn figures_are_for_programs_of_this_machine_too() {
    let world = World::new();
    let served = served(&world).await;
    let get = |host: &str, more: &str| {
        format!("GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n")
    };
    let host = served.address.to_string();
    let local = ask(served.address, &get(&host, "")).await;
    assert!(local.starts_with("HTTP/1.1 200"), "{local}");
    for (host, more) in [
        ("ci.example.org", ""),
        (host.as_str(), "X-Forwarded-For: 192.0.2.1\r\n"),
    ] {
        let passed_on = ask(served.address, &get(host, more)).await;
        assert!(passed_on.starts_with("HTTP/1.1 404"), "{passed_on}");
    }
}

// With a clock of its own, which goes on whenever nothing else does: here and below.
#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_finish_its_request_is_let_go_and_others_are_served() {
    let world = World::new();
    let served = served(&world).await;
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: a").await.unwrap();
    let quick = ask(
        served.address,
        "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    assert!(quick.await.ends_with("ok\n"));
    let began = Instant::now();
    let dripping = async {
        // A byte a second is no progress.
        while slow.write_all(b"b").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(30), dripping).await;
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_crowd_that_says_nothing_keeps_nobody_out() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = agent::server::serve_at_most(32, listener, world.router.clone(), stop.clone());
    let server = tokio::spawn(serving);
    let healthy = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut regular = TcpStream::connect(address).await.unwrap();
    let mut crowd = Vec::new();
    for _ in 0..10 {
        // Who has asked for something stays, however many come.
        regular.write_all(healthy.as_bytes()).await.unwrap();
        let mut answer = [0; 512];
        let read = tokio::time::timeout(Duration::from_secs(5), regular.read(&mut answer));
        let read = read.await.unwrap().unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "{read}");
        for _ in 0..32 {
            crowd.push(TcpStream::connect(address).await.unwrap());
        }
        let new = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        let new = tokio::time::timeout(Duration::from_secs(5), ask(address, new));
        assert!(new.await.unwrap().ends_with("ok\n"));
    }
    let mut first = crowd.remove(0);
    let mut nothing = [0; 1];
    let closed = tokio::time::timeout(Duration::from_secs(5), first.read(&mut nothing));
    assert!(matches!(closed.await.unwrap(), Ok(0) | Err(_)));
    stop.cancel();
    server.await.unwrap();
}

#[tokio::test]
async fn an_end_waits_for_answers_and_closes_idle_connections() {
    let world = World::new();
    let served = served(&world).await;
    let mut idle = TcpStream::connect(served.address).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    idle.write_all(request).await.unwrap();
    let mut first = [0; 16];
    idle.read_exact(&mut first).await.unwrap();
    served.stop.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(5), served.server).await;
    assert!(ended.is_ok_and(|ended| ended.is_ok()));
    assert!(TcpStream::connect(served.address).await.is_err());
}
