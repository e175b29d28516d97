//! Where a supervisor keeps its things inside the container.

use std::path::PathBuf;

/// Names another folder than `/run/ci`; only for a supervisor that is not process 1.
pub(crate) const VARIABLE: &str = "CI_RUN_DIR";

/// The folder of a supervisor.
#[derive(Clone, Debug)]
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn of_this_process() -> Self {
        let other = std::env::var_os(VARIABLE).filter(|_| !is_init());
        Self(other.map_or_else(|| PathBuf::from("/run/ci"), PathBuf::from))
    }

    /// Where attachments connect.
    pub(crate) fn socket(&self) -> PathBuf {
        self.0.join("supervisor.sock")
    }

    /// The named pipe through which shells report.
    pub(crate) fn reports(&self) -> PathBuf {
        self.0.join("reports")
    }

    /// The named pipe from which a shell, the nth of the job, reads its commands.
    pub(crate) fn feed(&self, nth: u32) -> PathBuf {
        self.0.join(format!("feed.{nth}"))
    }

    /// The folder of command files.
    pub(crate) fn commands(&self) -> PathBuf {
        self.0.join("cmd")
    }
}

/// Whether this process is process 1 of its namespace.
pub(crate) fn is_init() -> bool {
    std::process::id() == 1
}
