//! `paths` and `paths-ignore`: what an event changed decides what runs.

use crate::agent::{Agent, PULL, PUSH};
use crate::github_model::GithubModel;

const CONFIG: (&str, &str) = (
    ".ci.yml",
    "paths-ignore: '**/*.md'
script: make
jobs:
  include:
    - name: Code
    - name: Site
      paths: site/**
",
);

/// The titles of the jobs of the newest build.
async fn newest(agent: &Agent) -> Vec<String> {
    let build = agent
        .builds()
        .await
        .into_iter()
        .max_by_key(|build| build.id);
    let jobs = agent.store.jobs(build.unwrap().id).await.unwrap();
    jobs.into_iter().map(|job| job.plan.title).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_runs_the_jobs_that_have_to_do_with_it() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    let first = repo.push("main", &[CONFIG, ("README.md", "1\n")], "Begin");
    repo.expect_status(&first, PUSH, "pending").await;
    assert_eq!(
        newest(&agent).await,
        ["Code", "Site"],
        "a first push runs all"
    );

    let code = repo.push("main", &[("src/a", "1\n"), ("README.md", "2\n")], "Code");
    repo.expect_status(&code, PUSH, "pending").await;
    // It was canceled for the newer one, as the next will be.
    repo.expect_status(&first, PUSH, "error").await;
    assert_eq!(newest(&agent).await, ["Code"]);
    let (_, page) = agent.page("octo/hello/builds/2").await;
    let why = "Job Site: nothing of paths (site/**) has changed, only src/a";
    assert!(page.contains(why), "{page}");

    let text = repo.push("main", &[("README.md", "3\n")], "Text");
    let status = repo.expect_status(&text, PUSH, "success").await;
    let said = status.description.unwrap_or_default();
    assert_eq!(
        said,
        "Skipped: paths-ignore fits all that has changed: README.md"
    );

    let forced = repo.force_push("main", &code, &[("README.md", "4\n")], "Back");
    repo.expect_status(&forced, PUSH, "pending").await;
    repo.expect_status(&code, PUSH, "error").await;
    assert_eq!(
        newest(&agent).await,
        ["Code", "Site"],
        "taken back runs all"
    );
    let tag = repo.push_tag("v1");
    repo.expect_status(&tag, PUSH, "pending").await;
    assert_eq!(newest(&agent).await, ["Code", "Site"], "a tag runs all");
    agent.stop().await;
    // What had not begun was canceled for the newer ones.
    for older in [first, code] {
        repo.statuses(&older);
    }
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_cannot_wave_itself_through_by_paths() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    let main = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&main, PUSH, "pending").await;

    // The base branch leaves it out as well.
    let text = repo.push("text", &[("README.md", "1\n")], "Text");
    repo.expect_status(&text, PUSH, "pending").await;
    repo.open_pull_request("text", "main", "Text");
    let status = repo.expect_status(&text, PULL, "success").await;
    let said = status.description.unwrap_or_default();
    assert!(said.contains("paths-ignore fits all"), "{said}");

    // Only its own config does.
    let own = (".ci.yml", "paths-ignore: '**'\nscript: make\n");
    let sly = repo.push("sly", &[own, ("src/a", "1\n")], "Sly");
    repo.expect_status(&sly, PUSH, "pending").await;
    repo.open_pull_request("sly", "main", "Sly");
    repo.expect_status(&sly, PULL, "pending").await;

    // Some jobs run: those that do not hold nothing up.
    let code = repo.push("code", &[("src/b", "1\n")], "Code");
    repo.expect_status(&code, PUSH, "pending").await;
    repo.open_pull_request("code", "main", "Code");
    let status = repo.expect_status(&code, PULL, "pending").await;
    let said = status.description.unwrap_or_default();
    assert_eq!(said, "Waiting: 1 job queued");
    agent.stop().await;
    model.finish();
}
