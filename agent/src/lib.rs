//! The agent: from an event to jobs in containers, and back to a commit status.
//!
//! `docs/architecture.md` draws how data flows; nothing lower imports anything higher.

pub mod atomic_file;
pub mod backend;
pub mod cli;
pub mod clock;
pub mod conduct;
pub mod daemon;
pub mod data_dir;
pub mod error;
pub mod git;
pub mod github;
pub mod groups;
pub mod helpers;
pub mod images;
pub mod intake;
pub mod janitor;
pub mod jobs;
pub mod local;
pub mod log;
pub mod metrics;
pub mod outbox;
pub mod outdated;
pub mod owner;
pub mod policy;
pub mod poll;
pub mod protocol;
pub mod queue;
pub mod repeat;
pub mod report;
pub mod runner;
pub mod scheduler;
pub mod secrets;
pub mod server;
pub mod services;
pub mod settings;
pub mod setup;
pub mod space;
pub mod store;
pub mod text_file;
pub mod variables;
pub mod work;
pub mod yaml_edit;

/// Memory is wiped when it is freed. Secrets pass through buffers of libraries that know nothing of
/// them (the client of Docker's API, the automaton that finds them in logs), and a job's log holds
/// them until it is masked: nothing of that stays behind in the process (security T-D8).
#[global_allocator]
static WIPING: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);
