//! Variables written in one text, as conditions read them: `A=1 B="x y"`.

/// Names and values of a text, quotes kept. What has no `=` is passed over.
pub(super) fn pairs(text: &str) -> Vec<(&str, &str)> {
    words(text)
        .into_iter()
        .filter_map(|word| word.split_once('='))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// A text without one pair of quotes around it.
pub(super) fn unquote(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// Cuts at blanks that are neither quoted nor escaped.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut quote = None;
    let mut escaped = false;
    for (at, next) in text.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, next) {
            (Some('\''), '\\') => {}
            (_, '\\') => escaped = true,
            (Some(open), _) if open == next => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(next),
            (None, _) if next.is_ascii_whitespace() => {
                words.extend(text.get(start..at));
                start = at + next.len_utf8();
            }
            _ => {}
        }
    }
    words.extend(text.get(start..));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_blanks_together() {
        assert_eq!(
            pairs(r#"A=1  B="x y" C='a b' D=\ x E= stray"#),
            [
                ("A", "1"),
                ("B", "\"x y\""),
                ("C", "'a b'"),
                ("D", r"\ x"),
                ("E", "")
            ]
        );
    }

    #[test]
    fn one_pair_of_quotes_goes() {
        assert_eq!(unquote("\"'a'\""), "'a'");
        assert_eq!(unquote("'a\""), "'a\"");
        assert_eq!(unquote("\""), "\"");
    }
}
