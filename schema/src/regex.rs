//! Patterns that users write: Ruby's regular expressions, with limits.
//!
//! Conditions (`branch =~ …`) and branch filters (`/…/`) use them. The engine is `fancy-regex`;
//! `translate` says in its words what a pattern means in Ruby. `^` and `$` match at every
//! line. No pattern runs without end: its length, its compiled size, the text and the steps
//! back are bounded (threat T26), and so is what all patterns of a config cost (threat T24).

mod patterns;
#[cfg(test)]
mod tests;
mod translate;

pub use patterns::{Exhausted, Patterns, SearchError};

use std::cell::RefCell;

use fancy_regex::{CompileError, Error, Regex, RegexBuilder, RuntimeError};
use translate::translate;

/// The longest pattern, in bytes.
pub const MAX_PATTERN: usize = 8 * 1024;
/// The longest text that is searched, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// How often the engine may step back and try another way in one search.
pub const MAX_BACKTRACKS: usize = 1_000_000;
/// The most work of one search that steps back: steps, times the text's and the pattern's length.
/// At each step the engine may look through all of the text once for each part of the pattern,
/// so a million steps are little for a branch name and minutes for a long commit message.
const SEARCH_WORK: u64 = 4_000_000_000;
/// Shorter patterns count as much as one of this length.
const TYPICAL_PATTERN: usize = 40;
/// Shorter texts count as much as one of this length.
const TYPICAL_TEXT: usize = 100;
/// What compiling costs for each byte of the compiled pattern, in the same measure.
const COMPILING: u64 = 600;
/// What a search without steps back costs for each byte of the text and of the compiled pattern:
/// at worst the engine goes through all of its states at each byte.
const READING: u64 = 2;

/// How large a compiled pattern may become: what it takes is not told, so the smallest size that is
/// enough is found by trying.
#[derive(Debug)]
struct Size {
    /// Approximate bytes.
    bytes: usize,
    /// Instructions, where it needs backtracking.
    instructions: usize,
}

const SIZES: [Size; 4] = [
    Size {
        bytes: 2 * 1024,
        instructions: 100,
    },
    Size {
        bytes: 8 * 1024,
        instructions: 500,
    },
    Size {
        bytes: 64 * 1024,
        instructions: 5_000,
    },
    Size {
        bytes: 512 * 1024,
        instructions: 50_000,
    },
];

/// How many bytes the engine may use to remember where it was.
const CACHE: usize = 32 * 1024;
/// The fewest steps that a search is first tried with: enough for most names, so that a pattern is
/// compiled once for all of them.
const FEW_STEPS: usize = 256;

/// A compiled pattern. It matches anywhere in a text unless it is anchored.
#[derive(Debug)]
struct Pattern {
    regex: Regex,
    /// The approximate size of the compiled form.
    size: &'static Size,
    /// For a pattern that needs stepping back; others take linear time.
    backtracking: Option<Backtracking>,
}

/// What a pattern that needs stepping back is compiled from again: how many steps it may take is
/// part of the compiled form.
#[derive(Debug)]
struct Backtracking {
    /// The pattern in the engine's syntax.
    translated: String,
    /// The form compiled last, and the steps that it may take.
    last: RefCell<Option<(usize, Regex)>>,
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
    /// The patterns before it have used up what a config may cost.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
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
    /// The searches before it have used up what a config may cost.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
}

impl Pattern {
    /// Compiles a pattern in Ruby's syntax, without the slashes around it.
    ///
    /// # Errors
    /// When it is invalid or beyond a limit.
    fn compile(pattern: &str, budget: &Patterns) -> Result<Self, PatternError> {
        if pattern.len() > MAX_PATTERN {
            return Err(PatternError::TooLong {
                length: pattern.len(),
            });
        }
        let translated = translate(pattern);
        for size in &SIZES {
            budget.spend(compiling(size))?;
            match build(&translated, size.bytes, 0, 0) {
                Ok(regex) => {
                    return Ok(Self {
                        regex,
                        size,
                        backtracking: None,
                    });
                }
                Err(error) if outgrown(&error) => {}
                Err(_) => break,
            }
        }
        let mut refused = None;
        for size in &SIZES {
            budget.spend(compiling(size))?;
            match build(&translated, size.bytes, size.instructions, MAX_BACKTRACKS) {
                Ok(regex) => {
                    return Ok(Self {
                        regex,
                        size,
                        backtracking: Some(Backtracking {
                            translated,
                            last: RefCell::default(),
                        }),
                    });
                }
                Err(error) => {
                    let again = outgrown(&error) || needs_instructions(&error);
                    refused = Some(refusal(pattern, &error));
                    if !again {
                        break;
                    }
                }
            }
        }
        Err(refused.unwrap_or(PatternError::TooBig {
            pattern: pattern.to_owned(),
        }))
    }

    /// The approximate size in bytes of all that is kept of it.
    fn size(&self) -> usize {
        let forms = if self.backtracking.is_some() { 2 } else { 1 };
        forms * (self.size.bytes + CACHE)
    }

    /// Whether the pattern matches somewhere in a text.
    ///
    /// # Errors
    /// When the search is beyond a limit.
    fn search(&self, text: &str, budget: &Patterns) -> Result<bool, MatchError> {
        let length = text.len();
        if length > MAX_TEXT {
            return Err(MatchError::TextTooLong { length });
        }
        let Some(backtracking) = &self.backtracking else {
            budget.spend(READING * measure(length) * measure(self.size.bytes))?;
            return self
                .regex
                .is_match(text)
                .map_err(|_| MatchError::TooManySteps);
        };
        let each = step(length, backtracking.translated.len());
        let allowed = allowed_steps(each);
        if allowed < length {
            return Err(MatchError::TextTooLong { length });
        }
        // How many steps a search took is not told: few are tried first, then all.
        for steps in [few_steps(length).min(allowed), allowed] {
            budget.spend(each.saturating_mul(measure(steps)))?;
            match self.stepping(backtracking, steps, text, budget)? {
                Ok(answer) => return Ok(answer),
                Err(Error::RuntimeError(RuntimeError::BacktrackLimitExceeded))
                    if steps < allowed => {}
                Err(_) => break,
            }
        }
        Err(MatchError::TooManySteps)
    }

    /// Searches with a limit on steps; a form with that limit is compiled where there is none.
    fn stepping(
        &self,
        backtracking: &Backtracking,
        steps: usize,
        text: &str,
        budget: &Patterns,
    ) -> Result<Result<bool, Error>, Exhausted> {
        if steps == MAX_BACKTRACKS {
            return Ok(self.regex.is_match(text));
        }
        let mut last = backtracking.last.borrow_mut();
        if let Some((limit, regex)) = &*last
            && *limit == steps
        {
            return Ok(regex.is_match(text));
        }
        budget.spend(compiling(self.size))?;
        let Size {
            bytes,
            instructions,
        } = *self.size;
        Ok(
            build(&backtracking.translated, bytes, instructions, steps).and_then(|regex| {
                let (_, regex) = last.insert((steps, regex));
                regex.is_match(text)
            }),
        )
    }
}

/// The work of compiling a pattern of a size.
fn compiling(size: &Size) -> u64 {
    COMPILING * measure(size.bytes)
}

/// How many steps are tried first: the same for texts of about the same length.
fn few_steps(text: usize) -> usize {
    (2 * text + 100).next_power_of_two().max(FEW_STEPS)
}

fn measure(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

/// The work of one step back.
fn step(text: usize, pattern: usize) -> u64 {
    measure(text.max(TYPICAL_TEXT)) * measure(pattern.max(TYPICAL_PATTERN))
}

/// How many steps of that much work a search may take.
fn allowed_steps(each: u64) -> usize {
    let steps = usize::try_from(SEARCH_WORK / each).unwrap_or(usize::MAX);
    steps.min(MAX_BACKTRACKS)
}

fn outgrown(error: &Error) -> bool {
    matches!(error, Error::CompileError(reason)
        if matches!(reason.as_ref(), CompileError::InnerError(inner) if inner.size_limit().is_some()))
}

fn needs_instructions(error: &Error) -> bool {
    matches!(error, Error::CompileError(reason)
        if matches!(reason.as_ref(), CompileError::PatternTooComplex))
}

/// Compiles a translated pattern. One that needs no stepping back needs no instructions.
fn build(
    translated: &str,
    bytes: usize,
    instructions: usize,
    steps: usize,
) -> Result<Regex, Error> {
    RegexBuilder::new(translated)
        .multi_line(true)
        .oniguruma_mode(true)
        .ignore_numbered_groups_when_named_groups_exist(true)
        .backtrack_limit(steps)
        .delegate_size_limit(bytes)
        .delegate_dfa_size_limit(CACHE)
        .delegate_dfa_skip_cache_capacity_check(false)
        .max_prog_size(instructions)
        .build()
}

fn refusal(pattern: &str, error: &Error) -> PatternError {
    let pattern = pattern.to_owned();
    if outgrown(error) || needs_instructions(error) {
        return PatternError::TooBig { pattern };
    }
    let reason = match error {
        Error::ParseError(_, reason) => reason.to_string(),
        Error::CompileError(reason) => match reason.as_ref() {
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
