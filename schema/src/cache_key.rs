//! `cache.key`: a text with `{{ checksum "file" }}` in it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A key in its parts, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CacheKey {
    /// The parts; texts and checksums put together are the key.
    pub parts: Vec<Part>,
}

/// A part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Text as it stands.
    Text(String),
    /// The checksum of the contents of a file, by its path in the repository.
    Checksum(String),
}

/// A key that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct KeyError {
    /// Why, in words.
    pub why: &'static str,
    /// What to write instead.
    pub help: &'static str,
    /// The bytes of the text that it is about.
    pub range: Range<usize>,
}

/// The longest key in bytes, as it is written.
const LONGEST: usize = 512;
/// How a checksum is written.
const EXAMPLE: &str = "write `{{ checksum \"Cargo.lock\" }}`, with the path of a file";

/// Takes a key apart.
///
/// # Errors
/// It is empty or too long, braces are not closed, or what stands in them is no checksum of a file.
pub fn parse(text: &str) -> Result<CacheKey, KeyError> {
    let wrong = |why, help, range| Err(KeyError { why, help, range });
    if text.is_empty() {
        return wrong("a key has at least one sign", EXAMPLE, 0..0);
    }
    if text.len() > LONGEST {
        let help = "shorten it: what differs between caches is enough";
        return wrong("it is longer than 512 bytes", help, 0..text.len());
    }
    if let Some((at, sign)) = text.char_indices().find(|(_, sign)| sign.is_control()) {
        let why = "it has a line break or another control sign in it";
        let help = "write it in one line, without signs that do not show";
        return wrong(why, help, at..at + sign.len_utf8());
    }
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(open) = rest.find("{{") else {
            parts.push(Part::Text(rest.to_owned()));
            break;
        };
        if open > 0 {
            parts.push(Part::Text(rest.get(..open).unwrap_or_default().to_owned()));
        }
        let open = at + open;
        let inside = text.get(open + 2..).unwrap_or_default();
        let Some(length) = inside.find("}}") else {
            return wrong("`{{` is never closed", "close it with `}}`", open..open + 2);
        };
        let end = open + 2 + length + 2;
        match checksum(inside.get(..length).unwrap_or_default()) {
            Ok(path) => parts.push(Part::Checksum(path)),
            Err((why, help)) => return wrong(why, help, open..end),
        }
        at = end;
    }
    Ok(CacheKey { parts })
}

/// The path in `checksum "path"`.
fn checksum(inside: &str) -> Result<String, (&'static str, &'static str)> {
    let inside = inside.trim();
    let Some(quoted) = inside.strip_prefix("checksum") else {
        return Err(("templates have nothing but `checksum` in them", EXAMPLE));
    };
    let quoted = quoted.trim();
    let path = ['"', '\''].into_iter().find_map(|quote| {
        let path = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
        (!path.contains(quote)).then_some(path)
    });
    let Some(path) = path else {
        return Err(("the path of one file, in quotes, is missing", EXAMPLE));
    };
    let relative = |part: &str| !matches!(part, "" | "." | "..");
    if path.split('/').all(relative) {
        Ok(path.to_owned())
    } else {
        Err((
            "a file is named by its path from the top of the repository, without `.` and `..`",
            EXAMPLE,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_checksums_come_in_their_order() {
        let key = parse("v1-{{ checksum \"a/Cargo.lock\" }}-{{checksum 'b'}}").unwrap();
        let parts = [
            Part::Text("v1-".into()),
            Part::Checksum("a/Cargo.lock".into()),
            Part::Text("-".into()),
            Part::Checksum("b".into()),
        ];
        assert_eq!(key.parts, parts);
        assert_eq!(parse("}} {x").unwrap().parts, [Part::Text("}} {x".into())]);
    }

    #[test]
    fn a_wrong_key_is_refused_where_it_is_wrong() {
        for (text, part, why) in [
            ("", "", "at least one"),
            ("a{{ checksum \"x\"", "{{", "never closed"),
            ("{{ arch }}", "{{ arch }}", "nothing but `checksum`"),
            ("a-{{ checksum x }}", "{{ checksum x }}", "in quotes"),
            (
                "{{ checksum \"x\" \"y\" }}b",
                "{{ checksum \"x\" \"y\" }}",
                "one file",
            ),
            (
                "{{ checksum \"../x\" }}",
                "{{ checksum \"../x\" }}",
                "from the top",
            ),
            (
                "{{checksum '/etc/x'}}",
                "{{checksum '/etc/x'}}",
                "from the top",
            ),
            ("{{ checksum \"\" }}", "{{ checksum \"\" }}", "from the top"),
            ("a\u{85}b", "\u{85}", "line break"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(text.get(error.range.clone()), Some(part), "{text}");
            assert!(error.why.contains(why), "{text}: {error}");
        }
        assert!(parse(&"x".repeat(513)).is_err());
    }
}
