//! The terminal of this process, lent to a shell in a job's container.
//!
//! What goes either way is for the user alone: it is neither masked nor kept.

use crate::backend::{Backend, Console, Size};
use crate::error::{Exit, UserError};
use crate::runner::execute::Cancel;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::fs::File;
use std::io::{IsTerminal, PipeWriter, Read, Write};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Refuses where nobody could use a shell.
pub(super) fn need_terminal() -> Result<(), UserError> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    let error = "--shell-on-failure needs a terminal, and standard input or output is none";
    Err(UserError::new(Exit::Usage, error)
        .hint("leave it out, or run the command in a terminal without a pipe"))
}

/// Opens a shell in a job's container and returns when it has ended, or the build was canceled.
///
/// # Errors
/// Why there was none, or why it broke, in words.
pub(super) async fn open(
    backend: &Arc<dyn Backend>,
    instance: &str,
    cancel: &Cancel,
) -> Result<(), String> {
    let terminal = Terminal::open().map_err(|error| format!("no terminal: {error}"))?;
    let console = tokio::select! {
        biased;
        () = cancel.soft.cancelled() => return Ok(()),
        console = backend.console(instance, terminal.size()) => {
            console.map_err(|error| error.with_hint())?
        }
    };
    let raw = Raw::begin(&terminal).map_err(|error| format!("no terminal: {error}"))?;
    let ended = tokio::select! {
        biased;
        () = cancel.soft.cancelled() => Ok(()),
        ended = carry(backend, console, &terminal) => ended,
    };
    drop(raw);
    say("");
    ended.map_err(|error| format!("the connection to it broke: {error}"))
}

/// A line on the terminal, where no printer is at hand.
pub(super) fn say(text: &str) {
    // Colours and the like of the shell end here.
    let _ = writeln!(std::io::stdout(), "\x1b[0m{text}");
}

/// Carries bytes both ways, and the terminal's size, until the shell ends.
async fn carry(
    backend: &Arc<dyn Backend>,
    console: Console,
    terminal: &Terminal,
) -> std::io::Result<()> {
    let Console {
        id,
        mut output,
        mut input,
    } = console;
    let (mut keys, _until_the_end) = terminal.keys()?;
    let mut screen = tokio::fs::File::from_std(terminal.0.try_clone()?);
    let shown = async {
        let mut buffer = vec![0; 1 << 14];
        loop {
            match output.read(&mut buffer).await? {
                0 => return Ok(()),
                count => {
                    let piece = buffer.get(..count).unwrap_or_default();
                    screen.write_all(piece).await?;
                    screen.flush().await?;
                }
            }
        }
    };
    let typed = async {
        while let Some(piece) = keys.recv().await {
            // A shell that has just ended takes nothing; its output says so.
            if input.write_all(&piece).await.is_err() || input.flush().await.is_err() {
                return std::future::pending().await;
            }
        }
        // The terminal is gone.
        Ok(())
    };
    let sized = async {
        let mut changes = signal(SignalKind::window_change())?;
        while changes.recv().await.is_some() {
            // A size that does not arrive is no reason to end a shell.
            let _ = backend.resize(&id, terminal.size()).await;
        }
        std::future::pending().await
    };
    tokio::select! {
        biased;
        ended = shown => ended,
        ended = typed => ended,
        ended = sized => ended,
    }
}

/// The terminal, opened anew: who shares standard input has a place of its own to read from.
struct Terminal(File);

impl Terminal {
    fn open() -> std::io::Result<Self> {
        if !std::io::stdin().is_terminal() {
            return Err(std::io::Error::other("standard input is none"));
        }
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let open = |path: &str| rustix::fs::open(path, flags, Mode::empty());
        let file = open("/dev/tty").or_else(|_| open("/proc/self/fd/0"))?;
        Ok(Self(File::from(file)))
    }

    /// Its size; nothing where it does not know.
    fn size(&self) -> Size {
        tcgetwinsize(&self.0).map_or_else(
            |_| Size::default(),
            |size| Size {
                rows: size.ws_row,
                columns: size.ws_col,
            },
        )
    }

    /// Its keys, until the other half of the answer is dropped: a read without an end would take a
    /// key away from whoever reads next.
    fn keys(&self) -> std::io::Result<(mpsc::Receiver<Vec<u8>>, PipeWriter)> {
        let mut terminal = self.0.try_clone()?;
        let (stopped, stop) = std::io::pipe()?;
        let (keys, typed) = mpsc::channel(16);
        std::thread::spawn(move || {
            let mut buffer = [0; 1 << 10];
            loop {
                let mut fds = [
                    PollFd::new(&stopped, PollFlags::empty()),
                    PollFd::new(&terminal, PollFlags::IN),
                ];
                match poll(&mut fds, None) {
                    Ok(_) if fds[0].revents().is_empty() => {}
                    Err(Errno::INTR) => continue,
                    Ok(_) | Err(_) => return,
                }
                let Ok(count) = terminal.read(&mut buffer) else {
                    return;
                };
                let piece = buffer.get(..count).unwrap_or_default().to_vec();
                if count == 0 || keys.blocking_send(piece).is_err() {
                    return;
                }
            }
        });
        Ok((typed, stop))
    }
}

/// Passes every key on as it is, and puts the terminal back as it was, whatever happens.
struct Raw(Termios);

impl Raw {
    fn begin(terminal: &Terminal) -> std::io::Result<Self> {
        let before = tcgetattr(&terminal.0)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(&terminal.0, OptionalActions::Flush, &raw)?;
        Ok(Self(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), OptionalActions::Drain, &self.0);
    }
}
