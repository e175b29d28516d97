//! Finds the end of what shell quoting opens.

use super::Unclosed;

/// What an opener at a place stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opener {
    Single,
    Double,
    Backtick,
    Command,
    Parameter,
}

/// How deep `$(…)` may nest before it is taken for text.
const MAX_DEPTH: usize = 50;

impl Opener {
    /// The opener at a byte of a text.
    pub(super) fn at(text: &str, at: usize) -> Option<Self> {
        let rest = text.as_bytes().get(at..)?;
        match rest {
            [b'\'', ..] => Some(Self::Single),
            [b'"', ..] => Some(Self::Double),
            [b'`', ..] => Some(Self::Backtick),
            [b'$', b'(', ..] => Some(Self::Command),
            [b'$', b'{', ..] => Some(Self::Parameter),
            _ => None,
        }
    }

    pub(super) fn is_quote(self) -> bool {
        matches!(self, Self::Single | Self::Double)
    }

    /// What opens, and what closes.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Single => ("'", "'"),
            Self::Double => ("\"", "\""),
            Self::Backtick => ("`", "`"),
            Self::Command => ("$(", ")"),
            Self::Parameter => ("${", "}"),
        }
    }
}

/// The byte after the end of what opens at `at`, as a shell sees it.
pub(super) fn end(text: &str, at: usize, opener: Opener) -> Result<usize, Unclosed> {
    nested_end(text, at, opener, 0)
}

fn nested_end(text: &str, at: usize, opener: Opener, depth: usize) -> Result<usize, Unclosed> {
    let (open, close) = opener.names();
    let unclosed = Unclosed {
        opener: open,
        closer: close,
        offset: at,
    };
    if depth > MAX_DEPTH {
        return Err(unclosed);
    }
    let closer = close.as_bytes().first().copied().unwrap_or_default();
    let bytes = text.as_bytes();
    let mut at = at + open.len();
    let mut parentheses = 0_usize;
    while let Some(byte) = bytes.get(at) {
        if *byte == closer && parentheses == 0 {
            return Ok(at + 1);
        }
        let inner = match opener {
            Opener::Single | Opener::Backtick => None,
            Opener::Double => Opener::at(text, at).filter(|inner| !inner.is_quote()),
            Opener::Command | Opener::Parameter => Opener::at(text, at),
        };
        at = match (byte, inner) {
            (b'\\', _) if opener != Opener::Single => at + 2,
            (_, Some(inner)) => match (nested_end(text, at, inner, depth + 1), opener) {
                (Ok(end), _) => end,
                // More likely this is not closed than a quote inside of it.
                (Err(_), Opener::Command | Opener::Parameter) if inner.is_quote() => {
                    return Err(unclosed);
                }
                (Err(error), _) => return Err(error),
            },
            (b'(', None) if opener == Opener::Command => {
                parentheses += 1;
                at + 1
            }
            (b')', None) if opener == Opener::Command => {
                parentheses = parentheses.saturating_sub(1);
                at + 1
            }
            _ => at + 1,
        };
    }
    Err(unclosed)
}
