use super::*;

fn search(pattern: &str, text: &str) -> Result<bool, SearchError> {
    Patterns::default().is_match(pattern, text)
}

fn refused(pattern: &str) -> PatternError {
    Patterns::default().check(pattern).unwrap_err()
}

fn matches(pattern: &str, text: &str) -> bool {
    search(pattern, text).unwrap()
}

#[test]
fn patterns_match_anywhere_unless_anchored() {
    assert!(matches("eat", "feature"));
    assert!(!matches("^eat", "feature"));
}

#[test]
fn line_anchors_match_at_every_line() {
    assert!(matches("^second line$", "first\n\nsecond line\n"));
    assert!(!matches(r"\Asecond", "first\nsecond"));
    assert!(matches(r"line\Z", "second line\n"));
    assert!(!matches(r"line\z", "second line\n"));
}

#[test]
fn the_dot_stops_at_the_end_of_a_line_unless_m_is_set() {
    assert!(!matches("a.b", "a\nb"));
    assert!(matches("(?m)a.b", "a\nb"));
    assert!(matches("(?m:a.b)", "a\nb"));
}

#[test]
fn short_classes_are_ascii_and_posix_classes_are_not() {
    assert!(!matches(r"^\w$", "ä"));
    assert!(matches(r"^[[:alpha:]]$", "ä"));
    assert!(matches(r"^\h+$", "c0ffee"));
    assert!(!matches(r"^\d$", "٣"));
}

#[test]
fn look_around_and_references_work() {
    assert!(matches(r"^(?!develop)", "master"));
    assert!(!matches(r"^(?!develop)", "develop"));
    assert!(matches(r"^(a|b)\1$", "bb"));
    assert!(matches(r"^(?<x>a|b)\k<x>$", "aa"));
    assert!(matches(r"^a++b", "aab"));
}

#[test]
fn an_invalid_pattern_says_what_is_wrong() {
    for pattern in ["(", "*foo", "+d2$", r"\", "[", "[b-a]"] {
        let error = refused(pattern).to_string();
        assert!(
            error.starts_with(&format!("the pattern /{pattern}/ is invalid: ")),
            "{error}"
        );
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn a_pattern_beyond_the_size_limit_is_refused() {
    let error = refused("(a{1000}){1000}");
    assert!(matches!(error, PatternError::TooBig { .. }), "{error:?}");
    let error = refused(&"a".repeat(MAX_PATTERN + 1));
    assert!(matches!(error, PatternError::TooLong { .. }), "{error:?}");
}

#[test]
fn a_catastrophic_pattern_ends_in_the_limit() {
    let text = format!("{}!", "a".repeat(40));
    assert_eq!(search("^(a+)+$", &text), Ok(false));
    assert_eq!(
        search("^(a|a|(?=b)b)*$", &text),
        Err(MatchError::TooManySteps.into()),
        "look-ahead needs backtracking"
    );
}

#[test]
fn a_text_beyond_the_limit_is_refused() {
    let search = |pattern: &str, length| search(pattern, &"a".repeat(length));
    let refused = |length| Err(MatchError::TextTooLong { length }.into());
    assert_eq!(search("a+b", MAX_TEXT), Ok(false));
    assert_eq!(search("a+b", MAX_TEXT + 1), refused(MAX_TEXT + 1));
    assert_eq!(search("^(?!b)((?!ab).)*$", 4000), Ok(true));
    assert_eq!(search("^(?!b)", MAX_TEXT), refused(MAX_TEXT));
}

#[test]
fn long_texts_and_patterns_are_allowed_fewer_steps() {
    assert_eq!(allowed_steps(step(100, 20)), MAX_BACKTRACKS);
    assert_eq!(allowed_steps(step(4000, 20)), 25_000);
    assert_eq!(allowed_steps(step(4000, 400)), 2_500);
}
