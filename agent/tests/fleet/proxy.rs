//! What stands between an agent and its database: a network that can go silent.

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use url::Url;

/// A way to the server on a port of its own.
pub(crate) struct Proxy {
    address: SocketAddr,
    server: Url,
    /// Grows with every partition; odd while there is one.
    epoch: Arc<watch::Sender<u64>>,
}

impl Proxy {
    /// To the server of this URL.
    pub(crate) async fn start(server: &Url) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = server.clone();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            server: server.clone(),
            epoch: Arc::new(watch::Sender::new(0)),
        };
        let epoch = Arc::clone(&proxy.epoch);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (epoch, server) = (epoch.subscribe(), server.clone());
                tokio::spawn(carry(client, server, epoch));
            }
        });
        proxy
    }

    /// The URL of a database of the server by this way.
    pub(crate) fn url(&self) -> String {
        let mut url = self.server.clone();
        let others = self.server.query_pairs().into_owned();
        let others: Vec<_> = others.filter(|(key, _)| key != "host").collect();
        url.query_pairs_mut().clear().extend_pairs(others);
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url.to_string()
    }

    /// From now on nothing passes, and nobody is told: neither side hears of an end. Connections of
    /// this time stay dead after it, as behind a firewall that has forgotten them.
    pub(crate) fn part(&self) {
        self.epoch.send_modify(|epoch| *epoch += 1);
    }

    /// New connections pass again.
    pub(crate) fn heal(&self) {
        self.epoch.send_modify(|epoch| *epoch += 1);
    }
}

async fn carry(client: TcpStream, server: Url, mut epoch: watch::Receiver<u64>) {
    let born = *epoch.borrow_and_update();
    let passing = async {
        if born % 2 == 1 {
            return std::future::pending().await;
        }
        let port = server.port().unwrap_or(5432);
        let host = server.query_pairs().find(|(key, _)| key == "host");
        let host = host.map(|(_, host)| host.into_owned());
        let (from_client, to_client) = client.into_split();
        match host.filter(|host| host.starts_with('/')) {
            Some(folder) => {
                let socket = UnixStream::connect(format!("{folder}/.s.PGSQL.{port}")).await;
                let (from_server, to_server) = socket.unwrap().into_split();
                both((from_client, to_server), (from_server, to_client)).await;
            }
            None => {
                let host = server.host_str().unwrap();
                let (from_server, to_server) =
                    TcpStream::connect((host, port)).await.unwrap().into_split();
                both((from_client, to_server), (from_server, to_client)).await;
            }
        }
    };
    tokio::pin!(passing);
    tokio::select! {
        () = &mut passing => {}
        _ = epoch.changed() => {
            // Neither side is closed: what holds the sockets is kept, and never looked at again.
            std::future::pending::<()>().await;
        }
    }
}

async fn both(
    up: (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    down: (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
) {
    tokio::select! {
        () = pass(up.0, up.1) => {}
        () = pass(down.0, down.1) => {}
    }
}

/// Passes bytes on until one side ends.
async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
