//! Which image a job or a service runs in, and which rule said so (decision 10). Pure.

mod choose;
mod pattern;
mod table;

pub use choose::{Choice, Rules, choose, job_of, renamed};
pub use pattern::{Rule, RuleError};
