//! What a condition answers for one build.

use super::data::Data;
use super::expr::{
    Expr, ExprKind, Function, Matcher, MatcherKind, Operand, OperandKind, Predicate,
};
use super::value::Value;
use crate::regex::{MatchError, Pattern, PatternError};
use crate::source::Span;

/// Why a condition has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct EvalError {
    /// The part that failed, as bytes of the condition's text.
    pub span: Span,
    /// What is wrong with it.
    pub kind: EvalErrorKind,
}

/// What keeps a condition from an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalErrorKind {
    /// `env` has more than one argument.
    #[error("env() takes one name, not {given}; join several with AND or OR")]
    TooManyArguments {
        /// How many there are.
        given: usize,
    },
    /// The pattern cannot be used.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The search was given up.
    #[error(transparent)]
    Match(#[from] MatchError),
}

impl EvalErrorKind {
    fn at(self, span: Span) -> EvalError {
        EvalError { span, kind: self }
    }
}

impl Expr {
    /// Whether the condition holds. Parts after the deciding one are not looked at.
    ///
    /// # Errors
    /// When a part that is looked at cannot be evaluated. The reference counts that as false;
    /// decision 5 makes it a config error.
    pub fn eval(&self, data: &Data) -> Result<bool, EvalError> {
        match &self.kind {
            ExprKind::Or(parts) => any(parts, data, true),
            ExprKind::And(parts) => any(parts, data, false).map(|found| !found),
            ExprKind::Not(inner) => inner.eval(data).map(|holds| !holds),
            ExprKind::Value(value) => value.eval(data).map(|value| value.is_truthy()),
            ExprKind::Equal {
                left,
                negated,
                right,
            } => Ok(left.eval(data)?.equals(&right.eval(data)?) != *negated),
            ExprKind::Match {
                left,
                negated,
                matcher,
            } => Ok(matches(&left.eval(data)?, matcher, data)? != *negated),
            ExprKind::In {
                left,
                negated,
                list,
            } => Ok(contains(list, &left.eval(data)?, data)? != *negated),
            ExprKind::Is {
                left,
                negated,
                predicate,
            } => Ok(is(*predicate, &left.eval(data)?) != *negated),
        }
    }

    /// Finds what evaluation fails on whatever the data: a pattern that is none, a second
    /// argument of `env`. Parts that evaluation might not reach are checked too.
    ///
    /// # Errors
    /// The first such part.
    pub fn check(&self) -> Result<(), EvalError> {
        match &self.kind {
            ExprKind::Or(parts) | ExprKind::And(parts) => parts.iter().try_for_each(Self::check),
            ExprKind::Not(inner) => inner.check(),
            ExprKind::Value(value) => value.check(),
            ExprKind::Equal { left, right, .. } => left.check().and_then(|()| right.check()),
            ExprKind::Match { left, matcher, .. } => left.check().and_then(|()| matcher.check()),
            ExprKind::In { left, list, .. } => {
                left.check()?;
                list.iter().try_for_each(Operand::check)
            }
            ExprKind::Is { left, .. } => left.check(),
        }
    }
}

impl Operand {
    /// The operand's value.
    ///
    /// # Errors
    /// When `env` has more than one argument.
    pub fn eval(&self, data: &Data) -> Result<Value, EvalError> {
        match &self.kind {
            OperandKind::Attribute(attribute) => Ok(data.get(*attribute).clone()),
            OperandKind::Literal(text) => Ok(Value::from_text(text.as_str())),
            OperandKind::Call {
                function: Function::Env,
                arguments,
            } => match arguments.as_slice() {
                [] => Ok(Value::Null),
                [name] => {
                    let name = name.eval(data)?;
                    let value = name.as_text().map(|name| data.env(&name).clone());
                    Ok(value.unwrap_or_default())
                }
                more => Err(EvalErrorKind::TooManyArguments { given: more.len() }.at(self.span)),
            },
            OperandKind::Call {
                function: Function::Concat,
                arguments,
            } => {
                let mut text = String::new();
                for argument in arguments {
                    text.push_str(&argument.eval(data)?.as_text().unwrap_or_default());
                }
                Ok(Value::from_text(text))
            }
        }
    }

    fn check(&self) -> Result<(), EvalError> {
        let OperandKind::Call {
            function,
            arguments,
        } = &self.kind
        else {
            return Ok(());
        };
        if *function == Function::Env && arguments.len() > 1 {
            let given = arguments.len();
            return Err(EvalErrorKind::TooManyArguments { given }.at(self.span));
        }
        arguments.iter().try_for_each(Self::check)
    }
}

impl Matcher {
    fn check(&self) -> Result<(), EvalError> {
        match &self.kind {
            MatcherKind::Pattern(text) => self.pattern(text).map(|_| ()),
            MatcherKind::Call(call) => call.check(),
        }
    }

    fn pattern(&self, text: &str) -> Result<&Pattern, EvalError> {
        self.compiled(text)
            .as_ref()
            .map_err(|error| EvalErrorKind::from(error.clone()).at(self.span))
    }
}

/// Whether some part's answer is the given one.
fn any(parts: &[Expr], data: &Data, wanted: bool) -> Result<bool, EvalError> {
    for part in parts {
        if part.eval(data)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a list has a value. All of the list is evaluated, as in the reference.
fn contains(list: &[Operand], value: &Value, data: &Data) -> Result<bool, EvalError> {
    let mut found = false;
    for operand in list {
        found |= operand.eval(data)?.equals(value);
    }
    Ok(found)
}

fn is(predicate: Predicate, value: &Value) -> bool {
    match predicate {
        Predicate::Present => value.is_present(),
        Predicate::Blank => !value.is_present(),
        Predicate::True => value.is_truthy(),
        Predicate::False => !value.is_truthy(),
    }
}

/// Whether a value's text has a match. Null has no text, and a null pattern matches nothing.
fn matches(value: &Value, matcher: &Matcher, data: &Data) -> Result<bool, EvalError> {
    let made;
    let pattern = match &matcher.kind {
        MatcherKind::Pattern(text) => matcher.pattern(text)?,
        MatcherKind::Call(call) => {
            let text = call.eval(data)?;
            let Some(text) = text.as_text() else {
                return Ok(false);
            };
            made = Pattern::new(&text).map_err(|error| EvalErrorKind::from(error).at(call.span))?;
            &made
        }
    };
    match value.as_text() {
        None => Ok(false),
        Some(text) => pattern
            .is_match(&text)
            .map_err(|error| EvalErrorKind::from(error).at(matcher.span)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::{Attribute, parse};

    fn data() -> Data {
        let mut data = Data::default();
        data.set(Attribute::Branch, "master");
        data.set(Attribute::Fork, false);
        data.push_env_text("A=1 EMPTY= T=TRUE PATTERN=^mas");
        data.push_sealed_env("TOKEN");
        data
    }

    fn holds(text: &str) -> bool {
        parse(text).unwrap().eval(&data()).unwrap()
    }

    #[test]
    fn comparison_is_strict_about_types() {
        assert!(holds("fork = false"));
        assert!(holds("fork = 'FALSE'"));
        assert!(!holds("fork = 0"));
        assert!(holds("tag = env(MISSING)"));
        assert!(!holds("tag = ''"));
        assert!(holds("env(T) = true"));
    }

    #[test]
    fn a_value_alone_holds_unless_null_or_false() {
        assert!(holds("anything"));
        assert!(holds("env(EMPTY)"));
        assert!(!holds("fork"));
        assert!(!holds("tag"));
    }

    #[test]
    fn patterns_come_from_text_or_calls() {
        assert!(holds("branch =~ ter$"));
        assert!(holds("branch =~ env(PATTERN)"));
        assert!(holds("branch =~ concat('^', mas, 'ter$')"));
        assert!(!holds("branch =~ env(MISSING)"));
        assert!(!holds("tag =~ .*"));
        assert!(holds("tag !~ .*"));
        assert!(holds("fork =~ ^fal"));
    }

    #[test]
    fn a_sealed_variable_is_present_and_equals_nothing() {
        assert!(holds("env(TOKEN)"));
        assert!(holds("env(TOKEN) IS present"));
        assert!(!holds("env(TOKEN) = env(TOKEN)"));
        assert!(!holds("env(TOKEN) =~ .*"));
        assert!(holds("concat(a, env(TOKEN)) = a"));
    }

    #[test]
    fn errors_name_their_part_and_only_where_it_is_reached() {
        let text = "fork AND branch =~ *foo";
        let expr = parse(text).unwrap();
        assert_eq!(expr.eval(&data()), Ok(false));
        let error = expr.check().unwrap_err();
        assert_eq!((error.span.start, error.span.end), (19, 23));
        let error = parse("env(A, B) = 1").unwrap().eval(&data()).unwrap_err();
        assert_eq!((error.span.start, error.span.end), (0, 9));
        assert!(error.to_string().starts_with("env() takes one name, not 2"));
    }

    #[test]
    fn a_catastrophic_pattern_is_an_error_at_its_place() {
        let mut data = Data::default();
        data.set(Attribute::Branch, format!("{}!", "a".repeat(40)));
        let error = parse("branch =~ /^(a|a|(?=b)b)*$/").unwrap().eval(&data);
        let error = error.unwrap_err();
        assert_eq!(error.span.start, 10);
        assert_eq!(error.kind, EvalErrorKind::Match(MatchError::TooManySteps));
    }
}
