//! What a condition answers for one build.

use super::data::Data;
use super::expr::{
    Expr, ExprKind, Function, Matcher, MatcherKind, Operand, OperandKind, Predicate,
};
use super::value::Value;
use crate::regex::{Exhausted, MAX_TEXT, MatchError, PatternError, Patterns, SearchError};
use crate::source::Span;

/// What each byte of a value costs that is looked at.
const LOOKING: u64 = 20;

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
    /// `concat` makes a text that is longer than any that is searched.
    #[error("concat() makes a text of more than {MAX_TEXT} bytes; join less")]
    TextTooLong,
    /// The pattern cannot be used.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The search was given up.
    #[error(transparent)]
    Match(#[from] MatchError),
    /// The conditions before it have used up what a config may cost.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
}

impl From<SearchError> for EvalErrorKind {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Pattern(error) => error.into(),
            SearchError::Match(error) => error.into(),
        }
    }
}

impl EvalError {
    /// Whether the budget is used up, so that nothing else is answered either.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        matches!(
            self.kind,
            EvalErrorKind::Exhausted(_)
                | EvalErrorKind::Pattern(PatternError::Exhausted(_))
                | EvalErrorKind::Match(MatchError::Exhausted(_))
        )
    }
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
    pub fn eval(&self, data: &Data, patterns: &Patterns) -> Result<bool, EvalError> {
        match &self.kind {
            ExprKind::Or(parts) => any(parts, data, patterns, true),
            ExprKind::And(parts) => any(parts, data, patterns, false).map(|found| !found),
            ExprKind::Not(inner) => inner.eval(data, patterns).map(|holds| !holds),
            ExprKind::Value(value) => value.eval(data, patterns).map(|value| value.is_truthy()),
            ExprKind::Equal {
                left,
                negated,
                right,
            } => {
                let equal = left
                    .eval(data, patterns)?
                    .equals(&right.eval(data, patterns)?);
                Ok(equal != *negated)
            }
            ExprKind::Match {
                left,
                negated,
                matcher,
            } => {
                let value = left.eval(data, patterns)?;
                Ok(matches(&value, matcher, data, patterns)? != *negated)
            }
            ExprKind::In {
                left,
                negated,
                list,
            } => {
                let value = left.eval(data, patterns)?;
                Ok(contains(list, &value, data, patterns)? != *negated)
            }
            ExprKind::Is {
                left,
                negated,
                predicate,
            } => Ok(is(*predicate, &left.eval(data, patterns)?) != *negated),
        }
    }

    /// Finds what evaluation fails on whatever the data: a pattern that is none, a second
    /// argument of `env`. Parts that evaluation might not reach are checked too.
    ///
    /// # Errors
    /// The first such part.
    pub fn check(&self, patterns: &Patterns) -> Result<(), EvalError> {
        match &self.kind {
            ExprKind::Or(parts) | ExprKind::And(parts) => {
                parts.iter().try_for_each(|part| part.check(patterns))
            }
            ExprKind::Not(inner) => inner.check(patterns),
            ExprKind::Value(value) => value.check(),
            ExprKind::Equal { left, right, .. } => left.check().and_then(|()| right.check()),
            ExprKind::Match { left, matcher, .. } => {
                left.check()?;
                match &matcher.kind {
                    MatcherKind::Call(call) => call.check(),
                    MatcherKind::Pattern(text) => patterns
                        .check(text)
                        .map_err(|error| EvalErrorKind::from(error).at(matcher.span)),
                }
            }
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
    /// When `env` has more than one argument, `concat` makes too long a text, or the budget is used
    /// up.
    pub fn eval(&self, data: &Data, patterns: &Patterns) -> Result<Value, EvalError> {
        let value = match &self.kind {
            OperandKind::Attribute(attribute) => data.get(*attribute).clone(),
            OperandKind::Literal(text) => Value::from_text(text.as_str()),
            OperandKind::Call {
                function: Function::Env,
                arguments,
            } => match arguments.as_slice() {
                [] => Value::Null,
                [name] => {
                    let name = name.eval(data, patterns)?;
                    let value = name.as_text().map(|name| data.env(&name).clone());
                    value.unwrap_or_default()
                }
                more => {
                    let given = more.len();
                    return Err(EvalErrorKind::TooManyArguments { given }.at(self.span));
                }
            },
            OperandKind::Call {
                function: Function::Concat,
                arguments,
            } => {
                let mut text = String::new();
                for argument in arguments {
                    text.push_str(&argument.eval(data, patterns)?.as_text().unwrap_or_default());
                    if text.len() > MAX_TEXT {
                        return Err(EvalErrorKind::TextTooLong.at(self.span));
                    }
                }
                Value::from_text(text)
            }
        };
        let bytes = value.as_text().map_or(0, |text| text.len());
        patterns
            .spend(LOOKING * u64::try_from(bytes).unwrap_or(u64::MAX))
            .map_err(|error| EvalErrorKind::from(error).at(self.span))?;
        Ok(value)
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

/// Whether some part's answer is the given one.
fn any(parts: &[Expr], data: &Data, patterns: &Patterns, wanted: bool) -> Result<bool, EvalError> {
    for part in parts {
        if part.eval(data, patterns)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a list has a value. All of the list is evaluated, as in the reference.
fn contains(
    list: &[Operand],
    value: &Value,
    data: &Data,
    patterns: &Patterns,
) -> Result<bool, EvalError> {
    let mut found = false;
    for operand in list {
        found |= operand.eval(data, patterns)?.equals(value);
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
fn matches(
    value: &Value,
    matcher: &Matcher,
    data: &Data,
    patterns: &Patterns,
) -> Result<bool, EvalError> {
    let failed = |error: EvalErrorKind| error.at(matcher.span);
    let made;
    let pattern = match &matcher.kind {
        MatcherKind::Pattern(text) => Some(text.as_str()),
        MatcherKind::Call(call) => {
            made = call.eval(data, patterns)?;
            match &made {
                Value::Str(text) => Some(text.as_str()),
                Value::Bool(true) => Some("true"),
                Value::Bool(false) => Some("false"),
                Value::Null | Value::Sealed => None,
            }
        }
    };
    let Some(pattern) = pattern else {
        return Ok(false);
    };
    match value.as_text() {
        None => patterns
            .check(pattern)
            .map(|()| false)
            .map_err(|error| failed(error.into())),
        Some(text) => patterns
            .is_match(pattern, &text)
            .map_err(|error| failed(error.into())),
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
        parse(text)
            .unwrap()
            .eval(&data(), &Patterns::default())
            .unwrap()
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
        assert_eq!(expr.eval(&data(), &Patterns::default()), Ok(false));
        let error = expr.check(&Patterns::default()).unwrap_err();
        assert_eq!((error.span.start, error.span.end), (19, 23));
        let error = parse("env(A, B) = 1").unwrap();
        let error = error.eval(&data(), &Patterns::default()).unwrap_err();
        assert_eq!((error.span.start, error.span.end), (0, 9));
        assert!(error.to_string().starts_with("env() takes one name, not 2"));
    }

    #[test]
    fn a_catastrophic_pattern_is_an_error_at_its_place() {
        let mut data = Data::default();
        data.set(Attribute::Branch, format!("{}!", "a".repeat(40)));
        let error = parse("branch =~ /^(a|a|(?=b)b)*$/").unwrap();
        let error = error.eval(&data, &Patterns::default()).unwrap_err();
        assert_eq!(error.span.start, 10);
        assert_eq!(error.kind, EvalErrorKind::Match(MatchError::TooManySteps));
    }

    #[test]
    fn joined_texts_are_bounded() {
        let mut data = Data::default();
        data.push_env("A", &"x".repeat(30_000));
        let answer = |text: &str| parse(text).unwrap().eval(&data, &Patterns::default());
        assert_eq!(answer("concat(env(A), env(A)) IS present"), Ok(true));
        let error = answer("concat(env(A), env(A), env(A)) = x").unwrap_err();
        assert_eq!(error.kind, EvalErrorKind::TextTooLong);
    }
}
