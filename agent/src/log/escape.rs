//! Takes terminal control out of a stream, but for colours (threat T34).

/// Longer sequences are dropped whole.
const MAX_PARAMETERS: usize = 64;

/// What is left of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text: no control characters but tabs.
    Text(&'a [u8]),
    /// The parameters of a sequence that sets colours: `1;31` of `ESC [ 1;31 m`.
    Colour(&'a [u8]),
    /// A line feed.
    LineFeed,
    /// A carriage return.
    Return,
}

/// Where in a sequence the stream stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After ESC.
    Escape,
    /// After ESC and what may stand before its last byte.
    Designate,
    /// After `ESC [`.
    Parameters,
    /// In a string that a terminal would take for itself: a title, a link, a clipboard.
    ForTerminal,
    /// After ESC in such a string.
    StringEscape,
}

/// The sorter; keeps no more than the parameters of one sequence.
#[derive(Clone, Debug, Default)]
pub(super) struct Escapes {
    state: State,
    parameters: Vec<u8>,
}

impl Escapes {
    /// Tells the pieces of `input`, in order. A line end also ends whatever was left open, so
    /// that a broken sequence hides at most one line.
    pub(super) fn push(&mut self, input: &[u8], mut tell: impl FnMut(Piece<'_>)) {
        let mut rest = input;
        while let [byte, tail @ ..] = rest {
            if self.state == State::Text && is_text(*byte) {
                let len = rest.iter().position(|b| !is_text(*b)).unwrap_or(rest.len());
                let (text, after) = rest.split_at(len);
                tell(Piece::Text(text));
                rest = after;
                continue;
            }
            rest = tail;
            match byte {
                b'\n' => self.line_end(Piece::LineFeed, &mut tell),
                b'\r' => self.line_end(Piece::Return, &mut tell),
                _ => self.control(*byte, &mut tell),
            }
        }
    }

    fn line_end(&mut self, piece: Piece<'_>, tell: &mut impl FnMut(Piece<'_>)) {
        self.state = State::Text;
        tell(piece);
    }

    /// One byte of a sequence, or a control character.
    fn control(&mut self, byte: u8, tell: &mut impl FnMut(Piece<'_>)) {
        self.state = match (self.state, byte) {
            (_, 0x18 | 0x1a) => State::Text,
            (State::ForTerminal, 0x1b) => State::StringEscape,
            (_, 0x1b) => State::Escape,
            (State::Text, _) => State::Text,
            (State::Escape, b'[') => {
                self.parameters.clear();
                State::Parameters
            }
            (State::Escape | State::StringEscape, b']' | b'P' | b'X' | b'^' | b'_') => {
                State::ForTerminal
            }
            (State::Escape | State::Designate, 0x20..=0x2f) => State::Designate,
            (State::ForTerminal, 0x07) => State::Text,
            (State::ForTerminal, _) => State::ForTerminal,
            (State::Parameters, 0x20..=0x3f) => {
                if self.parameters.len() <= MAX_PARAMETERS {
                    self.parameters.push(byte);
                }
                State::Parameters
            }
            (State::Parameters, b'm') => {
                let digits = |b: &u8| b.is_ascii_digit() || matches!(b, b';' | b':');
                if self.parameters.len() <= MAX_PARAMETERS && self.parameters.iter().all(digits) {
                    tell(Piece::Colour(&self.parameters));
                }
                State::Text
            }
            // The last byte of a sequence; or one that belongs to none, which is dropped with it.
            (_, _) if byte < 0x80 => State::Text,
            (_, _) => {
                tell(Piece::Text(&[byte]));
                State::Text
            }
        };
    }
}

fn is_text(byte: u8) -> bool {
    byte >= 0x20 && byte != 0x7f || byte == b'\t'
}

/// Text of others (a branch, a title, a message) as it may be printed on a terminal: colours
/// stay, all other control goes.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    Escapes::default().push(text.as_bytes(), |piece| match piece {
        Piece::Text(text) => out.extend_from_slice(text),
        Piece::Colour(parameters) => push_colour(parameters, &mut out),
        Piece::LineFeed => out.push(b'\n'),
        Piece::Return => (),
    });
    display(&out).into_owned()
}

/// Writes a colour sequence.
pub(super) fn push_colour(parameters: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[");
    out.extend_from_slice(parameters);
    out.push(b'm');
}

/// Bytes as text: what is no UTF-8 as U+FFFD, and without the control characters U+0080 to U+009F.
pub(super) fn display(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    let is_c1 = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
    if memchr::memchr(0xc2, bytes).is_some() && text.contains(is_c1) {
        text.replace(is_c1, "").into()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_pass() {
        for (dirty, expected) in [
            ("\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m"),
            ("\x1b]52;c;aGk=\x07a", "a"),
            (
                "\x1b]8;;javascript:alert(1)\x1b\\link\x1b]8;;\x1b\\",
                "link",
            ),
            ("\x1b]0;title\x07x\x1b[2Jy\x1b[10;3Hz", "xyz"),
            ("\x1bPq#0\x1b\\a\x1b_b\x1b\\c\x1b(Bd\x1bce", "acde"),
            ("a\0b\x07c\x08d\x7fe\tf", "abcde\tf"),
            ("\u{9b}2Ja\u{85}b", "2Jab"),
            ("\x1b[38;5;</span>a", "pan>a"),
            ("\x1b[?25lx\x1b[>1mb", "xb"),
            ("\x1b]0;never ended\nnext", "\nnext"),
            ("\x1b[1", ""),
            ("\x1b[3\x1b[4mé", "\x1b[4mé"),
            ("\x1bé", "é"),
        ] {
            assert_eq!(clean(dirty), expected, "{dirty:?}");
        }
    }

    #[test]
    fn a_sequence_without_end_takes_no_memory() {
        let mut escapes = Escapes::default();
        for _ in 0..1000 {
            escapes.push(&b"\x1b[".repeat(500), |_| ());
            escapes.push(&[b"\x1b[", &b"1"[..]].concat().repeat(500), |_| ());
            escapes.push(&b"1".repeat(500), |_| ());
        }
        assert!(escapes.parameters.capacity() < 1024);
    }
}
