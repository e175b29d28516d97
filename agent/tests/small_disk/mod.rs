//! A disk of few bytes: a file system in memory that only a process of one test sees. That process is
//! this program again, started by `unshare`, which needs root or user namespaces.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const PLACE: &str = "AGENT_TEST_SMALL_DISK";

/// Runs a test of this program again, with a disk of so many kilobytes.
pub(crate) fn again_on_a_disk_of(kilobytes: u32, test: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut unshare = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        unshare.args(["--user", "--map-root-user"]);
    }
    let mount = format!("mount -t tmpfs -o size={kilobytes}k tmpfs \"$0\" && exec \"$@\"");
    let output = unshare
        .args(["--mount", "sh", "-c", &mount])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(PLACE, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// Where the disk is, in the process that has one.
pub(crate) fn disk() -> Option<PathBuf> {
    std::env::var_os(PLACE).map(PathBuf::from)
}

/// Takes all the room that is left; removing the file gives it back.
pub(crate) fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("filler");
    let mut file = File::create(&path).unwrap();
    for size in [64 * 1024, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
    path
}
