//! `import:` as commands in a checkout see it.

use super::Desk;

const CONFIG: &str = "\
import:
  - ci/base.yml
  - acme/shared:lint.yml@stable
script: make test
";

/// A checkout whose own host has another repository, `acme/shared`, with a branch `stable`.
fn desk() -> Desk {
    let desk = Desk::with(CONFIG);
    let host = desk.checkout().join("../host");
    let host = host.to_str().unwrap();
    desk.git(&["init", "-q", &format!("{host}/acme/shared")]);
    std::fs::write(
        format!("{host}/acme/shared/lint.yml"),
        "after_script: make lint\n",
    )
    .unwrap();
    let shared = format!("{host}/acme/shared");
    desk.git(&["-C", &shared, "add", "--all"]);
    desk.git(&["-C", &shared, "commit", "-q", "-m", "Lint"]);
    desk.git(&["-C", &shared, "branch", "stable"]);
    let origin = format!("file://{host}/acme/widget");
    desk.git(&["remote", "set-url", "origin", &origin]);
    desk
}

#[test]
fn what_is_imported_comes_from_the_work_tree_and_from_other_repositories() {
    let mut desk = desk();
    std::fs::create_dir(desk.checkout().join("ci")).unwrap();
    desk.write(
        "ci/base.yml",
        b"import: ./more.yml\nbefore_script: make base\n",
    );
    desk.write("ci/more.yml", b"scirpts: [a]\n");
    desk.agent(&["plan", "--branch", "master"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn what_cannot_be_imported_is_told_at_its_line() {
    let mut desk = desk();
    let config =
        "import: [none.yml, acme/none:x.yml, acme/shared:none.yml, ../up.yml]\nscript: make\n";
    desk.write(".ci.yml", config.as_bytes());
    let said = desk.agent(&["validate", "--format", "plain"]);
    assert_eq!(said.exit, 3);
    assert!(
        said.out.contains("`../up.yml` cannot be imported"),
        "{}",
        said.out
    );
    desk.write(".ci.yml", config.replace(", ../up.yml", "").as_bytes());
    let said = desk.agent(&["validate", "--format", "plain"]);
    assert_eq!(said.exit, 3);
    for told in [
        "`none.yml` cannot be imported: there is no such file in this checkout",
        "`acme/none:x.yml` cannot be imported: git cannot have it from file://",
        "/host/acme/shared has no file none.yml at the default branch",
    ] {
        assert!(said.out.contains(told), "{told}\n{}", said.out);
    }
}
