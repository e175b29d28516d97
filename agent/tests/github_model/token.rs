//! Tokens and what they may, as fine-grained personal access tokens have it.

use super::answer::Answer;
use super::asked::Asked;
use super::state::World;
use std::collections::BTreeMap;

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    Read,
    Write,
}

/// Every permission that a call of the model asks for.
pub(crate) const PERMISSIONS: [&str; 6] = [
    "metadata",
    "contents",
    "statuses",
    "pull_requests",
    "repository_hooks",
    "administration",
];

/// A token as it is handed out.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// What calls are recorded under.
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) value: String,
    levels: BTreeMap<&'static str, Level>,
    /// Names of repositories; none: all.
    only: Option<Vec<String>>,
    /// Of a classic token, `repo, admin:repo_hook` for one; answers show them.
    pub(crate) scopes: Option<String>,
    pub(crate) expired: bool,
}

impl Token {
    /// May everything everywhere.
    pub(crate) fn new(name: &str, login: &str) -> Self {
        Self {
            name: name.to_owned(),
            login: login.to_owned(),
            value: format!("github_pat_{}", super::hooks::random_hex(20)),
            levels: PERMISSIONS.map(|name| (name, Level::Write)).into(),
            only: None,
            scopes: None,
            expired: false,
        }
    }

    /// The same with a value of one's own.
    pub(crate) fn worth(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    /// The same with this permission at this level.
    ///
    /// # Panics
    /// If GitHub has no such permission.
    pub(crate) fn with(mut self, permission: &str, level: Level) -> Self {
        let found = self
            .levels
            .iter_mut()
            .find(|(name, _)| **name == permission);
        *found
            .unwrap_or_else(|| panic!("no permission `{permission}`"))
            .1 = level;
        self
    }

    /// The same for these repositories alone.
    pub(crate) fn only(mut self, names: &[&str]) -> Self {
        self.only = Some(names.iter().map(|name| name.to_lowercase()).collect());
        self
    }

    /// The same as a classic token, whose scopes every answer shows.
    pub(crate) fn classic(mut self, scopes: &str) -> Self {
        self.scopes = Some(scopes.to_owned());
        self
    }

    pub(crate) fn reaches(&self, name: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.contains(&name.to_lowercase()))
    }

    pub(crate) fn level(&self, permission: &str) -> Level {
        self.levels.get(permission).copied().unwrap_or(Level::None)
    }
}

impl World {
    /// Whether this call may do that with the repository.
    ///
    /// # Errors
    /// GitHub's 404 for what the caller may not know of, 401 and 403 for the rest.
    pub(crate) fn may(
        &self,
        asked: &Asked,
        repository: u64,
        permission: &str,
        level: Level,
    ) -> Result<(), Answer> {
        let repository = &self.repositories[&repository];
        let reach = asked
            .token
            .as_ref()
            .filter(|token| token.reaches(&repository.full_name()));
        if reach.is_some_and(|token| token.level(permission) >= level) {
            return Ok(());
        }
        let public_reading =
            ["metadata", "contents", "pull_requests", "statuses"].contains(&permission);
        if !repository.private && level == Level::Read && public_reading {
            return Ok(());
        }
        if reach.is_none() && (repository.private || asked.token.is_none()) {
            return Err(match asked.token {
                None if !repository.private => Answer::refuse(401, "Requires authentication"),
                _ => Answer::not_found(),
            });
        }
        let wanted = if level == Level::Write {
            "write"
        } else {
            "read"
        };
        Err(
            Answer::refuse(403, "Resource not accessible by personal access token").header(
                "x-accepted-github-permissions",
                format!("{permission}={wanted}"),
            ),
        )
    }
}
