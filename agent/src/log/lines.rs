//! From bytes to lines for people: what `agent run` shows.
//!
//! `\r\n` and `\r\r\n` end a line; a `\r` alone begins it anew, so that a progress bar becomes its
//! last state. Markers become events. Colours stay, and each line is whole in itself: colours
//! that are on at its end are switched off there and on again in the next.

use super::escape::{Escapes, Piece, display, push_colour};
use super::fold::{self, Marker};
use super::masked::Masked;

/// Bytes of a line that are shown; what follows on the line is counted only.
pub const MAX_LINE: usize = 64 << 10;
/// Bytes of colours that are carried on to the next line.
const MAX_STYLE: usize = 256;

/// What to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A line without its end; colours are the only control sequences in it.
    Line(&'a str),
    /// A marker, which has been taken out of the text.
    Marker(Marker<'a>),
}

/// Makes lines of a stream; holds one line at most.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    escapes: Escapes,
    line: Line,
}

#[derive(Clone, Debug, Default)]
struct Line {
    text: Vec<u8>,
    /// Bytes that went beyond [`MAX_LINE`].
    more: u64,
    /// The colours that are on.
    style: Vec<u8>,
    /// A `\r` came, and it is not yet known what follows.
    returned: bool,
    /// The line's beginning has been shown already.
    shown: bool,
}

impl Lines {
    /// Begins a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes and tells each line and marker that is whole.
    pub fn push(&mut self, input: Masked<'_>, mut tell: impl FnMut(Event<'_>)) {
        let line = &mut self.line;
        self.escapes.push(input.bytes(), |piece| match piece {
            Piece::Text(text) => line.add(text, &mut tell),
            Piece::Colour(parameters) => line.colour(parameters),
            Piece::LineFeed => line.end(&mut tell),
            Piece::Return => line.returned = true,
        });
    }

    /// Shows the beginning of a line whose end keeps one waiting: a question, a slow command.
    /// To be called when nothing came for some hundred milliseconds.
    pub fn flush(&mut self, mut tell: impl FnMut(Event<'_>)) {
        if self.line.has_text() && !self.line.may_be_marker() {
            // The bytes of a character that is not whole wait for the rest.
            let whole = whole_chars(&self.line.text);
            let rest = self.line.text.split_off(whole);
            self.line.show(&mut tell);
            self.line.text.extend_from_slice(&rest);
            self.line.shown = true;
        }
    }

    /// Ends the stream, and with it the last line.
    pub fn finish(&mut self, mut tell: impl FnMut(Event<'_>)) {
        if self.line.has_text() {
            self.line.end(&mut tell);
        }
        *self = Self::default();
    }

    /// Bytes held at the moment; never more than [`MAX_LINE`] and some hundred.
    #[must_use]
    pub fn held(&self) -> usize {
        self.line.text.len() + self.line.style.len()
    }
}

impl Line {
    fn add(&mut self, text: &[u8], tell: &mut impl FnMut(Event<'_>)) {
        if self.returned {
            self.begin_anew(tell);
        }
        let room = MAX_LINE.saturating_sub(self.text.len()).min(text.len());
        let (text, beyond) = text.split_at(room);
        self.text.extend_from_slice(text);
        self.more += beyond.len() as u64;
    }

    fn colour(&mut self, parameters: &[u8]) {
        if matches!(parameters.first(), None | Some(b'0')) {
            self.style.clear();
        }
        if !matches!(parameters, b"" | b"0") {
            if self.style.len() + parameters.len() > MAX_STYLE {
                self.style.clear();
            }
            push_colour(parameters, &mut self.style);
        }
        // After a return it belongs to the text to come, which begins with the style.
        if !self.returned && self.text.len() + parameters.len() + 3 <= MAX_LINE {
            push_colour(parameters, &mut self.text);
        }
    }

    /// A `\r` alone: what stood on the line goes, unless it was a marker.
    fn begin_anew(&mut self, tell: &mut impl FnMut(Event<'_>)) {
        self.returned = false;
        if let Some((at, marker)) = fold::at_end(&self.text) {
            let before = self.text.get(..at).unwrap_or_default();
            if has_text(before) {
                tell_line(before, &self.style, 0, tell);
            }
            tell(Event::Marker(marker));
        }
        self.clear();
    }

    fn end(&mut self, tell: &mut impl FnMut(Event<'_>)) {
        self.returned = false;
        match fold::at_end(&self.text) {
            Some((at, marker)) if !self.text.get(..at).is_some_and(has_text) => {
                tell(Event::Marker(marker));
                self.clear();
            }
            _ if self.shown && !self.has_text() => self.clear(),
            _ => self.show(tell),
        }
        self.shown = false;
    }

    fn show(&mut self, tell: &mut impl FnMut(Event<'_>)) {
        tell_line(&self.text, &self.style, self.more, tell);
        self.clear();
    }

    fn clear(&mut self) {
        self.more = 0;
        self.text.clear();
        self.text.extend_from_slice(&self.style);
    }

    fn has_text(&self) -> bool {
        has_text(&self.text)
    }

    fn may_be_marker(&self) -> bool {
        fold::may_begin(&self.text)
    }
}

fn tell_line(text: &[u8], style: &[u8], more: u64, tell: &mut impl FnMut(Event<'_>)) {
    if !has_text(text) {
        tell(Event::Line(""));
        return;
    }
    if style.is_empty() && more == 0 {
        tell(Event::Line(&display(text)));
        return;
    }
    let whole = if more > 0 {
        whole_chars(text)
    } else {
        text.len()
    };
    let mut line = display(text.get(..whole).unwrap_or(text)).into_owned();
    if more > 0 {
        let dropped = more + (text.len() - whole) as u64;
        line.push_str(&format!(" [… {dropped} more bytes on this line]"));
    }
    if !style.is_empty() {
        line.push_str("\x1b[0m");
    }
    tell(Event::Line(&line));
}

/// Whether there is anything but colours.
fn has_text(line: &[u8]) -> bool {
    let mut rest = line;
    while let [0x1b, tail @ ..] = rest {
        let end = memchr::memchr(b'm', tail).map_or(tail.len(), |at| at + 1);
        rest = tail.get(end..).unwrap_or_default();
    }
    !rest.is_empty()
}

/// Length without the beginning of a character at the end.
fn whole_chars(text: &[u8]) -> usize {
    let tail = text.len().saturating_sub(3);
    let from = (tail..text.len()).find(|at| text.get(*at).is_some_and(|b| *b >= 0xc0));
    let Some(from) = from else {
        return text.len();
    };
    match std::str::from_utf8(text.get(from..).unwrap_or_default()) {
        Err(error) if error.error_len().is_none() => from + error.valid_up_to(),
        _ => text.len(),
    }
}

#[cfg(test)]
mod tests;
