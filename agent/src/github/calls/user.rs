//! Whose token it is.

use crate::github::client::{Ask, Client, GithubError};
use serde::Deserialize;

/// The account behind the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub login: String,
    /// The scopes of a classic token. Fine-grained ones have permissions instead, which GitHub
    /// names only when one is missing.
    pub scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Raw {
    id: u64,
    login: String,
}

impl Client {
    /// Whose token it is, and what it is good for.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn user(&self) -> Result<User, GithubError> {
        let answer = self.call(&Ask::get(&["user"])).await?;
        let raw: Raw = answer.json()?;
        let scopes = answer.header("x-oauth-scopes").map(|scopes| {
            let scopes = scopes.split(',').map(str::trim);
            scopes
                .filter(|scope| !scope.is_empty())
                .map(str::to_owned)
                .collect()
        });
        Ok(User {
            id: raw.id,
            login: raw.login,
            scopes,
        })
    }
}
