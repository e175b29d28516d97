//! A condition that does not hold, taken apart for people.

use super::data::Data;
use super::explain::{Explanation, Fact, cut, values};
use super::expr::Expr;
use crate::regex::Patterns;

/// Why a condition does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// The condition as written; cut where it is long.
    pub condition: String,
    /// What it asks of the build, with the values it found, as shown; of many the first.
    pub seen: Vec<(String, String)>,
    /// The parts that decided, printed, and whether each holds; of many the first. A part that holds
    /// decides where it stands below a `NOT`.
    pub parts: Vec<(String, bool)>,
    /// How many more parts decided.
    pub more: usize,
}

/// How many characters are shown of a condition.
const LONGEST: usize = 1_000;

impl Why {
    /// Of a condition that was answered.
    pub(crate) fn of(expr: &Expr, answer: &Explanation, data: &Data, patterns: &Patterns) -> Self {
        let part = |fact: &Fact| (fact.part.clone(), fact.holds);
        Self {
            condition: String::new(),
            seen: values(expr, data, patterns),
            parts: answer.because.iter().map(part).collect(),
            more: answer.more,
        }
    }

    /// With the condition's text.
    pub(crate) fn written(self, condition: &str) -> Self {
        Self {
            condition: cut(condition, LONGEST),
            ..self
        }
    }
}
