//! The place of a config that a secret is bound to.

use std::fmt;

/// Where a sealed string may stand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// An entry of `env`; the plaintext is `NAME=value`.
    Env,
    /// Any field of a deploy entry; the plaintext is the bare value.
    Field,
    /// One field only, by its dotted path, e.g. `deploy.password`.
    FieldAt(String),
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env => f.write_str("env"),
            Self::Field => f.write_str("field"),
            Self::FieldAt(path) => write!(f, "field:{path}"),
        }
    }
}

/// The path that a field's slot is bound to, from a key path as diagnostics print it.
///
/// List indexes do not count, and a deploy entry of one job has the same path as one at the root,
/// because `jobs.include[].deploy` stands in for `deploy`:
/// `jobs.include[2].deploy[0].password` and `deploy.password` both are `deploy.password`.
#[must_use]
pub fn field_path(key_path: &str) -> String {
    let mut path = String::new();
    let mut in_index = false;
    for character in key_path.chars() {
        match character {
            '[' => in_index = true,
            ']' => in_index = false,
            _ if in_index => {}
            _ => path.push(character),
        }
    }
    for prefix in ["jobs.include.", "matrix.include.", "jobs.", "matrix."] {
        if let Some(rest) = path.strip_prefix(prefix) {
            return rest.to_owned();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_path_is_that_of_the_job() {
        for path in [
            "deploy.password",
            "deploy[0].password",
            "jobs.include[2].deploy.password",
            "matrix.include[0].deploy[1].password",
            "jobs[1].deploy.password",
        ] {
            assert_eq!(field_path(path), "deploy.password", "{path}");
        }
    }
}
