//! Writing a whole file or nothing.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::NamedTempFile;

/// What the file's mode is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Exactly this.
    Exactly(u32),
    /// As it is; for a new file this one.
    KeepOr(u32),
}

/// Writes a file so that a reader sees the old content or the new, never a part, even when the
/// machine stops in between. A symbolic link stays one; what it points to is replaced.
///
/// # Errors
/// As the file system gives them. The old file is then unchanged.
pub fn write(path: &Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mode = match mode {
        Mode::Exactly(mode) => mode,
        Mode::KeepOr(mode) => {
            std::fs::metadata(&target).map_or(mode, |old| old.permissions().mode() & 0o7777)
        }
    };
    let folder = folder(&target);
    whole(folder, bytes, mode)?.persist(&target)?;
    sync(folder)
}

/// Makes a file that nobody sees a part of, even when the machine stops in between.
///
/// # Errors
/// As the file system gives them; `AlreadyExists` where the path is taken. Nothing is left behind.
pub fn create(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = folder(path);
    whole(folder, bytes, mode)?.persist_noclobber(path)?;
    sync(folder)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The bytes on disk, under a name of no meaning.
fn whole(folder: &Path, bytes: &[u8], mode: u32) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file()
        .set_permissions(Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// What a folder holds under which name is on disk, too.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_mode_is_kept_or_set() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, b"1", Mode::KeepOr(0o640)).unwrap();
        assert_eq!(mode(&path), 0o640);
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        write(&path, b"2", Mode::KeepOr(0o640)).unwrap();
        assert_eq!(
            (mode(&path), std::fs::read(&path).unwrap()),
            (0o755, b"2".to_vec())
        );
        write(&path, b"3", Mode::Exactly(0o600)).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, b"old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, b"new", Mode::KeepOr(0o644)).unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn a_new_file_takes_no_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        create(&path, b"1", 0o600).unwrap();
        let taken = create(&path, b"2", 0o600).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(
            (mode(&path), std::fs::read(&path).unwrap()),
            (0o600, b"1".to_vec())
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_left_where_nothing_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            write(
                &folder.path().join("no/such/file"),
                b"x",
                Mode::Exactly(0o600)
            )
            .is_err()
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
