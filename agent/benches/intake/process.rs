//! Processes, and what the system says about them.

use crate::Result;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use std::process::{Child, ChildStdout, Command};
use std::time::Duration;

/// A process that does not outlive its handle.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        Ok(Self(command.spawn()?))
    }

    pub(crate) fn output(&mut self) -> Option<ChildStdout> {
        self.0.stdout.take()
    }

    pub(crate) fn has_ended(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }

    /// SIGTERM, and whether it ended well.
    pub(crate) fn end(mut self) -> Result<bool> {
        let pid = Pid::from_raw(i32::try_from(self.0.id())?).ok_or("no process")?;
        kill_process(pid, Signal::TERM)?;
        Ok(self.0.wait()?.success())
    }

    /// Megabytes now, and at most so far.
    pub(crate) fn memory(&self) -> Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let field = |name: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes = line.and_then(|rest| rest.split_whitespace().next());
            Ok(kilobytes.ok_or("no figure")?.parse::<u64>()?.div_ceil(1024))
        };
        Ok((field("VmRSS:")?, field("VmHWM:")?))
    }

    /// The time that processors have worked for it.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let ticks = |at: usize| -> Result<u64> { Ok(fields.get(at).ok_or("no figure")?.parse()?) };
        // Linux has counted in hundredths of a second wherever it runs.
        Ok(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Raises the limit of open files as far as it goes: each caller of the burst holds one.
pub(crate) fn many_files() {
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Where it stays low, the burst says so by what is refused.
    let _ = setrlimit(Resource::Nofile, all);
}
