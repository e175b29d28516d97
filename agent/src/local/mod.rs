//! A build with its state in memory: what `agent run` and the benchmarks drive.
//!
//! The same plan, policy, scheduler, runner and backend as the daemon's; only the store differs.

mod drive;

pub use drive::{BuildEnd, Jobs, drive};
