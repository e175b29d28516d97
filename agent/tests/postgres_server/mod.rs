//! A PostgreSQL server of a test's own, which it may restart, or give a certificate. Needs Debian's
//! package `postgresql`, as `script/lib/postgres.sh` does, whose server all other tests share.

#![allow(dead_code, reason = "each target takes what it needs")]

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A running server that trusts who can reach its socket, and wants a password from everybody else;
/// gone when it is dropped.
pub(crate) struct Server {
    folder: TempDir,
    port: u16,
}

impl Server {
    /// Starts one. `prepare` may put files into its folder, by [`Folder::run`], and say what the
    /// server is to be told.
    pub(crate) fn start(prepare: impl FnOnce(&Folder<'_>) -> Vec<String>) -> Self {
        // A socket's path may have 107 characters only.
        let folder = tempfile::Builder::new()
            .prefix("agent-pg")
            .tempdir_in("/tmp");
        let folder = folder.unwrap();
        if rustix::process::geteuid().is_root() {
            // The server refuses to run as root.
            must(Command::new("chown").arg("postgres:").arg(folder.path()));
        }
        let port = free_port();
        let server = Self { folder, port };
        let place = server.folder();
        let data = place.file("data");
        let auth = ["--auth-local", "trust", "--auth-host", "scram-sha-256"];
        let make = ["--username", "agent", "--no-sync", "-D", &data];
        place.run(&bin("initdb"), make.into_iter().chain(auth));
        let socket = server.folder.path().display();
        let mut options = format!("-k {socket} -p {port} -c listen_addresses=''");
        for option in prepare(&place) {
            options.push_str(" -c ");
            options.push_str(&option);
        }
        let log = place.file("log");
        place.run(
            &bin("pg_ctl"),
            ["-D", &data, "-l", &log, "-o", &options, "--wait", "start"],
        );
        server
    }

    /// Restarts it, as after a crash.
    pub(crate) fn restart(&self) {
        let place = self.folder();
        let (data, log) = (place.file("data"), place.file("log"));
        let restart = [
            "-D",
            &data,
            "-l",
            &log,
            "-m",
            "immediate",
            "--wait",
            "restart",
        ];
        place.run(&bin("pg_ctl"), restart);
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> Folder<'_> {
        Folder(self.folder.path())
    }

    /// Where it listens with TCP, if it was told to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Its address, by its socket.
    pub(crate) fn url(&self) -> String {
        let folder = self.folder.path().display();
        format!(
            "postgres://agent@localhost:{}/postgres?host={folder}",
            self.port
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder().file("data");
        let stop = ["-D", &data, "-m", "immediate", "stop"];
        // Whatever went wrong with it has failed the test already.
        let _ = as_server(&bin("pg_ctl"), self.folder.path())
            .args(stop)
            .output();
    }
}

/// A server's folder, whose files belong to the server's user.
pub(crate) struct Folder<'a>(&'a Path);

impl Folder<'_> {
    /// The path of a file in it.
    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Runs a command in it as the server's user.
    pub(crate) fn run<'a>(&self, program: &Path, args: impl IntoIterator<Item = &'a str>) {
        must(as_server(program, self.0).args(args));
    }
}

fn as_server(program: &Path, folder: &Path) -> Command {
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder);
    command
}

fn must(command: &mut Command) {
    // A server that stays must not hold a pipe of this process.
    let said = tempfile::tempfile().unwrap();
    let both = || Stdio::from(said.try_clone().unwrap());
    let status = command
        .stdin(Stdio::null())
        .stdout(both())
        .stderr(both())
        .status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    if !status.success() {
        use std::io::{Read, Seek};
        let (mut text, mut said) = (String::new(), said);
        said.rewind().unwrap();
        said.read_to_string(&mut text).unwrap();
        let log = command.get_current_dir().map(|folder| folder.join("log"));
        let log = log.and_then(|log| std::fs::read_to_string(log).ok());
        panic!("{command:?}: {status}\n{text}{}", log.unwrap_or_default());
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A program of the newest version that is installed.
fn bin(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let versions = versions.expect("install Debian's package postgresql");
    let number = |path: &PathBuf| {
        path.file_name()
            .and_then(OsStr::to_str)?
            .parse::<u32>()
            .ok()
    };
    let newest = versions
        .map(|entry| entry.unwrap().path())
        .max_by_key(number);
    newest.unwrap().join("bin").join(name)
}
