//! `-r OWNER/REPO` and `--host`: which repository a command is about.

use super::checkout::Checkout;
use super::keyring::committed_key;
use crate::error::{Exit, UserError};
use crate::secrets::{Keyring, Repository};

/// The host of a repository that nothing names.
const DEFAULT_HOST: &str = "github.com";

/// The repository as options name it.
#[derive(Debug, clap::Args)]
pub(super) struct RepositoryArgs {
    /// The repository [default: that of the remote `origin`]
    #[arg(short = 'r', long = "repo", value_name = "OWNER/REPO", value_parser = slug)]
    pub(super) repo: Option<String>,
    /// The host that the repository is on [default: that of `origin`, or github.com]
    #[arg(long, value_name = "HOST", value_parser = host)]
    pub(super) host: Option<String>,
}

/// `OWNER/REPO` as an option's value.
pub(super) fn slug(text: &str) -> Result<String, String> {
    let part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        // `.` and `..` are folders; the name becomes a path in a job.
        part.bytes().any(|byte| byte != b'.') && part.bytes().all(allowed)
    };
    match text.split_once('/') {
        Some((owner, name)) if part(owner) && part(name) => Ok(text.to_owned()),
        _ => Err("a repository is named OWNER/REPO".to_owned()),
    }
}

fn host(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
    if !text.is_empty() && text.len() <= 255 && text.bytes().all(allowed) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a host is a name like github.com".to_owned())
    }
}

impl RepositoryArgs {
    /// The host that options or the origin name.
    pub(super) fn host(&self, checkout: &Checkout) -> String {
        let origin = checkout.origin().filter(|_| self.repo.is_none());
        let host = self
            .host
            .clone()
            .or_else(|| origin.map(|origin| origin.host.clone()));
        host.unwrap_or_else(|| DEFAULT_HOST.to_owned())
    }

    /// `owner/repo` as options or the origin name it.
    pub(super) fn slug(&self, checkout: &Checkout) -> Option<String> {
        let origin = checkout.origin().map(|origin| origin.slug.clone());
        self.repo.clone().or(origin)
    }

    /// The repository with its id, from the keyring or from the public key of the checkout.
    ///
    /// # Errors
    /// Neither knows it, or it is not clear which one is meant.
    pub(super) fn find(
        &self,
        checkout: &Checkout,
        keyring: &Keyring,
    ) -> Result<Repository, UserError> {
        let (host, slug) = (self.host(checkout), self.slug(checkout));
        if let Some(slug) = &slug
            && let Some(known) = keyring.repository(&host, slug)
        {
            return Ok(known.clone());
        }
        if let Some(key) = committed_key(checkout)? {
            let is_meant =
                self.repo.is_none() || same_slug(self.repo.as_ref(), key.repository.slug.as_ref());
            if is_meant {
                return Ok(key.repository);
            }
        }
        Err(match slug {
            Some(slug) => UserError::new(Exit::Usage, format!("there is no key for {slug} here"))
                .hint("make one with `agent keys generate`, or use the machine that has it"),
            None => unclear(),
        })
    }
}

/// Neither options nor the checkout name a repository.
pub(super) fn unclear() -> UserError {
    UserError::new(Exit::Usage, "it is not clear which repository is meant")
        .hint("name it with `-r OWNER/REPO`")
}

/// Whether two names are of one repository; hosts do not tell cases apart.
pub(super) fn same_slug(a: Option<&String>, b: Option<&String>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}

/// How people call a repository.
pub(super) fn name(repository: &Repository) -> String {
    let Repository { host, id, slug } = repository;
    let name = slug.clone().unwrap_or_else(|| format!("repository {id}"));
    if host == DEFAULT_HOST {
        name
    } else {
        format!("{host}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_an_owner_and_a_name() {
        for good in ["o/r", "My-Org/repo.js", "a_b/.github"] {
            assert!(slug(good).is_ok(), "{good}");
        }
        for bad in [
            "", "o", "o/", "/r", "o/r/s", "../r", "o/.", "o r/x", "o/\u{1b}",
        ] {
            assert!(slug(bad).is_err(), "{bad:?}");
        }
    }
}
