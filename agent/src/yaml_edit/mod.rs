//! Adding a secret to a config's text: every byte outside of what is inserted stays as it was.
//!
//! The text is parsed into a tree with places, a plan of insertions is made for it, and the result
//! is parsed again: unless it differs from the original by exactly the new entry, nothing is done.

mod deploy;
mod env;
mod lines;
mod patch;
mod plan;
mod secure_entries;
mod tree;

pub use secure_entries::{Found, Home, secure_entries};
pub use tree::SyntaxError;

use lines::Lines;
use plan::Plan;
use tree::Node;

/// Where a secret is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `env.global`: a variable of every job.
    EnvGlobal,
    /// A field of the one deploy entry: the keys below `deploy`.
    DeployField(Vec<String>),
}

/// A text that cannot be understood as a place to add to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a place that takes a secret")]
pub struct BadTarget(String);

/// What is to be added.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The variable's name; not used for deploy fields.
    pub name: &'a str,
    /// The sealed string.
    pub sealed: &'a str,
}

/// The text with the entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The whole text.
    pub text: String,
    /// The line that the sealed string stands in, from 1.
    pub line: usize,
    /// Whether an older sealed string was replaced.
    pub replaced: bool,
}

/// Why a text is not edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is not YAML that the agent reads.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// It has a shape that cannot be added to without touching what is there.
    #[error("{reason}{}", line.map(|line| format!(" (line {line})")).unwrap_or_default())]
    Shape {
        /// What is in the way.
        reason: String,
        /// Where, from 1.
        line: Option<usize>,
    },
    /// With the entry it is larger than a config may be.
    #[error("with the secret it would be larger than the 64 kB that are read")]
    TooLarge,
    /// The edit did not survive its own check.
    #[error("the file is written in a way that cannot be edited safely")]
    NotExact,
}

impl std::str::FromStr for Target {
    type Err = BadTarget;

    fn from_str(text: &str) -> Result<Self, BadTarget> {
        let bad = || BadTarget(text.to_owned());
        match text {
            "env" | "env.global" => return Ok(Self::EnvGlobal),
            _ => {}
        }
        let fields = text.strip_prefix("deploy.").ok_or_else(bad)?;
        let fields: Vec<String> = fields.split('.').map(str::to_owned).collect();
        let plain = |field: &String| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            !field.is_empty() && field.bytes().all(allowed)
        };
        if fields.iter().all(plain) {
            Ok(Self::DeployField(fields))
        } else {
            Err(bad())
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::EnvGlobal => f.write_str("env.global"),
            Self::DeployField(fields) => write!(f, "deploy.{}", fields.join(".")),
        }
    }
}

/// Adds an entry to a config's text.
///
/// # Errors
/// When the text is no config, has a shape that leaves no safe place, or the result is not exactly
/// the original and the entry.
pub fn add(text: &str, target: &Target, entry: &Entry<'_>) -> Result<Edited, EditError> {
    let root = tree::parse(text)?;
    let lines = Lines::new(text);
    let plan = match target {
        Target::EnvGlobal => env::plan(&lines, root.as_ref(), entry),
        Target::DeployField(fields) => deploy::plan(&lines, root.as_ref(), fields, entry),
    };
    let Plan {
        patches,
        key,
        value,
        replaced,
    } = plan.map_err(|refusal| EditError::Shape {
        line: refusal.at.map(|at| lines.number(at)),
        reason: refusal.reason,
    })?;
    let edited = patch::apply(text, &patches).ok_or(EditError::NotExact)?;
    if edited.len() > schema::yaml::MAX_BYTES {
        return Err(EditError::TooLarge);
    }
    let expected = plan::with_key(root, key, value);
    let is = tree::parse(&edited).map_err(|_| EditError::NotExact)?;
    if !is.is_some_and(|is| Node::same(&is, &expected)) {
        return Err(EditError::NotExact);
    }
    let line = edited
        .find(entry.sealed)
        .map_or(1, |at| Lines::new(&edited).number(at));
    Ok(Edited {
        text: edited,
        line,
        replaced,
    })
}
