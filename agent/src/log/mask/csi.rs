//! Control sequences of a terminal that may stand inside a value: colours and the like.

/// Longer ones are not taken for control sequences.
const MAX: usize = 64;

/// What stands at the beginning of some text that begins with ESC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Csi {
    /// A whole sequence of this many bytes.
    Whole(usize),
    /// More bytes are needed to tell.
    Unknown,
    /// Something else.
    Other,
}

/// Reads `ESC [`, parameters and a final byte (ECMA-48, 5.4).
pub(super) fn parse(text: &[u8]) -> Csi {
    for (at, byte) in text.iter().take(MAX).enumerate() {
        match (at, byte) {
            (0, 0x1b) | (1, b'[') => (),
            (0 | 1, _) => return Csi::Other,
            (_, 0x40..=0x7e) => return Csi::Whole(at + 1),
            (_, 0x20..=0x3f) => (),
            _ => return Csi::Other,
        }
    }
    if text.len() < MAX {
        Csi::Unknown
    } else {
        Csi::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_whole_and_other_escapes_are_not() {
        assert_eq!(parse(b"\x1b[1mcr"), Csi::Whole(4));
        assert_eq!(parse(b"\x1b[38;5;1m"), Csi::Whole(9));
        assert_eq!(parse(b"\x1b[K"), Csi::Whole(3));
        assert_eq!(parse(b"\x1b[38;"), Csi::Unknown);
        assert_eq!(parse(b"\x1b"), Csi::Unknown);
        assert_eq!(parse(b"\x1b]0;title"), Csi::Other);
        assert_eq!(parse(b"\x1b[1\n"), Csi::Other);
        assert_eq!(
            parse(&[b"\x1b[".to_vec(), vec![b'1'; 100]].concat()),
            Csi::Other
        );
    }
}
