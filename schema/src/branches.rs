//! The branch filter `branches: only` and `except` (run-time reference §10.3).
//!
//! A name is tested: the tag of a tag push, the base branch of a pull request, the branch of
//! anything else. An entry `/…/` is a pattern that may match anywhere in the name; any other
//! entry is the name itself, without globs. Both lists must be satisfied.

use crate::regex::{MatchError, Pattern, PatternError};
use crate::request::{Event, Request};

/// The lists of `branches:`. An empty list is the same as none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    /// What is built; empty means everything but GitHub's pages branch.
    pub only: Vec<String>,
    /// What is not built.
    pub except: Vec<String>,
}

/// What the filter says about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The filter lets it pass.
    Build,
    /// It is not built; the reason is a sentence without its full stop.
    Skip(String),
}

/// An entry that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("branches.{list}: {error}")]
pub struct BranchesError {
    /// `only` or `except`.
    pub list: &'static str,
    /// The entry's position in its list, from 0.
    pub index: usize,
    /// What is wrong with it.
    #[source]
    pub error: EntryError,
}

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The pattern cannot be used.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The search was given up.
    #[error(transparent)]
    Match(#[from] MatchError),
}

impl Branches {
    /// The entries of a text: a name, a pattern, or several with commas between them. A comma
    /// inside of a pattern does not end it.
    #[must_use]
    pub fn entries(text: &str) -> Vec<String> {
        let mut entries = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let pattern_end = rest
                .starts_with('/')
                .then(|| pattern_end(rest))
                .flatten()
                .unwrap_or(0);
            let end = rest
                .get(pattern_end..)
                .and_then(|after| after.find(','))
                .map_or(rest.len(), |comma| pattern_end + comma);
            let (entry, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            if !entry.trim().is_empty() {
                entries.push(entry.trim().to_owned());
            }
            rest = after.strip_prefix(',').unwrap_or(after).trim_start();
        }
        entries
    }

    /// Finds entries that cannot be used, before there is an event.
    ///
    /// # Errors
    /// The first entry whose pattern is invalid or too large.
    pub fn check(&self) -> Result<(), BranchesError> {
        for (list, entries) in [("only", &self.only), ("except", &self.except)] {
            for (index, entry) in entries.iter().enumerate() {
                if let Some(pattern) = pattern_of(entry) {
                    Pattern::new(pattern).map_err(|error| BranchesError {
                        list,
                        index,
                        error: error.into(),
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Whether the filter lets an event pass, and why not.
    ///
    /// # Errors
    /// When an entry that decides cannot be used.
    pub fn decide(&self, request: &Request) -> Result<Decision, BranchesError> {
        let (kind, name) = tested(request);
        let skip = |why: &str| Ok(Decision::Skip(format!("{kind} {name:?} {why}")));
        if self.only.is_empty() && is_pages(name) {
            return skip("is a pages branch, which is built only when branches.only names it");
        }
        if !self.only.is_empty() && !contains("only", &self.only, name)? {
            return skip("is not in branches.only");
        }
        if contains("except", &self.except, name)? {
            return skip("is in branches.except");
        }
        Ok(Decision::Build)
    }
}

/// What kind of name is tested, and the name.
fn tested(request: &Request) -> (&'static str, &str) {
    match (&request.tag, request.event) {
        (Some(tag), _) => ("tag", tag),
        (None, Event::PullRequest) => ("base branch", &request.branch),
        (None, _) => ("branch", &request.branch),
    }
}

fn is_pages(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("gh-pages") || name.contains("gh_pages")
}

fn contains(list: &'static str, entries: &[String], name: &str) -> Result<bool, BranchesError> {
    for (index, entry) in entries.iter().enumerate() {
        let found = fits(entry, name).map_err(|error| BranchesError { list, index, error })?;
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fits(entry: &str, name: &str) -> Result<bool, EntryError> {
    match pattern_of(entry) {
        Some(pattern) => Ok(Pattern::new(pattern)?.is_match(name)?),
        None => Ok(entry == name),
    }
}

/// The pattern of an entry `/…/`.
fn pattern_of(entry: &str) -> Option<&str> {
    entry.strip_prefix('/')?.strip_suffix('/')
}

/// Where the pattern at the start of a text ends: after a slash that a comma or the end follows.
fn pattern_end(text: &str) -> Option<usize> {
    let mut slashes = text.match_indices('/').skip(1).map(|(at, _)| at + 1);
    slashes.find(|end| {
        let after = text.get(*end..).unwrap_or_default().trim_start();
        after.is_empty() || after.starts_with(',')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branches(only: &str, except: &str) -> Branches {
        Branches {
            only: Branches::entries(only),
            except: Branches::entries(except),
        }
    }

    fn push(branch: &str) -> Request {
        Request {
            branch: branch.into(),
            ..Request::default()
        }
    }

    fn tag(name: &str) -> Request {
        Request {
            tag: Some(name.into()),
            ..push(name)
        }
    }

    fn reason(branches: &Branches, request: &Request) -> String {
        match branches.decide(request).unwrap() {
            Decision::Build => "built".to_owned(),
            Decision::Skip(reason) => reason,
        }
    }

    #[test]
    fn without_lists_all_but_pages_branches_are_built() {
        let none = Branches::default();
        assert_eq!(reason(&none, &push("dev")), "built");
        for pages in ["gh-pages", "my-GH_Pages-2"] {
            assert_eq!(
                reason(&none, &push(pages)),
                format!(
                    "branch {pages:?} is a pages branch, which is built only when branches.only names it"
                )
            );
        }
        assert_eq!(
            reason(&branches("gh-pages", ""), &push("gh-pages")),
            "built"
        );
    }

    #[test]
    fn names_are_exact_and_patterns_match_anywhere() {
        let only = branches(r"main, /^v\d+\.\d{1,2}/, /fix/", "");
        for built in ["main", "v1.2", "v1.2-foo", "a-fix-b"] {
            assert_eq!(reason(&only, &push(built)), "built");
        }
        assert_eq!(
            reason(&only, &push("main2")),
            r#"branch "main2" is not in branches.only"#
        );
        assert_eq!(
            reason(&branches("rel-*", ""), &push("rel-1")),
            r#"branch "rel-1" is not in branches.only"#
        );
    }

    #[test]
    fn both_lists_must_be_satisfied() {
        let both = branches("main, dev", "dev");
        assert_eq!(reason(&both, &push("main")), "built");
        assert_eq!(
            reason(&both, &push("dev")),
            r#"branch "dev" is in branches.except"#
        );
    }

    #[test]
    fn a_tag_is_tested_by_its_name_and_a_pull_request_by_its_base() {
        let only = branches("main", "");
        assert_eq!(
            reason(&only, &tag("v1")),
            r#"tag "v1" is not in branches.only"#
        );
        let pull = Request {
            event: Event::PullRequest,
            ..push("dev")
        };
        assert_eq!(
            reason(&only, &pull),
            r#"base branch "dev" is not in branches.only"#
        );
    }

    #[test]
    fn entries_are_cut_at_commas_outside_of_patterns() {
        assert_eq!(
            Branches::entries(" a,b , /x{1,2}/, /y,/ ,/z/w,"),
            ["a", "b", "/x{1,2}/", "/y,/", "/z/w"]
        );
        assert!(Branches::entries(" , ").is_empty());
    }

    #[test]
    fn a_bad_pattern_is_named_with_its_place() {
        let error = branches("main, /(/", "").check().unwrap_err();
        assert_eq!((error.list, error.index), ("only", 1));
        assert!(
            error
                .to_string()
                .starts_with("branches.only: the pattern /(/ is invalid")
        );
    }
}
