//! Runs one job: its environment, its script, and its way through a backend.

pub mod env;
pub mod execute;
pub mod facts;
pub mod opened;
pub mod script;
