//! The public half of a repository's key, and the line that carries it (`.ci.pub`).

use super::kid::Kid;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use std::fmt;
use std::str::FromStr;

/// A repository as secrets are bound to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The forge's host in lower case, e.g. `github.com`.
    pub host: String,
    /// The forge's number for it: stays the same when it is renamed or moved.
    pub id: u64,
    /// `owner/repo` as it was called when the key was made; for people only.
    pub slug: Option<String>,
}

/// A public key with the repository it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Whose key it is.
    pub repository: Repository,
    /// The day it was made, `YYYY-MM-DD`; for people only.
    pub date: Option<String>,
    key: [u8; 32],
}

/// Why a text is not a public key line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// There is no line that is neither empty nor a comment.
    #[error("there is no key in it")]
    Empty,
    /// The first word is not `cipub1`.
    #[error("it does not start with `cipub1`")]
    Kind,
    /// Not the four words it is made of.
    #[error("a key line is `cipub1 HOST REPOSITORY-ID KEY`")]
    Words,
    /// The host has characters that no host name has.
    #[error("its host is not a lower-case host name")]
    Host,
    /// The id is not a number.
    #[error("its repository id is not a number")]
    Id,
    /// The key is not base64url of 32 bytes.
    #[error("its key is damaged")]
    Key,
}

/// Whether a text is a host name, perhaps with a port, in lower case.
pub(super) fn valid_host(host: &str) -> bool {
    let allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':')
    };
    !host.is_empty() && host.len() <= 255 && host.bytes().all(allowed)
}

impl PublicKey {
    /// A key of a repository.
    ///
    /// # Errors
    /// When the host is not a lower-case host name.
    pub(super) fn new(
        repository: Repository,
        key: [u8; 32],
        date: Option<String>,
    ) -> Result<Self, PublicKeyError> {
        if !valid_host(&repository.host) {
            return Err(PublicKeyError::Host);
        }
        Ok(Self {
            repository,
            date,
            key,
        })
    }

    /// Its short name.
    #[must_use]
    pub fn kid(&self) -> Kid {
        Kid::of(&self.key)
    }

    /// The 32 bytes.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.key
    }
}

fn is_slug(word: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    word.contains('/') && word.bytes().all(allowed)
}

fn is_date(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// The line, without a line end. What stands behind `#` is for people.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Repository { host, id, slug } = &self.repository;
        write!(f, "cipub1 {host} {id} {}", BASE64URL.encode(self.key))?;
        let words: Vec<&str> = [slug, &self.date]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        if words.is_empty() {
            Ok(())
        } else {
            write!(f, " # {}", words.join(" "))
        }
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    /// Reads the first line that is neither empty nor a comment.
    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let line = text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .ok_or(PublicKeyError::Empty)?;
        let (facts, comment) = line.split_once('#').unwrap_or((line, ""));
        let mut words = facts.split_whitespace();
        if words.next() != Some("cipub1") {
            return Err(PublicKeyError::Kind);
        }
        let (Some(host), Some(id), Some(key), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(PublicKeyError::Words);
        };
        let digits = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let id = id
            .parse()
            .ok()
            .filter(|_| digits)
            .ok_or(PublicKeyError::Id)?;
        let key = BASE64URL
            .decode(key)
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or(PublicKeyError::Key)?;
        // For people only, but people see it on a terminal: other words than these are left out.
        let mut said = comment.split_whitespace();
        let slug = said.next().filter(|word| is_slug(word));
        let date = slug.and_then(|_| said.next()).filter(|word| is_date(word));
        let repository = Repository {
            host: host.to_owned(),
            id,
            slug: slug.map(str::to_owned),
        };
        Self::new(repository, key, date.map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &str = "cipub1 github.com 186853002 GaApAxT-O9cVbHUFN0DGSD4PK0C9svXUJf1Dr7zTF1s";

    #[test]
    fn a_line_prints_as_it_was_read() {
        let commented = format!("{LINE} # owner/repo 2026-01-01");
        for line in [LINE, &commented] {
            let key: PublicKey = line.parse().unwrap();
            assert_eq!(key.to_string(), line);
            assert_eq!(key.kid().to_string(), "7ab683686fe5f9ea");
        }
    }

    #[test]
    fn comments_and_empty_lines_before_it_do_not_matter() {
        let text = format!("# the key of this repository\r\n\r\n{LINE}\r\n");
        let key: PublicKey = text.parse().unwrap();
        assert_eq!(key.repository.id, 186_853_002);
    }

    #[test]
    fn a_comment_brings_no_control_characters() {
        for comment in ["a/\u{1b}]0;owned\u{7} x", "a/b \u{1b}[2J"] {
            let key: PublicKey = format!("{LINE} # {comment}").parse().unwrap();
            assert!(!key.to_string().contains('\u{1b}'), "{comment:?}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
        let read = |text: &str| text.parse::<PublicKey>().unwrap_err();
        assert_eq!(read("\n# x\n"), PublicKeyError::Empty);
        assert_eq!(read("ssh-rsa AAAA"), PublicKeyError::Kind);
        assert_eq!(read("cipub1 github.com 1"), PublicKeyError::Words);
        assert_eq!(
            read(&LINE.replace("github", "GitHub")),
            PublicKeyError::Host
        );
        assert_eq!(
            read(&LINE.replace("186853002", "+186853002")),
            PublicKeyError::Id
        );
        assert_eq!(read(&LINE.replace("TF1s", "TF1t")), PublicKeyError::Key);
        assert_eq!(read(&LINE.replace("TF1s", "TF1")), PublicKeyError::Key);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(cipub1 )?\\PC{0,80}") {
            let _ = text.parse::<PublicKey>();
        }
    }
}
