//! Threat T34: text that comes from others does nothing to a terminal but colour it.

use agent::log::clean;

#[test]
fn what_attackers_send_is_harmless() {
    for text in [
        "\x1b]8;;javascript:alert(1)\x1b\\click\x1b]8;;\x1b\\",
        "\x1b]52;c;aGVsbG8=\x07",
        "\x1b[2J\x1b[H\x1b[3J\x1bc\x1b[?1049h\x1b[5n\x1b[6n",
        "\u{9d}0;title\u{9c}\u{90}x\u{9c}\u{9b}2J",
        "refs/heads/\x1b[31mred\x1b]0;owned\x07",
        "a\rb\x08\x0b\x0c\x07\0",
        &"\x1b[".repeat(100_000),
        "\x1b[\x1b[\x1b]\x1b[31",
    ] {
        assert_harmless(&clean(text));
    }
}

fn assert_harmless(text: &str) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\x1b') {
        assert!(
            !before
                .chars()
                .any(|c| c.is_control() && c != '\n' && c != '\t'),
            "{text:?}"
        );
        let (parameters, tail) = after.split_once('m').expect("only colours pass");
        let parameters = parameters.strip_prefix('[').expect("only colours pass");
        assert!(
            parameters
                .chars()
                .all(|c| c.is_ascii_digit() || ";:".contains(c)),
            "{text:?}"
        );
        rest = tail;
    }
    assert!(
        !rest
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t'),
        "{text:?}"
    );
}
