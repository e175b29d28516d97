//! The config of a commit, by GitHub's contents API (decision 1).

use crate::github::event::Sha;
use crate::github::{Client, GithubError, LONGEST_CONFIG, Slug};
use schema::source::Source;

/// The names that a config can have, in the order they are looked for.
const NAMES: [&str; 2] = [".ci.yml", ".travis.yml"];

/// Why a config can't be used. The text is for the status and the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ConfigProblem {
    /// There is none.
    Missing,
    /// There is one, and it can't be read.
    Unreadable(String),
}

impl ConfigProblem {
    /// One line for people.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Missing => "no .ci.yml and no .travis.yml in this commit; \
                              a file with one line `script: make test` is a start"
                .to_owned(),
            Self::Unreadable(reason) => reason.clone(),
        }
    }
}

/// Fetches the config of a commit.
///
/// # Errors
/// GitHub did not answer as it should; asking again may help. What is wrong with the config itself
/// is the inner error.
pub(super) async fn fetch(
    client: &Client,
    slug: &Slug,
    commit: &Sha,
) -> Result<Result<Source, ConfigProblem>, GithubError> {
    for name in NAMES {
        let bytes = match client.file(slug, commit, name, LONGEST_CONFIG).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(error @ GithubError::TooLong { .. }) => {
                tracing::info!(%slug, %commit, %error, "a config is too long");
                let limit = LONGEST_CONFIG >> 10;
                let text = format!("{name} is longer than {limit} kB; a config may not be");
                return Ok(Err(ConfigProblem::Unreadable(text)));
            }
            Err(GithubError::Unprocessable { said, .. }) => {
                return Ok(Err(ConfigProblem::Unreadable(format!("{name}: {said}"))));
            }
            Err(error) => return Err(error),
        };
        return Ok(match Source::decode(name, bytes) {
            Ok(source) => Ok(source),
            Err(error) => Err(ConfigProblem::Unreadable(error.to_string())),
        });
    }
    // GitHub says the same of a file that is not there and of a repository that it hides, or of a
    // commit that it does not see yet.
    client.repository(slug).await?;
    if client.commit(slug, commit.as_str()).await?.is_none() {
        return Err(GithubError::Temporary {
            ask: format!("the commit {commit}"),
            said: "it is not there yet".to_owned(),
        });
    }
    Ok(Err(ConfigProblem::Missing))
}
