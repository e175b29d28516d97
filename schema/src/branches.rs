//! The branch filter `branches: only` and `except` (run-time reference §10.3).
//!
//! A name is tested: the tag of a tag push, the base branch of a pull request, the branch of
//! anything else. An entry `/…/` is a pattern that may match anywhere in the name; any other
//! entry is the name itself, without globs. Both lists must be satisfied.

use crate::regex::{Patterns, SearchError};
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
    pub error: SearchError,
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

    /// Whether the filter lets an event pass, and why not; with the entries that cannot be used.
    /// Those are passed over, as if they were not there in a list of others.
    #[must_use]
    pub fn decide(&self, request: &Request) -> (Decision, Vec<BranchesError>) {
        let patterns = Patterns::default();
        let (kind, name) = tested(request);
        let mut errors = Vec::new();
        let only = contains("only", &self.only, name, &patterns, &mut errors);
        let except = contains("except", &self.except, name, &patterns, &mut errors);
        let why = if self.only.is_empty() && is_pages(name) {
            Some("is a pages branch, which is built only when branches.only names it")
        } else if !self.only.is_empty() && !only {
            Some("is not in branches.only")
        } else if except {
            Some("is in branches.except")
        } else {
            None
        };
        let skip = |why| Decision::Skip(format!("{kind} {name:?} {why}"));
        (why.map_or(Decision::Build, skip), errors)
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

/// Whether a list has an entry for a name; every entry is looked at, so that all mistakes are found.
/// Where the patterns before have cost too much, the rest of them are passed over; names are not.
fn contains(
    list: &'static str,
    entries: &[String],
    name: &str,
    patterns: &Patterns,
    errors: &mut Vec<BranchesError>,
) -> bool {
    let mut found = false;
    for (index, entry) in entries.iter().enumerate() {
        let fits = match pattern_of(entry) {
            Some(_) if exhausted(errors) => continue,
            Some(pattern) => patterns.is_match(pattern, name),
            None => Ok(entry == name),
        };
        match fits {
            Ok(fits) => found |= fits,
            Err(error) => errors.push(BranchesError { list, index, error }),
        }
    }
    found
}

/// Whether it was told that the patterns cost too much; nothing is told of patterns after that.
fn exhausted(errors: &[BranchesError]) -> bool {
    errors.last().is_some_and(|last| last.error.is_exhausted())
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
        let (decision, errors) = branches.decide(request);
        assert_eq!(errors, []);
        match decision {
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
    fn a_bad_pattern_is_named_with_its_place_and_lets_nothing_through() {
        let (decision, errors) = branches("main, /(/", "/[/").decide(&push("dev"));
        assert!(matches!(decision, Decision::Skip(_)), "{decision:?}");
        let places = errors.iter().map(|error| (error.list, error.index));
        assert_eq!(places.collect::<Vec<_>>(), [("only", 1), ("except", 0)]);
        let said = errors[0].to_string();
        assert!(said.starts_with("branches.only: the pattern /(/ is invalid"));
    }

    #[test]
    fn catastrophic_patterns_end_in_one_error() {
        let both = Branches {
            only: catastrophic(),
            except: catastrophic(),
        };
        let (_, errors) = both.decide(&push(&"a".repeat(60)));
        assert!(errors.len() < 10, "{}", errors.len());
        let told = errors.iter().filter(|error| error.error.is_exhausted());
        assert_eq!(told.count(), 1);
        assert!(exhausted(&errors), "{errors:?}");
    }

    #[test]
    fn names_behind_patterns_that_cost_too_much_still_count() {
        let name = "a".repeat(60);
        let mut only = catastrophic();
        only.push(name.clone());
        let only = Branches {
            only,
            ..Branches::default()
        };
        let (decision, errors) = only.decide(&push(&name));
        assert!(exhausted(&errors), "{errors:?}");
        assert_eq!(decision, Decision::Build);
    }

    fn catastrophic() -> Vec<String> {
        let pattern = |n| format!("/^(a|a|(?=b)b)*{n}$/");
        (0..1_000).map(pattern).collect()
    }
}
