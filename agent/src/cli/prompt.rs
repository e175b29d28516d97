//! Reading a secret from the terminal without showing it.

use crate::error::{Exit, UserError};
use rustix::stdio::stdin;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use std::io::Read;
use zeroize::Zeroizing;

/// Puts the terminal back as it was, whatever happens.
struct Restore(Termios);

impl Drop for Restore {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), OptionalActions::Flush, &self.0);
    }
}

/// Reads one line from the terminal, key by key and without echo. The caller prints the question.
///
/// # Errors
/// On Ctrl-C, and when the terminal cannot be read.
pub(super) fn secret_line() -> Result<Zeroizing<Vec<u8>>, UserError> {
    let failed = |error: &dyn std::fmt::Display| {
        UserError::new(Exit::Usage, format!("The terminal cannot be read: {error}"))
    };
    let before = tcgetattr(stdin()).map_err(|error| failed(&error))?;
    let mut quiet = before.clone();
    // Signals are off, too: a Ctrl-C must not leave the terminal without echo.
    quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
    quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
    quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
    let _restore = Restore(before);
    tcsetattr(stdin(), OptionalActions::Flush, &quiet).map_err(|error| failed(&error))?;
    let mut line = Line::default();
    let mut input = std::io::stdin().lock();
    let mut byte = [0];
    loop {
        if input.read(&mut byte).map_err(|error| failed(&error))? == 0 {
            return Ok(line.0);
        }
        match line.take(byte[0]) {
            Key::More => {}
            Key::Done => return Ok(line.0),
            Key::Interrupt => return Err(UserError::new(Exit::Interrupted, "Interrupted")),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    More,
    Done,
    Interrupt,
}

/// The line as it is typed, with the keys that take something back.
struct Line(Zeroizing<Vec<u8>>);

impl Default for Line {
    fn default() -> Self {
        // Room enough that a growing line leaves no copies behind.
        Self(Zeroizing::new(Vec::with_capacity(4096)))
    }
}

impl Line {
    fn take(&mut self, byte: u8) -> Key {
        match byte {
            b'\n' | b'\r' | 4 => return Key::Done,
            3 | 28 => return Key::Interrupt,
            8 | 127 => {
                // A character of UTF-8 is taken back whole.
                while self.0.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {}
            }
            21 => self.0.clear(),
            _ => self.0.push(byte),
        }
        Key::More
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[u8]) -> (Vec<u8>, Key) {
        let mut line = Line::default();
        let last = keys
            .iter()
            .map(|key| line.take(*key))
            .last()
            .unwrap_or(Key::More);
        (line.0.to_vec(), last)
    }

    #[test]
    fn a_line_ends_at_return_and_can_be_corrected() {
        assert_eq!(typed(b"abc\r"), (b"abc".to_vec(), Key::Done));
        assert_eq!(typed("aä\u{7f}b\n".as_bytes()), (b"ab".to_vec(), Key::Done));
        assert_eq!(typed(b"wrong\x15right\n"), (b"right".to_vec(), Key::Done));
        assert_eq!(typed(b"\x7f\x7fa\n"), (b"a".to_vec(), Key::Done));
    }

    #[test]
    fn control_c_interrupts() {
        assert_eq!(typed(b"ab\x03").1, Key::Interrupt);
    }
}
