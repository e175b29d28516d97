//! What can be wrong with a secure string of a config, in words (E1 to E8).

use super::assignment::ContentError;
use super::kid::Kid;
use std::fmt;

/// Where a secure string stands. It comes from the caller, who read the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as users know it, e.g. `.ci.yml`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Key path, e.g. `env.global[1].secure`.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.path
        )
    }
}

/// A secure string that cannot be used: its place and the reason, never its content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {kind}")]
pub struct SecretError {
    /// Where it stands.
    pub place: Place,
    /// What is wrong.
    pub kind: SecretErrorKind,
}

/// What is wrong with a secure string. Neither ciphertext nor plaintext is in any of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretErrorKind {
    /// E1: no `sec1` value at all.
    #[error("not a sec1 value{}", if *travis {
        "; this looks like a Travis CI value, which cannot be opened here"
    } else { "" })]
    NotSealed {
        /// Whether `travis encrypt` could have made it.
        travis: bool,
    },
    /// E2: a later format.
    #[error("made in the format sec{0}, which this agent does not know")]
    UnknownVersion(String),
    /// E3: not canonical base64url.
    #[error("damaged: its last part is not base64url")]
    BadEncoding,
    /// E4: shorter than an empty value would be.
    #[error("damaged: it is cut short")]
    TooShort,
    /// E5: no key of this repository. Whether another repository has it is not said.
    #[error("sealed with the key {0}, which is not this repository's")]
    UnknownKey(Kid),
    /// E5: the key that the checkout itself names as the repository's, made on another machine.
    #[error("sealed with the repository's key {0}, which is not in the keyring of this machine")]
    KeyNotHere(Kid),
    /// E5: a key that was taken out of use.
    #[error("sealed with the key {0} of this repository, which is retired")]
    RetiredKey(Kid),
    /// E6: one text for everything that fails the tag.
    #[error("does not open: made for another repository or place, or damaged")]
    DoesNotOpen,
    /// E6: it opens for the other kind of place.
    #[error("does not open here: it was made for {}", match made_for {
        MadeFor::Env => "`env`",
        MadeFor::Field => "a deploy field",
    })]
    OtherPlace {
        /// What it was made for.
        made_for: MadeFor,
    },
    /// E6: a secret under `NAME:` whose sealed name is another.
    #[error("holds the variable {sealed}, but stands under {key}")]
    OtherName {
        /// The name that was sealed.
        sealed: String,
        /// The key it stands under.
        key: String,
    },
    /// E7: the content is no variable or no value.
    #[error("cannot be used: {0}")]
    Content(ContentError),
    /// E8: the repository's private key cannot be read.
    #[error("cannot be opened: {0}")]
    Master(String),
    /// A place where secrets are not taken at all (T43).
    #[error("a secret is taken only in `env` and `deploy`, not here")]
    NotAccepted,
}

/// The two kinds of place a secret can be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeFor {
    /// An entry of `env`.
    Env,
    /// A deploy field.
    Field,
}

impl SecretErrorKind {
    /// The number of the error, as the documentation lists them.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSealed { .. } => "E1",
            Self::UnknownVersion(_) => "E2",
            Self::BadEncoding => "E3",
            Self::TooShort => "E4",
            Self::UnknownKey(_) | Self::KeyNotHere(_) | Self::RetiredKey(_) => "E5",
            Self::DoesNotOpen | Self::OtherPlace { .. } | Self::OtherName { .. } => "E6",
            Self::Content(_) => "E7",
            Self::Master(_) => "E8",
            Self::NotAccepted => "E9",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotSealed { travis: true } => {
                "seal the value anew with `agent encrypt`; only Travis CI can open the old one"
            }
            Self::NotSealed { travis: false } => "seal the value with `agent encrypt`",
            Self::UnknownVersion(_) => "update the agent, or seal the value again",
            Self::BadEncoding | Self::TooShort => {
                "copy the whole string again, in one line, or seal the value again"
            }
            Self::UnknownKey(_) => "seal the value again with this repository's `.ci.pub`",
            Self::KeyNotHere(_) => {
                "run this where the key was made, or make one here with `agent keys generate` and \
                 seal the value again"
            }
            Self::RetiredKey(_) => "seal the value again with the repository's present key",
            Self::DoesNotOpen => "seal the value again with `agent encrypt` for this place",
            Self::OtherPlace {
                made_for: MadeFor::Env,
            } => "seal the bare value: `agent encrypt --add deploy.FIELD`",
            Self::OtherPlace {
                made_for: MadeFor::Field,
            } => "seal it with its name: `agent encrypt NAME`",
            Self::OtherName { .. } => "rename the key, or seal the value under the right name",
            Self::Content(_) => "seal the value again with `agent encrypt NAME`",
            Self::Master(_) => "give the agent the master key that this data folder was made with",
            Self::NotAccepted => "put the value into the agent's settings",
        }
    }
}
