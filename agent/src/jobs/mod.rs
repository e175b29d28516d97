//! What a planned job needs before it runs, whoever drives its build: whether it may and can run
//! here, and its secrets, image, work tree and script.

mod admission;
mod context;
mod prepare;

pub use admission::{architecture, foreign, refusal, wants_docker};
pub use context::{Context, JobFacts, from_settings};
pub use prepare::{Ready, choose, masker, prepare};
