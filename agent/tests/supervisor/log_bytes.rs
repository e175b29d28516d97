//! The raw log, byte for byte (run-time reference §13).

use crate::harness::job;
use agent::runner::script::Note;

/// Timers and times are the only bytes that differ from run to run.
fn settled(raw: &str) -> String {
    let mut text = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find("travis_time:") {
        let (before, marker) = rest.split_at(at);
        let end = marker.find('\r').unwrap_or(marker.len());
        let mut parts: Vec<String> = marker[..end].split(':').map(str::to_owned).collect();
        assert_eq!(parts[2].len(), 8, "{marker}");
        parts[2] = "ID".into();
        if let Some(times) = parts.get_mut(3) {
            let (_, event) = times.split_once(",event=").unwrap();
            *times = format!("start=,finish=,duration=,event={event}");
        }
        text.push_str(before);
        text.push_str(&parts.join(":"));
        rest = &marker[end..];
    }
    text.push_str(rest);
    text.replace('\x1b', "<ESC>").replace('\r', "<CR>")
}

#[test]
fn a_whole_log() {
    let mut test = job(["true", "printf partial", "if true; then\n  echo long\nfi\n"])
        .phase(|p| &mut p.install, ["echo installed"])
        .phase(|p| &mut p.before_script, ["echo one", "echo two"])
        .phase(|p| &mut p.after_success, ["false"]);
    test.options.intro = vec![Note::checkout("Checked out 0123456 of owner/repo.")];
    insta::assert_snapshot!(settled(&test.run().raw));
}

#[test]
fn a_log_that_was_stopped() {
    let test = job(["true"]).phase(|p| &mut p.install, ["false"]);
    insta::assert_snapshot!(settled(&test.run().raw));
}

#[test]
fn output_comes_before_the_verdict_however_much_it_is() {
    let ran = job([
        "i=0; while [ $i -lt 20000 ]; do echo \"$i\"; i=$((i+1)); done",
        "echo next",
    ])
    .run();
    let verdict = ran.log.find("exited with 0.").unwrap();
    assert!(ran.log.find("\n19999\n").unwrap() < verdict);
    assert!(ran.log.find("\nnext\n").unwrap() > verdict);
}

#[test]
fn all_bytes_come_through_but_line_ends() {
    let ran = job(["printf 'a\\000b\\377\\033[1mc\\n'"]).run();
    assert!(ran.raw.contains("a\0b\u{fffd}\x1b[1mc\r\n"));
}
