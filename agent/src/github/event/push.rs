//! A branch or tag was made, moved or deleted.

use super::{Account, RefName, Repository, Sha, wire};

/// A push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Where.
    pub repository: Repository,
    /// The ref by its full name, as it came; [`RefName::parse`] knows branches and tags.
    pub full_ref: String,
    /// What it pointed to; none for a new one.
    pub before: Option<Sha>,
    /// What it points to; none when it was deleted. For an annotated tag the tag object, which can
    /// carry no status; the commit is [`Push::head`].
    pub after: Option<Sha>,
    /// Whether commits were taken back.
    pub forced: bool,
    /// The commit it points to.
    pub head: Option<HeadCommit>,
    /// Who pushed.
    pub sender: Option<Account>,
}

/// The newest commit of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadCommit {
    /// Its name.
    pub sha: Sha,
    /// Its full message.
    pub message: String,
}

impl Push {
    /// The branch or tag; none for a ref that is neither.
    #[must_use]
    pub fn name(&self) -> Option<RefName> {
        RefName::parse(&self.full_ref)
    }

    /// Whether the ref is gone.
    #[must_use]
    pub fn deleted(&self) -> bool {
        self.after.is_none()
    }

    /// The commit to build and to report to; none when the ref was deleted.
    #[must_use]
    pub fn commit(&self) -> Option<&Sha> {
        let after = self.after.as_ref()?;
        Some(self.head.as_ref().map_or(after, |head| &head.sha))
    }

    /// The body of a delivery with these facts, for a push that was found and not told.
    #[must_use]
    pub fn to_body(&self) -> Vec<u8> {
        let name = |sha: Option<&Sha>| sha.map_or_else(|| "0".repeat(40), Sha::to_string);
        let raw = wire::Push {
            name: self.full_ref.clone(),
            before: name(self.before.as_ref()),
            after: name(self.after.as_ref()),
            forced: self.forced,
            head_commit: self.head.as_ref().map(|head| wire::Commit {
                id: head.sha.to_string(),
                message: head.message.clone(),
            }),
            repository: (&self.repository).into(),
            sender: self.sender.as_ref().map(Into::into),
        };
        // Strings, numbers and structs always serialise.
        serde_json::to_vec(&raw).unwrap_or_default()
    }
}

pub(super) fn read(raw: wire::Push) -> Result<Push, String> {
    let after = Sha::or_zeros(&raw.after)?;
    let head = match raw.head_commit {
        Some(commit) if after.is_some() => Some(HeadCommit {
            sha: commit.id.parse()?,
            message: commit.message,
        }),
        _ => None,
    };
    Ok(Push {
        repository: raw.repository.facts()?,
        full_ref: raw.name,
        before: Sha::or_zeros(&raw.before)?,
        after,
        forced: raw.forced,
        head,
        sender: raw.sender.map(Into::into),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::*;
    use proptest::prelude::*;

    fn push() -> Push {
        let sha = |digit: &str| digit.repeat(40).parse::<Sha>().unwrap();
        Push {
            repository: Repository {
                id: crate::store::RepositoryId(7),
                slug: "o/r".parse().unwrap(),
                private: false,
                default_branch: Some("main".to_owned()),
            },
            full_ref: "refs/tags/v1".to_owned(),
            before: None,
            after: Some(sha("a")),
            forced: false,
            head: Some(HeadCommit {
                sha: sha("b"),
                message: "m".to_owned(),
            }),
            sender: None,
        }
    }

    #[test]
    fn the_commit_behind_an_annotated_tag_is_built_and_not_the_tag() {
        assert_eq!(push().commit().unwrap().as_str(), "b".repeat(40));
        let light = Push {
            head: None,
            ..push()
        };
        assert_eq!(light.commit().unwrap().as_str(), "a".repeat(40));
        let gone = Push {
            after: None,
            ..push()
        };
        assert!(gone.deleted() && gone.commit().is_none());
    }

    proptest! {
        #[test]
        fn what_was_found_reads_back_as_it_was(
            full_ref in "refs/(heads|tags)/.{1,30}", message: String, forced: bool, private: bool,
        ) {
            let head = push().head.map(|head| HeadCommit { message, ..head });
            let mut found = Push { full_ref, forced, head, ..push() };
            found.repository.private = private;
            prop_assert_eq!(
                Event::parse("push", &found.to_body()),
                Ok(Event::from(found))
            );
        }
    }
}
