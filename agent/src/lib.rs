//! The agent: from an event to jobs in containers, and back to a commit status.
//!
//! `docs/architecture.md` draws how data flows; nothing lower imports anything higher.

pub mod backend;
pub mod cli;
pub mod error;
pub mod protocol;
pub mod runner;
pub mod secrets;
