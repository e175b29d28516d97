//! The reference's way: every word is a variable, with or without a value.

use super::scan::{self, Opener};
use super::words::unescaped;
use super::{EnvString, Pair, Unclosed};

pub(super) fn parse(text: &str) -> Result<EnvString, Unclosed> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut at = 0;
    while let Some((start, first)) = next_word(text, at) {
        let (pair, end) = match (first, pairs.first()) {
            ('#', Some(before)) if before.value.contains("${") => {
                // After `${…}` it gives up here, and takes everything for the first variable's value.
                let pair = rest(text, before.range.start);
                pairs.clear();
                (pair, text.len())
            }
            ('"' | '\'', _) => quoted(text, start)?,
            _ => plain(text, start)?,
        };
        pairs.push(pair);
        at = end;
    }
    Ok(EnvString {
        pairs,
        leftovers: Vec::new(),
    })
}

fn next_word(text: &str, at: usize) -> Option<(usize, char)> {
    let rest = text.get(at..)?;
    let (gap, first) = rest.char_indices().find(|(_, c)| !c.is_whitespace())?;
    Some((at + gap, first))
}

/// `NAME=value` or a bare word. Only a value's quotes have to be closed.
fn plain(text: &str, start: usize) -> Result<(Pair, usize), Unclosed> {
    let rest = text.get(start..).unwrap_or_default();
    let length = rest
        .find(|c: char| c == '=' || c.is_whitespace())
        .unwrap_or(rest.len());
    let name = rest.get(..length).unwrap_or_default();
    let after = start + length;
    let has_value = rest.get(length..).is_some_and(|rest| rest.starts_with('='));
    let (value, end) = if has_value {
        let end = value_end(text, after + 1)?;
        (text.get(after + 1..end).unwrap_or_default(), end)
    } else {
        ("", after)
    };
    let pair = Pair {
        name: name.to_owned(),
        value: value.to_owned(),
        range: start..end,
    };
    Ok((pair, end))
}

/// A word in quotes: without them it is an assignment or a name.
fn quoted(text: &str, start: usize) -> Result<(Pair, usize), Unclosed> {
    let opener = Opener::at(text, start).unwrap_or(Opener::Double);
    let end = quote_end(text, start, opener)?;
    let inner = text.get(start + 1..end - 1).unwrap_or_default();
    let inner = if opener == Opener::Double {
        unescaped(inner)
    } else {
        inner.to_owned()
    };
    let (name, value) = inner.split_once('=').unwrap_or((&inner, ""));
    let pair = Pair {
        name: name.to_owned(),
        value: value.to_owned(),
        range: start..end,
    };
    Ok((pair, end))
}

/// Everything from a place on as one assignment.
fn rest(text: &str, start: usize) -> Pair {
    let rest = text.get(start..).unwrap_or_default();
    let (name, value) = rest.split_once('=').unwrap_or((rest, ""));
    Pair {
        name: name.to_owned(),
        value: value.to_owned(),
        range: start..text.len(),
    }
}

fn value_end(text: &str, start: usize) -> Result<usize, Unclosed> {
    let mut at = start;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if c.is_whitespace() {
            break;
        }
        at = match Opener::at(text, at) {
            Some(opener) if opener.is_quote() => quote_end(text, at, opener)?,
            Some(Opener::Parameter) => match scan::end(text, at, Opener::Parameter) {
                // Text right behind `${…}` makes it swallow all that follows.
                Ok(end) if !is_blank_or_end(text, end) => return Ok(text.len()),
                Ok(end) => end,
                Err(_) => at + 1,
            },
            // What is never closed is ordinary text.
            Some(opener) => scan::end(text, at, opener).unwrap_or(at + 1),
            None => at + c.len_utf8(),
        };
    }
    Ok(at)
}

fn is_blank_or_end(text: &str, at: usize) -> bool {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    next.is_none_or(char::is_whitespace)
}

/// A quote ends at the next of its kind that no backslash stands before.
fn quote_end(text: &str, start: usize, opener: Opener) -> Result<usize, Unclosed> {
    let (quote, _) = opener.names();
    let rest = text.get(start + 1..).unwrap_or_default();
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        if quote.starts_with(c) && !escaped {
            return Ok(start + 1 + at + c.len_utf8());
        }
        escaped = c == '\\';
    }
    Err(Unclosed {
        opener: quote,
        closer: quote,
        offset: start,
    })
}
