//! `registries:`: accounts for images that a registry does not give to everybody.

use super::places::Checks;
use super::secret::{Unreadable, secret_file};
use crate::backend::Login;
use crate::backend::reference::{PUBLIC, registry};
use crate::policy::trusted;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// An account at a registry, and the repositories whose jobs get images by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct RegistrySettings {
    /// The registry, `host` or `host:port`; `docker.io` is that of the public images.
    pub host: String,
    /// The account.
    pub username: String,
    /// The file with its password or token.
    pub password_file: PathBuf,
    /// Whose jobs: `owner/name`, `owner/*`, or `*` for all.
    pub repositories: Vec<String>,
}

impl RegistrySettings {
    /// Whether it is for images of this registry.
    #[must_use]
    pub fn is_of(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(host)
    }

    /// Whether it is for jobs of this repository.
    #[must_use]
    pub fn is_for(&self, slug: &str) -> bool {
        self.repositories.iter().any(|entry| entry == "*") || trusted(&self.repositories, slug)
    }

    /// The account with its password, read anew, so that a new one counts at once.
    ///
    /// # Errors
    /// The file can't be used; why, without a part of it.
    pub fn login(&self) -> Result<Login, String> {
        let password = self.password().map_err(|unreadable| {
            format!(
                "the password for {}: {} {}",
                self.host,
                self.password_file.display(),
                unreadable.what
            )
        })?;
        Ok(Login {
            registry: self.host.clone(),
            username: self.username.clone(),
            password,
        })
    }

    fn password(&self) -> Result<SecretString, Unreadable> {
        let bytes = secret_file(&self.password_file)?;
        let what = match std::str::from_utf8(&bytes).map(str::trim_end) {
            Ok("") => "is empty",
            Ok(text) => return Ok(SecretString::from(text)),
            Err(_) => "is not text",
        };
        Err(Unreadable {
            what: what.to_owned(),
            hint: None,
        })
    }
}

/// Notes what makes no sense.
pub(super) fn check(registries: &[RegistrySettings], checks: &mut Checks<'_>) {
    for (number, one) in (1..).zip(registries) {
        let mut refuse = |what: &str| {
            checks.refuse("registries", &format!("entry {number} {what}"));
        };
        let probe = format!("{}/x", one.host);
        let is_host = registry(&probe) == one.host && !one.host.contains('/');
        if one.host.is_empty() {
            refuse("has no host");
        } else if !is_host && one.host != PUBLIC {
            refuse("has a host that is none: write host or host:port, as in names of images");
        }
        if one.username.is_empty() {
            refuse("has no username");
        }
        if one.repositories.is_empty() {
            refuse("has no repositories: write owner/name, owner/*, or * for all");
        }
        for entry in &one.repositories {
            if entry != "*" && !super::docker::is_entry(entry) {
                refuse(&format!("takes owner/name, owner/* or *, not {entry:?}"));
            }
        }
        if one.password_file.as_os_str().is_empty() {
            refuse("has no password_file");
        } else if let Err(Unreadable { what, hint }) = one.password() {
            let path = one.password_file.display();
            let found = checks.refuse("registries", &format!("entry {number}: {path} {what}"));
            hint.into_iter().for_each(|hint| found.hint(hint));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: &str, repositories: &[&str]) -> RegistrySettings {
        RegistrySettings {
            host: host.to_owned(),
            username: "robot".to_owned(),
            password_file: "/nowhere".into(),
            repositories: repositories.iter().map(|&one| one.to_owned()).collect(),
        }
    }

    #[test]
    fn an_account_is_for_the_repositories_that_it_names() {
        let one = of("ghcr.io", &["acme/widget", "team/*"]);
        assert!(one.is_for("Acme/Widget") && one.is_for("team/any") && !one.is_for("acme/other"));
        assert!(of("h", &["*"]).is_for("any/one") && !of("h", &[]).is_for("any/one"));
        assert!(one.is_of("GHCR.io") && !one.is_of("docker.io"));
    }

    #[test]
    fn a_password_that_cannot_be_read_is_named_by_its_file() {
        let error = of("ghcr.io", &["*"]).login().unwrap_err();
        assert!(
            error.contains("ghcr.io") && error.contains("/nowhere"),
            "{error}"
        );
    }
}
