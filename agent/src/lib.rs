//! The agent: from an event to jobs in containers, and back to a commit status.
//!
//! `docs/architecture.md` draws how data flows; nothing lower imports anything higher.

pub mod atomic_file;
pub mod backend;
pub mod cli;
pub mod data_dir;
pub mod error;
pub mod git;
pub mod images;
pub mod local;
pub mod log;
pub mod owner;
pub mod policy;
pub mod protocol;
pub mod report;
pub mod runner;
pub mod scheduler;
pub mod secrets;
pub mod settings;
pub mod yaml_edit;
