//! What is on the terminal: lines of the jobs, or a shell. While it is a shell, lines wait.

use super::shell;
use crate::backend::Backend;
use crate::cli::Printer;
use crate::runner::execute::Cancel;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// What a job has for the terminal. Bounded, so that a fast job waits for a slow terminal.
pub(super) type Output = mpsc::Sender<Chunk>;

/// Bytes that may wait while a shell is open; beyond them the jobs do.
const MOST: usize = 32 << 20;

/// A piece of what jobs have for the terminal.
pub(super) enum Chunk {
    /// Formatted lines.
    Lines(Vec<u8>),
    /// The job waits for a shell until the other end hears of its end.
    Shell(Stop, oneshot::Sender<()>),
}

/// Where a job waits.
pub(super) struct Stop {
    /// Its instance.
    pub(super) instance: String,
    /// What is said before the shell.
    pub(super) words: String,
}

/// The terminal.
pub(super) struct Screen {
    backend: Arc<dyn Backend>,
    cancel: Cancel,
    waiting: VecDeque<Chunk>,
    /// Bytes of the lines that wait.
    bytes: usize,
    shell: Option<(JoinHandle<()>, oneshot::Sender<()>)>,
}

impl Screen {
    pub(super) fn new(backend: Arc<dyn Backend>, cancel: Cancel) -> Self {
        Self {
            backend,
            cancel,
            waiting: VecDeque::new(),
            bytes: 0,
            shell: None,
        }
    }

    /// Whether the terminal belongs to a shell.
    pub(super) fn has_a_shell(&self) -> bool {
        self.shell.is_some()
    }

    /// Whether more lines may wait.
    pub(super) fn has_room(&self) -> bool {
        self.bytes < MOST
    }

    /// Shows a chunk in its turn.
    pub(super) fn show(&mut self, chunk: Chunk, printer: &mut Printer) {
        if let Chunk::Lines(lines) = &chunk {
            self.bytes += lines.len();
        }
        self.waiting.push_back(chunk);
        self.show_waiting(printer);
    }

    /// Ends with the shell.
    pub(super) async fn shell_ended(&mut self) {
        if let Some((shell, _)) = &mut self.shell {
            // A shell that broke has given the terminal back all the same.
            let _ = shell.await;
        }
    }

    /// Lets the job of the shell that ended go on, and shows what has waited.
    pub(super) fn go_on(&mut self, printer: &mut Printer) {
        if let Some((_, done)) = self.shell.take() {
            let _ = done.send(());
        }
        self.show_waiting(printer);
    }

    fn show_waiting(&mut self, printer: &mut Printer) {
        while self.shell.is_none()
            && let Some(chunk) = self.waiting.pop_front()
        {
            match chunk {
                Chunk::Lines(lines) => {
                    self.bytes -= lines.len();
                    printer.data(&lines);
                }
                // Its job may have been canceled while it waited for its turn.
                Chunk::Shell(_, done) if done.is_closed() || self.cancel.soft.is_cancelled() => {}
                Chunk::Shell(stop, done) => {
                    printer.line(format!("\n{}\n", stop.words));
                    let backend = Arc::clone(&self.backend);
                    let cancel = self.cancel.clone();
                    let shell = async move {
                        if let Err(reason) = shell::open(&backend, &stop.instance, &cancel).await {
                            shell::say(&format!("No shell: {reason}"));
                        }
                    };
                    self.shell = Some((tokio::spawn(shell), done));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::fake::{FakeBackend, Play};
    use std::io::Write;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<u8>>>);

    impl Write for Seen {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Seen {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    #[tokio::test]
    async fn lines_and_other_shells_wait_for_the_end_of_a_shell_in_their_order() {
        let seen = Seen::default();
        let mut printer = Printer::to(Box::new(seen.clone()), Box::new(seen.clone()));
        let backend = FakeBackend::new(|_, _| Play::default());
        let mut screen = Screen::new(backend, Cancel::default());
        let shell = |words: &str| {
            let (done, ended) = oneshot::channel();
            let stop = Stop {
                instance: "1".to_owned(),
                words: words.to_owned(),
            };
            (Chunk::Shell(stop, done), ended)
        };
        let lines = |text: &str| Chunk::Lines(text.as_bytes().to_vec());
        let (first, mut first_ended) = shell("first");
        let (second, mut second_ended) = shell("second");
        for chunk in [lines("a\n"), first, lines("b\n"), second, lines("c\n")] {
            screen.show(chunk, &mut printer);
        }
        assert_eq!(seen.text(), "a\n\nfirst\n\n");
        assert!(first_ended.try_recv().is_err());
        // Nothing opens a terminal here, so each ends at once.
        screen.shell_ended().await;
        screen.go_on(&mut printer);
        assert_eq!(first_ended.try_recv(), Ok(()));
        assert_eq!(seen.text(), "a\n\nfirst\n\nb\n\nsecond\n\n");
        assert!(second_ended.try_recv().is_err());
        screen.shell_ended().await;
        screen.go_on(&mut printer);
        assert_eq!(second_ended.try_recv(), Ok(()));
        assert!(seen.text().ends_with("second\n\nc\n"), "{}", seen.text());
        assert!(!screen.has_a_shell());
    }

    #[tokio::test]
    async fn a_job_that_was_canceled_gets_no_shell() {
        let seen = Seen::default();
        let mut printer = Printer::to(Box::new(seen.clone()), Box::new(seen.clone()));
        let cancel = Cancel::default();
        cancel.soft.cancel();
        let mut screen = Screen::new(FakeBackend::new(|_, _| Play::default()), cancel);
        let (done, ended) = oneshot::channel();
        let stop = Stop {
            instance: "1".to_owned(),
            words: "never".to_owned(),
        };
        screen.show(Chunk::Shell(stop, done), &mut printer);
        assert!(ended.await.is_err());
        assert!(!screen.has_a_shell());
        assert_eq!(seen.text(), "");
    }
}
