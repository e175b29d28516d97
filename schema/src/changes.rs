//! `paths` and `paths-ignore`: which jobs have something to do with what an event changed.

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Level};
use crate::glob::Patterns;
use crate::matrix::{Job as Row, Skip, SkipKind};
use crate::plan::ChangedPaths;
use crate::request::{Event, Request};
use crate::source::Span;
use crate::yaml::Node;

/// The keys.
pub(crate) const KEYS: [&str; 2] = ["paths", "paths-ignore"];

/// What is known of the paths that an event changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Changes {
    /// Nothing, for this reason, so that everything runs; an empty one is not told.
    Unknown(String),
    /// Not looked at yet: [`compile`](crate::compile()) asks for them where the config needs them.
    Ask,
    /// These changed: relative to the top of the repository, each once.
    Paths(Vec<String>),
}

impl Default for Changes {
    fn default() -> Self {
        Self::Unknown(String::new())
    }
}

/// How many paths are looked at; more say little of what is to run.
pub const MOST: usize = 3_000;

impl Changes {
    /// The paths that changed, each once; too many of them are as good as none.
    #[must_use]
    pub fn of(mut paths: Vec<String>) -> Self {
        paths.sort_unstable();
        paths.dedup();
        match paths.len() {
            0 => Self::Unknown("no path has changed".to_owned()),
            many if many > MOST => Self::Unknown(format!("more than {MOST} paths have changed")),
            _ => Self::Paths(paths),
        }
    }
}

/// What the jobs of a config say about paths, and what comes of it.
pub(crate) struct Filter<'r> {
    request: &'r Request,
    patterns: Patterns,
    /// Answers by what was asked: most jobs have what the root says.
    known: Vec<(ChangedPaths, Option<String>)>,
}

impl<'r> Filter<'r> {
    pub(crate) fn new(request: &'r Request) -> Self {
        Self {
            request,
            patterns: Patterns::default(),
            known: Vec::new(),
        }
    }

    /// Whether the paths have to be looked at before there is an answer.
    pub(crate) fn needs(&self, rows: &[Row<'_>]) -> bool {
        let asked = self.request.changes == Changes::Ask && self.counts();
        asked && rows.iter().any(|row| place(row).is_some())
    }

    /// Tags, times and people want what they ask for, whatever has changed.
    fn counts(&self) -> bool {
        match self.request.event {
            Event::Push => self.request.tag.is_none(),
            Event::PullRequest => true,
            Event::Cron | Event::Api => false,
        }
    }

    /// Takes jobs away that have nothing to do with what changed; why, for each.
    pub(crate) fn keep(
        &mut self,
        rows: &mut Vec<Row<'_>>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Skip> {
        let first = rows.iter().find_map(place);
        let (Some((key, span)), true) = (first, self.counts()) else {
            return Vec::new();
        };
        let paths = match &self.request.changes {
            Changes::Paths(paths) => paths.as_slice(),
            Changes::Unknown(reason) => {
                diagnostics.extend(unknown(reason, key, span));
                return Vec::new();
            }
            Changes::Ask => return Vec::new(),
        };
        let mut left_out = Vec::new();
        rows.retain(|row| {
            let Some(reason) = self.reason(row, paths) else {
                return true;
            };
            let span = place(row).map_or(span, |(_, span)| span);
            left_out.push(Skip {
                kind: SkipKind::Job(row.label()),
                number: 1,
                condition: key.to_owned(),
                reason,
                why: None,
                span,
            });
            false
        });
        if self.patterns.exhausted() {
            let reason = "there are too many patterns for so many paths";
            diagnostics.extend(unknown(reason, key, span));
        }
        left_out
    }

    /// Why a job has nothing to do with the paths; `None` where it has.
    fn reason(&mut self, row: &Row<'_>, paths: &[String]) -> Option<String> {
        let said = ChangedPaths::from_nodes(row.get(KEYS[0]), row.get(KEYS[1]));
        if said == ChangedPaths::default() {
            return None;
        }
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == said) {
            return known.clone();
        }
        let reason = judge(&said, paths, &mut self.patterns);
        self.known.push((said, reason.clone()));
        reason
    }
}

/// What a job says about paths first.
fn place(row: &Row<'_>) -> Option<(&'static str, Span)> {
    let node = |key| row.get(key).map(|node: &Node| (key, node.span));
    KEYS.into_iter().find_map(node)
}

/// Why nothing of this has changed. Where the budget ends before there is an answer, something has.
fn judge(said: &ChangedPaths, paths: &[String], patterns: &mut Patterns) -> Option<String> {
    let mut ignored = Vec::new();
    let mut others = Vec::new();
    for path in paths {
        if patterns.any(&said.ignore, path)? {
            ignored.push(path.as_str());
        } else {
            others.push(path.as_str());
        }
    }
    if others.is_empty() {
        let which = few(&ignored);
        return Some(format!("paths-ignore fits all that has changed: {which}"));
    }
    if said.only.is_empty() {
        return None;
    }
    for path in &others {
        if patterns.any(&said.only, path)? {
            return None;
        }
    }
    let (only, which) = (few(&texts(&said.only)), few(&others));
    Some(format!(
        "nothing of paths ({only}) has changed, only {which}"
    ))
}

fn texts(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// A few of many, none of them long.
fn few(all: &[&str]) -> String {
    const SHOWN: usize = 3;
    const LONGEST: usize = 60;
    let shown = all.iter().take(SHOWN).map(|text| {
        if text.chars().count() <= LONGEST {
            return (*text).to_owned();
        }
        let begin: String = text.chars().take(LONGEST).collect();
        format!("{begin}…")
    });
    let shown: Vec<String> = shown.collect();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn unknown(reason: &str, key: &str, span: Span) -> Option<Diagnostic> {
    let message = format!("`{key}` lets everything run: {reason}");
    let found = Diagnostic::new(Level::Info, "changes_unknown", key, message, span);
    (!reason.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(only: &[&str], ignore: &[&str], paths: &[&str]) -> String {
        let own = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
        let said = ChangedPaths {
            only: own(only),
            ignore: own(ignore),
        };
        let reason = judge(&said, &own(paths), &mut Patterns::default());
        reason.unwrap_or_else(|| "runs".to_owned())
    }

    #[test]
    fn one_path_that_counts_is_enough() {
        let both = (&["src/**", "Cargo.*"], &["**/*.md"]);
        for (paths, answer) in [
            (&["src/a/b.rs"][..], "runs"),
            (&["README.md", "Cargo.toml"], "runs"),
            (
                &["README.md", "src/notes.md"],
                "paths-ignore fits all that has changed: README.md, src/notes.md",
            ),
            (
                &["tests/a.rs", "README.md"],
                "nothing of paths (src/**, Cargo.*) has changed, only tests/a.rs",
            ),
        ] {
            assert_eq!(judged(both.0, both.1, paths), answer, "{paths:?}");
        }
    }

    #[test]
    fn each_key_works_alone_and_a_reason_stays_short() {
        assert_eq!(judged(&["a"], &[], &["a"]), "runs");
        assert_eq!(judged(&[], &["a"], &["b"]), "runs");
        let long = "x".repeat(100);
        let paths = ["a/1", "a/2", long.as_str(), "b", "c"];
        let shown = format!("{}…", "x".repeat(60));
        assert_eq!(
            judged(&["src/**"], &[], &paths),
            format!("nothing of paths (src/**) has changed, only a/1, a/2, {shown} and 2 more")
        );
    }

    #[test]
    fn paths_are_counted_once_and_too_many_or_none_are_unknown() {
        let paths = |count: usize| (0..count).map(|at| at.to_string()).collect::<Vec<_>>();
        let twice = Changes::of(vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]);
        let once = Changes::Paths(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(twice, once);
        assert!(matches!(Changes::of(paths(MOST)), Changes::Paths(_)));
        assert!(matches!(Changes::of(paths(MOST + 1)), Changes::Unknown(_)));
        assert!(matches!(Changes::of(Vec::new()), Changes::Unknown(_)));
    }
}
