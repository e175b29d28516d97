//! Just enough JSON to add to a file and leave the rest of it as it is: strings and numbers are
//! kept as they are written.

use std::borrow::Cow;

/// Nesting beyond this is refused rather than followed.
const DEEPEST: usize = 200;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json<'a> {
    /// A string with its quotes, a number, or a word, as written.
    Raw(Cow<'a, str>),
    /// `[…]`
    List(Vec<Json<'a>>),
    /// `{…}`; keys with their quotes.
    Map(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a whole text; `None` where it is no JSON.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut rest = text;
        let value = value(&mut rest, 0)?;
        rest.trim_start().is_empty().then_some(value)
    }

    /// A string.
    pub(crate) fn string(text: &str) -> Self {
        let mut out = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => out.push(c),
            }
        }
        out.push('"');
        Self::Raw(Cow::Owned(out))
    }

    /// The value of a key, where this is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else {
            return None;
        };
        let quoted = format!("\"{key}\"");
        entries
            .iter()
            .find(|(name, _)| *name == quoted)
            .map(|(_, value)| value)
    }

    /// The text of a string that needs no escapes, as names of images don't.
    pub(crate) fn text(&self) -> Option<String> {
        let Self::Raw(raw) = self else {
            return None;
        };
        let text = raw.strip_prefix('"')?.strip_suffix('"')?;
        (!text.contains('\\')).then(|| text.to_owned())
    }

    /// The texts of a list of such strings.
    pub(crate) fn texts(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.iter().filter_map(Self::text).collect(),
            _ => Vec::new(),
        }
    }

    /// The value of a key, made by `absent` where it is not there or null; `None` where this is
    /// no map. Keys that need escapes are not found.
    pub(crate) fn entry(&mut self, key: &str, absent: Self) -> Option<&mut Self> {
        let Self::Map(entries) = self else {
            return None;
        };
        let quoted = format!("\"{key}\"");
        let at = match entries.iter().position(|(name, _)| *name == quoted) {
            Some(at) => at,
            None => {
                entries.push((Cow::Owned(quoted), absent.clone()));
                entries.len() - 1
            }
        };
        let (_, value) = entries.get_mut(at)?;
        if *value == Self::Raw(Cow::Borrowed("null")) {
            *value = absent;
        }
        Some(value)
    }

    /// The text of it.
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Self::Raw(text) => out.push_str(text),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    out.push_str(key);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn value<'a>(rest: &mut &'a str, depth: usize) -> Option<Json<'a>> {
    if depth > DEEPEST {
        return None;
    }
    *rest = rest.trim_start();
    if eat(rest, '[') {
        let mut items = Vec::new();
        while !eat(rest, ']') {
            if !items.is_empty() && !eat(rest, ',') {
                return None;
            }
            items.push(value(rest, depth + 1)?);
        }
        return Some(Json::List(items));
    }
    if eat(rest, '{') {
        let mut entries = Vec::new();
        while !eat(rest, '}') {
            if !entries.is_empty() && !eat(rest, ',') {
                return None;
            }
            *rest = rest.trim_start();
            let key = string(rest)?;
            if !eat(rest, ':') {
                return None;
            }
            entries.push((Cow::Borrowed(key), value(rest, depth + 1)?));
        }
        return Some(Json::Map(entries));
    }
    if rest.starts_with('"') {
        return string(rest).map(|text| Json::Raw(Cow::Borrowed(text)));
    }
    let word = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
    let (text, after) = rest.split_at_checked(end)?;
    *rest = after;
    (!text.is_empty()).then_some(Json::Raw(Cow::Borrowed(text)))
}

fn eat(rest: &mut &str, c: char) -> bool {
    match rest.trim_start().strip_prefix(c) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

/// A string with its quotes.
fn string<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let inside = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                let (text, after) = rest.split_at_checked(at + 2)?;
                *rest = after;
                return Some(text);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> Option<String> {
        let mut out = String::new();
        Json::read(text)?.write(&mut out);
        Some(out)
    }

    #[test]
    fn values_are_kept_as_they_are_written() {
        let text = r#"{"a":[1e3,-0.10,18446744073709551615,true,null],"b\"}":{"é\u00e9":""},"c":[],"d":{}}"#;
        assert_eq!(again(text).as_deref(), Some(text));
        assert_eq!(
            again(" { \"a\" : [ 1 , 2 ] } \n").as_deref(),
            Some(r#"{"a":[1,2]}"#)
        );
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for bad in [
            "",
            "{",
            "[1",
            "[1 2]",
            "{\"a\"}",
            "{a:1}",
            "\"",
            "\"\\\"",
            "1 2",
            "{\"a\":1,,}",
        ] {
            assert_eq!(again(bad), None, "{bad}");
        }
        assert_eq!(again(&"[".repeat(10_000)), None);
    }

    #[test]
    fn entries_are_found_or_made() {
        let mut json = Json::read(r#"{"a":null,"b":[1]}"#).unwrap();
        assert_eq!(
            json.entry("a", Json::List(vec![])),
            Some(&mut Json::List(vec![]))
        );
        assert!(json.entry("c", Json::Map(vec![])).is_some());
        let mut out = String::new();
        json.write(&mut out);
        assert_eq!(out, r#"{"a":[],"b":[1],"c":{}}"#);
    }

    #[test]
    fn texts_are_read_out() {
        let json = Json::read(r#"{"a":{"b":"x"},"c":["y",1,"a\"b"]}"#).unwrap();
        assert_eq!(
            json.get("a").and_then(|a| a.get("b")?.text()).as_deref(),
            Some("x")
        );
        assert_eq!(json.get("c").unwrap().texts(), ["y"]);
        assert_eq!(json.get("d"), None);
    }

    #[test]
    fn made_strings_are_escaped() {
        assert_eq!(again(r#""x""#), Some("\"x\"".into()));
        let mut out = String::new();
        Json::string("a\"b\\c\nd").write(&mut out);
        assert_eq!(out, r#""a\"b\\c\u000ad""#);
    }
}
