//! Mending a config's text by the suggestions that change nothing of what it means.
//!
//! Only texts of the suggestions' places are replaced, so comments and layout stay byte for byte. What
//! is replaced is what the language reads as the replacement anyway: a misspelled key, an older name,
//! a value in the wrong case. As a promise that does not rest on the suggestions alone, each result
//! is read again and kept only when it comes to the same config (language reference §2).

use crate::compile::Sources;
use crate::diagnostic::{Arg, Diagnostic, Suggestion};
use crate::normalise::{Reading, normalise, serialised};
use crate::plan;
use crate::source::{FileId, LineColumn, Source};
use crate::yaml;
use std::collections::HashMap;

/// One replacement that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Where the replaced text stood.
    pub at: LineColumn,
    /// What was there.
    pub from: String,
    /// What is there now.
    pub to: String,
}

/// A text after mending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The whole text; the original where nothing could be mended.
    pub text: String,
    /// What was replaced, in the order it was done.
    pub applied: Vec<Applied>,
}

/// A replacement can bring another one to light, for instance of a value below a misspelled key.
const ROUNDS: usize = 8;
/// How often a round reads the text: a hostile one takes its time, and a real one needs a few.
const TRIES: usize = 100;

/// Applies the safe suggestions to the config itself; imports are texts of others.
///
/// Mending what is mended changes nothing. A text that is no YAML is left as it is.
#[must_use]
pub fn fix(sources: &Sources) -> Fixed {
    let reading = Reading {
        dialect: sources.dialect,
        compat: sources.compat,
    };
    let mut fixed = Fixed {
        text: sources.config.text.clone(),
        applied: Vec::new(),
    };
    for _ in 0..ROUNDS {
        let source = Source::new(sources.config.name.clone(), fixed.text.clone());
        let Some(read) = Read::of(&source, reading) else {
            break;
        };
        let (text, applied) = read.round(&source, reading);
        if applied.is_empty() {
            break;
        }
        fixed.text = text;
        fixed.applied.extend(applied);
    }
    fixed
}

/// What a text comes to.
struct Read {
    config: Arg,
    diagnostics: Vec<Diagnostic>,
}

impl Read {
    fn of(source: &Source, reading: Reading) -> Option<Self> {
        let root = yaml::load(source, FileId(0), reading.dialect).root?;
        // An import is read after this: what it brings is no part of the text.
        let (config, mut diagnostics) = normalise(root, &[source], reading);
        plan::checks::unknown_languages(&mut diagnostics, reading.compat);
        Some(Self {
            config: serialised(&config),
            diagnostics,
        })
    }

    /// The text with all suggestions that leave the config the same together.
    fn round(&self, source: &Source, reading: Reading) -> (String, Vec<Applied>) {
        let same = |suggestions: &[&Suggestion]| {
            let text = replaced(&source.text, suggestions);
            let source = Source::new(source.name.clone(), text);
            Self::of(&source, reading).is_some_and(|read| same_config(&read.config, &self.config))
        };
        let mut kept: Vec<&Suggestion> = Vec::new();
        // Those still to be tried, the next group last. One that fails is tried in halves, so that
        // the few that do harm are found without reading the text for each.
        let suggestions = self.suggestions(&source.text);
        let mut groups = vec![suggestions.as_slice()];
        let mut tries = TRIES;
        while let (Some(group), 1..) = (groups.pop(), tries) {
            if group.is_empty() {
                continue;
            }
            tries -= 1;
            let before = kept.len();
            kept.extend(group);
            if same(&kept) {
                continue;
            }
            kept.truncate(before);
            let (first, second) = group.split_at(group.len() / 2);
            if !first.is_empty() {
                groups.extend([second, first]);
            }
        }
        let text = replaced(&source.text, &kept);
        let applied = kept.iter().map(|one| applied(source, one)).collect();
        (text, applied)
    }

    /// Safe suggestions for this text that change it, in the order of their places, none within
    /// another.
    fn suggestions(&self, text: &str) -> Vec<&Suggestion> {
        let safe = self.diagnostics.iter().filter_map(|found| {
            let one = found.suggestion.as_ref()?;
            let of_file = one.safe && one.span.file == FileId(0);
            let written = written(text, one)?;
            (of_file && !written.is_empty() && written != one.replacement).then_some(one)
        });
        let mut safe: Vec<&Suggestion> = safe.collect();
        safe.sort_by_key(|one| (one.span.start, one.span.end));
        let mut end = 0;
        safe.retain(|one| {
            let apart = one.span.start >= end;
            if apart {
                end = one.span.end;
            }
            apart
        });
        safe
    }
}

/// Whether two configs are the same. The order of keys means something for variables only.
pub(crate) fn same_config(one: &Arg, other: &Arg) -> bool {
    match (one, other) {
        (Arg::List(one), Arg::List(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_config(one, other))
        }
        (Arg::Map(one), Arg::Map(other)) => {
            let others: HashMap<&str, &Arg> = other
                .iter()
                .map(|(name, value)| (name.as_str(), value))
                .collect();
            let found = |(key, value): &(String, Arg)| {
                let other = others.get(key.as_str());
                other.is_some_and(|&other| match key.as_str() {
                    "env" => value == other,
                    _ => same_config(value, other),
                })
            };
            one.len() == other.len() && one.iter().all(found)
        }
        (one, other) => one == other,
    }
}

fn written<'t>(text: &'t str, suggestion: &Suggestion) -> Option<&'t str> {
    let at = |byte: u32| usize::try_from(byte).ok();
    text.get(at(suggestion.span.start)?..at(suggestion.span.end)?)
}

/// The text with replacements, which are in the order of their places and do not overlap.
fn replaced(text: &str, suggestions: &[&Suggestion]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut done = 0;
    for one in suggestions {
        let Some(written) = written(text, one) else {
            continue;
        };
        let start = one.span.start as usize;
        let (before, from) = rest.split_at(start - done);
        result.push_str(before);
        result.push_str(&one.replacement);
        rest = &from[written.len()..];
        done = start + written.len();
    }
    result.push_str(rest);
    result
}

fn applied(source: &Source, suggestion: &Suggestion) -> Applied {
    Applied {
        at: source.line_column(suggestion.span.start),
        from: written(&source.text, suggestion)
            .unwrap_or_default()
            .to_owned(),
        to: suggestion.replacement.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(name: &str, text: &str) -> Fixed {
        fix(&Sources::new(Source::new(name, text)))
    }

    #[test]
    fn misspelled_keys_and_values_are_mended_and_comments_stay() {
        let text = "langauge: Python # the one\n\nscripts: make   # all\nos: Linux\n";
        let mended = fixed(".travis.yml", text);
        assert_eq!(
            mended.text,
            "language: python # the one\n\nscript: make   # all\nos: linux\n"
        );
        let told = mended.applied.iter();
        let told: Vec<_> = told
            .map(|one| format!("{} {} {}", one.at, one.from, one.to))
            .collect();
        assert!(
            told.contains(&"1:1 langauge language".to_owned()),
            "{told:?}"
        );
        assert_eq!(fixed(".travis.yml", &mended.text).applied, []);
    }

    #[test]
    fn a_name_that_is_taken_is_not_given_twice() {
        let text = "matrix:\n  include:\n  - script: a\njobs:\n  include:\n  - script: b\n";
        assert_eq!(fixed(".travis.yml", text).text, text);
    }

    #[test]
    fn a_guess_at_an_unknown_value_is_left_to_people() {
        let text = "language: pyhton\nscript: make\n";
        assert_eq!(fixed(".ci.yml", text).text, text);
    }

    #[test]
    fn what_is_no_yaml_stays() {
        let text = "script: [make\nos: Linux\n";
        assert_eq!(fixed(".ci.yml", text).text, text);
    }
}
