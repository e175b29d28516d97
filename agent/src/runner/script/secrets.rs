//! Opened secrets on their way into a script.

use crate::secrets::Plaintext;
use std::collections::BTreeMap;

/// What a job may know of the secrets in its config.
#[derive(Clone, Debug)]
pub enum Secrets {
    /// The opened values, by the dotted path of their place.
    Opened(BTreeMap<String, Opened>),
    /// None are given.
    Withheld(Withheld),
}

/// One opened value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The variable's name; `None` for a deploy option.
    pub name: Option<String>,
    /// The value.
    pub value: Plaintext,
}

/// Why a job gets no secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The policy gives none: code from a fork.
    Untrusted,
    /// `agent run` without `--secrets`.
    Closed,
    /// The values are Travis CI's (decision 33).
    NotMigrated,
}

impl Withheld {
    /// The lines for the log; the first is Travis CI's own text where it has one (§4.5).
    pub(super) fn notice(self, count: usize) -> Vec<String> {
        match self {
            Self::Untrusted => vec![
                "Encrypted environment variables have been removed for security reasons."
                    .to_owned(),
                "Builds of pull requests from forks never get them.".to_owned(),
            ],
            Self::Closed => vec![format!(
                "{} closed. To open them, run with --secrets, or give values with -e NAME.",
                counted(
                    count,
                    "encrypted environment variable stays",
                    "encrypted environment variables stay"
                )
            )],
            Self::NotMigrated => vec![format!(
                "{} sealed for Travis CI and not set. Seal it anew with `agent encrypt`.",
                counted(count, "secret is", "secrets are")
            )],
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

impl Secrets {
    /// No secrets, because there are none.
    #[must_use]
    pub fn none() -> Self {
        Self::Opened(BTreeMap::new())
    }

    pub(super) fn get(&self, path: &str) -> Option<&Opened> {
        match self {
            Self::Opened(values) => values.get(path),
            Self::Withheld(_) => None,
        }
    }
}
