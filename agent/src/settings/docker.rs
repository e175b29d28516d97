//! `docker:`: the Docker daemons of jobs that ask for `services: docker`.

use crate::error::{Exit, UserError};
use serde::Deserialize;

/// Docker for jobs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct DockerSettings {
    /// A registry that images are pulled through, e.g. `http://mirror.example:5000`.
    pub registry_mirror: Option<String>,
    /// Registries that are spoken to without TLS, as `host:port`.
    pub insecure_registries: Vec<String>,
}

impl DockerSettings {
    pub(super) fn check(&self, file: &str) -> Result<(), UserError> {
        if let Some(mirror) = &self.registry_mirror
            && !mirror.starts_with("http://")
            && !mirror.starts_with("https://")
        {
            return Err(UserError::new(
                Exit::Usage,
                format!("{file}: docker.registry_mirror {mirror:?} is not an http(s) URL"),
            ));
        }
        for registry in &self.insecure_registries {
            if registry.contains("://") || registry.is_empty() {
                return Err(UserError::new(
                    Exit::Usage,
                    format!("{file}: docker.insecure_registries takes host:port, not {registry:?}"),
                ));
            }
        }
        Ok(())
    }
}
