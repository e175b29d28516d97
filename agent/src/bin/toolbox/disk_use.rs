//! `toolbox disk-use FOLDER …`: the bytes that the files below folders take on their disk.

use crate::Failed;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::Metadata;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Blocks are of 512 bytes, whatever the file system's are.
const BLOCK: u64 = 512;

pub(crate) fn run(folders: &[OsString]) -> Result<ExitCode, Failed> {
    let mut linked = HashSet::new();
    let bytes = folders
        .iter()
        .map(|folder| below(Path::new(folder), &mut linked))
        .fold(0, u64::saturating_add);
    writeln!(std::io::stdout(), "{bytes}")?;
    Ok(ExitCode::SUCCESS)
}

/// Counts without leaving the folder's file system, a file with several names once, and what goes
/// meanwhile not at all.
fn below(folder: &Path, linked: &mut HashSet<(u64, u64)>) -> u64 {
    let Ok(top) = std::fs::symlink_metadata(folder) else {
        return 0;
    };
    let mut bytes = 0_u64;
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(data) = entry.metadata() else { continue };
            if data.dev() != top.dev() || !counts(&data, linked) {
                continue;
            }
            bytes = bytes.saturating_add(data.blocks().saturating_mul(BLOCK));
            if data.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    bytes
}

fn counts(data: &Metadata, linked: &mut HashSet<(u64, u64)>) -> bool {
    data.is_dir() || data.nlink() < 2 || linked.insert((data.dev(), data.ino()))
}
