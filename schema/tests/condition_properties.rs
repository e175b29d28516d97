//! What holds for every condition and every pattern, however odd.

use proptest::prelude::*;
use schema::condition::{Attribute, Data, explain::explain, parse};
use schema::regex::Patterns;

/// Texts made of pieces that mean something to the grammar, with and without blanks between.
fn condition() -> impl Strategy<Value = String> {
    let words = [
        "branch",
        "tag",
        "fork",
        "type",
        "env",
        "env(A)",
        "env(",
        "concat(a, ",
        "concat",
        "master",
        "true",
        "FALSE",
        "\"\"",
        "'a b'",
        "\"it's\"",
        "'",
        "\"",
        "$A",
        "ä",
        "x\\",
        "\\ \n",
        "\n",
        "\\",
        "and",
        "AND",
        "&&",
        "or",
        "OR",
        "||",
        "not",
        "NOT",
        "!",
        "(",
        ")",
        ",",
        "in",
        "IN (",
        "NOT IN (",
        "is",
        "IS present",
        "is not blank",
        "IS true",
        "=",
        "==",
        "!=",
        "=~",
        "~=",
        "!~",
        "^v\\d+$",
        "/a b/",
        "/^(x|y)/",
        "/",
        "//",
        "a/b",
        "(a|b)",
        "env/x",
        "environment",
    ];
    let piece = (
        prop::sample::select(words.to_vec()),
        prop::bool::weighted(0.8),
    )
        .prop_map(|(word, blank)| format!("{word}{}", if blank { " " } else { "" }));
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Conditions that mostly parse.
fn sound_condition() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "branch",
        "tag",
        "fork",
        "env(A)",
        "concat(a, env(A), tag)",
        "master",
        "'and'",
        "\"\"",
        "'a b'",
        "true",
        "notes",
        "'env'",
        "\"it's\"",
    ]);
    let pattern = prop::sample::select(vec![
        "^v\\d",
        "/a b/",
        "/^(x|y)/",
        "a/b",
        "env(A)",
        "//",
        "/environment/",
        "environment",
        "envenv/x",
        "x/",
        "x//",
        "/a\\/b/",
        "'q'",
    ]);
    let term = prop_oneof![
        value.clone().prop_map(String::from),
        (
            value.clone(),
            prop::sample::select(vec!["=", "!=", "=="]),
            value.clone()
        )
            .prop_map(|(left, sign, right)| format!("{left} {sign} {right}")),
        (
            value.clone(),
            prop::sample::select(vec!["=~", "!~"]),
            pattern
        )
            .prop_map(|(left, sign, right)| format!("{left} {sign} {right}")),
        (
            value.clone(),
            prop::sample::select(vec!["IN", "NOT IN"]),
            prop::collection::vec(value.clone(), 1..4)
        )
            .prop_map(|(left, sign, list)| format!("{left} {sign} ({})", list.join(", "))),
        (
            value,
            prop::sample::select(vec!["IS present", "is not blank", "IS true"])
        )
            .prop_map(|(left, question)| format!("{left} {question}")),
    ];
    term.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" AND ")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" OR ")),
            inner.clone().prop_map(|part| format!("NOT {part}")),
            inner.prop_map(|part| format!("({part})")),
        ]
    })
}

fn pattern() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "b",
        "ä",
        ".",
        "^",
        "$",
        "*",
        "+",
        "?",
        "{2}",
        "{,3}",
        "{",
        "}",
        "(",
        "(?:",
        "(?=",
        "(?!",
        "(?<=",
        "(?<x>",
        "(?>",
        "(?m)",
        "(?i-m:",
        "(?#",
        "(?'y'",
        ")",
        "|",
        "[",
        "[^",
        "]",
        "[:alpha:]",
        "&&",
        "-",
        "~~",
        "--",
        "\\",
        "\\d",
        "\\W",
        "\\h",
        "\\A",
        "\\z",
        "\\Z",
        "\\b",
        "\\1",
        "\\k<x>",
        "\\g<x>",
        "\\p{L}",
        "\\R",
        "\\K",
        "\\G",
        "\\x41",
        "\\u00e4",
        "\\Q",
        "/",
        " ",
        "#",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12)
        .prop_map(|pieces| pieces.concat())
}

fn data() -> Data {
    let mut data = Data::default();
    data.set(Attribute::Branch, "v1");
    data.set(Attribute::Fork, true);
    data.push_env_text("A=(x B='");
    data
}

/// Reads, evaluates and explains a text, and checks every promise on the way.
fn exercise(text: &str) -> Result<(), TestCaseError> {
    let expr = match parse(text) {
        Ok(expr) => expr,
        Err(error) => {
            prop_assert!(text.is_char_boundary(error.offset), "{error:?}");
            return Ok(());
        }
    };
    let (start, end) = (expr.span.start as usize, expr.span.end as usize);
    prop_assert!(text.get(start..end).is_some_and(|part| !part.is_empty()));
    let printed = expr.to_string();
    let again = parse(&printed);
    prop_assert_eq!(again.as_ref(), Ok(&expr), "printed as {}", printed);
    let answer = expr.eval(&data(), &Patterns::default());
    let why = explain(&expr, &data(), &Patterns::default());
    prop_assert_eq!(&answer, &why.clone().map(|why| why.holds));
    if let Ok(why) = why {
        prop_assert!(!why.because.is_empty());
        prop_assert!(!why.to_string().contains('\n') || printed.contains('\n'));
    }
    let _ = expr.check(&Patterns::default());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        exercise(&text)?;
    }

    #[test]
    fn any_pieces_are_read_and_print_back_to_the_same_tree(text in condition()) {
        exercise(&text)?;
    }

    #[test]
    fn sound_conditions_print_back_to_the_same_tree(text in sound_condition()) {
        prop_assert!(parse(&text).is_ok(), "{:?}", parse(&text));
        exercise(&text)?;
    }

    #[test]
    fn any_pattern_is_compiled_and_searched_within_its_limits(
        pattern in pattern(),
        text in "[ab\nä1 -]{0,40}",
    ) {
        let _ = Patterns::default().is_match(&pattern, &text);
    }

    #[test]
    fn any_text_is_compiled_as_a_pattern_without_panic(pattern in any::<String>()) {
        let _ = Patterns::default().check(&pattern);
    }
}
