//! Which image a job or a service runs in, and which rule said so (decision 10). Pure.

mod choose;
mod pattern;
mod table;

pub use choose::{Choice, Rules, choose, renamed};
pub use pattern::{Rule, RuleError};
