//! How much of the disk the data folder takes.

use crate::space;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// What lies in the data folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes on the disk by the first name below the folder: `logs`, `mirrors` …; files that lie
    /// in the folder itself, the database for one, are `files`.
    pub parts: BTreeMap<String, u64>,
    /// Bytes that are free for the agent on that disk.
    pub free: u64,
}

/// Looks at every file below the folder; symbolic links are not followed.
///
/// # Errors
/// The folder can't be read. Files that go meanwhile do not count.
pub(super) fn usage(data: &Path) -> io::Result<Usage> {
    let mut usage = Usage {
        parts: BTreeMap::new(),
        free: space::free(data)?,
    };
    for entry in std::fs::read_dir(data)?.flatten() {
        let Ok(meta) = entry.metadata() else { continue };
        let (part, bytes) = if meta.is_dir() {
            (
                entry.file_name().to_string_lossy().into_owned(),
                below(&entry.path()),
            )
        } else {
            ("files".to_owned(), on_disk(&meta))
        };
        *usage.parts.entry(part).or_default() += bytes;
    }
    Ok(usage)
}

/// Bytes of all files below a folder; without a call for each level, since trees may be deep.
fn below(folder: &Path) -> u64 {
    let mut folders = vec![folder.to_owned()];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => folders.push(entry.path()),
                Ok(meta) => bytes += on_disk(&meta),
                Err(_) => {}
            }
        }
    }
    bytes
}

fn on_disk(meta: &std::fs::Metadata) -> u64 {
    // Blocks are of 512 bytes, whatever the file system's are.
    std::os::unix::fs::MetadataExt::blocks(meta).saturating_mul(512)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_the_folder_is_counted_by_its_first_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: usize| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, vec![7; bytes]).unwrap();
        };
        file("agent.db", 100_000);
        file("logs/1/1/0", 50_000);
        file("logs/2/1/0", 50_000);
        std::os::unix::fs::symlink("/usr", folder.path().join("logs/link")).unwrap();
        let usage = usage(folder.path()).unwrap();
        let parts: Vec<&str> = usage.parts.keys().map(String::as_str).collect();
        assert_eq!(parts, ["files", "logs"]);
        assert!(
            (100_000..200_000).contains(&usage.parts["files"]),
            "{usage:?}"
        );
        assert!(
            (100_000..200_000).contains(&usage.parts["logs"]),
            "{usage:?}"
        );
        assert!(usage.free > 0);
    }
}
