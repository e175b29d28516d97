//! Threats T27 and T37: names and repositories that want to run something.

use crate::sandbox::{Sandbox, git, want};
use agent::git::{GitError, Mirror, Ref, Want, head};
use agent::secrets::Plaintext;
use std::io::{Read, Write};

#[test]
fn branches_with_shell_characters_are_only_names() {
    let sandbox = Sandbox::new();
    let sha = sandbox.commit("one");
    for name in [
        "a$(touch${IFS}pwned);`id`",
        "-x",
        "refs/tags/v1.0.0",
        "a\"b'c",
        "ä#;|&<>",
    ] {
        let tree = sandbox.materialise(&Want {
            reference: Ref::Branch(name.to_owned()),
            ..want(&sha)
        });
        let refs = git(
            &tree,
            &["for-each-ref", "--format=%(refname)", "refs/heads"],
        );
        assert_eq!(refs, format!("refs/heads/{name}"));
        let upstream = git(
            &tree,
            &["for-each-ref", "--format=%(upstream)", "refs/heads"],
        );
        assert_eq!(upstream, format!("refs/remotes/origin/{name}"));
        assert!(!tree.join("pwned").exists());
    }
}

#[test]
fn names_that_git_does_not_take_are_refused() {
    let sandbox = Sandbox::new();
    let sha = sandbox.commit("one");
    let mirror = sandbox.mirror(&sha);
    for name in [
        "",
        "a b",
        "a\nb",
        "../x",
        "a..b",
        "--upload-pack=touch x",
        "a\0b",
        "x.lock",
    ] {
        for reference in [Ref::Branch(name.to_owned()), Ref::Tag(name.to_owned())] {
            let error = mirror.materialise(
                &Want {
                    reference,
                    ..want(&sha)
                },
                &sandbox.path("tmp"),
            );
            assert!(matches!(error, Err(GitError::BadRef(_))), "{name:?}");
        }
    }
    let error = mirror.materialise(&want("HEAD"), &sandbox.path("tmp"));
    assert!(matches!(error, Err(GitError::UnknownRevision(_))));
}

#[test]
fn an_address_can_not_leave_the_config_of_the_tree() {
    let sandbox = Sandbox::new();
    let sha = sandbox.commit("one");
    let origin = "https://h/\"\n[core]\n\tfsmonitor = touch pwned\n[x \"";
    let tree = sandbox.materialise(&Want {
        origin: origin.to_owned(),
        ..want(&sha)
    });
    assert_eq!(git(&tree, &["config", "remote.origin.url"]), origin);
    git(&tree, &["status"]);
    assert!(!tree.join("pwned").exists());
}

#[test]
fn nothing_that_the_checkout_configures_is_run() {
    let sandbox = Sandbox::new();
    let pwned = sandbox.path("pwned");
    let touch = format!("touch {}; cat", pwned.display());
    sandbox.write("file", "x");
    sandbox.write(".gitattributes", "* filter=evil diff=evil\n");
    let sha = sandbox.commit("one");
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.evil.textconv",
    ] {
        sandbox.git(&["config", key, &touch]);
    }
    sandbox.git(&["config", "diff.external", &touch]);
    let hooks = sandbox.repo().join(".git/hooks");
    for hook in [
        "post-checkout",
        "post-index-change",
        "reference-transaction",
    ] {
        std::fs::write(hooks.join(hook), format!("#!/bin/sh\n{touch}\n")).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(hooks.join(hook), mode).unwrap();
    }
    head(&sandbox.repo()).unwrap();
    let mirror = sandbox.mirror(&sha);
    mirror
        .materialise(&want(&sha), &sandbox.path("tmp"))
        .unwrap();
    mirror
        .as_it_lies(&sandbox.repo(), &want(&sha), &sandbox.path("tmp"))
        .unwrap();
    assert!(!pwned.exists());
}

#[test]
fn only_web_addresses_are_fetched_from() {
    let sandbox = Sandbox::new();
    let mirror = Mirror::open(&sandbox.data(), "x").unwrap();
    let sha = "0".repeat(40);
    for url in [
        "ext::sh -c 'touch pwned'",
        "file:///",
        "/",
        "--upload-pack=touch x",
        "git://h/r",
    ] {
        let error = mirror.fetch(url, &sha, None).unwrap_err();
        assert!(matches!(error, GitError::BadUrl(_)), "{url}: {error}");
    }
}

#[test]
fn the_token_goes_into_a_header_and_never_into_a_message() {
    let sandbox = Sandbox::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let mirror = Mirror::open(&sandbox.data(), "x").unwrap();
    let token = Plaintext::new(b"canary".to_vec());
    let url = format!("http://user:canary@{address}/o/r.git");
    let error = mirror
        .fetch(&url, &"0".repeat(40), Some(&token))
        .unwrap_err();
    assert!(!error.to_string().contains("canary"), "{error}");
    let request = server.join().unwrap();
    // base64 of `x-access-token:canary`
    assert!(
        request.contains("Authorization: Basic eC1hY2Nlc3MtdG9rZW46Y2FuYXJ5"),
        "{request}"
    );
}
