//! Configs that import others.

use crate::agent::{Agent, PULL, PUSH, hello};
use crate::forks::search;
use crate::github_model::{GithubModel, Mischief, Repo};
use crate::given::Given;
use agent::store::{Repository, RepositoryId, RepositorySettings};

/// What stands in a private config, and in nothing that somebody else may see.
const CANARY: &str = crate::forks::CANARY;

/// A config that imports this alone, and would build without it.
fn importing(reference: &str) -> String {
    format!("import: {reference}\nscript: make\ngit: {{clone: false}}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_same_commit_and_of_other_repositories_are_merged_into_the_config() {
    let model = GithubModel::start();
    let given = Given::default();
    let agent = Agent::start_on(&model, given.engine()).await;
    let shared = model.repository("octo/shared");
    shared.push(
        "main",
        &[("lint.yml", "before_script: make new-lint\n")],
        "Lint",
    );
    let lint = "import: ./more.yml\nbefore_script: make lint\n";
    let more = "after_script: make more\n";
    shared.push("stable", &[("lint.yml", lint), ("more.yml", more)], "Lint");
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    let config = importing("[ci/base.yml, 'octo/shared:lint.yml@stable']");
    let base = "install: make base\n";
    let files = [(".ci.yml", config.as_str()), ("ci/base.yml", base)];
    let sha = repo.push("main", &files, "Begin");
    repo.expect_status(&sha, PUSH, "success").await;
    let job = given.take();
    for command in ["make base", "make lint", "make more"] {
        assert!(job.contains(command), "{command}: {job}");
    }
    assert!(!job.contains("make new-lint"), "{job}");
    // Both files of the branch come from the commit that it led to at first.
    let asked = model.calls_like("GET /repos/octo/shared/commits/*");
    assert_eq!(asked.len(), 1, "{asked:?}");

    // A pull request brings its own.
    let changed = [("ci/base.yml", "install: make changed\n")];
    let pull = repo.open_pull_request_from_fork("eve", "topic", &changed, "Change");
    repo.expect_status(&pull.head_sha(), PULL, "success").await;
    let job = given.take();
    assert!(
        job.contains("make changed") && job.contains("make lint"),
        "{job}"
    );
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_imported_is_an_error_at_its_line() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let shared = model.repository("octo/shared");
    let long = "# long\n".repeat(10_000);
    shared.push(
        "main",
        &[("ci/a.yml", "script: make\n"), ("long.yml", &long)],
        "Begin",
    );
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    for (reference, why) in [
        ("none.yml", "octo/hello has no file none.yml at "),
        (
            "octo/none:x.yml",
            "no repository octo/none that this build may",
        ),
        (
            "octo/shared:none.yml",
            "octo/shared has no file none.yml at ",
        ),
        (
            "octo/shared:ci/a.yml@nowhere",
            "no branch, tag or commit nowhere",
        ),
        ("octo/shared:long.yml", "the file is longer than 64 kB"),
        ("octo/shared:ci", "it is not a file"),
        ("../x.yml", "leads out of the repository"),
    ] {
        let config = format!("script: make\nimport:\n  - source: {reference}\n");
        let sha = repo.push("main", &[(".ci.yml", &config)], reference);
        let status = repo.expect_status(&sha, PUSH, "error").await;
        let text = status.description.unwrap_or_default();
        assert!(text.starts_with(".ci.yml:3:13: "), "{reference}: {text}");
        let number = agent.builds().await.last().unwrap().number;
        let (_, page) = agent.page(&format!("octo/hello/builds/{number}")).await;
        assert!(page.contains(why), "{reference}: {page}");
    }
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_an_imported_config_is_told_by_its_own_name_and_line() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let shared = model.repository("octo/shared");
    shared.push("main", &[("a.yml", "# A\nscript: [\n")], "Begin");
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    let config = importing("octo/shared:a.yml");
    let sha = repo.push("main", &[(".ci.yml", &config)], "Begin");
    let status = repo.expect_status(&sha, PUSH, "error").await;
    let text = status.description.unwrap_or_default();
    assert!(text.starts_with("octo/shared:a.yml:"), "{text}");
    let (_, page) = agent.page("octo/hello/builds/1").await;
    assert!(page.contains("octo/shared:a.yml"), "{page}");
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_fails_is_made_again() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let shared = model.repository("octo/shared");
    shared.push("main", &[("a.yml", "install: make a\n")], "Begin");
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    for call in ["GET /repos/octo/shared", "GET /repos/octo/shared/*"] {
        model.next(1, call, Mischief::Status(502));
    }
    let config = importing("octo/shared:a.yml");
    let sha = repo.push("main", &[(".ci.yml", &config)], "Begin");
    repo.expect_status(&sha, PUSH, "pending").await;
    assert_eq!(agent.built().await, ["main created"]);
    agent.stop().await;
    model.finish();
}

/// A private repository with a config that others may import, or may not.
async fn secret(model: &GithubModel, agent: &Agent, name: &str, shared: bool) -> Repo {
    let repo = model.repository(name);
    repo.push(
        "main",
        &[("ci.yml", &format!("install: echo {CANARY}\n"))],
        "Begin",
    );
    put(agent, &repo, true, shared).await;
    repo
}

/// Sets a repository up that is private, or is not.
async fn put(agent: &Agent, repo: &Repo, private: bool, config_imports: bool) {
    if private {
        repo.privatize();
    }
    let hook = Some(repo.add_hook(&agent.webhook(), crate::agent::SECRET));
    let settings = RepositorySettings {
        config_imports,
        ..RepositorySettings::default()
    };
    let repository = Repository {
        id: RepositoryId(repo.id),
        slug: repo.full_name(),
        private,
        default_branch: repo.default_branch(),
        active: true,
        hook,
        settings,
    };
    agent.put(&repository).await;
}

/// Pushes a config that imports this, and gives what its status says.
async fn refused(repo: &Repo, reference: &str) -> String {
    let config = importing(reference);
    let sha = repo.push("main", &[(".ci.yml", &config)], reference);
    let status = repo.expect_status(&sha, PUSH, "error").await;
    status.description.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_config_is_imported_only_where_its_operator_allows_it() {
    let model = GithubModel::start();
    let given = Given::default();
    let agent = Agent::start_on(&model, given.engine()).await;
    secret(&model, &agent, "octo/open", true).await;
    secret(&model, &agent, "octo/shut", false).await;
    secret(&model, &agent, "other/open", true).await;
    let public = model.repository("octo/public");
    put(&agent, &public, false, false).await;
    let private = model.repository("octo/private");
    put(&agent, &private, true, false).await;

    for (repo, source) in [
        (&public, "octo/open"),
        (&private, "octo/shut"),
        (&private, "other/open"),
    ] {
        let said = refused(repo, &format!("{source}:ci.yml")).await;
        // The same as of a repository that is not there.
        let none = refused(repo, "octo/none:ci.yml").await;
        assert_eq!(said.replace(source, "octo/none"), none);
        assert!(none.contains("there is no repository octo/none"), "{none}");
    }
    given.nothing();
    let config = importing("octo/open:ci.yml");
    let sha = private.push("main", &[(".ci.yml", &config)], "Import");
    private.expect_status(&sha, PUSH, "success").await;
    assert!(given.take().contains(CANARY));
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_config_never_gets_to_a_fork() {
    let model = GithubModel::start();
    let given = Given::default();
    let agent = Agent::start_on(&model, given.engine()).await;
    secret(&model, &agent, "octo/open", true).await;
    let repo = model.repository("octo/hello");
    put(&agent, &repo, true, false).await;
    let main = repo.push("main", &[("a", "1\n")], "Begin");
    repo.expect_status(&main, PUSH, "error").await;

    let config = importing("octo/open:ci.yml");
    let files = [(".ci.yml", config.as_str())];
    let pull = repo.open_pull_request_from_fork("eve", "main", &files, "Look");
    let status = repo.expect_status(&pull.head_sha(), PULL, "error").await;
    let said = status.description.unwrap_or_default();
    let none = importing("octo/none:ci.yml");
    pull.synchronize(&[(".ci.yml", &none)], "Look elsewhere");
    let status = repo.expect_status(&pull.head_sha(), PULL, "error").await;
    let none = status.description.unwrap_or_default();
    assert_eq!(said.replace("octo/open", "octo/none"), none);
    given.nothing();

    let (data, database) = agent.stop().await;
    let mut searched = Vec::new();
    search(data.path(), &mut searched);
    if let crate::database::Database::File(folder) = &database {
        search(folder.path(), &mut searched);
        assert!(
            searched.iter().any(|path| path.contains("agent.db")),
            "{searched:?}"
        );
    }
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_github_closes_is_an_error_at_once() {
    let (model, agent, repo) = hello().await;
    for status in [403, 451] {
        model.next(1, "GET /repos/octo/closed", Mischief::Status(status));
        let config = "script: make\nimport: octo/closed:x.yml\n";
        let sha = repo.push("main", &[(".ci.yml", config)], &format!("Import {status}"));
        let told = repo.expect_status(&sha, PUSH, "error").await;
        let text = told.description.unwrap_or_default();
        assert!(text.contains("octo/closed:x.yml"), "{status}: {text}");
    }
    agent.stop().await;
    model.finish();
}
