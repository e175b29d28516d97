//! A condition's text to its tree (language reference §5).
//!
//! The grammar goes strictly forward. What was read is never given back, not even the `env` of
//! `environment` (which leaves the word `ironment`) or the `IS` of `a IS = b` (which is `a = b`).
//! Only a name such as `branch` that goes on as another word is read anew.

mod operands;

use super::expr::{Expr, ExprKind, Operand, Predicate};
use super::hints::Hints;
use super::scanner::Scanner;

/// How deep parentheses, `NOT` and calls may nest.
pub const MAX_DEPTH: usize = 100;

/// Why a text is no condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// The byte in the condition's text where reading stopped.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// Reads a condition.
///
/// # Errors
/// When the text is no condition. The reference would count such a condition as false; decision
/// 5 makes it a config error.
pub fn parse(text: &str) -> Result<Expr, ParseError> {
    let mut parser = Parser {
        scanner: Scanner::new(text),
        hints: Hints::default(),
        depth: 0,
    };
    let expr = parser.either()?;
    parser.scanner.skip_blanks();
    if parser.scanner.at_end() {
        Ok(expr)
    } else {
        Err(parser.unexpected("AND, OR or the end"))
    }
}

struct Parser {
    scanner: Scanner,
    hints: Hints,
    depth: usize,
}

type Result<T, E = ParseError> = std::result::Result<T, E>;

impl Parser {
    /// `a OR b`.
    fn either(&mut self) -> Result<Expr> {
        self.chain(Self::both, &["||", "or"], ExprKind::Or)
    }

    /// `a AND b`.
    fn both(&mut self) -> Result<Expr> {
        self.chain(Self::single, &["&&", "and"], ExprKind::And)
    }

    /// Parts with one of some words between them.
    fn chain(
        &mut self,
        part: fn(&mut Self) -> Result<Expr>,
        words: &[&str],
        join: fn(Vec<Expr>) -> ExprKind,
    ) -> Result<Expr> {
        let first = part(self)?;
        let span = first.span;
        let mut parts = Vec::new();
        loop {
            self.scanner.skip_blanks();
            if !words.iter().any(|word| self.scanner.eat_word(word)) {
                break;
            }
            parts.push(part(self)?);
        }
        let Some(last) = parts.last() else {
            return Ok(first);
        };
        let span = span.to(last.span);
        parts.insert(0, first);
        Ok(Expr {
            kind: join(parts),
            span,
        })
    }

    /// `(…)`, `NOT …` or a term.
    fn single(&mut self) -> Result<Expr> {
        self.scanner.skip_blanks();
        let start = self.scanner.position();
        if self.scanner.eat("(") {
            let mut inner = self.nested(Self::either)?;
            self.close()?;
            inner.span = self.scanner.span(start);
            Ok(inner)
        } else if self.scanner.eat_word("not") || self.scanner.eat("!") {
            let negated = self.nested(Self::single)?;
            Ok(Expr {
                span: self.scanner.span(start),
                kind: ExprKind::Not(Box::new(negated)),
            })
        } else {
            self.term(start)
        }
    }

    fn nested<T>(&mut self, part: fn(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error("the condition is nested too deeply", None));
        }
        self.depth += 1;
        let part = part(self);
        self.depth -= 1;
        part
    }

    fn close(&mut self) -> Result<()> {
        self.scanner.skip_blanks();
        if self.scanner.eat(")") {
            Ok(())
        } else {
            Err(self.unexpected(")"))
        }
    }

    /// A value, and what is asked of it.
    fn term(&mut self, start: usize) -> Result<Expr> {
        let left = self.value()?;
        let kind = self.question(left)?;
        Ok(Expr {
            kind,
            span: self.scanner.span(start),
        })
    }

    fn question(&mut self, left: Operand) -> Result<ExprKind> {
        self.scanner.skip_blanks();
        let negated = self.scanner.eat_word("not in");
        if negated || self.scanner.eat_word("in") {
            let list = self.list()?;
            return Ok(ExprKind::In {
                left,
                negated,
                list,
            });
        }
        let negated = self.scanner.eat_word("is not");
        if negated || self.scanner.eat_word("is") {
            self.scanner.skip_blanks();
            let predicates = Predicate::ALL;
            let found = predicates
                .into_iter()
                .find(|predicate| self.scanner.eat_word(predicate.as_str()));
            if let Some(predicate) = found {
                return Ok(ExprKind::Is {
                    left,
                    negated,
                    predicate,
                });
            }
            self.hints.after_is(self.scanner.position());
        }
        if self.scanner.eat("=~") || self.scanner.eat("~=") {
            let matcher = self.matcher()?;
            return Ok(ExprKind::Match {
                left,
                negated: false,
                matcher,
            });
        }
        if self.scanner.eat("!~") {
            let matcher = self.matcher()?;
            return Ok(ExprKind::Match {
                left,
                negated: true,
                matcher,
            });
        }
        let negated = self.scanner.eat("!=");
        if negated || self.scanner.eat("==") || self.scanner.eat("=") {
            let right = self.value()?;
            return Ok(ExprKind::Equal {
                left,
                negated,
                right,
            });
        }
        Ok(ExprKind::Value(left))
    }

    /// What comes next does not fit.
    fn unexpected(&self, expected: &str) -> ParseError {
        let message = format!("expected {expected}");
        match self.hints.unexpected(&self.scanner) {
            Some((better, help)) => self.error(better.unwrap_or(message), Some(help)),
            None => self.error(message, None),
        }
    }

    fn error(&self, message: impl Into<String>, help: Option<String>) -> ParseError {
        ParseError {
            offset: self.scanner.offset(),
            message: message.into(),
            help,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        match parse(text) {
            Ok(expr) => expr.to_string(),
            Err(error) => match &error.help {
                Some(help) => format!("{}: {error} ({help})", error.offset),
                None => format!("{}: {error}", error.offset),
            },
        }
    }

    #[test]
    fn not_binds_closer_than_and_and_and_closer_than_or() {
        assert_eq!(
            printed("a OR NOT b = c AND d"),
            "a OR NOT b = c AND d".to_owned()
        );
        let Ok(expr) = parse("a OR NOT b = c AND d") else {
            panic!("it is a condition");
        };
        let ExprKind::Or(parts) = expr.kind else {
            panic!("OR binds least");
        };
        assert!(matches!(parts[1].kind, ExprKind::And(_)));
    }

    #[test]
    fn words_need_no_boundary() {
        assert_eq!(printed("notag"), "NOT ag");
        assert_eq!(
            printed("branch = master android"),
            "branch = master AND roid"
        );
        assert_eq!(printed("environment"), "ironment");
        assert_eq!(printed("tag IS presentAND a"), "tag IS present AND a");
    }

    #[test]
    fn a_name_is_an_attribute_only_before_a_blank_comma_equals_parenthesis_or_end() {
        assert_eq!(printed("branch!=x"), "\"branch\" != x");
        assert_eq!(printed("branch=x"), "branch = x");
        assert_eq!(printed("BRANCH = x"), "BRANCH = x");
        assert_eq!(printed("x IN (branch,tag)"), "x IN (branch, tag)");
    }

    #[test]
    fn lists_may_end_in_a_comma_but_not_be_empty() {
        assert_eq!(printed("a IN (b, c,)"), "a IN (b, c)");
        assert_eq!(printed("a IN ()"), "6: expected at least one value");
        assert_eq!(
            printed("a IN (b,,c)"),
            "8: expected , or ) (put one comma between two values)"
        );
    }

    #[test]
    fn spans_are_bytes_of_the_text_as_written() {
        let text = "type = push \\\n AND (tag =~ /^v/)";
        let Ok(Expr {
            kind: ExprKind::And(parts),
            ..
        }) = parse(text)
        else {
            panic!("it is a condition");
        };
        let at = |span: crate::source::Span| &text[span.start as usize..span.end as usize];
        assert_eq!(at(parts[0].span), "type = push");
        assert_eq!(at(parts[1].span), "(tag =~ /^v/)");
        let ExprKind::Match { matcher, .. } = &parts[1].kind else {
            panic!("it is a match");
        };
        assert_eq!(at(matcher.span), "/^v/");
    }

    #[test]
    fn nesting_is_limited() {
        for deep in ["(", "not ", "!", "env("] {
            let error = parse(&deep.repeat(10_000)).unwrap_err();
            assert_eq!(error.message, "the condition is nested too deeply");
        }
        assert!(parse(&format!("a{}", " and a".repeat(10_000))).is_ok());
    }
}
