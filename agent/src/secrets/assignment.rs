//! What a plaintext must look like (E7).

use super::plaintext::Plaintext;

/// The most bytes that one string can hold: 64 kB, name and `=` included.
pub const MAX_PLAINTEXT: usize = 64 * 1024;

/// What is wrong with a plaintext. No text repeats any of it, but for names the agent itself sets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// There is no `=`.
    #[error("the sealed text is not `NAME=value`")]
    NotAssignment,
    /// What stands before `=` is no name.
    #[error(
        "what stands before `=` is not a variable name (letters, digits and `_`, no digit first)"
    )]
    BadName,
    /// The agent sets the variable itself, so the value would never be seen.
    #[error("`{0}` is a variable that the agent itself sets")]
    ReservedName(String),
    /// A NUL byte, which no environment can hold.
    #[error("the value holds a NUL byte, which no environment variable can")]
    Nul,
    /// Not UTF-8.
    #[error("the value is not UTF-8 text")]
    NotUtf8,
    /// Beyond [`MAX_PLAINTEXT`].
    #[error("the value is larger than 64 kB")]
    TooLarge,
}

/// Whether a text can name a variable.
#[must_use]
pub fn valid_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether the agent itself sets a variable of this name (runtime reference §2, decision 12).
#[must_use]
pub fn reserved_name(name: &str) -> bool {
    const NAMES: [&str; 4] = [
        "CI",
        "TRAVIS",
        "CONTINUOUS_INTEGRATION",
        "HAS_JOSH_K_SEAL_OF_APPROVAL",
    ];
    NAMES.contains(&name) || name.starts_with("TRAVIS_") || name.starts_with("CI_")
}

/// A variable's name with its secret value.
#[derive(Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The name.
    pub name: String,
    /// The value, taken literally.
    pub value: Plaintext,
}

impl Assignment {
    /// A variable that may be sealed.
    ///
    /// # Errors
    /// When the name is none or is the agent's own, or the value cannot be a variable's.
    pub fn new(name: &str, value: Plaintext) -> Result<Self, ContentError> {
        if !valid_name(name) {
            return Err(ContentError::BadName);
        }
        if reserved_name(name) {
            return Err(ContentError::ReservedName(name.to_owned()));
        }
        check_value(value.expose())?;
        if name.len() + 1 + value.expose().len() > MAX_PLAINTEXT {
            return Err(ContentError::TooLarge);
        }
        Ok(Self {
            name: name.to_owned(),
            value,
        })
    }

    /// Reads an opened plaintext.
    ///
    /// # Errors
    /// As [`Assignment::new`], and when there is no `=`.
    pub fn from_plaintext(plaintext: &Plaintext) -> Result<Self, ContentError> {
        let bytes = plaintext.expose();
        let equals = bytes.iter().position(|byte| *byte == b'=');
        let (name, rest) = equals
            .and_then(|at| bytes.split_at_checked(at))
            .ok_or(ContentError::NotAssignment)?;
        let name = std::str::from_utf8(name).map_err(|_| ContentError::BadName)?;
        let value = rest.get(1..).unwrap_or_default();
        Self::new(name, Plaintext::new(value.to_vec()))
    }

    /// `NAME=value`, ready to be sealed.
    #[must_use]
    pub fn to_plaintext(&self) -> Plaintext {
        let value = self.value.expose();
        // One allocation of the right size: a growing one would leave copies behind.
        let mut bytes = Vec::with_capacity(self.name.len() + 1 + value.len());
        bytes.extend_from_slice(self.name.as_bytes());
        bytes.push(b'=');
        bytes.extend_from_slice(value);
        Plaintext::new(bytes)
    }
}

/// Whether bytes can be a secret's value.
///
/// # Errors
/// NUL bytes, text that is not UTF-8, more than 64 kB.
pub(crate) fn check_value(bytes: &[u8]) -> Result<(), ContentError> {
    if bytes.len() > MAX_PLAINTEXT {
        Err(ContentError::TooLarge)
    } else if bytes.contains(&0) {
        Err(ContentError::Nul)
    } else if std::str::from_utf8(bytes).is_err() {
        Err(ContentError::NotUtf8)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(String, Vec<u8>), ContentError> {
        Assignment::from_plaintext(&Plaintext::new(bytes.to_vec()))
            .map(|assignment| (assignment.name, assignment.value.expose().to_vec()))
    }

    #[test]
    fn values_are_literal() {
        assert_eq!(
            read(b"A=x y $B='`").unwrap(),
            ("A".into(), b"x y $B='`".to_vec())
        );
        assert_eq!(read(b"_a1=").unwrap(), ("_a1".into(), Vec::new()));
        assert_eq!(read(b"PEM=-----\nx\n").unwrap().1, b"-----\nx\n");
        assert_eq!(read(b"A==").unwrap().1, b"=");
    }

    #[test]
    fn each_mistake_is_named() {
        assert_eq!(read(b"hunter2"), Err(ContentError::NotAssignment));
        assert_eq!(read(b""), Err(ContentError::NotAssignment));
        for bad in [
            &b"=x"[..],
            b"1A=x",
            b"A B=x",
            b"A-B=x",
            b"\xff=x",
            "Ä=x".as_bytes(),
        ] {
            assert_eq!(read(bad), Err(ContentError::BadName));
        }
        assert_eq!(read(b"A=\0"), Err(ContentError::Nul));
        assert_eq!(read(b"A=\xff"), Err(ContentError::NotUtf8));
        for own in ["CI", "TRAVIS", "TRAVIS_BRANCH", "CI_COMMIT"] {
            let refused = read(format!("{own}=x").as_bytes());
            assert_eq!(refused, Err(ContentError::ReservedName(own.into())));
        }
        assert!(read(b"CIRCLE=1").is_ok());
    }

    #[test]
    fn the_size_counts_name_and_value() {
        let fits = [b"A=".to_vec(), vec![b'x'; MAX_PLAINTEXT - 2]].concat();
        assert!(read(&fits).is_ok());
        let beyond = [fits, vec![b'x']].concat();
        assert_eq!(read(&beyond), Err(ContentError::TooLarge));
    }
}
