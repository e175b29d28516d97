//! Taking repositories away again.

use crate::desk::Desk;
use crate::github_model::GithubModel;

#[test]
fn webhook_and_context_go_and_the_rest_stays() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    repo.add_hook("https://chat.example.com/hook", "theirs");
    repo.protect("main", &["lint"]);
    let mut desk = Desk::new(&model);
    desk.agent(&["repo", "add", "octo/hello"]);
    assert_eq!(
        (repo.hooks().len(), repo.required_contexts("main").len()),
        (2, 2)
    );

    assert_eq!(
        desk.agent(&["repo", "remove", "octo/hello"]).exit,
        2,
        "nobody can be asked"
    );
    desk.agent(&["repo", "remove", "octo/hello", "--dry-run"]);
    assert_eq!(
        (repo.hooks().len(), repo.required_contexts("main").len()),
        (2, 2)
    );

    assert_eq!(
        desk.agent(&["repo", "remove", "octo/hello", "--yes"]).exit,
        0
    );
    assert_eq!(repo.hooks()[0].url, "https://chat.example.com/hook");
    assert_eq!(
        (repo.hooks().len(), repo.required_contexts("main")),
        (1, vec!["lint".to_owned()])
    );
    let stored = desk.stored("octo/hello").unwrap();
    assert_eq!((stored.active, stored.hook, desk.keys()), (false, None, 1));
    desk.agent(&["repo", "list"]);
    assert_eq!(
        desk.agent(&["repo", "remove", "octo/hello", "--yes"]).exit,
        0
    );
    assert_eq!(desk.agent(&["repo", "add", "octo/hello"]).exit, 0);
    assert_eq!(
        (desk.stored("octo/hello").unwrap().active, desk.keys()),
        (true, 1)
    );
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn one_that_github_has_no_more_and_one_that_was_never_added() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "Begin");
    let mut desk = Desk::new(&model);
    desk.agent(&["repo", "add", "octo/hello", "--no-protect"]);
    repo.delete();
    let said = desk.agent(&["repo", "remove", "octo/hello", "octo/never", "--yes"]);
    assert_eq!(said.exit, 1);
    assert!(!desk.stored("octo/hello").unwrap().active);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}
