//! Why a condition holds or does not.

use super::data::Data;
use super::eval::EvalError;
use super::expr::{Expr, ExprKind, MatcherKind, Operand, OperandKind};
use super::value::Value;
use crate::regex::Patterns;
use crate::source::Span;
use std::fmt::{self, Display, Formatter};

/// An answer with its reasons. Prints as one line, e.g. `branch = master is false: branch is "dev"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Whether the condition holds.
    pub holds: bool,
    /// The parts that decided: at least one, and of many the first.
    pub because: Vec<Fact>,
    /// How many more parts decided.
    pub more: usize,
}

/// A part of a condition that decided the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The part, printed; cut where it is long.
    pub part: String,
    /// Its bytes in the condition's text.
    pub span: Span,
    /// Whether it holds.
    pub holds: bool,
    /// The operands that are no literals with the values they had, as shown, each once; of many
    /// the first.
    pub seen: Vec<(String, String)>,
}

/// How many parts are named, and how many values of each.
const NAMED: usize = 5;
/// How many characters are shown of a value.
const LONGEST_VALUE: usize = 60;
/// How many characters are shown of a part.
const LONGEST_PART: usize = 200;

/// Evaluates a condition and says which parts decided: of an `AND` the first false part, or all
/// when it holds; of an `OR` the first true part, or all when none holds.
///
/// # Errors
/// As [`Expr::eval`].
pub fn explain(expr: &Expr, data: &Data, patterns: &Patterns) -> Result<Explanation, EvalError> {
    match &expr.kind {
        ExprKind::Or(parts) => joined(parts, data, patterns, true),
        ExprKind::And(parts) => joined(parts, data, patterns, false),
        ExprKind::Not(inner) if is_compound(inner) => {
            let inner = explain(inner, data, patterns)?;
            Ok(Explanation {
                holds: !inner.holds,
                ..inner
            })
        }
        _ => {
            let holds = expr.eval(data, patterns)?;
            let mut seen = Seen::of_a_part();
            look(expr, data, patterns, &mut seen)?;
            let seen = seen.values;
            let fact = Fact {
                part: cut(&expr.to_string(), LONGEST_PART),
                span: expr.span,
                holds,
                seen,
            };
            Ok(Explanation {
                holds,
                because: vec![fact],
                more: 0,
            })
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
fn joined(
    parts: &[Expr],
    data: &Data,
    patterns: &Patterns,
    deciding: bool,
) -> Result<Explanation, EvalError> {
    let mut all = Explanation {
        holds: !deciding,
        because: Vec::new(),
        more: 0,
    };
    for part in parts {
        let one = explain(part, data, patterns)?;
        if one.holds == deciding {
            return Ok(one);
        }
        all.more += one.more;
        for fact in one.because {
            if all.because.len() < NAMED {
                all.because.push(fact);
            } else {
                all.more += 1;
            }
        }
    }
    Ok(all)
}

/// Adds the values that a part without `AND` and `OR` looks at.
fn look(expr: &Expr, data: &Data, patterns: &Patterns, seen: &mut Seen) -> Result<(), EvalError> {
    let mut see = |operand: &Operand| see(operand, data, patterns, seen);
    match &expr.kind {
        ExprKind::Or(parts) | ExprKind::And(parts) => parts
            .iter()
            .try_for_each(|part| look(part, data, patterns, seen)),
        ExprKind::Not(inner) => look(inner, data, patterns, seen),
        ExprKind::Equal { left, right, .. } => {
            see(left)?;
            see(right)
        }
        ExprKind::Match { left, matcher, .. } => {
            see(left)?;
            match &matcher.kind {
                MatcherKind::Pattern(_) => Ok(()),
                MatcherKind::Call(call) => see(call),
            }
        }
        ExprKind::In { left, list, .. } => {
            see(left)?;
            list.iter().try_for_each(see)
        }
        ExprKind::Value(left) | ExprKind::Is { left, .. } => see(left),
    }
}

fn see(
    operand: &Operand,
    data: &Data,
    patterns: &Patterns,
    seen: &mut Seen,
) -> Result<(), EvalError> {
    let wanted = seen.values.len() < seen.most && seen.looks > 0;
    if wanted && !matches!(operand.kind, OperandKind::Literal(_)) {
        seen.looks -= 1;
        let name = cut(&operand.to_string(), LONGEST_PART);
        if !seen.values.iter().any(|(known, _)| *known == name) {
            let value = shown(&operand.eval(data, patterns)?);
            seen.values.push((name, value));
        }
    }
    Ok(())
}

/// Values that were looked at.
struct Seen {
    /// Each once, by its operand.
    values: Vec<(String, String)>,
    /// How many there may be.
    most: usize,
    /// How many operands may be looked at.
    looks: usize,
}

impl Seen {
    fn of_a_part() -> Self {
        Self {
            values: Vec::new(),
            most: NAMED,
            looks: usize::MAX,
        }
    }
}

/// The operands of a whole condition that are no literals, with their values as shown; of many the
/// first. One without a value ends the search.
pub(super) fn values(expr: &Expr, data: &Data, patterns: &Patterns) -> Vec<(String, String)> {
    let mut seen = Seen {
        most: 2 * NAMED,
        looks: 20 * NAMED,
        ..Seen::of_a_part()
    };
    // It was answered before: what fails here was not needed for the answer.
    let _ = look(expr, data, patterns, &mut seen);
    seen.values
}

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, fact) in self.because.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            fact.fmt(f)?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

impl Display for Fact {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.part, self.holds)?;
        for (index, (name, value)) in self.seen.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { ", " })?;
            write!(f, "{name} is {value}")?;
        }
        if self.seen.is_empty() {
            f.write_str(": it compares nothing with the build")?;
        }
        Ok(())
    }
}

/// A value in one line: texts quoted, long ones cut.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "not set".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Sealed => "[secure]".to_owned(),
        Value::Str(text) => match text.char_indices().nth(LONGEST_VALUE) {
            None => format!("{text:?}"),
            Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        },
    }
}

/// The start of a text that is longer than that many characters.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
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
        let explanation = explain(&parse(text).unwrap(), &data, &Patterns::default()).unwrap();
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
    fn all_values_of_a_condition_are_listed_once_and_of_many_the_first() {
        let mut data = Data::default();
        data.set(Attribute::Branch, "dev");
        data.push_env_text("A=1");
        let all = |text: &str| values(&parse(text).unwrap(), &data, &Patterns::default());
        let seen = all("tag IS present AND (branch = x OR branch = env(A))");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            seen,
            [
                pair("tag", "not set"),
                pair("branch", "\"dev\""),
                pair("env(A)", "\"1\"")
            ]
        );
        let many: Vec<_> = (0..5_000).map(|number| format!("env(A{number})")).collect();
        let seen = all(&format!("branch IN ({})", many.join(", ")));
        assert_eq!(seen.len(), 2 * NAMED);
    }

    #[test]
    fn a_part_that_asks_nothing_says_so() {
        assert_eq!(
            why("false"),
            "false: false is false: it compares nothing with the build"
        );
    }

    #[test]
    fn of_many_parts_the_first_are_named() {
        let shown = why(&["branch = x"; 20].join(" OR "));
        assert_eq!(shown.matches("branch is").count(), NAMED);
        assert!(shown.ends_with("; and 15 more"), "{shown}");
        let shown = why(&format!("branch IN ({})", ["env(A)"; 5_000].join(", ")));
        assert!(shown.len() < 400, "{shown}");
    }
}
