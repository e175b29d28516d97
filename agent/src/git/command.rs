//! One run of git, shut off from the user's and the repository's power over it.

use super::GitError;
use rustix::process::Signal;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Longest time for commands that stay on this machine.
const LOCAL: Duration = Duration::from_secs(600);

/// What of the environment git may see: where programs, proxies and authorities are, and on
/// whose behalf `sudo` runs us, which decides whose checkouts it trusts.
const KEPT: [&str; 15] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "SUDO_UID",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "GIT_SSL_CAINFO",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// What tells git of the user's own settings and credentials.
const USERS: [&str; 12] = [
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_GLOBAL",
    "GIT_NO_LAZY_FETCH",
    "GIT_ASKPASS",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "SSH_ASKPASS",
    "SSH_AUTH_SOCK",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "GNUPGHOME",
];

/// Settings that win over any configuration file (threat T37).
const SAFE: [&str; 11] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "protocol.allow=never",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "transfer.fsckObjects=true",
    // An old and harmless mistake of other tools, found in well-known repositories.
    "fetch.fsck.zeroPaddedFilemode=ignore",
    "gc.auto=0",
    "maintenance.auto=false",
    "tar.umask=0022",
];

/// A git command under construction.
pub(super) struct Git {
    action: &'static str,
    command: Command,
    input: Vec<u8>,
    held: Option<File>,
    limit: Duration,
}

impl Git {
    /// A command; `action` says in words what it is for, e.g. `reading a commit`.
    pub(super) fn new(action: &'static str) -> Self {
        let mut command = Command::new("git");
        command.env_clear();
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("LC_ALL", "C");
        for setting in SAFE {
            command.arg("-c").arg(setting);
        }
        Self {
            action,
            command,
            input: Vec::new(),
            held: None,
            limit: LOCAL,
        }
    }

    /// With the user's own settings and credentials, for what they could fetch themselves.
    pub(super) fn with_the_users_own(mut self) -> Self {
        for name in USERS {
            match std::env::var_os(name) {
                Some(value) => self.command.env(name, value),
                None => self.command.env_remove(name),
            };
        }
        self
    }

    /// In a folder of ours.
    pub(super) fn directory(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// In a bare repository of ours.
    pub(super) fn bare(mut self, dir: &Path) -> Self {
        self.command.arg("--git-dir").arg(dir);
        self
    }

    /// In a checkout of the user's, trusting whom the user's own settings trust.
    pub(super) fn checkout(mut self, dir: &Path) -> Self {
        for trusted in trusted_directories() {
            let mut setting = OsString::from("safe.directory=");
            setting.push(trusted);
            self.command.arg("-c").arg(setting);
        }
        self.command.arg("-C").arg(dir);
        self
    }

    /// The protocols it may fetch by, e.g. `http:https`.
    pub(super) fn protocols(self, list: &str) -> Self {
        self.env("GIT_ALLOW_PROTOCOL", list)
    }

    pub(super) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(super) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(super) fn args<I, S>(mut self, args: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.command.args(args);
        self
    }

    /// What it reads on standard input.
    pub(super) fn input(mut self, bytes: Vec<u8>) -> Self {
        self.input = bytes;
        self
    }

    /// A locked file that it gets in place of standard input: the lock then lasts until it has ended,
    /// even when the agent ends before it.
    pub(super) fn holding(mut self, lock: File) -> Self {
        self.held = Some(lock);
        self
    }

    /// The longest it may take.
    pub(super) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it and returns its standard output; a status other than 0 is an error.
    pub(super) fn output(self) -> Result<Vec<u8>, GitError> {
        let action = self.action;
        let (code, out, err) = self.run()?;
        if code == Some(0) {
            return Ok(out);
        }
        Err(failure(action, code, &err))
    }

    /// Like [`Git::output`], as text without the last line end.
    pub(super) fn text(self) -> Result<String, GitError> {
        let out = self.output()?;
        Ok(String::from_utf8_lossy(&out)
            .trim_end_matches('\n')
            .to_owned())
    }

    /// Whether it ends with status 0.
    pub(super) fn succeeds(self) -> Result<bool, GitError> {
        Ok(self.run()?.0 == Some(0))
    }

    /// Starts it with piped streams, for the caller to talk to.
    pub(super) fn spawn(mut self) -> Result<Child, GitError> {
        self.command
            // A group of its own, so that its helpers for the network end with it.
            .process_group(0)
            .stdin(self.held.take().map_or_else(Stdio::piped, Stdio::from))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| not_started(self.action, &error))
    }

    fn run(mut self) -> Result<(Option<i32>, Vec<u8>, String), GitError> {
        let (action, limit) = (self.action, self.limit);
        let input = std::mem::take(&mut self.input);
        let mut child = self.spawn()?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            scope.spawn(move || {
                if let Some(mut pipe) = stdin {
                    // Git that has had enough closes its end; its status tells.
                    let _ = pipe.write_all(&input);
                }
            });
            let out = scope.spawn(move || read_all(stdout));
            let err = scope.spawn(move || read_all(stderr));
            let status = wait(&mut child, action, limit)?;
            Ok((
                status,
                out.join().unwrap_or_default(),
                String::from_utf8_lossy(&err.join().unwrap_or_default()).into_owned(),
            ))
        })
    }
}

/// The error of a command that ended badly, from what it said.
pub(super) fn failure(action: &'static str, code: Option<i32>, stderr: &str) -> GitError {
    let said = super::url::without_credentials(stderr.trim());
    GitError::Failed {
        action,
        reason: match (said.is_empty(), code) {
            (false, _) => said,
            (true, Some(code)) => format!("git ended with status {code} and said nothing"),
            (true, None) => "git was killed".to_owned(),
        },
    }
}

fn not_started(action: &'static str, error: &std::io::Error) -> GitError {
    if error.kind() == std::io::ErrorKind::NotFound {
        return GitError::Missing;
    }
    GitError::Failed {
        action,
        reason: format!("git cannot be started: {error}"),
    }
}

fn read_all(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = pipe.read_to_end(&mut bytes);
    }
    bytes
}

/// Waits with a limit. Short commands are the rule, so the pause grows from a millisecond.
fn wait(child: &mut Child, action: &'static str, limit: Duration) -> Result<Option<i32>, GitError> {
    let begin = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.code()),
            Ok(None) if begin.elapsed() < limit => std::thread::sleep(pause),
            Ok(None) => {
                let group = rustix::process::Pid::from_child(child);
                let _ = rustix::process::kill_process_group(group, Signal::KILL);
                let _ = child.wait();
                return Err(GitError::TooSlow {
                    action,
                    seconds: limit.as_secs(),
                });
            }
            Err(error) => return Err(not_started(action, &error)),
        }
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// `safe.directory` of the user's and the machine's settings, which the commands here don't read.
fn trusted_directories() -> &'static [PathBuf] {
    static TRUSTED: OnceLock<Vec<PathBuf>> = OnceLock::new();
    TRUSTED.get_or_init(read_trusted_directories)
}

fn read_trusted_directories() -> Vec<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    // From a directory that is no repository, so that only those settings answer.
    let output = command
        .current_dir("/")
        .args(["config", "--null", "--get-all", "safe.directory"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    output
        .map(|output| output.stdout)
        .unwrap_or_default()
        .split(|byte| *byte == 0)
        .filter(|part| !part.is_empty())
        .map(|part| PathBuf::from(OsString::from_vec(part.to_vec())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_too_slow_ends_with_its_helpers() {
        let begin = Instant::now();
        // The helper holds the pipes open and outlives git, as one that waits for a network does.
        let slow = Git::new("waiting")
            .args(["-c", "alias.wait=!sleep 60 & sleep 60", "wait"])
            .limit(Duration::from_millis(300))
            .output();
        assert!(matches!(slow, Err(GitError::TooSlow { .. })), "{slow:?}");
        assert!(begin.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_lock_that_git_holds_lasts_until_it_has_ended() {
        use rustix::fs::{FlockOperation, flock};
        let folder = tempfile::tempdir().unwrap();
        let open = || File::create(folder.path().join("lock")).unwrap();
        let lock = open();
        flock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
        // Nothing of the lock stays in this process, as when it is killed.
        let mut git = Git::new("waiting")
            .holding(lock)
            .args(["-c", "alias.wait=!sleep 60", "wait"])
            .spawn()
            .unwrap();
        let other = open();
        let held = flock(&other, FlockOperation::NonBlockingLockExclusive);
        assert_eq!(held, Err(rustix::io::Errno::WOULDBLOCK));
        let group = rustix::process::Pid::from_child(&git);
        rustix::process::kill_process_group(group, Signal::KILL).unwrap();
        git.wait().unwrap();
        flock(&other, FlockOperation::LockExclusive).unwrap();
    }
}
