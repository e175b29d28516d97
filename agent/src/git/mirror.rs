//! Bare repositories on the host that work trees are made from.

use super::command::Git;
use super::index::oid;
use super::materialise::materialise;
use super::{Archive, AsItLies, GitError, Want, lies};
use crate::secrets::Plaintext;
use base64::Engine as _;
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest time for a fetch over the network.
const FETCH: Duration = Duration::from_secs(1800);

/// A bare repository below the data directory that belongs to one address or checkout.
#[derive(Clone, Debug)]
pub struct Mirror {
    dir: PathBuf,
}

impl Mirror {
    /// Opens, or makes, the mirror of what `name` stands for: an address, or a checkout's path.
    ///
    /// # Errors
    /// When the directory can't be made, or git is missing.
    pub fn open(data: &Path, name: &str) -> Result<Self, GitError> {
        let parent = data.join("mirrors");
        let digest = Sha256::digest(name.as_bytes());
        let hash: String = digest
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let dir = parent.join(format!("{hash}.git"));
        if !dir.join("HEAD").exists() {
            make(&parent, &dir)?;
        }
        Ok(Self { dir })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes a revision of a checkout on this machine available, without a network and without
    /// copying: the mirror reads the checkout's objects where they are. Returns the commit.
    ///
    /// # Errors
    /// When the revision is not there or the checkout can't be read.
    pub fn fetch_from_checkout(&self, checkout: &Path, revision: &str) -> Result<String, GitError> {
        let sha = super::checkout::commit(checkout, revision)?;
        let facts = Git::new("looking at the checkout")
            .checkout(checkout)
            .args(["rev-parse", "--show-object-format"])
            .args(["--git-path", "objects", "--git-path", "shallow"])
            .text()?;
        let mut facts = facts.lines();
        if facts.next() != Some("sha1") {
            return Err(GitError::Unsupported(
                "its objects are not named by SHA-1".to_owned(),
            ));
        }
        let objects = checkout.join(facts.next().unwrap_or_default());
        let objects = objects
            .canonicalize()
            .map_err(GitError::io("reading", objects))?;
        let shallow = checkout.join(facts.next().unwrap_or_default());
        let tags = Git::new("listing tags")
            .checkout(checkout)
            .args([
                "for-each-ref",
                "--format=%(objectname) %(refname)",
                "refs/tags/",
            ])
            .output()?;

        let _lock = self.lock()?;
        let mut line = objects.into_os_string();
        line.push("\n");
        self.put("objects/info/alternates", line.as_encoded_bytes())?;
        match std::fs::read(&shallow) {
            Ok(bytes) => self.put("shallow", &bytes)?,
            Err(_) => drop(std::fs::remove_file(self.dir.join("shallow"))),
        }
        self.put(
            "packed-refs",
            &[b"# pack-refs with: sorted \n", tags.as_slice()].concat(),
        )?;
        if self.has(&sha)? {
            return Ok(sha);
        }
        Err(GitError::Unsupported(format!(
            "its objects in {} cannot be read from outside",
            checkout.display()
        )))
    }

    /// Fetches a commit, and all tags, over http or https.
    ///
    /// The token goes to git by its environment: never into an argument, address or file.
    ///
    /// # Errors
    /// For other addresses, a commit that is not there, or when the network fails.
    pub fn fetch(&self, url: &str, sha: &str, token: Option<&Plaintext>) -> Result<(), GitError> {
        let Some(host) = host(url) else {
            return Err(GitError::BadUrl(super::public_url(url)));
        };
        if oid(sha).is_none() {
            return Err(GitError::UnknownRevision(sha.to_owned()));
        }
        // Git goes on when the agent is killed; the next one must not meet it at work. Left alone it
        // gives up by itself where nothing comes any more.
        let mut git = Git::new("fetching a commit")
            .holding(self.lock()?)
            .bare(&self.dir)
            .args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=300"])
            .protocols("http:https")
            .limit(FETCH);
        if let Some(token) = token {
            let pair = [b"x-access-token:", token.expose()].concat();
            let basic = base64::engine::general_purpose::STANDARD.encode(pair);
            git = git
                .env("GIT_CONFIG_COUNT", "1")
                .env("GIT_CONFIG_KEY_0", format!("http.{host}.extraHeader"))
                .env(
                    "GIT_CONFIG_VALUE_0",
                    format!("Authorization: Basic {basic}"),
                );
        }
        git.args([
            "fetch",
            "--quiet",
            "--no-tags",
            "--force",
            "--no-write-fetch-head",
            "--",
        ])
        .arg(url)
        .arg(format!("+{sha}:refs/ci/{sha}"))
        .arg("+refs/tags/*:refs/tags/*")
        .output()
        .map(drop)
    }

    /// Whether the commit is here.
    ///
    /// # Errors
    /// When git can't be run.
    pub fn has(&self, sha: &str) -> Result<bool, GitError> {
        Git::new("looking for a commit")
            .bare(&self.dir)
            .args(["cat-file", "-e", "--end-of-options"])
            .arg(format!("{sha}^{{commit}}"))
            .succeeds()
    }

    /// A file of a commit, e.g. its `.ci.yml`; `None` where it has none.
    ///
    /// # Errors
    /// When git can't be run.
    pub fn file(&self, sha: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        if oid(sha).is_none() {
            return Err(GitError::UnknownRevision(sha.to_owned()));
        }
        let name = format!("{sha}:{path}");
        let is_file = Git::new("looking for a file")
            .bare(&self.dir)
            .args(["cat-file", "-t", &name])
            .text();
        match is_file.as_deref() {
            Ok("blob") => {}
            Err(GitError::Failed { .. }) | Ok(_) => return Ok(None),
            Err(_) => return is_file.map(|_| None),
        }
        Git::new("reading a file")
            .bare(&self.dir)
            .args(["cat-file", "blob", &name])
            .output()
            .map(Some)
    }

    /// Writes the work tree of a commit into an archive in `dir`.
    ///
    /// # Errors
    /// When the commit is not here, a name is not valid, or the disk is full.
    pub fn materialise(&self, want: &Want, dir: &Path) -> Result<Archive, GitError> {
        materialise(self, want, dir)
    }

    /// Writes a checkout's work tree as it lies into an archive in `dir` (decision 34):
    /// tracked files and untracked ones that git does not ignore, over the `.git` of `want`.
    ///
    /// # Errors
    /// As [`Mirror::materialise`].
    pub fn as_it_lies(
        &self,
        checkout: &Path,
        want: &Want,
        dir: &Path,
    ) -> Result<AsItLies, GitError> {
        lies::as_it_lies(self, checkout, want, dir)
    }

    /// Keeps other agents from changing the mirror; the lock ends with the file, or with the last
    /// process that has it open.
    fn lock(&self) -> Result<File, GitError> {
        let path = self.dir.join("ci.lock");
        let file = File::create(&path).map_err(GitError::io("making", &path))?;
        flock(&file, FlockOperation::LockExclusive)
            .map_err(|error| GitError::io("locking", &path)(error.into()))?;
        Ok(file)
    }

    /// Replaces a file in one step.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), GitError> {
        let path = self.dir.join(name);
        if std::fs::read(&path).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        tempfile::NamedTempFile::new_in(&self.dir)
            .and_then(|mut file| {
                file.write_all(bytes)?;
                file.persist(&path)?;
                Ok(())
            })
            .map_err(GitError::io("writing", path))
    }
}

/// Makes an empty mirror beside its place and moves it there; another agent may be faster.
fn make(parent: &Path, dir: &Path) -> Result<(), GitError> {
    std::fs::create_dir_all(parent).map_err(GitError::io("making the directory", parent))?;
    let fresh =
        tempfile::tempdir_in(parent).map_err(GitError::io("making a directory in", parent))?;
    Git::new("making a mirror")
        .args([
            "init",
            "--quiet",
            "--bare",
            "--template=",
            "--object-format=sha1",
            "--",
        ])
        .arg(fresh.path())
        .output()?;
    let info = fresh.path().join("info");
    // A job gets every file, also those that the repository keeps out of its release archives.
    std::fs::create_dir_all(&info)
        .and_then(|()| std::fs::write(info.join("attributes"), "* -export-ignore -export-subst\n"))
        .map_err(GitError::io("writing in", info))?;
    let fresh = fresh.keep();
    match std::fs::rename(&fresh, dir) {
        Err(_) if dir.join("HEAD").exists() => drop(std::fs::remove_dir_all(fresh)),
        other => other.map_err(GitError::io("making", dir))?,
    }
    Ok(())
}

/// `scheme://host[:port]/` of an address that may be fetched from.
fn host(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    (!host.is_empty()).then(|| format!("{scheme}://{host}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_fetched_from() {
        assert_eq!(host("https://t@h:1/o/r").as_deref(), Some("https://h:1/"));
        for bad in [
            "ext::sh -c x",
            "file:///etc",
            "ssh://h/r",
            "--upload-pack=x",
            "https://",
            "/r",
        ] {
            assert_eq!(host(bad), None, "{bad}");
        }
    }
}
