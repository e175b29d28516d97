//! Our dialect: words as a shell splits them (decision 6).

use std::ops::Range;

use super::scan::{self, Opener};
use super::{EnvString, Leftover, LeftoverReason, Pair, Unclosed};

pub(super) fn parse(text: &str) -> Result<EnvString, Unclosed> {
    let mut found = EnvString::default();
    let mut at = 0;
    while let Some(start) = next_word(text, at) {
        let end = word_end(text, start)?;
        let word = text.get(start..end).unwrap_or_default();
        if word.starts_with('#') {
            let rest = text.get(start..).unwrap_or_default();
            at = rest.find('\n').map_or(text.len(), |line| start + line);
            continue;
        }
        at = end;
        match assignment(word) {
            Ok((name, value)) => found.pairs.push(Pair {
                name,
                value,
                range: start..end,
            }),
            Err(reason) => found.leftovers.push(leftover(word, start..end, reason)),
        }
    }
    Ok(found)
}

/// Where the next word starts; blanks and `;` stand between words.
fn next_word(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let gap = rest.find(|c: char| !is_blank(c) && c != ';')?;
    Some(at + gap)
}

fn word_end(text: &str, start: usize) -> Result<usize, Unclosed> {
    let mut at = start;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if is_blank(c) || (c == ';' && ends_word(text, at + 1)) {
            break;
        }
        at = match (c, Opener::at(text, at)) {
            ('\\', _) => {
                let escaped = text.get(at + 1..).and_then(|rest| rest.chars().next());
                at + 1 + escaped.map_or(0, char::len_utf8)
            }
            (_, Some(opener)) => scan::end(text, at, opener)?,
            _ => at + c.len_utf8(),
        };
    }
    Ok(at)
}

/// Whether a `;` before this place ends a command.
fn ends_word(text: &str, at: usize) -> bool {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    next.is_none_or(|c| is_blank(c) || c == ';')
}

/// Name and value of a word; as with `export`, quotes may stand around the whole of it.
fn assignment(word: &str) -> Result<(String, String), LeftoverReason> {
    if let Some((quote, inner)) = quoted(word) {
        let (name, value) = split(&inner)?;
        // A value that needs the quotes keeps them; another is shell as if it had none.
        let value = if word_end(value, 0) == Ok(value.len()) {
            value.to_owned()
        } else {
            let written = word.trim_matches(quote).split_once('=');
            let written = written.map_or("", |(_, written)| written);
            format!("{quote}{written}{quote}")
        };
        return Ok((name.to_owned(), value));
    }
    split(word).map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn split(word: &str) -> Result<(&str, &str), LeftoverReason> {
    let (name, value) = word
        .split_once('=')
        .ok_or(LeftoverReason::NotAnAssignment)?;
    if is_name(name) {
        Ok((name, value))
    } else {
        Err(LeftoverReason::BadName)
    }
}

/// The quote around a word, and the text inside of it.
fn quoted(word: &str) -> Option<(char, String)> {
    let quote = word.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let opener = Opener::at(word, 0)?;
    if scan::end(word, 0, opener) != Ok(word.len()) {
        return None;
    }
    let inner = word.get(1..word.len() - 1)?;
    let inner = match quote {
        '"' => unescaped(inner),
        _ => inner.to_owned(),
    };
    Some((quote, inner))
}

/// What stands between double quotes, less the backslashes that protect quotes and backslashes.
pub(super) fn unescaped(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        let protects = c == '\\' && chars.peek().is_some_and(|c| matches!(c, '"' | '\\'));
        text.extend(if protects { chars.next() } else { Some(c) });
    }
    text
}

fn leftover(word: &str, range: Range<usize>, reason: LeftoverReason) -> Leftover {
    Leftover {
        word: word.to_owned(),
        range,
        reason,
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let found = parse(text).expect("closed quotes");
        assert_eq!(found.leftovers, [], "{text}");
        found
            .pairs
            .into_iter()
            .map(|pair| (pair.name, pair.value))
            .collect()
    }

    fn one(text: &str) -> String {
        let pairs = pairs(text);
        assert_eq!(pairs.len(), 1, "{text}: {pairs:?}");
        pairs
            .into_iter()
            .next()
            .map_or_else(String::new, |(_, value)| value)
    }

    fn leftovers(text: &str) -> Vec<String> {
        let found = parse(text).expect("closed quotes");
        found.leftovers.into_iter().map(|it| it.word).collect()
    }

    #[test]
    fn values_stay_as_written() {
        for value in [
            "1",
            "",
            "'x y'",
            "\"x y\"",
            "a\\ b",
            "a\"b c\"d",
            "--opt='a b'",
            "$(echo a b)c",
            "$(echo \")\" $(date))",
            "$((1 + (2)))",
            "${X:-a b}",
            "`date -u`",
            "'it''s'",
            "\"a \\\" b\"",
            "\"$(echo \"x y\")\"",
            "x#y",
            "a;b",
            "ä",
        ] {
            assert_eq!(one(&format!("A={value}")), value);
        }
    }

    #[test]
    fn assignments_are_split_at_blanks() {
        let pairs = pairs(" A=1\tB='x y'\nC=$A ");
        let names: Vec<_> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["A", "B", "C"]);
    }

    #[test]
    fn semicolons_end_commands_and_comments_are_ignored() {
        assert_eq!(one("A=1;"), "1");
        assert_eq!(one("A=1 ; # why"), "1");
        assert_eq!(pairs("A=1; B=2").len(), 2);
    }

    #[test]
    fn words_left_over_are_named() {
        assert_eq!(leftovers("NAME=Unit Tests"), ["Tests"]);
        assert_eq!(leftovers("export A=1"), ["export"]);
        assert_eq!(leftovers("$A=1 1B=2 =3"), ["$A=1", "1B=2", "=3"]);
        let found = parse("NAME=Unit Tests").expect("no quotes");
        assert_eq!(
            found.leftovers.first().map(|it| it.range.clone()),
            Some(10..15)
        );
    }

    #[test]
    fn quotes_around_the_whole_assignment_are_taken_off() {
        assert_eq!(one("\"A='--x --y'\""), "'--x --y'");
        assert_eq!(one("'A=1'"), "1");
        assert_eq!(one("\"A=\\\"x y\\\"\""), "\"x y\"");
        assert_eq!(one("\"A=x y\""), "\"x y\"");
    }

    #[test]
    fn what_is_never_closed_is_an_error_at_its_place() {
        for (text, opener, offset) in [
            ("A=\"x", "\"", 2),
            ("A=1 B='x", "'", 6),
            ("A=$(x", "$(", 2),
            ("A=\"$(x\"", "$(", 3),
            ("A=`x", "`", 2),
            ("A=${x", "${", 2),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!((error.opener, error.offset), (opener, offset), "{text}");
        }
    }
}
