//! Starts a job's own Docker daemon in its container, and waits for one to answer.

use crate::Failed;
use rustix::mount::{MountFlags, mount_remount};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// Makes the container's own cgroups writable and becomes `dockerd`.
///
/// The container has a cgroup namespace of its own, so this is not the host's tree: what the
/// daemon starts stays below the container, under its limits.
pub(crate) fn run(args: &[OsString]) -> Result<ExitCode, Failed> {
    let mounts = std::fs::read_to_string("/proc/mounts")?;
    for (place, kind) in mounts.lines().filter_map(cgroup_mount) {
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount_remount(place, flags | MountFlags::BIND, "")
            .or_else(|_| mount_remount(place, flags, ""))
            .map_err(|error| format!("{place} cannot be made writable: {error}"))?;
        if kind == "cgroup2" {
            delegate(Path::new(place));
        }
    }
    Err(Command::new("dockerd").args(args).exec().into())
}

/// Place and kind of a line of `/proc/mounts`, where it is of cgroups.
fn cgroup_mount(line: &str) -> Option<(&str, &str)> {
    let mut fields = line.split(' ');
    let place = fields.nth(1)?;
    let kind = fields.next()?;
    matches!(kind, "cgroup" | "cgroup2").then_some((place, kind))
}

/// Version 2 hands controllers on only from a group without processes: moves all of them one
/// level down first. What can't be done shows when the daemon starts its first container.
fn delegate(root: &Path) {
    let leaf = root.join("init");
    let _ = std::fs::create_dir(&leaf);
    let processes = std::fs::read_to_string(root.join("cgroup.procs")).unwrap_or_default();
    for process in processes.lines() {
        let _ = std::fs::write(leaf.join("cgroup.procs"), process);
    }
    let controllers = std::fs::read_to_string(root.join("cgroup.controllers")).unwrap_or_default();
    for controller in controllers.split_whitespace() {
        let _ = std::fs::write(
            root.join("cgroup.subtree_control"),
            format!("+{controller}"),
        );
    }
}

/// Waits until the engine at a socket answers: `docker-ready SOCKET MILLISECONDS`.
pub(crate) fn ready(args: &[OsString]) -> Result<ExitCode, Failed> {
    let [socket, limit] = args else {
        return Err("usage: toolbox docker-ready SOCKET MILLISECONDS".into());
    };
    let limit = limit.to_str().and_then(|limit| limit.parse().ok());
    let limit = Duration::from_millis(limit.ok_or("the limit is no number")?);
    let begin = Instant::now();
    loop {
        match ping(Path::new(socket)) {
            Ok(true) => return Ok(ExitCode::SUCCESS),
            answer if begin.elapsed() >= limit => {
                let why = answer
                    .err()
                    .map_or("it is not ready".to_owned(), |e| e.to_string());
                let seconds = limit.as_secs();
                return Err(format!("no engine answered within {seconds} s: {why}").into());
            }
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

fn ping(socket: &Path) -> std::io::Result<bool> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")?;
    let mut answer = [0; 64];
    let count = stream.read(&mut answer)?;
    let answer = String::from_utf8_lossy(answer.get(..count).unwrap_or_default());
    Ok(answer.split(' ').nth(1) == Some("200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mounts_of_cgroups_are_touched() {
        assert_eq!(
            cgroup_mount("cgroup /sys/fs/cgroup/pids cgroup ro,nosuid,pids 0 0"),
            Some(("/sys/fs/cgroup/pids", "cgroup"))
        );
        assert_eq!(
            cgroup_mount("cgroup /sys/fs/cgroup cgroup2 ro 0 0"),
            Some(("/sys/fs/cgroup", "cgroup2"))
        );
        assert_eq!(cgroup_mount("tmpfs /sys/fs/cgroup tmpfs ro 0 0"), None);
        assert_eq!(cgroup_mount("x"), None);
    }

    #[test]
    fn an_engine_is_ready_when_it_says_so() {
        let path = std::env::temp_dir().join(format!("ready-test-{}.sock", std::process::id()));
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let server = std::thread::spawn(move || {
            for answer in ["HTTP/1.0 503 No\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nOK"] {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 256]);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        let args = [path.clone().into_os_string(), "5000".into()];
        assert!(ready(&args).is_ok());
        server.join().unwrap();
        std::fs::remove_file(path).unwrap();
        let error = ready(&["/nowhere".into(), "0".into()])
            .unwrap_err()
            .to_string();
        assert!(error.contains("no engine answered"), "{error}");
    }
}
