//! The tree of a condition.

use super::data::Attribute;
use crate::source::Span;

/// A condition or a part of one. Two are equal when they say the same, wherever they stand.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it says.
    pub kind: ExprKind,
    /// Its bytes in the condition's text.
    pub span: Span,
}

/// What a condition says.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `a OR b OR …`; at least two, taken from the left until one holds.
    Or(Vec<Expr>),
    /// `a AND b AND …`; at least two, taken from the left until one does not hold.
    And(Vec<Expr>),
    /// `NOT a`.
    Not(Box<Expr>),
    /// A value alone: holds unless it is null or false.
    Value(Operand),
    /// `left = right`, or `left != right` when negated.
    Equal {
        /// The left side.
        left: Operand,
        /// Whether it is `!=`.
        negated: bool,
        /// The right side.
        right: Operand,
    },
    /// `left =~ pattern`, or `left !~ pattern` when negated.
    Match {
        /// The left side.
        left: Operand,
        /// Whether it is `!~`.
        negated: bool,
        /// The pattern.
        matcher: Matcher,
    },
    /// `left IN (a, b)`, or `left NOT IN (a, b)` when negated.
    In {
        /// The left side.
        left: Operand,
        /// Whether it is `NOT IN`.
        negated: bool,
        /// The values; at least one.
        list: Vec<Operand>,
    },
    /// `left IS predicate`, or `left IS NOT predicate` when negated.
    Is {
        /// The left side.
        left: Operand,
        /// Whether it is `IS NOT`.
        negated: bool,
        /// What is asked.
        predicate: Predicate,
    },
}

/// What `IS` can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// Not null, not false, not empty.
    Present,
    /// The opposite of present.
    Blank,
    /// Neither null nor false.
    True,
    /// Null or false.
    False,
}

impl Predicate {
    /// Every predicate.
    pub const ALL: [Self; 4] = [Self::Present, Self::Blank, Self::True, Self::False];

    /// The word that names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Blank => "blank",
            Self::True => "true",
            Self::False => "false",
        }
    }
}

/// Something that has a value.
#[derive(Clone, Debug)]
pub struct Operand {
    /// What it is.
    pub kind: OperandKind,
    /// Its bytes in the condition's text.
    pub span: Span,
}

/// What an operand is.
#[derive(Clone, Debug, PartialEq)]
pub enum OperandKind {
    /// A fact of the build, e.g. `branch`.
    Attribute(Attribute),
    /// A bare word or a quoted text.
    Literal(String),
    /// `env(NAME)` or `concat(a, b)`.
    Call {
        /// The function.
        function: Function,
        /// Its arguments.
        arguments: Vec<Operand>,
    },
}

/// What can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The value of a variable.
    Env,
    /// Texts in a row.
    Concat,
}

impl Function {
    /// Every function.
    pub const ALL: [Self; 2] = [Self::Env, Self::Concat];

    /// The word that names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Concat => "concat",
        }
    }
}

/// The right side of `=~`.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Where the pattern comes from.
    pub kind: MatcherKind,
    /// Its bytes in the condition's text, slashes included.
    pub span: Span,
}

/// Where a pattern comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum MatcherKind {
    /// It is written here, without its slashes.
    Pattern(String),
    /// A call gives it.
    Call(Operand),
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Operand {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}
