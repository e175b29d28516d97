//! Takes the supervisor's own marks out of the terminal's output.
//!
//! When a command is over, a mark is written into the terminal behind all that the command
//! wrote. When the mark comes out at the other end, everything before it has come out too.

/// Finds marks in a stream, in pieces of any size.
#[derive(Debug)]
pub(crate) struct Stripper {
    /// A NUL, letters nobody can guess, a colon; then digits, then a NUL.
    prefix: Vec<u8>,
    held: Vec<u8>,
}

/// The longest number in a mark.
const DIGITS: usize = 20;

impl Stripper {
    pub(crate) fn new(secret: &str) -> Self {
        Self {
            prefix: format!("\0{secret}:").into_bytes(),
            held: Vec::new(),
        }
    }

    /// The bytes of mark number `n`.
    pub(crate) fn mark(secret: &str, n: u64) -> Vec<u8> {
        format!("\0{secret}:{n}\0").into_bytes()
    }

    /// Takes a piece; calls `sink` for output, in order, and gives the marks that were in it.
    ///
    /// At most a mark's length is held back, and only where a mark could have begun.
    pub(crate) fn feed(&mut self, piece: &[u8], mut sink: impl FnMut(&[u8])) -> Vec<u64> {
        let mut marks = Vec::new();
        let joined;
        let mut rest: &[u8] = if self.held.is_empty() {
            piece
        } else {
            self.held.extend_from_slice(piece);
            joined = std::mem::take(&mut self.held);
            &joined
        };
        let mut plain_from = rest;
        let mut plain = 0;
        while let Some(at) = rest.iter().position(|byte| *byte == 0) {
            let candidate = rest.get(at..).unwrap_or_default();
            match self.look(candidate) {
                Look::Mark(n, length) => {
                    plain += at;
                    emit(plain_from, plain, &mut sink);
                    rest = candidate.get(length..).unwrap_or_default();
                    plain_from = rest;
                    plain = 0;
                    marks.push(n);
                }
                Look::Other => {
                    plain += at + 1;
                    rest = candidate.get(1..).unwrap_or_default();
                }
                Look::Maybe => {
                    plain += at;
                    emit(plain_from, plain, &mut sink);
                    self.held = candidate.to_vec();
                    return marks;
                }
            }
        }
        emit(plain_from, plain_from.len(), &mut sink);
        marks
    }

    fn look(&self, candidate: &[u8]) -> Look {
        let Some(after) = candidate.strip_prefix(self.prefix.as_slice()) else {
            return if self.prefix.starts_with(candidate) {
                Look::Maybe
            } else {
                Look::Other
            };
        };
        let digits = after
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        match after.get(digits) {
            Some(0) => {
                let text = after.get(..digits).unwrap_or_default();
                let number = std::str::from_utf8(text).ok().and_then(|t| t.parse().ok());
                number.map_or(Look::Other, |n| {
                    Look::Mark(n, self.prefix.len() + digits + 1)
                })
            }
            None if digits <= DIGITS => Look::Maybe,
            _ => Look::Other,
        }
    }
}

fn emit(from: &[u8], length: usize, sink: &mut impl FnMut(&[u8])) {
    let bytes = from.get(..length).unwrap_or_default();
    if !bytes.is_empty() {
        sink(bytes);
    }
}

enum Look {
    Mark(u64, usize),
    Maybe,
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(pieces: &[&[u8]]) -> (Vec<u8>, Vec<u64>) {
        let mut stripper = Stripper::new("abc");
        let (mut output, mut marks) = (Vec::new(), Vec::new());
        for piece in pieces {
            marks.extend(stripper.feed(piece, |bytes| output.extend_from_slice(bytes)));
        }
        (output, marks)
    }

    #[test]
    fn marks_are_taken_out_under_every_split() {
        let stream = [
            b"one\0".as_slice(),
            &Stripper::mark("abc", 1),
            b"two\0abc:x",
            &Stripper::mark("abc", 22),
            &Stripper::mark("abc", 3),
            b"\0ab three",
        ]
        .concat();
        for at in 0..=stream.len() {
            let (output, marks) = strip(&[&stream[..at], &stream[at..]]);
            assert_eq!(output, b"one\0two\0abc:x\0ab three");
            assert_eq!(marks, [1, 22, 3]);
        }
        let (output, marks) = strip(&stream.chunks(1).collect::<Vec<_>>());
        assert_eq!(output, b"one\0two\0abc:x\0ab three");
        assert_eq!(marks, [1, 22, 3]);
    }

    #[test]
    fn output_without_nul_is_never_held_back() {
        let (output, marks) = strip(&[b"abc:1"]);
        assert_eq!(output, b"abc:1");
        assert!(marks.is_empty());
    }
}
