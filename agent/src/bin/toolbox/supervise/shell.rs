//! One shell of the job: started on the terminal, fed through a named pipe.

use super::event::CommandReport;
use super::glue;
use super::held::Stop;
use super::reaper::Reaper;
use super::report::make_pipe;
use super::terminal::Terminal;
use crate::place::{self, Place};
use crate::protocol::Script;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::Sender;

/// The program that is the job's shell.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) is_bash: bool,
}

impl Program {
    /// bash where the job would find one, else the POSIX shell (decision 11).
    pub(crate) fn find(script: &Script) -> Self {
        if let Some(path) = std::env::var_os("CI_RUN_SHELL").filter(|_| !place::is_init()) {
            return Self {
                is_bash: false,
                path: path.into(),
            };
        }
        let path = own_path(script).unwrap_or_default();
        std::env::split_paths(&path)
            .chain(["/bin", "/usr/bin", "/usr/local/bin"].map(PathBuf::from))
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join("bash"))
            .find(|file| is_program(file))
            .map_or_else(
                || Self {
                    path: "/bin/sh".into(),
                    is_bash: false,
                },
                |path| Self {
                    path,
                    is_bash: true,
                },
            )
    }
}

/// The script's search path, else the container's.
fn own_path(script: &Script) -> Option<OsString> {
    let own = script.env.iter().rev().find(|(name, _)| name == b"PATH");
    own.map(|(_, value)| OsString::from_vec(value.clone()))
        .or_else(|| std::env::var_os("PATH"))
}

fn is_program(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// What a new shell begins with.
pub(crate) enum Beginning<'a> {
    /// The first shell: the container's environment and the script's.
    First(&'a Script),
    /// A shell after one that ended: what the last whole command left.
    Again {
        directory: &'a [u8],
        exports: &'a [u8],
        script: &'a Script,
    },
}

/// A running shell.
pub(crate) struct Shell {
    pub(crate) pid: i32,
    feed: Option<Sender<Vec<u8>>>,
}

/// What is needed to start shells.
pub(crate) struct Shells {
    pub(crate) program: Program,
    pub(crate) place: Place,
    pub(crate) reaper: Reaper,
    /// This very program.
    pub(crate) toolbox: PathBuf,
    started: u32,
}

impl Shells {
    pub(crate) fn new(program: Program, place: Place, reaper: Reaper, toolbox: PathBuf) -> Self {
        Self {
            program,
            place,
            reaper,
            toolbox,
            started: 0,
        }
    }

    /// Starts the next shell.
    pub(crate) fn start(
        &mut self,
        terminal: &Terminal,
        beginning: &Beginning<'_>,
    ) -> std::io::Result<Shell> {
        self.started += 1;
        let feed_path = self.place.feed(self.started);
        let feed = make_pipe(&feed_path)?;
        let mut command = Command::new(&self.toolbox);
        command.arg("tty-exec").arg(&self.program.path);
        if self.program.is_bash {
            command.args(["--noprofile", "--norc"]);
        }
        command
            .arg(&feed_path)
            .stdin(terminal.stdio()?)
            .stdout(terminal.stdio()?)
            .stderr(terminal.stdio()?);
        let script = match beginning {
            Beginning::First(script) => {
                command
                    .env_remove(place::VARIABLE)
                    .env_remove("CI_RUN_SHELL");
                if std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb") {
                    command.env("TERM", "xterm");
                }
                if let Some(path) = self.search_path(script) {
                    command.env("PATH", path);
                }
                let variables = script.env.iter().filter(|(name, _)| name != b"PATH");
                command.envs(variables.map(|(n, v)| (OsStr::from_bytes(n), OsStr::from_bytes(v))));
                command.current_dir(folder(&[script.directory.as_bytes()]));
                script
            }
            Beginning::Again {
                directory, script, ..
            } => {
                command.env_clear();
                command.current_dir(folder(&[directory, script.directory.as_bytes()]));
                script
            }
        };
        let child = self.reaper.spawn(&mut command)?;
        let shell = Shell {
            pid: child.id().cast_signed(),
            feed: Some(write_from_a_thread(feed)),
        };
        let prologue = self.place.commands().join("prologue");
        let mut text = glue::prologue(&self.place.reports());
        text.extend_from_slice(script.preamble.as_bytes());
        write_private(&prologue, &text)?;
        let mut first = Vec::new();
        if let Beginning::Again { exports, .. } = beginning {
            // Not through a file: secrets may be among them.
            first.extend_from_slice(exports);
            first.push(b'\n');
        }
        first.extend_from_slice(b". '");
        first.extend_from_slice(prologue.as_os_str().as_bytes());
        first.extend_from_slice(b"'\n");
        shell.feed(first);
        Ok(shell)
    }

    /// Where the job looks for programs: last of all among those that the agent brings. That
    /// `sudo` is there tells scripts that it helps, so it is for root alone.
    fn search_path(&self, script: &Script) -> Option<OsString> {
        let path = own_path(script)?;
        let brought = self.toolbox.parent()?.parent()?;
        let root = rustix::process::geteuid().is_root();
        let folders = [Some("helpers"), root.then_some("root")];
        let folders = folders.into_iter().flatten().map(|name| brought.join(name));
        let folders = folders.filter(|folder| folder.is_dir());
        std::env::join_paths(std::env::split_paths(&path).chain(folders)).ok()
    }

    /// What a shell of the user's own needs: what the next shell of the job would begin with.
    pub(crate) fn stop(&self, script: &Script, last: Option<&CommandReport>) -> Stop {
        let directory = script.directory.as_bytes();
        let (directory, variables) = match last {
            Some(last) => (folder(&[&last.directory, directory]), last.exports.clone()),
            None => {
                let mut text = Vec::new();
                let path = self.search_path(script).map(OsString::into_vec);
                let path = path.map(|value| (b"PATH".to_vec(), value));
                for (name, value) in script.env.iter().chain(&path) {
                    glue::export(&mut text, name, value);
                }
                (folder(&[directory]), text)
            }
        };
        Stop {
            program: self.program.path.clone(),
            is_bash: self.program.is_bash,
            whole: last.is_some(),
            directory,
            variables,
            preamble: script.preamble.clone().into_bytes(),
        }
    }

    /// Writes a command's file: the user's text and a newline, nothing else (decision 18).
    pub(crate) fn write_command(&self, name: &str, text: &str) -> std::io::Result<PathBuf> {
        let path = self.place.commands().join(name);
        write_private(&path, format!("{text}\n").as_bytes())?;
        Ok(path)
    }

    /// Starts the shell's own check of a file, for a shell that would die of bad syntax.
    pub(crate) fn start_check(&self, terminal: &Terminal, file: &Path) -> std::io::Result<i32> {
        let mut command = Command::new(&self.program.path);
        command
            .arg("-n")
            .arg(file)
            .stdin(std::process::Stdio::null())
            .stdout(terminal.stdio()?)
            .stderr(terminal.stdio()?);
        Ok(self.reaper.spawn(&mut command)?.id().cast_signed())
    }
}

impl Shell {
    /// Gives the shell lines to read. A shell that reads nothing does not hold the supervisor.
    pub(crate) fn feed(&self, text: Vec<u8>) {
        if let Some(feed) = &self.feed {
            let _ = feed.send(text);
        }
    }

    /// Lets the shell see the end of its commands.
    pub(crate) fn end(&mut self) {
        self.feed = None;
    }
}

fn write_from_a_thread(mut pipe: std::fs::File) -> Sender<Vec<u8>> {
    let (sender, texts) = std::sync::mpsc::channel::<Vec<u8>>();
    std::thread::spawn(move || {
        while let Ok(text) = texts.recv() {
            if pipe.write_all(&text).is_err() {
                return;
            }
        }
    });
    sender
}

/// The first of these folders that is there; else the root.
fn folder(wanted: &[&[u8]]) -> PathBuf {
    wanted
        .iter()
        .map(|path| PathBuf::from(OsStr::from_bytes(path)))
        .find(|path| path.is_dir())
        .unwrap_or_else(|| PathBuf::from("/"))
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?
        .write_all(bytes)
}
