//! PostgreSQL's URL: what it may say, and what of it may be said.
//!
//! It is looked at here before the driver sees it, which logs what it does not know with its value:
//! that could be a password.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use std::path::Path;
use url::Url;

/// Parameters that the driver knows. `options[NAME]` sets one of the server for a session.
const PARAMETERS: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

const SSL_MODES: &[&str] = &[
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
];

/// A URL that the driver will understand.
pub(super) struct Address {
    url: Url,
}

impl Address {
    /// Looks at a URL and at the files that it names.
    ///
    /// # Errors
    /// In words without any of its values that could be secret.
    pub(super) fn read(text: &SecretString) -> Result<Self, String> {
        let url = Url::parse(text.expose_secret());
        let url = url.map_err(|error| format!("its URL cannot be read: {error}"))?;
        let address = Self { url };
        for (key, _) in address.url.query_pairs() {
            if !PARAMETERS.contains(&&*key) && !key.starts_with("options[") {
                let known = PARAMETERS.join(", ");
                return Err(format!(
                    "its URL has a parameter {key}, which is not one of {known}"
                ));
            }
        }
        address.check_tls()?;
        Ok(address)
    }

    fn check_tls(&self) -> Result<(), String> {
        let mode = self.parameter("sslmode");
        if let Some(mode) = &mode
            && !SSL_MODES.contains(&mode.as_str())
        {
            let known = SSL_MODES.join(", ");
            return Err(format!(
                "its sslmode is {mode:?}, which is not one of {known}"
            ));
        }
        let root = self.parameter("sslrootcert");
        // The driver would take any certificate then, and say nothing.
        if root.is_some() && !self.is_verified() {
            let mode = mode.as_deref().unwrap_or("not set");
            return Err(format!(
                "it has a sslrootcert, but its sslmode is {mode}, which trusts every server; \
                 write sslmode=verify-full"
            ));
        }
        if let Some(path) = root {
            check_certificates("sslrootcert", &path)?;
        }
        match (self.parameter("sslcert"), self.parameter("sslkey")) {
            (None, None) => Ok(()),
            (Some(cert), Some(key)) => {
                check_certificates("sslcert", &cert)?;
                let key_read = std::fs::read(&key).map(drop);
                key_read.map_err(|error| format!("its sslkey {key} cannot be read: {error}"))
            }
            _ => Err("it has one of sslcert and sslkey; a client's certificate needs both".into()),
        }
    }

    /// For the driver.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Database and host, for messages.
    pub(super) fn place(&self) -> String {
        let database = self.parameter("dbname");
        let database = database.unwrap_or_else(|| self.url.path().trim_matches('/').to_owned());
        format!("{database} on {}", self.host())
    }

    /// Takes the password out of a message, however it is written there.
    pub(super) fn conceal(&self, message: &str) -> String {
        let mut message = message.to_owned();
        let plain = self.parameter("password");
        let encoded = self.url.password().map(ToOwned::to_owned);
        let decoded = encoded.as_deref().map(decoded);
        for password in [plain, encoded, decoded].into_iter().flatten() {
            if !password.is_empty() {
                message = message.replace(&password, "…");
            }
        }
        message
    }

    /// Whether the server must prove who it is.
    fn is_verified(&self) -> bool {
        let mode = self.parameter("sslmode");
        mode.is_some_and(|mode| mode.starts_with("verify-"))
    }

    /// Whether somebody in between could read along: the server is on another machine, and need not
    /// prove who it is.
    pub(super) fn is_exposed(&self) -> bool {
        let host = self.host();
        let host = host.trim_matches(['[', ']']);
        let address = host.parse::<IpAddr>();
        let here = host.starts_with('/')
            || host.is_empty()
            || host == "localhost"
            || address.is_ok_and(|address| address.is_loopback());
        !here && !self.is_verified()
    }

    /// The host as the driver takes it: a parameter comes before the host of the URL itself.
    fn host(&self) -> String {
        let parameter = self
            .parameter("hostaddr")
            .or_else(|| self.parameter("host"));
        parameter.unwrap_or_else(|| decoded(self.url.host_str().unwrap_or_default()))
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        let found = pairs.find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }
}

/// Resolves `%40` and the like.
fn decoded(text: &str) -> String {
    // A query's rules but for the plus sign, which stands for itself elsewhere.
    let query = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let value = pairs.next().map(|(_, value)| value.into_owned());
    value.unwrap_or_default()
}

/// The driver names no path when it can't read one, and takes a file without certificates.
fn check_certificates(name: &str, path: &str) -> Result<(), String> {
    let cannot = |why: &str| format!("its {name} {path} cannot be used: {why}");
    let pem = std::fs::read(Path::new(path)).map_err(|error| cannot(&error.to_string()))?;
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        certificate.map_err(|error| cannot(&error.to_string()))?;
        count += 1;
    }
    if count == 0 {
        return Err(cannot("it holds no certificate in PEM"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Address, String> {
        Address::read(&url.into())
    }

    fn refusal(url: &str) -> String {
        read(url).map(|_| ()).unwrap_err()
    }

    #[test]
    fn what_the_driver_would_pass_over_is_refused_without_its_value() {
        let text = refusal("postgres://agent@db/agent?passwd=s3cret");
        assert!(text.contains("parameter passwd"), "{text}");
        assert!(
            text.contains("password") && !text.contains("s3cret"),
            "{text}"
        );
        let text = refusal("postgres://agent:s3cret@db:99999/agent");
        assert!(text.contains("port") && !text.contains("s3cret"), "{text}");
        read("postgres://agent@db/agent?options[search_path]=ci&sslmode=require").unwrap();
    }

    #[test]
    fn a_certificate_that_would_not_be_looked_at_is_refused() {
        for url in [
            "postgres://db/agent?sslrootcert=/etc/ca.pem",
            "postgres://db/agent?sslrootcert=/etc/ca.pem&sslmode=require",
        ] {
            let text = refusal(url);
            assert!(text.contains("write sslmode=verify-full"), "{text}");
        }
        let text = refusal("postgres://db/agent?sslmode=verify_full");
        assert!(
            text.contains("verify_full") && text.contains("verify-full"),
            "{text}"
        );
        let text = refusal("postgres://db/agent?sslcert=/etc/client.pem");
        assert!(text.contains("both"), "{text}");
    }

    #[test]
    fn a_file_of_certificates_is_named_where_it_cannot_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let url = format!(
            "postgres://db/agent?sslmode=verify-full&sslrootcert={}",
            path.display()
        );
        let text = refusal(&url);
        assert!(
            text.contains("ca.pem") && text.contains("No such file"),
            "{text}"
        );
        std::fs::write(&path, "nothing of the kind").unwrap();
        let text = refusal(&url);
        assert!(
            text.contains("ca.pem") && text.contains("no certificate"),
            "{text}"
        );
    }

    #[test]
    fn messages_name_the_place_and_never_the_password() {
        let address = read("postgres://agent:s%2F3%2Bc+ret@db.example/agent").unwrap();
        assert_eq!(address.place(), "agent on db.example");
        let said = address.conceal("for s/3+c+ret, or s%2F3%2Bc+ret");
        assert_eq!(said, "for …, or …");
        let address = read("postgres://agent@localhost/x?host=/run/pg&password=a%26b&dbname=ci");
        let address = address.unwrap();
        assert_eq!(address.place(), "ci on /run/pg");
        assert_eq!(address.conceal("a&b"), "…");
    }

    #[test]
    fn only_a_server_of_another_machine_that_proves_nothing_is_exposed() {
        for (url, exposed) in [
            ("postgres://db.example/agent", true),
            ("postgres://db.example/agent?sslmode=require", true),
            ("postgres://db.example/agent?sslmode=verify-full", false),
            ("postgres://localhost/agent?host=db.example", true),
            ("postgres://localhost/agent", false),
            ("postgres://localhost/agent?host=/run/postgresql", false),
            ("postgres://%2Frun%2Fpostgresql/agent", false),
            ("postgres://[::1]/agent", false),
            ("postgres://127.0.0.1/agent", false),
        ] {
            assert_eq!(read(url).unwrap().is_exposed(), exposed, "{url}");
        }
    }
}
