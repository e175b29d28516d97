//! `owner/name`, checked, so that it can stand in a path.

use std::fmt;
use std::str::FromStr;

/// The name of a repository. Both parts hold only what GitHub allows in names, so that neither can
/// lead a path elsewhere.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Slug {
    text: String,
    slash: usize,
}

/// A text that names no repository.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of a repository; write it as owner/name")]
pub struct BadSlug(String);

/// Longer than any name that GitHub gives (39 and 100 characters).
const LONGEST: usize = 255;

impl Slug {
    /// The account that the repository belongs to.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.text[..self.slash]
    }

    /// The repository's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.text[self.slash + 1..]
    }

    /// The path of something of this repository in the API.
    pub(super) fn path<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        [&["repos", self.owner(), self.name()], rest].concat()
    }

    /// Both, with a slash between.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Slug {
    type Err = BadSlug;

    fn from_str(text: &str) -> Result<Self, BadSlug> {
        let bad = || BadSlug(text.chars().take(LONGEST).collect());
        let (owner, name) = text.split_once('/').ok_or_else(bad)?;
        if text.len() > LONGEST || !is_part(owner) || !is_part(name) {
            return Err(bad());
        }
        Ok(Self {
            text: text.to_owned(),
            slash: owner.len(),
        })
    }
}

/// Whether GitHub could have given this name; `.` and `..` would mean something else in a path.
fn is_part(part: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !matches!(part, "" | "." | "..") && part.bytes().all(known)
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_an_owner_and_a_name() {
        let slug: Slug = "Codertocat/Hello-World.rs".parse().unwrap();
        assert_eq!(slug.owner(), "Codertocat");
        assert_eq!(slug.name(), "Hello-World.rs");
    }

    #[test]
    fn what_would_lead_a_path_elsewhere_is_no_name() {
        for text in [
            "", "a", "a/", "/b", "a/b/c", "a/..", "../b", "./b", "a/b?x", "a/b#x", "a b/c",
            "a/b%2f", "a/b\n", "ä/b",
        ] {
            assert!(text.parse::<Slug>().is_err(), "{text:?}");
        }
        assert!(format!("{0}/{0}", "a".repeat(200)).parse::<Slug>().is_err());
    }
}
