//! Threat T17: whatever a job prints, memory and disk stay bounded, and the log keeps its
//! beginning, a notice, and its end.

use std::path::Path;

use agent::log::lines::MAX_LINE;
use agent::log::{Event, LimitedLog, Limits, Lines, MaskedBuf, Masker};
use agent::secrets::Plaintext;

const MIB: usize = 1 << 20;
const BLOCK: usize = 64 << 10;

/// What a job's bytes went through, and the most that each step held.
#[derive(Default)]
struct Seen {
    lines: usize,
    longest_line: usize,
    most_held: usize,
    most_stored: u64,
    log: Vec<u8>,
}

/// The whole way of a job's bytes: `block` again and again, `total` bytes in all.
fn flood(folder: &Path, block: &[u8], total: usize, limits: Limits) -> Seen {
    let secrets =
        [b"a-token-of-some-length".as_slice(), b"yn\ny"].map(|s| Plaintext::new(s.to_vec()));
    let mut mask = Masker::new(&secrets).stream();
    let mut log = LimitedLog::open(folder, limits).expect("opened");
    let mut lines = Lines::new();
    let mut out = MaskedBuf::new();
    let mut seen = Seen::default();
    let blocks = total.div_ceil(block.len());
    for n in 1..=blocks {
        out.clear();
        mask.push(block, &mut out);
        if n == blocks {
            mask.finish(&mut out);
        }
        log.append(out.as_masked()).expect("appended");
        lines.push(out.as_masked(), |event| {
            if let Event::Line(line) = event {
                seen.lines += 1;
                seen.longest_line = seen.longest_line.max(line.len());
            }
        });
        seen.most_held = seen.most_held.max(mask.held_back() + lines.held());
        seen.most_stored = seen.most_stored.max(log.segments().stored());
    }
    log.copy_to(&mut seen.log).expect("copied");
    seen
}

fn is_bounded(seen: &Seen, limits: Limits) {
    assert!(
        seen.most_held < MAX_LINE + 4096,
        "{} bytes held",
        seen.most_held
    );
    let least = limits.head + limits.tail;
    let most = least + least / 10;
    assert!(
        seen.most_stored <= most,
        "{} bytes stored",
        seen.most_stored
    );
    let text = String::from_utf8_lossy(&seen.log);
    assert!(text.contains("of this log are left out here"), "no notice");
    assert!(
        (least..most).contains(&(seen.log.len() as u64)),
        "{}",
        seen.log.len()
    );
}

/// For floods that take their time in a build without optimisation.
const SMALL: Limits = Limits {
    head: 1 << 20,
    tail: 1 << 18,
};

#[test]
fn two_hundred_megabytes_of_yes() {
    let dir = tempfile::tempdir().expect("a folder");
    let total = 200 * MIB;
    let line = [&b"y".repeat(254)[..], b"\r\n"].concat();
    let seen = flood(
        dir.path(),
        &line.repeat(BLOCK / 256),
        total,
        Limits::default(),
    );
    is_bounded(&seen, Limits::default());
    assert_eq!(seen.lines, total / 256);
    assert!(seen.log.starts_with(&line) && seen.log.ends_with(&line));
}

#[test]
fn yes_in_its_shortest_form() {
    let dir = tempfile::tempdir().expect("a folder");
    let seen = flood(
        dir.path(),
        &b"y\r\n".repeat(1000),
        3_000_000,
        Limits::default(),
    );
    assert_eq!((seen.lines, seen.longest_line), (1_000_000, 1));
    assert!(seen.most_held < 64 && seen.log == b"y\r\n".repeat(1_000_000));
}

#[test]
fn a_line_of_a_hundred_megabytes() {
    let dir = tempfile::tempdir().expect("a folder");
    let seen = flood(
        dir.path(),
        &b"x".repeat(BLOCK),
        100 * MIB,
        Limits::default(),
    );
    is_bounded(&seen, Limits::default());
    assert_eq!(seen.lines, 0);
}

#[test]
fn nul_and_bytes_that_are_no_text() {
    let dir = tempfile::tempdir().expect("a folder");
    let block = b"\0\xff\xfe\xc3\x1b[\x1b]\x9b".repeat(BLOCK / 8);
    is_bounded(&flood(dir.path(), &block, 4 * MIB, SMALL), SMALL);
}

#[test]
fn the_beginning_of_a_secret_again_and_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let block = b"a-token-of-\x1b[1msome-\x1b[0m".repeat(BLOCK / 24);
    is_bounded(&flood(dir.path(), &block, 4 * MIB, SMALL), SMALL);
}
