//! The job's processes: all that descend from the supervisor.
//!
//! Not `kill(-1)`: what the engine brings into the container from outside (an attachment) lives
//! among them and must not be hit; and a supervisor under test is no process 1.

use crate::place::is_init;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Sends a signal to each of the job's processes once.
pub(crate) fn signal_all(signal: Signal) {
    for pid in descendants() {
        let _ = kill_process(pid, signal);
    }
}

/// Kills all of the job's processes that can be killed from here. Those of another user, that a
/// job made with `sudo`, go with the container.
pub(crate) fn kill_all() {
    for _ in 0..100 {
        let mut alive = false;
        for pid in descendants() {
            alive |= kill_process(pid, Signal::KILL).is_ok();
        }
        if !alive {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    // They multiply faster than they can be listed.
    if is_init() {
        let _ = kill_process_group(Pid::INIT, Signal::KILL);
    }
}

/// Waits until none is left that a signal can reach, at most that long.
pub(crate) fn wait_gone(patience: Duration) {
    let start = Instant::now();
    while start.elapsed() < patience
        && descendants()
            .into_iter()
            .any(|pid| rustix::process::test_kill_process(pid).is_ok())
    {
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process was put into this container by the engine: its parent is not in here.
pub(crate) fn came_from_outside(pid: Pid) -> bool {
    let stat = std::fs::read(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    stat.is_ok_and(|stat| state_and_parent(&stat).is_some_and(|(_, parent)| parent == 0))
}

/// All living processes below this one.
fn descendants() -> Vec<Pid> {
    let Ok(folder) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for entry in folder.flatten() {
        let pid = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let Some(pid) = pid else { continue };
        let stat = std::fs::read(entry.path().join("stat")).unwrap_or_default();
        if let Some((state, parent)) = state_and_parent(&stat)
            && !matches!(state, b'Z' | b'X')
        {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut parents = vec![std::process::id().cast_signed()];
    while let Some(parent) = parents.pop() {
        for pid in children.remove(&parent).unwrap_or_default() {
            parents.push(pid);
            found.extend(Pid::from_raw(pid));
        }
    }
    found
}

/// From `/proc/PID/stat`: the name in it may hold anything, so look behind its last bracket.
fn state_and_parent(stat: &[u8]) -> Option<(u8, i32)> {
    let behind = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let mut fields = std::str::from_utf8(stat.get(behind..)?)
        .ok()?
        .split_ascii_whitespace();
    let state = fields.next()?.bytes().next()?;
    Some((state, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_mislead() {
        let stat = b"12 (a) S 99 (b) R 34 12 12 0 -1";
        assert_eq!(state_and_parent(stat), Some((b'R', 34)));
    }

    #[test]
    fn nonsense_has_no_parent() {
        assert_eq!(state_and_parent(b"12 (a"), None);
        assert_eq!(state_and_parent(b"12 (a) R x"), None);
    }
}
