//! `docker:`: the Docker daemons of jobs that ask for `services: docker`.

use super::places::Checks;
use super::units::time;
use crate::backend::docker::LayerLimits;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Docker for jobs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct DockerSettings {
    /// A registry that images are pulled through, e.g. `http://mirror.example:5000`.
    pub registry_mirror: Option<String>,
    /// Registries that are spoken to without TLS, as `host:port`.
    pub insecure_registries: Vec<String>,
    /// Repositories whose jobs the daemon gives a Docker of their own (decision 15): `owner/name`
    /// or `owner/*`. `agent run` does not look at it.
    pub trusted_repositories: Vec<String>,
    /// How many layer stores are kept between runs; those that were used last stay.
    pub layer_stores: usize,
    /// Time after which a layer store that nobody used is removed, e.g. `30d`.
    #[serde(with = "time")]
    pub layer_age: Duration,
}

impl Default for DockerSettings {
    fn default() -> Self {
        let LayerLimits { stores, age } = LayerLimits::default();
        Self {
            registry_mirror: None,
            insecure_registries: Vec::new(),
            trusted_repositories: Vec::new(),
            layer_stores: stores,
            layer_age: age,
        }
    }
}

impl DockerSettings {
    /// Which layers stay warm.
    #[must_use]
    pub fn layers(&self) -> LayerLimits {
        LayerLimits {
            stores: self.layer_stores,
            age: self.layer_age,
        }
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        if let Some(mirror) = &self.registry_mirror {
            let http = mirror.starts_with("http://") || mirror.starts_with("https://");
            let what = format!("{mirror:?} is not an http(s) URL");
            checks.refuse_if(!http, "docker.registry_mirror", &what);
        }
        for registry in &self.insecure_registries {
            let bad = registry.contains("://") || registry.is_empty();
            let what = format!("takes host:port, not {registry:?}");
            checks.refuse_if(bad, "docker.insecure_registries", &what);
        }
        for entry in &self.trusted_repositories {
            let what = format!("takes owner/name or owner/*, not {entry:?}");
            checks.refuse_if(!is_entry(entry), "docker.trusted_repositories", &what);
        }
    }
}

/// Whether this is `owner/name` or `owner/*`. All repositories of all owners can't be listed.
pub(super) fn is_entry(entry: &str) -> bool {
    let name = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !part.is_empty() && part.bytes().all(allowed)
    };
    entry
        .split_once('/')
        .is_some_and(|(owner, rest)| name(owner) && (rest == "*" || name(rest)))
}
