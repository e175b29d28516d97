//! The toolbox on the host: a folder of its own for each build of it, mounted into jobs.

use crate::backend::BackendError;
use sha2::{Digest, Sha256};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Where the toolbox is in every container.
pub(super) const MOUNT: &str = "/ci";
/// The toolbox itself, seen from inside.
pub(super) const PROGRAM: &str = "/ci/bin/toolbox";
/// A folder that holds the toolbox under the name `runc`, for the search path of jobs' daemons.
pub(super) const DAEMON_PATH: &str = "/ci/docker";

/// Makes `<data>/toolbox/<hash>/` from the static binary and returns the folder.
pub(super) fn prepare(data: &Path, named: Option<&Path>) -> Result<PathBuf, BackendError> {
    let source = find(named)?;
    let bytes = std::fs::read(&source).map_err(|error| failed(&source, &error.to_string()))?;
    if let Err(reason) = check(&bytes) {
        return Err(failed(&source, reason));
    }
    let digest = Sha256::digest(&bytes);
    let hash: String = digest
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let parent = data.join("toolbox");
    let folder = parent.join(hash);
    if !folder.join("bin/toolbox").exists() {
        lay_out(&parent, &folder, &bytes).map_err(|error| failed(&folder, &error.to_string()))?;
    }
    folder
        .canonicalize()
        .map_err(|error| failed(&folder, &error.to_string()))
}

/// The binary: as the caller says, else `AGENT_TOOLBOX`, else beside the agent.
fn find(named: Option<&Path>) -> Result<PathBuf, BackendError> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    if let Some(path) = std::env::var_os("AGENT_TOOLBOX").filter(|path| !path.is_empty()) {
        return Ok(PathBuf::from(path));
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.join("toolbox")))
        .filter(|path| path.exists());
    beside.ok_or_else(|| {
        failed(
            Path::new("toolbox"),
            "it is not beside the agent, and AGENT_TOOLBOX names no other place",
        )
    })
}

/// Readable for every user of a container, writable for none; moved into place as a whole.
fn lay_out(parent: &Path, folder: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode));
    std::fs::create_dir_all(parent)?;
    let fresh = tempfile::tempdir_in(parent)?;
    for (name, target) in [("bin", None), ("docker", Some("../bin/toolbox"))] {
        let dir = fresh.path().join(name);
        std::fs::create_dir(&dir)?;
        match target {
            None => {
                std::fs::write(dir.join("toolbox"), bytes)?;
                mode(&dir.join("toolbox"), 0o555)?;
            }
            Some(target) => symlink(target, dir.join("runc"))?,
        }
        mode(&dir, 0o755)?;
    }
    mode(fresh.path(), 0o755)?;
    match std::fs::rename(fresh.path(), folder) {
        // Another agent was faster.
        Err(_) if folder.join("bin/toolbox").exists() => Ok(()),
        other => other,
    }
}

/// Whether a program runs in an image that holds nothing: an ELF file that asks for no loader.
fn check(elf: &[u8]) -> Result<(), &'static str> {
    const INTERPRETER: u32 = 3;
    if elf.get(..5) != Some(b"\x7fELF\x02") {
        return Err("it is no 64-bit Linux program");
    }
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = elf.get(at..at.checked_add(length)?)?;
        bytes.iter().rev().try_fold(0usize, |sum, byte| {
            sum.checked_mul(256)?.checked_add(usize::from(*byte))
        })
    };
    let headers = || {
        let (start, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
        (0..count)
            .map(|index| number(start.checked_add(index.checked_mul(size)?)?, 4))
            .collect::<Option<Vec<usize>>>()
    };
    match headers() {
        None => Err("its program headers cannot be read"),
        Some(kinds) if kinds.contains(&(INTERPRETER as usize)) => {
            Err("it is not static: jobs' images need not have its libraries")
        }
        Some(_) => Ok(()),
    }
}

fn failed(path: &Path, reason: &str) -> BackendError {
    BackendError::Toolbox {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A little-endian 64-bit header with one program header of this kind.
    fn elf(kind: u8) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..5].copy_from_slice(b"\x7fELF\x02");
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = 1;
        bytes[64] = kind;
        bytes
    }

    #[test]
    fn only_static_programs_are_taken() {
        assert_eq!(check(&elf(1)), Ok(()));
        assert!(check(&elf(3)).unwrap_err().contains("not static"));
        for bad in [&b""[..], b"#!/bin/sh", b"\x7fELF\x01", &elf(1)[..70]] {
            assert!(check(bad).is_err() || bad.len() > 64);
        }
        let mut lies = elf(1);
        lies[32..40].fill(0xff);
        assert!(check(&lies).is_err());
    }

    #[test]
    fn the_folder_is_made_once_and_can_be_read_by_all() {
        let data = tempfile::tempdir().unwrap();
        let binary = data.path().join("binary");
        std::fs::write(&binary, elf(1)).unwrap();
        let folder = prepare(data.path(), Some(&binary)).unwrap();
        assert_eq!(prepare(data.path(), Some(&binary)).unwrap(), folder);
        let mode = |name: &str| folder.join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(""), mode("bin"), mode("bin/toolbox")),
            (0o755, 0o755, 0o555)
        );
        assert_eq!(std::fs::read(folder.join("docker/runc")).unwrap(), elf(1));
    }

    #[test]
    fn a_missing_or_dynamic_toolbox_says_how_to_build_one() {
        let data = tempfile::tempdir().unwrap();
        let binary = data.path().join("binary");
        std::fs::write(&binary, elf(3)).unwrap();
        let error = prepare(data.path(), Some(&binary)).unwrap_err();
        assert!(error.to_string().contains("not static"), "{error}");
        let hint = error.hint().unwrap();
        assert!(hint.contains("script/build"), "{hint}");
    }
}
