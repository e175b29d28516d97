//! Source texts and places in them.

use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use std::fmt;

/// Which of the [`Sources`](crate::Sources) a place lies in: 0 is the config itself, others are imports.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct FileId(pub u16);

/// A range of bytes in one source text. `start == end` marks a point.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Span {
    /// The file the range lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A range in the first file.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            file: FileId(0),
            start: clamp(start),
            end: clamp(end),
        }
    }

    /// The range from the start of `self` to the end of `other`, when both lie in one file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.file == other.file {
            Self {
                end: self.end.max(other.end),
                ..self
            }
        } else {
            self
        }
    }
}

/// A place as people name it: both numbers count from 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Where the lines of a text begin, found when the first is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(OnceCell<Vec<u32>>);

impl Lines {
    /// How many lines end before a byte of the text, which is the same at each call.
    pub(crate) fn before(&self, text: &str, offset: u32) -> usize {
        let newlines = || text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = || newlines().filter_map(|at| u32::try_from(at).ok()).collect();
        let starts: &Vec<u32> = self.0.get_or_init(starts);
        starts.partition_point(|start| *start <= offset)
    }
}

/// One text with the name that messages use for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name as users know it, e.g. `.ci.yml` or `owner/repo:ci/base.yml@main`.
    pub name: String,
    /// The text as read.
    pub text: String,
}

/// Bytes that are no text a config can be read from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// The text is encoded as UTF-16.
    #[error("{name}: the file is encoded as UTF-16; save it as UTF-8")]
    Utf16 {
        /// The file's name.
        name: String,
    },
    /// Some byte is part of no character.
    #[error("{name}: the byte at offset {offset} is not UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// The file's name.
        name: String,
        /// The offset of the first such byte, from 0.
        offset: usize,
    },
}

impl Source {
    /// A source from a name and a text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// A source from a name and the bytes of a file.
    ///
    /// # Errors
    ///
    /// When the bytes are no UTF-8 text.
    pub fn decode(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, NotText> {
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let name = name.into();
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(_) if utf16 => Err(NotText::Utf16 { name }),
            Err(error) => Err(NotText::NotUtf8 {
                name,
                offset: error.utf8_error().valid_up_to(),
            }),
        }
    }

    /// Line and column of a byte offset; an offset beyond the end names the end.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        LineColumn {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let source = Source::new("x", "ä: 1\nbö: 2");
        assert_eq!(source.line_column(0).to_string(), "1:1");
        assert_eq!(source.line_column(9).to_string(), "2:3");
        assert_eq!(source.line_column(99).to_string(), "2:6");
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_a_cure() {
        let decode = |bytes: &[u8]| {
            let source = Source::decode(".ci.yml", bytes.to_vec());
            source.map_err(|error| error.to_string())
        };
        assert_eq!(decode(b"a: 1"), Ok(Source::new(".ci.yml", "a: 1")));
        assert_eq!(
            decode(b"\xff\xfea\0"),
            Err(".ci.yml: the file is encoded as UTF-16; save it as UTF-8".to_owned())
        );
        assert_eq!(
            decode(b"a: \xe4"),
            Err(".ci.yml: the byte at offset 3 is not UTF-8; save the file as UTF-8".to_owned())
        );
    }
}
