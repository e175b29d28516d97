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

/// Compares patterns and paths, as long as its budget lasts: patterns can be made to cost much.
#[derive(Clone, Debug)]
pub struct Patterns {
    /// Comparisons of single signs that are left.
    left: u64,
}

/// Far more than any honest config needs, and done in a moment.
const BUDGET: u64 = 20_000_000;

impl Default for Patterns {
    fn default() -> Self {
        Self { left: BUDGET }
    }
}

impl Patterns {
    /// Whether there was an end of the budget before one of the answers.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.left == 0
    }

    /// Whether one of the patterns fits a path; `None` where the budget ends before that is known.
    #[must_use]
    pub fn any(&mut self, patterns: &[String], path: &str) -> Option<bool> {
        for pattern in patterns {
            if self.fits(pattern, path)? {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Whether a pattern fits a path; `None` where the budget ends before that is known.
    #[must_use]
    pub fn fits(&mut self, pattern: &str, path: &str) -> Option<bool> {
        self.spend(1 + pattern.len() as u64 / 8)?;
        let parts: Vec<&str> = pattern.split('/').collect();
        let names: Vec<&str> = path.split('/').collect();
        // Where the last `**` stands, and how many names it stands for: a later one makes all that
        // earlier ones could give away needless.
        let mut back: Option<(usize, usize)> = None;
        let (mut part, mut name) = (0, 0);
        while name < names.len() {
            match parts.get(part) {
                Some(&"**") => {
                    back = Some((part, name));
                    part += 1;
                    continue;
                }
                Some(text) if self.name(text, names.get(name).unwrap_or(&""))? => {
                    part += 1;
                    name += 1;
                    continue;
                }
                _ => {}
            }
            let Some((stars, taken)) = back else {
                return Some(false);
            };
            back = Some((stars, taken + 1));
            (part, name) = (stars + 1, taken + 1);
        }
        // `folder/**` is what is in the folder, and not the folder: a `**` that is left fits nothing.
        Some(part == parts.len())
    }

    fn spend(&mut self, cost: u64) -> Option<()> {
        let left = self.left.checked_sub(cost);
        self.left = left.unwrap_or(0);
        left.map(drop)
    }

    /// Whether a part of a pattern fits a name.
    fn name(&mut self, pattern: &str, name: &str) -> Option<bool> {
        let pattern: Vec<char> = pattern.chars().collect();
        let name: Vec<char> = name.chars().collect();
        let mut back: Option<(usize, usize)> = None;
        let (mut at, mut sign) = (0, 0);
        while let Some(&seen) = name.get(sign) {
            self.spend(1)?;
            if pattern.get(at) == Some(&'*') {
                back = Some((at, sign));
                at += 1;
                continue;
            }
            match one(&pattern, at, seen) {
                Some(next) => {
                    at = next;
                    sign += 1;
                }
                None => {
                    let Some((star, taken)) = back else {
                        return Some(false);
                    };
                    back = Some((star, taken + 1));
                    (at, sign) = (star + 1, taken + 1);
                }
            }
        }
        let rest = pattern.get(at..).unwrap_or_default();
        Some(rest.iter().all(|&sign| sign == '*'))
    }
}

/// Where a pattern goes on after a sign that it takes here.
fn one(pattern: &[char], at: usize, seen: char) -> Option<usize> {
    match pattern.get(at)? {
        '?' => Some(at + 1),
        '[' => {
            let negated = matches!(pattern.get(at + 1), Some('!' | '^'));
            let begin = at + 1 + usize::from(negated);
            // A `]` that comes first is one of the signs.
            let end = (begin + 1..pattern.len()).find(|&end| pattern[end] == ']')?;
            (class(&pattern[begin..end], seen) != negated).then_some(end + 1)
        }
        sign => (*sign == seen).then_some(at + 1),
    }
}

/// Whether a sign is one of several: `a`, or from `a` to `c`.
fn class(signs: &[char], seen: char) -> bool {
    let mut at = 0;
    while let Some(&first) = signs.get(at) {
        match (signs.get(at + 1), signs.get(at + 2)) {
            (Some('-'), Some(&last)) => {
                if (first..=last).contains(&seen) {
                    return true;
                }
                at += 3;
            }
            _ => {
                if first == seen {
                    return true;
                }
                at += 1;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, path: &str) -> bool {
        check(pattern).expect("a pattern");
        Patterns::default().fits(pattern, path).expect("an answer")
    }

    #[test]
    fn a_pattern_fits_as_people_read_it() {
        for (pattern, paths, others) in [
            (
                "README.md",
                &["README.md"][..],
                &["docs/README.md", "README.md/a", "readme.md"][..],
            ),
            (
                "src/**",
                &["src/a", "src/a/b.rs"],
                &["src", "lib/src/a", "srcs/a"],
            ),
            ("**/*.md", &["a.md", "docs/x/y.md"], &["a.mdx", "docs.md/x"]),
            ("**", &["a", "a/b/c"], &[]),
            ("*", &["a", ".gitignore"], &["a/b"]),
            ("*.rs", &["a.rs", ".rs"], &["src/a.rs", "a.rsx"]),
            (
                "docs/[a-c]?.txt",
                &["docs/ax.txt", "docs/c-.txt"],
                &["docs/d1.txt", "docs/a.txt"],
            ),
            ("a[!b]c", &["axc"], &["abc", "ac"]),
            ("[]]x", &["]x"], &["x"]),
            ("[[]", &["["], &["[]"]),
            ("a/**/z", &["a/z", "a/b/z", "a/b/c/z"], &["a/z/b", "b/a/z"]),
            (
                "**/test/**",
                &["test/a", "x/test/a/b"],
                &["test", "x/testing/a"],
            ),
            ("a/**/b/**/c", &["a/b/c", "a/b/b/x/c"], &["a/c/b"]),
            ("*a*b*", &["xaxbx", "ab"], &["ba"]),
            ("ä/?.md", &["ä/ö.md"], &["ä/oo.md"]),
            ("{a,b}", &["{a,b}"], &["a"]),
        ] {
            for path in paths {
                assert!(fits(pattern, path), "{pattern} {path}");
            }
            for path in others {
                assert!(!fits(pattern, path), "{pattern} {path}");
            }
        }
    }

    #[test]
    fn a_pattern_that_costs_much_has_an_end() {
        let pattern = format!("{}b", "*a".repeat(1_000));
        let path = "a".repeat(4_000);
        let mut patterns = Patterns::default();
        let mut answers = 0;
        while patterns.fits(&pattern, &path).is_some() {
            answers += 1;
        }
        assert!(patterns.exhausted() && answers > 0, "{answers}");
    }

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
