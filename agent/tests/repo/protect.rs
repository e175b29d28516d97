//! Which statuses branches wait for.

use crate::desk::Desk;
use crate::github_model::{GithubModel, Repo};
use serde_json::{Value, json};

const PR: &str = "continuous-integration/agent/pr";
const TRAVIS: &str = "continuous-integration/travis-ci/pr";

fn begin() -> (GithubModel, Repo, Desk) {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    let desk = Desk::new(&model);
    (model, repo, desk)
}

/// A protection without what it says of statuses.
fn rest(mut protection: Value) -> Value {
    protection["required_status_checks"].take();
    protection
}

#[test]
fn other_contexts_and_everything_else_of_a_protection_stay() {
    let (model, repo, mut desk) = begin();
    let strict = json!({"strict": true, "contexts": ["lint"]});
    for checks in [Value::Null, strict] {
        let others: Vec<String> = match &checks {
            Value::Null => Vec::new(),
            _ => vec!["lint".to_owned()],
        };
        desk.protect(
            "octo/hello",
            "main",
            &json!({
                "required_status_checks": checks,
                "enforce_admins": true,
                "required_pull_request_reviews": {"required_approving_review_count": 2},
                "restrictions": null,
                "required_linear_history": true,
            }),
        );
        let before = desk.protection("octo/hello", "main");
        assert_eq!(desk.agent(&["repo", "protect", "octo/hello"]).exit, 0);
        let during = desk.protection("octo/hello", "main");
        assert_eq!(rest(during.clone()), rest(before.clone()));
        assert_eq!(
            during["required_status_checks"]["strict"],
            json!(!others.is_empty())
        );
        assert_eq!(
            repo.required_contexts("main"),
            [&[PR.to_owned()], &others[..]].concat()
        );
        assert_eq!(desk.agent(&["repo", "unprotect", "octo/hello"]).exit, 0);
        assert_eq!(rest(desk.protection("octo/hello", "main")), rest(before));
        assert_eq!(repo.required_contexts("main"), others);
    }
    model.finish();
}

#[test]
fn several_repositories_and_branches_that_are_not_there() {
    let (model, repo, mut desk) = begin();
    model
        .repository("octo/other")
        .push("main", &[("a", "1")], "Begin");
    repo.push("release", &[("a", "2")], "Release");
    desk.agent(&[
        "repo",
        "protect",
        "octo/hello",
        "octo/other",
        "--branch",
        "release",
        "--dry-run",
    ]);
    assert!(repo.required_contexts("release").is_empty());
    let both = [
        "repo",
        "protect",
        "octo/hello",
        "octo/other",
        "--branch",
        "release",
    ];
    assert_eq!(desk.agent(&both).exit, 1);
    assert_eq!(repo.required_contexts("release"), [PR]);
    assert_eq!(
        desk.agent(&["repo", "protect", "octo/hello", "--branch", "release"])
            .exit,
        0
    );
    assert_eq!(
        desk.agent(&["repo", "unprotect", "octo/hello", "octo/other"])
            .exit,
        0
    );
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn contexts_of_travis_ci_are_seen_and_somebody_has_to_choose() {
    let (model, repo, mut desk) = begin();
    repo.protect("main", &["lint", TRAVIS]);
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 1);
    assert_eq!(repo.required_contexts("main"), ["lint", TRAVIS]);

    desk.agent(&["repo", "add", "octo/hello", "--keep-travis-contexts"]);
    assert_eq!(repo.required_contexts("main"), [PR, TRAVIS, "lint"]);
    assert_eq!(
        desk.agent(&["repo", "add", "octo/hello"]).exit,
        0,
        "that was a choice"
    );
    desk.agent(&["repo", "add", "octo/hello", "--replace-travis-contexts"]);
    assert_eq!(repo.required_contexts("main"), [PR, "lint"]);

    repo.protect("main", &["lint", TRAVIS]);
    desk.settings("status: {prefix: continuous-integration/travis-ci}\n");
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 0);
    assert_eq!(repo.required_contexts("main"), ["lint", TRAVIS]);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}
