//! Calls to GitHub's API, one budget and one pause for all of them.
//!
//! A call waits a short while for the budget and for a pause that GitHub asked for; when that would
//! take longer, it fails with [`GithubError::RateLimited`] at once. Nothing is repeated here but a
//! call whose token was refused, once, with the token read anew (R24): when to try again is the
//! caller's to say, with [`GithubError::again`].

mod answer;
mod ask;
mod budget;
mod error;
mod pages;
mod send;
mod setup;
mod token;
mod way;

pub(super) use answer::Answer;
pub(super) use ask::Ask;
pub use budget::Budget;
pub use error::GithubError;
pub(super) use pages::next_page;
pub use setup::{Options, SetupError};
pub use token::{TokenError, TokenSource};
pub use way::Transport;

use super::slug::Slug;
use crate::clock::Clock;
use budget::Spent;
use secrecy::SecretString;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// The API of one GitHub, with one token. Clones share everything.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    way: way::Way,
    clock: Clock,
    api: Url,
    web: Url,
    token: token::Token,
    spent: Mutex<Spent>,
    /// What GitHub said last of this hour's requests; negative before it said anything.
    left: AtomicI64,
    at_once: Semaphore,
    patience: Duration,
}

impl Client {
    /// The token, for git to fetch with over HTTPS on this host. It must not reach a job.
    #[must_use]
    pub fn token(&self) -> SecretString {
        self.shared.token.get()
    }

    /// Reads the token anew from where it comes, for git that was refused with it.
    ///
    /// # Errors
    /// There is none; the old one stays.
    pub fn renew_token(&self) -> Result<(), TokenError> {
        self.shared.token.renew()
    }

    /// How many requests GitHub still allows in this hour, as it said last.
    #[must_use]
    pub fn requests_left(&self) -> Option<u64> {
        u64::try_from(self.shared.left.load(Ordering::Relaxed)).ok()
    }

    /// Where a repository is cloned from over HTTPS: made from the settings and the name, never
    /// from what a payload says (security T21).
    #[must_use]
    pub fn clone_url(&self, slug: &Slug) -> Url {
        self.page(&[slug.owner(), &format!("{}.git", slug.name())])
    }

    /// Where people look at a commit.
    #[must_use]
    pub fn commit_page(&self, slug: &Slug, sha: &str) -> Url {
        self.page(&[slug.owner(), slug.name(), "commit", sha])
    }

    /// Where people look at a pull request.
    #[must_use]
    pub fn pull_request_page(&self, slug: &Slug, number: u64) -> Url {
        self.page(&[slug.owner(), slug.name(), "pull", &number.to_string()])
    }

    fn page(&self, segments: &[&str]) -> Url {
        let mut url = self.shared.web.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Makes a call, and reads its answer as JSON.
    pub(super) async fn json<T: serde::de::DeserializeOwned>(
        &self,
        ask: &Ask,
    ) -> Result<T, GithubError> {
        self.call(ask).await?.json()
    }

    /// Makes a call; any success will do.
    pub(super) async fn done(&self, ask: &Ask) -> Result<(), GithubError> {
        self.call(ask).await.map(|_| ())
    }

    /// Makes a call of which 404 is an answer.
    pub(super) async fn maybe(&self, ask: &Ask) -> Result<Option<Answer>, GithubError> {
        match self.call(ask).await {
            Ok(answer) => Ok(Some(answer)),
            Err(GithubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
