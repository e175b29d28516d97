//! Listing repositories.

use crate::desk::Desk;
use crate::github_model::GithubModel;

#[test]
fn repositories_are_listed_for_people_and_for_programs() {
    let model = GithubModel::start();
    let mut desk = Desk::new(&model);
    desk.agent(&["repo", "list"]);
    assert!(!desk.data("").exists(), "a look makes no database");
    model
        .repository("octo/hello")
        .push("main", &[("a", "1")], "Begin");
    let quiet = model.repository("octo/quiet");
    quiet.push("main", &[("a", "1")], "Begin");
    quiet.privatize();
    desk.agent(&[
        "repo",
        "add",
        "octo/hello",
        "--docker",
        "--no-pushes",
        "--no-protect",
    ]);
    desk.settings("webhooks: {enabled: false}\n");
    desk.agent(&[
        "repo",
        "add",
        "octo/quiet",
        "--max-jobs",
        "2",
        "--no-protect",
    ]);
    desk.agent(&["repo", "list"]);
    let said = desk.agent(&["repo", "list", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(rows[1]["max_jobs"], 2);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}
