//! `server:`: where the daemon listens, and how the world reaches it.

use super::places::Checks;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use url::Url;

/// Where the daemon listens, and how the world reaches it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct ServerSettings {
    /// How people and GitHub reach the agent, e.g. `https://ci.example.com`: links in statuses
    /// begin so. `http://` with the address of `listen` where nothing is said.
    pub public_url: Option<String>,
    /// Address and port. Other machines reach the agent only where this is no loopback address.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| {
        let what = format!("{text:?} is no address with a port; write e.g. 127.0.0.1:8642");
        D::Error::custom(what)
    })
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8642),
        }
    }
}

impl ServerSettings {
    /// The public URL, ending in `/`; none where it can't be used, with the reason noted.
    pub(super) fn resolve(&self, checks: &mut Checks<'_>) -> Option<Url> {
        let Some(text) = &self.public_url else {
            checks
                .warn(
                    "server.public_url",
                    "is not set: links in commit statuses lead to this machine only",
                )
                .hint("set it to the URL at which people reach the agent");
            return Url::parse(&format!("http://{}/", self.listen)).ok();
        };
        let url = http_url(checks, "server.public_url", text)?;
        if url.path() != "/" {
            checks
                .refuse("server.public_url", "must not have a path")
                .hint("give the agent a host name of its own");
            return None;
        }
        if !self.listen.ip().is_loopback() && url.scheme() != "https" {
            checks
                .warn(
                    "server.listen",
                    "lets other machines in, and server.public_url is not https: tokens can be \
                     read on the way",
                )
                .hint("listen on 127.0.0.1 behind a proxy with TLS, see docs/running.md");
        }
        Some(url)
    }
}

/// Reads an http(s) URL without user, query or fragment; its path ends in `/`.
pub(super) fn http_url(checks: &mut Checks<'_>, setting: &str, text: &str) -> Option<Url> {
    let Some(url) = http_address(text) else {
        // What is no URL may be a secret that was put in the wrong place; it is not repeated.
        checks
            .refuse(setting, "is not an http(s) URL")
            .hint("write e.g. https://ci.example.com");
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        checks.refuse(setting, "must not hold a user or a password");
        return None;
    }
    Some(url)
}

/// An http(s) URL without query or fragment; its path ends in `/`.
pub(crate) fn http_address(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok().filter(|url| {
        let plain = url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && url.has_host() && plain
    })?;
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Some(url)
}

/// Whether what is sent there stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
