//! Lines of several jobs on one terminal, each with its job's number before it.

use anstyle::{AnsiColor, Color, Style};

/// Colours that tell jobs apart, readable on dark and light.
const COLORS: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::BrightBlack,
];

/// The text before each line of a job, e.g. `1.2 | `, coloured by job.
#[derive(Clone, Debug)]
pub(super) struct Prefix {
    rendered: Vec<u8>,
}

impl Prefix {
    /// The prefix of job `number` of build `build`, padded to the longest of `jobs`.
    #[must_use]
    pub(super) fn new(build: u64, number: u32, jobs: usize) -> Self {
        let width = format!("{build}.{jobs}").len();
        let at = (number.saturating_sub(1) as usize) % COLORS.len();
        let color = COLORS.get(at).copied().unwrap_or(AnsiColor::Cyan);
        let style = Style::new().fg_color(Some(Color::Ansi(color)));
        let text = format!("{build}.{number}");
        Self {
            rendered: format!("{style}{text:<width$} |{style:#} ").into_bytes(),
        }
    }

    /// Appends one line; colour that the job left open ends with it.
    pub(super) fn line(&self, out: &mut Vec<u8>, text: &[u8]) {
        out.extend_from_slice(&self.rendered);
        out.extend_from_slice(text);
        if text.contains(&0x1b) {
            out.extend_from_slice(b"\x1b[0m");
        }
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_all_jobs_stand_below_each_other() {
        let mut out = Vec::new();
        Prefix::new(3, 2, 10).line(&mut out, b"two");
        Prefix::new(3, 10, 10).line(&mut out, b"\x1b[31mten");
        let plain = anstream::adapter::strip_bytes(&out).into_vec();
        assert_eq!(String::from_utf8_lossy(&plain), "3.2  | two\n3.10 | ten\n");
        assert!(out.ends_with(b"\x1b[0m\n"));
    }
}
