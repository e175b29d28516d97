//! An image as a job asks for it.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// An image, and what whoever asks for it may do to get it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The reference, e.g. `python:3.8`.
    pub reference: String,
    /// When its registry is asked for it.
    pub pull: Pull,
    /// What the registry is shown; none for what everybody may have.
    pub login: Option<Login>,
    /// Whether an image of this registry that lies on the machine is given only to those whom the
    /// registry would give it now (security T39). Images that were pulled with a login are so in any
    /// case.
    pub guarded: bool,
}

/// When an image is pulled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pull {
    /// For each job: what its tag stands for now.
    Always,
    /// When it is not on the machine.
    #[default]
    Missing,
    /// Never: it has to be on the machine.
    Never,
}

impl Pull {
    /// As settings and logs write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Missing => "missing",
            Self::Never => "never",
        }
    }
}

/// A registry's account. Its password prints nowhere.
#[derive(Clone, Debug)]
pub struct Login {
    /// The registry, `host` or `host:port`.
    pub registry: String,
    /// The account.
    pub username: String,
    /// Its password or token.
    pub password: SecretString,
}

/// Hears how a pull goes on, a line at a time.
pub type Tell<'a> = &'a (dyn Fn(String) + Send + Sync);

impl Wanted {
    /// An image that everybody may have, pulled where it is not there.
    #[must_use]
    pub fn plain(reference: &str) -> Self {
        Self {
            reference: reference.to_owned(),
            pull: Pull::default(),
            login: None,
            guarded: false,
        }
    }
}
