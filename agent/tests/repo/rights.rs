//! Tokens that may too little.

use crate::desk::Desk;
use crate::github_model::{GithubModel, Level, Repo, Token};

fn lacking(permission: &str, level: Level) -> (GithubModel, Repo, Desk) {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    repo.privatize();
    let token = Token::new("agent", "agent-bot").with(permission, level);
    let token = model.add_token(token);
    let desk = Desk::new(&model).with_token(&token);
    (model, repo, desk)
}

#[test]
fn without_the_right_to_tell_commits_nothing_is_set_up() {
    let (model, repo, mut desk) = lacking("statuses", Level::Read);
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 1);
    assert!(repo.hooks().is_empty() && repo.required_contexts("main").is_empty());
    assert!(desk.stored("octo/hello").is_none());
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn without_the_rights_to_read_nothing_is_set_up() {
    for permission in ["contents", "pull_requests"] {
        let (model, repo, mut desk) = lacking(permission, Level::None);
        assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 1);
        assert!(repo.hooks().is_empty());
        insta::assert_snapshot!(format!("without_{permission}"), desk.transcript());
        model.finish();
    }
}

#[test]
fn without_the_right_to_webhooks_no_branch_waits_for_a_status() {
    for level in [Level::None, Level::Read] {
        let (model, repo, mut desk) = lacking("repository_hooks", level);
        assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 1);
        assert!(repo.required_contexts("main").is_empty());
        assert!(desk.stored("octo/hello").is_none());
        insta::assert_snapshot!("without_repository_hooks", desk.transcript());
        model.finish();
    }
}

#[test]
fn without_the_right_to_protect_the_rest_is_done() {
    let (model, repo, mut desk) = lacking("administration", Level::Read);
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 1);
    assert_eq!(repo.hooks().len(), 1);
    assert!(desk.stored("octo/hello").is_some());
    assert_eq!(
        desk.agent(&["repo", "add", "octo/hello", "--no-protect"])
            .exit,
        0
    );
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_token_that_github_refuses_is_told_with_its_place() {
    let model = GithubModel::start();
    model
        .repository("octo/hello")
        .push("main", &[("a", "1")], "Begin");
    let mut desk = Desk::new(&model).with_token("github_pat_nothing");
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 1);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}
