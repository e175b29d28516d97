//! Becomes a program that leads a session of its own, with standard input as its terminal.
//!
//! A command of its own because that has to happen between fork and exec, where safe Rust
//! has no place for it.

use crate::Failed;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

pub(crate) fn run(args: &[OsString]) -> Result<ExitCode, Failed> {
    let (program, args) = args.split_first().ok_or("tty-exec wants a program")?;
    rustix::process::setsid()?;
    rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
    let error = Command::new(program).args(args).exec();
    Err(format!("{} cannot be run: {error}", program.display()).into())
}
