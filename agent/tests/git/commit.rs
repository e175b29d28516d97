//! A commit's work tree is what `git clone` and `git checkout` leave.

use crate::sandbox::{Sandbox, git, want};
use agent::git::{AutoCrlf, Mirror, Ref, Source, Trees};
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

/// Git fills an archive up with zeros, to blocks of 20 records: it must be let to its end.
#[test]
fn a_commit_of_any_size_is_read_to_its_end() {
    for records in 0..20 {
        let sandbox = Sandbox::new();
        sandbox.write("file", "x".repeat(records * 512));
        sandbox.commit("a file");
        let sha = sandbox.git(&["rev-parse", "HEAD"]);
        sandbox.materialise(&want(&sha));
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

/// What a checkout of the reference would do: the settings first, then a clone of the branch.
fn clone_with(sandbox: &Sandbox, settings: &[&str], name: &str) -> std::path::PathBuf {
    let mut args = vec!["clone", "--quiet"];
    for setting in settings {
        args.extend(["-c", setting]);
    }
    args.extend(["repo", name]);
    git(&sandbox.path(""), &args);
    sandbox.path(name)
}

/// Whether two trees hold the same files, modes aside.
#[track_caller]
fn assert_same(ours: &std::path::Path, theirs: &std::path::Path) {
    let differences = Command::new("diff")
        .args(["--recursive", "--no-dereference", "--exclude=.git"])
        .args([ours, theirs])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&differences.stdout), "");
}

#[test]
fn autocrlf_ends_lines_as_a_clone_with_it_would() {
    let sandbox = Sandbox::new();
    sandbox.write("text", "one\ntwo\n");
    sandbox.write("binary", "one\n\0two\n");
    sandbox.write("mixed", "one\r\ntwo\n");
    sandbox.write(".gitattributes", "*.sh text eol=lf\n");
    sandbox.write("run.sh", "#!/bin/sh\n");
    let sha = sandbox.commit("one");
    for (autocrlf, text) in [
        (AutoCrlf::True, "one\r\ntwo\r\n"),
        (AutoCrlf::False, "one\ntwo\n"),
        (AutoCrlf::Input, "one\ntwo\n"),
    ] {
        let mut want = want(&sha);
        want.files.autocrlf = Some(autocrlf);
        let ours = sandbox.materialise(&want);
        let setting = autocrlf.as_str();
        let name = format!("clone-{setting}");
        assert_same(
            &ours,
            &clone_with(&sandbox, &[&format!("core.autocrlf={setting}")], &name),
        );
        assert_eq!(std::fs::read_to_string(ours.join("text")).unwrap(), text);
        assert_eq!(git(&ours, &["config", "core.autocrlf"]), setting);
        git(&ours, &["diff-index", "--quiet", "HEAD", "--"]);
        git(&ours, &["update-index", "--really-refresh"]);
    }
}

#[test]
fn without_symlinks_a_link_is_a_file_that_says_where_it_points() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "x");
    let long = "a-long-way/".repeat(20) + "file";
    for (name, target) in [
        ("link", "file"),
        ("out", "../../etc/passwd"),
        ("long", &long),
    ] {
        std::os::unix::fs::symlink(target, sandbox.repo().join(name)).unwrap();
    }
    let sha = sandbox.commit("one");
    let mut want = want(&sha);
    want.files.symlinks = Some(false);
    let ours = sandbox.materialise(&want);
    assert_same(
        &ours,
        &clone_with(&sandbox, &["core.symlinks=false"], "clone"),
    );
    assert_eq!(std::fs::read_to_string(ours.join("long")).unwrap(), long);
    assert_eq!(git(&ours, &["config", "core.symlinks"]), "false");
    assert_eq!(git(&ours, &["status", "--porcelain"]), "");

    let mirror = sandbox.mirror(&sha);
    let lies = mirror.as_it_lies(&sandbox.repo(), &want, &sandbox.path("tmp"));
    let ours = sandbox.unpack(lies.unwrap().archive.path());
    assert_eq!(std::fs::read_to_string(ours.join("link")).unwrap(), "file");

    want.files.symlinks = Some(true);
    let ours = sandbox.materialise(&want);
    assert!(ours.join("out").is_symlink());
    assert_eq!(git(&ours, &["config", "core.symlinks"]), "true");
}

/// A tree that a sparse checkout makes of these patterns, by the reference's own commands.
fn sparse_clone(sandbox: &Sandbox, file: &str, name: &str) -> std::path::PathBuf {
    let theirs = sandbox.path(name);
    git(&sandbox.path(""), &["init", "--quiet", name]);
    git(&theirs, &["config", "core.sparseCheckout", "true"]);
    git(&theirs, &["remote", "add", "origin", "../repo"]);
    git(&theirs, &["fetch", "--quiet", "origin", "main"]);
    let patterns = git(&sandbox.repo(), &["show", &format!("HEAD:{file}")]);
    std::fs::create_dir_all(theirs.join(".git/info")).unwrap();
    let place = theirs.join(".git/info/sparse-checkout");
    std::fs::write(place, format!("{patterns}\n")).unwrap();
    git(&theirs, &["reset", "--quiet", "--hard", "FETCH_HEAD"]);
    theirs
}

#[test]
fn a_sparse_checkout_holds_what_its_file_names() {
    let sandbox = Sandbox::new();
    for file in [
        "README.md",
        "src/main.rs",
        "src/deep/er/file",
        "docs/guide.md",
        "docs/secret/key.md",
        "web/a.js",
        "web/lib/b.js",
        "tests/a",
        "weiß é.txt",
        "[odd]",
    ] {
        sandbox.write(file, file);
    }
    let sets = [
        "src/\n",
        "/*\n!/docs/\n/docs/guide.md\n",
        "docs\n!docs/secret\n",
        "# a comment\n\n*.js\n!lib\n",
        "/*.md\n**/er\n\\[odd\\]\nwei*\n",
        "nothing-is-called-so\n",
        "/*\n!/*/\n",
    ];
    for (number, patterns) in sets.iter().enumerate() {
        sandbox.write(&format!("ci/{number}"), patterns);
    }
    let sha = sandbox.commit("one");
    for (number, patterns) in sets.iter().enumerate() {
        let file = format!("ci/{number}");
        let mut want = want(&sha);
        want.files.sparse = Some(file.clone());
        let mirror = sandbox.mirror(&sha);
        let archive = mirror.materialise(&want, &sandbox.path("tmp")).unwrap();
        let ours = sandbox.unpack(archive.path());
        let theirs = sparse_clone(&sandbox, &file, &format!("sparse{number}"));
        assert_same(&ours, &theirs);
        let kept = git(&theirs, &["ls-files", "-t"]);
        let kept = kept.lines().filter(|line| line.starts_with("H ")).count();
        assert_eq!(archive.found().sparse, Some((kept, 17)), "{patterns}");
        let written = std::fs::read(ours.join(".git/info/sparse-checkout")).unwrap();
        assert_eq!(written, patterns.as_bytes());
        // What is left out is no change.
        assert_eq!(git(&ours, &["status", "--porcelain"]), "", "{patterns}");
        git(&ours, &["fsck", "--strict"]);
        git(&ours, &["checkout", "--quiet", "HEAD"]);
        assert_same(&ours, &theirs);

        let lies = mirror.as_it_lies(&sandbox.repo(), &want, &sandbox.path("tmp"));
        assert_same(&sandbox.unpack(lies.unwrap().archive.path()), &theirs);
    }
}

#[test]
fn a_sparse_checkout_without_its_file_is_refused_with_the_files_name() {
    let sandbox = Sandbox::new();
    let sha = sandbox.commit("one");
    let mirror = sandbox.mirror(&sha);
    for file in ["ci/paths.txt", "../../etc/passwd", "--upload-pack=x", ""] {
        let mut want = want(&sha);
        want.files.sparse = Some(file.to_owned());
        let error = mirror.materialise(&want, &sandbox.path("tmp")).unwrap_err();
        assert!(error.to_string().contains(file), "{error}");
    }
}

#[test]
fn pointers_of_git_lfs_are_counted_and_stay_pointers() {
    let sandbox = Sandbox::new();
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 5\n",
        "0".repeat(64)
    );
    sandbox.write(
        ".gitattributes",
        "*.bin filter=lfs diff=lfs merge=lfs -text\n",
    );
    sandbox.write("a.bin", &pointer);
    sandbox.write("dir/b.bin", &pointer);
    sandbox.write("version.txt", "version https://git-lfs\n");
    let sha = sandbox.commit("one");
    let mirror = sandbox.mirror(&sha);
    let archive = mirror
        .materialise(&want(&sha), &sandbox.path("tmp"))
        .unwrap();
    assert_eq!(archive.found().pointers, 2);
    let tree = sandbox.unpack(archive.path());
    assert_eq!(
        std::fs::read_to_string(tree.join("a.bin")).unwrap(),
        pointer
    );
    let lies = mirror.as_it_lies(&sandbox.repo(), &want(&sha), &sandbox.path("tmp"));
    assert_eq!(lies.unwrap().archive.found().pointers, 2);
}

#[test]
fn submodules_of_a_commit_are_named_and_nothing_of_them_is_fetched() {
    let sandbox = Sandbox::new();
    let library = sandbox.path("library");
    std::fs::create_dir(&library).unwrap();
    git(&library, &["init", "--quiet"]);
    git(
        &library,
        &["commit", "--quiet", "--allow-empty", "-m", "library"],
    );
    let path = library.to_str().unwrap();
    sandbox.git(&["submodule", "--quiet", "add", path, "vendor/library"]);
    let sha = sandbox.commit("one");
    let mirror = sandbox.mirror(&sha);
    let archive = mirror
        .materialise(&want(&sha), &sandbox.path("tmp"))
        .unwrap();
    assert_eq!(archive.found().submodules, [b"vendor/library".to_vec()]);
    assert!(archive.found().has_modules);
    let tree = sandbox.unpack(archive.path());
    assert_eq!(
        std::fs::read_dir(tree.join("vendor/library"))
            .unwrap()
            .count(),
        0
    );
    // What the job does then.
    git(
        &tree,
        &["submodule", "--quiet", "update", "--init", "--recursive"],
    );
    assert_eq!(
        git(&tree, &["submodule", "status"]).chars().next(),
        Some(' ')
    );
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
}
