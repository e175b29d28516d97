//! Smart HTTP.

use crate::github_model::{GithubModel, Level, Token};
use std::path::Path;
use std::process::Command;

/// Git in a folder, apart from the machine's settings; what it said when it failed.
fn git(folder: &Path, args: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Octo", "-c", "user.email=octo@example.com"])
        .args(args)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}

fn with_token(url: &str, token: &str) -> String {
    url.replace("http://", &format!("http://x-access-token:{token}@"))
}

#[tokio::test]
async fn anybody_clones_what_is_public() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let sha = repo.push("main", &[("a", "1"), ("run", "#!/bin/sh\n")], "One");
    let folder = tempfile::tempdir().unwrap();
    git(
        folder.path(),
        &["clone", "--quiet", &repo.clone_url(), "here"],
    )
    .unwrap();
    let here = folder.path().join("here");
    assert_eq!(git(&here, &["rev-parse", "HEAD"]).unwrap(), sha);
    assert!(
        git(&here, &["ls-files", "--stage", "run"])
            .unwrap()
            .starts_with("100755")
    );
}

#[tokio::test]
async fn a_private_repository_needs_a_token_that_may_read_it() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "One");
    repo.privatize();
    let url = repo.clone_url();
    let folder = tempfile::tempdir().unwrap();
    let clone = |url: &str, to: &str| git(folder.path(), &["clone", "--quiet", url, to]);
    clone(&url, "without").unwrap_err();
    clone(&with_token(&url, "nonsense"), "wrong").unwrap_err();
    let blind = model.add_token(Token::new("blind", "bot").with("contents", Level::None));
    clone(&with_token(&url, &blind), "blind").unwrap_err();
    let elsewhere = model.add_token(Token::new("elsewhere", "bot").only(&["octo/other"]));
    clone(&with_token(&url, &elsewhere), "elsewhere").unwrap_err();
    clone(&with_token(&url, &model.token()), "with").unwrap();
}

#[tokio::test]
async fn the_merge_of_a_pull_request_is_fetched_by_ref_and_by_sha() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "One");
    let pull = repo.open_pull_request_from_fork("mallory", "patch", &[("b", "2")], "Two");
    let merge = pull.merge_commit().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]).unwrap();
    let url = repo.clone_url();
    git(
        folder.path(),
        &["fetch", "--quiet", &url, &pull.reference("merge")],
    )
    .unwrap();
    assert_eq!(
        git(folder.path(), &["rev-parse", "FETCH_HEAD"]).unwrap(),
        merge
    );
    git(
        folder.path(),
        &["fetch", "--quiet", "--depth=1", &url, &pull.head_sha()],
    )
    .unwrap();
    assert_eq!(
        git(folder.path(), &["rev-parse", "FETCH_HEAD"]).unwrap(),
        pull.head_sha()
    );
}

#[tokio::test]
async fn what_is_pushed_by_git_makes_events() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "One");
    repo.add_hook("http://127.0.0.1:9/", "s");
    let folder = tempfile::tempdir().unwrap();
    let reader = model.add_token(Token::new("reader", "octo").with("contents", Level::Read));
    let url = with_token(
        &repo.clone_url(),
        &model.add_token(Token::new("octo", "octo")),
    );
    git(folder.path(), &["clone", "--quiet", &url, "."]).unwrap();
    git(
        folder.path(),
        &["commit", "--quiet", "--allow-empty", "-m", "Two"],
    )
    .unwrap();
    git(folder.path(), &["tag", "v1"]).unwrap();
    let denied = with_token(&repo.clone_url(), &reader);
    git(folder.path(), &["push", "--quiet", &denied, "HEAD:main"]).unwrap_err();
    git(folder.path(), &["push", "--quiet", &url, "HEAD:main", "v1"]).unwrap();
    let pushes: Vec<_> = repo
        .deliveries()
        .into_iter()
        .filter(|it| it.event == "push")
        .collect();
    assert_eq!(pushes[0].payload["commits"][0]["message"], "Two");
    assert_eq!(pushes[0].payload["pusher"]["name"], "octo");
    assert_eq!(pushes[1].payload["ref"], "refs/tags/v1");
}
