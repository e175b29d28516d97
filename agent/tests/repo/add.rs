//! Adding repositories.

use crate::desk::{Desk, HOOK_URL, SECRET};
use crate::github_model::GithubModel;

const PR: &str = "continuous-integration/agent/pr";

/// The calls that change something, less the one that only asks for a permission.
fn writes(model: &GithubModel) -> usize {
    let mut calls = model.calls();
    calls.retain(|call| !call.line().starts_with("GET ") && !call.line().contains("/statuses/0"));
    calls.len()
}

#[test]
fn a_fresh_repository_gets_key_webhook_entry_and_protection() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[(".ci.yml", "script: make\n")], "Begin");
    let mut desk = Desk::new(&model);
    let said = desk.agent(&["repo", "add", "octo/hello", "--docker", "--max-jobs", "3"]);
    assert_eq!(said.exit, 0, "{}", said.out);

    let hooks = repo.hooks();
    assert_eq!(hooks.len(), 1);
    assert_eq!((hooks[0].url.as_str(), hooks[0].active), (HOOK_URL, true));
    assert_eq!(hooks[0].secret.as_deref(), Some(SECRET));
    assert_eq!(hooks[0].content_type, "json");
    let mut events = hooks[0].events.clone();
    events.sort();
    assert_eq!(
        events,
        ["create", "delete", "pull_request", "push", "repository"]
    );
    assert_eq!(repo.required_contexts("main"), [PR]);
    assert_eq!(desk.keys(), 1);
    let stored = desk.stored("octo/hello").unwrap();
    assert_eq!((stored.id.0, stored.hook), (repo.id, Some(hooks[0].id)));
    assert!(stored.active && stored.settings.docker && stored.settings.build_pushes);
    assert_eq!(stored.settings.max_jobs, Some(3));
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_second_time_nothing_is_changed() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    let mut desk = Desk::new(&model);
    desk.agent(&["repo", "add", "octo/hello"]);
    let (stored, before) = (desk.stored("octo/hello"), writes(&model));
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 0);
    assert_eq!(writes(&model), before, "{:?}", model.calls());
    assert_eq!((desk.stored("octo/hello"), desk.keys()), (stored, 1));
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_webhook_that_somebody_changed_is_mended_and_a_new_secret_is_written() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    let theirs = repo.add_hook(HOOK_URL, "another secret");
    let mut desk = Desk::new(&model);
    desk.agent(&["repo", "add", "octo/hello", "--no-protect"]);
    let secret = |at: usize| repo.hooks()[at].secret.clone().unwrap();
    assert_eq!((repo.hooks()[0].id, secret(0).as_str()), (theirs, SECRET));

    let new = "another hunter2hunter2".replace(' ', "-");
    let with = [("AGENT_GITHUB_WEBHOOK_SECRET", new.as_str())];
    desk.agent_with(&with, &["repo", "add", "octo/hello", "--no-protect"]);
    assert_eq!(secret(0), SECRET, "nobody asked for it");
    let renew = [
        "repo",
        "add",
        "octo/hello",
        "--no-protect",
        "--renew-secret",
    ];
    desk.agent_with(&with, &renew);
    assert_eq!(secret(0), new);
    assert!(repo.required_contexts("main").is_empty());
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_trial_changes_nothing_and_makes_no_database() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    let mut desk = Desk::new(&model);
    let said = desk.agent(&["repo", "add", "octo/hello", "--dry-run"]);
    assert_eq!((said.exit, writes(&model)), (0, 0));
    assert!(repo.hooks().is_empty() && !desk.data("").exists());
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn of_several_those_that_can_be_are_done() {
    let model = GithubModel::start();
    for name in ["octo/one", "octo/three"] {
        model.repository(name).push("main", &[("a", "1")], "Begin");
    }
    model.repository("octo/empty");
    let mut desk = Desk::new(&model);
    let said = desk.agent(&[
        "repo",
        "add",
        "octo/one",
        "octo/two",
        "octo/three",
        "octo/empty",
    ]);
    assert_eq!(said.exit, 1);
    assert!(desk.stored("octo/one").is_some() && desk.stored("octo/three").is_some());
    assert!(desk.stored("octo/two").is_none());
    assert_eq!(desk.stored("octo/empty").map(|it| it.active), Some(true));
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_renamed_repository_is_added_by_its_present_name() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    repo.rename("goodbye");
    let mut desk = Desk::new(&model);
    let said = desk.agent(&["repo", "add", "octo/hello"]);
    assert_eq!(said.exit, 0, "{}", said.out);
    assert!(said.out.contains("called octo/goodbye now"), "{}", said.out);
    assert!(desk.stored("octo/goodbye").is_some());
    model.finish();
}

#[test]
fn without_webhooks_none_is_made_and_only_pushes_are_required() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    repo.push("release", &[("a", "2")], "Release");
    let mut desk = Desk::new(&model);
    desk.settings("webhooks: {enabled: false}\n");
    let add = [
        "repo",
        "add",
        "octo/hello",
        "--no-pull-requests",
        "--branch",
        "release",
    ];
    assert_eq!(desk.agent(&add).exit, 0);
    assert!(repo.hooks().is_empty());
    assert!(repo.required_contexts("main").is_empty());
    let required = repo.required_contexts("release");
    assert_eq!(required, ["continuous-integration/agent/push"]);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn what_is_no_name_and_settings_that_do_not_do_end_with_2() {
    let model = GithubModel::start();
    let mut desk = Desk::new(&model);
    assert_eq!(desk.agent(&["repo", "add", "hello"]).exit, 2);
    assert_eq!(
        desk.agent(&["repo", "add", "octo/hello", "--max-jobs", "0"])
            .exit,
        2
    );
    desk.settings("queue: {per_repository: 0}\n");
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 2);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_webhook_to_this_machine_is_not_made_at_a_github_elsewhere() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    let mut desk = Desk::new(&model);
    let elsewhere = [
        ("AGENT_GITHUB_WEB_URL", "https://hub.example.com"),
        ("AGENT_GITHUB_API_URL", &model.api_url()),
    ];
    let said = desk.agent_with(&elsewhere, &["repo", "add", "octo/hello"]);
    assert_eq!((said.exit, repo.hooks().len()), (1, 0));
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn what_is_pushed_before_the_daemon_has_looked_is_found_and_nothing_older() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let old = repo.push("main", &[("a", "1")], "Begin");
    repo.push("old", &[("b", "1")], "Old, too");
    let mut desk = Desk::new(&model);
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 0);
    let new = repo.push("main", &[("a", "2")], "Right after it");
    assert_ne!(old, new);
    assert_eq!(desk.found(), [format!("refs/heads/main {new}")]);
    // Added again, it is looked at no more: what came since would be taken for old.
    let newest = repo.push("main", &[("a", "3")], "Later");
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 0);
    let pushed = |sha: &str| format!("refs/heads/main {sha}");
    assert_eq!(desk.found(), [pushed(&new), pushed(&newest)]);
    model.finish();
}
