//! What many jobs at once cost the agent in memory: `agent run` as a process of its own.

use crate::floor::Result;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How many jobs run at once.
pub(crate) const JOBS: usize = 50;
/// Each prints this much, and then stays until all others run.
const SCRIPT: &str = "seq 100000; sleep 40";

/// The most memory that the agent had resident, in bytes.
pub(crate) fn of_many_jobs() -> Result<u64> {
    let folder = tempfile::tempdir()?;
    checkout(folder.path())?;
    let mut run = Command::new(env!("CARGO_BIN_EXE_agent"))
        .args(["run", "--jobs", &JOBS.to_string()])
        .current_dir(folder.path())
        .env("AGENT_DATA", folder.path().join(".git/agent-data"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()?;
    let most = watch(&mut run)?;
    if !run.wait()?.success() {
        return Err(format!("{JOBS} jobs did not pass").into());
    }
    Ok(most)
}

/// The kernel keeps the peak; it goes with the process, so it is looked at until then.
fn watch(run: &mut Child) -> Result<u64> {
    let status = format!("/proc/{}/status", run.id());
    let mut most = 0;
    while run.try_wait()?.is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
        if let Some(kilobytes) = peak.and_then(|peak| peak.trim().parse::<u64>().ok()) {
            most = most.max(kilobytes * 1024);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(most)
}

fn checkout(folder: &Path) -> Result<()> {
    // Equal jobs would be one.
    let jobs: String = (1..=JOBS)
        .map(|number| format!("    - env: NUMBER={number}\n      script: {SCRIPT}\n"))
        .collect();
    let config = format!("language: generic\njobs:\n  include:\n{jobs}");
    std::fs::write(folder.join(".ci.yml"), config)?;
    let who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
    let commit = [&who[..], &["commit", "--quiet", "-m", "bench"]].concat();
    let origin = [
        "remote",
        "add",
        "origin",
        "https://example.com/bench/many.git",
    ];
    for arguments in [&["init", "--quiet"][..], &origin, &["add", "."], &commit] {
        let mut git = Command::new("git");
        git.arg("-C").arg(folder).args(arguments);
        if !git.status()?.success() {
            return Err(format!("git {arguments:?} failed").into());
        }
    }
    Ok(())
}
