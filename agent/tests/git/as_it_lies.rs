//! Decision 34: the work tree as it lies, over the `.git` of HEAD.

use crate::sandbox::{Sandbox, git, want};
use agent::git::{AsItLies, GitError, Mirror, head, tags};
use std::path::PathBuf;

fn lies(sandbox: &Sandbox) -> (AsItLies, PathBuf) {
    let sha = sandbox.git(&["rev-parse", "HEAD"]);
    let mirror = sandbox.mirror(&sha);
    let lies = mirror
        .as_it_lies(&sandbox.repo(), &want(&sha), &sandbox.path("tmp"))
        .unwrap();
    let tree = sandbox.unpack(lies.archive.path());
    (lies, tree)
}

#[test]
fn changed_new_and_deleted_files_are_as_they_lie_and_git_status_shows_it() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "ignored\n");
    for name in ["same", "changed", "staged", "deleted"] {
        sandbox.write(name, "old");
    }
    sandbox.commit("one");
    sandbox.write("changed", "new");
    sandbox.write("staged", "new");
    sandbox.git(&["add", "staged"]);
    sandbox.write("untracked/file", "new");
    sandbox.write("ignored", "secret");
    std::fs::remove_file(sandbox.repo().join("deleted")).unwrap();
    let (told, tree) = lies(&sandbox);
    assert_eq!(
        git(&tree, &["status", "--porcelain"]),
        " M changed\n D deleted\n M staged\n?? untracked/"
    );
    assert!(!tree.join("ignored").exists());
    assert!(told.left_out.is_empty() && told.submodules.is_empty());
}

#[test]
fn an_unchanged_tree_is_clean_for_plumbing_too() {
    let sandbox = Sandbox::new();
    sandbox.write("a/b", "x");
    sandbox.commit("one");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(100);
    let file = std::fs::File::open(sandbox.repo().join("a/b")).unwrap();
    file.set_modified(old).unwrap();
    let (_, tree) = lies(&sandbox);
    // Touched files are looked at again, so only a refreshed answer is promised.
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
    sandbox.git(&["status"]);
    let (_, tree) = lies(&sandbox);
    git(&tree, &["diff-index", "--quiet", "HEAD", "--"]);
}

#[test]
fn links_are_kept_and_never_followed() {
    let sandbox = Sandbox::new();
    sandbox.write("dir/file", "inside");
    sandbox.commit("one");
    let outside = sandbox.path("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("file"), "outside").unwrap();
    std::fs::remove_dir_all(sandbox.repo().join("dir")).unwrap();
    std::os::unix::fs::symlink(&outside, sandbox.repo().join("dir")).unwrap();
    std::os::unix::fs::symlink("nowhere", sandbox.repo().join("dangling")).unwrap();
    let (_, tree) = lies(&sandbox);
    assert_eq!(std::fs::read_link(tree.join("dir")).unwrap(), outside);
    assert_eq!(
        std::fs::read_link(tree.join("dangling")).unwrap(),
        PathBuf::from("nowhere")
    );
}

#[test]
fn files_of_submodules_are_there_and_named() {
    let sandbox = Sandbox::new();
    let library = sandbox.path("library");
    std::fs::create_dir(&library).unwrap();
    git(&library, &["init", "--quiet"]);
    std::fs::write(library.join("code"), "x").unwrap();
    git(&library, &["add", "."]);
    git(&library, &["commit", "--quiet", "-m", "library"]);
    sandbox.git(&[
        "submodule",
        "--quiet",
        "add",
        library.to_str().unwrap(),
        "vendor/library",
    ]);
    sandbox.commit("one");
    let (told, tree) = lies(&sandbox);
    assert_eq!(told.submodules, ["vendor/library"]);
    assert_eq!(
        std::fs::read_to_string(tree.join("vendor/library/code")).unwrap(),
        "x"
    );
    assert!(!tree.join("vendor/library/.git").exists());
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
}

#[test]
fn what_can_not_be_carried_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "x");
    sandbox.commit("one");
    sandbox.git(&["ls-files"]);
    std::fs::remove_file(sandbox.repo().join("file")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(sandbox.repo().join("file"))
        .status();
    assert!(made.unwrap().success());
    let (told, tree) = lies(&sandbox);
    assert_eq!(told.left_out.len(), 1, "{:?}", told.left_out);
    assert!(told.left_out[0].starts_with("file: "));
    assert!(!tree.join("file").exists());
}

#[test]
fn head_tells_where_the_checkout_stands() {
    let sandbox = Sandbox::new();
    let sha = sandbox.commit("first line\n\nbody");
    sandbox.git(&["tag", "v1"]);
    sandbox.git(&["tag", "-a", "v1.0", "-m", "x"]);
    let now = head(&sandbox.repo()).unwrap();
    assert_eq!(
        (now.sha.as_str(), now.branch.as_deref()),
        (sha.as_str(), Some("main"))
    );
    assert_eq!(
        (now.message.as_str(), now.dirty),
        ("first line\n\nbody", false)
    );
    assert_eq!(tags(&sandbox.repo(), &sha).unwrap(), ["v1", "v1.0"]);
    sandbox.write("new", "x");
    sandbox.git(&["checkout", "--quiet", "--detach"]);
    let now = head(&sandbox.repo()).unwrap();
    assert_eq!((now.branch, now.dirty), (None, true));
}

#[test]
fn what_is_no_checkout_is_named() {
    let sandbox = Sandbox::new();
    assert!(matches!(head(&sandbox.repo()), Err(GitError::NoCommit(_))));
    assert!(matches!(
        head(&sandbox.path("")),
        Err(GitError::NotACheckout(_))
    ));
    assert!(matches!(
        head(&sandbox.path("absent")),
        Err(GitError::NotACheckout(_))
    ));
    let sha = sandbox.commit("one");
    let mirror = Mirror::open(&sandbox.data(), "x").unwrap();
    for absent in ["nope", "--upload-pack=x", &"0".repeat(40)] {
        let error = mirror
            .fetch_from_checkout(&sandbox.repo(), absent)
            .unwrap_err();
        assert!(
            matches!(error, GitError::UnknownRevision(_)),
            "{absent}: {error}"
        );
    }
    assert!(!mirror.has(&sha).unwrap());
}
