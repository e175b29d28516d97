//! git on the agent's side: the only room that starts it.

mod remote;

pub use remote::{GitError, Origin, origin, toplevel};

use std::process::Command;

/// git, without questions at the terminal and without the agent's own secrets in its environment.
fn git() -> Command {
    let mut command = Command::new("git");
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .env_remove("AGENT_MASTER_KEY")
        .env_remove("AGENT_MASTER_KEY_OLD");
    command
}
