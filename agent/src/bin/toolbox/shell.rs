//! The user's own shell where a job waits after a failure, on the terminal of standard input.

use crate::attach::{REFUSED, connect};
use crate::place::Place;
use crate::supervise::greeting::{Answer, Greeting};
use crate::supervise::held::Stop;
use crate::{Failed, USAGE};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::termios::{Winsize, tcsetwinsize};
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

pub(crate) fn run(args: &[OsString]) -> Result<ExitCode, Failed> {
    let number = |text: &OsString| text.to_str()?.parse::<u16>().ok();
    let (rows, columns) = match args {
        [rows, columns] => number(rows).zip(number(columns)).ok_or(USAGE)?,
        _ => return Err(USAGE.into()),
    };
    if rows > 0 && columns > 0 {
        // Before the shell looks at it. One that is no terminal shows that by itself.
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let _ = tcsetwinsize(rustix::stdio::stdin(), size);
    }
    let stop = ask()?;
    // A file of memory: the variables may be secret, and a shell takes them from a file only.
    let mut first = File::from(memfd_create("first", MemfdFlags::empty())?);
    first.write_all(&stop.text())?;
    let number = first.as_raw_fd();
    if number < 10 {
        // The shell has read it all by then, and what it starts need not have it.
        writeln!(first, "exec {number}<&-")?;
    }
    let path = format!("/proc/self/fd/{number}");
    let mut shell = Command::new(&stop.program);
    if stop.whole {
        shell.env_clear();
    }
    if stop.is_bash {
        shell.args(["--noprofile", "--rcfile", &path]);
    } else {
        shell.env("ENV", &path);
    }
    let error = shell.arg("-i").current_dir(&stop.directory).exec();
    Err(format!("{} cannot be run: {error}", stop.program.display()).into())
}

fn ask() -> Result<Stop, Failed> {
    let mut socket = connect(&Place::of_this_process())?;
    Greeting::Shell.send(&socket, None)?;
    match Answer::receive(&mut socket)? {
        Answer::Welcome => Stop::receive(&mut socket),
        Answer::Dropped => Err("the job does not wait any more".into()),
        Answer::Refused => Err(REFUSED.into()),
    }
}
