//! The work tree's way into a container: the archive, with its paths put below the destination
//! and everything given to the image's user, streamed through without a copy on disk.

use super::engine::{Engine, QUICK};
use crate::backend::{BackendError, User, WorkTree};
use bollard::query_parameters::{
    ContainerArchiveInfoOptionsBuilder, UploadToContainerOptionsBuilder,
};
use bytes::Bytes;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;

/// The longest that an upload may take.
const LIMIT: Duration = Duration::from_secs(1800);
const LOOKING: &str = "looking for the files in the container";
/// The size of the pieces that go over the socket, in bytes.
const PIECE: usize = 256 * 1024;

/// Puts a work tree into a container that is not running, and looks whether it arrived.
pub(super) async fn work_tree(
    engine: &Engine,
    container: &str,
    tree: &WorkTree,
    user: &User,
) -> Result<(), BackendError> {
    let source = tree.archive.clone();
    let place = Place::new(&tree.destination, user);
    let last = send(engine, container, move |out| {
        let source = BufReader::with_capacity(PIECE, File::open(source)?);
        place.rewrite(source, out)
    })
    .await?;
    check(engine, container, &last).await
}

/// Puts one symbolic link into a container that is not running; it belongs to root.
pub(super) async fn link(
    engine: &Engine,
    container: &str,
    path: &'static str,
    target: &'static str,
) -> Result<(), BackendError> {
    let last = send(engine, container, move |out| {
        let mut tar = tar::Builder::new(out);
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_mode(0o777);
        header.set_size(0);
        tar.append_link(&mut header, path, target)?;
        tar.into_inner()?;
        Ok(PathBuf::from(path))
    })
    .await?;
    check(engine, container, &last).await
}

/// Streams what `write` makes to the container's root; `write` tells the last path it wrote.
async fn send(
    engine: &Engine,
    container: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<PathBuf> + Send + 'static,
) -> Result<PathBuf, BackendError> {
    const ACTION: &str = "putting files into the container";
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(8);
    let writer = tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::with_capacity(PIECE, Pipe(sender.clone()));
        let done = write(&mut out).and_then(|last| out.flush().map(|()| last));
        if let Err(error) = &done {
            // Ends the request as broken, so that the engine does not take half for whole.
            let _ = sender.blocking_send(Err(io::Error::new(error.kind(), error.to_string())));
        }
        done
    });
    let body = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    let options = UploadToContainerOptionsBuilder::new().path("/").build();
    let request =
        engine
            .docker
            .upload_to_container(container, Some(options), bollard::body_try_stream(body));
    let sent = engine.call(ACTION, LIMIT, request).await;
    match writer.await {
        Ok(Ok(last)) => sent.map(|()| last),
        // The engine's refusal is why the pipe broke.
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe && sent.is_err() => {
            sent.map(|()| PathBuf::new())
        }
        Ok(Err(error)) => Err(refused(ACTION, &error.to_string())),
        Err(error) => Err(refused(ACTION, &error.to_string())),
    }
}

/// The engine can answer "done" and have written nothing: what was written last must be there.
async fn check(engine: &Engine, container: &str, last: &Path) -> Result<(), BackendError> {
    if is_there(engine, container, last).await? {
        return Ok(());
    }
    let reason = format!("{} is not there after it was put in", last.display());
    Err(refused(LOOKING, &reason))
}

/// Whether a container holds a path, given relative to its root.
pub(super) async fn is_there(
    engine: &Engine,
    container: &str,
    path: &Path,
) -> Result<bool, BackendError> {
    let path = Path::new("/").join(path).display().to_string();
    let options = ContainerArchiveInfoOptionsBuilder::new()
        .path(&path)
        .build();
    let request = engine
        .docker
        .get_container_archive_info(container, Some(options));
    Ok(engine.find(LOOKING, QUICK, request).await?.is_some())
}

fn refused(action: &str, reason: &str) -> BackendError {
    BackendError::Refused {
        action: action.to_owned(),
        reason: reason.to_owned(),
    }
}

/// Where a tree goes and whose it becomes.
struct Place {
    /// Relative to the root.
    destination: PathBuf,
    /// Folders above the destination that are made for it, outermost first.
    above: Vec<PathBuf>,
    owner: (u64, u64),
}

impl Place {
    fn new(destination: &str, user: &User) -> Self {
        let plain = |path: &str| -> PathBuf {
            let parts = Path::new(path).components();
            parts
                .filter(|part| matches!(part, Component::Normal(_)))
                .collect()
        };
        let destination = plain(destination);
        let home = plain(&user.home);
        // What lies above home is the image's; elsewhere only the destination itself is ours.
        let inside = destination.strip_prefix(&home).is_ok() && destination != home;
        let mut above: Vec<PathBuf> = destination
            .ancestors()
            .skip(1)
            .take_while(|path| inside && path.starts_with(&home) && **path != home)
            .filter(|path| !path.as_os_str().is_empty())
            .map(Path::to_owned)
            .collect();
        above.reverse();
        Self {
            destination,
            above,
            owner: (u64::from(user.uid), u64::from(user.gid)),
        }
    }

    /// Copies the archive with new paths and owners; returns the last path.
    fn rewrite(&self, source: impl Read, out: impl Write) -> io::Result<PathBuf> {
        let mut out = tar::Builder::new(out);
        for folder in self.above.iter().chain([&self.destination]) {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(tar::EntryType::Directory);
            header.set_mode(0o755);
            header.set_size(0);
            self.give(&mut header);
            out.append_data(&mut header, folder, io::empty())?;
        }
        let mut last = self.destination.clone();
        let mut source = tar::Archive::new(source);
        for entry in source.entries()? {
            let entry = entry?;
            let mut header = entry.header().clone();
            self.give(&mut header);
            let path = self.destination.join(entry.path()?);
            match header.entry_type() {
                tar::EntryType::Symlink => {
                    let target = entry.link_name()?.unwrap_or_default().into_owned();
                    out.append_link(&mut header, &path, target)?;
                }
                tar::EntryType::Directory | tar::EntryType::Regular => {
                    out.append_data(&mut header, &path, entry)?;
                }
                // The archives of this agent hold nothing else.
                _ => continue,
            }
            last = path;
        }
        out.into_inner()?;
        Ok(last)
    }

    fn give(&self, header: &mut tar::Header) {
        header.set_uid(self.owner.0);
        header.set_gid(self.owner.1);
    }
}

/// The writing end of a request's body.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .blocking_send(Ok(Bytes::copy_from_slice(bytes)))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(home: &str) -> User {
        User {
            name: "u".into(),
            uid: 2000,
            gid: 2001,
            home: home.into(),
        }
    }

    #[test]
    fn only_folders_below_home_are_made_for_the_user() {
        let above = |destination: &str, home: &str| {
            let place = Place::new(destination, &user(home));
            place
                .above
                .iter()
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            above("/home/u/build/o/r", "/home/u"),
            ["home/u/build", "home/u/build/o"]
        );
        assert_eq!(above("/srv/x", "/home/u"), Vec::<String>::new());
        assert_eq!(above("/build/o/r", "/"), ["build", "build/o"]);
    }

    #[test]
    fn every_file_gets_the_users_numbers_and_its_place() {
        let mut source = tar::Builder::new(Vec::new());
        for path in ["dir/file", &format!("{}/end", "long".repeat(60))] {
            let mut header = tar::Header::new_gnu();
            header.set_size(2);
            header.set_mode(0o755);
            source.append_data(&mut header, path, &b"ab"[..]).unwrap();
        }
        let source = source.into_inner().unwrap();
        let mut out = Vec::new();
        let place = Place::new("/home/u/build/o/r", &user("/home/u"));
        let last = place.rewrite(source.as_slice(), &mut out).unwrap();
        assert!(last.ends_with("end"));
        let mut archive = tar::Archive::new(out.as_slice());
        let mut count = 0;
        for entry in archive.entries().unwrap() {
            let entry = entry.unwrap();
            assert!(entry.path().unwrap().starts_with("home/u/build"));
            let header = entry.header();
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (2000, 2001));
            count += 1;
        }
        assert_eq!(count, 5);
    }
}
