//! Makes a client from the settings.

use super::budget::{Budget, Spent};
use super::token::{Token, TokenError, TokenSource};
use super::way::{Transport, Way};
use super::{Client, Shared};
use crate::clock::Clock;
use reqwest::{Certificate, Proxy, redirect};
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// Which GitHub, and how to reach it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The API: `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise.
    pub api: Url,
    /// What people open, and git clones from: `https://github.com`, or `https://HOST`.
    pub web: Url,
    /// Where the token comes from.
    pub token: TokenSource,
    /// Certificate authorities beside the system's (PEM).
    pub ca_file: Option<PathBuf>,
    /// The proxy for all calls, which may hold a password; none means `HTTPS_PROXY` and its like.
    pub proxy: Option<SecretString>,
    /// How much may be asked.
    pub budget: Budget,
    /// How long a call may take from its first to its last byte.
    pub timeout: Duration,
    /// How long a call waits for the budget or the end of a pause before it fails.
    pub patience: Duration,
    /// What GitHub's times are held against.
    pub clock: Clock,
}

/// Why no client can be made of the settings.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// There is no token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// An address that can't be one.
    #[error("{0} is no address of GitHub; write e.g. https://github.example/api/v3")]
    Url(String),
    /// The file of certificate authorities.
    #[error("the certificate authorities in {path} cannot be read: {reason}")]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The proxy's address, which is not shown.
    #[error("the proxy's address is none; write e.g. http://proxy.example:3128")]
    Proxy,
    /// TLS can't be set up, most often because the system has no certificate authorities.
    #[error("TLS cannot be set up: {0}; install the package ca-certificates")]
    Tls(String),
}

impl Options {
    /// GitHub.com, or GitHub Enterprise by its own two addresses, with what is usual.
    #[must_use]
    pub fn new(api: Url, web: Url, token: TokenSource) -> Self {
        Self {
            api,
            web,
            token,
            ca_file: None,
            proxy: None,
            budget: Budget::default(),
            timeout: Duration::from_secs(30),
            patience: Duration::from_secs(10),
            clock: Clock::system(),
        }
    }
}

impl Client {
    /// Makes the client; no call is made yet.
    ///
    /// # Errors
    /// An address, the token, the certificate authorities or the proxy are not what they should be.
    pub fn new(options: Options) -> Result<Self, SetupError> {
        let way = Way::Network(network(&options)?);
        Self::by(way, options)
    }

    /// Makes a client that reaches GitHub by another way than the network: certificate authorities
    /// and proxy mean nothing to it.
    ///
    /// # Errors
    /// An address or the token is not what it should be.
    pub fn over(transport: Arc<dyn Transport>, options: Options) -> Result<Self, SetupError> {
        let way = Way::Other(transport, options.timeout);
        Self::by(way, options)
    }

    fn by(way: Way, options: Options) -> Result<Self, SetupError> {
        check(&options.api)?;
        check(&options.web)?;
        Ok(Self {
            shared: Arc::new(Shared {
                way,
                api: options.api,
                web: options.web,
                token: Token::load(options.token)?,
                spent: Mutex::new(Spent::new(options.budget)),
                left: AtomicI64::new(-1),
                at_once: Semaphore::new(options.budget.at_once.max(1)),
                patience: options.patience,
                clock: options.clock,
            }),
        })
    }
}

fn network(options: &Options) -> Result<reqwest::Client, SetupError> {
    // Whoever was first has chosen the same one: there is no other in the program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut http = reqwest::Client::builder()
        .user_agent(concat!("build-agent/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(options.timeout.min(Duration::from_secs(10)))
        .timeout(options.timeout)
        .tls_certs_merge(authorities(options.ca_file.clone())?);
    if let Some(proxy) = &options.proxy {
        let proxy = Proxy::all(proxy.expose_secret()).map_err(|_| SetupError::Proxy)?;
        http = http.proxy(proxy);
    }
    http.build()
        .map_err(|error| SetupError::Tls(super::send::causes(&error)))
}

fn check(url: &Url) -> Result<(), SetupError> {
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if plain && url.has_host() && matches!(url.scheme(), "https" | "http") {
        return Ok(());
    }
    let mut shown = url.clone();
    let _ = shown.set_password(None);
    shown.set_query(None);
    Err(SetupError::Url(shown.to_string()))
}

fn authorities(path: Option<PathBuf>) -> Result<Vec<Certificate>, SetupError> {
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let failed = |reason: String| SetupError::Authorities {
        path: path.clone(),
        reason,
    };
    let pem = std::fs::read(&path).map_err(|error| failed(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| failed(error.to_string()))?;
    if found.is_empty() {
        return Err(failed("it holds no certificate in PEM".to_owned()));
    }
    Ok(found)
}
