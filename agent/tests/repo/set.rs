//! Changing settings, and looking at them.

use crate::desk::Desk;
use crate::github_model::{GithubModel, Repo};

fn repository(model: &GithubModel) -> Repo {
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    repo
}

#[test]
fn what_is_named_changes_and_the_rest_stays_also_when_it_is_added_again() {
    let model = GithubModel::start();
    repository(&model);
    let mut desk = Desk::new(&model);
    desk.agent(&["repo", "add", "octo/hello", "--docker", "--no-protect"]);
    desk.agent(&["repo", "show", "octo/hello"]);
    let mut set = vec!["repo", "set", "octo/hello", "config_imports=on"];
    set.extend(["max-jobs=4", "auto_cancel_pushes=off", "docker=on"]);
    desk.agent(&[&set[..], &["--dry-run"]].concat());
    assert!(!desk.stored("octo/hello").unwrap().settings.config_imports);
    let asked = model.calls().len();
    desk.agent(&set);
    assert_eq!(model.calls().len(), asked, "GitHub is not asked");
    let settings = desk.stored("Octo/Hello").unwrap().settings;
    assert!(settings.config_imports && settings.docker && !settings.auto_cancel_pushes);
    assert_eq!(settings.max_jobs, Some(4));
    desk.agent(&set);
    let said = desk.agent(&["repo", "show", "octo/hello", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(shown["settings"]["max_jobs"], 4);
    desk.agent(&["repo", "add", "octo/hello", "--no-protect"]);
    let settings = desk.stored("octo/hello").unwrap().settings;
    assert!(settings.config_imports && !settings.auto_cancel_pushes);
    assert!(!settings.docker && settings.max_jobs.is_none());
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_status_that_comes_no_more_is_told_with_what_to_do() {
    let model = GithubModel::start();
    let repo = repository(&model);
    let mut desk = Desk::new(&model);
    desk.agent(&["repo", "add", "octo/hello"]);
    let set = ["repo", "set", "octo/hello", "build_pull_requests=off"];
    let said = desk.agent(&set);
    assert_eq!(said.exit, 0);
    for command in ["unprotect", "protect"] {
        let command = ["repo", command, "octo/hello"];
        assert!(said.out.contains(&command.join(" ")), "{}", said.out);
        assert_eq!(desk.agent(&command).exit, 0);
    }
    let required = repo.required_contexts("main");
    assert_eq!(required, ["continuous-integration/agent/push"]);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn what_cannot_be_set_is_answered_with_what_can() {
    let model = GithubModel::start();
    repository(&model);
    let mut desk = Desk::new(&model);
    desk.agent(&["repo", "add", "octo/hello", "--no-protect"]);
    let before = desk.stored("octo/hello");
    for (changes, exit) in [
        (&["config_import=on"][..], 2),
        (&["colour=red"], 2),
        (&["docker"], 2),
        (&["docker=perhaps"], 2),
        (&["max_jobs=0"], 2),
        (&["docker=on", "docker=off"], 2),
        (&[], 2),
    ] {
        let command = [&["repo", "set", "octo/hello"], changes].concat();
        assert_eq!(desk.agent(&command).exit, exit, "{changes:?}");
    }
    assert_eq!(desk.stored("octo/hello"), before);
    assert_eq!(
        desk.agent(&["repo", "set", "octo/none", "docker=on"]).exit,
        1
    );
    assert_eq!(desk.agent(&["repo", "show", "octo/none"]).exit, 2);
    desk.agent(&["repo", "remove", "octo/hello", "--yes"]);
    assert_eq!(
        desk.agent(&["repo", "set", "octo/hello", "docker=on"]).exit,
        1
    );
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}
