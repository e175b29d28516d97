//! The pipe through which shells report: fields that end with NUL.

use super::event::{CommandReport, Event, Report};
use rustix::fs::{Mode, OFlags};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::Sender;

/// More than this without a whole message is nonsense and dropped.
const LIMIT: usize = 64 * 1024 * 1024;

/// The supervisor's end of the pipe, for its own marks.
pub(crate) struct Reports(std::fs::File);

impl Reports {
    /// Makes the named pipe and listens on it.
    pub(crate) fn listen(path: &Path, events: Sender<Event>) -> std::io::Result<Self> {
        let pipe = make_pipe(path)?;
        let mut from = pipe.try_clone()?;
        std::thread::spawn(move || {
            let mut parser = Parser::default();
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count) = from.read(&mut buffer) {
                for report in parser.feed(buffer.get(..count).unwrap_or_default()) {
                    if events.send(Event::Report(report)).is_err() {
                        return;
                    }
                }
            }
        });
        Ok(Self(pipe))
    }

    /// Puts a mark behind everything that was written so far.
    pub(crate) fn sync(&mut self, token: u64) {
        let _ = self.0.write_all(format!("S\0{token}\0").as_bytes());
    }
}

/// A named pipe, open at both ends so that neither side ever sees an end or waits for the other.
pub(crate) fn make_pipe(path: &Path) -> std::io::Result<std::fs::File> {
    let _ = std::fs::remove_file(path);
    rustix::fs::mkfifoat(rustix::fs::CWD, path, Mode::RUSR | Mode::WUSR)?;
    let pipe = rustix::fs::open(path, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    Ok(pipe.into())
}

#[derive(Debug, Default)]
struct Parser {
    held: Vec<u8>,
    fields: Vec<Vec<u8>>,
}

impl Parser {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Report> {
        let mut reports = Vec::new();
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| *byte == 0) {
            let (head, tail) = rest.split_at(at);
            self.held.extend_from_slice(head);
            rest = tail.get(1..).unwrap_or_default();
            let field = std::mem::take(&mut self.held);
            self.fields.push(field);
            if let Some(report) = self.complete() {
                reports.extend(report);
                self.fields.clear();
            }
        }
        self.held.extend_from_slice(rest);
        if self.held.len() > LIMIT {
            self.held.clear();
            self.fields.clear();
        }
        reports
    }

    /// A message, once all its fields are there; `Some(None)` for one that makes no sense.
    fn complete(&self) -> Option<Option<Report>> {
        match self.fields.as_slice() {
            [kind, rest @ ..] => match (kind.as_slice(), rest) {
                (b"R", [number, status, flags, directory, exports]) => {
                    Some(number_in(number).zip(number_in(status)).map(|(n, status)| {
                        Report::Command(CommandReport {
                            number: n,
                            status,
                            flags: flags.clone(),
                            directory: directory.clone(),
                            exports: exports.clone(),
                        })
                    }))
                }
                (b"X", [flags]) => Some(Some(Report::LastWords {
                    flags: flags.clone(),
                })),
                (b"T", [status]) => Some(number_in(status).map(Report::Terminate)),
                (b"S", [token]) => Some(number_in(token).map(Report::Sync)),
                (b"R" | b"X" | b"T" | b"S", _) => None,
                _ => Some(None),
            },
            [] => None,
        }
    }
}

fn number_in<N: std::str::FromStr>(field: &[u8]) -> Option<N> {
    std::str::from_utf8(field).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read_under_every_split() {
        let stream = b"R\x003\x00127\0ehB\0/tmp/a\nb\0declare -x A=\"1\"\n\0X\0e\0T\x002\0S\x007\0";
        for at in 0..=stream.len() {
            let mut parser = Parser::default();
            let mut reports = parser.feed(&stream[..at]);
            reports.extend(parser.feed(&stream[at..]));
            let expected = [
                Report::Command(CommandReport {
                    number: 3,
                    status: 127,
                    flags: b"ehB".to_vec(),
                    directory: b"/tmp/a\nb".to_vec(),
                    exports: b"declare -x A=\"1\"\n".to_vec(),
                }),
                Report::LastWords {
                    flags: b"e".to_vec(),
                },
                Report::Terminate(2),
                Report::Sync(7),
            ];
            assert_eq!(reports, expected);
        }
    }

    #[test]
    fn nonsense_is_passed_over() {
        let mut parser = Parser::default();
        let reports = parser.feed(b"hello\0\0T\0x\0T\x001\0");
        assert_eq!(reports, [Report::Terminate(1)]);
    }
}
