//! TLS between the store and a real server, and what of the URL may be said.

use crate::place;
use crate::postgres_server::Server;
use agent::store::{Location, Store, StoreError};
use sqlx::{Connection, PgConnection, Row};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// Never to be seen.
const PASSWORD: &str = "s3cret/of+agent";
/// The same in a URL.
const ENCODED: &str = "s3cret%2Fof%2Bagent";

/// An authority, its certificate for the server as `localhost`, and another authority.
const CERTIFICATES: &str = "
new() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj \"/CN=$1\" -keyout \"$1.key\" \"${@:2}\"; }
new authority -x509 -days 2 -out authority.pem
new another -x509 -days 2 -out another.pem
new server -out server.csr
echo subjectAltName=DNS:localhost > server.ext
openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -days 2 -extfile server.ext -out server.pem
chmod 600 server.key && chmod 644 ./*.pem";

/// A server with a certificate, where the role has its password.
async fn server() -> Server {
    let server = Server::start(|folder| {
        let make = ["-euc", CERTIFICATES];
        folder.run(Path::new("bash"), make);
        vec![
            "listen_addresses=localhost".to_owned(),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", folder.file("server.pem")),
            format!("ssl_key_file={}", folder.file("server.key")),
        ]
    });
    let alter = format!("ALTER ROLE agent PASSWORD '{PASSWORD}'");
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let alter = sqlx::raw_sql(sqlx::AssertSqlSafe(alter));
    alter.execute(&mut connection).await.unwrap();
    server
}

/// The server's address with TCP.
fn url(server: &Server, host: &str, parameters: &str) -> String {
    let port = server.port();
    format!("postgres://agent:{ENCODED}@{host}:{port}/postgres?application_name=tls&{parameters}")
}

fn authority(server: &Server, name: &str) -> String {
    let path = server.folder().file(name);
    format!("sslmode=verify-full&sslrootcert={path}")
}

/// All that is logged on this thread, whatever its level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// What opening says; neither it nor the log holds the password.
async fn refusal(url: &str) -> String {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    tracing::info!("the log is read");
    let error = Store::open(&Location::Postgres(url.into())).await;
    drop(guard);
    let error = error.map(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::Open { .. }), "{error:?}");
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("the log is read"));
    for said in [&logged, &format!("{error:?}"), &error.to_string()] {
        assert!(!said.contains("s3cret"), "{said}");
    }
    error.to_string()
}

#[tokio::test]
async fn a_server_that_proves_who_it_is_is_spoken_to_in_secret() {
    let server = server().await;
    let url = url(&server, "localhost", &authority(&server, "authority.pem"));
    let store = Store::open(&Location::Postgres(url.into())).await.unwrap();
    let delivery = crate::suite::make::delivery("secret");
    store.put_delivery(delivery).await.unwrap();
    assert!(store.has_delivery("secret").await.unwrap());
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let sessions = "SELECT count(*), count(*) FILTER (WHERE ssl) FROM pg_stat_ssl \
        JOIN pg_stat_activity USING (pid) WHERE application_name = 'tls'";
    let row = sqlx::query(sessions)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let (all, encrypted): (i64, i64) = (row.get(0), row.get(1));
    assert!(all > 0 && all == encrypted, "{encrypted} of {all}");
}

#[tokio::test]
async fn a_server_that_does_not_is_refused_with_what_to_do() {
    let server = server().await;
    let another = url(&server, "localhost", &authority(&server, "another.pem"));
    let text = refusal(&another).await;
    assert!(
        text.contains("postgres on localhost") && text.contains("UnknownIssuer"),
        "{text}"
    );
    assert!(text.contains("by sslrootcert"), "{text}");
    // Without a file, the authorities of the system are asked.
    let text = refusal(&url(&server, "localhost", "sslmode=verify-full")).await;
    assert!(text.contains("UnknownIssuer"), "{text}");
    let absent = url(&server, "localhost", &authority(&server, "absent.pem"));
    let text = refusal(&absent).await;
    assert!(
        text.contains("absent.pem") && text.contains("No such file"),
        "{text}"
    );
    let otherwise = url(&server, "127.0.0.1", &authority(&server, "authority.pem"));
    let text = refusal(&otherwise).await;
    assert!(
        text.contains("must name the host as the certificate does"),
        "{text}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_not_repeated() {
    let server = server().await;
    let right = url(&server, "localhost", &authority(&server, "authority.pem"));
    let text = refusal(&right.replace(ENCODED, "not%2Ds3cret")).await;
    assert!(text.contains("password authentication failed"), "{text}");
    let text = refusal(&format!("{right}&passwort=s3cret")).await;
    assert!(text.contains("passwort"), "{text}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_it_is_wanted() {
    let place = place().await;
    let text = refusal(&format!("{}&sslmode=require", place.url().unwrap())).await;
    assert!(
        text.contains("does not support TLS") && text.contains("ssl = on"),
        "{text}"
    );
}
