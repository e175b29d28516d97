//! A file at a commit.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::event::Sha;
use crate::github::slug::Slug;
use serde_json::Value;

/// Configs may be that long, in bytes (decision 9).
pub const LONGEST_CONFIG: usize = 64 << 10;

impl Client {
    /// The bytes of a file at a commit, or `None` where there is none. Needs `contents: read`.
    ///
    /// GitHub says the same of a file that is not there and of a repository that the token may not
    /// see: where that matters, ask for the repository first.
    ///
    /// # Errors
    /// [`GithubError::TooLong`] for more than `limit` bytes, [`GithubError::Unprocessable`] for a
    /// folder or a path that leads out of the tree, [`GithubError::Temporary`] for JSON that is
    /// neither a file nor a folder's list, and what else [`GithubError`] names.
    pub async fn file(
        &self,
        slug: &Slug,
        commit: &Sha,
        path: &str,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, GithubError> {
        let parts: Vec<&str> = path.split('/').collect();
        let ask = Ask::get(&slug.path(&[&["contents"], &parts[..]].concat()))
            .query("ref", commit)
            .raw(limit);
        let refused = |said: &str| GithubError::Unprocessable {
            ask: ask.name(),
            said: said.to_owned(),
        };
        if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(refused("the path is not one of a file in a repository"));
        }
        let Some(answer) = self.maybe(&ask).await? else {
            return Ok(None);
        };
        if !answer.is_of_type("application/json") {
            return Ok(Some(answer.into_body()));
        }
        // A file comes as the raw type; JSON is a folder's list or a submodule's description, and
        // half of either says nothing (R27).
        let told: Value = answer.json()?;
        if told.is_array() || told.get("type").is_some_and(Value::is_string) {
            return Err(refused("it is not a file"));
        }
        Err(GithubError::Temporary {
            ask: ask.name(),
            said: "JSON that describes neither a folder nor a file".to_owned(),
        })
    }
}
