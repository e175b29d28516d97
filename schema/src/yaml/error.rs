//! What is said about text that is no YAML, or YAML that is no config.

mod place;
mod syntax;

pub(super) use syntax::syntax;

use super::load;
use super::map::Repeated;
use super::text::Text;
use crate::diagnostic::{Diagnostic, Level};
use crate::source::{FileId, Span};

/// Characters that no config holds: the first one's place, with what it likely means.
pub(super) fn unreadable(text: &str, file: FileId) -> Option<Diagnostic> {
    // Among other characters only some share a byte with these: 0xc2 begins U+0080 to U+00BF.
    let suspicious = |byte: &u8| {
        let space = (*byte == b'\t') | (*byte == b'\n') | (*byte == b'\r');
        let control = (*byte < b' ') & !space;
        control | (*byte == 0x7f) | (*byte == 0xc2)
    };
    // In pieces without a way out of them, which are looked at many bytes at a time.
    let piece = |piece: &[u8]| {
        piece
            .iter()
            .fold(false, |found, byte| found | suspicious(byte))
    };
    if !text.as_bytes().chunks(256).any(piece) {
        return None;
    }
    let forbidden = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    let (at, found) = text.char_indices().find(|(_, c)| forbidden(*c))?;
    let span = load::place(file, at, at + found.len_utf8());
    let code = u32::from(found);
    let message = format!("The file holds the control character U+{code:04X}");
    let help = if found == '\0' {
        "save the file as UTF-8 text; UTF-16 and binary files cannot be read"
    } else {
        "remove it, or write it as an escape in double quotes"
    };
    Some(
        fatal("invalid_character", "root".to_owned(), message, span)
            .with_label("this is not text")
            .with_help(help),
    )
}

pub(super) fn unknown_alias(text: &Text<'_>, span: Span) -> Diagnostic {
    let alias = text.written(span);
    let name = alias.trim_start_matches('*');
    let message = format!("No anchor `&{name}` stands before the alias `{alias}`");
    let diagnostic = fatal("unknown_alias", "root".to_owned(), message, span)
        .with_label("nothing to repeat here");
    match nearest_anchor(text.before(span.start), name) {
        Some(anchor) => diagnostic.with_help(format!("did you mean `*{anchor}`?")),
        None => diagnostic.with_help(format!(
            "put `&{name}` before the value to repeat, above this line; a text that starts \
             with `*` needs quotes"
        )),
    }
}

fn nearest_anchor<'t>(before: &'t str, name: &str) -> Option<&'t str> {
    // What is longer costs more to compare than the advice is worth.
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let words = before.split(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | '{'));
    let anchors = words.filter_map(|word| word.strip_prefix('&'));
    anchors
        .filter(|anchor| !anchor.is_empty() && anchor.len() <= LONGEST)
        .map(|anchor| (strsim::jaro_winkler(anchor, name), anchor))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, anchor)| anchor)
}

pub(super) fn alias_in_itself(text: &Text<'_>, span: Span) -> Diagnostic {
    let alias = text.written(span);
    let message = format!("The alias `{alias}` stands inside of the value that it repeats");
    fatal("recursive_alias", "root".to_owned(), message, span)
        .with_label("this would never end")
        .with_help("repeat a value that ends above this line")
}

pub(super) fn bad_key(key: String, span: Span) -> Diagnostic {
    let message = "A list or a map cannot be a key".to_owned();
    fatal("invalid_key", key, message, span)
        .with_label("a key must be text")
        .with_help("if this is a value that starts with `{` or `[`, put it in quotes")
}

pub(super) fn bad_tag(tag: &str, why: &str, key: String, span: Span) -> Box<Diagnostic> {
    let tag = tag.replace("tag:yaml.org,2002:", "!!");
    let message = format!("The value does not fit its tag `{tag}`");
    Box::new(
        fatal("invalid_tag", key, message, span)
            .with_label(why)
            .with_help("mend the value or remove the tag"),
    )
}

pub(super) fn more_documents(span: Span) -> Diagnostic {
    let message = "Only the first YAML document of the file is read";
    Diagnostic::new(Level::Warning, "ignored_document", "root", message, span)
        .with_label("everything from here on is ignored")
        .with_help("remove the `---` or `...` line, or what follows it")
}

/// How many of the earlier places of a key are shown.
const SHOWN: usize = 5;

pub(super) fn duplicate_key(key: String, repeated: Repeated) -> Diagnostic {
    let Repeated { key: name, places } = repeated;
    let last = places.last().copied().unwrap_or_default();
    let message = format!("The key `{name}` is there {}", times(places.len()));
    let mut diagnostic = Diagnostic::new(Level::Error, "duplicate_key", key, message, last)
        .with_label("only this one counts")
        .with_help("join the values under one key, or remove the keys that do not count")
        .with_arg("key", name);
    let earlier = places.len().saturating_sub(1);
    for place in places.iter().take(earlier.min(SHOWN)) {
        diagnostic = diagnostic.with_related(*place, "this one is overwritten");
    }
    diagnostic
}

fn times(count: usize) -> String {
    match count {
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

fn fatal(code: &'static str, key: String, message: String, span: Span) -> Diagnostic {
    Diagnostic::new(Level::Error, code, key, message, span).fatal()
}
