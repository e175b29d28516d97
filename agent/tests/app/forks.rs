//! What code of a fork gets: nothing, by whatever way it comes (threats T1, T3 and T4).

use crate::agent::{Agent, PULL, PUSH};
use crate::github_model::{GithubModel, PullRequest, Repo};
use crate::given::Given;
use std::path::Path;
use std::time::Duration;

/// What must never be seen.
pub(crate) const CANARY: &str = "canary-0b9e4c11d7";
/// What the log of a job without its secrets says.
const NOTICE: &str = "Encrypted environment variables have been removed for security reasons.";

/// A config with a secret and a deployment. Of a fork, `foreign` stands in it, too: a string that
/// no key here opens, so that whoever tried to open one would end the job with an error.
fn config(agent: &Agent, repo: &Repo, foreign: bool) -> String {
    let sealed = agent.seal(repo.id, &format!("NAME={CANARY}"));
    let foreign = if foreign {
        format!("    - secure: {}\n", agent.seal(1, "OTHER=value"))
    } else {
        String::new()
    };
    format!(
        "env:\n  global:\n    - secure: {sealed}\n{foreign}script: make\ngit: {{clone: false}}\n\
         deploy: {{provider: script, script: ./publish, on: {{all_branches: true}}}}\n"
    )
}

/// Waits for the end of the newest build of a pull request, and gives what its job got.
async fn given_to(pull: &PullRequest, given: &Given) -> String {
    let head = pull.head_sha();
    pull.base.expect_status(&head, PULL, "success").await;
    given.take()
}

fn has_nothing(what: &str, given: &str) {
    assert!(!given.contains(CANARY), "{what}: {given}");
    assert!(!given.contains("./publish"), "{what}: {given}");
    assert!(given.contains(NOTICE), "{what}: {given}");
    for name in ["TRAVIS_SECURE_ENV_VARS", "CI_SECURE_ENV_VARS"] {
        let mut values = given.split(name).skip(1).map(|rest| rest.chars().take(30));
        let is_false = values.any(|mut value| value.by_ref().collect::<String>().contains("false"));
        assert!(is_false, "{what}: {name}: {given}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_gets_no_secret_and_no_deployment_by_any_way_it_comes() {
    let model = GithubModel::start();
    let given = Given::default();
    let agent = Agent::start_on(&model, given.engine()).await;
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;
    let ours = config(&agent, &repo, false);
    let main = repo.push("main", &[(".ci.yml", &ours)], "Begin");
    repo.expect_status(&main, PUSH, "success").await;
    let pushed = given.take();
    assert!(pushed.contains(CANARY) && pushed.contains("./publish"));
    // A branch of the repository itself: the secret, but no deployment.
    let topic = repo.push("topic", &[("a", "1\n")], "Try");
    repo.expect_status(&topic, PUSH, "success").await;
    given.take();
    let own = repo.open_pull_request("topic", "main", "Try");
    let own = given_to(&own, &given).await;
    assert!(own.contains(CANARY) && !own.contains("./publish"), "{own}");

    // The branch of the fork is called like the one that is trusted.
    let theirs = config(&agent, &repo, true);
    let files = [(".ci.yml", theirs.as_str())];
    let pull = repo.open_pull_request_from_fork("eve", "main", &files, "Fix");
    has_nothing("opened", &given_to(&pull, &given).await);
    pull.synchronize(&[("b", "1\n")], "More");
    has_nothing("synchronized", &given_to(&pull, &given).await);
    let number = agent.builds().await.last().unwrap().number;
    let form = |what: &str| format!("octo/hello/builds/{number}/{what}");
    assert_eq!(agent.form(&form("restart"), "jobs=all").await.0, 303);
    agent.passes(number, 2).await;
    has_nothing("restarted", &given.take());
    repo.expect_status(&pull.head_sha(), PULL, "success").await;
    let sha: &'static str = format!("sha={}", pull.head_sha()).leak();
    assert_eq!(agent.form(&form("approve"), sha).await.0, 303);
    agent.passes(number + 1, 1).await;
    has_nothing("approved", &given.take());
    repo.expect_status(&pull.head_sha(), PULL, "success").await;

    let (_, page) = agent.page(&format!("octo/hello/jobs/{number}.1")).await;
    assert!(!page.contains(CANARY));
    let (data, database) = agent.stop().await;
    let mut searched = Vec::new();
    search(data.path(), &mut searched);
    let mut names = vec!["logs/"];
    if let crate::database::Database::File(folder) = &database {
        search(folder.path(), &mut searched);
        names.push("agent.db");
    }
    for name in names {
        let found = searched.iter().any(|path| path.contains(name));
        assert!(found, "{name}: {searched:?}");
    }
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn docker_is_lent_to_a_fork_only_after_its_very_commit_was_approved() {
    let model = GithubModel::start();
    let given = Given::default();
    let agent = Agent::start_on(&model, given.engine()).await;
    let repo = model.repository("octo/hello");
    let settings = agent::store::RepositorySettings {
        docker: true,
        ..agent::store::RepositorySettings::default()
    };
    agent.add_with(&repo, settings).await;
    let config = "services: docker\nscript: make\ngit: {clone: false}\n";
    let main = repo.push("main", &[(".ci.yml", config)], "Begin");
    repo.expect_status(&main, PUSH, "success").await;
    assert!(given.take().contains("docker: Own("));
    let pull = repo.open_pull_request_from_fork("eve", "fix", &[("a", "1\n")], "Fix");
    let first = pull.head_sha();
    repo.expect_status(&first, PULL, "error").await;
    let (_, page) = agent.page("octo/hello/jobs/2.1").await;
    assert!(
        page.contains("somebody has approved this very commit"),
        "{page}"
    );
    let sha: &'static str = format!("sha={first}").leak();
    assert_eq!(agent.form("octo/hello/builds/2/approve", sha).await.0, 303);
    agent.passes(3, 1).await;
    let job = given.take();
    assert!(
        job.contains("docker: Own(") && job.contains(&format!("{}/fork-1", repo.id)),
        "{job}"
    );
    repo.expect_status(&first, PULL, "success").await;
    // What is pushed afterwards nobody has looked at (threat T4).
    let second = pull.synchronize(&[("a", "2\n")], "More");
    repo.expect_status(&second, PULL, "error").await;
    given.nothing();
    agent.stop().await;
    model.finish();
}

impl Agent {
    /// Waits until the job of a build has passed in an attempt.
    pub(crate) async fn passes(&self, number: u64, attempt: u32) {
        let passed = async || {
            let builds = self.builds().await;
            let build = builds.iter().find(|build| build.number == number)?;
            let job = self.store.jobs(build.id).await.unwrap().remove(0);
            let ended = build.state == agent::scheduler::State::Passed;
            (ended && job.attempt.number == attempt).then_some(())
        };
        let until = async {
            while passed().await.is_none() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let until = tokio::time::timeout(Duration::from_secs(30), until);
        until.await.expect("the build passes");
    }
}

/// No file below holds the canary; notes which were looked at.
pub(crate) fn search(folder: &Path, searched: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, searched);
            continue;
        }
        // The database takes its files away when it is closed.
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        let mut parts = bytes.windows(CANARY.len());
        let found = parts.any(|part| part == CANARY.as_bytes());
        assert!(!found, "{}", path.display());
        searched.push(path.display().to_string());
    }
}
