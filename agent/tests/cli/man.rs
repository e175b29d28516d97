//! `agent man`.

use super::Desk;

#[test]
fn the_page_tells_of_every_command_and_of_the_exit_codes() {
    let said = Desk::bare().agent(&["man"]);
    assert_eq!((said.exit, said.err.as_str()), (0, ""));
    assert!(said.out.starts_with(".ie") || said.out.starts_with(".TH"));
    for part in [".TH agent 1", "agent\\-validate(1)", "Exit codes:"] {
        assert!(said.out.contains(part), "{part}");
    }
}

#[test]
fn every_command_gets_a_page_of_its_own() {
    let mut desk = Desk::bare();
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().to_str().unwrap();
    let said = desk.agent(&["man", "--to", to]);
    assert_eq!(said.exit, 0, "{}", said.err);
    for page in ["agent.1", "agent-run.1", "agent-repo-add.1"] {
        assert!(folder.path().join(page).is_file(), "{page}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let said = Desk::bare().agent(&["man", "--to", "/nowhere/at/all"]);
    assert_eq!(said.exit, 2);
    assert!(said.err.contains("/nowhere/at/all"), "{}", said.err);
    assert!(said.err.contains("hint: "), "{}", said.err);
}
