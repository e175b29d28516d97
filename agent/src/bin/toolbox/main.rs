//! The `toolbox` command: what the agent brings into a job's container.
//!
//! Static and small: standard library and rustix only. It shares nothing with the agent but
//! the protocol module.

mod dockerd;
mod json;
#[allow(dead_code, unused_imports, unreachable_pub)]
#[path = "../../protocol/mod.rs"]
mod protocol;
mod runc;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_default();
    let ended = if std::path::Path::new(&name).ends_with("runc") {
        runc::run(&args.collect::<Vec<_>>())
    } else {
        let command = args.next().unwrap_or_default();
        let rest: Vec<OsString> = args.collect();
        match command.to_str() {
            Some("dockerd") => dockerd::run(&rest),
            Some("docker-ready") => dockerd::ready(&rest),
            _ => Err("usage".into()),
        }
    };
    ended.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "toolbox: {error}");
        ExitCode::from(125)
    })
}

/// Why a command could not do its work, for its caller to read.
type Failed = Box<dyn std::error::Error>;
