//! A tree back to text that parses to the same tree.

use super::data::Attribute;
use super::expr::{Expr, ExprKind, Function, Matcher, MatcherKind, Operand, OperandKind};
use super::scanner::{Scanner, is_blank, slashed};
use std::fmt::{self, Display, Formatter};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Or(parts) => joined(f, parts, " OR ", |part| {
                matches!(part.kind, ExprKind::Or(_))
            }),
            ExprKind::And(parts) => joined(f, parts, " AND ", is_joined),
            ExprKind::Not(inner) => {
                f.write_str("NOT ")?;
                part(f, inner, is_joined(inner))
            }
            ExprKind::Value(value) => value.fmt(f),
            ExprKind::Equal {
                left,
                negated,
                right,
            } => {
                let sign = if *negated { "!=" } else { "=" };
                write!(f, "{left} {sign} {right}")
            }
            ExprKind::Match {
                left,
                negated,
                matcher,
            } => {
                let sign = if *negated { "!~" } else { "=~" };
                write!(f, "{left} {sign} {matcher}")
            }
            ExprKind::In {
                left,
                negated,
                list,
            } => {
                let not = if *negated { "NOT " } else { "" };
                write!(f, "{left} {not}IN ({})", List(list))
            }
            ExprKind::Is {
                left,
                negated,
                predicate,
            } => {
                let not = if *negated { "NOT " } else { "" };
                write!(f, "{left} IS {not}{}", predicate.as_str())
            }
        }
    }
}

fn is_joined(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Or(_) | ExprKind::And(_))
}

fn joined(
    f: &mut Formatter<'_>,
    parts: &[Expr],
    word: &str,
    needs_parentheses: fn(&Expr) -> bool,
) -> fmt::Result {
    for (index, inner) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        part(f, inner, needs_parentheses(inner))?;
    }
    Ok(())
}

fn part(f: &mut Formatter<'_>, expr: &Expr, parentheses: bool) -> fmt::Result {
    if parentheses {
        write!(f, "({expr})")
    } else {
        expr.fmt(f)
    }
}

struct List<'a>(&'a [Operand]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            operand.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            OperandKind::Attribute(attribute) => f.write_str(attribute.as_str()),
            OperandKind::Literal(text) if is_word(text) => f.write_str(text),
            OperandKind::Literal(text) if text.contains('"') => write!(f, "'{text}'"),
            OperandKind::Literal(text) => write!(f, "\"{text}\""),
            OperandKind::Call {
                function,
                arguments,
            } => write!(f, "{}({})", function.as_str(), List(arguments)),
        }
    }
}

/// Whether a text without quotes reads as itself, wherever a value may stand.
fn is_word(text: &str) -> bool {
    let starts_with_word = |word: &str| Scanner::new(text).starts_with_word(word);
    !text.is_empty()
        && !text.starts_with('$')
        && !text.ends_with('\\')
        && !text.contains(|next| is_blank(next) || "()\"',=!".contains(next))
        && Attribute::from_name(text).is_none()
        && !starts_with_word("not")
        && !Function::ALL
            .iter()
            .any(|function| starts_with_word(function.as_str()))
}

impl Display for Matcher {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            MatcherKind::Call(call) => call.fmt(f),
            MatcherKind::Pattern(pattern) => f.write_str(&written(pattern)),
        }
    }
}

/// The plainest way of writing a pattern that reads as it, whatever follows. A slash can only
/// stand in a bare one; `env` in front of a bare one is lost when read, so it keeps another
/// `env` from being lost.
fn written(pattern: &str) -> String {
    let mut candidates = [
        pattern.to_owned(),
        format!("/{pattern}/"),
        format!("{pattern}/"),
        format!("env{pattern}"),
        format!("env{pattern}/"),
    ]
    .into_iter();
    candidates
        .find(|candidate| reads_as(candidate, pattern))
        .unwrap_or_else(|| format!("/{pattern}/"))
}

fn reads_as(candidate: &str, pattern: &str) -> bool {
    let mut scanner = Scanner::new(candidate);
    let functions = Function::ALL;
    let in_front = functions
        .iter()
        .any(|function| scanner.eat_word(function.as_str()));
    if in_front && scanner.rest().starts_with('(') {
        return false;
    }
    // A slash at the start that none closes would look for one in what follows.
    let open = scanner.rest().starts_with('/') && slashed(scanner.rest()).is_none();
    !open && scanner.take_pattern().as_deref() == Some(pattern) && scanner.at_end()
}

#[cfg(test)]
mod tests {
    use crate::condition::parse;

    #[test]
    fn conditions_print_in_one_plain_form() {
        for (text, printed) in [
            ("a=b", "a = b"),
            ("(a || b)&&!(c && d)", "(a OR b) AND NOT (c AND d)"),
            ("a and (b and c)", "a AND (b AND c)"),
            ("branch = 'branch'", "branch = \"branch\""),
            ("'x \"y\"' = \"it's\"", "'x \"y\"' = \"it's\""),
            ("Env ( A ) ~= /a b/", "env(A) =~ /a b/"),
            ("a !~ /^x/", "a !~ ^x"),
            ("a =~ /^(x|y)/", "a =~ /^(x|y)/"),
            ("a =~ ^x/y", "a =~ ^x/y"),
            ("a =~ /environment/", "a =~ /environment/"),
            ("a is NOT Blank", "a IS NOT blank"),
            ("a = notes", "a = \"notes\""),
        ] {
            let expr = parse(text).unwrap();
            assert_eq!(expr.to_string(), printed);
            assert_eq!(parse(printed).unwrap(), expr, "{printed}");
        }
    }
}
