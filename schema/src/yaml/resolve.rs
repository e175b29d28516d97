//! What a scalar stands for where no key asks for a type (language reference §1.4).

use super::node::{Resolved, Scalar, Style};
use crate::dialect::Dialect;

/// A plain scalar without a tag. Our dialect keeps its text (decision 2); the reference's text is
/// the value as the reference prints it.
pub(super) fn plain(text: String, dialect: Dialect) -> Scalar {
    let resolved = resolve(&text);
    let (resolved, text) = match (dialect, resolved) {
        (Dialect::Ours, Untyped::Wide(_) | Untyped::Symbol) => (Resolved::Str, text),
        (Dialect::Ours, resolved) => (resolved.typed(), text),
        (Dialect::Reference, resolved) => (resolved.typed(), resolved.printed(text)),
    };
    Scalar {
        text,
        style: Style::Plain,
        resolved,
    }
}

/// A scalar that is a string whatever it says.
pub(super) fn string(text: String, style: Style) -> Scalar {
    Scalar {
        text,
        style,
        resolved: Resolved::Str,
    }
}

/// The number that a text stands for with `!!float`, as the reference prints it.
pub(super) fn float(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    let number = match resolve(text) {
        Untyped::Int(number) => number.to_string().parse::<f64>().ok()?,
        Untyped::Str if text.chars().any(|c| c.is_ascii_digit()) => digits.parse::<f64>().ok()?,
        _ => return None,
    };
    Some(format!("{number:?}"))
}

#[derive(Clone, Copy)]
enum Untyped {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer beyond 64 bits.
    Wide(i128),
    /// `:name`
    Symbol,
    Str,
}

impl Untyped {
    fn typed(self) -> Resolved {
        match self {
            Self::Null => Resolved::Null,
            Self::Bool(value) => Resolved::Bool(value),
            Self::Int(value) => Resolved::Int(value),
            Self::Wide(_) | Self::Symbol | Self::Str => Resolved::Str,
        }
    }

    fn printed(self, text: String) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Wide(value) => value.to_string(),
            Self::Symbol => symbol(&text).to_owned(),
            Self::Str => text,
        }
    }
}

/// The name in `:name`, `:"name"` or `:'name'`.
fn symbol(text: &str) -> &str {
    let name = text.strip_prefix(':').unwrap_or(text);
    let inner = name.strip_prefix(['"', '\'']);
    inner
        .and_then(|inner| inner.strip_suffix(['"', '\'']))
        .unwrap_or(name)
}

fn resolve(text: &str) -> Untyped {
    if text.is_empty() || text == "~" || text.eq_ignore_ascii_case("null") {
        return Untyped::Null;
    }
    if !may_be_more_than_text(text)
        || is_float(text)
        || has_lower_case_switch(text)
        || text.contains('\n')
    {
        return Untyped::Str;
    }
    if let Some(value) = boolean(text) {
        return Untyped::Bool(value);
    }
    if text.len() > 1 && text.starts_with(':') {
        return Untyped::Symbol;
    }
    match sexagesimal(text).or_else(|| integer(text)) {
        Some(number) => i64::try_from(number).map_or(Untyped::Wide(number), Untyped::Int),
        None => Untyped::Str,
    }
}

/// Whether a text begins like a number, a symbol or a word that stands for something else. Most begin
/// otherwise, or go on too long.
fn may_be_more_than_text(text: &str) -> bool {
    match text.as_bytes() {
        [b'0'..=b'9' | b'+' | b'-' | b'.' | b':', ..] => true,
        [
            b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O',
            ..,
        ] => text.len() <= "false".len(),
        _ => false,
    }
}

/// `[-+]?([0-9][0-9_,]*)?\.[0-9]*([eE][-+][0-9]+)?`
fn is_float(text: &str) -> bool {
    let Some((whole, rest)) = unsigned(text).split_once('.') else {
        return false;
    };
    let grouped = |c: char| c.is_ascii_digit() || matches!(c, '_' | ',');
    let whole_fits = whole.is_empty() || (whole.starts_with(digit) && whole.chars().all(grouped));
    let tail = rest.trim_start_matches(digit);
    let exponent_fits = tail.is_empty()
        || tail
            .strip_prefix(['e', 'E'])
            .and_then(|tail| tail.strip_prefix(['-', '+']))
            .is_some_and(|power| !power.is_empty() && power.chars().all(digit));
    whole_fits && exponent_fits
}

/// Lower-case yes, no, on and off make a string of any text that holds them.
fn has_lower_case_switch(text: &str) -> bool {
    ["yes", "no", "on", "off"]
        .iter()
        .any(|word| text.contains(word))
}

fn boolean(text: &str) -> Option<bool> {
    let is_one_of = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(["true", "yes", "on"]) {
        return Some(true);
    }
    is_one_of(["false", "no", "off"]).then_some(false)
}

/// `12:30` or `1:02:03`: hours, minutes and seconds as seconds.
fn sexagesimal(text: &str) -> Option<i128> {
    let parts: Vec<&str> = text.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let head = unsigned(parts.first()?);
    let grouped = |c: char| c.is_ascii_digit() || c == '_';
    if !head.starts_with(digit) || !head.chars().all(grouped) {
        return None;
    }
    let mut total = 0_i128;
    for (part, unit) in parts.iter().zip([3600, 60, 1]) {
        let number = part.replace('_', "").parse::<i128>().ok()?;
        total = total.checked_add(number.checked_mul(unit)?)?;
    }
    let small = |part: &&str| match part.as_bytes() {
        [ones] => ones.is_ascii_digit(),
        [tens, ones] => matches!(tens, b'0'..=b'5') && ones.is_ascii_digit(),
        _ => false,
    };
    parts.iter().skip(1).all(small).then_some(total)
}

/// Decimal, `0x`, `0b` and, by a leading zero, octal; `_` and `,` may group digits.
fn integer(text: &str) -> Option<i128> {
    let body = unsigned(text);
    let (radix, digits) = if let Some(digits) = body.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = body.strip_prefix("0b") {
        (2, digits)
    } else if body.len() > 1 && body.starts_with('0') {
        (8, body)
    } else if body.starts_with(digit) {
        (10, body)
    } else {
        return None;
    };
    let plain: String = digits.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    if plain.is_empty() || !plain.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(&plain, radix).ok()?;
    Some(if text.starts_with('-') { -value } else { value })
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, dialect: Dialect) -> (Resolved, String) {
        let scalar = plain(text.to_owned(), dialect);
        (scalar.resolved, scalar.text)
    }

    #[test]
    fn the_reference_prints_what_it_took_a_scalar_for() {
        for (text, resolved, printed) in [
            ("12:30", Resolved::Int(45000), "45000"),
            ("1:02:03", Resolved::Int(3723), "3723"),
            ("010", Resolved::Int(8), "8"),
            ("0x1F", Resolved::Int(31), "31"),
            ("0b11", Resolved::Int(3), "3"),
            ("1_000", Resolved::Int(1000), "1000"),
            ("1,000", Resolved::Int(1000), "1000"),
            ("+7", Resolved::Int(7), "7"),
            ("-7", Resolved::Int(-7), "-7"),
            ("Yes", Resolved::Bool(true), "true"),
            ("OFF", Resolved::Bool(false), "false"),
            ("TRUE", Resolved::Bool(true), "true"),
            ("NULL", Resolved::Null, ""),
            ("~", Resolved::Null, ""),
            (":foo", Resolved::Str, "foo"),
            (
                "123456789012345678901",
                Resolved::Str,
                "123456789012345678901",
            ),
        ] {
            let expected = (resolved, printed.to_owned());
            assert_eq!(read(text, Dialect::Reference), expected, "{text}");
        }
    }

    #[test]
    fn some_texts_are_strings_in_both_dialects() {
        for text in [
            "3.10",
            ".5",
            "1.",
            "1.5e+3",
            "yes",
            "no",
            "on",
            "off",
            "y",
            "n",
            "08",
            "0o17",
            "1e3",
            "12:60",
            "1:2:3:4",
            "47260000000000000000000000000000000:2800000000000000000000000000000000000",
            ":python",
            "2019-01-02",
            "1.2.3",
            "0x",
            "-",
            "+",
            ":",
        ] {
            for dialect in [Dialect::Ours, Dialect::Reference] {
                let expected = (Resolved::Str, text.to_owned());
                assert_eq!(read(text, dialect), expected, "{text}");
            }
        }
    }

    #[test]
    fn our_dialect_keeps_the_text() {
        assert_eq!(read("010", Dialect::Ours), (Resolved::Int(8), "010".into()));
        assert_eq!(
            read("Yes", Dialect::Ours),
            (Resolved::Bool(true), "Yes".into())
        );
        assert_eq!(read(":foo", Dialect::Ours), (Resolved::Str, ":foo".into()));
    }
}
