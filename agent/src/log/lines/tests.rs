//! Lines as a reader sees them.

use super::*;
use crate::log::{MaskedBuf, Masker};

/// Lines and markers, one string each; `pieces` are the writes, an empty one is a pause.
fn shown(pieces: &[&[u8]]) -> Vec<String> {
    let mut all = Vec::new();
    let mut lines = Lines::new();
    for piece in pieces {
        let tell = |event: Event<'_>| all.push(text(event));
        match piece.is_empty() {
            true => lines.flush(tell),
            false => lines.push(masked(piece).as_masked(), tell),
        }
    }
    lines.finish(|event| all.push(text(event)));
    all
}

fn text(event: Event<'_>) -> String {
    match event {
        Event::Line(line) => line.to_owned(),
        Event::Marker(marker) => format!("<{marker:?}>"),
    }
}

fn masked(bytes: &[u8]) -> MaskedBuf {
    let mut out = MaskedBuf::new();
    Masker::none().stream().push(bytes, &mut out);
    out
}

/// The same in one write and byte by byte.
#[track_caller]
fn shows(input: &str, expected: &[&str]) {
    assert_eq!(shown(&[input.as_bytes()]), expected);
    let bytes: Vec<_> = input.as_bytes().chunks(1).collect();
    assert_eq!(shown(&bytes), expected, "byte by byte");
}

#[test]
fn line_ends() {
    shows("a\nb\r\nc\r\r\nd", &["a", "b", "c", "d"]);
    shows("a\r\n\r\nb\n", &["a", "", "b"]);
    shows("", &[]);
}

#[test]
fn a_progress_bar_becomes_its_last_state() {
    shows("10%\r20%\r100%\r\ndone\r\n", &["100%", "done"]);
    shows("10%\r20%\r", &["20%"]);
    shows("10%\r\x1b[K20%\r\n", &["20%"]);
}

#[test]
fn folds_and_times_are_events() {
    shows(
        "travis_fold:start:install\r\x1b[0Ktravis_time:start:095f3e40\r\x1b[0K$ npm ci\r\nok\r\n\
         travis_time:end:095f3e40:start=1,finish=3,duration=2,event=install\r\x1b[0K\
         travis_fold:end:install\r\x1b[0Knext\r\n",
        &[
            "<FoldStart(\"install\")>",
            "<TimeStart(\"095f3e40\")>",
            "$ npm ci",
            "ok",
            "<TimeEnd(Timing { id: \"095f3e40\", start: Some(1), finish: Some(3), \
             duration: Some(2), event: Some(\"install\") })>",
            "<FoldEnd(\"install\")>",
            "next",
        ],
    );
}

#[test]
fn markers_that_users_print_themselves() {
    let start = "<FoldStart(\"x\")>";
    shows("travis_fold:start:x\r\nin\r\n", &[start, "in"]);
    shows("travis_fold:start:x\rin\r\n", &[start, "in"]);
    shows(
        "no end travis_fold:start:x\r\x1b[0Kin",
        &["no end ", start, "in"],
    );
    shows("\x1b[0mtravis_fold:start:x\r\x1b[0Kin", &[start, "in"]);
    shows(
        "$ echo travis_fold:start:x\r\n",
        &["$ echo travis_fold:start:x"],
    );
    shows("travis_fold is a helper\r\n", &["travis_fold is a helper"]);
}

#[test]
fn colours_stay_and_each_line_is_whole_in_itself() {
    shows("\x1b[32mok\x1b[0m\r\n", &["\x1b[32mok\x1b[0m"]);
    shows(
        "\x1b[31;1mone\r\ntwo\x1b[0m three\r\n",
        &["\x1b[31;1mone\x1b[0m", "\x1b[31;1mtwo\x1b[0m three"],
    );
    shows(
        "\x1b[31mred\r\x1b[32mgreen\r\n",
        &["\x1b[31m\x1b[32mgreen\x1b[0m"],
    );
    shows("\x1b[31m\r\n\x1b[m\r\n", &["", ""]);
}

#[test]
fn other_control_is_taken_out() {
    shows("a\0b\x1b]0;title\x07c\x1b[2Jd\u{9b}e\r\n", &["abcde"]);
    shows("\x1b]8;;never closed\r\nnext\r\n", &["", "next"]);
}

#[test]
fn bytes_that_are_no_text_are_shown_as_such() {
    assert_eq!(shown(&[b"a\xffb\n"]), ["a\u{fffd}b"]);
    assert_eq!(shown(&[b"\xc3", b"\xa9\n"]), ["é"]);
}

#[test]
fn a_line_that_waits_is_shown_after_a_pause() {
    let pause = b"".as_slice();
    assert_eq!(
        shown(&[b"Password: ", pause, b"\r\nok\r\n"]),
        ["Password: ", "ok"]
    );
    assert_eq!(shown(&[b"one ", pause, pause, b"two\r\n"]), ["one ", "two"]);
    assert_eq!(shown(&[b"50%\r", pause, b"60%\r\n"]), ["50%", "60%"]);
    assert_eq!(shown(&[b"caf\xc3", pause, b"\xa9\n"]), ["caf", "é"]);
    let start = "<FoldStart(\"x\")>";
    assert_eq!(
        shown(&[b"travis_fold:sta", pause, b"rt:x\r\x1b[0Kin\n"]),
        [start, "in"]
    );
}

#[test]
fn a_line_without_end_is_cut_and_counted() {
    let mut lines = Lines::new();
    let mut all = Vec::new();
    let block = masked(&"é".repeat(50_000).into_bytes());
    for _ in 0..100 {
        lines.push(block.as_masked(), |event| all.push(text(event)));
        assert!(lines.held() <= MAX_LINE + MAX_STYLE);
    }
    lines.push(masked(b"\nnext\n").as_masked(), |event| {
        all.push(text(event));
    });
    let [long, next] = all.as_slice() else {
        panic!("{} lines", all.len())
    };
    let (kept, note) = long.split_once(' ').expect("a note");
    assert_eq!(kept, "é".repeat(MAX_LINE / 2));
    assert_eq!(
        note,
        format!("[… {} more bytes on this line]", 10_000_000 - MAX_LINE)
    );
    assert_eq!(next, "next");
}

#[test]
fn colours_without_end_take_no_memory() {
    let mut lines = Lines::new();
    let block = masked(&b"\x1b[38;5;123m".repeat(5_000));
    for _ in 0..50 {
        lines.push(block.as_masked(), |_| ());
        assert!(lines.held() <= MAX_LINE + MAX_STYLE + 64);
    }
}
