//! A log in files, seen from offsets.

use super::*;

fn masked(text: &str) -> MaskedBuf {
    let mut out = MaskedBuf::new();
    out.inner().extend_from_slice(text.as_bytes());
    out
}

fn append(log: &mut Segments, text: &str) -> u64 {
    log.append(masked(text).as_masked()).expect("appended")
}

/// All of it, with `<next>` for what is missing.
fn all(log: &Segments, mut offset: u64, max: usize) -> String {
    let mut text = String::new();
    loop {
        let mut out = MaskedBuf::new();
        match log.read(offset, max, &mut out).expect("read") {
            Read::Bytes(len) => offset += len as u64,
            Read::Missing { next } => {
                text.push_str(&format!("<{next}>"));
                offset = next;
            }
            Read::End => return text,
        }
        text.push_str(&String::from_utf8_lossy(out.bytes()));
    }
}

#[test]
fn what_is_appended_can_be_read_from_any_offset() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut log = Segments::open(dir.path(), 4).expect("opened");
    assert_eq!(append(&mut log, "abc"), 0);
    assert_eq!(append(&mut log, "defghijklm"), 3);
    assert_eq!(log.end(), 13);
    for from in 0..=13 {
        assert_eq!(
            all(&log, from, 3),
            "abcdefghijklm"[usize::try_from(from).unwrap_or(0)..]
        );
    }
    assert_eq!(all(&log, 99, 3), "");
}

#[test]
fn it_goes_on_where_it_was_left() {
    let dir = tempfile::tempdir().expect("a folder");
    append(
        &mut Segments::open(dir.path(), 4).expect("opened"),
        "abcdef",
    );
    std::fs::write(dir.path().join("notes.txt"), "not ours").expect("written");
    let mut log = Segments::open(dir.path(), 4).expect("opened");
    assert_eq!(append(&mut log, "ghi"), 6);
    assert_eq!(all(&log, 0, 100), "abcdefghi");
    log.sync().expect("synced");
}

#[test]
fn the_middle_can_go_and_offsets_stay() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut log = Segments::open(dir.path(), 4).expect("opened");
    append(&mut log, "aaaabbbbccccdddd");
    log.drop_between(4, 13).expect("dropped");
    assert_eq!(all(&log, 0, 100), "aaaa<12>dddd");
    assert_eq!((log.end(), log.stored()), (16, 8));
    let log = Segments::open(dir.path(), 4).expect("opened");
    assert_eq!(all(&log, 6, 100), "<12>dddd");
}

#[test]
fn it_can_be_cut_off_at_a_checkpoint() {
    for end in 0..=10 {
        let dir = tempfile::tempdir().expect("a folder");
        let mut log = Segments::open(dir.path(), 4).expect("opened");
        append(&mut log, "abcdefghij");
        log.truncate(end).expect("cut");
        assert_eq!(append(&mut log, "XYZ"), end);
        let kept = &"abcdefghij"[..usize::try_from(end).unwrap_or(0)];
        assert_eq!(all(&log, 0, 100), format!("{kept}XYZ"));
    }
}

#[test]
fn files_that_overlap_are_refused_with_their_place() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(path(dir.path(), 0), "abcdef").expect("written");
    std::fs::write(path(dir.path(), 4), "ef").expect("written");
    let error = Segments::open(dir.path(), 4)
        .expect_err("refused")
        .to_string();
    assert!(error.contains("damaged at byte 4"), "{error}");
}

#[test]
fn a_full_disk_is_named() {
    let full = io::Error::from(io::ErrorKind::StorageFull);
    let error = failed("write", Path::new("/logs/12.3"), full).to_string();
    assert!(
        error.contains("no space left to write the job log /logs/12.3"),
        "{error}"
    );
}

#[test]
fn only_the_owner_can_read_a_log() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("12.3");
    append(&mut Segments::open(&folder, 4).expect("opened"), "a");
    let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&path(&folder, 0))), (0o700, 0o600));
}

#[test]
fn looking_at_a_log_makes_nothing_and_sees_what_another_writes() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("7/1");
    let before = Segments::look(&folder).expect("looked");
    assert_eq!(before.end(), 0);
    assert!(!dir.path().join("7").exists());
    let mut log = Segments::open(&folder, 4).expect("opened");
    append(&mut log, "abcdef");
    assert_eq!(
        all(&Segments::look(&folder).expect("looked"), 0, 9),
        "abcdef"
    );
}
