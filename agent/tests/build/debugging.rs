//! `agent run --shell-on-failure`: a shell where the job stopped.

use crate::engine::{inspected, process_list};
use crate::terminal::Terminal;
use crate::world::World;

/// Two jobs that fail after each other, the second while the first has its shell.
const PAIR: &str = "
jobs:
  include:
    - name: one
      script:
        - mkdir deep && cd deep && export STEP=two
        - (exit 7)
      after_failure: echo after in ${PWD##*/}
    - name: two
      install: sleep 1; echo said meanwhile; (exit 3)
      script: echo never
";

#[test]
fn a_failed_job_opens_a_shell_where_it_stopped_and_one_after_the_other() {
    let world = World::of(PAIR);
    let mut build = Terminal::run(
        &world,
        &["--jobs", "2", "--shell-on-failure", "-e", "TOKEN"],
    );
    build
        .wait_for("Job 1.1 (one) stopped: script, command 2 exited with 7: (exit 7)\r\n")
        .wait_for("`exit` or Ctrl-D ends it")
        .wait_for("~/build/")
        .wait_for("deep $ ")
        .keys("echo \"<$STEP|$TOKEN|$(id -un)|${PWD##*/}>\"\n")
        .wait_for("<two|hunter2hunter2|travis|deep>");
    // The engine and the machine know nothing of what is secret.
    let seen = format!("{}{}", inspected(), process_list());
    assert!(!seen.contains("hunter2hunter2"), "a secret is in sight");
    build
        .resize(33, 111)
        .keys("until [ \"$(stty size)\" = '33 111' ]; do sleep 0.1; done; echo re''sized\n")
        .wait_for("resized\r\n");
    // Ctrl-C is the shell's.
    build
        .keys("echo sle''eping; sleep 1000\n")
        .wait_for("sleeping\r\n")
        .keys("\u{3}")
        .wait_for("deep $ ")
        .keys("sleep 3; echo st''ill here\n")
        .wait_for("still here\r\n")
        .wait_for("deep $ ");
    let so_far = build.shown();
    assert!(!so_far.contains("said meanwhile\r\n"), "{so_far}");
    build
        .keys("\u{4}")
        .wait_for("said meanwhile\r\n")
        .wait_for("Job 1.2 (two) stopped: install, command 1 exited with 3")
        .wait_for("$ ")
        .keys("echo in ''two $?; exit 0\n")
        .wait_for("in two 0\r\n")
        .wait_for("Build ");
    let (code, shown) = build.end();
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("after in deep\r\n"), "{shown}");
    assert!(!shown.contains("echo never\r\n"), "{shown}");
    for job in ["1", "2"] {
        let log = world.data().join("runs/1").join(job);
        let kept = texts(&log);
        assert!(kept.contains("exit "), "{kept}");
        for typed in ["still here", "in two", "hunter2hunter2", "resized"] {
            assert!(!kept.contains(typed), "{typed} is kept: {kept}");
        }
    }
    world.finish();
}

#[test]
fn a_signal_in_the_middle_of_a_shell_ends_it_with_the_build_and_gives_the_terminal_back() {
    let world = World::of("script: 'false'\n");
    let mut build = Terminal::run(&world, &["--shell-on-failure", "--job", "1"]);
    build
        .wait_for("`exit` or Ctrl-D ends it")
        .wait_for("$ ")
        .terminate();
    let (code, shown) = build.end();
    assert_eq!(code, Some(130), "{shown}");
    world.finish();
}

/// All files of a folder in one text.
fn texts(folder: &std::path::Path) -> String {
    let files = std::fs::read_dir(folder).unwrap();
    let read = |file: std::io::Result<std::fs::DirEntry>| std::fs::read(file.unwrap().path());
    let texts = files.map(|file| String::from_utf8_lossy(&read(file).unwrap()).into_owned());
    texts.collect()
}
