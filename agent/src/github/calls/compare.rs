//! Which files differ between two commits.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::event::Sha;
use crate::github::slug::Slug;
use serde::Deserialize;

/// GitHub names no more files than this.
const NAMED: usize = 300;

/// Files that a change touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Their paths; of a renamed file both.
    pub paths: Vec<String>,
    /// Whether these are all: GitHub stops at 300 files.
    pub complete: bool,
    /// Whether `head` has all commits of `base`: nothing was taken back.
    pub follows: bool,
}

#[derive(Deserialize)]
struct Raw {
    status: String,
    #[serde(default)]
    files: Vec<RawFile>,
}

#[derive(Deserialize)]
struct RawFile {
    filename: String,
    previous_filename: Option<String>,
}

impl Client {
    /// What changed on the way to `head` since it left `base`. Needs `contents: read`.
    ///
    /// # Errors
    /// See [`GithubError`]; a commit that is not there any more is not found.
    pub async fn changes(
        &self,
        slug: &Slug,
        base: &Sha,
        head: &Sha,
    ) -> Result<Changes, GithubError> {
        let range = format!("{base}...{head}");
        let raw: Raw = self
            .json(&Ask::get(&slug.path(&["compare", &range])))
            .await?;
        Ok(Changes {
            complete: raw.files.len() < NAMED,
            follows: matches!(raw.status.as_str(), "ahead" | "identical"),
            paths: raw
                .files
                .into_iter()
                .flat_map(|file| [Some(file.filename), file.previous_filename])
                .flatten()
                .collect(),
        })
    }
}
