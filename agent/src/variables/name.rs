//! Which names a variable of the settings may have. Pure.

use crate::secrets::{reserved_name, valid_name};

/// Why a variable may not be called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// No name at all. It is not repeated: it may be a value that was put in its place.
    #[error("a variable's name is letters, digits and `_`, and no digit first")]
    Malformed,
    /// The agent sets it from the event or the job.
    #[error("{0} is a variable that the agent itself sets")]
    Own(String),
    /// The shell refuses to set it.
    #[error("{0} cannot be set: it belongs to the shell that runs the job")]
    Shell(String),
    /// It changes how the shell reads what the job says.
    #[error("{0} cannot be set for a whole job: it changes how its shell splits every line")]
    Splits(String),
}

impl BadName {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Malformed => "name it like MY_TOKEN",
            Self::Own(_) => "choose a name that does not start with CI_ or TRAVIS_",
            Self::Shell(_) => "choose another name",
            Self::Splits(_) => "set it in the commands that need it",
        }
    }
}

/// Looks at a name.
///
/// # Errors
/// It is none, or one of the agent's or the shell's own.
pub fn check_name(name: &str) -> Result<(), BadName> {
    const SHELLS: [&str; 6] = [
        "BASHOPTS",
        "BASH_VERSINFO",
        "EUID",
        "PPID",
        "SHELLOPTS",
        "UID",
    ];
    if !valid_name(name) {
        Err(BadName::Malformed)
    } else if reserved_name(name) {
        Err(BadName::Own(name.to_owned()))
    } else if SHELLS.contains(&name) {
        Err(BadName::Shell(name.to_owned()))
    } else if name == "IFS" {
        Err(BadName::Splits(name.to_owned()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_agent_and_of_the_shell_are_refused_with_the_reason() {
        for good in ["TOKEN", "_a1", "PATH", "CIRCLE", "DEBIAN_FRONTEND"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for (bad, reason) in [
            ("CI", "the agent itself sets"),
            ("TRAVIS_BRANCH", "the agent itself sets"),
            ("CI__SECRET_0", "the agent itself sets"),
            ("UID", "belongs to the shell"),
            ("SHELLOPTS", "belongs to the shell"),
            ("IFS", "splits every line"),
        ] {
            let refused = check_name(bad).unwrap_err().to_string();
            assert!(
                refused.starts_with(bad) && refused.contains(reason),
                "{refused}"
            );
        }
        for bad in ["", "1A", "A-B", "A B", "Ä", "hunter2!"] {
            assert_eq!(check_name(bad), Err(BadName::Malformed), "{bad}");
        }
    }
}
