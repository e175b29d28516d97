//! Patterns that users write: Ruby's regular expressions, with limits.
//!
//! Conditions (`branch =~ …`) and branch filters (`/…/`) use them. The engine is `fancy-regex`;
//! `translate` says in its words what a pattern means in Ruby. `^` and `$` match at every
//! line. No pattern runs without end: its length, its compiled size, the text and the steps
//! back are bounded (threat T26).

mod translate;

use fancy_regex::{CompileError, Error, Regex, RegexBuilder};
use translate::translate;

/// The longest pattern, in bytes.
pub const MAX_PATTERN: usize = 8 * 1024;
/// The longest text that is searched, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// How often the engine may step back and try another way in one search.
pub const MAX_BACKTRACKS: usize = 1_000_000;
/// The size of a compiled pattern in bytes, approximately.
const MAX_COMPILED: usize = 512 * 1024;
/// The size of a compiled pattern that needs backtracking, in instructions.
const MAX_INSTRUCTIONS: usize = 50_000;
/// The most work of one search that steps back: steps, times the text's and the pattern's length.
/// At each step the engine may look through all of the text once for each part of the pattern,
/// so a million steps are little for a branch name and minutes for a long commit message.
const MAX_WORK: usize = 4_000_000_000;
/// Patterns shorter than this are allowed as much work as one of this length.
const TYPICAL_PATTERN: usize = 40;

/// A compiled pattern. It matches anywhere in a text unless it is anchored.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    /// The pattern in the engine's syntax, where it needs stepping back; others take linear time.
    backtracking: Option<String>,
}

/// Why a pattern cannot be used at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is longer than [`MAX_PATTERN`].
    #[error("the pattern is too long ({length} bytes, at most {MAX_PATTERN})")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// It would take too much memory, as `(a{1000}){1000}` does.
    #[error("the pattern /{pattern}/ exceeds the size limit; use smaller repetitions")]
    TooBig {
        /// The pattern as written.
        pattern: String,
    },
    /// It is no regular expression.
    #[error("the pattern /{pattern}/ is invalid: {reason}")]
    Invalid {
        /// The pattern as written.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a search was given up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// It took more than [`MAX_BACKTRACKS`] steps back.
    #[error("the pattern takes too many steps; avoid repetitions inside of repetitions")]
    TooManySteps,
    /// The text is longer than [`MAX_TEXT`].
    /// The limit is lower for patterns that need stepping back, as look-around does.
    #[error("the text is too long for this pattern ({length} bytes)")]
    TextTooLong {
        /// Its length in bytes.
        length: usize,
    },
}

impl Pattern {
    /// Compiles a pattern in Ruby's syntax, without the slashes around it.
    ///
    /// # Errors
    /// When it is invalid or beyond a limit.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        if pattern.len() > MAX_PATTERN {
            return Err(PatternError::TooLong {
                length: pattern.len(),
            });
        }
        let translated = translate(pattern);
        if let Ok(regex) = build(&translated, 0, 0) {
            return Ok(Self {
                regex,
                backtracking: None,
            });
        }
        match build(&translated, MAX_INSTRUCTIONS, MAX_BACKTRACKS) {
            Ok(regex) => Ok(Self {
                regex,
                backtracking: Some(translated),
            }),
            Err(error) => Err(refusal(pattern, &error)),
        }
    }

    /// Whether the pattern matches somewhere in a text.
    ///
    /// # Errors
    /// When the search is beyond a limit.
    pub fn is_match(&self, text: &str) -> Result<bool, MatchError> {
        let length = text.len();
        if length > MAX_TEXT {
            return Err(MatchError::TextTooLong { length });
        }
        let answer = match &self.backtracking {
            None => self.regex.is_match(text),
            Some(translated) => match allowed_steps(length, translated.len()) {
                steps if steps < length => return Err(MatchError::TextTooLong { length }),
                MAX_BACKTRACKS => self.regex.is_match(text),
                steps => build(translated, MAX_INSTRUCTIONS, steps)
                    .and_then(|regex| regex.is_match(text)),
            },
        };
        answer.map_err(|_| MatchError::TooManySteps)
    }
}

/// How many steps back a search may take.
fn allowed_steps(text: usize, pattern: usize) -> usize {
    let each = text.max(1).saturating_mul(pattern.max(TYPICAL_PATTERN));
    (MAX_WORK / each).min(MAX_BACKTRACKS)
}

/// Compiles a translated pattern. One that needs no stepping back needs no instructions.
fn build(translated: &str, instructions: usize, steps: usize) -> Result<Regex, Error> {
    RegexBuilder::new(translated)
        .multi_line(true)
        .oniguruma_mode(true)
        .ignore_numbered_groups_when_named_groups_exist(true)
        .backtrack_limit(steps)
        .delegate_size_limit(MAX_COMPILED)
        .delegate_dfa_skip_cache_capacity_check(false)
        .max_prog_size(instructions)
        .build()
}

fn refusal(pattern: &str, error: &Error) -> PatternError {
    let pattern = pattern.to_owned();
    let reason = match error {
        Error::ParseError(_, reason) => reason.to_string(),
        Error::CompileError(reason) => match reason.as_ref() {
            CompileError::PatternTooComplex => return PatternError::TooBig { pattern },
            CompileError::InnerError(inner) if inner.size_limit().is_some() => {
                return PatternError::TooBig { pattern };
            }
            CompileError::InnerError(inner) => inner
                .syntax_error()
                .map_or_else(|| inner.to_string(), last_line),
            other => other.to_string(),
        },
        other => other.to_string(),
    };
    PatternError::Invalid { pattern, reason }
}

/// The syntax error without its drawing of the translated pattern, which nobody wrote.
fn last_line(error: &impl ToString) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).unwrap().is_match(text).unwrap()
    }

    #[test]
    fn patterns_match_anywhere_unless_anchored() {
        assert!(matches("eat", "feature"));
        assert!(!matches("^eat", "feature"));
    }

    #[test]
    fn line_anchors_match_at_every_line() {
        assert!(matches("^second line$", "first\n\nsecond line\n"));
        assert!(!matches(r"\Asecond", "first\nsecond"));
        assert!(matches(r"line\Z", "second line\n"));
        assert!(!matches(r"line\z", "second line\n"));
    }

    #[test]
    fn the_dot_stops_at_the_end_of_a_line_unless_m_is_set() {
        assert!(!matches("a.b", "a\nb"));
        assert!(matches("(?m)a.b", "a\nb"));
        assert!(matches("(?m:a.b)", "a\nb"));
    }

    #[test]
    fn short_classes_are_ascii_and_posix_classes_are_not() {
        assert!(!matches(r"^\w$", "ä"));
        assert!(matches(r"^[[:alpha:]]$", "ä"));
        assert!(matches(r"^\h+$", "c0ffee"));
        assert!(!matches(r"^\d$", "٣"));
    }

    #[test]
    fn look_around_and_references_work() {
        assert!(matches(r"^(?!develop)", "master"));
        assert!(!matches(r"^(?!develop)", "develop"));
        assert!(matches(r"^(a|b)\1$", "bb"));
        assert!(matches(r"^(?<x>a|b)\k<x>$", "aa"));
        assert!(matches(r"^a++b", "aab"));
    }

    #[test]
    fn an_invalid_pattern_says_what_is_wrong() {
        for pattern in ["(", "*foo", "+d2$", r"\", "[", "[b-a]"] {
            let error = Pattern::new(pattern).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("the pattern /{pattern}/ is invalid: ")),
                "{error}"
            );
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_pattern_beyond_the_size_limit_is_refused() {
        let error = Pattern::new("(a{1000}){1000}").unwrap_err();
        assert!(matches!(error, PatternError::TooBig { .. }), "{error:?}");
        let error = Pattern::new(&"a".repeat(MAX_PATTERN + 1)).unwrap_err();
        assert!(matches!(error, PatternError::TooLong { .. }), "{error:?}");
    }

    #[test]
    fn a_catastrophic_pattern_ends_in_the_limit() {
        let text = format!("{}!", "a".repeat(40));
        assert_eq!(Pattern::new("^(a+)+$").unwrap().is_match(&text), Ok(false));
        let backtracking = Pattern::new("^(a|a|(?=b)b)*$").unwrap();
        assert_eq!(
            backtracking.is_match(&text),
            Err(MatchError::TooManySteps),
            "look-ahead needs backtracking"
        );
    }

    #[test]
    fn a_text_beyond_the_limit_is_refused() {
        let search =
            |pattern: &str, length| Pattern::new(pattern).unwrap().is_match(&"a".repeat(length));
        let refused = |length| Err(MatchError::TextTooLong { length });
        assert_eq!(search("a+b", MAX_TEXT), Ok(false));
        assert_eq!(search("a+b", MAX_TEXT + 1), refused(MAX_TEXT + 1));
        assert_eq!(search("^(?!b)((?!ab).)*$", 4000), Ok(true));
        assert_eq!(search("^(?!b)", MAX_TEXT), refused(MAX_TEXT));
    }

    #[test]
    fn long_texts_and_patterns_are_allowed_fewer_steps() {
        assert_eq!(allowed_steps(100, 20), MAX_BACKTRACKS);
        assert_eq!(allowed_steps(4000, 20), 25_000);
        assert_eq!(allowed_steps(4000, 400), 2_500);
    }
}
