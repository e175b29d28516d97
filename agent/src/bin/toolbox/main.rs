//! The `toolbox` command: what the agent brings into a job's container.
//!
//! Static and small: standard library and rustix only. It shares nothing with the agent but
//! the protocol module.
//!
//! - `supervise`: process 1 of a job; takes one script over standard input and runs it
//! - `attach --from N`: records from a byte offset to standard output, frames from standard input
//! - `stop --grace-ms N`: TERM to all of the job, that time, then the end of everything
//! - `shell ROWS COLUMNS`: the user's own shell where a job waits after a failure
//! - `tty-exec PROGRAM …`: a program in a session of its own on the terminal of standard input
//! - `dockerd …`: a job's own Docker daemon; `docker-ready SOCKET MS` waits for it
//! - `port-ready PORT MS`: waits until a port of this network namespace takes connections
//! - `docker-pushes SOCKET`: the images that it pushed, as they are pushed
//! - `disk-use FOLDER …`: the bytes that files below folders take
//! - under the name `runc`: stands before that daemon's `runc`

mod attach;
mod disk_use;
mod dockerd;
mod json;
mod place;
mod port;
#[allow(dead_code, unused_imports, unreachable_pub)]
#[path = "../../protocol/mod.rs"]
mod protocol;
mod pushes;
mod runc;
mod shell;
mod stop;
mod supervise;
mod tty_exec;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: toolbox supervise | attach --from OFFSET | stop --grace-ms N | \
                     shell ROWS COLUMNS | \
                     tty-exec PROGRAM … | dockerd … | docker-ready SOCKET MS | \
                     port-ready PORT MS | docker-pushes SOCKET [past] | disk-use FOLDER …";

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_default();
    if Path::new(&name).ends_with("runc") {
        return told(runc::run(&args.collect::<Vec<_>>()));
    }
    let command = args.next().unwrap_or_default();
    let rest: Vec<OsString> = args.collect();
    let ended = match command.to_str() {
        Some("supervise") => supervise::run(),
        Some("attach") => number(&rest, "--from").and_then(attach::run),
        Some("stop") => number(&rest, "--grace-ms").and_then(stop::run),
        Some("shell") => shell::run(&rest),
        Some("tty-exec") => tty_exec::run(&rest),
        Some("dockerd") => dockerd::run(&rest),
        Some("docker-ready") => dockerd::ready(&rest),
        Some("port-ready") => port::ready(&rest),
        Some("disk-use") => disk_use::run(&rest),
        Some("docker-pushes") => pushes::run(&rest),
        _ => Err(USAGE.into()),
    };
    told(ended)
}

/// The exit code; an error is said.
fn told(ended: Result<ExitCode, Failed>) -> ExitCode {
    ended.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "toolbox: {error}");
        ExitCode::from(125)
    })
}

/// The one option that a command takes.
fn number(args: &[OsString], option: &str) -> Result<u64, Failed> {
    match args {
        [name, value] if name == option => value
            .to_str()
            .and_then(|value| value.parse().ok())
            .ok_or_else(|| format!("{option} wants a number").into()),
        _ => Err(USAGE.into()),
    }
}

/// Why a command could not do its work, for its caller to read.
type Failed = Box<dyn std::error::Error>;
