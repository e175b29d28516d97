//! The patterns of one config: each compiled once, and all within one budget of work (threat T24).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::{MatchError, Pattern, PatternError, SEARCH_WORK};

/// What all searches and conditions of a config may cost together: twice what one search may.
const MAX_WORK: u64 = 2 * SEARCH_WORK;
/// How many bytes of compiled patterns and searched texts are kept.
const MAX_KEPT: usize = 4 * 1024 * 1024;

/// The budget of a config is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("all conditions together cost too much; use fewer of them, or simpler patterns")]
pub struct Exhausted;

/// What the patterns and conditions of a config share: compiled patterns, answers, and a budget.
#[derive(Debug)]
pub struct Patterns {
    left: Cell<u64>,
    known: RefCell<HashMap<String, Known>>,
    kept: Cell<usize>,
    /// The text searched last; many patterns are held against the same.
    text: RefCell<Rc<str>>,
}

#[derive(Debug)]
struct Known {
    pattern: Rc<Pattern>,
    /// The text searched last, and whether it has a match.
    answer: Option<(Rc<str>, bool)>,
}

impl Default for Patterns {
    /// Nothing compiled, and the whole budget.
    fn default() -> Self {
        Self {
            left: Cell::new(MAX_WORK),
            known: RefCell::default(),
            kept: Cell::default(),
            text: RefCell::new(Rc::from("")),
        }
    }
}

impl Patterns {
    /// Takes work from the budget.
    ///
    /// # Errors
    /// When less is left; the rest is gone then.
    pub fn spend(&self, work: u64) -> Result<(), Exhausted> {
        let left = self.left.get().checked_sub(work);
        self.left.set(left.unwrap_or_default());
        left.map(|_| ()).ok_or(Exhausted)
    }

    /// Finds out whether a pattern can be used.
    ///
    /// # Errors
    /// When it is invalid, or beyond a limit.
    pub fn check(&self, pattern: &str) -> Result<(), PatternError> {
        self.compiled(pattern).map(|_| ())
    }

    /// Whether a pattern matches somewhere in a text.
    ///
    /// # Errors
    /// When the pattern cannot be used, or the search is beyond a limit.
    pub fn is_match(&self, pattern: &str, text: &str) -> Result<bool, SearchError> {
        let compiled = self.compiled(pattern)?;
        let text = self.shared(text);
        if let Some(known) = self.known.borrow().get(pattern)
            && let Some((searched, answer)) = &known.answer
            && *searched == text
        {
            return Ok(*answer);
        }
        let answer = compiled.search(&text, self)?;
        if let Some(known) = self.known.borrow_mut().get_mut(pattern) {
            known.answer = Some((text, answer));
        }
        Ok(answer)
    }

    fn compiled(&self, pattern: &str) -> Result<Rc<Pattern>, PatternError> {
        if let Some(known) = self.known.borrow().get(pattern) {
            return Ok(known.pattern.clone());
        }
        let compiled = Rc::new(Pattern::compile(pattern, self)?);
        self.keep(pattern.len() + compiled.size());
        let known = Known {
            pattern: compiled.clone(),
            answer: None,
        };
        self.known.borrow_mut().insert(pattern.to_owned(), known);
        Ok(compiled)
    }

    /// The text as the one searched last, where it is the same.
    fn shared(&self, text: &str) -> Rc<str> {
        let mut last = self.text.borrow_mut();
        if **last != *text {
            *last = Rc::from(text);
            self.keep(text.len());
        }
        last.clone()
    }

    /// Makes room for more bytes.
    fn keep(&self, bytes: usize) {
        let kept = self.kept.get() + bytes;
        if kept > MAX_KEPT {
            self.known.borrow_mut().clear();
            self.kept.set(bytes);
        } else {
            self.kept.set(kept);
        }
    }
}

/// Why a search has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// The pattern cannot be used.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The search was given up.
    #[error(transparent)]
    Match(#[from] MatchError),
}

impl SearchError {
    /// Whether the budget is used up, so that nothing else is searched either.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        matches!(
            self,
            Self::Pattern(PatternError::Exhausted(_)) | Self::Match(MatchError::Exhausted(_))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_patterns_that_end_in_time_one_by_one_exhaust_the_budget_together() {
        let patterns = Patterns::default();
        let text = "a".repeat(2_000);
        let answers = (0..1_000).map(|n| patterns.is_match(&format!("^(?!b)(a?){{9}}c{n}"), &text));
        let failed = answers.into_iter().find_map(Result::err);
        assert_eq!(failed, Some(MatchError::Exhausted(Exhausted).into()));
    }

    #[test]
    fn many_patterns_exhaust_the_budget_by_being_compiled() {
        let patterns = Patterns::default();
        let checks = (0..10_000).map(|n| patterns.check(&format!("^v{n}")));
        let failed = checks.into_iter().find_map(Result::err);
        assert_eq!(failed, Some(PatternError::Exhausted(Exhausted)));
    }

    #[test]
    fn the_same_question_costs_once() {
        let patterns = Patterns::default();
        let text = "a".repeat(2_000);
        assert_eq!(patterns.is_match("^(?!b)a*c", &text), Ok(false));
        let left = patterns.left.get();
        assert_eq!(patterns.is_match("^(?!b)a*c", &text), Ok(false));
        assert_eq!(patterns.left.get(), left);
        assert_eq!(patterns.is_match("^(?!b)a*c", "ac"), Ok(true));
        assert!(patterns.left.get() < left);
    }

    #[test]
    fn a_pattern_is_compiled_once_for_texts_of_about_the_same_length_and_else_for_its_price() {
        let patterns = Patterns::default();
        let cost = |text: &str| {
            let before = patterns.left.get();
            assert_eq!(patterns.is_match(r"(?!x)\w{9}zz", text), Ok(false));
            before - patterns.left.get()
        };
        let (name, long) = ("a".repeat(40), "a ".repeat(150));
        cost("push");
        let known = [cost(&name), cost("push"), cost(&name)];
        assert_eq!(known[0], known[1], "no more than the search");
        assert_eq!(known[0], known[2], "no more than the search");
        let compiling = super::super::compiling(&super::super::SIZES[0]);
        assert!(cost(&long) >= compiling);
        assert_eq!(cost(&name), known[0] + compiling, "compiled again");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let patterns = Patterns::default();
        for n in 0..200 {
            let text = format!("{n}{}", "a".repeat(60_000));
            let _ = patterns.is_match("a", &text);
            assert!(patterns.kept.get() <= MAX_KEPT);
        }
    }
}
