//! Why a condition holds or does not.

use super::data::Data;
use super::eval::EvalError;
use super::expr::{Expr, ExprKind, MatcherKind, Operand, OperandKind};
use super::value::Value;
use crate::source::Span;
use std::fmt::{self, Display, Formatter};

/// An answer with its reasons. Prints as one line, e.g. `branch = master is false: branch is "dev"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Whether the condition holds.
    pub holds: bool,
    /// The parts that decided; at least one.
    pub because: Vec<Fact>,
}

/// A part of a condition that decided the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The part, printed.
    pub part: String,
    /// Its bytes in the condition's text.
    pub span: Span,
    /// Whether it holds.
    pub holds: bool,
    /// The operands that are no literals with the values they had, each once.
    pub seen: Vec<(String, Value)>,
}

/// Evaluates a condition and says which parts decided: of an `AND` the first false part, or all
/// when it holds; of an `OR` the first true part, or all when none holds.
///
/// # Errors
/// As [`Expr::eval`].
pub fn explain(expr: &Expr, data: &Data) -> Result<Explanation, EvalError> {
    let holds = expr.eval(data)?;
    let mut because = Vec::new();
    decide(expr, data, &mut because)?;
    Ok(Explanation { holds, because })
}

/// Adds the deciding parts of an expression.
fn decide(expr: &Expr, data: &Data, facts: &mut Vec<Fact>) -> Result<(), EvalError> {
    match &expr.kind {
        ExprKind::Or(parts) => decide_joined(parts, data, true, facts),
        ExprKind::And(parts) => decide_joined(parts, data, false, facts),
        ExprKind::Not(inner) if is_compound(inner) => decide(inner, data, facts),
        _ => {
            let mut seen = Vec::new();
            look(expr, data, &mut seen)?;
            facts.push(Fact {
                part: expr.to_string(),
                span: expr.span,
                holds: expr.eval(data)?,
                seen,
            });
            Ok(())
        }
    }
}

fn is_compound(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Or(_) | ExprKind::And(_) => true,
        ExprKind::Not(inner) => is_compound(inner),
        _ => false,
    }
}

/// Of parts the first with the deciding answer; all of them when none has it.
fn decide_joined(
    parts: &[Expr],
    data: &Data,
    deciding: bool,
    facts: &mut Vec<Fact>,
) -> Result<(), EvalError> {
    for part in parts {
        if part.eval(data)? == deciding {
            return decide(part, data, facts);
        }
    }
    parts.iter().try_for_each(|part| decide(part, data, facts))
}

/// Adds the values that a part without `AND` and `OR` looks at.
fn look(expr: &Expr, data: &Data, seen: &mut Vec<(String, Value)>) -> Result<(), EvalError> {
    match &expr.kind {
        ExprKind::Or(parts) | ExprKind::And(parts) => {
            parts.iter().try_for_each(|part| look(part, data, seen))
        }
        ExprKind::Not(inner) => look(inner, data, seen),
        ExprKind::Value(value) => see(value, data, seen),
        ExprKind::Equal { left, right, .. } => {
            see(left, data, seen)?;
            see(right, data, seen)
        }
        ExprKind::Match { left, matcher, .. } => {
            see(left, data, seen)?;
            match &matcher.kind {
                MatcherKind::Pattern(_) => Ok(()),
                MatcherKind::Call(call) => see(call, data, seen),
            }
        }
        ExprKind::In { left, list, .. } => {
            see(left, data, seen)?;
            list.iter().try_for_each(|value| see(value, data, seen))
        }
        ExprKind::Is { left, .. } => see(left, data, seen),
    }
}

fn see(operand: &Operand, data: &Data, seen: &mut Vec<(String, Value)>) -> Result<(), EvalError> {
    if !matches!(operand.kind, OperandKind::Literal(_)) {
        let name = operand.to_string();
        if !seen.iter().any(|(known, _)| *known == name) {
            seen.push((name, operand.eval(data)?));
        }
    }
    Ok(())
}

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, fact) in self.because.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            fact.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Fact {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.part, self.holds)?;
        for (index, (name, value)) in self.seen.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { ", " })?;
            write!(f, "{name} is {}", Shown(value))?;
        }
        if self.seen.is_empty() {
            f.write_str(": it compares nothing with the build")?;
        }
        Ok(())
    }
}

/// A value in one line: texts quoted, long ones cut.
struct Shown<'a>(&'a Value);

const LONGEST: usize = 60;

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("not set"),
            Value::Bool(value) => value.fmt(f),
            Value::Sealed => f.write_str("[secure]"),
            Value::Str(text) if text.chars().count() <= LONGEST => write!(f, "{text:?}"),
            Value::Str(text) => {
                let start: String = text.chars().take(LONGEST).collect();
                write!(f, "{start:?}…")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::{Attribute, parse};

    fn why(text: &str) -> String {
        let mut data = Data::default();
        data.set(Attribute::Type, "push");
        data.set(Attribute::Branch, "dev");
        data.set(Attribute::CommitMessage, "long ".repeat(40));
        data.push_env_text("A=1");
        let explanation = explain(&parse(text).unwrap(), &data).unwrap();
        format!("{}: {explanation}", explanation.holds)
    }

    #[test]
    fn the_first_false_part_of_an_and_decides() {
        assert_eq!(
            why("type = push AND branch = master AND tag IS present"),
            r#"false: branch = master is false: branch is "dev""#
        );
    }

    #[test]
    fn all_parts_of_a_false_or_decide() {
        assert_eq!(
            why("branch = master OR tag =~ ^v"),
            r#"false: branch = master is false: branch is "dev"; tag =~ ^v is false: tag is not set"#
        );
    }

    #[test]
    fn a_negated_part_is_shown_with_its_not() {
        assert_eq!(
            why("NOT type IN (push, cron)"),
            r#"false: NOT type IN (push, cron) is false: type is "push""#
        );
        assert_eq!(
            why("NOT (type = push AND branch = dev)"),
            r#"false: type = push is true: type is "push"; branch = dev is true: branch is "dev""#
        );
    }

    #[test]
    fn values_of_calls_are_shown_and_long_ones_cut() {
        assert_eq!(
            why("env(A) = concat(type, x)"),
            r#"false: env(A) = concat(type, x) is false: env(A) is "1", concat(type, x) is "pushx""#
        );
        let shown = why("commit_message = x");
        assert!(shown.ends_with('…') && shown.len() < 140, "{shown}");
    }

    #[test]
    fn a_part_that_asks_nothing_says_so() {
        assert_eq!(
            why("false"),
            "false: false is false: it compares nothing with the build"
        );
    }
}
