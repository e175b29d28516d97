//! The token that calls are made with, and its renewal.

use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// What reads the token: from a file, the environment or a credential, as the settings say.
type Read = dyn Fn() -> Result<SecretString, String> + Send + Sync;

/// Where the token comes from. It is read at start, and once more when GitHub refuses it (R24), so
/// that a new one can be put in place without a restart.
#[derive(Clone)]
pub struct TokenSource {
    place: String,
    read: Arc<Read>,
}

/// Why there is no token. Its text never holds a part of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It can't be had.
    #[error("there is no GitHub token in {place}: {reason}")]
    Missing {
        /// Where it should be.
        place: String,
        /// What the reader said.
        reason: String,
    },
    /// It is empty, or holds a blank or a control character.
    #[error("{0} does not hold a GitHub token: one word of visible characters")]
    Malformed(String),
}

impl TokenSource {
    /// A source by what messages call it (`the file /etc/agent/token`) and what reads it. The
    /// reason of a failure is shown; it must not hold a part of a token.
    pub fn new(
        place: impl Into<String>,
        read: impl Fn() -> Result<SecretString, String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            place: place.into(),
            read: Arc::new(read),
        }
    }

    /// What messages call it.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    fn load(&self) -> Result<SecretString, TokenError> {
        let token = (self.read)().map_err(|reason| TokenError::Missing {
            place: self.place.clone(),
            reason,
        })?;
        let text = token.expose_secret().trim();
        // It becomes a header's value as it is.
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Malformed(self.place.clone()));
        }
        Ok(text.into())
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenSource").field(&self.place).finish()
    }
}

/// The token in use, shared by all calls.
#[derive(Debug)]
pub(super) struct Token {
    source: TokenSource,
    current: RwLock<SecretString>,
}

impl Token {
    pub(super) fn load(source: TokenSource) -> Result<Self, TokenError> {
        let current = RwLock::new(source.load()?);
        Ok(Self { source, current })
    }

    pub(super) fn place(&self) -> &str {
        self.source.place()
    }

    pub(super) fn get(&self) -> SecretString {
        // What is inside is replaced whole, so a panic elsewhere can't have left half of it.
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Reads the token again. One that can't be read leaves the old one in place.
    pub(super) fn renew(&self) -> Result<(), TokenError> {
        let new = self.source.load()?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// The text with the token, should somebody have sent it back, taken out.
    pub(super) fn redact(&self, text: &str) -> String {
        text.replace(self.get().expose_secret(), "[secure]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A source that gives what was last put into it.
    fn source(text: &str) -> (Arc<Mutex<Option<String>>>, TokenSource) {
        let text = Arc::new(Mutex::new(Some(text.to_owned())));
        let read = Arc::clone(&text);
        let source = TokenSource::new("the variable X", move || {
            let text = read.lock().unwrap().clone();
            text.map(Into::into)
                .ok_or_else(|| "it is not set".to_owned())
        });
        (text, source)
    }

    #[test]
    fn the_line_end_of_a_file_is_no_part_of_it() {
        let token = Token::load(source("ghp_abc\n").1).unwrap();
        assert_eq!(token.get().expose_secret(), "ghp_abc");
    }

    #[test]
    fn what_is_no_token_is_refused_without_being_shown() {
        for text in ["", "  \n", "ghp_abc def", "ghp_abc\u{e9}", "ghp_\0"] {
            let error = Token::load(source(text).1).unwrap_err().to_string();
            assert_eq!(
                error,
                "the variable X does not hold a GitHub token: one word of visible characters"
            );
        }
    }

    #[test]
    fn a_renewal_that_fails_keeps_the_old_one() {
        let (text, source) = source("old");
        let token = Token::load(source).unwrap();
        *text.lock().unwrap() = Some("new".to_owned());
        token.renew().unwrap();
        assert_eq!(token.get().expose_secret(), "new");
        *text.lock().unwrap() = None;
        assert_eq!(
            token.renew().unwrap_err().to_string(),
            "there is no GitHub token in the variable X: it is not set"
        );
        assert_eq!(token.get().expose_secret(), "new");
        assert!(!format!("{token:?}").contains("new"));
    }
}
