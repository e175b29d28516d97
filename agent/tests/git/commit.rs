//! A commit's work tree is what `git clone` and `git checkout` leave.

use crate::sandbox::{Sandbox, git, want};
use agent::git::{Mirror, Ref, Source, Trees};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;

#[test]
fn files_modes_and_links_are_those_of_a_clone() {
    let sandbox = Sandbox::new();
    sandbox.write("plain.txt", "text\n");
    sandbox.write("run.sh", "#!/bin/sh\n");
    let run = sandbox.repo().join("run.sh");
    std::fs::set_permissions(run, PermissionsExt::from_mode(0o755)).unwrap();
    sandbox.write(
        &format!("{}/deep.txt", ["directory-with-a-name"; 12].join("/")),
        "deep",
    );
    sandbox.write("empty", "");
    sandbox.write("weiß é\u{7}.txt", "odd");
    std::os::unix::fs::symlink("../../etc/passwd", sandbox.repo().join("link")).unwrap();
    let sha = sandbox.commit("one");

    let ours = sandbox.materialise(&want(&sha));
    let theirs = sandbox.path("clone");
    git(&sandbox.path(""), &["clone", "--quiet", "repo", "clone"]);
    let differences = Command::new("diff")
        .args(["--recursive", "--no-dereference", "--exclude=.git"])
        .args([&ours, &theirs])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&differences.stdout), "");
    for name in ["plain.txt", "run.sh", "empty"] {
        let mode = |tree: &std::path::Path| {
            tree.join(name).metadata().unwrap().permissions().mode() & 0o700
        };
        assert_eq!(mode(&ours), mode(&theirs), "{name}");
    }
}

#[test]
fn the_tree_is_clean_even_for_plumbing_that_does_not_refresh() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitattributes", "*.txt text eol=crlf\n");
    sandbox.write("a.txt", "one\ntwo\n");
    sandbox.write("b/c", "x");
    std::os::unix::fs::symlink("b", sandbox.repo().join("link")).unwrap();
    let sha = sandbox.commit("one");
    let tree = sandbox.materialise(&want(&sha));
    git(&tree, &["diff-index", "--quiet", "HEAD", "--"]);
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
    assert_eq!(
        std::fs::read(tree.join("a.txt")).unwrap(),
        b"one\r\ntwo\r\n"
    );
    git(&tree, &["fsck", "--strict"]);
    // A change of the same size is seen at once.
    std::fs::write(tree.join("b/c"), "y").unwrap();
    assert_eq!(git(&tree, &["status", "--porcelain"]), " M b/c");
}

#[test]
fn head_is_detached_and_the_branch_is_known() {
    let sandbox = Sandbox::new();
    let sha = sandbox.commit("one");
    let tree = sandbox.materialise(&want(&sha));
    assert_eq!(git(&tree, &["rev-parse", "--abbrev-ref", "HEAD"]), "HEAD");
    assert_eq!(
        git(&tree, &["rev-parse", "HEAD", "main", "origin/main"]),
        [&*sha; 3].join("\n")
    );
    assert_eq!(
        git(&tree, &["rev-parse", "--abbrev-ref", "main@{upstream}"]),
        "origin/main"
    );
}

#[test]
fn the_remote_is_public_and_nothing_points_into_the_mirror() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "x");
    let mut want = want(&sandbox.commit("one"));
    want.origin = "https://x-access-token:canary@example.com/o/r.git".to_owned();
    let tree = sandbox.materialise(&want);
    assert_eq!(
        git(&tree, &["remote", "get-url", "origin"]),
        "https://example.com/o/r.git"
    );
    assert!(!tree.join(".git/objects/info/alternates").exists());
    let found = Command::new("grep")
        .args(["-r", "-e", "canary", "-e", "mirrors"])
        .arg(&tree)
        .status();
    assert_eq!(found.unwrap().code(), Some(1));
}

#[test]
fn depth_cuts_history_where_a_clone_would() {
    let sandbox = Sandbox::new();
    for number in 0..6 {
        sandbox.commit(&format!("main {number}"));
    }
    sandbox.git(&["checkout", "--quiet", "-b", "side", "HEAD~3"]);
    for number in 0..4 {
        sandbox.write(&format!("side{number}"), "x");
        sandbox.commit(&format!("side {number}"));
    }
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.git(&["merge", "--quiet", "--no-edit", "--no-ff", "side"]);
    let sha = sandbox.git(&["rev-parse", "HEAD"]);
    for depth in [1, 2, 3, 4, 50] {
        let tree = sandbox.materialise(&agent::git::Want {
            depth: Some(depth),
            ..want(&sha)
        });
        let clone = format!("clone{depth}");
        let source = format!("file://{}", sandbox.repo().display());
        let option = format!("--depth={depth}");
        git(
            &sandbox.path(""),
            &[
                "clone",
                "--quiet",
                &option,
                "--branch=main",
                &source,
                &clone,
            ],
        );
        let log = |dir| git(dir, &["log", "--format=%H %P", "--topo-order"]);
        assert_eq!(log(&tree), log(&sandbox.path(&clone)), "depth {depth}");
        git(&tree, &["fsck"]);
    }
}

#[test]
fn no_depth_is_all_of_history() {
    let sandbox = Sandbox::new();
    for number in 0..60 {
        sandbox.commit(&number.to_string());
    }
    let sha = sandbox.git(&["rev-parse", "HEAD"]);
    let count = |depth| {
        let tree = sandbox.materialise(&agent::git::Want {
            depth,
            ..want(&sha)
        });
        git(&tree, &["rev-list", "--count", "HEAD"])
    };
    assert_eq!(
        (count(Some(50)).as_str(), count(None).as_str()),
        ("50", "60")
    );
}

#[test]
fn tags_within_the_history_come_along() {
    let sandbox = Sandbox::new();
    sandbox.commit("zero");
    sandbox.git(&["tag", "too-old"]);
    sandbox.commit("one");
    sandbox.git(&["tag", "-a", "v1", "-m", "annotated"]);
    let sha = sandbox.commit("two");
    sandbox.git(&["tag", "v2"]);
    let tree = sandbox.materialise(&agent::git::Want {
        depth: Some(2),
        reference: Ref::Tag("v2".to_owned()),
        ..want(&sha)
    });
    assert_eq!(git(&tree, &["tag"]), "v1\nv2");
    assert_eq!(git(&tree, &["cat-file", "-t", "v1"]), "tag");
    assert_eq!(git(&tree, &["describe"]), format!("v1-1-g{}", &sha[..7]));
    assert_eq!(git(&tree, &["describe", "--tags"]), "v2");
}

#[test]
fn a_shallow_checkout_is_enough() {
    let sandbox = Sandbox::new();
    for number in 0..5 {
        sandbox.commit(&number.to_string());
    }
    let source = format!("file://{}", sandbox.repo().display());
    let shallow = sandbox.path("shallow");
    git(
        &sandbox.path(""),
        &["clone", "--quiet", "--depth=2", &source, "shallow"],
    );
    let mirror = Mirror::open(&sandbox.data(), "shallow").unwrap();
    let sha = mirror.fetch_from_checkout(&shallow, "HEAD").unwrap();
    for depth in [Some(50), None] {
        let want = agent::git::Want {
            depth,
            ..want(&sha)
        };
        let archive = mirror.materialise(&want, &sandbox.path("tmp")).unwrap();
        let tree = sandbox.unpack(archive.path());
        assert_eq!(git(&tree, &["rev-list", "--count", "HEAD"]), "2");
        git(&tree, &["fsck"]);
    }
}

#[test]
fn a_release_archives_exclusions_do_not_matter_to_a_job() {
    let sandbox = Sandbox::new();
    sandbox.write(
        ".gitattributes",
        "tests export-ignore\nversion export-subst\n",
    );
    sandbox.write("tests/a", "a");
    sandbox.write("version", "$Format:%H$");
    let tree = sandbox.materialise(&want(&sandbox.commit("one")));
    assert!(tree.join("tests/a").exists());
    assert_eq!(
        std::fs::read_to_string(tree.join("version")).unwrap(),
        "$Format:%H$"
    );
}

#[test]
fn a_tarball_has_no_git_directory() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "a");
    let sha = sandbox.commit("one");
    let tree = sandbox.materialise(&agent::git::Want {
        git_dir: false,
        ..want(&sha)
    });
    assert!(tree.join("a").exists() && !tree.join(".git").exists());
}

#[test]
fn a_pull_request_leaves_its_merge_in_fetch_head() {
    let sandbox = Sandbox::new();
    let sha = sandbox.commit("one");
    let tree = sandbox.materialise(&agent::git::Want {
        reference: Ref::Pull(12),
        ..want(&sha)
    });
    assert_eq!(git(&tree, &["rev-parse", "FETCH_HEAD"]), sha);
}

#[test]
fn jobs_that_want_the_same_share_one_archive_and_it_goes_with_them() {
    let sandbox = Sandbox::new();
    let sha = sandbox.commit("one");
    let trees = Trees::new(&sandbox.data(), sandbox.mirror(&sha), Source::Commit);
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| trees.get(&want(&sha)).unwrap());
        let two = scope.spawn(|| trees.get(&want(&sha)).unwrap());
        (one.join().unwrap(), two.join().unwrap())
    });
    assert!(Arc::ptr_eq(&one, &two));
    let other = trees
        .get(&agent::git::Want {
            depth: None,
            ..want(&sha)
        })
        .unwrap();
    assert!(!Arc::ptr_eq(&one, &other));
    drop((trees, one, two, other));
    assert_eq!(
        std::fs::read_dir(sandbox.data().join("tmp"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn a_file_of_a_commit_can_be_read() {
    let sandbox = Sandbox::new();
    sandbox.write(".ci.yml", "script: true\n");
    let sha = sandbox.commit("one");
    let mirror = sandbox.mirror(&sha);
    assert_eq!(
        mirror.file(&sha, ".ci.yml").unwrap().as_deref(),
        Some(&b"script: true\n"[..])
    );
    assert_eq!(mirror.file(&sha, "absent").unwrap(), None);
}
