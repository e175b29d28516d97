//! Patterns of paths in the repository: `src/**`, `*.md`, `docs/[a-c]?.txt`.
//!
//! `*` and `?` stand for what is no `/`, `**` as a whole part for any folders, `[…]` for one of
//! several signs. Paths are relative to the top of the repository.

use std::ops::Range;

/// Why a pattern fits no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// It begins with `/`.
    #[error("paths are relative to the top of the repository")]
    Absolute,
    /// A part of it is `.` or `..`.
    #[error("a path has no `.` or `..` in it")]
    Dots,
    /// It has two slashes in a row, or ends with one.
    #[error("a name is missing between or after slashes")]
    Empty,
    /// `**` stands beside other signs.
    #[error("`**` stands alone between slashes")]
    Stars,
    /// A `[` is never closed, or has nothing in it.
    #[error("`[` is never closed, or has nothing in it")]
    Class,
    /// It begins with `!`.
    #[error("a pattern cannot be turned round with `!`")]
    Negated,
    /// It is longer than any path.
    #[error("it is longer than {LONGEST} bytes")]
    Long,
}

/// The longest pattern in bytes, as long as the longest path of Linux.
const LONGEST: usize = 4_096;

impl GlobError {
    /// What to write instead.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Absolute => "leave the `/` at the beginning out",
            Self::Dots => "begin with the name of a file or folder at the top of the repository",
            Self::Empty => "write `folder/**` for all that is in a folder",
            Self::Stars => "write `folder/**/*.rs`, or one `*` for a part of a name",
            Self::Class => "close it with `]`; a bracket that is meant itself is `[[]`",
            Self::Negated => "name what does not count in `paths-ignore` or `exclude`",
            Self::Long => "shorten it, with `*` or `**` for the rest",
        }
    }
}

/// Whether a text is a pattern; where it is not, why and which bytes.
///
/// # Errors
/// The text can fit no path.
pub fn check(text: &str) -> Result<(), (GlobError, Range<usize>)> {
    if text.len() > LONGEST {
        return Err((GlobError::Long, 0..text.len()));
    }
    if text.starts_with('!') {
        return Err((GlobError::Negated, 0..1));
    }
    if text.starts_with('/') {
        return Err((GlobError::Absolute, 0..1));
    }
    let mut at = 0;
    for part in text.split('/') {
        let range = at..at + part.len();
        match part {
            "" => return Err((GlobError::Empty, range.start.saturating_sub(1)..range.start)),
            "." | ".." => return Err((GlobError::Dots, range)),
            "**" => {}
            _ if part.contains("**") => return Err((GlobError::Stars, range)),
            _ => {}
        }
        at = range.end + 1;
    }
    classes(text)
}

/// Whether each `[` has signs and its `]`; a `]` that comes first is one of the signs.
fn classes(text: &str) -> Result<(), (GlobError, Range<usize>)> {
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('[')) {
        let open = at + open;
        let inside = text.get(open + 1..).unwrap_or_default();
        let negation = usize::from(inside.starts_with(['!', '^']));
        let signs = inside.get(negation..).unwrap_or_default();
        let first = signs.chars().next().map_or(0, char::len_utf8);
        let close = signs.get(first..).and_then(|rest| rest.find(['/', ']']));
        let close = close.filter(|close| signs.as_bytes().get(first + close) == Some(&b']'));
        match close {
            Some(close) if first > 0 && !signs.starts_with('/') => {
                at = open + 1 + negation + first + close + 1;
            }
            _ => return Err((GlobError::Class, open..open + 1)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_paths_are_taken() {
        for text in [
            "README.md",
            "src/**",
            "**/*.rs",
            "docs/[a-c]?.txt",
            "a[!b]c",
            "[]]",
            "[[]",
            "*",
            "{a,b}",
            "ä/ö.md",
            ".github/workflows/*.yml",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_fits_no_path_is_refused_where_it_stands() {
        for (text, error, range) in [
            ("/src", GlobError::Absolute, 0..1),
            ("./src", GlobError::Dots, 0..1),
            ("a/../b", GlobError::Dots, 2..4),
            ("a//b", GlobError::Empty, 1..2),
            ("docs/", GlobError::Empty, 4..5),
            ("", GlobError::Empty, 0..0),
            ("src/**.rs", GlobError::Stars, 4..9),
            ("a[b", GlobError::Class, 1..2),
            ("a[]", GlobError::Class, 1..2),
            ("a[b/c]", GlobError::Class, 1..2),
            ("[!]", GlobError::Class, 0..1),
            ("!docs/**", GlobError::Negated, 0..1),
        ] {
            assert_eq!(check(text), Err((error, range)), "{text}");
        }
    }
}
