//! The toolbox on the host: a folder of its own for each build of it, with the helpers as programs,
//! mounted into jobs.

use super::short_hash;
use crate::backend::BackendError;
use crate::helpers;
use crate::owner::Owner;
use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Where the toolbox is in every container.
pub(super) const MOUNT: &str = "/ci";
/// The toolbox itself, seen from inside.
pub(super) const PROGRAM: &str = "/ci/bin/toolbox";
/// How the folders begin that are being laid out; the process's name follows.
const FRESH: &str = "new-";
/// A folder that holds the toolbox under the name `runc`, for the search path of jobs' daemons.
pub(super) const DAEMON_PATH: &str = "/ci/docker";

/// The toolbox of this process. While the value lives, no other process takes its folder away.
#[derive(Debug)]
pub(super) struct Toolbox {
    /// `<data>/toolbox/<hash>/`
    pub(super) folder: PathBuf,
    _in_use: File,
}

/// Makes `<data>/toolbox/<hash>/` from the static binary.
pub(super) fn prepare(data: &Path, named: Option<&Path>) -> Result<Toolbox, BackendError> {
    let source = find(named)?;
    let bytes = std::fs::read(&source).map_err(|error| failed(&source, &error.to_string()))?;
    if let Err(reason) = check(&bytes) {
        return Err(failed(&source, reason));
    }
    let parent = data.join("toolbox");
    let helpers = helpers::program();
    let all = [&bytes, helpers.as_bytes(), helpers::SUDO.as_bytes()].concat();
    let folder = parent.join(short_hash(&all, 12));
    hold(&parent, &folder, &bytes).map_err(BackendError::data(&folder))
}

/// Lays the folder out, where it is not there, and takes hold of it.
fn hold(parent: &Path, folder: &Path, bytes: &[u8]) -> std::io::Result<Toolbox> {
    loop {
        if !folder.join("bin/toolbox").exists() {
            lay_out(parent, folder, bytes)?;
        }
        let in_use = match File::open(folder) {
            // Another process took it away just now.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            opened => opened?,
        };
        flock(&in_use, FlockOperation::LockShared)?;
        // The same may have happened before it was held.
        let held = in_use.metadata()?.ino();
        if std::fs::metadata(folder).is_ok_and(|now| now.ino() == held) {
            return Ok(Toolbox {
                folder: folder.canonicalize()?,
                _in_use: in_use,
            });
        }
    }
}

/// Removes the folders of other builds of the toolbox that no process holds and that are not among
/// the `mounted` ones, and what processes left that died while they laid one out.
pub(super) fn prune(data: &Path, mounted: &[PathBuf]) {
    let parent = data.join("toolbox");
    let Ok(entries) = std::fs::read_dir(&parent) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(FRESH));
        let owner = owner.and_then(|rest| rest.split('-').next()?.parse::<Owner>().ok());
        let wanted = match owner {
            Some(owner) => owner.is_alive(),
            None => path
                .canonicalize()
                .is_ok_and(|path| mounted.contains(&path)),
        };
        if wanted {
            continue;
        }
        let Ok(folder) = File::open(&path) else {
            continue;
        };
        if flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok() {
            // Out of the way in one step; what stays of it is found again the next time.
            let aside = parent.join(format!("{FRESH}{}-{}", Owner::me(), name.display()));
            let _ = std::fs::rename(&path, &aside).and_then(|()| std::fs::remove_dir_all(aside));
        }
    }
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
    let fresh = tempfile::Builder::new()
        .prefix(&format!("{FRESH}{}-", Owner::me()))
        .tempdir_in(parent)?;
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
    lay_out_helpers(fresh.path())?;
    mode(fresh.path(), 0o755)?;
    match std::fs::rename(fresh.path(), folder) {
        // Another agent was faster.
        Err(_) if folder.join("bin/toolbox").exists() => Ok(()),
        other => other,
    }
}

/// The helpers as programs, one file under all of their names; and what is for root alone.
fn lay_out_helpers(folder: &Path) -> std::io::Result<()> {
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode));
    for name in ["helpers", "root"] {
        std::fs::create_dir(folder.join(name))?;
        mode(&folder.join(name), 0o755)?;
    }
    // The file itself is in no folder where programs are looked for.
    for (file, text) in [
        ("helpers.sh", helpers::program()),
        ("root/sudo", helpers::SUDO.to_owned()),
    ] {
        std::fs::write(folder.join(file), text)?;
        mode(&folder.join(file), 0o555)?;
    }
    for name in helpers::names() {
        symlink("../helpers.sh", folder.join("helpers").join(name))?;
    }
    Ok(())
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
        let folder = prepare(data.path(), Some(&binary)).unwrap().folder;
        let again = prepare(data.path(), Some(&binary)).unwrap();
        assert_eq!(again.folder, folder);
        let mode = |name: &str| folder.join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(""), mode("bin"), mode("bin/toolbox")),
            (0o755, 0o755, 0o555)
        );
        assert_eq!(std::fs::read(folder.join("docker/runc")).unwrap(), elf(1));
    }

    #[test]
    fn folders_go_that_nobody_holds_or_mounts() {
        let data = tempfile::tempdir().unwrap();
        let binary = data.path().join("binary");
        let made = |last: u8| {
            let mut bytes = elf(1);
            bytes.push(last);
            std::fs::write(&binary, bytes).unwrap();
            prepare(data.path(), Some(&binary)).unwrap()
        };
        let (mine, mounted, old) = (made(1), made(2).folder, made(3).folder);
        let parent = data.path().join("toolbox");
        let dead = parent.join(format!("{FRESH}1:1-x"));
        let alive = parent.join(format!("{FRESH}{}-x", Owner::me()));
        std::fs::create_dir(&dead).unwrap();
        std::fs::create_dir(&alive).unwrap();
        prune(data.path(), std::slice::from_ref(&mounted));
        for (folder, stays) in [
            (&mine.folder, true),
            (&mounted, true),
            (&old, false),
            (&dead, false),
            (&alive, true),
        ] {
            assert_eq!(folder.exists(), stays, "{}", folder.display());
        }
        assert_eq!(std::fs::read_dir(&parent).unwrap().count(), 3);
        assert!(made(3).folder.join("bin/toolbox").exists());
    }

    #[test]
    fn a_folder_that_another_process_takes_away_meanwhile_is_made_again() {
        let data = tempfile::tempdir().unwrap();
        let binary = data.path().join("binary");
        std::fs::write(&binary, elf(1)).unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    prune(data.path(), &[]);
                }
            });
            let failed = (0..2000).find_map(|_| prepare(data.path(), Some(&binary)).err());
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(failed.is_none(), "{failed:?}");
        });
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
