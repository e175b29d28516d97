//! How much room is left on the disks that jobs fill.

use std::path::{Path, PathBuf};

/// A disk by a folder on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// The folder.
    pub folder: PathBuf,
    /// Bytes that are free for this process.
    pub free: u64,
}

/// Files that a disk must have room for, whatever bytes are free.
const FILES: u64 = 10_000;

/// Bytes that are free on a folder's disk for this process; nothing where it has hardly room for
/// another file.
///
/// # Errors
/// The system's answer.
pub fn free(folder: &Path) -> std::io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    // Some file systems have no limit of files, and say nothing.
    if disk.f_files > 0 && disk.f_favail < FILES {
        return Ok(0);
    }
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The disk with the least room below a floor; none where all have enough. One that cannot be asked
/// holds nobody up: whoever writes to it will hear more.
#[must_use]
pub fn below(floor: u64, folders: &[PathBuf]) -> Option<Disk> {
    let disks = folders.iter().filter_map(|folder| {
        Some(Disk {
            folder: folder.clone(),
            free: free(folder).ok()?,
        })
    });
    disks
        .filter(|disk| disk.free < floor)
        .min_by_key(|disk| disk.free)
}

impl Disk {
    /// What people are told, e.g. `only 312 MiB are free on the disk of /var/lib/docker; jobs begin
    /// from 1024 MiB on (jobs.free_space)`.
    #[must_use]
    pub fn told(&self, floor: u64) -> String {
        format!(
            "only {} MiB are free on the disk of {}; jobs begin from {} MiB on (jobs.free_space)",
            self.free >> 20,
            self.folder.display(),
            floor >> 20
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_below_the_floor_is_named_with_both_figures() {
        let folder = tempfile::tempdir().unwrap();
        let folders = [PathBuf::from("/nowhere/at/all"), folder.path().to_owned()];
        assert_eq!(below(0, &folders), None);
        let full = below(u64::MAX, &folders).unwrap();
        assert_eq!(full.folder, folder.path());
        let told = full.told(1 << 30);
        assert!(told.contains("jobs begin from 1024 MiB on"), "{told}");
    }
}
