//! Branches and tags, which are never taken for one another (security T28).

use super::{Account, Event, Repository, ignored, wire};
use std::fmt;

/// A ref by its kind and short name. A branch may be called `refs/tags/v1`, and stays a branch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RefName {
    /// `refs/heads/…`
    Branch(String),
    /// `refs/tags/…`
    Tag(String),
}

/// A branch or tag was made or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefChange {
    /// Where.
    pub repository: Repository,
    /// Which.
    pub name: RefName,
    /// Who did it.
    pub sender: Option<Account>,
}

impl RefName {
    /// Reads a full name; `None` for what is neither a branch nor a tag, such as notes.
    #[must_use]
    pub fn parse(full: &str) -> Option<Self> {
        let named = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        if let Some(name) = full.strip_prefix("refs/heads/") {
            return named(name).map(Self::Branch);
        }
        named(full.strip_prefix("refs/tags/")?).map(Self::Tag)
    }

    /// The name without `refs/heads/` or `refs/tags/`.
    #[must_use]
    pub fn short(&self) -> &str {
        match self {
            Self::Branch(name) | Self::Tag(name) => name,
        }
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Branch(name) => write!(f, "refs/heads/{name}"),
            Self::Tag(name) => write!(f, "refs/tags/{name}"),
        }
    }
}

/// Reads a `create` or `delete` event.
pub(super) fn read(raw: wire::RefChange, kind: fn(RefChange) -> Event) -> Result<Event, String> {
    let name = match (
        raw.ref_type.as_str(),
        raw.name.filter(|name| !name.is_empty()),
    ) {
        ("branch", Some(name)) => RefName::Branch(name),
        ("tag", Some(name)) => RefName::Tag(name),
        ("branch" | "tag", None) => return Err("its `ref` is empty".to_owned()),
        // `create` also tells of new repositories.
        (other, _) => return Ok(ignored("create", Some(other))),
    };
    Ok(kind(RefChange {
        repository: raw.repository.facts()?,
        name,
        sender: raw.sender.map(Into::into),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_branch_named_like_a_tag_is_a_branch() {
        let name = RefName::parse("refs/heads/refs/tags/v1").unwrap();
        assert_eq!(name, RefName::Branch("refs/tags/v1".to_owned()));
        let name = RefName::parse("refs/tags/main").unwrap();
        assert_eq!(name, RefName::Tag("main".to_owned()));
    }

    #[test]
    fn what_is_neither_is_neither() {
        for full in ["refs/notes/x", "main", "refs/heads/", "refs/tags/", ""] {
            assert_eq!(RefName::parse(full), None, "{full}");
        }
    }

    proptest! {
        #[test]
        fn a_full_name_reads_back(full in "refs/(heads|tags)/.{1,40}") {
            let name = RefName::parse(&full);
            prop_assert_eq!(name.map(|name| name.to_string()), Some(full));
        }
    }
}
