//! Conditions: `if: branch = master AND type != pull_request` (language reference §5).
//!
//! [`parse`] makes an [`Expr`] of a text, [`Expr::check`] finds what would fail whatever the
//! build, [`Expr::eval`] answers for one build's [`Data`], and [`explain`](explain::explain)
//! says why.
//!
//! ```
//! use schema::condition::{self, Attribute, Data, explain::explain};
//! use schema::regex::Patterns;
//!
//! let patterns = Patterns::default();
//! let condition = condition::parse("branch = master AND NOT tag IS present").unwrap();
//! let mut data = Data::default();
//! data.set(Attribute::Branch, "dev");
//! assert_eq!(condition.eval(&data, &patterns), Ok(false));
//! let why = explain(&condition, &data, &patterns).unwrap();
//! assert_eq!(why.to_string(), r#"branch = master is false: branch is "dev""#);
//! ```

mod data;
mod env_text;
mod eval;
pub mod explain;
mod expr;
mod hints;
mod misspelt;
mod parser;
mod print;
mod scanner;
mod value;
mod why;

pub use data::{Attribute, Data};
pub use eval::{EvalError, EvalErrorKind};
pub use expr::{Expr, ExprKind, Function, Matcher, MatcherKind, Operand, OperandKind, Predicate};
pub use misspelt::Misspelt;
pub use parser::{MAX_DEPTH, ParseError, parse};
pub use value::Value;
pub use why::Why;
