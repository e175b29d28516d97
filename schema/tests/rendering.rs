//! Whole outputs of the renderers, as users see them.
#![allow(missing_docs)]

use schema::diagnostic::render::{self, Options};
use schema::diagnostic::{Diagnostic, Level, Suggestion};
use schema::dialect::Dialect;
use schema::source::{FileId, Source, Span};
use schema::yaml;

fn terminal(text: &str) -> String {
    let sources = [Source::new(".ci.yml", text)];
    let loaded = yaml::load(&sources[0], FileId(0), Dialect::Ours);
    render::terminal(&loaded.diagnostics, &sources, Options::default())
}

/// A few messages about two files.
fn messages() -> (Vec<Diagnostic>, [Source; 2]) {
    let sources = [
        Source::new(".ci.yml", "languge: python\nscript: ä\n"),
        Source::new("o/r:base,1.yml@main", "os: [linux,\n  50% linux]\n"),
    ];
    let imported = Span {
        file: FileId(1),
        ..Span::new(14, 23)
    };
    let diagnostics = vec![
        Diagnostic::new(
            Level::Warning,
            "find_key",
            "root",
            "Unknown key `languge`",
            Span::new(0, 7),
        )
        .with_label("no such key")
        .with_help("Did you mean `language`?")
        .with_suggestion(Suggestion {
            span: Span::new(0, 7),
            replacement: "language".to_owned(),
            safe: true,
        })
        .with_arg("original", "languge")
        .with_arg("key", "language"),
        Diagnostic::new(
            Level::Error,
            "unknown_value",
            "os",
            "Unknown value `50% linux`\nof `os`",
            imported,
        )
        .fatal()
        .with_related(Span::new(16, 22), "imported because of this"),
        Diagnostic::new(
            Level::Alert,
            "secure",
            "script",
            "A secret lies open",
            Span::new(24, 26),
        ),
        Diagnostic::new(Level::Info, "edge", "os", "Fine", imported),
    ];
    (diagnostics, sources)
}

#[test]
fn carets_point_at_the_place() {
    let (diagnostics, sources) = messages();
    let text = render::terminal(&diagnostics, &sources, Options::default());
    insta::assert_snapshot!(text);
}

#[test]
fn colours_are_an_option() {
    let (diagnostics, sources) = messages();
    let options = Options {
        color: true,
        width: 80,
    };
    let text = render::terminal(&diagnostics[..1], &sources, options);
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"));
}

#[test]
fn long_lines_are_cut_to_the_width() {
    let text = format!("a: {} b: c", "x ".repeat(100));
    let sources = [Source::new(".ci.yml", text)];
    let loaded = yaml::load(&sources[0], FileId(0), Dialect::Ours);
    let options = Options {
        color: false,
        width: 60,
    };
    let mut diagnostics = loaded.diagnostics;
    for diagnostic in &mut diagnostics {
        diagnostic.suggestion = None;
        diagnostic.span.start = diagnostic.span.end - 4;
    }
    insta::assert_snapshot!(render::terminal(&diagnostics, &sources, options));
}

#[test]
fn plain_is_one_line_a_message() {
    let (diagnostics, sources) = messages();
    insta::assert_snapshot!(render::plain(&diagnostics, &sources));
}

#[test]
fn json_has_all_there_is_to_know() {
    let (diagnostics, sources) = messages();
    insta::assert_snapshot!(render::json(&diagnostics[..2], &sources));
}

#[test]
fn github_commands_are_escaped() {
    let (diagnostics, sources) = messages();
    insta::assert_snapshot!(render::github(&diagnostics, &sources));
}

#[test]
fn nothing_to_say_is_nothing() {
    assert_eq!(render::terminal(&[], &[], Options::default()), "");
    assert_eq!(render::plain(&[], &[]), "");
    assert_eq!(render::github(&[], &[]), "");
    assert_eq!(render::json(&[], &[]), "[]\n");
}

#[test]
fn a_missing_source_is_no_reason_to_fail() {
    let (diagnostics, _) = messages();
    insta::assert_snapshot!(render::terminal(
        &diagnostics[1..2],
        &[],
        Options::default()
    ));
}

#[test]
fn syntax_errors_say_what_to_do() {
    let cases = [
        "script:\n\tmake\n\tmake test\n",
        "script: \"make\nlanguage: go\n",
        "script: 'it's'\n",
        "script: echo foo: bar\n",
        "script: @make\n",
        "script: `date`\n",
        "language: go\nscript make\nos: linux\n",
        "script:make\nos: linux\n",
        "script:\n  - a\n - b\n",
        "script: a\n  os: b\n",
        "script: - a\n",
        "os: [linux, osx\ndist: focal\n",
        "os: {a: b\n",
        "os: linux]\nb: ]\n",
        "name: \"\\d+\"\n",
        "cache: {{ checksum }}\n",
        "- make\n",
        "make\n",
        "a: &defaults {b: c}\nd: *default\n",
        "a: &a\n  b: *a\n",
        "a: b\n---\nc: d\n",
        "os: linux\nscript: a\nos: osx\nos: windows\n",
        "a: !!binary '*'\n",
        "a: !x!y z\n",
    ];
    let texts = cases.map(|case| format!("{case}{}\n{}", "-".repeat(8), terminal(case)));
    insta::assert_snapshot!(texts.join("========\n"));
}

#[test]
fn sealed_values_are_never_shown_in_full() {
    let sealed = "kWkrEwUFN3mmr9lfJZ8UtHi9cHzQ2Bp1xTMZ0WFaaT1A";
    let long = format!("{sealed}{sealed}{sealed}");
    let ours = "sec1.k1.AAAAbbbbCCCCddddEEEE";
    let text = format!(
        "env:\n  - secure: \"{sealed}\"\n  - secure: >-\n      {sealed}\n      {sealed}\n\
         key: {long}\nother: {ours}\na: {{secure: {sealed}, b: c}}\n"
    );
    let sources = [Source::new(".ci.yml", text.as_str())];
    let places = [sealed, "secure: >", &long, ours, "b: c", "key"];
    let diagnostics: Vec<_> = places
        .iter()
        .map(|place| {
            let start = text.find(place).expect("a place");
            let span = Span::new(start, start + place.len());
            let message = format!("Damaged: {sealed}, {long}, {ours}");
            Diagnostic::new(Level::Error, "secure", "env", message.clone(), span)
                .with_label(message.clone())
                .with_help(message.clone())
                .with_arg("value", message.clone())
                .with_related(span, message)
                .with_suggestion(Suggestion {
                    span,
                    replacement: long.clone(),
                    safe: false,
                })
        })
        .collect();
    let outputs = [
        render::terminal(&diagnostics, &sources, Options::default()),
        render::plain(&diagnostics, &sources),
        render::json(&diagnostics, &sources),
        render::github(&diagnostics, &sources),
    ];
    for output in &outputs {
        for secret in [sealed, ours, "AAAAbbbbCCCCddddEEEE"] {
            assert!(!output.contains(secret), "{output}");
        }
    }
    insta::assert_snapshot!(outputs[0]);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let sources = [Source::new("a\u{1b}[2Jb", "a: \u{9b}x\u{202e}y\n")];
    let message = "Unknown \u{1b}]0;x\u{7} \u{202e}";
    let diagnostics =
        [
            Diagnostic::new(Level::Error, "unknown_value", "a", message, Span::new(3, 9))
                .with_label(message)
                .with_help(message),
        ];
    for output in [
        render::terminal(&diagnostics, &sources, Options::default()),
        render::plain(&diagnostics, &sources),
        render::github(&diagnostics, &sources),
    ] {
        let hidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!output.contains(hidden), "{output:?}");
    }
}
