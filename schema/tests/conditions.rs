//! What users see of conditions: errors with advice.

use schema::condition::parse;

/// Conditions with a caret under the place, the message and the advice.
fn shown(texts: &[&str]) -> String {
    let show = |text: &&str| match parse(text) {
        Ok(expr) => format!("{text}\nreads as {expr}\n"),
        Err(error) => {
            let help = error.help.clone().map(|help| format!("\nhint: {help}"));
            let caret = format!("{}^", " ".repeat(error.offset));
            format!("{text}\n{caret} {error}{}\n", help.unwrap_or_default())
        }
    };
    texts.iter().map(show).collect::<Vec<_>>().join("\n")
}

#[test]
fn errors_say_what_to_write_instead() {
    insta::assert_snapshot!(shown(&[
        "type IS push",
        "(type IS NOT push)",
        "type IN push",
        "type IN (push pull_request)",
        "tag NOT present",
        "type NOT (push, cron)",
        "branch = (master)",
        "branch = a, b",
        "branch = a || branch = b & tag",
        "commit_message = two words",
        "commit_message = \"a \\\"b\\\"\"",
    ]));
}

#[test]
fn patterns_say_where_they_end() {
    insta::assert_snapshot!(shown(&[
        "branch =~ ^(master|dev) AND type = push",
        "branch =~ /x/i",
        "commit_message =~ two words",
        "branch =~ ",
    ]));
}

#[test]
fn shell_code_is_recognised() {
    insta::assert_snapshot!(shown(&[
        "$TRAVIS_BRANCH = master",
        "branch = ${FOO}",
        "$(git log) = x",
        "$TRAVIS_PULL_REQUEST == false",
    ]));
}

#[test]
fn unfinished_conditions_say_what_is_missing() {
    insta::assert_snapshot!(shown(&[
        "",
        "branch = ",
        "branch = master AND",
        "(branch = master",
        "branch = master)",
        "branch = 'master",
        "env(A",
    ]));
}
