//! A build with its state in memory: what `agent run` and the benchmarks drive.
//!
//! The same plan, policy, scheduler, runner and backend as the daemon's; only the store differs.

mod drive;
mod run_dir;

pub use drive::{BuildEnd, Jobs, drive, state_word};
pub use run_dir::RunDir;
