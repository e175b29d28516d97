//! Text into shell words. The only place that writes quotes.

/// One word that stands for exactly this text.
pub(super) fn literal(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// One word in which `$NAME` and `${NAME}` are expanded and everything else is literal
/// (decision 6).
pub(super) fn expanding(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut word = String::from("\"");
    for (at, letter) in text.char_indices() {
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        let escape = match letter {
            '"' | '\\' | '`' => true,
            '$' => !begins_a_name(rest),
            _ => false,
        };
        if escape {
            word.push('\\');
        }
        word.push(letter);
    }
    word.push('"');
    word
}

/// Whether a text can be a variable's name.
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn begins_a_name(after_dollar: &str) -> bool {
    match after_dollar.strip_prefix('{') {
        Some(inner) => inner.split_once('}').is_some_and(|(name, _)| is_name(name)),
        None => after_dollar.get(..1).is_some_and(is_name),
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-./:@%+,=".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_are_expanded() {
        assert_eq!(expanding("3.10"), "3.10");
        assert_eq!(expanding(""), "\"\"");
        assert_eq!(expanding("hello world"), "\"hello world\"");
        assert_eq!(expanding("$HOME/${X}y"), "\"$HOME/${X}y\"");
        assert_eq!(
            expanding("$(rm) `x` \"q\" \\"),
            r#""\$(rm) \`x\` \"q\" \\""#
        );
        assert_eq!(expanding("${X:-$(rm)}"), r#""\${X:-\$(rm)}""#);
        assert_eq!(expanding("5$ $1 $"), r#""5\$ \$1 \$""#);
        assert_eq!(expanding("$ä"), "\"\\$ä\"");
    }

    #[test]
    fn a_literal_word_is_exactly_its_text() {
        assert_eq!(literal("a'b $c"), r"'a'\''b $c'");
        assert_eq!(literal(""), "''");
    }
}
